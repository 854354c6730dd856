//! The customer's window, as a countdown.

use contract::conversation::Card;
use contract::time::{HOUR_MS, MINUTE_MS};
use leptos::prelude::*;

use super::words;
use crate::i18n::{tu_string, use_i18n};
use crate::live::use_live;
use crate::ui::{Badge, IconName, Tone};

/// How long free text may still be sent.
#[component]
pub fn Window(card: Memo<Card>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let shown = Memo::new(move |_| {
        let now = live.clock.second.get();
        let left = card.with(|card| card.window_until).map_or(0, |until| until.since_ms(now));
        let text = match left {
            ..=0 => tu_string!(i18n, inbox.window_closed).to_owned(),
            1..900_000 => words::countdown(left),
            _ => words::span(i18n, left),
        };
        let tone = match left {
            ..=0 => Tone::Neutral,
            left if left <= 15 * MINUTE_MS => Tone::Negative,
            left if left <= 2 * HOUR_MS => Tone::Caution,
            _ => Tone::Neutral,
        };
        (text, tone)
    });
    let tone = Signal::derive(move || shown.with(|(_, tone)| *tone));
    view! {
        <span class="window" data-testid="window" title=tu_string!(i18n, inbox.window_hint)>
            <Badge tone=tone icon=IconName::AlarmClock>
                <span class="tabular">{move || shown.with(|(text, _)| text.clone())}</span>
            </Badge>
        </span>
    }
}
