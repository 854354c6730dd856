//! Skills: `billing` is asked for, `billing:4` at level 4 or better, `french?` preferably.

use std::collections::BTreeMap;

/// The level of somebody who is good at something, where nobody has said how good.
pub const USUAL: u8 = 3;
/// The best.
pub const MOST: u8 = 5;

/// One skill that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What.
    pub skill: String,
    /// How good they must be.
    pub level: u8,
    /// Whether it can be done without from the beginning of the first ring on.
    pub preferred: bool,
}

/// Splits `billing:4` into the skill, in small letters, and its level. A level that is none is part of the name.
pub fn split(words: &str) -> (String, Option<u8>) {
    let words = words.trim().to_lowercase();
    let level = words.rsplit_once(':').and_then(|(skill, level)| {
        let level = level.trim().parse().ok().filter(|level| (1..=MOST).contains(level))?;
        Some((skill.trim().to_owned(), level))
    });
    match level {
        Some((skill, level)) if !skill.is_empty() => (skill, Some(level)),
        _ => (words, None),
    }
}

impl Need {
    /// Reads one. Without a level anybody will do who has the skill.
    pub fn read(words: &str) -> Need {
        let words = words.trim();
        let (named, preferred) = words.strip_suffix('?').map_or((words, false), |named| (named, true));
        let (skill, level) = split(named);
        Need { skill, level: level.unwrap_or(1), preferred }
    }

    /// Whether somebody is good enough in a ring. The first ring does without what is preferred, each further one asks for
    /// a level less, and below the lowest level for nothing.
    pub fn is_met(&self, skills: &BTreeMap<String, u8>, ring: i32) -> bool {
        if self.preferred && ring > 0 {
            return true;
        }
        let level = i32::from(self.level) - (ring - 1).max(0);
        level <= 0 || skills.get(&self.skill).is_some_and(|has| i32::from(*has) >= level)
    }

    /// Whether somebody has all that was asked for at first.
    pub fn is_met_at_first(&self, skills: &BTreeMap<String, u8>) -> bool {
        skills.get(&self.skill).is_some_and(|has| *has >= self.level)
    }
}

/// The ring that has come. Without a pace nothing is relaxed but what was only preferred.
pub fn ring(relax_seconds: Option<i32>, waited_s: i64) -> i32 {
    match relax_seconds {
        Some(pace) if pace > 0 => {
            i32::try_from(waited_s.max(0) / i64::from(pace)).unwrap_or(i32::MAX).min(i32::from(MOST) + 1)
        }
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_is_read() {
        assert_eq!(Need::read(" Billing:4 "), Need { skill: "billing".into(), level: 4, preferred: false });
        assert_eq!(Need::read("french?"), Need { skill: "french".into(), level: 1, preferred: true });
        assert_eq!(Need::read("iso:9000").skill, "iso:9000", "what is no level is part of the name");
    }

    #[test]
    fn what_is_asked_for_becomes_less_ring_by_ring() {
        let knows = BTreeMap::from([("billing".to_owned(), 2)]);
        let (must, nice) = (Need::read("billing:4"), Need::read("french?"));
        let met = |need: &Need, rings: std::ops::Range<i32>| {
            rings.map(|n| need.is_met(&knows, n)).collect::<Vec<_>>()
        };
        assert_eq!(met(&must, 0..4), [false, false, false, true]);
        assert_eq!(met(&nice, 0..2), [false, true]);
        assert!(Need::read("law").is_met(&knows, 2), "below the lowest level anybody will do");
        assert_eq!((ring(Some(30), 29), ring(Some(30), 61), ring(None, 900)), (0, 2, 1));
    }
}
