//! When somebody is there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// When somebody is there, in one time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The time zone (`Europe/Berlin`).
    pub zone: String,
    /// The days with their hours. A day that is absent is closed.
    #[serde(default)]
    pub week: BTreeMap<Day, Vec<Span>>,
    /// Dates on which nobody is there (`2026-12-25`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<String>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    /// The week.
    pub const ALL: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Day::Mon => "mon",
            Day::Tue => "tue",
            Day::Wed => "wed",
            Day::Thu => "thu",
            Day::Fri => "fri",
            Day::Sat => "sat",
            Day::Sun => "sun",
        }
    }
}

/// From when to when (`09:00`, `18:00`). One that ends before it begins ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Its begin.
    pub from: String,
    /// Its end; `24:00` is midnight.
    pub to: String,
}

/// A time of day in minutes since midnight, if it is one.
pub fn minutes(time: &str) -> Option<i32> {
    let (hours, minutes) = time.split_once(':')?;
    let two = |part: &str| (part.len() == 2 && part.chars().all(|c| c.is_ascii_digit())).then_some(());
    two(hours)?;
    two(minutes)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = hours < 24 && minutes < 60 || hours == 24 && minutes == 0;
    fits.then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn a_time_of_day_is_two_and_two_digits() {
        assert_eq!((minutes("09:30"), minutes("24:00"), minutes("00:00")), (Some(570), Some(1440), Some(0)));
        for odd in ["9:30", "24:01", "12:60", "noon", "-1:00", "+1:00", ""] {
            assert_eq!(minutes(odd), None, "{odd}");
        }
    }
}
