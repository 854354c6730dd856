//! How long somebody will wait, from how long others have waited.

/// Of how few waits nothing can be said.
const FEWEST: usize = 5;
/// What is said, in minutes: never less than it looks like.
const SAID: [i64; 10] = [2, 3, 5, 10, 15, 20, 30, 45, 60, 90];

/// How long somebody has waited, and behind how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    /// How many waited before them.
    pub ahead: i32,
    /// How long they waited, in milliseconds.
    pub ms: i64,
}

/// How many minutes somebody waits behind so many: three out of four have waited no longer for each place of theirs.
/// Nothing where too little was measured, or where it is too long to be promised.
pub fn minutes(measured: &[Waited], ahead: i32) -> Option<i64> {
    if measured.len() < FEWEST {
        return None;
    }
    let mut for_each: Vec<i64> =
        measured.iter().map(|waited| waited.ms.max(0) / i64::from(waited.ahead.max(0) + 1)).collect();
    for_each.sort_unstable();
    let at = (for_each.len() * 3).div_ceil(4).saturating_sub(1);
    let ms = for_each.get(at)?.saturating_mul(i64::from(ahead.max(0)) + 1);
    let minutes = ms.div_euclid(60_000) + i64::from(ms % 60_000 > 0);
    SAID.into_iter().find(|said| *said >= minutes)
}

/// How many of those who wait must be counted as ahead at most: beyond, nothing is promised.
pub const COUNTED: i64 = 500;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn waits(ms: &[i64]) -> Vec<Waited> {
        ms.iter().map(|ms| Waited { ahead: 0, ms: *ms }).collect()
    }

    #[test]
    fn nothing_is_said_where_nothing_was_measured() {
        assert_eq!(minutes(&[], 0), None);
        assert_eq!(minutes(&waits(&[1_000; 4]), 0), None);
        assert_eq!(minutes(&waits(&[1_000; 5]), 0), Some(2));
    }

    #[test]
    fn it_is_rounded_up_and_never_down() {
        assert_eq!(minutes(&waits(&[180_000; 8]), 0), Some(3));
        assert_eq!(minutes(&waits(&[180_001; 8]), 0), Some(5));
        assert_eq!(minutes(&waits(&[60_000; 8]), 9), Some(10));
        assert_eq!(minutes(&waits(&[60_000; 8]), 200), None, "what is too long is not promised");
    }

    #[test]
    fn somebody_who_waited_behind_many_counts_for_one_place() {
        let measured = [Waited { ahead: 9, ms: 600_000 }; 6];
        assert_eq!(minutes(&measured, 0), Some(2));
        assert_eq!(minutes(&measured, 4), Some(5));
    }

    proptest! {
        #[test]
        fn more_ahead_is_never_sooner(
            measured in prop::collection::vec((0..20_i32, 0..3_600_000_i64), 5..40), ahead in 0..50_i32,
        ) {
            let measured: Vec<Waited> = measured.into_iter().map(|(ahead, ms)| Waited { ahead, ms }).collect();
            let (near, far) = (minutes(&measured, ahead), minutes(&measured, ahead + 1));
            prop_assert!(far.is_none() || near.is_some_and(|near| Some(near) <= far));
        }
    }
}
