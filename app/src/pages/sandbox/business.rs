//! The other end: somebody at the business answers from the phone app and not from the desk.

use contract::sandbox::PhoneAct;
use leptos::prelude::*;

use super::handset::Handset;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, IconName, TextArea};

/// The answer from the business's own phone app.
#[component]
pub(super) fn Business(handset: Handset) -> impl IntoView {
    let i18n = use_i18n();
    let text = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let words = text.get_untracked().trim().to_owned();
        if words.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        handset.act_then(PhoneAct::Echo { text: words }, move |done| {
            busy.set(false);
            if done {
                text.set(String::new());
            }
        });
    };
    view! {
        <section class="card">
            <header class="card__head">
                <h2 class="card__title">{tu_string!(i18n, sandbox.echo)}</h2>
            </header>
            <form class="card__form" on:submit=send>
                <p class="faint small">{tu_string!(i18n, sandbox.echo_text)}</p>
                <TextArea
                    name="echo"
                    label=tu_string!(i18n, sandbox.echo_label)
                    bare=true
                    rows=2
                    value=text
                    placeholder=tu_string!(i18n, sandbox.echo_placeholder)
                    testid="echo-input"
                />
                <div>
                    <Button icon=IconName::Phone submit=true busy=busy attr:data-testid="echo-send">
                        {tu_string!(i18n, sandbox.echo_send)}
                    </Button>
                </div>
            </form>
        </section>
    }
}
