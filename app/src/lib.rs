//! The desk in the browser: pages rendered on the server, then kept alive by the browser.
//!
//! `app` is the table of routes, `calls` what a screen may ask the server, `live` the socket and the state
//! that it keeps fresh, `pages` the screens, `ui` the parts that know nothing of the desk.

#![recursion_limit = "256"]

pub mod app;
pub mod calls;
pub mod i18n;
pub mod lean;
pub mod live;
pub mod pages;
pub mod ui;

pub use app::{App, Theme, shell};

/// Wakes the page that the server has rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(App);
}
