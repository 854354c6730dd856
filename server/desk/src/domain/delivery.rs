//! How a delivery moves: forward only, by rank.

use std::fmt;
use std::str::FromStr;

use contract::message::DeliveryState::*;
use contract::{DeliveryId, DeliveryState};

use crate::channels::StatusWord;

/// What is attached to a send and comes back in its statuses: `<delivery>`, or `<delivery>.<round>` where a person
/// has asked for it again. To a provider that tells repeats by it, the same mark is the same send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The delivery.
    pub delivery: DeliveryId,
    /// How often it was asked for, from 1.
    pub round: i32,
}

impl fmt::Display for Mark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.round {
            ..=1 => self.delivery.fmt(formatter),
            round => write!(formatter, "{}.{round}", self.delivery),
        }
    }
}

impl FromStr for Mark {
    type Err = ();

    fn from_str(text: &str) -> Result<Mark, ()> {
        let (delivery, round) = match text.split_once('.') {
            Some((delivery, round)) => (delivery, round.parse().map_err(|_| ())?),
            None => (text, 1),
        };
        Ok(Mark { delivery: delivery.parse().map_err(|_| ())?, round })
    }
}

/// The rank of a state on the way to the customer's eyes. What has failed, is cancelled or is uncertain has
/// none: see [`after_status`].
pub fn rank(state: DeliveryState) -> Option<u8> {
    match state {
        Queued => Some(0),
        Sending => Some(1),
        Accepted => Some(2),
        Sent => Some(3),
        Delivered => Some(4),
        Read => Some(5),
        Failed | Uncertain | Cancelled => None,
    }
}

/// The state that a provider's word means.
pub fn state_of(word: StatusWord) -> DeliveryState {
    match word {
        StatusWord::Sent => Sent,
        StatusWord::Delivered => Delivered,
        StatusWord::Read | StatusWord::Played => Read,
        StatusWord::Failed => Failed,
    }
}

/// The state after a status, if the status moves it. A higher rank moves it; `uncertain` is left by any status;
/// `failed` holds only against what has not reached the phone; nothing moves what was cancelled, and a failed
/// one comes back only with proof that it arrived.
pub fn after_status(now: DeliveryState, word: StatusWord) -> Option<DeliveryState> {
    let next = state_of(word);
    match (now, next) {
        (Cancelled, _) => None,
        (Failed, Delivered | Read) => Some(next),
        (Failed, _) => None,
        (Uncertain, _) => Some(next),
        (Delivered | Read, Failed) => None,
        (_, Failed) => Some(Failed),
        _ => (rank(next) > rank(now)).then_some(next),
    }
}

/// The state of a message from those of its deliveries: failed or uncertain if any is, else the lowest rank;
/// cancelled only if nothing of it went out.
pub fn of_message(parts: &[DeliveryState]) -> Option<DeliveryState> {
    if parts.contains(&Failed) {
        return Some(Failed);
    }
    if parts.contains(&Uncertain) {
        return Some(Uncertain);
    }
    let lowest =
        parts.iter().copied().filter(|state| rank(*state).is_some()).min_by_key(|state| rank(*state));
    lowest.or_else(|| parts.contains(&Cancelled).then_some(Cancelled))
}

/// How long to wait before the next try, in milliseconds: 1, 2, 4 … seconds and at most 5 minutes, each with up
/// to a fifth more or less (`jitter` from 0 to 1), so that many that failed together do not come back together.
pub fn backoff_ms(attempts: i32, jitter: f64) -> i64 {
    let exponent = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0);
    let base = (1_000_i64 << exponent.min(9)).min(300_000);
    spread(base, jitter)
}

/// How long to wait when one recipient got too much: 4, 16, 64 … seconds and at most 5 minutes.
pub fn pair_backoff_ms(attempts: i32, jitter: f64) -> i64 {
    let exponent = u32::try_from(attempts.clamp(1, 6)).unwrap_or(1);
    spread((1_000 * 4_i64.pow(exponent)).min(300_000), jitter)
}

/// Tries before a passing failure counts as final.
pub const MOST_ATTEMPTS: i32 = 8;

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "milliseconds below 2^53")]
fn spread(base: i64, jitter: f64) -> i64 {
    let factor = 0.8 + 0.4 * jitter.clamp(0.0, 1.0);
    (base as f64 * factor) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_move_a_delivery_forward_only() {
        assert_eq!(after_status(Accepted, StatusWord::Read), Some(Read));
        assert_eq!(after_status(Read, StatusWord::Delivered), None);
        assert_eq!(after_status(Read, StatusWord::Sent), None);
        assert_eq!(after_status(Sending, StatusWord::Sent), Some(Sent));
    }

    #[test]
    fn a_failure_after_arrival_changes_nothing() {
        assert_eq!(after_status(Delivered, StatusWord::Failed), None);
        assert_eq!(after_status(Sent, StatusWord::Failed), Some(Failed));
        assert_eq!(after_status(Failed, StatusWord::Read), Some(Read));
    }

    #[test]
    fn any_status_settles_what_was_uncertain() {
        assert_eq!(after_status(Uncertain, StatusWord::Sent), Some(Sent));
        assert_eq!(after_status(Uncertain, StatusWord::Failed), Some(Failed));
    }

    #[test]
    fn a_message_is_as_far_as_its_slowest_part() {
        assert_eq!(of_message(&[Read, Sent]), Some(Sent));
        assert_eq!(of_message(&[Read, Failed]), Some(Failed));
        assert_eq!(of_message(&[Cancelled, Cancelled]), Some(Cancelled));
        assert_eq!(of_message(&[Delivered, Cancelled]), Some(Delivered));
    }

    #[test]
    fn a_mark_tells_the_delivery_and_the_round() {
        let delivery: DeliveryId = "0198c6a0-0000-7000-8000-000000000001".parse().unwrap();
        for (round, suffix) in [(1, ""), (2, ".2"), (12, ".12")] {
            let mark = Mark { delivery, round };
            assert_eq!(mark.to_string(), format!("{delivery}{suffix}"));
            assert_eq!(mark.to_string().parse(), Ok(mark));
        }
        for other in ["", "hello", ".2", "0198c6a0-0000-7000-8000-000000000001.x"] {
            assert!(other.parse::<Mark>().is_err(), "{other}");
        }
    }

    #[test]
    fn pauses_grow_and_stay_within_bounds() {
        assert_eq!(backoff_ms(1, 0.5), 1_000);
        assert_eq!(backoff_ms(4, 0.5), 8_000);
        assert!(backoff_ms(40, 1.0) <= 360_000);
        assert_eq!(pair_backoff_ms(2, 0.5), 16_000);
    }
}
