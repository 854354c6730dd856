//! A menu under a button: the browser's own popover, which closes by Escape and by a press elsewhere.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::button::{ButtonKind, ButtonSize, class};
use super::icon::{Icon, IconName};

/// A menu. The `id` must be its own on the page. Its button shows `icon`, `text` or, in place of both, the
/// `trigger`; `label` is what it is called. The children are `MenuItem`s and the like.
#[component]
pub fn Menu(
    #[prop(into)] id: String,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] icon: MaybeProp<IconName>,
    #[prop(optional, into)] text: MaybeProp<String>,
    #[prop(optional, into)] trigger: Option<ViewFnOnce>,
    #[prop(default = ButtonKind::Ghost)] kind: ButtonKind,
    #[prop(optional)] size: ButtonSize,
    #[prop(optional, into)] testid: Option<String>,
    children: Children,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let open = RwSignal::new(false);
    let toggled = move |_| {
        let Some(menu) = list.get_untracked() else { return };
        open.set(is_open(&menu));
        if is_open(&menu) {
            if let Some(button) = button.get_untracked() {
                place(&menu, &button);
            }
            step(&menu, "Home");
        }
    };
    let look = if trigger.is_some() {
        "menu__trigger".to_owned()
    } else {
        class(kind, size, text.get_untracked().is_none())
    };
    view! {
        <span class="menu">
            <button
                class=look
                type="button"
                node_ref=button
                popovertarget=id.clone()
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                aria-label=move || label.get()
                title=move || label.get()
                data-testid=testid
            >
                {trigger.map(|trigger| trigger.run())}
                {move || icon.get().map(|name| view! { <Icon name=name /> })}
                {move || text.get().map(|text| view! { <span>{text}</span> })}
            </button>
            <div
                class="menu__list"
                id=id
                popover="auto"
                role="menu"
                node_ref=list
                aria-label=move || label.get()
                on:toggle=toggled
                on:keydown=move |event| keys(&event, list)
            >
                {children()}
            </div>
        </span>
    }
}

/// An entry of a menu. With `checked` it is one of several of which one holds. `keys` is shown at its end.
#[component]
pub fn MenuItem(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] on_press: Callback<()>,
    #[prop(optional, into)] icon: MaybeProp<IconName>,
    #[prop(optional, into)] keys: MaybeProp<String>,
    #[prop(optional, into)] checked: MaybeProp<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] danger: bool,
    #[prop(optional, into)] testid: Option<String>,
) -> impl IntoView {
    let press = move |event: MouseEvent| {
        if disabled.get_untracked() {
            return;
        }
        if let Some(menu) = menu_of(&event) {
            drop(menu.hide_popover());
        }
        on_press.run(());
    };
    view! {
        <button
            class="menu__item"
            class:menu__item--danger=danger
            type="button"
            role=move || if checked.get().is_some() { "menuitemradio" } else { "menuitem" }
            aria-checked=move || checked.get().map(|checked| checked.to_string())
            aria-disabled=move || disabled.get().then_some("true")
            tabindex="-1"
            data-testid=testid
            on:click=press
        >
            {move || icon.get().map(|name| view! { <Icon name=name /> })}
            <span class="menu__words">{move || label.get()}</span>
            {move || keys.get().map(|keys| view! { <span class="menu__keys">{keys}</span> })}
            {move || {
                checked
                    .get()
                    .map(|_| view! { <span class="menu__check"><Icon name=IconName::Check /></span> })
            }}
        </button>
    }
}

/// Short entries beside one another.
#[component]
pub fn MenuRow(children: Children) -> impl IntoView {
    view! { <div class="menu__row" role="group">{children()}</div> }
}

/// A line between entries.
#[component]
pub fn MenuSeparator() -> impl IntoView {
    view! { <div class="menu__separator" role="separator"></div> }
}

/// Words above entries.
#[component]
pub fn MenuHeading(children: Children) -> impl IntoView {
    view! { <div class="menu__heading" role="presentation">{children()}</div> }
}

fn is_open(menu: &HtmlElement) -> bool {
    menu.matches(":popover-open").unwrap_or(false)
}

/// The menu that holds what was pressed.
fn menu_of(event: &MouseEvent) -> Option<HtmlElement> {
    let pressed = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    pressed.closest(".menu__list").ok()??.dyn_into().ok()
}

fn keys(event: &KeyboardEvent, list: NodeRef<html::Div>) {
    let Some(menu) = list.get_untracked() else { return };
    match event.key().as_str() {
        key @ ("ArrowDown" | "ArrowUp" | "ArrowRight" | "ArrowLeft" | "Home" | "End") => {
            event.prevent_default();
            event.stop_propagation();
            step(&menu, key);
        }
        "Tab" => drop(menu.hide_popover()),
        "Escape" => event.stop_propagation(),
        _ => {}
    }
}

/// Moves the focus to another entry, round the ends.
fn step(menu: &HtmlElement, key: &str) {
    let entries = entries(menu);
    let Some(last) = entries.len().checked_sub(1) else { return };
    let active = document().active_element();
    let here = entries.iter().position(|entry| Some(entry.unchecked_ref()) == active.as_ref());
    let to = match (key, here) {
        ("End", _) | ("ArrowUp" | "ArrowLeft", None | Some(0)) => last,
        ("ArrowUp" | "ArrowLeft", Some(here)) => here - 1,
        ("ArrowDown" | "ArrowRight", Some(here)) if here < last => here + 1,
        _ => 0,
    };
    if let Some(entry) = entries.get(to) {
        drop(entry.focus());
    }
}

fn entries(menu: &HtmlElement) -> Vec<HtmlElement> {
    let query = js_sys::Reflect::get(menu, &"querySelectorAll".into()).ok();
    let found = query
        .and_then(|query| query.dyn_into::<js_sys::Function>().ok())
        .and_then(|query| query.call1(menu, &".menu__item".into()).ok());
    let found = found.map(|found| js_sys::Array::from(&found)).unwrap_or_default();
    found.iter().filter_map(|entry| entry.dyn_into().ok()).collect()
}

/// Puts the menu under its button where the browser cannot do so by itself (anchor positioning).
fn place(menu: &HtmlElement, button: &HtmlElement) {
    let style = menu.style();
    if style.get_property_value("position-area").is_ok() && supports_anchors() {
        return;
    }
    let at = button.get_bounding_client_rect();
    let size = menu.get_bounding_client_rect();
    let inner =
        |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|it| it.as_f64()).unwrap_or_default();
    let (width, height) = (inner(window().inner_width()), inner(window().inner_height()));
    let left = at.left().min(width - size.width() - 8.0).max(8.0);
    let below = at.bottom() + 4.0;
    let top = if below + size.height() > height { (at.top() - size.height() - 4.0).max(8.0) } else { below };
    drop(style.set_property("left", &format!("{left}px")));
    drop(style.set_property("top", &format!("{top}px")));
}

fn supports_anchors() -> bool {
    let css = js_sys::Reflect::get(&window(), &"CSS".into()).unwrap_or_default();
    let supports = js_sys::Reflect::get(&css, &"supports".into()).unwrap_or_default();
    supports
        .dyn_ref::<js_sys::Function>()
        .and_then(|supports| supports.call2(&css, &"position-area".into(), &"block-end".into()).ok())
        .and_then(|answer| answer.as_bool())
        .unwrap_or(false)
}
