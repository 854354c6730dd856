//! Moments as text in UTC, without a clock and without the browser: what the server writes, and what the
//! browser shows until it knows better. Moments are milliseconds since 1970-01-01T00:00:00Z.

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Style {
    /// How long ago: "5 min. ago", from a week on the date.
    #[default]
    Relative,
    /// For a narrow column: the hour today, then the weekday, then the date.
    Short,
    /// The hour alone.
    Clock,
    /// The day alone: "Tuesday, 3 June".
    Day,
    /// Day and hour.
    Full,
}

const DAY_MS: i64 = 86_400_000;

/// A moment in RFC 3339, for `datetime`.
pub fn iso(ms: i64) -> String {
    let (year, month, day) = date(ms);
    let (hour, minute, second) = hour(ms);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// A moment in UTC.
pub fn utc(ms: i64, style: Style) -> String {
    let (year, month, day) = date(ms);
    let (hour, minute, _) = hour(ms);
    match style {
        Style::Clock => format!("{hour:02}:{minute:02}"),
        Style::Day | Style::Short => format!("{year:04}-{month:02}-{day:02}"),
        Style::Relative | Style::Full => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
    }
}

fn hour(ms: i64) -> (i64, i64, i64) {
    let seconds = ms.rem_euclid(DAY_MS) / 1000;
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Year, month and day of the Gregorian calendar, by counting in eras of 400 years that begin in March.
fn date(ms: i64) -> (i64, i64, i64) {
    let days = ms.div_euclid(DAY_MS) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{Style, iso, utc};

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59Z");
        assert_eq!(utc(1_748_959_500_000, Style::Full), "2025-06-03 14:05");
        assert_eq!(utc(1_748_959_500_000, Style::Clock), "14:05");
    }
}
