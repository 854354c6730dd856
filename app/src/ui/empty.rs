//! What stands where nothing is: what it is, why, and what to do.

use leptos::prelude::*;

use super::icon::{Icon, IconName, IconSize};

/// A sentence in place of things that are not there. The children are what can be done about it.
#[component]
pub fn Empty(
    icon: IconName,
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] text: MaybeProp<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty__mark">
                <Icon name=icon size=IconSize::Large />
            </span>
            <h2 class="empty__title">{move || title.get()}</h2>
            {move || text.get().map(|text| view! { <p class="empty__text">{text}</p> })}
            {children.map(|children| view! { <div class="empty__action">{children()}</div> })}
        </div>
    }
}
