//! A choice of several.

use std::sync::Arc;

use leptos::prelude::*;

use super::field::{Problem, describedby};
use super::select::Choice;

/// A choice of several, each with a box to tick. `value` is what holds now; `on_choose` hears what holds then, in the
/// order of the choices. What is chosen and is no choice stays, and can be taken away.
#[component]
pub fn Ticks(
    #[prop(into)] id: String,
    #[prop(into)] label: Signal<String>,
    choices: Vec<Choice>,
    #[prop(into)] value: Signal<Vec<String>>,
    #[prop(into)] on_choose: Callback<Vec<String>>,
    #[prop(optional, into)] error: MaybeProp<String>,
    #[prop(optional, into)] testid: Option<String>,
) -> impl IntoView {
    let gone = value.with_untracked(|value| {
        let is_choice = |word: &&String| choices.iter().any(|choice| choice.value == **word);
        value.iter().filter(|word| !is_choice(word)).cloned().collect::<Vec<_>>()
    });
    let gone = gone.into_iter().map(|word| Choice::new(word.clone(), word));
    let choices: Vec<Choice> = choices.into_iter().chain(gone).collect();
    let order: Arc<[String]> = choices.iter().map(|choice| choice.value.clone()).collect();
    let about = describedby(&id, MaybeProp::default(), error);
    let tick = |choice: Choice| {
        let (word, order) = (choice.value.clone(), Arc::clone(&order));
        let on = Memo::new(move |_| value.with(|value| value.contains(&word)));
        let word = choice.value.clone();
        let turn = move |event| {
            let ticked = event_target_checked(&event);
            let before = value.get_untracked();
            let stays = |one: &&String| if **one == word { ticked } else { before.contains(*one) };
            on_choose.run(order.iter().filter(stays).cloned().collect());
        };
        view! {
            <label class="tick">
                <input
                    class="tick__box"
                    type="checkbox"
                    value=choice.value
                    prop:checked=move || on.get()
                    on:change=turn
                />
                <span>{choice.label}</span>
            </label>
        }
    };
    view! {
        <fieldset
            class="ticks"
            id=id.clone()
            aria-describedby=about
            data-testid=testid
            data-invalid=move || error.get().map(|_| "true")
        >
            <legend class="field__label">{move || label.get()}</legend>
            <div class="ticks__all">{choices.into_iter().map(tick).collect_view()}</div>
            <Problem id=format!("{id}-error") text=error />
        </fieldset>
    }
}
