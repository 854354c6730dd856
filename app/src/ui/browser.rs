//! What only a browser can do, for screens that name no browser type. Call these in effects and handlers.

use std::time::Duration;

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;

/// Goes on after so many milliseconds.
pub async fn sleep(ms: u32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let wake = move || drop(resolve.call0(&JsValue::NULL));
        set_timeout(wake, Duration::from_millis(u64::from(ms)));
    });
    drop(wasm_bindgen_futures::JsFuture::from(promise).await);
}

/// Leaves for a page as a link does that the browser follows by itself.
pub fn fetch_page(path: &str) {
    // A browser that refuses to go stays where it is, which is no worse.
    drop(window().location().replace(path));
}

/// Scrolls to the very end of an element.
pub fn scroll_to_end<E>(node: NodeRef<E>)
where
    E: ElementType,
    E::Output: JsCast + Clone + 'static,
{
    if let Some(element) = node.get_untracked() {
        let element: &web_sys::Element = element.unchecked_ref();
        element.set_scroll_top(element.scroll_height());
    }
}

/// Whether an element is scrolled to its end, or nearly so (80 pixels).
pub fn near_end<E>(node: NodeRef<E>) -> bool
where
    E: ElementType,
    E::Output: JsCast + Clone + 'static,
{
    node.get_untracked().is_none_or(|element| {
        let element: &web_sys::Element = element.unchecked_ref();
        element.scroll_height() - element.scroll_top() - element.client_height() < 80
    })
}

thread_local! {
    static GUARD: std::cell::RefCell<Option<WindowListenerHandle>> = const { std::cell::RefCell::new(None) };
}

/// Lets the browser ask before the page is left or closed, or no longer.
pub fn guard_leaving(on: bool) {
    GUARD.with_borrow_mut(|guard| {
        if on == guard.is_some() {
            return;
        }
        match guard.take() {
            Some(handle) => handle.remove(),
            None => {
                let ask = |event: web_sys::Event| event.prevent_default();
                *guard = Some(window_event_listener_untyped("beforeunload", ask));
            }
        }
    });
}

/// Keeps the focus at its place in a part of the page that is about to be drawn anew: on what stands there then.
pub fn hold_focus(part: &'static str) {
    let Some(active) = document().active_element() else { return };
    let Some(place) = pressable(part).iter().position(|element| *element == active) else { return };
    request_animation_frame(move || {
        let now = pressable(part);
        if let Some(element) = now.get(place).or_else(|| now.last())
            && let Some(element) = element.dyn_ref::<web_sys::HtmlElement>()
        {
            drop(element.focus());
        }
    });
}

/// What can have the focus in a part of the page, in its order.
fn pressable(part: &str) -> Vec<web_sys::Element> {
    let Ok(Some(root)) = document().query_selector(part) else { return Vec::new() };
    let wanted = "button, input, select, textarea, a[href], summary";
    let found = js_sys::Reflect::get(&root, &"querySelectorAll".into())
        .ok()
        .and_then(|query| query.dyn_into::<js_sys::Function>().ok())
        .and_then(|query| query.call1(&root, &wanted.into()).ok());
    let found = found.map(|found| js_sys::Array::from(&found)).unwrap_or_default();
    found.iter().filter_map(|element| element.dyn_into().ok()).collect()
}
