//! Rules that are tried on what has happened. Nothing is done; what would be done is counted, and compared with what is
//! done otherwise. It goes on where it was left, so that it can be done in pieces, by one process after the other.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | what comes of each event is counted |
//! | [`panel`] | sets of rules that are asked many times |
//! | [`missed`] | events of which no facts are kept |

use std::collections::HashMap;

use contract::rules::{
    Act, Facts, MOST_EXAMPLES, Rule, RuleNames, SimulatedAct, SimulatedEvent, SimulatedExample,
    SimulatedMove, SimulatedRule, SimulationResult,
};
use contract::{ConversationId, Time};

use super::{Compiled, actions};

pub mod missed;
pub mod panel;

use panel::Panel;

/// Ways that are listed, at most.
const MOST_MOVES: usize = 100;
/// The actions that say where a conversation goes: the last of them counts.
const PLACES: &[&str] = &[
    "assign_agent",
    "assign_team",
    "assign_bot",
    "ask_skilled",
    "queue",
    "ask_in_turn",
    "return_to_bot",
    "snooze",
    "resolve",
];

/// The set that is tried, and the one that it is compared with.
const TRIED: usize = 0;
const LIVE: usize = 1;

/// An event with what was known.
#[derive(Debug, Clone, Copy)]
pub struct Happened<'a> {
    /// Where.
    pub conversation: ConversationId,
    /// What.
    pub event: &'a str,
    /// When.
    pub at: Time,
    /// What was known.
    pub facts: &'a Facts,
    /// What was done at the time. Of no matter where it is compared with the live rules.
    pub done: &'a [Act],
}

/// Rules that are tried.
#[derive(Debug)]
pub struct Simulation {
    panel: Panel,
    /// By set and rule: what it does, as places in the list of acts.
    acts: [Vec<Vec<usize>>; 2],
    /// The place of an act, by how it is written.
    places: HashMap<String, usize>,
    /// Whether it is compared with what was done at the time.
    is_recorded: bool,
    events: HashMap<String, usize>,
    moves: HashMap<(Option<usize>, Option<usize>), usize>,
    result: SimulationResult,
}

impl Simulation {
    /// Begins, or goes on from what was counted. Without other rules it is compared with what was done at the time.
    pub fn new(
        rules: Vec<Rule>,
        live: Option<Vec<Rule>>,
        names: &RuleNames,
        so_far: Option<SimulationResult>,
    ) -> Simulation {
        let is_recorded = live.is_none();
        let sets = [Compiled::new(0, rules), Compiled::new(0, live.unwrap_or_default())];
        let mut simulation = Simulation {
            panel: Panel::new(&sets),
            acts: Default::default(),
            places: HashMap::new(),
            is_recorded,
            events: HashMap::new(),
            moves: HashMap::new(),
            result: so_far.unwrap_or_else(|| begin(sets[TRIED].rules())),
        };
        simulation.remember();
        for (set, rules) in sets.iter().enumerate() {
            for rule in rules.rules() {
                let acts = rule.then.iter().map(|act| simulation.place(act, Some(names))).collect();
                simulation.acts[set].push(acts);
            }
        }
        simulation
    }

    /// Finds again what was counted before.
    fn remember(&mut self) {
        for (at, one) in self.result.acts.iter().enumerate() {
            self.places.insert(written(&one.act), at);
        }
        for (at, one) in self.result.events.iter().enumerate() {
            self.events.insert(one.event.clone(), at);
        }
        let place = |act: &Option<Act>| act.as_ref().and_then(|act| self.places.get(&written(act)).copied());
        let keys =
            self.result.moves.iter().enumerate().map(|(at, one)| ((place(&one.from), place(&one.to)), at));
        self.moves = keys.collect();
    }

    /// The place of an act in the list.
    fn place(&mut self, act: &Act, names: Option<&RuleNames>) -> usize {
        let acts = &mut self.result.acts;
        *self.places.entry(written(act)).or_insert_with(|| {
            let why = names.and_then(|names| match actions::read(act) {
                Ok(deed) => actions::unknown(&deed, names),
                Err(why) => Some(format!("It cannot be done: {why}.")),
            });
            acts.push(SimulatedAct { act: act.clone(), would: 0, otherwise: 0, why });
            acts.len() - 1
        })
    }

    /// Whether a rule that is tried listens to an event.
    pub fn listens(&self, event: &str) -> bool {
        self.panel.listens(TRIED, event)
    }

    /// What came of it so far.
    pub fn result(&self) -> &SimulationResult {
        &self.result
    }

    /// Looks at an event.
    pub fn look(&mut self, happened: &Happened<'_>) {
        self.event(happened.event).looked += 1;
        self.panel.turn();
        let said = self.panel.ask(TRIED, happened.event, happened.facts);
        let example = || SimulatedExample {
            conversation: happened.conversation,
            event: happened.event.to_owned(),
            at: happened.at,
        };
        for at in &said.failed {
            self.result.rules[*at].failed += 1;
        }
        for at in &said.matched {
            let rule = &mut self.result.rules[*at];
            rule.matched += 1;
            note(&mut rule.examples, MOST_EXAMPLES, example);
        }
        let would = self.acts_of(TRIED, &said.matched);
        let otherwise = if self.is_recorded {
            happened.done.iter().map(|act| self.place(act, None)).collect()
        } else {
            let live = self.panel.ask(LIVE, happened.event, happened.facts);
            self.acts_of(LIVE, &live.matched)
        };
        would.iter().for_each(|at| self.result.acts[*at].would += 1);
        otherwise.iter().for_each(|at| self.result.acts[*at].otherwise += 1);
        if would != otherwise {
            self.result.changed += 1;
            self.moved((self.last_place(&otherwise), self.last_place(&would)), example);
        }
    }

    fn acts_of(&self, set: usize, matched: &[usize]) -> Vec<usize> {
        matched.iter().filter_map(|at| self.acts[set].get(*at)).flatten().copied().collect()
    }

    /// Where a conversation goes, if anything of what is done says that.
    fn last_place(&self, acts: &[usize]) -> Option<usize> {
        let is_place = |at: &&usize| PLACES.contains(&self.result.acts[**at].act.action.as_str());
        acts.iter().rev().find(is_place).copied()
    }

    fn moved(&mut self, key: (Option<usize>, Option<usize>), example: impl FnOnce() -> SimulatedExample) {
        let SimulationResult { acts, moves, other_moves, .. } = &mut self.result;
        let at = match self.moves.get(&key) {
            Some(at) => *at,
            None if moves.len() == MOST_MOVES => {
                *other_moves += 1;
                return;
            }
            None => {
                let act = |at: Option<usize>| at.map(|at| acts[at].act.clone());
                moves.push(SimulatedMove {
                    from: act(key.0),
                    to: act(key.1),
                    count: 0,
                    examples: Vec::new(),
                });
                self.moves.insert(key, moves.len() - 1);
                moves.len() - 1
            }
        };
        moves[at].count += 1;
        note(&mut moves[at].examples, MOST_EXAMPLES, example);
    }

    /// Counts an event of which no facts are kept, if a rule that is tried listens to it.
    pub fn miss(&mut self, event: &str) {
        if self.listens(event) {
            self.event(event).without += 1;
        }
    }

    fn event(&mut self, event: &str) -> &mut SimulatedEvent {
        let events = &mut self.result.events;
        let at = match self.events.get(event) {
            Some(at) => *at,
            None => {
                events.push(SimulatedEvent { event: event.to_owned(), looked: 0, without: 0 });
                self.events.insert(event.to_owned(), events.len() - 1);
                events.len() - 1
            }
        };
        &mut events[at]
    }
}

fn begin(rules: &[Rule]) -> SimulationResult {
    let rule = |rule: &Rule| SimulatedRule {
        rule: rule.id,
        name: rule.name.clone(),
        active: rule.active,
        matched: 0,
        failed: 0,
        examples: Vec::new(),
    };
    SimulationResult { rules: rules.iter().map(rule).collect(), ..SimulationResult::default() }
}

/// An act as it is written: two that are written alike are the same.
fn written(act: &Act) -> String {
    serde_json::to_string(act).unwrap_or_default()
}

/// Adds an example, while there are few and none of the same conversation.
fn note(examples: &mut Vec<SimulatedExample>, most: usize, example: impl FnOnce() -> SimulatedExample) {
    if examples.len() >= most {
        return;
    }
    let example = example();
    if !examples.iter().any(|one| one.conversation == example.conversation) {
        examples.push(example);
    }
}

#[cfg(test)]
mod tests;
