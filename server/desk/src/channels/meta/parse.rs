//! The envelope of a webhook: entries, changes, and which reader each change goes to.

use jiff::Timestamp;
use serde_json::Value;

use super::message::Side;
use super::{event, message, person, status};
use crate::channels::json::{self, filled, list};
use crate::channels::{Item, Malformed, Sender, phone};

/// What every item of a change shares.
pub(super) struct Change<'a> {
    /// `metadata.phone_number_id`, the only thing that a number is known by.
    pub channel: Option<String>,
    /// Our own number's digits, for telling our own messages. It is written for people and routes nothing.
    pub own: Option<String>,
    /// The account's id (`entry.id`).
    pub account: Option<String>,
    /// The entry's time; only fields that are not about messages have one.
    pub at: Option<Timestamp>,
    /// Everybody in `contacts[]`.
    pub contacts: Vec<Sender>,
    /// The change's value.
    pub value: &'a Value,
    /// When this is read.
    pub now: Timestamp,
}

impl Change<'_> {
    /// An item of this change that is of no concern.
    pub(super) fn ignored(&self, id: Option<String>, reason: impl Into<String>) -> Item {
        Item::Ignored { channel: self.channel.clone(), id, reason: reason.into() }
    }

    /// An item of this change that cannot be understood.
    pub(super) fn rejected(&self, id: Option<String>, reason: impl Into<String>) -> Item {
        Item::Rejected { channel: self.channel.clone(), id, reason: reason.into() }
    }
}

/// Reads a webhook.
pub(super) fn parse(bytes: &[u8], now: Timestamp) -> Result<Vec<Item>, Malformed> {
    let body = json::body(bytes).map_err(|error| Malformed(format!("not JSON ({:?})", error.classify())))?;
    if !body.is_object() {
        return Err(Malformed("not a JSON object".to_owned()));
    }
    let object = filled(&body, "object");
    if object.as_deref() != Some("whatsapp_business_account") {
        return Ok(vec![aside(None, format!("object:{}", short(object.as_deref())))]);
    }
    Ok(list(&body, "entry").iter().flat_map(|entry| read_entry(entry, now)).collect())
}

fn read_entry(entry: &Value, now: Timestamp) -> Vec<Item> {
    if !entry.is_object() {
        return vec![broken("an entry is not an object")];
    }
    list(entry, "changes").iter().flat_map(|change| read_change(entry, change, now)).collect()
}

fn read_change(entry: &Value, change: &Value, now: Timestamp) -> Vec<Item> {
    let Some(value) = change.get("value").filter(|value| value.is_object()) else {
        return vec![broken("a change has no value")];
    };
    let metadata = value.get("metadata").unwrap_or(&Value::Null);
    let context = Change {
        channel: filled(metadata, "phone_number_id").map(|id| id.trim().to_owned()),
        own: filled(metadata, "display_phone_number").as_deref().and_then(phone::normalise),
        account: filled(entry, "id"),
        at: json::moment(entry.get("time"), now).at,
        contacts: person::contacts(value),
        value,
        now,
    };
    if dashboard(&context) {
        return vec![context.ignored(None, "test")];
    }
    let field = filled(change, "field");
    match field.as_deref().or_else(|| guessed(value)) {
        Some("messages") => read_messages(&context),
        Some("smb_message_echoes") => each(&context, "message_echoes", |item| echo(&context, item)),
        Some("calls") => calls(&context),
        Some("user_preferences") => {
            each(&context, "user_preferences", |item| event::preference(&context, item))
        }
        Some("user_id_update") => {
            each(&context, "user_id_update", |item| message::user_id_update(&context, item))
        }
        Some(field) if field.starts_with("group_") => vec![context.ignored(None, "group")],
        Some(field) if event::known(field) => vec![event::account(&context, field)],
        field => vec![context.ignored(None, format!("field:{}", short(field)))],
    }
}

/// The field by the keys of the value: replays may leave it out.
fn guessed(value: &Value) -> Option<&'static str> {
    let has = |key: &str| value.get(key).is_some();
    [
        ("messages", "messages"),
        ("statuses", "messages"),
        ("errors", "messages"),
        ("message_echoes", "smb_message_echoes"),
        ("calls", "calls"),
        ("groups", "group_update"),
        ("user_preferences", "user_preferences"),
        ("user_id_update", "user_id_update"),
    ]
    .into_iter()
    .find_map(|(key, field)| has(key).then_some(field))
}

/// Messages, then statuses, then what is wrong with the account: each by itself.
fn read_messages(context: &Change<'_>) -> Vec<Item> {
    let mut items = each(context, "messages", |item| message::read(context, item, Side::Customer));
    items.extend(each(context, "statuses", |item| status::read(context, item)));
    items.extend(each(context, "errors", |item| event::error(context, item)));
    if items.is_empty() {
        items.push(context.ignored(None, "empty"));
    }
    items
}

fn echo(context: &Change<'_>, item: &Value) -> Item {
    message::read(context, item, Side::Business)
}

fn calls(context: &Change<'_>) -> Vec<Item> {
    let mut items = each(context, "calls", |item| context.ignored(filled(item, "id"), "call"));
    items.extend(each(context, "statuses", |item| context.ignored(filled(item, "id"), "call")));
    items
}

fn each(context: &Change<'_>, key: &str, read: impl Fn(&Value) -> Item) -> Vec<Item> {
    let one = |item: &Value| match item.is_object() {
        true => read(item),
        false => context.rejected(None, format!("an item of {key} is not an object")),
    };
    list(context.value, key).iter().map(one).collect()
}

/// What the dashboard's “Test” button sends: made-up things of an account `0`.
fn dashboard(context: &Change<'_>) -> bool {
    let made_up = |channel: &Option<String>| channel.as_deref().is_none_or(|id| id == "123456123");
    let sample = |item: &Value| filled(item, "id").as_deref() == Some("ABGGFlA5Fpa");
    (context.account.as_deref() == Some("0") && made_up(&context.channel))
        || list(context.value, "messages").iter().any(sample)
}

fn aside(channel: Option<String>, reason: String) -> Item {
    Item::Ignored { channel, id: None, reason }
}

fn broken(reason: &str) -> Item {
    Item::Rejected { channel: None, id: None, reason: reason.to_owned() }
}

/// A word from outside, cut to what a reason can bear.
fn short(word: Option<&str>) -> String {
    word.unwrap_or("none").chars().take(64).collect()
}
