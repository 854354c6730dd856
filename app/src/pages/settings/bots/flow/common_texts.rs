//! What a flow says at its beginning, and at other times.

use contract::bots::flow::{Definition, Say};
use leptos::prelude::*;

use super::fields::{Keywords, Number, OptionalWords, Words, way};
use super::said::Said;
use super::state::Editor;
use crate::i18n::{tu_string, use_i18n};

/// How it begins.
#[component]
pub(super) fn Greeting(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="card" data-testid="greeting">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.beginning)}</h3>
            </header>
            <div class="card__form card__form--wide">
                <Words
                    editor=editor
                    way=way(|it| Some(&mut it.greeting.hello))
                    path="greeting.hello"
                    label=tu_string!(i18n, bots.hello)
                    hint=tu_string!(i18n, bots.hello_hint)
                />
                <Said
                    editor=editor
                    way=way(|it| Some(&mut it.greeting.ask))
                    path="greeting.ask"
                    label=tu_string!(i18n, bots.ask_text)
                />
                <Keywords
                    editor=editor
                    way=way(|it| Some(&mut it.greeting.keywords))
                    path="greeting.keywords"
                    label=tu_string!(i18n, bots.greetings)
                    hint=tu_string!(i18n, bots.greetings_hint)
                />
            </div>
        </section>
    }
}

/// What it says when it has not understood, when a person gives back, before a handoff.
#[component]
pub(super) fn Texts(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let said = |label: &'static str, path: &'static str, leads: fn(&mut Definition) -> Option<&mut Say>| {
        view! {
            <section class="card">
                <header class="card__head">
                    <h3 class="card__title">{label}</h3>
                </header>
                <div class="card__form card__form--wide">
                    <Said editor=editor way=way(leads) path=path label=tu_string!(i18n, bots.text) />
                </div>
            </section>
        }
    };
    view! {
        <section class="card" data-testid="texts">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.hand_off)}</h3>
            </header>
            <div class="card__form card__form--wide">
                <Words
                    editor=editor
                    way=way(|it| Some(&mut it.joining))
                    path="joining"
                    label=tu_string!(i18n, bots.joining)
                    hint=tu_string!(i18n, bots.joining_hint)
                />
                <OptionalWords
                    editor=editor
                    way=way(|it| Some(&mut it.joining_closed))
                    path="joining_closed"
                    label=tu_string!(i18n, bots.joining_closed)
                />
                <Number
                    editor=editor
                    way=way(|it| Some(&mut it.patience))
                    path="patience"
                    label=tu_string!(i18n, bots.patience)
                    hint=tu_string!(i18n, bots.patience_hint)
                />
            </div>
        </section>
        {said(tu_string!(i18n, bots.not_understood), "not_understood", |it| Some(&mut it.not_understood))}
        {said(tu_string!(i18n, bots.not_read), "not_read", |it| Some(&mut it.not_read))}
        {said(tu_string!(i18n, bots.returned), "returned", |it| Some(&mut it.returned))}
    }
}
