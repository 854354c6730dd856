//! Things to press.

use leptos::prelude::*;

use super::icon::{Icon, IconName};

/// How much a button asks to be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// The one thing to do here.
    Primary,
    /// One of several things to do.
    #[default]
    Quiet,
    /// Destroys or ends something.
    Danger,
    /// Without a border, in bars and rows.
    Ghost,
}

/// How large a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonSize {
    /// In rows and bubbles.
    Small,
    /// Elsewhere.
    #[default]
    Regular,
    /// On a page of its own.
    Large,
}

pub(super) fn class(kind: ButtonKind, size: ButtonSize, only_icon: bool) -> String {
    let kind = match kind {
        ButtonKind::Primary => " button--primary",
        ButtonKind::Quiet => " button--quiet",
        ButtonKind::Danger => " button--danger",
        ButtonKind::Ghost => " button--ghost",
    };
    let size = match size {
        ButtonSize::Small => " button--small",
        ButtonSize::Regular => "",
        ButtonSize::Large => " button--large",
    };
    format!("button{kind}{size}{}", if only_icon { " button--icon" } else { "" })
}

/// A button. With `icon` and without children it shows the icon alone, and `label` is what it is called and
/// the tip that it shows. While `busy` it keeps the focus and its size, and cannot be pressed.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional, into)] icon: MaybeProp<IconName>,
    #[prop(optional, into)] label: MaybeProp<String>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Sends the form that it stands in.
    #[prop(optional)]
    submit: bool,
    /// Names of the key that does the same, for a screen reader (`aria-keyshortcuts`).
    #[prop(optional, into)]
    keys: MaybeProp<String>,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let press = move |event: leptos::ev::MouseEvent| {
        if busy.get_untracked() || disabled.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    let only_icon = children.is_none();
    view! {
        <button
            class=class(kind, size, only_icon)
            type=if submit { "submit" } else { "button" }
            aria-label=move || label.get()
            title=move || label.get()
            aria-keyshortcuts=move || keys.get()
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || (busy.get() || disabled.get()).then_some("true")
            on:click=press
        >
            {move || icon.get().map(|name| view! { <Icon name=name /> })}
            {children.map(|children| view! { <span>{children()}</span> })}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: Signal<String>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional, into)] icon: MaybeProp<IconName>,
    #[prop(optional, into)] label: MaybeProp<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let only_icon = children.is_none();
    view! {
        <a
            class=class(kind, size, only_icon)
            href=move || href.get()
            aria-label=move || label.get()
            title=move || label.get()
        >
            {move || icon.get().map(|name| view! { <Icon name=name /> })}
            {children.map(|children| view! { <span>{children()}</span> })}
        </a>
    }
}
