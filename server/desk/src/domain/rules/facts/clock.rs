//! The clock, in the zone of the business hours, else of the team, else UTC.

use contract::rules::{Kind, Value};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Fact, Known, Read, free, words};
use crate::domain::hours;

const FROM: &str = "The clock of the business hours, else of the team, else UTC";

const DAYS: [(&str, &str); 7] = [
    ("monday", "Monday"),
    ("tuesday", "Tuesday"),
    ("wednesday", "Wednesday"),
    ("thursday", "Thursday"),
    ("friday", "Friday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
];

pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "hours_open",
        name: "It is open",
        from: "The hours of the team, else of the channel; without any it is always open",
        kind: Kind::Truth,
        options: free,
        read: Read::Now(|known| {
            // Hours that cannot be read close nothing.
            let hours = known.hours.as_ref().and_then(|hours| hours::check(hours).ok());
            Value::Truth(hours.is_none_or(|hours| hours.is_open(known.now)))
        }),
    },
    Fact {
        key: "holiday",
        name: "It is a holiday",
        from: "The holidays of the hours",
        kind: Kind::Truth,
        options: free,
        read: Read::Now(|known| {
            let date = local(known).map(|local| local.date().to_string());
            let holidays = known.hours.iter().flat_map(|hours| &hours.holidays);
            Value::Truth(date.is_some_and(|date| holidays.into_iter().any(|day| day.date == date)))
        }),
    },
    Fact {
        key: "weekday",
        name: "Weekday",
        from: FROM,
        kind: Kind::Choice,
        options: || words(DAYS),
        read: Read::Now(|known| {
            let day =
                |local: DateTime| DAYS.get(usize::try_from(local.weekday().to_monday_zero_offset()).ok()?);
            local(known).and_then(day).map_or(Value::Nothing, |(word, _)| Value::Text((*word).to_owned()))
        }),
    },
    Fact {
        key: "hour",
        name: "Hour of the day",
        from: FROM,
        kind: Kind::Number,
        options: free,
        read: Read::Now(|known| {
            local(known).map_or(Value::Nothing, |local| Value::Number(local.hour().into()))
        }),
    },
];

fn local(known: &Known) -> Option<DateTime> {
    let named = known.hours.as_ref().map(|hours| hours.zone.as_str()).or(known.zone.as_deref());
    let zone = named.and_then(|name| hours::zone(name).ok()).unwrap_or(TimeZone::UTC);
    Some(zone.to_datetime(Timestamp::from_millisecond(known.now.0).ok()?))
}
