//! The outline of what is on its way.

use leptos::prelude::*;

/// What is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Rows with a picture and two lines.
    #[default]
    Rows,
    /// Lines of text.
    Lines,
    /// Boxes.
    Blocks,
}

/// The outline of what is on its way. `label` says so to those who do not see it.
#[component]
pub fn Skeleton(
    #[prop(into)] label: Signal<String>,
    #[prop(optional)] shape: Shape,
    #[prop(default = 5)] count: u32,
) -> impl IntoView {
    let bone = move |_| match shape {
        Shape::Rows => view! {
            <div class="skeleton__row">
                <div class="skeleton__bone skeleton__bone--round"></div>
                <div class="skeleton__lines">
                    <div class="skeleton__bone skeleton__bone--short"></div>
                    <div class="skeleton__bone"></div>
                </div>
            </div>
        }
        .into_any(),
        Shape::Lines => view! { <div class="skeleton__bone"></div> }.into_any(),
        Shape::Blocks => view! { <div class="skeleton__bone skeleton__bone--block"></div> }.into_any(),
    };
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{move || label.get()}</span>
            {(0..count).map(bone).collect_view()}
        </div>
    }
}
