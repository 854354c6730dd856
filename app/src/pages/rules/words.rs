//! What rules are made of, by the names that the desk gives it.

use std::sync::Arc;

use contract::handoff::Rung;
use contract::rules::{
    Act, ActionWord, EventWord, FactWord, FieldWord, OperatorWord, Options, RuleWords, Takes, Test, Value,
    Vocabulary,
};

use crate::i18n::tu_string;
use crate::pages::inbox::words::Texts;

/// Seconds of a minute, an hour and a day.
const SPANS: [i64; 3] = [60, 3_600, 86_400];

/// The words, and who and what they can name.
#[derive(Debug, Clone)]
pub struct Lexicon(Arc<RuleWords>);

/// A test in three parts: what is asked, how, and with what it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The fact.
    pub fact: String,
    /// The operator.
    pub operator: String,
    /// What it is compared with; empty where that is nothing.
    pub value: String,
}

impl Lexicon {
    /// Of these words.
    pub fn new(words: RuleWords) -> Lexicon {
        Lexicon(Arc::new(words))
    }

    /// Everything that rules are made of.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.0.vocabulary
    }

    /// The event of a word. One that ends in `.*` takes a number of minutes there.
    pub fn event_word(&self, key: &str) -> Option<&EventWord> {
        let events = || self.0.vocabulary.events.iter();
        let stands =
            |event: &&EventWord| event.key.strip_suffix('*').is_some_and(|begin| key.starts_with(begin));
        events().find(|event| event.key == key).or_else(|| events().find(stands))
    }

    /// The name of an event. What is not known is called by its word, here and below.
    pub fn event(&self, key: &str) -> String {
        match self.event_word(key) {
            Some(event) => match event.key.strip_suffix('*').and_then(|begin| key.strip_prefix(begin)) {
                Some(minutes) => format!("{}: {minutes}", event.name),
                None => event.name.clone(),
            },
            None => key.to_owned(),
        }
    }

    /// The fact of a word. One that ends in `.*` stands for all that begin like it.
    pub fn fact(&self, key: &str) -> Option<&FactWord> {
        let facts = || self.0.vocabulary.facts.iter();
        let stands =
            |fact: &&FactWord| fact.key.strip_suffix('*').is_some_and(|begin| key.starts_with(begin));
        facts().find(|fact| fact.key == key).or_else(|| facts().find(stands))
    }

    /// The name of a fact.
    pub fn fact_name(&self, key: &str) -> String {
        match self.fact(key) {
            Some(fact) => match fact.key.strip_suffix('*').and_then(|begin| key.strip_prefix(begin)) {
                Some(name) => format!("{} “{name}”", fact.name),
                None => fact.name.clone(),
            },
            None => key.to_owned(),
        }
    }

    /// The operator of a word.
    pub fn operator(&self, key: &str) -> Option<&OperatorWord> {
        self.0.vocabulary.operators.iter().find(|operator| operator.key == key)
    }

    /// The operators that go with a fact.
    pub fn operators_of(&self, fact: &FactWord) -> Vec<&OperatorWord> {
        let goes = |operator: &&OperatorWord| {
            operator.kinds.contains(&fact.kind) && (fact.tracked || !operator.tracked)
        };
        self.0.vocabulary.operators.iter().filter(goes).collect()
    }

    /// The action of a word.
    pub fn action(&self, key: &str) -> Option<&ActionWord> {
        self.0.vocabulary.actions.iter().find(|action| action.key == key)
    }

    /// What can be chosen, each with its name; nothing where anything of the kind can be.
    pub fn choices(&self, options: &Options) -> Vec<(String, String)> {
        fn named<T: ToString>(all: &[(T, String)]) -> Vec<(String, String)> {
            all.iter().map(|(id, name)| (id.to_string(), name.clone())).collect()
        }
        let names = &self.0.names;
        match options {
            Options::Free => Vec::new(),
            Options::Words(words) => words.clone(),
            Options::Teams => named(&names.teams),
            Options::Agents => named(&names.agents),
            Options::Bots => named(&names.bots),
            Options::Channels => named(&names.channels),
        }
    }

    fn name_of(&self, options: &Options, word: &str) -> String {
        if *options == Options::Free {
            return format!("“{word}”");
        }
        let found = self.choices(options).into_iter().find(|(value, _)| value == word);
        found.map_or_else(|| word.to_owned(), |(_, name)| name)
    }

    /// A value in words.
    pub fn value(&self, texts: Texts, options: &Options, value: &Value) -> String {
        match value {
            Value::Truth(true) => tu_string!(texts, rules.yes).to_owned(),
            Value::Truth(false) => tu_string!(texts, rules.no).to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => self.name_of(options, text),
            Value::Texts(all) => {
                all.iter().map(|text| self.name_of(options, text)).collect::<Vec<_>>().join(", ")
            }
            Value::Numbers(all) => all.iter().map(i64::to_string).collect::<Vec<_>>().join(", "),
            Value::Nothing => tu_string!(texts, rules.nothing).to_owned(),
        }
    }

    /// A test in words.
    pub fn test(&self, texts: Texts, test: &Test) -> Said {
        let (word, takes) = match self.operator(&test.operator) {
            Some(operator) => (operator.name.clone(), operator.takes),
            None => (test.operator.clone(), Takes::One),
        };
        let options = self.fact(&test.fact).map(|fact| fact.options.clone()).unwrap_or_default();
        let compared = |value: &Value| match value {
            Value::Nothing => "…".to_owned(),
            value => self.value(texts, &options, value),
        };
        let fact = self.fact_name(&test.fact);
        let (operator, value) = match (takes, &test.value) {
            (Takes::Nothing, _) => (word, String::new()),
            // "is from … to": what stands on both sides of the first number.
            (Takes::Two, Value::Numbers(ends)) if ends.len() == 2 => {
                let (before, after) = word.split_once('…').unwrap_or((&word, ""));
                (before.trim().to_owned(), format!("{} {} {}", ends[0], after.trim(), ends[1]))
            }
            (Takes::Seconds, Value::Number(seconds)) => (word, span(texts, *seconds)),
            (_, value) => (word, compared(value)),
        };
        Said { fact, operator, value }
    }

    /// What a rule does: the action's name, and what it is done with.
    pub fn act(&self, texts: Texts, act: &Act) -> (String, String) {
        let Some(action) = self.action(&act.action) else { return (act.action.clone(), String::new()) };
        let said = |field: &FieldWord| {
            let value = act.with.get(&field.key).filter(|value| !value.is_nothing())?;
            Some((field.name.clone(), self.value(texts, &field.options, value)))
        };
        let mut parts: Vec<(String, String)> = action.fields.iter().filter_map(said).collect();
        if !act.ladder.is_empty() {
            let rungs: Vec<String> = act.ladder.iter().map(|rung| self.rung(texts, rung)).collect();
            parts.push((String::new(), rungs.join(" → ")));
        }
        let with = match parts.as_slice() {
            [(_, only)] => only.clone(),
            several => {
                let named = |(name, value): &(String, String)| format!("{name}: {value}");
                several.iter().map(named).collect::<Vec<_>>().join(" · ")
            }
        };
        (action.name.clone(), with)
    }

    /// One rung of a ladder in words.
    pub fn rung(&self, texts: Texts, rung: &Rung) -> String {
        let (who, seconds) = match rung {
            Rung::Agent { name: Some(name), seconds } => (self.who(&Options::Agents, name), *seconds),
            Rung::Agent { name: None, seconds } => {
                (tu_string!(texts, rules.rung_wanted).to_owned(), *seconds)
            }
            Rung::Team { name: Some(name), seconds } => (self.who(&Options::Teams, name), *seconds),
            Rung::Team { name: None, seconds } => {
                (tu_string!(texts, rules.rung_own_team).to_owned(), *seconds)
            }
            Rung::Skill { seconds } => (tu_string!(texts, inbox.course_skilled).to_owned(), *seconds),
            Rung::BotKeeps => (tu_string!(texts, inbox.course_bot_keeps).to_owned(), None),
            Rung::Callback => (tu_string!(texts, inbox.course_callback).to_owned(), None),
        };
        match seconds {
            Some(seconds) => format!("{who} ({})", span(texts, seconds.into())),
            None => who,
        }
    }

    /// The name of somebody who is named by id or by name.
    fn who(&self, options: &Options, name: &str) -> String {
        let found = self.choices(options).into_iter().find(|(id, _)| id == name);
        found.map_or_else(|| name.to_owned(), |(_, name)| name)
    }
}

/// A length of time, in the largest measure that says it exactly.
fn span(texts: Texts, seconds: i64) -> String {
    let [minute, hour, day] = SPANS;
    let whole = |measure: i64| seconds >= measure && seconds % measure == 0;
    match seconds {
        _ if whole(day) => tu_string!(texts, rules.span_days, count = seconds / day).to_string(),
        _ if whole(hour) => tu_string!(texts, rules.span_hours, count = seconds / hour).to_string(),
        _ if whole(minute) => tu_string!(texts, rules.span_minutes, count = seconds / minute).to_string(),
        _ => tu_string!(texts, rules.span_seconds, count = seconds).to_string(),
    }
}
