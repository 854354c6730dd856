//! Keeping a conversation as a test.

use contract::bots::BotChange;
use contract::settings::SettingsChange;
use leptos::prelude::*;

use super::super::super::submit::{FormError, Submission};
use super::super::super::{conversation_at, open_while};
use super::Run;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, Dialog, Field, ToastKind, use_toasts};

/// The dialog.
#[component]
pub(super) fn Keeping(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog
            open=open_while(run.keeping)
            title=tu_string!(i18n, bots.keep_test_title)
            close=tu_string!(i18n, settings.close)
            testid="keep-test-dialog"
        >
            <KeepForm run=run />
        </Dialog>
    }
}

#[component]
fn KeepForm(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let known = run.keeping.get_untracked().flatten();
    let (name, address) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let odd = RwSignal::new(None::<String>);
    let told = submission.error("conversation");
    let error = Signal::derive(move || odd.get().or_else(|| told.get()));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(conversation) = known.or_else(|| conversation_at(&address.get_untracked())) else {
            odd.set(Some(tu_string!(i18n, bots.no_such_address).to_owned()));
            return;
        };
        odd.set(None);
        let change = BotChange::KeepTest { bot: run.id, conversation, name: name.get_untracked() };
        submission.send(SettingsChange::Bot(change), move || {
            run.keeping.set(None);
            run.loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.test_kept));
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <Field
                name="name"
                id="test-name"
                label=tu_string!(i18n, bots.test_name)
                value=name
                error=submission.error("name")
                autocomplete="off"
            />
            {known
                .is_none()
                .then(|| view! {
                    <Field
                        name="conversation"
                        id="test-conversation"
                        label=tu_string!(i18n, bots.test_address)
                        hint=tu_string!(i18n, bots.test_address_hint)
                        value=address
                        error=error
                        autocomplete="off"
                    />
                })}
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || run.keeping.set(None)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                    {tu_string!(i18n, bots.keep_test)}
                </Button>
            </div>
        </form>
    }
}
