//! What a bot is asked.

use contract::message::Field;
use contract::{Body, BotId, ContactId, ConversationId, MessageId, Packet, Time};
use serde_json::Value;
use uuid::Uuid;

/// What a bot is asked: the customer has written, and it is the bot's turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Its name: the same when it is taken again, so that the other side can tell.
    pub id: String,
    /// The bot.
    pub bot: BotId,
    /// The conversation.
    pub conversation: ConversationId,
    /// The whole number by which some programs know the conversation.
    pub number: i64,
    /// Under which it has the conversation. An answer counts under this one only.
    pub epoch: i64,
    /// What it says and does, in its kind's own shape.
    pub definition: Value,
    /// Goes up with every change of the definition.
    pub version: i32,
    /// What it gave as its memory at its last turn in this conversation; null at its first.
    pub memory: Value,
    /// What the customer has written since the bot last answered, oldest first. Never a private note.
    pub heard: Vec<Heard>,
    /// Everything that was said since the bot has the conversation, what it hears now included, oldest first.
    pub since_ownership: Vec<Spoken>,
    /// What was said before that, oldest first. It is settled: nothing in it is to be done any more.
    pub before: Vec<Spoken>,
    /// Who writes.
    pub contact: ContactId,
    /// What the customer calls themself. Untrusted.
    pub contact_name: Option<String>,
    /// The customer's language (BCP 47), where it is known.
    pub language: Option<String>,
    /// Until when free text may be sent.
    pub window_until: Option<Time>,
    /// How the bot came to the conversation.
    pub opening: Opening,
    /// Whether nobody is there: an admin tries the bot, and what it says reaches no customer.
    pub preview: bool,
    /// Why it has the customer, where that is because nobody else can.
    pub fallback: Option<Fallback>,
    /// What people have settled, where they have just given it back.
    pub settled: Vec<Field>,
}

/// A bot has the customer because nobody else can.
#[derive(Debug, Clone, PartialEq)]
pub struct Fallback {
    /// What keeps people from answering, as a word: `nobody_online`, `after_hours` and so on.
    pub reason: String,
    /// What was passed on before.
    pub packet: Option<Packet>,
}

/// One message of the customer's.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Which.
    pub message: MessageId,
    /// The number of the event that brought it.
    pub seq: i64,
    /// What it says.
    pub body: Body,
    /// When it was written.
    pub at: Time,
    /// Its file, where it has one that is there already.
    pub file: Option<Attached>,
}

/// A file that can be fetched for a while by whoever has its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Where.
    pub url: String,
    /// Its type.
    pub mime: String,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// The number of the event that brought it.
    pub seq: i64,
    /// By whom.
    pub by: Speaker,
    /// What.
    pub body: Body,
    /// When.
    pub at: Time,
}

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The customer.
    Customer,
    /// A bot.
    Bot,
    /// An agent, here or on the business's own phone app.
    Agent,
    /// An agent, to colleagues. Only bots that may read notes get these.
    Note,
    /// The desk itself.
    Desk,
}

impl Speaker {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Speaker::Customer => "customer",
            Speaker::Bot => "bot",
            Speaker::Agent => "agent",
            Speaker::Note => "note",
            Speaker::Desk => "desk",
        }
    }
}

/// How a bot came to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opening {
    /// The conversation is new, or was opened again.
    New,
    /// The bot has answered in it before.
    Ongoing,
    /// A person has given it back.
    Returned,
    /// It has the customer because nobody else can.
    Fallback,
}

impl Opening {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Opening::New => "new",
            Opening::Ongoing => "ongoing",
            Opening::Returned => "returned",
            Opening::Fallback => "fallback",
        }
    }
}

impl Heard {
    /// A message of which no more is known than what it says.
    pub fn new(seq: i64, body: Body, at: Time) -> Heard {
        Heard { message: MessageId(Uuid::nil()), seq, body, at, file: None }
    }
}

impl Turn {
    /// The first turn of a bot with this definition, in which nothing was heard yet: a preview begins so.
    pub fn over(definition: Value, version: i32) -> Turn {
        Turn {
            id: "preview".to_owned(),
            bot: BotId(Uuid::nil()),
            conversation: ConversationId(Uuid::nil()),
            number: 0,
            epoch: 1,
            definition,
            version,
            memory: Value::Null,
            heard: Vec::new(),
            since_ownership: Vec::new(),
            before: Vec::new(),
            contact: ContactId(Uuid::nil()),
            contact_name: None,
            language: None,
            window_until: None,
            opening: Opening::New,
            preview: false,
            fallback: None,
            settled: Vec::new(),
        }
    }

    /// What was heard as one text, for bots that take no more than that; a tap is its id.
    pub fn words(&self, between: &str) -> String {
        let words: Vec<String> = self.heard.iter().filter_map(|heard| tapped_or_said(&heard.body)).collect();
        words.join(between)
    }
}

/// What a message says to a bot that takes no more than text: what was tapped by its id, a file by its kind.
pub(super) fn tapped_or_said(body: &Body) -> Option<String> {
    match body {
        Body::ButtonReply { id, title } | Body::ListReply { id, title, .. } => {
            Some(if id.trim().is_empty() { title.clone() } else { id.clone() })
        }
        other => said(other),
    }
}

/// What a message says, in words; a file that nothing stands beside by its kind in brackets.
pub(super) fn said(body: &Body) -> Option<String> {
    if let Body::System { .. } = body {
        return None;
    }
    let words = body.words().map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned);
    Some(words.unwrap_or_else(|| match body {
        Body::FlowReply { fields, .. } => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("{}: {}", field.name, field.value)).collect();
            fields.join(", ")
        }
        Body::Location(place) => format!("[location] {}, {}", place.latitude, place.longitude),
        other => format!("[{}]", other.kind()),
    }))
}
