//! Bodies of a campaign whose values are not escaped. Braze's guide shows such a body: a quotation mark or a line
//! break in what a customer writes makes it broken JSON, and a whole `","user_id":"…"` makes it JSON that says
//! something else. What is said is then told by where the known keys stand.

use serde_json::Value;

/// The keys that a body may have, by every name that is understood; the first is the one that we recommend. The
/// others are those of Braze's own tags.
pub(super) const KEYS: &[&[&str]] = &[
    &["user_id", "external_user_id"],
    &["phone_number", "phone"],
    &["message", "message_body", "inbound_message_body"],
    &["profile_name", "inbound_profile_name"],
    &["media_urls", "inbound_media_urls"],
    &["flow_response", "inbound_flow_response"],
    &["product_id", "inbound_product_id"],
    &["catalog_id", "inbound_catalog_id"],
    &["event_id", "dispatch_id"],
];
/// Keys that say who writes, by their place in [`KEYS`].
const WHO: [usize; 2] = [0, 1];
/// The text.
const MESSAGE: usize = 2;
/// The key that holds nothing of the customer's, beside those that say who writes.
const EVENT: usize = 8;
/// Keys whose value is an id, which has no quotation marks in it.
const IDS: [usize; 5] = [0, 1, 6, 7, EVENT];

/// A body's values by the first name of their key.
pub(super) type Values = serde_json::Map<String, Value>;

/// What the first name of a key is.
pub(super) fn first_name(key: &str) -> Option<&'static str> {
    KEYS.iter().find(|names| names.contains(&key)).map(|names| names[0])
}

/// A known key where it stands as one.
#[derive(Clone, Copy)]
struct Place {
    key: usize,
    /// Where its quotation mark is.
    start: usize,
    /// Where its value begins.
    value: usize,
}

/// Reads a body that is not JSON, or not to be trusted as such. None where it is not even meant to be, or none of
/// the keys is there; an error where it cannot be told who writes.
pub(super) fn read(text: &str) -> Option<Result<Values, &'static str>> {
    let found = places(text);
    if found.is_empty() || !text.trim_start().starts_with('{') {
        return None;
    }
    Some(genuine(&found).map(|kept| values(text, &kept)))
}

/// Every place that looks like a known key: in quotation marks, behind `{` or `,`, before a colon.
fn places(text: &str) -> Vec<Place> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('"').map(|quote| at + quote) {
        at = start + 1;
        let behind = text[..start].trim_end();
        let Some(end) = text[at..].find('"').map(|quote| at + quote) else { break };
        let key = KEYS.iter().position(|names| names.contains(&&text[at..end]));
        let (Some(key), true) = (key, behind.ends_with(['{', ','])) else { continue };
        let rest = text[end + 1..].trim_start();
        if let Some(value) = rest.strip_prefix(':') {
            let value = text.len() - value.trim_start().len();
            found.push(Place { key, start, value });
            at = value;
        }
    }
    found
}

/// Which of the places are keys, and which the customer has written. A body has each key once.
///
/// What stands before the text is the campaign's own: of a key that is there, what looks like it later on is text.
/// A key that comes behind the text is the last one that looks like it. Who writes must be beyond doubt: a key
/// that says so and is there twice counts only if it stands before everything that a customer can write.
fn genuine(found: &[Place]) -> Result<Vec<Place>, &'static str> {
    let of_customer = |place: &&Place| !WHO.contains(&place.key) && place.key != EVENT;
    let first_of_customer = found.iter().find(of_customer).map_or(usize::MAX, |place| place.start);
    let text = found.iter().find(|place| place.key == MESSAGE).map_or(usize::MAX, |place| place.start);
    let mut kept = Vec::new();
    for key in 0..KEYS.len() {
        let of_key = || found.iter().filter(|place| place.key == key);
        let Some(first) = of_key().next() else { continue };
        let several = of_key().count() > 1;
        if WHO.contains(&key) && several && first.start > first_of_customer {
            return Err("The body says twice who writes, so it cannot be told who did.");
        }
        let last = of_key().next_back().unwrap_or(first);
        kept.push(if first.start <= text { *first } else { *last });
    }
    kept.sort_by_key(|place| place.start);
    Ok(kept)
}

/// The values: each reaches to the next key, the last one to the end.
fn values(text: &str, kept: &[Place]) -> Values {
    let mut values = Values::new();
    for (at, place) in kept.iter().enumerate() {
        let raw = match kept.get(at + 1) {
            Some(next) => text.get(place.value..next.start).map(|raw| without(raw, ',')),
            None => text.get(place.value..).map(|raw| without(raw, '}')),
        };
        let raw = raw.unwrap_or_default();
        let value = if IDS.contains(&place.key) { value(first(raw)) } else { value(raw) };
        values.insert(KEYS[place.key][0].to_owned(), value);
    }
    values
}

fn without(raw: &str, end: char) -> &str {
    let raw = raw.trim();
    raw.strip_suffix(end).unwrap_or(raw).trim_end()
}

/// The first text or number of a value: keys of somebody's own may stand between it and the next one that is known.
fn first(raw: &str) -> &str {
    match raw.strip_prefix('"') {
        Some(inner) => inner.find('"').map_or(raw, |end| &raw[..end + 2]),
        None => raw.split([',', '}']).next().unwrap_or_default().trim(),
    }
}

/// A value as it was meant. What is JSON by itself is read as that; else the text between the outermost quotation
/// marks stands for itself, backslashes and all.
fn value(raw: &str) -> Value {
    if let Ok(value) = serde_json::from_str(raw) {
        return value;
    }
    let inner = raw.strip_prefix('"').unwrap_or(raw);
    Value::String(inner.strip_suffix('"').unwrap_or(inner).to_owned())
}

/// Whether what looks like a known key stands there twice.
pub(super) fn says_twice(text: &str) -> bool {
    let mut seen = [false; KEYS.len()];
    places(text).iter().any(|place| std::mem::replace(&mut seen[place.key], true))
}
