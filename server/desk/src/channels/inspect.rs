//! What a webhook says, as JSON for people and scripts: `baton inspect webhook`.

use serde_json::{Map, Value, json};

use super::{AccountEvent, Effect, Inbound, Item, Sender, Status};
use contract::Body;

/// The items of a webhook in the order of its body. Keys that do not apply are left out; people go by the
/// digits of their number, else by their user id.
pub fn items(items: &[Item]) -> Value {
    json!({ "items": items.iter().map(item).collect::<Vec<_>>() })
}

/// A flat object in which nothing stands that is not known.
struct Line(Map<String, Value>);

impl Line {
    fn new(item: &str, channel: Option<&str>, id: Option<&str>) -> Line {
        Line(Map::new()).with("item", Some(item)).with("channel", channel).with("id", id)
    }

    fn with(mut self, key: &str, value: Option<&str>) -> Line {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.0.insert(key.to_owned(), Value::from(value));
        }
        self
    }

    fn at(self, at: Option<jiff::Timestamp>) -> Line {
        self.with("at", at.map(|at| at.to_string()).as_deref())
    }
}

fn item(item: &Item) -> Value {
    let line = match item {
        Item::Message(inbound) => message(inbound),
        Item::Status(found) => status(found),
        Item::Event(found) => event(found),
        Item::Ignored { channel, id, reason } => {
            Line::new("ignored", channel.as_deref(), id.as_deref()).with("reason", Some(reason))
        }
        Item::Rejected { channel, id, reason } => {
            Line::new("rejected", channel.as_deref(), id.as_deref()).with("reason", Some(reason))
        }
    };
    Value::Object(line.0)
}

fn message(inbound: &Inbound) -> Line {
    let side = if inbound.echo { "to" } else { "from" };
    let (kind, text) = match &inbound.effect {
        Effect::Message(body) => (kind(body), words(body)),
        Effect::React { emoji, .. } => ("reaction", emoji.as_deref()),
        Effect::Edit { body, .. } => ("edit", words(body)),
        Effect::Revoke { .. } => ("revoke", None),
        Effect::Moved { text, .. } | Effect::Notice { text, .. } => ("system", Some(text.as_str())),
    };
    Line::new("message", Some(&inbound.channel), Some(&inbound.id))
        .with(side, address(&inbound.contact))
        .with("type", Some(kind))
        .with("text", text)
        .at(inbound.at)
}

fn status(status: &Status) -> Line {
    let reason = status.fault.as_ref().map(|fault| match fault.code.as_str() {
        "" => fault.reason.clone(),
        code => format!("{code}: {}", fault.reason),
    });
    Line::new("status", Some(&status.channel), Some(&status.id))
        .with("status", Some(status.word.as_str()))
        .at(status.at)
        .with("reason", reason.as_deref())
}

fn event(event: &AccountEvent) -> Line {
    Line::new("event", event.channel.as_deref(), event.id.as_deref())
        .with("type", Some(&event.kind))
        .at(event.at)
}

fn address(sender: &Sender) -> Option<&str> {
    sender.phone.as_deref().or(sender.user_id.as_deref()).or(sender.parent_user_id.as_deref())
}

/// The kinds that a message can come in with; any other is one that this desk does not take in.
fn kind(body: &Body) -> &'static str {
    match body.kind() {
        kind @ ("text" | "image" | "video" | "audio" | "voice" | "document" | "sticker" | "location"
        | "contacts" | "button_reply" | "list_reply" | "flow_reply" | "order" | "system") => kind,
        _ => "unsupported",
    }
}

/// What was written or chosen. A place or a card is not text, though it has a name.
fn words(body: &Body) -> Option<&str> {
    match body {
        Body::Location(_) | Body::Contacts { .. } => None,
        body => body.words(),
    }
}
