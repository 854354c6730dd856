//! What is asked before a promise is ended by hand.

use contract::callback::{CallbackState, EndCallback};
use leptos::prelude::*;

use super::Asked;
use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::settings::open_while;
use crate::pages::settings::submit::{FormError, Submission};
use crate::ui::{Button, ButtonKind, Dialog, TextArea, ToastKind, use_toasts};

/// The dialog.
#[component]
pub(super) fn Ending(asked: RwSignal<Asked>, done: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let open = open_while(asked);
    let title = Signal::derive(move || {
        let (name, kept) = asked.with(|asked| {
            let asked = asked.as_ref();
            let name = asked.map(|(line, _)| line.contact.clone()).unwrap_or_default();
            (name, asked.is_none_or(|(_, state)| *state == CallbackState::Kept))
        });
        match kept {
            true => tu_string!(i18n, callbacks.keep_title, name = name).to_string(),
            false => tu_string!(i18n, callbacks.drop_title, name = name).to_string(),
        }
    });
    view! {
        <Dialog open=open title=title close=tu_string!(i18n, common.close) testid="end-callback">
            <EndForm asked=asked done=done />
        </Dialog>
    }
}

#[component]
fn EndForm(asked: RwSignal<Asked>, done: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let note = RwSignal::new(String::new());
    asked.get_untracked().map(|(line, state)| {
        let kept = state == CallbackState::Kept;
        let (text, label, hint) = match kept {
            true => (
                tu_string!(i18n, callbacks.keep_text),
                tu_string!(i18n, callbacks.keep),
                tu_string!(i18n, settings.optional),
            ),
            false => {
                (tu_string!(i18n, callbacks.drop_text), tu_string!(i18n, callbacks.drop_submit), "")
            }
        };
        let send = move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let end = EndCallback { callback: line.id, state, note: note.get_untracked() };
            submission.begin(calls::end_callback(end), move |()| {
                asked.set(None);
                done.run(());
                toasts.show(ToastKind::Positive, tu_string!(i18n, callbacks.ended));
            });
        };
        view! {
            <form class="stack" on:submit=send>
                <p class="soft">{text}</p>
                <TextArea
                    name="note"
                    id="callback-note"
                    label=if kept { tu_string!(i18n, callbacks.note) } else { tu_string!(i18n, callbacks.reason) }
                    note=(!hint.is_empty()).then(|| hint.to_owned())
                    value=note
                    error=submission.error("note")
                />
                <FormError text=submission.general() />
                <div class="dialog__foot">
                    <Button on_press=move || asked.set(None)>{tu_string!(i18n, common.cancel)}</Button>
                    <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                        {label}
                    </Button>
                </div>
            </form>
        }
    })
}
