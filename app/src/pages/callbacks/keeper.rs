//! Who is to write back.

use contract::callback::{AssignCallback, CallbackLine};
use contract::id::AgentId;
use leptos::prelude::*;

use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::settings::submit::Submission;
use crate::ui::{Choice, Select, ToastKind, use_toasts};

/// The choice of a person, or of nobody in particular. What is chosen holds at once.
#[component]
pub(super) fn Keeper(
    line: CallbackLine,
    people: StoredValue<Vec<(AgentId, String)>>,
    again: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let chosen = RwSignal::new(line.keeper);
    let nobody = Choice::new("", tu_string!(i18n, callbacks.keeper_nobody));
    let choices: Vec<Choice> = people.with_value(|people| {
        std::iter::once(nobody)
            .chain(people.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())))
            .collect()
    });
    let (callback, before) = (line.id, line.keeper);
    let choose = move |id: String| {
        let to = id.parse().ok();
        chosen.set(to);
        let assign = AssignCallback { callback, to };
        submission.begin(calls::assign_callback(assign), move |()| {
            again.run(());
            toasts.show(ToastKind::Positive, tu_string!(i18n, callbacks.keeper_set));
        });
    };
    // What was refused does not hold.
    let refused = submission.error("to");
    Effect::new(move |_| {
        if refused.with(Option::is_some) {
            chosen.set(before);
        }
    });
    view! {
        <Select
            name="keeper"
            id=format!("keeper-{callback}")
            label=tu_string!(i18n, callbacks.keeper)
            bare=true
            choices=choices
            value=Signal::derive(move || chosen.get().map(|id| id.to_string()).unwrap_or_default())
            on_choose=choose
            error=refused
            disabled=submission.busy
            testid="keeper"
        />
    }
}
