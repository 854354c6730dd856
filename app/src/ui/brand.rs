//! The mark of the product: one bar hands over to another.

use leptos::prelude::*;

/// The mark alone.
#[component]
pub fn BrandMark(#[prop(optional)] large: bool) -> impl IntoView {
    view! {
        <svg
            class="brand__mark"
            class:brand__mark--large=large
            viewBox="0 0 32 32"
            fill="none"
            stroke-linecap="round"
            aria-hidden="true"
            focusable="false"
        >
            <rect class="brand__ground" width="32" height="32" rx="9"></rect>
            <path class="brand__second" d="M17.5 9.5l-8 8" stroke-width="4.5"></path>
            <path class="brand__first" d="M22.5 14.5l-8 8" stroke-width="4.5"></path>
        </svg>
    }
}

/// The mark with a name beside it.
#[component]
pub fn Brand(#[prop(into)] name: Signal<String>) -> impl IntoView {
    view! {
        <span class="brand">
            <BrandMark />
            <span>{move || name.get()}</span>
        </span>
    }
}
