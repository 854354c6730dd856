//! How a delivery moves: forward only, by rank.

use contract::DeliveryState;
use contract::message::DeliveryState::*;

use crate::channels::StatusWord;

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
    fn pauses_grow_and_stay_within_bounds() {
        assert_eq!(backoff_ms(1, 0.5), 1_000);
        assert_eq!(backoff_ms(4, 0.5), 8_000);
        assert!(backoff_ms(40, 1.0) <= 360_000);
        assert_eq!(pair_backoff_ms(2, 0.5), 16_000);
    }
}
