//! Whether a definition can be used: what WhatsApp takes, choices that lead somewhere, and always a way out.

use std::collections::BTreeSet;

use contract::handoff::ReasonCode;
use regex::{Regex, RegexBuilder};

use super::definition::{Ask, Definition, Entry, HandOff, Say, Step};
use super::phrase::{self, is_key, is_menu};

/// Entries of a flow, at most.
const ENTRIES: usize = 200;
/// Keywords of an entry, at most.
const KEYWORDS: usize = 100;
/// Steps of an entry, at most.
const STEPS: usize = 8;
/// Slots of a flow, at most.
const SLOTS: usize = 16;
/// Memory that a compiled pattern may take, in bytes.
const PATTERN: usize = 1 << 18;

/// What is wrong with a definition, in a sentence for the person who wrote it.
type Wrong = Result<(), String>;

/// Checks a whole definition.
pub fn check(definition: &Definition) -> Wrong {
    let entries = &definition.entries;
    if entries.len() > ENTRIES {
        return Err(format!("a flow has at most {ENTRIES} entries, this one has {}", entries.len()));
    }
    if !(1..=10).contains(&definition.patience) {
        return Err("`patience` is a number of misunderstandings from 1 to 10".to_owned());
    }
    let mut ids = BTreeSet::new();
    for entry in entries {
        if !ids.insert(entry.id.as_str()) {
            return Err(format!("two entries have the id `{}`", entry.id));
        }
    }
    let greeting = &definition.greeting;
    text("greeting.hello", &greeting.hello, phrase::TEXT_WITH_CHOICES / 2)?;
    text("greeting.ask.text", &greeting.ask.text, phrase::TEXT_WITH_CHOICES / 2)?;
    text("joining", &definition.joining, phrase::TEXT)?;
    let spoken = [
        ("greeting.ask", &greeting.ask),
        ("not_understood", &definition.not_understood),
        ("not_read", &definition.not_read),
        ("returned", &definition.returned),
    ];
    for (place, spoken) in spoken {
        say(place, spoken, &ids)?;
    }
    for entry in entries {
        check_entry(entry, &ids).map_err(|wrong| format!("entry `{}`: {wrong}", entry.id))?;
    }
    check_whole(entries)
}

/// The part of a text that a pattern finds: its first group, else all of it.
pub fn find(pattern: &str, text: &str) -> Option<String> {
    let found = compile(pattern).ok()?.captures(text)?;
    found.get(1).or_else(|| found.get(0)).map(|found| found.as_str().to_owned())
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(PATTERN).dfa_size_limit(PATTERN).build()
}

/// What no single entry can get wrong.
fn check_whole(entries: &[Entry]) -> Wrong {
    let asks = |step: &Step| match step {
        Step::Ask(ask) => Some(ask.slot.clone()),
        _ => None,
    };
    let slots: BTreeSet<String> =
        entries.iter().flat_map(|entry| entry.steps.iter().filter_map(asks)).collect();
    if slots.len() > SLOTS {
        return Err(format!("a flow has at most {SLOTS} slots, this one has {}", slots.len()));
    }
    let is_asked =
        |step: &Step| matches!(step, Step::HandOff(out) if out.reason == ReasonCode::CustomerAsked);
    let is_exit = |entry: &Entry| !entry.keywords.is_empty() && entry.steps.first().is_some_and(is_asked);
    if !entries.iter().any(is_exit) {
        return Err("no entry with keywords begins with a handoff for the reason `customer_asked`: \
                    a customer must always be able to ask for a person"
            .to_owned());
    }
    Ok(())
}

fn check_entry(entry: &Entry, ids: &BTreeSet<&str>) -> Wrong {
    if !is_key(&entry.id) {
        return Err("an id is 1 to 64 lower-case letters, digits, `_` and `-`".to_owned());
    }
    text("title", &entry.title, 60)?;
    if entry.keywords.len() > KEYWORDS {
        return Err(format!("an entry has at most {KEYWORDS} keywords"));
    }
    for keyword in &entry.keywords {
        if super::words::words(keyword).is_empty() {
            return Err(format!("the keyword `{keyword}` has no letter or digit, so nothing can match it"));
        }
    }
    if entry.steps.len() > STEPS {
        return Err(format!("an entry has at most {STEPS} steps"));
    }
    if !matches!(entry.steps.first(), Some(Step::Say(_) | Step::Ask(_) | Step::HandOff(_))) {
        return Err("an entry begins with something said, a question or a handoff".to_owned());
    }
    for (at, step) in entry.steps.iter().enumerate() {
        check_step(step, ids).map_err(|wrong| format!("step {}: {wrong}", at + 1))?;
        let ends = matches!(step, Step::HandOff(_) | Step::Resolve);
        if ends && at + 1 < entry.steps.len() {
            return Err(format!("step {} ends the entry, so nothing may follow it", at + 1));
        }
        // After an answer something must be said, else the customer waits for nothing.
        if matches!(step, Step::Ask(_))
            && !matches!(entry.steps.get(at + 1), Some(Step::Say(_) | Step::Ask(_) | Step::HandOff(_)))
        {
            return Err(format!("step {} asks, so the next one says something, asks or hands off", at + 1));
        }
    }
    Ok(())
}

fn check_step(step: &Step, ids: &BTreeSet<&str>) -> Wrong {
    match step {
        Step::Say(spoken) => say("say", spoken, ids),
        Step::Ask(ask) => check_ask(ask),
        Step::HandOff(HandOff { text: spoken, title, .. }) => {
            if let Some(spoken) = spoken {
                text("text", spoken, phrase::TEXT)?;
            }
            title.as_ref().map_or(Ok(()), |title| text("title", title, 120))
        }
        Step::Resolve => Ok(()),
    }
}

fn check_ask(ask: &Ask) -> Wrong {
    if !is_key(&ask.slot) || ask.slot == "name" {
        return Err("a slot is 1 to 64 lower-case letters, digits, `_` and `-`, and not `name`".to_owned());
    }
    text("text", &ask.text, phrase::TEXT)?;
    text("retry", &ask.retry, phrase::TEXT)?;
    let Some(pattern) = &ask.pattern else { return Ok(()) };
    let pattern = compile(pattern).map_err(|error| format!("`pattern` is no regular expression: {error}"))?;
    if pattern.is_match("") {
        return Err("`pattern` finds an answer in an empty text".to_owned());
    }
    Ok(())
}

fn say(place: &str, say: &Say, ids: &BTreeSet<&str>) -> Wrong {
    let limit = if say.choices.is_empty() { phrase::TEXT } else { phrase::TEXT_WITH_CHOICES };
    text(place, &say.text, limit)?;
    if say.choices.len() > phrase::ROWS {
        return Err(format!("{place}: there are at most {} choices", phrase::ROWS));
    }
    if let Some(menu) = &say.menu {
        text(&format!("{place}.menu"), menu, phrase::BUTTON_TITLE)?;
    }
    let limit = if is_menu(say) { phrase::ROW_TITLE } else { phrase::BUTTON_TITLE };
    let mut seen = BTreeSet::new();
    for choice in &say.choices {
        if !ids.contains(choice.entry.as_str()) {
            return Err(format!(
                "{place}: the choice “{}” leads to `{}`, which is no entry",
                choice.title, choice.entry
            ));
        }
        if !seen.insert(choice.entry.as_str()) || !seen.insert(choice.title.as_str()) {
            return Err(format!("{place}: the choice “{}” is there twice", choice.title));
        }
        text(&format!("{place}: a choice's title"), &choice.title, limit)?;
        if let Some(description) = &choice.description {
            text(&format!("{place}: a choice's description"), description, phrase::ROW_DESCRIPTION)?;
        }
    }
    Ok(())
}

/// A text that is there after its gaps are filled or left out, and not too long.
fn text(place: &str, text: &str, limit: usize) -> Wrong {
    let nothing = phrase::Gaps { name: None, slots: &std::collections::BTreeMap::new() }.fill(text);
    if nothing.trim().is_empty() {
        return Err(format!("{place} is empty"));
    }
    match text.chars().count() {
        long if long > limit => Err(format!("{place} has {long} characters; at most {limit} can be sent")),
        _ => Ok(()),
    }
}
