//! Reading JSON that keeps no promises: numbers where text is due, objects where lists are due, things left
//! out.

use jiff::Timestamp;
use serde_json::Value;

/// Text under a key; a number counts as text. NUL is taken out, for PostgreSQL takes none.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    plain(value.get(key)?)
}

/// Text under a key that says something.
pub(super) fn filled(value: &Value, key: &str) -> Option<String> {
    text(value, key).filter(|text| !text.trim().is_empty())
}

/// Text or a number, as text.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace('\0', "")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The things under a key: a list's, or the one thing that stands there without a list.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    match value.get(key) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(things)) => things,
        Some(thing) => std::slice::from_ref(thing),
    }
}

/// A number under a key, also one that is written as text.
pub(super) fn decimal(value: &Value, key: &str) -> Option<f64> {
    let number = match value.get(key)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// A whole number, also one that is written as text.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Whether a flag is set.
pub(super) fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// A provider's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// When; none where what was given makes no sense.
    pub at: Option<Timestamp>,
    /// Whether the provider counts in whole seconds.
    pub whole_seconds: bool,
}

/// 1 January 2009: WhatsApp did not exist before.
const FIRST_SECOND: i64 = 1_230_768_000;
/// Anything above is milliseconds.
const LARGEST_SECONDS: i64 = 100_000_000_000;
/// How far a provider's clock may run ahead, in seconds.
const AHEAD: i64 = 86_400;

/// Reads a time: unix seconds as text, at times a number, at times milliseconds. What lies before 2009 or
/// more than a day ahead makes no sense.
pub(super) fn moment(value: Option<&Value>, now: Timestamp) -> Moment {
    let number = value.and_then(integer);
    let whole_seconds = number.is_none_or(|number| number <= LARGEST_SECONDS);
    let at = number.and_then(|number| {
        if whole_seconds { Timestamp::from_second(number) } else { Timestamp::from_millisecond(number) }.ok()
    });
    let sensible = FIRST_SECOND..=now.as_second().saturating_add(AHEAD);
    Moment { at: at.filter(|at| sensible.contains(&at.as_second())), whole_seconds }
}

/// Reads a body. Half of a surrogate pair or a byte that is no UTF-8 would make the whole of it unreadable
/// and take good neighbours along, so those are replaced, and only when it is unreadable otherwise.
pub(super) fn body(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(bytes)
        .or_else(|error| serde_json::from_str(&mended(&String::from_utf8_lossy(bytes))).map_err(|_| error))
}

/// Replaces every `\u` escape that is half of a pair.
fn mended(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\\') {
        mended.push_str(&rest[..start]);
        rest = &rest[start..];
        let taken = match (escape(rest), rest.get(6..).and_then(escape)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            (Some(_), _) => 6,
            // A backslash and what it escapes, however many bytes that has.
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        mended.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    mended + rest
}

/// The number of a `\uXXXX` at the start.
fn escape(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_is_read_as_it_comes_or_not_at_all() {
        let now = Timestamp::from_second(1_750_000_000).unwrap();
        let seconds = |value: Value| moment(Some(&value), now).at.map(|at| at.as_second());
        assert_eq!(seconds(json!("1749416383")), Some(1_749_416_383));
        assert_eq!(seconds(json!(1_749_416_383)), Some(1_749_416_383));
        assert_eq!(seconds(json!("1749416383123")), Some(1_749_416_383));
        assert_eq!(seconds(json!(1_750_086_400)), Some(1_750_086_400));
        for senseless in [json!(1_750_086_401), json!("1230767999"), json!("soon"), json!(null), json!(-1)] {
            assert_eq!(seconds(senseless.clone()), None, "{senseless}");
        }
        assert_eq!(seconds(json!(i64::MAX)), None);
        assert!(moment(Some(&json!("1749416383")), now).whole_seconds);
        assert!(!moment(Some(&json!("1749416383123")), now).whole_seconds);
    }

    #[test]
    fn half_of_a_pair_does_not_take_its_neighbours_along() {
        let read = |text: &str| body(text.as_bytes()).unwrap();
        assert_eq!(read(r#"["\ud83d","a"]"#), json!(["\u{fffd}", "a"]));
        assert_eq!(read(r#"["\ude00 \ud83d\ude00 \\ud83d","a"]"#), json!(["\u{fffd} 😀 \\ud83d", "a"]));
        assert_eq!(body(b"[\"\xff\",\"a\"]").unwrap(), json!(["\u{fffd}", "a"]));
        assert!(body(br#"["\ud83d"#).is_err());
        assert!(body(b"\\").is_err());
    }
}
