//! Above the text: reply, note or template.

use leptos::prelude::*;

use super::Composing;
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::live::drafts::Mode;
use crate::ui::{Icon, IconName};

/// Reply or note.
#[component]
pub(super) fn Modes(composing: Composing) -> impl IntoView {
    let i18n = use_i18n();
    let choose = move |mode: Mode| {
        composing.choose(mode);
        request_animation_frame(|| {
            browser::focus("[data-testid=composer]");
        });
    };
    let pressed = move |mode: Mode| (composing.mode.get() == mode).to_string();
    view! {
        <div class="modes" role="group" aria-label=tu_string!(i18n, inbox.modes)>
            <button
                class="modes__mode"
                type="button"
                data-testid="mode-reply"
                aria-pressed=move || pressed(Mode::Reply)
                aria-keyshortcuts="R"
                on:click=move |_| choose(Mode::Reply)
            >
                <Icon name=IconName::Reply />
                {tu_string!(i18n, inbox.mode_reply)}
            </button>
            <button
                class="modes__mode modes__mode--note"
                type="button"
                data-testid="mode-note"
                aria-pressed=move || pressed(Mode::Note)
                aria-keyshortcuts="N"
                on:click=move |_| choose(Mode::Note)
            >
                <Icon name=IconName::Lock />
                {tu_string!(i18n, inbox.mode_note)}
            </button>
        </div>
    }
}

/// Opens the templates, and closes them while free text may be sent.
#[component]
pub(super) fn TemplateButton(composing: Composing) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Show when=move || composing.mode.get() == Mode::Reply && !composing.closed.get()>
            <button
                class="modes__mode"
                type="button"
                data-testid="templates"
                aria-pressed=move || composing.templates.get().to_string()
                on:click=move |_| composing.templates.update(|open| *open = !*open)
            >
                <Icon name=IconName::Template />
                {tu_string!(i18n, inbox.template)}
            </button>
        </Show>
    }
}
