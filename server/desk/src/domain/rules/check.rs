//! What is wrong with rules, before they go live.

use std::collections::BTreeSet;

use contract::rules::{
    Condition, DEEPEST, Kind, MOST_ACTIONS, MOST_CONDITIONS, MOST_RULES, Options, Rule, RuleFinding,
    RuleNames, Takes, Test, Value,
};

use super::{actions, events, facts, operators, shadow};

/// The longest name, in characters.
const NAME: usize = 120;

/// Everything that is wrong.
pub fn findings(rules: &[Rule], names: &RuleNames) -> Vec<RuleFinding> {
    let mut found = Found { names, all: Vec::new() };
    if rules.len() > MOST_RULES {
        found.wrong("rules", format!("There are at most {MOST_RULES} rules."));
        return found.all;
    }
    let mut ids = BTreeSet::new();
    for (at, rule) in rules.iter().enumerate() {
        let path = format!("rules[{at}]");
        if !ids.insert(rule.id) {
            found.wrong(&format!("{path}.id"), "Two rules have this id.");
        }
        found.rule(&path, rule);
        if let Some(earlier) = shadow::shadowing(&rules[..at], rule) {
            let name = &earlier.name;
            found.odd(
                &path,
                format!("It is never reached: `{name}` above holds whenever it does, and stops."),
            );
        }
    }
    found.all
}

struct Found<'a> {
    names: &'a RuleNames,
    all: Vec<RuleFinding>,
}

impl Found<'_> {
    fn wrong(&mut self, path: &str, message: impl Into<String>) {
        self.all.push(RuleFinding { path: path.to_owned(), message: message.into(), blocks: true });
    }

    fn odd(&mut self, path: &str, message: impl Into<String>) {
        self.all.push(RuleFinding { path: path.to_owned(), message: message.into(), blocks: false });
    }

    fn rule(&mut self, path: &str, rule: &Rule) {
        let name = rule.name.trim();
        if name.is_empty() || name.chars().count() > NAME || name.contains('\0') {
            self.wrong(
                &format!("{path}.name"),
                format!("Give the rule a name of at most {NAME} characters."),
            );
        }
        if rule.when.is_empty() {
            self.wrong(&format!("{path}.when"), "Say what must happen: it listens to nothing.");
        }
        for (at, event) in rule.when.iter().enumerate() {
            if !events::is_known(event) {
                self.wrong(&format!("{path}.when[{at}]"), format!("There is no event `{event}`."));
            }
        }
        let at = format!("{path}.if");
        match &rule.condition {
            Condition::All(parts) if parts.is_empty() => {
                self.odd(&at, "It has no condition, so it holds every time.");
            }
            condition => self.condition(&at, condition, 1),
        }
        if tests(&rule.condition) > MOST_CONDITIONS {
            self.wrong(&at, format!("A rule has at most {MOST_CONDITIONS} conditions."));
        }
        self.actions(path, rule);
    }

    fn condition(&mut self, path: &str, condition: &Condition, depth: usize) {
        let (word, parts) = match condition {
            Condition::All(parts) => ("all", parts),
            Condition::Any(parts) => ("any", parts),
            Condition::None(parts) => ("none", parts),
            Condition::Is(test) => return self.test(&format!("{path}.is"), test),
        };
        if parts.is_empty() {
            self.wrong(path, "This group is empty: put a condition into it, or take it away.");
        }
        if depth > DEEPEST {
            return self.wrong(path, format!("Groups are at most {DEEPEST} deep."));
        }
        for (at, part) in parts.iter().enumerate() {
            self.condition(&format!("{path}.{word}[{at}]"), part, depth + 1);
        }
    }

    fn test(&mut self, path: &str, test: &Test) {
        let Some(fact) = facts::find(&test.fact) else {
            return self.wrong(&format!("{path}.fact"), format!("There is no fact `{}`.", test.fact));
        };
        let Some(operator) = operators::find(&test.operator) else {
            return self
                .wrong(&format!("{path}.operator"), format!("There is no operator `{}`.", test.operator));
        };
        if !operator.kinds.contains(&fact.kind) {
            let message = format!("`{}` does not go with `{}`.", test.operator, test.fact);
            return self.wrong(&format!("{path}.operator"), message);
        }
        if operator.tracked && !fact.is_tracked() {
            let message = format!("What `{}` was before is not known.", test.fact);
            return self.wrong(&format!("{path}.operator"), message);
        }
        let at = format!("{path}.value");
        if let Err(why) = value(fact.kind, operator.takes, &test.value) {
            return self.wrong(&at, why);
        }
        if let Some(why) = self.unknown(&(fact.options)(), &test.value) {
            self.wrong(&at, why);
        }
    }

    /// What an option is compared with that there is not.
    fn unknown(&self, options: &Options, value: &Value) -> Option<String> {
        let named: Vec<&str> = match value {
            Value::Text(one) => vec![one],
            Value::Texts(several) => several.iter().map(String::as_str).collect(),
            _ => return None,
        };
        let known: Vec<String> = match options {
            Options::Free => return None,
            Options::Words(words) => words.iter().map(|(word, _)| word.clone()).collect(),
            Options::Teams => self.names.teams.iter().map(|(id, _)| id.to_string()).collect(),
            Options::Agents => self.names.agents.iter().map(|(id, _)| id.to_string()).collect(),
            Options::Bots => self.names.bots.iter().map(|(id, _)| id.to_string()).collect(),
            Options::Channels => self.names.channels.iter().map(|(id, _)| id.to_string()).collect(),
        };
        let gone = named.into_iter().find(|name| !known.iter().any(|known| known == name))?;
        Some(match options {
            Options::Teams => "This team does not exist any more.".to_owned(),
            Options::Agents => "This person is not here any more.".to_owned(),
            Options::Bots => "This bot does not exist any more.".to_owned(),
            Options::Channels => "This channel does not exist any more.".to_owned(),
            Options::Words(_) | Options::Free => format!("`{gone}` is none of the options."),
        })
    }

    fn actions(&mut self, path: &str, rule: &Rule) {
        if rule.then.is_empty() {
            self.wrong(&format!("{path}.then"), "Say what is done: it does nothing.");
        }
        if rule.then.len() > MOST_ACTIONS {
            self.wrong(&format!("{path}.then"), format!("A rule does at most {MOST_ACTIONS} things."));
        }
        for (at, act) in rule.then.iter().enumerate() {
            let at = format!("{path}.then[{at}]");
            match actions::read(act) {
                Err(why) => self.wrong(&at, format!("It cannot be done: {why}.")),
                Ok(deed) => {
                    if let Some(why) = actions::unknown(&deed, self.names) {
                        self.wrong(&at, why);
                    }
                }
            }
        }
    }
}

fn tests(condition: &Condition) -> usize {
    match condition {
        Condition::All(parts) | Condition::Any(parts) | Condition::None(parts) => {
            parts.iter().map(tests).sum()
        }
        Condition::Is(_) => 1,
    }
}

/// What is wrong with what an operator is given.
fn value(kind: Kind, takes: Takes, value: &Value) -> Result<(), String> {
    let missing = || Err("There is nothing to compare with: write it.".to_owned());
    match (takes, value) {
        (Takes::Nothing, Value::Nothing) => Ok(()),
        (Takes::Nothing, _) => Err("It is compared with nothing.".to_owned()),
        (Takes::Two, Value::Numbers(ends)) if matches!(ends.as_slice(), [from, to] if from <= to) => Ok(()),
        (Takes::Two, _) => Err("Give two numbers, the smaller one first.".to_owned()),
        (Takes::Seconds, Value::Number(seconds)) if *seconds > 0 => Ok(()),
        (Takes::Seconds, _) => Err("Give a number of seconds.".to_owned()),
        (_, value) if !is_filled(value) => missing(),
        (Takes::Pattern, Value::Text(pattern)) => {
            operators::compile(pattern).map(drop).map_err(|why| format!("This is no pattern: {why}."))
        }
        (Takes::Pattern, _) => Err("A pattern is a text.".to_owned()),
        (Takes::One, Value::Texts(_) | Value::Numbers(_)) => Err("It is compared with one value.".to_owned()),
        (Takes::One | Takes::Many, value) if fits(kind, value) => Ok(()),
        (Takes::One | Takes::Many, _) => Err("It is of another kind than the fact.".to_owned()),
    }
}

/// Whether there is something to compare with, and every text of it says something.
fn is_filled(value: &Value) -> bool {
    let says = |text: &String| !text.trim().is_empty();
    match value {
        Value::Text(text) => says(text),
        Value::Texts(texts) => !texts.is_empty() && texts.iter().all(says),
        value => !value.is_nothing(),
    }
}

fn fits(kind: Kind, value: &Value) -> bool {
    match value {
        Value::Truth(_) => kind == Kind::Truth,
        Value::Number(_) | Value::Numbers(_) => matches!(kind, Kind::Number | Kind::Time),
        Value::Text(_) | Value::Texts(_) => matches!(kind, Kind::Text | Kind::Words | Kind::Choice),
        Value::Nothing => false,
    }
}
