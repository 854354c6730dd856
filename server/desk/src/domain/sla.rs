//! Promises about time, pure: what is promised at a moment, for how long that has been so, and until when it is kept.

use contract::sla::{SlaDraft, SlaTarget};
use contract::time::MINUTE_MS;
use contract::{Stage, Time};

use super::hours::Checked;

/// How a conversation stands, as far as promises ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its stage.
    pub stage: Stage,
    /// Whether a person has ever answered.
    pub replied: bool,
    /// The number of the customer's first message that no person has answered.
    pub asked: Option<i64>,
    /// Whether the customer has said the last word, bots' answers counted.
    pub last_by_customer: bool,
    /// The number of the event by which it began, or was last opened again.
    pub begun: i64,
}

/// What is promised, and how far that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// What.
    pub target: SlaTarget,
    /// The number of the event that it counts from.
    pub episode: i64,
    /// How long it has counted until it ran last.
    pub spent_ms: i64,
    /// Since when it runs; absent: it stands still.
    pub running_since: Option<Time>,
    /// When a warning was told.
    pub warned_at: Option<Time>,
    /// When it was broken.
    pub breached_at: Option<Time>,
}

/// When something is to be told of a promise. Nothing is due while it stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// That it will be broken.
    pub warn_at: Option<Time>,
    /// That it is.
    pub breach_at: Option<Time>,
}

/// A policy with the hours that count.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The policy.
    pub policy: &'a SlaDraft,
    /// The hours of the team, else of the channel; absent: people always answer.
    pub hours: Option<&'a Checked>,
}

impl Terms<'_> {
    fn counted(&self, from: Time, to: Time) -> i64 {
        match self.hours.filter(|_| self.policy.working_time) {
            Some(hours) => hours.worked_ms(from, to),
            None => to.since_ms(from).max(0),
        }
    }

    fn after(&self, from: Time, ms: i64) -> Option<Time> {
        match self.hours.filter(|_| self.policy.working_time) {
            Some(hours) => hours.after_working(from, ms),
            None => Some(from.plus_ms(ms)),
        }
    }

    /// The clocks as they are from now on. What is promised no more has none.
    pub fn tend(&self, clocks: &[Clock], standing: Standing, now: Time) -> Vec<Clock> {
        let promised = SlaTarget::ALL.into_iter().filter(|target| self.policy.minutes(*target).is_some());
        let wanted = promised.filter_map(|target| Some((target, standing.episode(target)?)));
        let tended = wanted.map(|(target, episode)| {
            let known = clocks.iter().find(|clock| clock.target == target && clock.episode == episode);
            let mut clock = known.copied().unwrap_or(Clock {
                target,
                episode,
                spent_ms: 0,
                running_since: None,
                warned_at: None,
                breached_at: None,
            });
            if let Some(since) = clock.running_since.filter(|_| !standing.runs()) {
                clock.spent_ms += self.counted(since, now);
                clock.running_since = None;
            } else if standing.runs() && clock.running_since.is_none() {
                clock.running_since = Some(now);
            }
            clock
        });
        tended.collect()
    }

    /// When something is to be told of a clock.
    pub fn due(&self, clock: &Clock) -> Due {
        let (Some(since), Some(minutes)) = (clock.running_since, self.policy.minutes(clock.target)) else {
            return Due::default();
        };
        let limit = i64::from(minutes) * MINUTE_MS;
        let at = |limit: i64| self.after(since, (limit - clock.spent_ms).max(0));
        let early = limit - i64::from(self.policy.warning) * MINUTE_MS;
        let told = clock.warned_at.is_some() || clock.breached_at.is_some();
        Due {
            warn_at: if self.policy.warning > 0 && early > 0 && !told { at(early) } else { None },
            breach_at: if clock.breached_at.is_none() { at(limit) } else { None },
        }
    }
}

impl Standing {
    /// Whether the customer waits for us: for whoever takes it, or for the answer of the person or bot that has it.
    fn runs(&self) -> bool {
        match self.stage {
            Stage::Waiting => true,
            Stage::Assigned => self.asked.is_some(),
            Stage::Bot => self.last_by_customer,
            Stage::Snoozed | Stage::Resolved => false,
        }
    }

    /// What a promise counts from, where it holds.
    fn episode(&self, target: SlaTarget) -> Option<i64> {
        match target {
            _ if self.stage == Stage::Resolved => None,
            SlaTarget::FirstResponse => (!self.replied).then_some(self.begun),
            SlaTarget::NextResponse => self.asked.filter(|_| self.replied),
            SlaTarget::Resolution => Some(self.begun),
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::hours::{Hours, Span};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::hours;

    const MINUTE: i64 = MINUTE_MS;

    fn policy() -> SlaDraft {
        SlaDraft {
            name: "Gold".to_owned(),
            first_response: Some(10),
            next_response: Some(20),
            resolution: Some(60),
            warning: 5,
            working_time: true,
        }
    }

    fn asked() -> Standing {
        Standing { stage: Stage::Waiting, replied: false, asked: Some(2), last_by_customer: true, begun: 1 }
    }

    fn answered() -> Standing {
        Standing { stage: Stage::Assigned, replied: true, asked: None, last_by_customer: false, begun: 1 }
    }

    fn clock(clocks: &[Clock], target: SlaTarget) -> Clock {
        *clocks.iter().find(|clock| clock.target == target).expect("it is promised")
    }

    #[test]
    fn a_first_answer_is_promised_until_it_is_given_and_then_each_next_one() {
        let policy = policy();
        let terms = Terms { policy: &policy, hours: None };
        let clocks = terms.tend(&[], asked(), Time(0));
        let targets: Vec<_> = clocks.iter().map(|clock| clock.target).collect();
        assert_eq!(targets, [SlaTarget::FirstResponse, SlaTarget::Resolution]);
        let due = terms.due(&clocks[0]);
        assert_eq!(due, Due { warn_at: Some(Time(5 * MINUTE)), breach_at: Some(Time(10 * MINUTE)) });
        let clocks = terms.tend(&clocks, answered(), Time(3 * MINUTE));
        assert_eq!(clocks.len(), 1, "the answer was given, the resolution is left: {clocks:?}");
        let again = Standing { asked: Some(7), last_by_customer: true, ..answered() };
        let clocks = terms.tend(&clocks, again, Time(30 * MINUTE));
        let next = clock(&clocks, SlaTarget::NextResponse);
        assert_eq!(terms.due(&next).breach_at, Some(Time(50 * MINUTE)));
        // What the customer adds makes it no later.
        let clocks = terms.tend(&clocks, again, Time(40 * MINUTE));
        assert_eq!(clock(&clocks, SlaTarget::NextResponse), next);
        // Another question is another promise.
        let other = Standing { asked: Some(12), ..again };
        let clocks = terms.tend(&clocks, other, Time(45 * MINUTE));
        assert_eq!(terms.due(&clock(&clocks, SlaTarget::NextResponse)).breach_at, Some(Time(65 * MINUTE)));
    }

    #[test]
    fn it_stands_still_while_put_aside_and_while_the_customer_is_waited_for() {
        let policy = policy();
        let terms = Terms { policy: &policy, hours: None };
        let clocks = terms.tend(&[], asked(), Time(0));
        let aside = Standing { stage: Stage::Snoozed, ..asked() };
        let clocks = terms.tend(&clocks, aside, Time(4 * MINUTE));
        assert!(clocks.iter().all(|clock| terms.due(clock) == Due::default()), "{clocks:?}");
        let clocks = terms.tend(&clocks, asked(), Time(100 * MINUTE));
        assert_eq!(terms.due(&clocks[0]).breach_at, Some(Time(106 * MINUTE)));
        let clocks = terms.tend(&clocks, answered(), Time(101 * MINUTE));
        let resolution = clock(&clocks, SlaTarget::Resolution);
        assert_eq!((resolution.spent_ms, terms.due(&resolution)), (5 * MINUTE, Due::default()));
        let by_bot = Standing { stage: Stage::Bot, last_by_customer: false, ..asked() };
        assert!(!by_bot.runs() && Standing { stage: Stage::Waiting, ..by_bot }.runs(), "a bot has let go");
        assert!(terms.tend(&clocks, Standing { stage: Stage::Resolved, ..asked() }, Time(0)).is_empty());
    }

    #[test]
    fn what_was_told_is_not_told_again() {
        let policy = policy();
        let terms = Terms { policy: &policy, hours: None };
        let mut clock = terms.tend(&[], asked(), Time(0))[0];
        clock.warned_at = Some(Time(5 * MINUTE));
        assert_eq!(terms.due(&clock), Due { warn_at: None, breach_at: Some(Time(10 * MINUTE)) });
        clock.breached_at = Some(Time(10 * MINUTE));
        assert_eq!(terms.due(&clock), Due::default());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        /// However often it stands still, over nights and changes of the clock, it is broken after so much working time.
        #[test]
        fn pauses_cost_nothing(pauses in prop::collection::vec((1..400_i64, 1..2_000_i64), 0..6), start in 0..4_000_i64) {
            let week = (1..=7).map(|day| Span { day, from: 1320, to: 360 }).collect();
            let hours = Hours { zone: "Europe/Berlin".to_owned(), week, holidays: Vec::new() };
            let hours = hours::check(&hours).expect("hours");
            let policy = SlaDraft { first_response: Some(5_000), ..policy() };
            let terms = Terms { policy: &policy, hours: Some(&hours) };
            // Two days before the clock goes back.
            let mut now = Time(1_792_713_600_000 + start * MINUTE);
            let (mut clocks, mut spent) = (terms.tend(&[], asked(), now), 0);
            for (runs, stands) in pauses {
                let aside = now.plus_ms(runs * MINUTE);
                spent += hours.worked_ms(now, aside);
                clocks = terms.tend(&clocks, Standing { stage: Stage::Snoozed, ..asked() }, aside);
                now = aside.plus_ms(stands * MINUTE);
                clocks = terms.tend(&clocks, asked(), now);
            }
            let breach = terms.due(&clocks[0]).breach_at.expect("it runs");
            prop_assert_eq!(spent + hours.worked_ms(now, breach), 5_000 * MINUTE);
        }
    }
}
