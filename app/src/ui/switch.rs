//! On or off, at once.

use leptos::prelude::*;

/// A switch with its words beside it. `on` is what holds now; `on_turn` hears the new state.
#[component]
pub fn Switch(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] on: Signal<bool>,
    #[prop(into)] on_turn: Callback<bool>,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] testid: Option<String>,
) -> impl IntoView {
    view! {
        <label class="switch">
            <input
                class="switch__control"
                type="checkbox"
                role="switch"
                data-testid=testid
                disabled=move || disabled.get()
                prop:checked=move || on.get()
                on:change=move |event| on_turn.run(event_target_checked(&event))
            />
            <span class="switch__words">
                <span>{move || label.get()}</span>
                {move || hint.get().map(|hint| view! { <span class="switch__hint">{hint}</span> })}
            </span>
        </label>
    }
}
