//! Whether somebody is there.

use contract::Time;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::definition::{Day, Hours, minutes};

/// Minutes of a day.
const DAY: i32 = 24 * 60;

/// Whether somebody is there at a moment. Hours that cannot be read are open: a customer is never told that nobody is
/// there because of a typing error.
pub fn is_open(hours: &Hours, at: Time) -> bool {
    let (Ok(zone), Ok(at)) = (TimeZone::get(&hours.zone), Timestamp::from_millisecond(at.0)) else {
        return true;
    };
    let here = at.to_zoned(zone);
    let now = i32::from(here.hour()) * 60 + i32::from(here.minute());
    let yesterday = here.yesterday().ok();
    let of_today = spans(hours, &here).iter().any(|(from, to)| (*from..*to).contains(&now));
    let of_yesterday = yesterday
        .is_some_and(|day| spans(hours, &day).iter().any(|(from, to)| (*from..*to).contains(&(now + DAY))));
    of_today || of_yesterday
}

/// The spans of a day in minutes since its midnight; one over midnight ends after 1440.
fn spans(hours: &Hours, day: &Zoned) -> Vec<(i32, i32)> {
    let date = day.date().to_string();
    if hours.closed.iter().any(|closed| closed.trim() == date) {
        return Vec::new();
    }
    let all = hours.week.get(&weekday(day.weekday())).map(Vec::as_slice).unwrap_or_default();
    let of_span = |(from, to): (i32, i32)| if to > from { (from, to) } else { (from, to + DAY) };
    all.iter().filter_map(|span| Some(of_span((minutes(&span.from)?, minutes(&span.to)?)))).collect()
}

/// Whether a time zone is known.
pub fn is_zone(zone: &str) -> bool {
    TimeZone::get(zone).is_ok()
}

/// Whether a text is a date.
pub fn is_date(text: &str) -> bool {
    text.trim().parse::<jiff::civil::Date>().is_ok() && text.trim().len() == 10
}

fn weekday(day: Weekday) -> Day {
    match day {
        Weekday::Monday => Day::Mon,
        Weekday::Tuesday => Day::Tue,
        Weekday::Wednesday => Day::Wed,
        Weekday::Thursday => Day::Thu,
        Weekday::Friday => Day::Fri,
        Weekday::Saturday => Day::Sat,
        Weekday::Sunday => Day::Sun,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hours() -> Hours {
        let hours = json!({
            "zone": "Europe/Berlin",
            "week": {
                "mon": [{ "from": "09:00", "to": "12:00" }, { "from": "13:00", "to": "18:00" }],
                "fri": [{ "from": "22:00", "to": "02:00" }],
            },
            "closed": ["2026-11-30"],
        });
        serde_json::from_value(hours).unwrap()
    }

    fn open(at: &str) -> bool {
        is_open(&hours(), Time(at.parse::<Timestamp>().unwrap().as_millisecond()))
    }

    #[test]
    fn hours_are_those_of_the_zone_whatever_the_season() {
        // Monday the 6th of July is summer time, the 7th of December is not.
        assert!(open("2026-07-06T07:00:00Z") && !open("2026-07-06T06:59:00Z"));
        assert!(open("2026-12-07T08:00:00Z") && !open("2026-12-07T07:59:00Z"));
        assert!(!open("2026-07-06T10:30:00Z"), "at noon they eat");
        assert!(!open("2026-07-07T10:00:00Z"), "a day that is absent is closed");
    }

    #[test]
    fn a_span_over_midnight_ends_on_the_next_day() {
        assert!(open("2026-12-04T21:30:00Z") && open("2026-12-05T00:59:00Z"));
        assert!(!open("2026-12-05T01:00:00Z"));
    }

    #[test]
    fn a_holiday_is_closed_and_an_unknown_zone_is_open() {
        assert!(!open("2026-11-30T10:00:00Z"));
        let nowhere = Hours { zone: "Mars/Olympus".into(), ..hours() };
        assert!(is_open(&nowhere, Time(0)));
    }
}
