//! A few views of one place, one of them chosen.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// One tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// What is told when it is chosen.
    pub value: String,
    /// What is shown.
    pub label: String,
    /// How many things are there; nothing is shown for `None`.
    pub count: Option<i64>,
}

/// Tabs. The arrow keys move between them. What a tab shows is made by the caller, as a `tabpanel`.
#[component]
pub fn Tabs(
    #[prop(into)] id: String,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] tabs: Signal<Vec<Tab>>,
    #[prop(into)] selected: Signal<String>,
    #[prop(into)] on_select: Callback<String>,
) -> impl IntoView {
    let tab = move |tab: Tab| {
        let value = tab.value.clone();
        let chosen = Memo::new(move |_| selected.get() == value);
        let value = tab.value.clone();
        view! {
            <button
                class="tabs__tab"
                type="button"
                role="tab"
                aria-selected=move || chosen.get().to_string()
                tabindex=move || if chosen.get() { "0" } else { "-1" }
                data-value=tab.value
                on:click=move |_| on_select.run(value.clone())
            >
                {tab.label}
                {tab.count.map(|count| view! { <span class="tabs__count">{count}</span> })}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" id=id aria-label=move || label.get() on:keydown=keys>
            {move || tabs.get().into_iter().map(&tab).collect_view()}
        </div>
    }
}

fn keys(event: KeyboardEvent) {
    let Some(here) = document().active_element() else { return };
    let Some(list) = here.parent_element() else { return };
    let to = match event.key().as_str() {
        "ArrowRight" => here.next_element_sibling().or_else(|| list.first_element_child()),
        "ArrowLeft" => here.previous_element_sibling().or_else(|| list.last_element_child()),
        "Home" => list.first_element_child(),
        "End" => list.last_element_child(),
        _ => return,
    };
    event.prevent_default();
    if let Some(to) = to.and_then(|to| to.dyn_into::<web_sys::HtmlElement>().ok()) {
        drop(to.focus());
        to.click();
    }
}
