//! What the customer wrote last.

use contract::Body;
use contract::message::MediaKind;
use contract::rules::{Kind, Value};

use super::{Fact, Known, Read, Said, free, text, words};

const FROM: &str = "The customer's last message";
/// As much of a text as is kept, in characters.
const LONGEST: usize = 1_000;

const KINDS: &[(&str, &str)] = &[
    ("text", "Text"),
    ("image", "Photo"),
    ("video", "Video"),
    ("audio", "Audio"),
    ("voice", "Voice message"),
    ("document", "Document"),
    ("sticker", "Sticker"),
    ("location", "Location"),
    ("contacts", "Contact card"),
    ("button", "Tap on a button"),
    ("list", "Choice from a menu"),
    ("form", "Form"),
    ("order", "Order"),
    ("other", "Something else"),
];

pub(super) const FACTS: &[Fact] = &[
    Fact {
        key: "message_text",
        name: "Message text",
        from: FROM,
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| said(known, |said| text(said.body.words().map(short)))),
    },
    Fact {
        key: "keyword",
        name: "Keyword",
        from: "The customer's last message, where it is a single word",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| {
            said(known, |said| {
                let word = said.body.words().map(str::trim);
                text(word.filter(|word| word.len() <= LONGEST && !word.contains(char::is_whitespace)))
            })
        }),
    },
    Fact {
        key: "message_kind",
        name: "Kind of message",
        from: FROM,
        kind: Kind::Choice,
        options: || words(KINDS.iter().copied()),
        read: Read::Now(|known| said(known, |said| text(Some(kind(&said.body))))),
    },
    Fact {
        key: "button",
        name: "Button or menu row",
        from: "The id of what the customer tapped",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| said(known, |said| text(tapped(&said.body)))),
    },
    Fact {
        key: "is_first_message",
        name: "First message of the conversation",
        from: FROM,
        kind: Kind::Truth,
        options: free,
        read: Read::Now(|known| said(known, |said| Value::Truth(said.first))),
    },
    Fact {
        key: "referral",
        name: "Advertisement or post",
        from: "The id of the advertisement or post that the message came from",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| said(known, |said| text(said.referral.as_deref()))),
    },
    Fact {
        key: "inbound_tag",
        name: "Tag of the address",
        from: "The address for webhooks that the message came in by",
        kind: Kind::Text,
        options: free,
        read: Read::Now(|known| said(known, |said| text(said.tag.as_deref()))),
    },
    Fact {
        key: "last_message_at",
        name: "Time of the last message",
        from: FROM,
        kind: Kind::Time,
        options: free,
        read: Read::Now(|known| said(known, |said| Value::Number(said.at.0))),
    },
];

fn said(known: &Known, read: impl Fn(&Said) -> Value) -> Value {
    known.message.as_ref().map_or(Value::Nothing, read)
}

fn short(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

fn tapped(body: &Body) -> Option<&str> {
    match body {
        Body::ButtonReply { id, .. } | Body::ListReply { id, .. } => Some(id),
        _ => None,
    }
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::Text { .. } => "text",
        Body::Media(media) => match media.kind {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::Voice => "voice",
            MediaKind::Document => "document",
            MediaKind::Sticker => "sticker",
        },
        Body::Location(_) => "location",
        Body::Contacts { .. } => "contacts",
        Body::ButtonReply { .. } => "button",
        Body::ListReply { .. } => "list",
        Body::FlowReply { .. } => "form",
        Body::Order { .. } => "order",
        _ => "other",
    }
}
