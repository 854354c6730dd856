//! Which part of a file is asked for (RFC 9110, section 14). One range at a time: several are answered with the
//! whole, as the standard allows.

use std::ops::Range;

use http::{HeaderMap, HeaderValue, header};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of it.
    Everything,
    /// These bytes.
    Range(Range<u64>),
    /// Bytes that it does not have.
    Beyond,
}

/// What is asked for of a file of this size. A range of an older state of it is not answered.
pub(super) fn asked(headers: &HeaderMap, tag: &HeaderValue, size: u64) -> Asked {
    let Some(range) = headers.get(header::RANGE).and_then(|range| range.to_str().ok()) else {
        return Asked::Everything;
    };
    if headers.get(header::IF_RANGE).is_some_and(|known| known != tag) {
        return Asked::Everything;
    }
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Asked::Everything;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Some(text.parse::<u64>().unwrap_or(u64::MAX)) } else { None }
    };
    match (number(first.trim()), number(last.trim())) {
        (Some(first), Some(last)) if first <= last => within(first, last.saturating_add(1).min(size), size),
        (Some(first), None) if last.trim().is_empty() => within(first, size, size),
        (None, Some(0)) if first.trim().is_empty() => Asked::Beyond,
        (None, Some(count)) if first.trim().is_empty() => within(size.saturating_sub(count), size, size),
        _ => Asked::Everything,
    }
}

fn within(start: u64, end: u64, size: u64) -> Asked {
    if start < size { Asked::Range(start..end) } else { Asked::Beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: &str, size: u64) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        asked(&headers, &HeaderValue::from_static("\"a\""), size)
    }

    #[test]
    fn ranges_are_read_as_the_standard_has_them() {
        for (range, expected) in [
            ("bytes=0-0", Asked::Range(0..1)),
            ("bytes=2-4", Asked::Range(2..5)),
            ("bytes=2-", Asked::Range(2..10)),
            ("bytes=-3", Asked::Range(7..10)),
            ("bytes=-99", Asked::Range(0..10)),
            ("bytes=4-99", Asked::Range(4..10)),
            ("bytes=0-18446744073709551615", Asked::Range(0..10)),
            ("bytes=0-99999999999999999999999", Asked::Range(0..10)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=99999999999999999999999-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=4-2", Asked::Everything),
            ("bytes=0-1,3-4", Asked::Everything),
            ("bytes=a-b", Asked::Everything),
            ("bytes=-", Asked::Everything),
            ("items=0-1", Asked::Everything),
            ("bytes=+1-2", Asked::Everything),
        ] {
            assert_eq!(of(range, 10), expected, "{range}");
        }
        assert_eq!(of("bytes=0-", 0), Asked::Beyond);
    }

    #[test]
    fn a_range_of_other_bytes_gets_everything() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=0-1"));
        headers.insert(header::IF_RANGE, HeaderValue::from_static("\"b\""));
        assert_eq!(asked(&headers, &HeaderValue::from_static("\"a\""), 10), Asked::Everything);
        assert_eq!(asked(&headers, &HeaderValue::from_static("\"b\""), 10), Asked::Range(0..2));
    }
}
