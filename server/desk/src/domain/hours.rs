//! Business hours: whether people answer at a moment, and when they do next.
//!
//! A span is on the clock of its zone, not in elapsed time: on the night on which the clock goes back, an hour that
//! it shows twice counts twice.

use contract::Time;
use contract::hours::{DAY_MINUTES, Hours, Span};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// How far ahead the next opening is looked for, in days.
const HORIZON: i32 = 400;
/// Spans and holidays, at most.
const MOST_SPANS: usize = 100;
const MOST_HOLIDAYS: usize = 400;

/// Business hours that make sense.
#[derive(Debug, Clone)]
pub struct Checked {
    zone: TimeZone,
    week: Vec<Span>,
    holidays: Vec<Date>,
}

/// Reads business hours. What is wrong with them, for the person who wrote them.
pub fn check(hours: &Hours) -> Result<Checked, String> {
    let zone = zone(&hours.zone)?;
    if hours.week.is_empty() {
        return Err(
            "These hours are never open: give at least one weekday a beginning and an end.".to_owned()
        );
    }
    if hours.week.len() > MOST_SPANS || hours.holidays.len() > MOST_HOLIDAYS {
        return Err(format!("At most {MOST_SPANS} parts of days and {MOST_HOLIDAYS} holidays fit."));
    }
    for span in &hours.week {
        let minutes = (0..DAY_MINUTES).contains(&span.from) && (0..=DAY_MINUTES).contains(&span.to);
        if !(1..=7).contains(&span.day) || !minutes || span.from == span.to {
            return Err("A part of a day needs a weekday, and a beginning and an end that differ.".to_owned());
        }
    }
    let mut holidays = Vec::new();
    for holiday in &hours.holidays {
        let date = holiday.date.parse::<Date>();
        holidays.push(date.map_err(|_| format!("`{}` is no date: write it as 2026-12-25.", holiday.date))?);
    }
    Ok(Checked { zone, week: hours.week.clone(), holidays })
}

/// A time zone by its name.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name.trim())
        .map_err(|_| format!("There is no time zone `{name}`: write it as Europe/Berlin."))
}

impl Checked {
    /// Whether people answer at a moment.
    pub fn is_open(&self, at: Time) -> bool {
        Timestamp::from_millisecond(at.0).is_ok_and(|at| self.covers(self.zone.to_datetime(at)))
    }

    fn covers(&self, local: DateTime) -> bool {
        let today = local.date();
        if self.holidays.contains(&today) {
            return false;
        }
        let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
        let weekday = today.weekday().to_monday_one_offset();
        let yesterday = if weekday == 1 { 7 } else { weekday - 1 };
        self.week.iter().any(|span| {
            let begins = i32::from(span.day) == i32::from(weekday) && minute >= span.from;
            if span.to > span.from {
                return begins && minute < span.to;
            }
            // It ends on the day after; a holiday in between has closed the day it begins on, not its end.
            begins || (i32::from(span.day) == i32::from(yesterday) && minute < span.to && self.began(today))
        })
    }

    /// Whether the day before was no holiday: a span that did not begin does not go on.
    fn began(&self, today: Date) -> bool {
        today.yesterday().is_ok_and(|yesterday| !self.holidays.contains(&yesterday))
    }

    /// A moment on the clock of these hours: the time of day, with the date where it is not today.
    pub fn clock(&self, at: Time, now: Time) -> Option<String> {
        let local = |at: Time| Some(self.zone.to_datetime(Timestamp::from_millisecond(at.0).ok()?));
        let (at, now) = (local(at)?, local(now)?);
        let form = if at.date() == now.date() { "%H:%M" } else { "%Y-%m-%d, %H:%M" };
        Some(at.strftime(form).to_string())
    }

    /// The first moment at which people answer, from one on. None if they do not within a year.
    pub fn next_open(&self, from: Time) -> Option<Time> {
        if self.is_open(from) {
            return Some(from);
        }
        let begin = Timestamp::from_millisecond(from.0).ok()?;
        let first = self.zone.to_datetime(begin).date();
        // It can open where a span begins, at midnight, and where the clock is moved.
        let mut moves = self.zone.following(begin).map(|moved| moved.timestamp()).peekable();
        for ahead in 0..HORIZON {
            let day = first.checked_add(ahead.days()).ok()?;
            let mut starts = self.starts(day);
            let end = self.instants(day.tomorrow().ok()?.at(0, 0, 0, 0)).into_iter().max()?;
            while let Some(moved) = moves.next_if(|moved| *moved < end) {
                starts.push(moved);
            }
            starts.sort_unstable();
            let opens = |at: &Timestamp| *at >= begin && self.covers(self.zone.to_datetime(*at));
            if let Some(open) = starts.into_iter().find(opens) {
                return Some(Time(open.as_millisecond()));
            }
        }
        None
    }

    /// How long people have worked between two moments, in milliseconds.
    pub fn worked_ms(&self, from: Time, to: Time) -> i64 {
        let mut worked = 0;
        self.each_part(from, |begin, end| {
            worked += end.min(to).since_ms(begin).max(0);
            end < to
        });
        worked
    }

    /// The moment at which people have worked so many milliseconds from another one on. None if they have not within a
    /// year.
    pub fn after_working(&self, from: Time, ms: i64) -> Option<Time> {
        if ms <= 0 {
            return Some(from);
        }
        let (mut left, mut reached) = (ms, None);
        self.each_part(from, |begin, end| {
            let part = end.since_ms(begin);
            if part >= left {
                reached = Some(begin.plus_ms(left));
            }
            left -= part;
            reached.is_none()
        });
        reached
    }

    /// Tells each part of time in which people answer, from a moment on, in its order, for as long as that is wanted and
    /// at most for a year.
    fn each_part(&self, from: Time, mut tell: impl FnMut(Time, Time) -> bool) {
        let Ok(begin) = Timestamp::from_millisecond(from.0) else { return };
        let first = self.zone.to_datetime(begin).date();
        let mut moves = self.zone.following(begin).map(|moved| moved.timestamp()).peekable();
        let mut reached = begin;
        for ahead in 0..HORIZON {
            let Ok(day) = first.checked_add(ahead.days()) else { return };
            let Ok(midnight) = day.tomorrow().map(|next| next.at(0, 0, 0, 0)) else { return };
            let Some(end) = self.instants(midnight).into_iter().max() else { return };
            // Between two of these it is open all the time, or closed all the time.
            let mut edges = self.edges(day);
            edges.push(end);
            while let Some(moved) = moves.next_if(|moved| *moved <= end) {
                edges.push(moved);
            }
            edges.sort_unstable();
            for edge in edges.into_iter().filter(|edge| *edge <= end) {
                if edge <= reached {
                    continue;
                }
                let part = (Time(reached.as_millisecond()), Time(edge.as_millisecond()));
                if self.covers(self.zone.to_datetime(reached)) && !tell(part.0, part.1) {
                    return;
                }
                reached = edge;
            }
            // What is closed for long is told of too, as nothing: whoever asks can stop.
            if !tell(Time(reached.as_millisecond()), Time(reached.as_millisecond())) {
                return;
            }
        }
    }

    fn edges(&self, day: Date) -> Vec<Timestamp> {
        let ends = self.week.iter().filter(|span| span.to < DAY_MINUTES).filter_map(|span| {
            let (hour, minute) = (i8::try_from(span.to / 60).ok()?, i8::try_from(span.to % 60).ok()?);
            Some(day.at(hour, minute, 0, 0))
        });
        let ends: Vec<Timestamp> = ends.flat_map(|local| self.instants(local)).collect();
        self.starts(day).into_iter().chain(ends).collect()
    }

    fn starts(&self, day: Date) -> Vec<Timestamp> {
        let spans = self.week.iter().filter_map(|span| {
            let (hour, minute) = (i8::try_from(span.from / 60).ok()?, i8::try_from(span.from % 60).ok()?);
            Some(day.at(hour, minute, 0, 0))
        });
        spans.chain([day.at(0, 0, 0, 0)]).flat_map(|local| self.instants(local)).collect()
    }

    /// The moments at which the clock shows a time: two where it goes back, and the end of the gap where it skips it.
    fn instants(&self, local: DateTime) -> Vec<Timestamp> {
        let zoned =
            [self.zone.to_ambiguous_zoned(local).earlier(), self.zone.to_ambiguous_zoned(local).later()];
        zoned.into_iter().flatten().map(|zoned| zoned.timestamp()).collect()
    }
}

#[cfg(test)]
mod tests {
    use contract::hours::Holiday;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Time {
        Time(text.parse::<Timestamp>().expect("a moment").as_millisecond())
    }

    fn berlin(week: Vec<Span>, holidays: &[&str]) -> Checked {
        let holiday = |date: &&str| Holiday { date: (*date).to_owned(), name: String::new() };
        let holidays = holidays.iter().map(holiday).collect();
        check(&Hours { zone: "Europe/Berlin".to_owned(), week, holidays }).expect("hours")
    }

    fn weekdays(from: i32, to: i32) -> Vec<Span> {
        (1..=5).map(|day| Span { day, from, to }).collect()
    }

    #[test]
    fn a_shop_is_open_on_its_own_clock_and_not_at_its_closing_minute() {
        let shop = berlin(weekdays(540, 1020), &[]);
        assert!(!shop.is_open(at("2026-11-27T07:59:59Z")) && shop.is_open(at("2026-11-27T08:00:00Z")));
        assert!(shop.is_open(at("2026-11-27T15:59:59Z")) && !shop.is_open(at("2026-11-27T16:00:00Z")));
        assert_eq!(shop.next_open(at("2026-11-27T16:00:00Z")), Some(at("2026-11-30T08:00:00Z")));
        // In summer the same hour of the clock is another moment.
        assert!(shop.is_open(at("2026-07-01T07:00:00Z")));
    }

    #[test]
    fn a_night_shift_goes_on_after_midnight_and_a_holiday_closes_its_day() {
        let night = berlin(vec![Span { day: 5, from: 1320, to: 360 }], &[]);
        assert!(night.is_open(at("2026-11-27T22:00:00Z")) && night.is_open(at("2026-11-28T04:59:00Z")));
        assert!(!night.is_open(at("2026-11-28T05:00:00Z")));
        let shop = berlin(weekdays(540, 1020), &["2026-12-25", "2026-12-24"]);
        assert_eq!(shop.next_open(at("2026-12-23T17:00:00Z")), Some(at("2026-12-28T08:00:00Z")));
        let night = berlin(vec![Span { day: 5, from: 1320, to: 360 }], &["2026-12-25"]);
        assert!(!night.is_open(at("2026-12-26T01:00:00Z")), "what did not begin does not go on");
    }

    #[test]
    fn only_the_time_in_which_people_answer_is_worked() {
        let shop = berlin(weekdays(540, 1020), &["2026-12-25"]);
        let hour = 3_600_000;
        // From Friday 16:00 to Monday 10:00 on the clock there: one hour, and one.
        let (friday, monday) = (at("2026-11-27T15:00:00Z"), at("2026-11-30T09:00:00Z"));
        assert_eq!(shop.worked_ms(friday, monday), 2 * hour);
        assert_eq!(shop.after_working(friday, 90 * 60_000), Some(at("2026-11-30T08:30:00Z")));
        assert_eq!(shop.worked_ms(monday, friday), 0, "backwards nothing is worked");
        // A holiday is not worked, and a night over the change of the clock is an hour longer.
        assert_eq!(shop.worked_ms(at("2026-12-24T15:00:00Z"), at("2026-12-28T09:00:00Z")), 2 * hour);
        let night = berlin(vec![Span { day: 6, from: 1320, to: 360 }], &[]);
        assert_eq!(night.worked_ms(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")), 9 * hour);
        assert_eq!(night.worked_ms(at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), 7 * hour);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_is_wrong() {
        let hours = |zone: &str, week: Vec<Span>| Hours { zone: zone.to_owned(), week, holidays: Vec::new() };
        let wrong = |hours: Hours| check(&hours).expect_err("refused");
        assert!(wrong(hours("Mars/Base", weekdays(0, 60))).contains("Mars/Base"));
        assert!(wrong(hours("UTC", Vec::new())).contains("never open"));
        for span in [(0, 0, 60), (8, 0, 60), (1, 60, 60), (1, -1, 60), (1, 0, 1441)] {
            let span = Span { day: span.0, from: span.1, to: span.2 };
            assert!(wrong(hours("UTC", vec![span])).contains("weekday"), "{span:?}");
        }
        let mut holiday = hours("UTC", weekdays(0, 60));
        holiday.holidays = vec![Holiday { date: "25.12.".to_owned(), name: String::new() }];
        assert!(wrong(holiday).contains("25.12."));
    }

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        let span = (1..=7_u8, 0..48_i32, 1..=48_i32)
            .prop_filter("it has a length", |(_, from, to)| from != to)
            .prop_map(|(day, from, to)| Span { day, from: from * 30, to: to * 30 });
        prop::collection::vec(span, 1..6)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        /// From any moment around a change of the clock, the next opening is open, and nothing before it is.
        #[test]
        fn the_next_opening_is_the_first_open_moment(
            week in spans(),
            zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
            change in prop::sample::select(vec!["2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z",
                "2026-03-08T06:00:00Z", "2026-11-01T05:00:00Z", "2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"]),
            before in -2_000..2_000_i64,
        ) {
            let hours = Hours { zone: zone.to_owned(), week, holidays: Vec::new() };
            let checked = check(&hours).expect("hours");
            let from = Time(at(change).0 - before * 60_000);
            let open = checked.next_open(from).expect("a week has an opening");
            prop_assert!(open >= from && checked.is_open(open));
            let mut minute = from;
            while minute < open {
                prop_assert!(!checked.is_open(minute), "open at {} already", minute.0);
                minute = minute.plus_ms(60_000);
            }
        }

        /// Around a change of the clock, the time that is worked is that of the minutes that are open, and after as much
        /// working time the end is reached.
        #[test]
        fn what_is_worked_is_counted_minute_by_minute(
            week in spans(),
            zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
            change in prop::sample::select(vec!["2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z",
                "2026-03-08T06:00:00Z", "2026-11-01T05:00:00Z", "2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"]),
            before in 0..2_000_i64,
            length in 0..4_000_i64,
        ) {
            let hours = Hours { zone: zone.to_owned(), week, holidays: Vec::new() };
            let checked = check(&hours).expect("hours");
            let from = Time(at(change).0 - before * 60_000);
            let to = from.plus_ms(length * 60_000);
            let minutes = (0..length).filter(|minute| checked.is_open(from.plus_ms(minute * 60_000))).count();
            let worked = checked.worked_ms(from, to);
            prop_assert_eq!(worked, i64::try_from(minutes).expect("few") * 60_000);
            let reached = checked.after_working(from, worked).expect("a week has an opening");
            prop_assert!(reached <= to);
            prop_assert_eq!(checked.worked_ms(from, reached), worked);
            let later = checked.after_working(from, worked + 1).expect("a week has an opening");
            prop_assert!(later > to && checked.is_open(later.plus_ms(-1)));
        }
    }
}
