//! Several sets of rules, ready to be asked many times without saying why. What they say is what [`evaluate`] says: a test
//! that several rules ask is asked once, and what cannot matter any more is not asked at all.
//!
//! [`evaluate`]: super::super::evaluate

use std::collections::BTreeMap;

use contract::rules::{After, Condition, Facts, Join, Test};
use regex::Regex;

use super::super::operators::Operator;
use super::super::{Compiled, evaluation};

/// The sets.
#[derive(Debug)]
pub struct Panel {
    tests: Vec<Asked>,
    sets: Vec<Set>,
    /// What came of each test so far, about the same facts.
    known: Vec<Known>,
}

#[derive(Debug)]
struct Asked {
    test: Test,
    /// How it is asked; absent: it makes no sense.
    how: Option<(&'static Operator, Option<Regex>)>,
}

#[derive(Debug, Default)]
struct Set {
    rules: Vec<Quick>,
    /// The rules that listen to an event, in their order.
    by_event: BTreeMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Quick {
    /// Its place among all the rules of its set.
    at: usize,
    condition: Node,
    ends: bool,
}

#[derive(Debug)]
enum Node {
    Group(Join, Vec<Node>),
    Is(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    NotAsked,
    Holds(bool),
    Unclear,
}

/// What a set says: places of rules in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// Those that hold.
    pub matched: Vec<usize>,
    /// Those of which it cannot be told.
    pub failed: Vec<usize>,
}

impl Panel {
    /// Makes sets ready.
    pub fn new(sets: &[Compiled]) -> Panel {
        let mut panel = Panel { tests: Vec::new(), sets: Vec::new(), known: Vec::new() };
        for compiled in sets {
            let mut set = Set::default();
            for (at, rule) in compiled.rules().iter().enumerate().filter(|(_, rule)| rule.active) {
                let condition = panel.node(compiled, &rule.condition);
                for event in &rule.when {
                    let listening = set.by_event.entry(event.clone()).or_default();
                    // A rule that names an event twice listens to it once.
                    if listening.last() != Some(&set.rules.len()) {
                        listening.push(set.rules.len());
                    }
                }
                set.rules.push(Quick { at, condition, ends: rule.after == After::Stop });
            }
            panel.sets.push(set);
        }
        panel.known = vec![Known::NotAsked; panel.tests.len()];
        panel
    }

    fn node(&mut self, rules: &Compiled, condition: &Condition) -> Node {
        let mut group = |join, parts: &[Condition]| {
            Node::Group(join, parts.iter().map(|part| self.node(rules, part)).collect())
        };
        match condition {
            Condition::All(parts) => group(Join::All, parts),
            Condition::Any(parts) => group(Join::Any, parts),
            Condition::None(parts) => group(Join::None, parts),
            Condition::Is(test) => Node::Is(self.test(rules, test)),
        }
    }

    fn test(&mut self, rules: &Compiled, test: &Test) -> usize {
        if let Some(at) = self.tests.iter().position(|asked| asked.test == *test) {
            return at;
        }
        let how = evaluation::ready(rules, test).ok();
        let how = how.map(|(operator, pattern)| (operator, pattern.cloned()));
        self.tests.push(Asked { test: test.clone(), how });
        self.tests.len() - 1
    }

    /// Whether a rule of a set listens to an event.
    pub fn listens(&self, set: usize, event: &str) -> bool {
        self.sets.get(set).is_some_and(|set| set.by_event.contains_key(event))
    }

    /// Forgets what was asked: other facts come.
    pub fn turn(&mut self) {
        self.known.fill(Known::NotAsked);
    }

    /// What a set says to an event. The facts are those since the last [`Panel::turn`].
    pub fn ask(&mut self, set: usize, event: &str, facts: &Facts) -> Said {
        let Panel { tests, sets, known } = self;
        let mut said = Said::default();
        let Some(set) = sets.get(set) else { return said };
        for rule in set.by_event.get(event).into_iter().flatten().filter_map(|at| set.rules.get(*at)) {
            match holds(&rule.condition, tests, known, facts) {
                Some(true) => {
                    said.matched.push(rule.at);
                    if rule.ends {
                        break;
                    }
                }
                Some(false) => {}
                None => said.failed.push(rule.at),
            }
        }
        said
    }
}

/// Whether a part holds; absent: it cannot be told.
fn holds(node: &Node, tests: &[Asked], known: &mut [Known], facts: &Facts) -> Option<bool> {
    match node {
        Node::Group(join, parts) => {
            // What settles it, and what it comes to then.
            let (settles, then) = match join {
                Join::Any => (true, true),
                Join::None => (true, false),
                Join::All | Join::Is => (false, false),
            };
            let mut is_unclear = false;
            for part in parts {
                match holds(part, tests, known, facts) {
                    Some(holds) if holds == settles => return Some(then),
                    Some(_) => {}
                    None => is_unclear = true,
                }
            }
            (!is_unclear).then_some(!then)
        }
        Node::Is(at) => {
            if known.get(*at) == Some(&Known::NotAsked) {
                known[*at] = answer(&tests[*at], facts);
            }
            match known.get(*at) {
                Some(Known::Holds(holds)) => Some(*holds),
                _ => None,
            }
        }
    }
}

fn answer(asked: &Asked, facts: &Facts) -> Known {
    let Some((operator, pattern)) = &asked.how else { return Known::Unclear };
    match evaluation::compare(operator, pattern.as_ref(), (&asked.test, facts)) {
        Ok(holds) => Known::Holds(holds),
        Err(_) => Known::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use contract::rules::{Rule, Value, Verdict};
    use proptest::prelude::*;

    use super::super::super::evaluate;
    use super::super::super::samples::{conditions, is, known, rule, text};
    use super::*;

    fn set(parts: Vec<(Condition, bool)>) -> Compiled {
        let rules = parts.into_iter().enumerate().map(|(at, (condition, ends))| Rule {
            condition,
            after: if ends { After::Stop } else { After::Continue },
            ..rule(at as u128, &format!("rule {at}"))
        });
        Compiled::new(1, rules.collect())
    }

    /// What the function says that explains itself.
    fn in_full(rules: &Compiled, facts: &Facts) -> Said {
        let trace = evaluate(rules, "message_in", facts).trace;
        let those = |verdict| {
            let at = |id| rules.rules().iter().position(|rule| rule.id == id).unwrap();
            trace.iter().filter(|looked| looked.verdict == verdict).map(|looked| at(looked.rule)).collect()
        };
        Said { matched: those(Verdict::Matched), failed: those(Verdict::Failed) }
    }

    fn parts() -> impl Strategy<Value = Vec<(Condition, bool)>> {
        let odd = prop_oneof![
            Just(is("nonsense", "equals", text("x"))),
            Just(is("intent", "matches", text("("))),
            Just(is("intent", "matches", text("^re"))),
            Just(is("queue_length", "equals", text("many"))),
            Just(Condition::Any(vec![
                is("intent", "greater", Value::Number(1)),
                is("intent", "set", Value::Nothing)
            ])),
        ];
        prop::collection::vec((prop_oneof![4 => conditions(), 1 => odd], any::<bool>()), 0..6)
    }

    proptest! {
        #[test]
        fn it_says_what_the_function_says_that_explains_itself(one in parts(), two in parts(), facts in prop::collection::vec(known(), 1..4)) {
            let sets = [set(one), set(two)];
            let mut panel = Panel::new(&sets);
            for facts in facts {
                panel.turn();
                for (at, rules) in sets.iter().enumerate() {
                    prop_assert_eq!(panel.ask(at, "message_in", &facts), in_full(rules, &facts));
                }
            }
        }
    }

    #[test]
    fn it_asks_only_rules_that_listen_and_are_on() {
        let mut rules = vec![rule(1, "off"), rule(2, "deaf"), rule(3, "on")];
        rules[0].active = false;
        rules[1].when = vec!["resolved".to_owned()];
        rules[2].when = vec!["message_in".to_owned(), "message_in".to_owned()];
        let mut panel = Panel::new(&[Compiled::new(1, rules)]);
        assert_eq!(panel.ask(0, "message_in", &Facts::default()).matched, [2]);
        assert!(panel.ask(0, "labelled", &Facts::default()).matched.is_empty());
        assert!(panel.listens(0, "resolved") && !panel.listens(0, "labelled"));
    }
}
