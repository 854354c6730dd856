//! The languages that a flow speaks.

use contract::bots::flow::Language;
use leptos::prelude::*;

use super::super::super::ask_first::AskFirst;
use super::super::super::submit::Submission;
use super::fields::{Keywords, Line, way};
use super::state::Editor;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, ButtonSize, IconName};

#[component]
pub(super) fn Languages(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let count = editor.definition.with_untracked(|it| it.languages.len());
    let add = move || {
        editor.reshape(|it| it.languages.push(Language { code: String::new(), words: Vec::new() }));
    };
    let rows = (0..count).map(|at| row(editor, at)).collect_view();
    view! {
        <section class="card" data-testid="languages">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.languages)}</h3>
            </header>
            <div class="card__form card__form--wide">
                <p class="soft small">{tu_string!(i18n, bots.languages_text)}</p>
                <Line
                    editor=editor
                    way=way(|it| Some(&mut it.language))
                    path="language"
                    label=tu_string!(i18n, bots.own_language)
                    hint=tu_string!(i18n, bots.code_hint)
                    mono=true
                />
            </div>
        </section>
        <ol class="flow__steps">{rows}</ol>
        <div>
            <Button size=ButtonSize::Small icon=IconName::Plus on_press=add attr:data-testid="add-language">
                {tu_string!(i18n, bots.add_language)}
            </Button>
        </div>
    }
}

/// One of the further languages.
fn row(editor: Editor, at: usize) -> impl IntoView {
    let i18n = use_i18n();
    let asking = RwSignal::new(false);
    let title = Signal::derive(move || {
        let code =
            editor.definition.with(|it| it.languages.get(at).map(|one| one.code.clone()).unwrap_or_default());
        tu_string!(i18n, bots.remove_language_title, code = code).to_string()
    });
    view! {
        <li class="card step" data-testid="language">
            <div class="card__form card__form--wide">
                <div class="line">
                    <div class="line__grow">
                        <Line
                            editor=editor
                            way=way(move |it| it.languages.get_mut(at).map(|one| &mut one.code))
                            path=format!("languages.{at}.code")
                            label=tu_string!(i18n, bots.code)
                            hint=tu_string!(i18n, bots.code_hint)
                            mono=true
                        />
                    </div>
                    <Button
                        kind=ButtonKind::Ghost
                        size=ButtonSize::Small
                        icon=IconName::Trash
                        label=tu_string!(i18n, bots.remove)
                        on_press=move || asking.set(true)
                        attr:data-testid="remove-language"
                    />
                    <AskFirst
                        open=asking
                        title=title
                        text=tu_string!(i18n, bots.remove_language_text)
                        label=tu_string!(i18n, bots.remove)
                        submission=Submission::new()
                        on_yes=move || {
                            asking.set(false);
                            remove(editor, at);
                        }
                        testid="remove-language-dialog"
                    />
                </div>
                <Keywords
                    editor=editor
                    way=way(move |it| it.languages.get_mut(at).map(|one| &mut one.words))
                    path=format!("languages.{at}.words")
                    label=tu_string!(i18n, bots.language_words)
                    hint=tu_string!(i18n, bots.language_words_hint)
                />
            </div>
        </li>
    }
}

/// Takes a language away, with everything that was written in it.
fn remove(editor: Editor, at: usize) {
    editor.language.set(String::new());
    editor.reshape(move |definition| {
        let gone = definition.languages.remove(at);
        if definition.languages.iter().all(|other| other.code != gone.code) {
            definition.each_text(&mut |_, text| drop(text.variants.remove(&gone.code)));
        }
    });
}
