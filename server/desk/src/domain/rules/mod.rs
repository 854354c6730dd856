//! Routing rules, pure: what happens, what is known and the rules give what is to be done, with the reasons.
//!
//! | to add | one file | one line |
//! |---|---|---|
//! | a fact | `facts/<theme>.rs`: how it is called and read | [`FACTS`](facts::FACTS) |
//! | an operator | `operators/<theme>.rs`: what it compares, and how | [`OPERATORS`](operators::OPERATORS) |
//! | an action | `actions/<theme>.rs`: what it needs; and what it does, in `flows/rules` | [`ACTIONS`](actions::ACTIONS) |
//! | an event | `events.rs` | [`EVENTS`](events::EVENTS) |
//! | an event of the clock | `store/rules/timers.rs`: when it is due | [`TIMED`](timed::TIMED) |

use std::collections::{BTreeMap, BTreeSet};

use contract::RuleId;
use contract::rules::{Act, After, Condition, Facts, Looked, Rule, Verdict, Vocabulary};
use regex::Regex;

pub mod actions;
pub mod check;
pub mod difference;
mod evaluation;
pub mod events;
pub mod facts;
pub mod operators;
mod shadow;
pub mod simulation;
pub mod timed;

pub use actions::Deed;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

/// Rules that are ready to be asked: their patterns are compiled.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The version that they are; 0: nothing was ever live.
    pub version: i32,
    rules: Vec<Rule>,
    patterns: BTreeMap<String, Result<Regex, String>>,
    listened: BTreeSet<String>,
    timed: Vec<String>,
}

/// Something that is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// By which rule.
    pub rule: RuleId,
    /// As it stands in the rule.
    pub act: Act,
    /// As it is carried out, or why it cannot be.
    pub deed: Result<Deed, String>,
}

/// What rules say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// What is to be done, in this order.
    pub deeds: Vec<Ordered>,
    /// The rules that listen, with what came of each.
    pub trace: Vec<Looked>,
}

impl Answer {
    /// The rules that hold.
    pub fn matched(&self) -> Vec<RuleId> {
        let holds = |looked: &&Looked| looked.verdict == Verdict::Matched;
        self.trace.iter().filter(holds).map(|looked| looked.rule).collect()
    }

    /// Whether it could not be told of a rule whether it holds.
    pub fn failed(&self) -> bool {
        self.trace.iter().any(|looked| looked.verdict == Verdict::Failed)
    }
}

impl Compiled {
    /// Makes rules ready. A pattern that makes no sense is told when it is asked for.
    pub fn new(version: i32, rules: Vec<Rule>) -> Compiled {
        let timed = timed::listened(&rules);
        let mut compiled = Compiled { version, timed, ..Compiled::default() };
        for rule in rules.iter().filter(|rule| rule.active) {
            compiled.listened.extend(rule.when.iter().cloned());
            compiled.read_patterns(&rule.condition);
        }
        compiled.rules = rules;
        compiled
    }

    fn read_patterns(&mut self, condition: &Condition) {
        match condition {
            Condition::All(parts) | Condition::Any(parts) | Condition::None(parts) => {
                for part in parts {
                    self.read_patterns(part);
                }
            }
            Condition::Is(test) => {
                if let Some(pattern) = operators::pattern_of(test) {
                    let compiled = || operators::compile(pattern);
                    self.patterns.entry(pattern.to_owned()).or_insert_with(compiled);
                }
            }
        }
    }

    /// The rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether a rule listens to an event, or what was known then is to be kept all the same.
    pub fn listens(&self, event: &str) -> bool {
        self.listened.contains(event) || (!self.is_idle() && events::is_kept(event))
    }

    /// Whether no rule listens to anything: then nobody needs to ask.
    pub fn is_idle(&self) -> bool {
        self.listened.is_empty()
    }

    /// What rules listen to that time brings about, or that people come and go.
    pub fn timed(&self) -> &[String] {
        &self.timed
    }

    fn pattern(&self, text: &str) -> Result<&Regex, String> {
        match self.patterns.get(text) {
            Some(Ok(pattern)) => Ok(pattern),
            Some(Err(why)) => Err(why.clone()),
            None => Err("the pattern was not read".to_owned()),
        }
    }
}

/// What rules say to an event. What goes wrong in one is said in the trace, and the next one is asked.
pub fn evaluate(rules: &Compiled, event: &str, facts: &Facts) -> Answer {
    let mut answer = Answer::default();
    let mut ended = false;
    for rule in rules.rules.iter().filter(|rule| rule.active && rule.when.iter().any(|when| when == event)) {
        let looked =
            |verdict, condition| Looked { rule: rule.id, name: rule.name.clone(), verdict, condition };
        if ended {
            answer.trace.push(looked(Verdict::NotReached, None));
            continue;
        }
        let traced = evaluation::trace(rules, &rule.condition, facts);
        let verdict = match traced.holds {
            Some(true) => Verdict::Matched,
            Some(false) => Verdict::NotMatched,
            None => Verdict::Failed,
        };
        answer.trace.push(looked(verdict, Some(traced)));
        if verdict == Verdict::Matched {
            let ordered = |act: &Act| Ordered { rule: rule.id, act: act.clone(), deed: actions::read(act) };
            answer.deeds.extend(rule.then.iter().map(ordered));
            ended = rule.after == After::Stop;
        }
    }
    answer
}

/// Everything that rules can be made of.
pub fn vocabulary() -> Vocabulary {
    Vocabulary {
        events: events::EVENTS
            .iter()
            .map(events::Event::word)
            .chain(timed::TIMED.iter().map(timed::Timed::word))
            .collect(),
        facts: facts::all().map(facts::Fact::word).collect(),
        operators: operators::all().map(operators::Operator::word).collect(),
        actions: actions::all().map(actions::Action::word).collect(),
    }
}
