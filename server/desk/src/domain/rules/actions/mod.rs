//! What rules can do: how it is called, what it needs, and how that is read. It is carried out in `flows/rules`.

use contract::handoff::Rung;
use contract::message::Template;
use contract::rules::{Act, ActionWord, FieldWord, Kind, Options, RuleNames, Value};
use contract::{AgentId, BotId, Priority, TeamId};

mod assign;
mod know;
mod say;
mod sort;
mod tell;

/// Something that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A person gets it.
    AssignAgent(AgentId),
    /// A team is asked.
    AssignTeam(TeamId),
    /// It waits for whoever takes it.
    Queue,
    /// Whoever is good at all of these is asked.
    Skills(Vec<String>),
    /// A bot gets it.
    AssignBot(BotId),
    /// The channel's bot has it again.
    ReturnToBot,
    /// These are asked, one after the other.
    Ladder(Vec<Rung>),
    /// It is this urgent.
    Priority(Priority),
    /// Labels are put on.
    AddLabels(Vec<String>),
    /// Labels are taken off.
    RemoveLabels(Vec<String>),
    /// This is promised about time: a policy, by its name or id.
    Sla(String),
    /// It is put aside, for so many minutes.
    Snooze(i64),
    /// It is done.
    Resolve,
    /// Something is noted.
    Note(String),
    /// Something is known of it from now on; without a value not any more.
    Attribute(String, Option<String>),
    /// The customer is told something.
    Say(String, Fallback),
    /// The customer is sent a template.
    Template(Box<Template>),
    /// The customer is asked how it was, and can answer for so many hours.
    AskRating(String, i64),
    /// The admins are told something.
    Notify(String),
    /// An address is called, by its name or id, with something of ours.
    Call(String, Option<String>),
}

/// What is done instead where the customer's window is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fallback {
    /// Nothing.
    Skip,
    /// The text is noted.
    Note,
    /// A template is sent.
    Template(Box<Template>),
}

/// An action.
#[derive(Debug)]
pub struct Action {
    /// Its word.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it needs.
    pub fields: &'static [Field],
    /// How it is read, or what is wrong with it.
    pub read: fn(&Act) -> Result<Deed, String>,
}

/// Something that an action needs.
#[derive(Debug)]
pub struct Field {
    /// Its key.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Of what kind it is.
    pub kind: Kind,
    /// What it can be.
    pub options: fn() -> Options,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Every action.
pub const ACTIONS: &[&[Action]] =
    &[assign::ACTIONS, sort::ACTIONS, say::ACTIONS, know::ACTIONS, tell::ACTIONS];

impl Action {
    /// How an editor shows it.
    pub fn word(&self) -> ActionWord {
        let field = |field: &Field| FieldWord {
            key: field.key.to_owned(),
            name: field.name.to_owned(),
            kind: field.kind,
            options: (field.options)(),
            optional: field.optional,
        };
        ActionWord {
            key: self.key.to_owned(),
            name: self.name.to_owned(),
            fields: self.fields.iter().map(field).collect(),
        }
    }
}

/// Every action, one by one.
pub fn all() -> impl Iterator<Item = &'static Action> {
    ACTIONS.iter().flat_map(|some| some.iter())
}

/// Reads what a rule wants.
pub fn read(act: &Act) -> Result<Deed, String> {
    let action = all().find(|action| action.key == act.action);
    let action = action.ok_or_else(|| format!("there is no action `{}`", act.action))?;
    if let Some(odd) = act.with.keys().find(|key| !action.fields.iter().any(|field| field.key == **key)) {
        return Err(format!("`{}` has no field `{odd}`", act.action));
    }
    if !act.ladder.is_empty() && !action.fields.iter().any(|field| field.kind == Kind::Ladder) {
        return Err(format!("`{}` has no ladder", act.action));
    }
    (action.read)(act)
}

/// Whom or what an action names that there is not.
pub fn unknown(deed: &Deed, names: &RuleNames) -> Option<String> {
    let team = |name: &str| {
        let known =
            |(id, known): &(TeamId, String)| known.eq_ignore_ascii_case(name) || id.to_string() == name;
        !names.teams.iter().any(known)
    };
    match deed {
        Deed::AssignAgent(agent) => {
            let there = names.agents.iter().any(|(id, _)| id == agent);
            (!there).then(|| "This person is not here any more.".to_owned())
        }
        Deed::AssignBot(bot) => {
            let there = names.bots.iter().any(|(id, _)| id == bot);
            (!there).then(|| "This bot does not exist any more.".to_owned())
        }
        Deed::AssignTeam(id) => {
            let there = names.teams.iter().any(|(team, _)| team == id);
            (!there).then(|| "This team does not exist any more.".to_owned())
        }
        Deed::Ladder(rungs) => rungs.iter().find_map(|rung| match rung {
            Rung::Team { name: Some(name), .. } if team(name) => Some(format!("There is no team `{name}`.")),
            _ => None,
        }),
        _ => None,
    }
}

fn free() -> Options {
    Options::Free
}

/// A text that is needed.
fn text(act: &Act, key: &str) -> Result<String, String> {
    match act.with.get(key) {
        Some(Value::Text(text)) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Some(Value::Text(_)) | Some(Value::Nothing) | None => Err(format!("`{key}` is missing")),
        Some(_) => Err(format!("`{key}` is a text")),
    }
}

/// A text that may be left out.
fn maybe(act: &Act, key: &str) -> Result<Option<String>, String> {
    match act.with.get(key) {
        Some(Value::Nothing) | None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("`{key}` is a text")),
    }
}

/// Words that are needed.
fn words(act: &Act, key: &str) -> Result<Vec<String>, String> {
    let words = match act.with.get(key) {
        Some(Value::Text(word)) => vec![word.trim().to_owned()],
        Some(Value::Texts(words)) => words.iter().map(|word| word.trim().to_owned()).collect(),
        Some(Value::Nothing) | None => Vec::new(),
        Some(_) => return Err(format!("`{key}` are words")),
    };
    if words.is_empty() || words.iter().any(|word| word.is_empty() || word.contains('\0')) {
        return Err(format!("`{key}` is missing"));
    }
    Ok(words)
}

fn named<T: std::str::FromStr>(act: &Act, key: &str) -> Result<T, String> {
    text(act, key)?.parse().map_err(|_| format!("`{key}` is no id"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn act(action: &str, with: &[(&str, Value)]) -> Act {
        let with = with.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        Act { action: action.to_owned(), with: with.collect(), ladder: Vec::new() }
    }

    fn said(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn every_action_has_a_word_of_its_own_and_says_what_it_lacks() {
        let keys: BTreeMap<_, _> = all().map(|action| (action.key, action)).collect();
        assert_eq!(keys.len(), all().count());
        for action in all() {
            let needs = action.fields.iter().any(|field| !field.optional);
            assert_eq!(read(&act(action.key, &[])).is_err(), needs, "{}", action.key);
            assert!(read(&act(action.key, &[("nonsense", said("x"))])).is_err(), "{}", action.key);
        }
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (wrong, says) in [
            (act("fly", &[]), "no action"),
            (act("assign_team", &[("team", said("Billing"))]), "no id"),
            (act("set_priority", &[("priority", said("sometimes"))]), "priority"),
            (act("add_labels", &[("labels", Value::Texts(vec!["x".repeat(41)]))]), "40"),
            (act("snooze", &[("minutes", Value::Number(0))]), "minute"),
            (act("note", &[("text", said("  "))]), "missing"),
            (act("set_attribute", &[("name", said("plan")), ("value", said(&"x".repeat(1001)))]), "1000"),
            (act("send_message", &[("text", said("hi")), ("fallback", said("template"))]), "template"),
            (act("send_message", &[("text", said("hi")), ("fallback", said("pray"))]), "pray"),
            (act("ask_skilled", &[("skills", Value::Texts(vec!["x".repeat(61)]))]), "60"),
            (act("ask_skilled", &[("skills", Value::Number(1))]), "words"),
            (act("assign_bot", &[("bot", said("Robin"))]), "no id"),
            (act("send_template", &[("template", said("hello")), ("values", Value::Number(1))]), "words"),
            (act("ask_rating", &[("text", said("How was it?")), ("hours", Value::Number(0))]), "hours"),
            (act("notify", &[("text", said(&"x".repeat(1001)))]), "1000"),
            (act("call_webhook", &[("address", said("CRM")), ("data", said(&"x".repeat(4097)))]), "4096"),
        ] {
            let why = read(&wrong).unwrap_err();
            assert!(why.contains(says), "{wrong:?}: {why}");
        }
        let mut ladder = act("queue", &[]);
        ladder.ladder.push(Rung::BotKeeps);
        assert!(read(&ladder).unwrap_err().contains("ladder"));
    }

    #[test]
    fn somebody_who_is_gone_is_noticed() {
        assert!(unknown(&Deed::AssignBot(BotId(uuid::Uuid::nil())), &RuleNames::default()).is_some());
        let gone = Deed::AssignTeam(TeamId(uuid::Uuid::nil()));
        assert!(unknown(&gone, &RuleNames::default()).unwrap().contains("team"));
        let names = RuleNames {
            teams: vec![(TeamId(uuid::Uuid::nil()), "Billing".to_owned())],
            ..RuleNames::default()
        };
        assert_eq!(unknown(&gone, &names), None);
        let rung = |name: &str| Rung::Team { name: Some(name.to_owned()), seconds: None };
        assert_eq!(unknown(&Deed::Ladder(vec![rung("billing")]), &names), None);
        assert!(unknown(&Deed::Ladder(vec![rung("Sales")]), &names).unwrap().contains("Sales"));
    }
}
