//! A choice of one from a few.

use leptos::prelude::*;

use super::field::{Words, describedby};
use super::icon::{Icon, IconName};

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is told when it is chosen.
    pub value: String,
    /// What is shown.
    pub label: String,
}

impl Choice {
    /// A choice of this value, shown as this label.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }
}

/// A choice of one from a few, drawn by the browser. `value` is what holds now; `on_choose` hears the new one.
#[component]
pub fn Select(
    #[prop(into)] name: String,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] note: MaybeProp<String>,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional, into)] error: MaybeProp<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] bare: bool,
    #[prop(optional, into)] testid: Option<String>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| format!("field-{name}"));
    let about = describedby(&id, hint, error);
    let words = Words { id: id.clone(), label, note, hint, error };
    let options = move || {
        choices
            .get()
            .into_iter()
            .map(|choice| {
                let chosen = choice.value.clone();
                let selected = Memo::new(move |_| value.get() == chosen);
                view! {
                    <option value=choice.value selected=move || selected.get()>
                        {choice.label}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <div class="field" class:field--bare=bare>
            {words.above()}
            <span class="select">
                <select
                    class="field__control"
                    id=id
                    name=name
                    aria-invalid=move || error.get().map(|_| "true")
                    aria-describedby=about
                    data-testid=testid
                    disabled=move || disabled.get()
                    prop:value=move || value.get()
                    on:change=move |event| on_choose.run(event_target_value(&event))
                >
                    {options}
                </select>
                <Icon name=IconName::ChevronDown />
            </span>
            {words.below()}
        </div>
    }
}
