//! A question on top of the page: the browser's own dialog, which holds the focus and gives it back.

use leptos::html;
use leptos::prelude::*;

use super::button::{Button, ButtonKind};
use super::icon::IconName;

/// How wide a dialog is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DialogSize {
    /// A question or a few fields.
    #[default]
    Regular,
    /// A form.
    Wide,
}

/// A dialog. Its children are made anew each time it opens; a form in it ends with a `.dialog__foot`.
/// Escape and the cross close it, by setting `open` to false.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// What the cross is called ("Close").
    #[prop(into)]
    close: Signal<String>,
    #[prop(optional)] size: DialogSize,
    #[prop(optional, into)] testid: Option<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if !open.get() {
            if dialog.open() {
                dialog.close();
            }
        } else if !dialog.open() {
            // By then the fields are there, and the first one gets the focus.
            request_animation_frame(move || {
                if open.try_get_untracked() == Some(true) && !dialog.open() {
                    drop(dialog.show_modal());
                }
            });
        }
    });
    let class = match size {
        DialogSize::Regular => "dialog",
        DialogSize::Wide => "dialog dialog--wide",
    };
    view! {
        <dialog
            class=class
            node_ref=node
            data-testid=testid
            aria-label=move || title.get()
            on:close=move |_| open.set(false)
        >
            <div class="dialog__head">
                <h2 class="dialog__title">{move || title.get()}</h2>
            </div>
            <div class="dialog__body">
                <Show when=move || open.get()>{children()}</Show>
            </div>
            <div class="dialog__close">
                <Button
                    kind=ButtonKind::Ghost
                    icon=IconName::X
                    label=close
                    on_press=move || open.set(false)
                />
            </div>
        </dialog>
    }
}
