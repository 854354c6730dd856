//! The one door to the browser: storage, cookies, focus, scrolling, time as people here read it.
//!
//! Every function is harmless where there is no browser to ask; none is called while the server renders.

use contract::Time;
use contract::id::ClientId;
use js_sys::{Date, Object, Reflect};
use send_wrapper::SendWrapper;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlTextAreaElement, Storage, Window};

fn window() -> Option<Window> {
    web_sys::window()
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

/// What is kept in this browser under a key.
pub fn kept(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Keeps a text in this browser. Says whether it was kept: a full or forbidden store keeps nothing.
pub fn keep(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

/// Forgets what is kept under a key.
pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        drop(storage.remove_item(key));
    }
}

/// Every key in this browser that begins with a prefix.
pub fn kept_keys(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else { return Vec::new() };
    let count = storage.length().unwrap_or(0);
    (0..count).filter_map(|at| storage.key(at).ok().flatten()).filter(|key| key.starts_with(prefix)).collect()
}

/// Milliseconds since 1970 by this browser's clock.
pub fn clock() -> Time {
    Time(Date::now() as i64)
}

/// A fresh key for a command.
pub fn fresh_id() -> ClientId {
    let mut bytes = [0_u8; 16];
    let filled = window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        for byte in &mut bytes {
            *byte = (js_sys::Math::random() * 256.0) as u8;
        }
    }
    ClientId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// A number from 0 to 1.
pub fn chance() -> f64 {
    js_sys::Math::random()
}

/// The address that the live feed has on this origin.
pub fn live_address() -> Option<String> {
    let location = window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}/live", location.host().ok()?))
}

/// The path of this page, with its query.
pub fn here() -> String {
    let Some(window) = window() else { return String::new() };
    let location = window.location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Loads another page of this origin.
pub fn go(path: &str) {
    if let Some(window) = window() {
        drop(window.location().set_href(path));
    }
}

/// Loads this page anew.
pub fn reload() {
    if let Some(window) = window() {
        drop(window.location().reload());
    }
}

/// Whether the page is in front.
pub fn visible() -> bool {
    window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.visibility_state() == web_sys::VisibilityState::Visible)
}

/// Sets an attribute of the root element.
pub fn mark_root(name: &str, value: Option<&str>) {
    let root = window().and_then(|window| window.document()).and_then(|document| document.document_element());
    if let Some(root) = root {
        drop(match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        });
    }
}

/// Sets an attribute of the body.
pub fn mark_body(name: &str, value: &str) {
    let body = window().and_then(|window| window.document()).and_then(|document| document.body());
    if let Some(body) = body {
        drop(body.set_attribute(name, value));
    }
}

/// Sets a cookie of this origin for a year.
pub fn set_cookie(name: &str, value: &str) {
    let document = window().and_then(|window| window.document());
    if let Some(document) = document.and_then(|document| document.dyn_into::<web_sys::HtmlDocument>().ok()) {
        drop(document.set_cookie(&format!("{name}={value}; path=/; max-age=31536000; samesite=lax")));
    }
}

/// Leaves a mark on the browser's timeline.
pub fn mark(name: &str) {
    if let Some(performance) = window().and_then(|window| window.performance()) {
        drop(performance.mark(name));
    }
}

/// Puts a text on the clipboard.
pub fn copy(text: &str) {
    if let Some(window) = window() {
        drop(window.navigator().clipboard().write_text(text));
    }
}

/// The first element that a selector finds.
pub fn find(selector: &str) -> Option<HtmlElement> {
    window()?.document()?.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Moves the focus to the first element that a selector finds.
pub fn focus(selector: &str) -> bool {
    find(selector).is_some_and(|element| element.focus().is_ok())
}

/// Takes the focus off whatever has it.
pub fn blur() {
    let active = window().and_then(|window| window.document()).and_then(|document| document.active_element());
    if let Some(active) = active.and_then(|active| active.dyn_into::<HtmlElement>().ok()) {
        drop(active.blur());
    }
}

/// The selector-free id of the element that has the focus.
pub fn focused_pane() -> Option<String> {
    let active = window()?.document()?.active_element()?;
    active.closest("[data-pane]").ok().flatten()?.get_attribute("data-pane")
}

/// Scrolls just so far that the first element that a selector finds is in sight.
pub fn into_sight(selector: &str) {
    if let Some(element) = find(selector) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Scrolls so that the first element that a selector finds is in the middle.
pub fn into_middle(selector: &str) -> bool {
    let Some(element) = find(selector) else { return false };
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Center);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    true
}

/// Pixels from what is in sight to the end of a scrolling element.
pub fn to_end(element: &Element) -> i32 {
    element.scroll_height() - element.client_height() - element.scroll_top()
}

/// Scrolls an element to its end.
pub fn scroll_to_end(element: &Element) {
    element.set_scroll_top(element.scroll_height());
}

/// Lets a text area be as high as its text, up to so many pixels.
pub fn grow(area: &HtmlTextAreaElement, most: i32) {
    let style = area.style();
    drop(style.set_property("height", "auto"));
    let height = area.scroll_height().min(most);
    if height > 0 {
        drop(style.set_property("height", &format!("{height}px")));
    }
}

/// A moment as people here write it, by the parts asked for (`Intl` options).
pub fn local_text(time: Time, parts: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (name, value) in parts {
        drop(Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value)));
    }
    let date = Date::new(&JsValue::from_f64(time.0 as f64));
    String::from(date.to_locale_string("default", &options))
}

/// The day of a moment here: days since 1970 of the local calendar.
pub fn local_day(time: Time) -> i64 {
    let date = Date::new(&JsValue::from_f64(time.0 as f64));
    (time.0 - date.get_timezone_offset() as i64 * 60_000).div_euclid(86_400_000)
}

/// The moment at which it is so many hours o'clock here, so many days from `time`.
pub fn local_hour(time: Time, days: i32, hour: u32) -> Time {
    let date = Date::new(&JsValue::from_f64(time.0 as f64));
    date.set_date((date.get_date() as i32 + days) as u32);
    date.set_hours(hour);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0);
    Time(date.get_time() as i64)
}

/// The day of the week here: 0 is Sunday.
pub fn local_weekday(time: Time) -> u32 {
    Date::new(&JsValue::from_f64(time.0 as f64)).get_day()
}

/// An attribute of the root element.
pub fn root_attribute(name: &str) -> Option<String> {
    window()?.document()?.document_element()?.get_attribute(name)
}

/// Whether the page is wide enough for the details beside the thread.
pub fn wide() -> bool {
    window()
        .and_then(|window| window.match_media("(width >= 1200px)").ok().flatten())
        .is_some_and(|query| query.matches())
}

/// Whether what has the focus fits a selector.
pub fn focus_is_on(selector: &str) -> bool {
    window()
        .and_then(|window| window.document())
        .and_then(|document| document.active_element())
        .is_some_and(|active| active.matches(selector).unwrap_or(false))
}

/// Whether this is a Mac, where ⌘ stands in place of Ctrl.
pub fn is_mac() -> bool {
    window().and_then(|window| window.navigator().platform().ok()).is_some_and(|name| name.starts_with("Mac"))
}

/// Watches the size of an element until it is dropped.
pub struct Resize {
    observer: web_sys::ResizeObserver,
    _called: Closure<dyn FnMut()>,
}

impl Drop for Resize {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Calls `then` whenever the size of an element or of what is in it changes, until what it answers with is
/// dropped.
pub fn on_resize(element: &Element, then: impl FnMut() + 'static) -> Option<SendWrapper<Resize>> {
    let called = Closure::<dyn FnMut()>::new(then);
    let observer = web_sys::ResizeObserver::new(called.as_ref().unchecked_ref()).ok()?;
    observer.observe(element);
    if let Some(inner) = element.first_element_child() {
        observer.observe(&inner);
    }
    Some(SendWrapper::new(Resize { observer, _called: called }))
}
