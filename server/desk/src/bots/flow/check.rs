//! What is wrong with a definition: what WhatsApp takes, choices that lead somewhere, and always a way out. Everything
//! that is wrong is told at once, each with the path that leads to it.

use std::collections::BTreeSet;

use contract::bots::Finding;
use contract::handoff::ReasonCode;
use regex::{Regex, RegexBuilder};

use super::definition::{Ask, Definition, Entry, HandOff, Hours, Language, Say, Step, Text, minutes};
use super::phrase::{self, is_key, is_menu};
use super::{hours, words};

/// Entries of a flow, at most.
const ENTRIES: usize = 200;
/// Keywords of an entry, at most.
const KEYWORDS: usize = 100;
/// Steps of an entry, at most.
const STEPS: usize = 8;
/// Slots of a flow, at most.
const SLOTS: usize = 16;
/// Languages of a flow besides its own, at most.
const LANGUAGES: usize = 20;
/// Memory that a compiled pattern may take, in bytes.
const PATTERN: usize = 1 << 18;

/// Everything that is wrong with a definition.
pub fn wrong(definition: &Definition) -> Vec<Finding> {
    let mut check = Check { found: Vec::new(), ids: ids(&definition.entries), place: String::new() };
    check.whole(definition);
    check.languages(&definition.languages, &definition.language);
    if let Some(hours) = &definition.hours {
        check.hours(hours);
    }
    let greeting = &definition.greeting;
    check.text("greeting.hello", &greeting.hello, phrase::TEXT_WITH_CHOICES / 2);
    check.text("greeting.ask.text", &greeting.ask.text, phrase::TEXT_WITH_CHOICES / 2);
    check.text("joining", &definition.joining, phrase::TEXT);
    if let Some(text) = &definition.joining_closed {
        check.text("joining_closed", text, phrase::TEXT);
    }
    check.spoken("greeting.ask", &greeting.ask);
    check.spoken("not_understood", &definition.not_understood);
    check.spoken("not_read", &definition.not_read);
    check.spoken("returned", &definition.returned);
    for (at, entry) in definition.entries.iter().enumerate() {
        check.place = format!("entry `{}`: ", entry.id);
        check.entry(&format!("entries.{at}"), entry, definition.hours.is_some());
    }
    check.found
}

/// The part of a text that a pattern finds: its first group, else all of it.
pub fn find(pattern: &str, text: &str) -> Option<String> {
    let found = compile(pattern).ok()?.captures(text)?;
    found.get(1).or_else(|| found.get(0)).map(|found| found.as_str().to_owned())
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(PATTERN).dfa_size_limit(PATTERN).build()
}

fn ids(entries: &[Entry]) -> BTreeSet<String> {
    entries.iter().map(|entry| entry.id.clone()).collect()
}

struct Check {
    found: Vec<Finding>,
    ids: BTreeSet<String>,
    /// What stands before each message: where it is, in words.
    place: String,
}

impl Check {
    fn tell(&mut self, path: impl Into<String>, message: impl AsRef<str>) {
        let message = format!("{}{}", self.place, message.as_ref());
        self.found.push(Finding { path: path.into(), message, blocks: true });
    }

    /// What no single entry can get wrong.
    fn whole(&mut self, definition: &Definition) {
        let entries = &definition.entries;
        if entries.len() > ENTRIES {
            self.tell(
                "entries",
                format!("a flow has at most {ENTRIES} entries, this one has {}", entries.len()),
            );
        }
        if !(1..=10).contains(&definition.patience) {
            self.tell("patience", "`patience` is a number of misunderstandings from 1 to 10");
        }
        let mut seen = BTreeSet::new();
        for (at, entry) in entries.iter().enumerate() {
            if !seen.insert(entry.id.as_str()) {
                self.tell(format!("entries.{at}.id"), format!("two entries have the id `{}`", entry.id));
            }
        }
        let asked = |step: &Step| match step {
            Step::Ask(ask) => Some(ask.slot.clone()),
            _ => None,
        };
        let slots: BTreeSet<String> =
            entries.iter().flat_map(|entry| entry.steps.iter().filter_map(asked)).collect();
        if slots.len() > SLOTS {
            self.tell("entries", format!("a flow has at most {SLOTS} slots, this one has {}", slots.len()));
        }
        let is_asked =
            |step: &Step| matches!(step, Step::HandOff(out) if out.reason == ReasonCode::CustomerAsked);
        let is_exit = |entry: &Entry| !entry.keywords.is_empty() && entry.steps.first().is_some_and(is_asked);
        if !entries.iter().any(is_exit) {
            self.tell(
                "entries",
                "no entry with keywords begins with a handoff for the reason `customer_asked`: \
                 a customer must always be able to ask for a person",
            );
        }
    }

    fn languages(&mut self, languages: &[Language], own: &str) {
        if languages.len() > LANGUAGES {
            self.tell("languages", format!("a flow has at most {LANGUAGES} languages besides its own"));
        }
        let mut seen = BTreeSet::from([own]);
        for (at, language) in languages.iter().enumerate() {
            let path = format!("languages.{at}.code");
            if !is_language(&language.code) {
                self.tell(&path, format!("`{}` is no language: write `de` or `pt-BR`", language.code));
            }
            if !seen.insert(language.code.as_str()) {
                self.tell(&path, format!("the language `{}` is there twice", language.code));
            }
            self.keywords(&format!("languages.{at}.words"), &language.words);
        }
        if !is_language(own) {
            self.tell("language", format!("`{own}` is no language: write `en` or `pt-BR`"));
        }
    }

    fn hours(&mut self, hours: &Hours) {
        if !hours::is_zone(&hours.zone) {
            self.tell(
                "hours.zone",
                format!("`{}` is no time zone: write a place, such as `Europe/Berlin`", hours.zone),
            );
        }
        for (day, spans) in &hours.week {
            for (at, span) in spans.iter().enumerate() {
                let path = format!("hours.week.{}.{at}", day.as_str());
                match (minutes(&span.from), minutes(&span.to)) {
                    (Some(from), Some(to)) if from != to && from < 1440 => {}
                    (Some(_), Some(_)) => self.tell(path, "hours begin and end at different times"),
                    _ => self.tell(path, format!("`{} – {}` are no times: write 09:00", span.from, span.to)),
                }
            }
        }
        for (at, date) in hours.closed.iter().enumerate() {
            if !hours::is_date(date) {
                self.tell(format!("hours.closed.{at}"), format!("`{date}` is no date: write 2026-12-25"));
            }
        }
    }

    fn entry(&mut self, path: &str, entry: &Entry, has_hours: bool) {
        if !is_key(&entry.id) {
            self.tell(format!("{path}.id"), "an id is 1 to 64 lower-case letters, digits, `_` and `-`");
        }
        self.line(&format!("{path}.title"), "title", (&entry.title, 60));
        self.keywords(&format!("{path}.keywords"), &entry.keywords);
        let steps = &entry.steps;
        if steps.len() > STEPS {
            self.tell(format!("{path}.steps"), format!("an entry has at most {STEPS} steps"));
        }
        if !matches!(steps.first(), Some(Step::Say(_) | Step::Ask(_) | Step::HandOff(_))) {
            self.tell(
                format!("{path}.steps"),
                "an entry begins with something said, a question or a handoff",
            );
        }
        for (at, step) in steps.iter().enumerate() {
            let before = self.place.clone();
            let place = format!("{path}.steps.{at}");
            self.place = format!("{before}step {}: ", at + 1);
            self.step(&place, step, has_hours);
            self.place = before;
            let ends = matches!(step, Step::HandOff(_) | Step::Resolve);
            if ends && at + 1 < steps.len() {
                self.tell(&place, format!("step {} ends the entry, so nothing may follow it", at + 1));
            }
            // After an answer something must be said, else the customer waits for nothing.
            let speaks = matches!(steps.get(at + 1), Some(Step::Say(_) | Step::Ask(_) | Step::HandOff(_)));
            if matches!(step, Step::Ask(_)) && !speaks {
                self.tell(
                    &place,
                    format!("step {} asks, so the next one says something, asks or hands off", at + 1),
                );
            }
        }
    }

    fn keywords(&mut self, path: &str, keywords: &[String]) {
        if keywords.len() > KEYWORDS {
            self.tell(path, format!("there are at most {KEYWORDS} keywords"));
        }
        for keyword in keywords {
            if words::words(keyword).is_empty() {
                self.tell(
                    path,
                    format!("the keyword `{keyword}` has no letter or digit, so nothing can match it"),
                );
            }
        }
    }

    fn step(&mut self, path: &str, step: &Step, has_hours: bool) {
        match step {
            Step::Say(spoken) => {
                if spoken.when.is_some() && !has_hours {
                    self.tell(format!("{path}.when"), "the flow has no hours, so it is never closed");
                }
                self.say(path, "the text", spoken);
            }
            Step::Ask(ask) => self.ask(path, ask),
            Step::HandOff(HandOff { text, closed_text, title, .. }) => {
                if let Some(spoken) = text {
                    self.text(&format!("{path}.text"), spoken, phrase::TEXT);
                }
                if let Some(spoken) = closed_text {
                    self.text(&format!("{path}.closed_text"), spoken, phrase::TEXT);
                }
                if let Some(title) = title.as_deref() {
                    self.line(&format!("{path}.title"), "title", (title, 120));
                }
            }
            Step::Resolve => {}
        }
    }

    fn ask(&mut self, path: &str, ask: &Ask) {
        if !is_key(&ask.slot) || ask.slot == "name" {
            self.tell(
                format!("{path}.slot"),
                "a slot is 1 to 64 lower-case letters, digits, `_` and `-`, and not `name`",
            );
        }
        self.text(&format!("{path}.text"), &ask.text, phrase::TEXT);
        self.text(&format!("{path}.retry"), &ask.retry, phrase::TEXT);
        let Some(pattern) = &ask.pattern else { return };
        let place = format!("{path}.pattern");
        match compile(pattern) {
            Err(error) => self.tell(place, format!("`pattern` is no regular expression: {error}")),
            Ok(pattern) if pattern.is_match("") => {
                self.tell(place, "`pattern` finds an answer in an empty text");
            }
            Ok(_) => {}
        }
    }

    /// Something said that is no step.
    fn spoken(&mut self, path: &str, spoken: &Say) {
        if spoken.when.is_some() {
            self.tell(format!("{path}.when"), format!("{path}: only a step can depend on the hours"));
        }
        self.say(path, path, spoken);
    }

    fn say(&mut self, path: &str, place: &str, say: &Say) {
        let limit = if say.choices.is_empty() { phrase::TEXT } else { phrase::TEXT_WITH_CHOICES };
        self.named(&format!("{path}.text"), place, (&say.text, limit));
        if say.choices.len() > phrase::ROWS {
            self.tell(
                format!("{path}.choices"),
                format!("{place}: there are at most {} choices", phrase::ROWS),
            );
        }
        if let Some(menu) = &say.menu {
            self.named(&format!("{path}.menu"), &format!("{place}.menu"), (menu, phrase::BUTTON_TITLE));
        }
        let limit = if is_menu(say) { phrase::ROW_TITLE } else { phrase::BUTTON_TITLE };
        let mut seen = BTreeSet::new();
        for (at, choice) in say.choices.iter().enumerate() {
            let path = format!("{path}.choices.{at}");
            let title = &choice.title.own;
            if !self.ids.contains(choice.entry.as_str()) {
                let lost =
                    format!("{place}: the choice “{title}” leads to `{}`, which is no entry", choice.entry);
                self.tell(format!("{path}.entry"), lost);
            }
            if !seen.insert(choice.entry.as_str()) || !seen.insert(title.as_str()) {
                self.tell(&path, format!("{place}: the choice “{title}” is there twice"));
            }
            let called = format!("{place}: a choice's title");
            self.named(&format!("{path}.title"), &called, (&choice.title, limit));
            if let Some(description) = &choice.description {
                let called = format!("{place}: a choice's description");
                let limit = phrase::ROW_DESCRIPTION;
                self.named(&format!("{path}.description"), &called, (description, limit));
            }
        }
    }

    fn text(&mut self, path: &str, text: &Text, limit: usize) {
        let called = if self.place.is_empty() { path } else { path.rsplit('.').next().unwrap_or(path) };
        self.named(path, called, (text, limit));
    }

    /// A text that is there after its gaps are filled or left out, and not too long, in every language.
    fn named(&mut self, path: &str, called: &str, (text, limit): (&Text, usize)) {
        self.line(path, called, (&text.own, limit));
        for (code, variant) in &text.variants {
            let long = variant.chars().count();
            if long > limit {
                let message =
                    format!("{called} has {long} characters in `{code}`; at most {limit} can be sent");
                self.tell(format!("{path}@{code}"), message);
            }
        }
    }

    fn line(&mut self, path: &str, called: &str, (text, limit): (&str, usize)) {
        let nothing = phrase::Gaps { name: None, slots: &std::collections::BTreeMap::new() }.fill(text);
        if nothing.trim().is_empty() {
            return self.tell(path, format!("{called} is empty"));
        }
        let long = text.chars().count();
        if long > limit {
            self.tell(path, format!("{called} has {long} characters; at most {limit} can be sent"));
        }
    }
}

fn is_language(code: &str) -> bool {
    let mut parts = code.split('-');
    let first = parts.next().unwrap_or_default();
    let letters = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric());
    (2..=3).contains(&first.len())
        && letters(first)
        && parts.all(|part| (2..=8).contains(&part.len()) && letters(part))
}
