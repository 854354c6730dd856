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
