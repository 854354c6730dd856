//! What happens because of the time, or because somebody comes or goes: a row in the database says when it is due.
//!
//! Most are told after so many minutes, which are a part of the word: `timer.30`.

use contract::rules::{EventWord, Rule};

/// An event of that sort.
#[derive(Debug)]
pub struct Timed {
    /// Its word. One that ends in `.*` takes minutes there.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// How many minutes at least and at most, where it takes any.
    pub minutes: Option<(i64, i64)>,
}

/// The longest time that something is waited for, in minutes: thirty days.
const LONGEST: i64 = 30 * 24 * 60;
/// The customer's window is open for a day: what is told before it closes is told within that.
const WINDOW: i64 = 24 * 60 - 1;

/// Somebody comes who has the conversation.
pub const ONLINE: &str = "agent_online";
/// Somebody goes who has the conversation.
pub const OFFLINE: &str = "agent_offline";

/// Every event of that sort.
pub const TIMED: &[Timed] = &[
    Timed {
        key: "window_closing.*",
        name: "The customer's window closes in so many minutes",
        minutes: Some((1, WINDOW)),
    },
    Timed { key: "window_closed", name: "The customer's window has closed", minutes: None },
    Timed {
        key: "idle_customer.*",
        name: "The customer has not answered for so many minutes",
        minutes: Some((1, LONGEST)),
    },
    Timed {
        key: "idle_agent.*",
        name: "The person who has it has not answered for so many minutes",
        minutes: Some((1, LONGEST)),
    },
    Timed {
        key: "idle_bot.*",
        name: "The bot has not answered for so many minutes",
        minutes: Some((1, LONGEST)),
    },
    Timed {
        key: "timer.*",
        name: "So many minutes after the conversation began or was opened again",
        minutes: Some((10, LONGEST)),
    },
    Timed { key: ONLINE, name: "The person who has it comes", minutes: None },
    Timed { key: OFFLINE, name: "The person who has it is gone", minutes: None },
];

impl Timed {
    /// How an editor shows it.
    pub fn word(&self) -> EventWord {
        EventWord { key: self.key.to_owned(), name: self.name.to_owned(), minutes: self.minutes }
    }

    fn is(&self, event: &str) -> bool {
        match (self.key.strip_suffix('*'), self.minutes) {
            (Some(begin), Some((least, most))) => event
                .strip_prefix(begin)
                // Each has one word: no sign, and no nought in front.
                .filter(|minutes| {
                    minutes.bytes().all(|byte| byte.is_ascii_digit()) && !minutes.starts_with('0')
                })
                .and_then(|minutes| minutes.parse::<i64>().ok())
                .is_some_and(|minutes| (least..=most).contains(&minutes)),
            _ => self.key == event,
        }
    }
}

/// Whether there is such an event.
pub fn is_timed(event: &str) -> bool {
    TIMED.iter().any(|timed| timed.is(event))
}

/// Those that rules listen to, each once.
pub fn listened(rules: &[Rule]) -> Vec<String> {
    let active = rules.iter().filter(|rule| rule.active).flat_map(|rule| &rule.when);
    let mut events: Vec<String> = active.filter(|event| is_timed(event)).cloned().collect();
    events.sort_unstable();
    events.dedup();
    events
}

#[cfg(test)]
mod tests {
    use super::super::samples::rule;
    use super::*;

    #[test]
    fn minutes_are_a_part_of_the_word_and_have_their_bounds() {
        for event in ["timer.10", "timer.43200", "idle_agent.1", "window_closing.60", "window_closed", ONLINE]
        {
            assert!(is_timed(event), "{event}");
        }
        for event in [
            "timer.9",
            "timer.43201",
            "timer",
            "timer.*",
            "timer.",
            "timer.010",
            "timer.+10",
            "timer.99999999999999999999",
            "window_closing.1440",
            "window_closed.1",
            "idle_customer.-1",
            "message_in",
        ] {
            assert!(!is_timed(event), "{event}");
        }
    }

    #[test]
    fn only_what_is_switched_on_is_listened_to() {
        let mut rules = vec![rule(1, "one"), rule(2, "two"), rule(3, "three")];
        rules[0].when = vec!["timer.30".to_owned(), "message_in".to_owned()];
        rules[1].when = vec!["timer.30".to_owned(), OFFLINE.to_owned()];
        rules[2].when = vec!["timer.60".to_owned()];
        rules[2].active = false;
        assert_eq!(listened(&rules), [OFFLINE, "timer.30"]);
    }
}
