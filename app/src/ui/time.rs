//! Moments for people: in UTC from the server, then in the reader's own time and words, kept fresh.

use std::cell::RefCell;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::clock::{Style, iso, utc};
use super::letters;

const MINUTE: f64 = 60_000.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// A moment (milliseconds since 1970 in UTC). The whole date is its tip.
#[component]
pub fn Ago(#[prop(into)] at: Signal<i64>, #[prop(optional)] style: Style) -> impl IntoView {
    let local = RwSignal::new(None::<(String, String)>);
    Effect::new(move |_| {
        minute().track();
        let at = at.get();
        local.set(Some((written(at, style), written(at, Style::Full))));
    });
    let text = move || local.get().map_or_else(|| utc(at.get(), style), |(text, _)| text);
    let whole =
        move || local.get().map_or_else(|| format!("{} UTC", utc(at.get(), Style::Full)), |(_, whole)| whole);
    view! {
        <time class="ago" datetime=move || iso(at.get()) title=whole>
            {text}
        </time>
    }
}

thread_local! {
    static MINUTE_TICK: RefCell<Option<ArcTrigger>> = const { RefCell::new(None) };
}

/// Goes off each minute; one clock for the whole page.
fn minute() -> ArcTrigger {
    MINUTE_TICK.with_borrow_mut(|tick| {
        tick.get_or_insert_with(|| {
            let trigger = ArcTrigger::new();
            let ring = trigger.clone();
            set_interval(move || ring.notify(), Duration::from_secs(60));
            trigger
        })
        .clone()
    })
}

/// The moment in the reader's time zone and language.
fn written(ms: i64, style: Style) -> String {
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "milliseconds of this age are exact"
    )]
    let at = ms as f64;
    let now = js_sys::Date::now();
    let days = midnight(now) - midnight(at);
    match style {
        Style::Relative => relative(at, now),
        Style::Clock => format(at, &CLOCK),
        Style::Full => format(at, &[("dateStyle", "medium"), ("timeStyle", "short")]),
        Style::Day if days.abs() < 1.5 * DAY => relative_day(days),
        Style::Day => format(at, &day_and_year(at, now, "long", "long")),
        Style::Short if days < 0.5 * DAY => format(at, &CLOCK),
        Style::Short if days < 6.5 * DAY => format(at, &[("weekday", "short")]),
        Style::Short => format(at, &year_if_other(at, now)),
    }
}

const CLOCK: [(&str, &str); 2] = [("hour", "2-digit"), ("minute", "2-digit")];

fn relative(at: f64, now: f64) -> String {
    let past = (now - at).max(0.0);
    let (value, unit) = match past {
        past if past < MINUTE => (0.0, "second"),
        past if past < HOUR => ((past / MINUTE).floor(), "minute"),
        past if past < DAY => ((past / HOUR).floor(), "hour"),
        past if past < 7.0 * DAY => ((past / DAY).floor(), "day"),
        _ => return format(at, &year_if_other(at, now)),
    };
    in_words(-value, unit, "short")
}

/// "today", "yesterday", with a capital.
fn relative_day(days: f64) -> String {
    let words = in_words(-(days / DAY).round(), "day", "long");
    let mut rest = words.chars();
    rest.next().map(|first| letters::upper(&first.to_string()) + rest.as_str()).unwrap_or_default()
}

fn in_words(value: f64, unit: &str, style: &str) -> String {
    let options = object(&[("numeric", "auto"), ("style", style)]);
    let languages = js_sys::Array::of1(&JsValue::from_str(&language()));
    js_sys::Intl::RelativeTimeFormat::new(&languages, &options).format(value, unit).into()
}

fn year_if_other(at: f64, now: f64) -> Vec<(&'static str, &'static str)> {
    let mut parts = vec![("day", "numeric"), ("month", "short")];
    if year(at) != year(now) {
        parts.push(("year", "numeric"));
    }
    parts
}

fn day_and_year(
    at: f64,
    now: f64,
    weekday: &'static str,
    month: &'static str,
) -> Vec<(&'static str, &'static str)> {
    let mut parts = vec![("weekday", weekday), ("day", "numeric"), ("month", month)];
    if year(at) != year(now) {
        parts.push(("year", "numeric"));
    }
    parts
}

fn year(at: f64) -> u32 {
    js_sys::Date::new(&at.into()).get_full_year()
}

/// The beginning of the reader's day.
fn midnight(at: f64) -> f64 {
    let date = js_sys::Date::new(&at.into());
    date.set_hours(0);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0)
}

fn format(at: f64, parts: &[(&str, &str)]) -> String {
    js_sys::Date::new(&at.into()).to_locale_string(&language(), &object(parts)).into()
}

/// The reader's own variant of the page's language, so that words and dates do not mix two languages.
fn language() -> String {
    let page = document().document_element().map(|html| html.get_attribute("lang").unwrap_or_default());
    let page = page.filter(|lang| !lang.is_empty()).unwrap_or_else(|| "en".to_owned());
    let own = window().navigator().language().filter(|own| own.split('-').next() == page.split('-').next());
    own.unwrap_or(page)
}

fn object(parts: &[(&str, &str)]) -> js_sys::Object {
    let object = js_sys::Object::new();
    for (key, value) in parts {
        drop(js_sys::Reflect::set(&object, &JsValue::from_str(key), &JsValue::from_str(value)));
    }
    object
}
