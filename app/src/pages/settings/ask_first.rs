//! The question before something is removed: what goes, and what goes with it.

use leptos::prelude::*;

use super::submit::{FormError, Submission};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, Dialog};

/// Asks, and calls `on_yes` if that is what is wanted. Whoever is called closes the question once it is done.
#[component]
pub(super) fn AskFirst(
    open: RwSignal<bool>,
    /// What is removed, by its name.
    #[prop(into)]
    title: Signal<String>,
    /// What depends on it.
    #[prop(into)]
    text: Signal<String>,
    /// What the button says that does it.
    label: &'static str,
    submission: Submission,
    #[prop(into)] on_yes: Callback<()>,
    testid: &'static str,
) -> impl IntoView {
    let i18n = use_i18n();
    // What was refused before says nothing about what is asked now.
    Effect::new(move |_| {
        if open.get() {
            submission.clear();
        }
    });
    view! {
        <Dialog open=open title=title close=tu_string!(i18n, settings.close) testid=testid>
            <p class="soft">{move || text.get()}</p>
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button
                    kind=ButtonKind::Danger
                    busy=submission.busy
                    on_press=move || on_yes.run(())
                    attr:data-testid="submit"
                >
                    {label}
                </Button>
            </div>
        </Dialog>
    }
}
