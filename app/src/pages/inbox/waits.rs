//! How long somebody waits who comes into the queue now, from how long others have waited.

use std::time::Duration;

use contract::course::QueueWait;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;

use super::words::Texts;
use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::pages::later::Part;

/// How often it is asked for while somebody looks.
const FRESH: Duration = Duration::from_secs(30);

/// The longest wait of all queues; each of them is its tip.
#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
pub fn waits() -> Part {
    let i18n = use_i18n();
    let waits = RwSignal::new(Vec::<QueueWait>::new());
    let look = move || {
        spawn_local(async move {
            // What cannot be had now is asked for again soon.
            if let Ok(news) = calls::waits().await {
                waits.try_set(news);
            }
        });
    };
    look();
    let again = move || {
        if browser::visible() {
            look();
        }
    };
    if let Ok(timer) = set_interval_with_handle(again, FRESH) {
        on_cleanup(move || timer.clear());
    }
    let shown = move || {
        let (longest, each) = waits.with(|waits| {
            let longest = waits.iter().filter_map(|wait| wait.minutes).max()?;
            Some((longest, waits.iter().map(|wait| line(i18n, wait)).collect::<Vec<_>>().join("\n")))
        })?;
        let words = tu_string!(i18n, inbox.wait_now, minutes = longest).to_string();
        Some(view! { <span class="faint small truncate" title=each data-testid="wait-now">{words}</span> })
    };
    Ok(shown.into_any())
}

fn line(i18n: Texts, wait: &QueueWait) -> String {
    let name = wait.team.clone().unwrap_or_else(|| tu_string!(i18n, inbox.wait_no_team).to_owned());
    match wait.minutes {
        Some(minutes) => {
            tu_string!(i18n, inbox.wait_of, name = name, minutes = minutes, waiting = wait.waiting)
                .to_string()
        }
        None => tu_string!(i18n, inbox.wait_unknown, name = name, waiting = wait.waiting).to_string(),
    }
}
