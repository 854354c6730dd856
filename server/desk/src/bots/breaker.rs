//! When a bot is left alone: after so many failures in a row, when most of its answers are slow, or when it lets go of
//! most conversations although no customer has asked for that. After a rest one turn is let through to see.

/// What a bot is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Failures in a row.
    pub errors: i32,
    /// An answer that takes longer is slow, in milliseconds.
    pub slow_ms: i32,
    /// Handoffs that no customer asked for, of a hundred turns; absent: any number.
    pub handoffs: Option<i32>,
    /// The first rest, in milliseconds; each further one in a row is twice as long.
    pub rest_ms: i32,
}

/// The last turns of a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recent {
    /// How many.
    pub turns: i64,
    /// Of these, slow ones.
    pub slow: i64,
    /// Of these, handoffs that no customer asked for.
    pub handoffs: i64,
}

/// How many of the last turns are looked at.
pub const LOOKED_AT: i64 = 20;
/// Fewer turns than this say nothing.
const ENOUGH: i64 = 10;
/// The longest rest, in milliseconds.
const LONGEST_REST_MS: i64 = 10 * 60_000;

impl Limits {
    /// Why a bot is to be left alone after so many failures in a row, if it is.
    pub fn after_failures(&self, failures: i32) -> Option<String> {
        (failures >= self.errors).then(|| format!("It failed {failures} times in a row."))
    }

    /// Why a bot is to be left alone after its last turns, if it is.
    pub fn after(&self, recent: Recent) -> Option<String> {
        let Recent { turns, slow, handoffs } = recent;
        if turns < ENOUGH {
            return None;
        }
        if slow * 2 > turns {
            return Some(format!("{slow} of its last {turns} answers took longer than {} ms.", self.slow_ms));
        }
        let most = i64::from(self.handoffs?);
        (handoffs * 100 >= most * turns)
            .then(|| format!("It let go of {handoffs} of its last {turns} conversations unasked."))
    }

    /// How long it rests, the so-manieth time in a row (from 1), in milliseconds.
    pub fn rest_ms(&self, opening: i32) -> i64 {
        let doublings = u32::try_from(opening.saturating_sub(1)).unwrap_or(0).min(10);
        (i64::from(self.rest_ms) << doublings).min(LONGEST_REST_MS.max(i64::from(self.rest_ms)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { errors: 5, slow_ms: 20_000, handoffs: Some(80), rest_ms: 30_000 };

    #[test]
    fn failures_in_a_row_are_counted_to_the_limit() {
        assert_eq!(LIMITS.after_failures(4), None);
        assert!(LIMITS.after_failures(5).is_some());
    }

    #[test]
    fn slowness_and_handoffs_need_enough_turns_to_say_something() {
        let of = |turns, slow, handoffs| LIMITS.after(Recent { turns, slow, handoffs }).is_some();
        assert!(!of(9, 9, 9) && of(10, 6, 0) && !of(10, 5, 0));
        assert!(of(20, 0, 16) && !of(20, 0, 15));
        assert_eq!(
            Limits { handoffs: None, ..LIMITS }.after(Recent { turns: 20, slow: 0, handoffs: 20 }),
            None
        );
    }

    #[test]
    fn each_rest_is_twice_as_long_as_the_one_before_up_to_ten_minutes() {
        let rests: Vec<_> = [1, 2, 3, 6, 99].map(|n| LIMITS.rest_ms(n)).to_vec();
        assert_eq!(rests, [30_000, 60_000, 120_000, 600_000, 600_000]);
    }
}
