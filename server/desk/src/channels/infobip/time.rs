//! Infobip's times: `2025-01-01T10:10:00.000+0000`, whose offset has no colon, or RFC 3339.

use jiff::Timestamp;
use serde_json::Value;

use crate::channels::json::{self, Moment};

/// The format with an offset that has no colon; the fraction may be missing.
const FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.f%z";
/// Milliseconds that [`json::moment`] would take for seconds; they lie before 1974, when there was no WhatsApp.
const TOO_EARLY: i64 = 100_000_000_000;

/// Reads a time. What lies before WhatsApp or more than a day ahead makes no sense.
pub(super) fn moment(value: Option<&Value>, now: Timestamp) -> Moment {
    let Some(Value::String(text)) = value else { return json::moment(value, now) };
    let text = text.trim();
    let Some(at) = text.parse().ok().or_else(|| Timestamp::strptime(FORMAT, text).ok()) else {
        return json::moment(value, now);
    };
    let whole_seconds = !text.contains('.');
    let at = Some(at.as_millisecond()).filter(|at| *at > TOO_EARLY);
    Moment { whole_seconds, ..json::moment(at.map(Value::from).as_ref(), now) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_is_read_with_and_without_a_colon_in_its_offset() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let read = |text: &str| moment(Some(&json!(text)), now).at.map(|at| at.to_string());
        let ten = Some("2025-01-01T10:10:00Z".to_owned());
        for text in [
            "2025-01-01T10:10:00.000+0000",
            "2025-01-01T11:10:00.000+0100",
            "2025-01-01T10:10:00+0000",
            "2025-01-01T10:10:00.000+00:00",
            "2025-01-01T07:10:00-03:00",
            "2025-01-01T10:10:00Z",
            " 2025-01-01T10:10:00.000+0000 ",
        ] {
            assert_eq!(read(text), ten, "{text}");
        }
        assert_eq!(read("2018-12-12T11:21:58.251+0000").as_deref(), Some("2018-12-12T11:21:58.251Z"));
        for senseless in [
            "",
            "soon",
            "2025-13-01T10:10:00.000+0000",
            "2025-01-01",
            "1970-01-20T10:10:00.000+0000",
            "2008-12-31T23:59:59.999+0000",
            "2026-01-02T00:00:01.000+0000",
            "9999-12-31T23:59:59.999+0000",
            "+292278994-08-17T07:12:55.807+0000",
        ] {
            assert_eq!(read(senseless), None, "{senseless}");
        }
        assert!(moment(Some(&json!("2025-01-01T10:10:00+0000")), now).whole_seconds);
        assert!(!moment(Some(&json!("2025-01-01T10:10:00.000+0000")), now).whole_seconds);
    }
}
