//! The order of a thread: messages stand where the customer would see them, and late ones slip into their place.

use contract::Time;
use contract::time::HOUR_MS;

/// The place of a message that came in: when we got it, or the end of the provider's second if that is earlier.
pub fn inbound(received_at: Time, provider_at: Option<Time>, whole_seconds: bool) -> Time {
    let Some(at) = provider_at else { return received_at };
    let end = if whole_seconds { at.plus_ms(999) } else { at };
    received_at.min(end)
}

/// The place of a message that goes out: now, but never before anything that is already there.
pub fn outbound(now: Time, last: Time) -> Time {
    now.max(last)
}

/// The provider's time of a message, unless it makes no sense: before 2009 or more than a day ahead.
pub fn sane(at: Option<Time>, received_at: Time) -> Option<Time> {
    const START_OF_2009: i64 = 1_230_768_000_000;
    at.filter(|at| at.0 >= START_OF_2009 && at.since_ms(received_at) <= 24 * HOUR_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_message_stands_where_it_was_written() {
        let on_time = inbound(Time(1_700_000_011_100), Some(Time(1_700_000_011_000)), true);
        let late = inbound(Time(1_700_000_030_000), Some(Time(1_700_000_010_000)), true);
        assert!(late < on_time);
    }

    #[test]
    fn a_reply_never_stands_before_what_it_answers() {
        assert_eq!(outbound(Time(5), Time(9)), Time(9));
    }

    #[test]
    fn nonsense_times_do_not_count() {
        assert_eq!(sane(Some(Time(1_000)), Time(1_700_000_000_000)), None);
        assert_eq!(sane(Some(Time(1_700_200_000_000)), Time(1_700_000_000_000)), None);
    }
}
