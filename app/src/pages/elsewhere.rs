//! A page that is in the other program of the front end: the browser fetches it from the server, program and
//! all.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::ui::browser;

/// Fetches the page that the address names.
#[component]
pub fn Elsewhere() -> impl IntoView {
    let place = use_location();
    Effect::new(move || {
        let (path, query) = (place.pathname.get_untracked(), place.search.get_untracked());
        browser::fetch_page(&if query.is_empty() { path } else { format!("{path}?{query}") });
    });
}
