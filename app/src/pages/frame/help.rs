//! The keys, on one sheet.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use super::commands::{ALL, Command};
use super::use_place;
use crate::i18n::{tu_string, use_i18n};
use crate::live::{browser, keys};
use crate::pages::later::{Later, Part};
use crate::ui::{Dialog, DialogSize, Switch, letters};

/// The sheet of keys, with the switch that turns single letters off.
#[component]
pub fn Help() -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    view! {
        <Dialog
            open=place.help
            title=tu_string!(i18n, inbox.keyboard_help)
            close=tu_string!(i18n, common.close)
            size=DialogSize::Wide
            testid="help"
        >
            <Later part=sheet />
        </Dialog>
    }
}

#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
fn sheet() -> Part {
    Ok(view! { <Sheet /> }.into_any())
}

#[component]
fn Sheet() -> impl IntoView {
    let i18n = use_i18n();
    let letters = RwSignal::new(keys::letters_on());
    let turn = move |on: bool| {
        keys::set_letters(on);
        letters.set(on);
    };
    let column = move |about: bool| {
        ALL.iter()
            .filter(move |command| command.about == about && !command.keys.is_empty())
            .map(move |command| {
                view! {
                    <div class="keys__row">
                        <dt>{(command.title)(i18n)}</dt>
                        <dd>{command.keys.iter().map(|keys| shown(keys)).collect_view()}</dd>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <div class="keys">
            <section>
                <h3 class="keys__title">{tu_string!(i18n, inbox.keys_everywhere)}</h3>
                <dl>{column(false)}</dl>
            </section>
            <section>
                <h3 class="keys__title">{tu_string!(i18n, inbox.keys_conversation)}</h3>
                <dl>{column(true)}</dl>
            </section>
        </div>
        <div class="keys__switch">
            <Switch
                label=tu_string!(i18n, inbox.letters)
                hint=tu_string!(i18n, inbox.letters_hint)
                on=letters
                on_turn=turn
                testid="letters"
            />
        </div>
    }
}

/// Keys as people see them on their keyboard.
pub fn shown(keys: &str) -> AnyView {
    let mac = browser::is_mac();
    let chain = keys.contains(' ');
    let parts: Vec<String> = keys
        .split(['+', ' '])
        .map(|part| match part {
            "mod" if mac => "⌘".to_owned(),
            "mod" => "Ctrl".to_owned(),
            "shift" => "⇧".to_owned(),
            "alt" if mac => "⌥".to_owned(),
            "alt" => "Alt".to_owned(),
            "enter" => "↵".to_owned(),
            "arrowup" => "↑".to_owned(),
            "arrowdown" => "↓".to_owned(),
            other => letters::upper(other),
        })
        .collect();
    let last = parts.len().saturating_sub(1);
    let parts = parts.into_iter().enumerate().map(move |(at, part)| {
        let then = (chain && at < last).then(|| view! { <span class="faint" aria-hidden="true">"›"</span> });
        view! { <kbd>{part}</kbd> {then} }
    });
    view! { <span class="keys__keys">{parts.collect_view()}</span> }.into_any()
}

/// The keys of a command, if it has any.
pub fn keys_view(command: &Command) -> Option<AnyView> {
    command.keys.first().map(|keys| shown(keys))
}
