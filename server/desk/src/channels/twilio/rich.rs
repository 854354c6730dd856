//! Buttons and menus: contents of the Content API, made first and then sent by their id. Within the customer's
//! 24 hours they need no approval.
//!
//! What differs from message to message stands in variables, a line in each, because a variable holds no line
//! breaks; so one content serves every text of that many lines with the same buttons, and no customer's words
//! are kept among the contents of the account.

use std::collections::BTreeMap;
use std::time::Duration;

use contract::Body;
use contract::message::{CardEntry, Choice, ContactCard};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::send::Pause;
use super::{access, fault};
use crate::channels::json::{self, filled};
use crate::channels::{Answer, Fault, Learned, Need, Via};

/// What the keys of contents begin with.
pub(super) const KEY: &str = "content";
/// The most lines of a text: Twilio takes a hundred variables.
pub(super) const LINES: usize = 100;
/// A content stays until somebody deletes it; after this time another one is made.
const LIVES: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Digits of a digest that tell contents apart.
const DIGITS: usize = 32;
/// The most spaces in a row that WhatsApp takes in a variable.
const SPACES: &str = "    ";

/// A content and what stands in its variables.
#[derive(Debug)]
pub(super) struct Rich {
    types: Value,
    /// The variables, by their numbers.
    pub variables: BTreeMap<String, String>,
}

/// Text with its lines above and below, as it is sent: Twilio's buttons have neither.
pub(super) fn whole(text: &str, header: Option<&str>, footer: Option<&str>) -> String {
    let header = header.map(|header| format!("*{}*", header.trim()));
    let footer = footer.map(|footer| format!("_{}_", footer.trim()));
    let parts = [header.as_deref(), Some(text.trim()), footer.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// The content of a body; none for what is sent otherwise.
pub(super) fn of(body: &Body) -> Option<Rich> {
    let (Body::Buttons { text, header, footer, .. }
    | Body::List { text, header, footer, .. }
    | Body::LinkButton { text, header, footer, .. }) = body
    else {
        return None;
    };
    let (text, variables) = lines(&whole(text, header.as_deref(), footer.as_deref()));
    let types = match body {
        Body::Buttons { buttons, .. } => {
            let actions: Vec<_> =
                buttons.iter().map(|one| json!({ "title": one.title, "id": one.id })).collect();
            json!({ "twilio/quick-reply": { "body": text, "actions": actions } })
        }
        Body::List { button, sections, .. } => {
            let items: Vec<_> = sections.iter().flat_map(|section| &section.rows).map(item).collect();
            json!({ "twilio/list-picker": { "body": text, "button": button, "items": items } })
        }
        Body::LinkButton { label, url, .. } => {
            let action = json!({ "type": "URL", "title": label, "url": url });
            json!({ "twilio/call-to-action": { "body": text, "actions": [action] } })
        }
        _ => return None,
    };
    Some(Rich { types, variables })
}

fn item(row: &Choice) -> Value {
    let mut item = json!({ "item": row.title, "id": row.id });
    if let Some(description) = row.description.as_deref().filter(|text| !text.trim().is_empty()) {
        item["description"] = json!(description);
    }
    item
}

/// A text with a variable for every line that says something, and what stands in these, by their numbers.
fn lines(text: &str) -> (String, BTreeMap<String, String>) {
    let mut variables = BTreeMap::new();
    let mut line = |line: &str| {
        let line = one_line(line);
        if line.is_empty() {
            return line;
        }
        let number = (variables.len() + 1).to_string();
        let place = format!("{{{{{number}}}}}");
        variables.insert(number, line);
        place
    };
    let text = text.lines().map(&mut line).collect::<Vec<_>>().join("\n");
    (text, variables)
}

/// Without tabs and without more spaces in a row than a variable holds.
fn one_line(line: &str) -> String {
    let mut line = line.replace(['\t', '\r'], " ").trim().to_owned();
    let longer = format!("{SPACES} ");
    while line.contains(&longer) {
        line = line.replace(&longer, SPACES);
    }
    line
}

impl Rich {
    /// The content's id, or the call that makes it first.
    pub(super) fn sid(&self, via: &Via<'_>) -> Result<String, Pause> {
        let samples = self.variables.keys().map(|number| (number.clone(), json!("Text"))).collect();
        let types = self.types.clone();
        New { name: None, language: "en".to_owned(), types, samples: Value::Object(samples) }.sid(via)
    }
}

/// A content to be made.
pub(super) struct New {
    /// Its name; without one it is named for what it holds.
    pub name: Option<String>,
    /// Its language.
    pub language: String,
    /// What it holds, by its type.
    pub types: Value,
    /// What may stand in its variables, by their numbers.
    pub samples: Value,
}

impl New {
    /// Its id, or the call that makes it first. The key tells by a digest what it holds, so that the same
    /// content is made once.
    pub(super) fn sid(&self, via: &Via<'_>) -> Result<String, Pause> {
        let digest = digest(&json!([self.name, self.language, self.types, self.samples]));
        let key = format!("{KEY}:{digest}");
        if let Some(sid) = via.known.get(&key) {
            return Ok(sid.clone());
        }
        let body = json!({
            "friendly_name": self.name.clone().unwrap_or_else(|| format!("baton_{digest}")),
            "language": self.language,
            "variables": self.samples,
            "types": self.types,
        });
        let call = access::post_json(via.account, access::content(via.account, "/v1/Content"), &body);
        Err(Pause::First(Box::new(Need { key, call })))
    }
}

fn digest(value: &Value) -> String {
    let digest = Sha256::digest(value.to_string());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex[..DIGITS].to_owned()
}

/// The id of a content that was made.
pub(super) fn learn(answer: &Answer) -> Result<Learned, Fault> {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let sid = filled(&body, "sid").filter(|sid| is_sid(sid));
    match sid.filter(|_| (200..300).contains(&answer.status)) {
        Some(value) => Ok(Learned { value, lives: LIVES }),
        None => Err(fault::of_answer(answer)),
    }
}

/// Whether this is the id of a content, `HX…`.
pub(super) fn is_sid(sid: &str) -> bool {
    sid.len() > 2 && sid.starts_with("HX") && sid.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Contact cards as text, a part in each line.
pub(super) fn cards(cards: &[ContactCard]) -> String {
    cards.iter().map(card).collect::<Vec<_>>().join("\n\n")
}

fn card(card: &ContactCard) -> String {
    let entry = |entry: &CardEntry| match &entry.label {
        Some(label) => format!("{} ({label})", entry.value),
        None => entry.value.clone(),
    };
    let entries = card.phones.iter().chain(&card.emails).chain(&card.urls).map(entry);
    let head = [Some(format!("*{}*", card.name.trim())), card.company.clone()];
    head.into_iter().flatten().chain(entries).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_holds_one_line() {
        let (text, variables) = lines("*Hi*\n\n a\tb      c \r\n{{1}}");
        assert_eq!(text, "{{1}}\n\n{{2}}\n{{3}}");
        let values: Vec<_> = variables.into_values().collect();
        assert_eq!(values, ["*Hi*", "a b    c", "{{1}}"]);
    }
}
