//! Webhooks, in the shape and with the bytes of Meta's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::Time;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::graph::GraphError;
use super::graph::read::To;
use crate::channels::{StatusWord, phone};
use crate::store::sandbox::{Number, Phone};

/// A customer, as webhooks name them: with a number, or with a user id alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    number: Option<String>,
    user_id: Option<String>,
    name: Option<String>,
}

impl From<&Phone> for Party {
    fn from(phone: &Phone) -> Party {
        let hidden = phone::is_user_id(&phone.number);
        Party {
            number: (!hidden).then(|| phone.number.clone()),
            user_id: Some(phone.user_id.clone()),
            name: Some(phone.name.clone()),
        }
    }
}

impl From<&To> for Party {
    fn from(to: &To) -> Party {
        match to {
            To::Number { digits, .. } => Party { number: Some(digits.clone()), user_id: None, name: None },
            To::User(id) => Party { number: None, user_id: Some(id.clone()), name: None },
        }
    }
}

impl Party {
    /// Digits, or the user id of somebody who hides them.
    pub fn key(&self) -> &str {
        self.number.as_deref().or(self.user_id.as_deref()).unwrap_or_default()
    }

    /// An entry of `contacts[]`. Who hides their number has a username instead.
    fn contact(&self) -> Value {
        let mut profile = Map::new();
        put(&mut profile, "name", self.name.as_deref());
        let username = self.name.as_deref().filter(|_| self.number.is_none()).map(username);
        put(&mut profile, "username", username.as_deref());
        let mut contact = Map::new();
        contact.insert("profile".to_owned(), Value::Object(profile));
        put(&mut contact, "wa_id", self.number.as_deref());
        put(&mut contact, "user_id", self.user_id.as_deref());
        Value::Object(contact)
    }
}

/// A username that such a name might have.
fn username(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(".")
}

fn put(object: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), Value::String(value.to_owned()));
    }
}

fn seconds(at: Time) -> String {
    at.0.div_euclid(1000).to_string()
}

/// Something that a customer sends: its id, its moment, and its own keys (`type` and its object).
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The provider's id of it.
    pub id: String,
    /// When.
    pub at: Time,
    /// The id of the message that it answers.
    pub quoted: Option<String>,
    /// `type` and what goes with it.
    pub content: Value,
}

/// A webhook with a message from a customer.
pub fn message(number: &Number, party: &Party, sent: &Sent) -> String {
    let mut message = common(sent);
    put(&mut message, "from", party.number.as_deref());
    put(&mut message, "from_user_id", party.user_id.as_deref());
    if let Some(quoted) = &sent.quoted {
        let context = json!({ "from": business(number), "id": quoted });
        message.insert("context".to_owned(), context);
    }
    envelope(number, "messages", json!({ "contacts": [party.contact()], "messages": [message] }))
}

/// A webhook with a message that the business wrote on its own phone app.
pub fn echo(number: &Number, party: &Party, sent: &Sent) -> String {
    let mut message = common(sent);
    message.insert("from".to_owned(), Value::String(business(number)));
    put(&mut message, "to", party.number.as_deref());
    put(&mut message, "to_user_id", party.user_id.as_deref());
    envelope(
        number,
        "smb_message_echoes",
        json!({ "contacts": [party.contact()], "message_echoes": [message] }),
    )
}

fn common(sent: &Sent) -> Map<String, Value> {
    let mut message = sent.content.as_object().cloned().unwrap_or_default();
    put(&mut message, "id", Some(&sent.id));
    put(&mut message, "timestamp", Some(&seconds(sent.at)));
    message
}

/// What became of a message of the business.
#[derive(Debug, Clone, PartialEq)]
pub struct News<'a> {
    /// The provider's id of it.
    pub id: &'a str,
    /// What the business attached to it.
    pub opaque: Option<&'a str>,
    /// When.
    pub at: Time,
    /// What.
    pub word: StatusWord,
    /// What it costs: category and type.
    pub price: Option<(&'static str, &'static str)>,
    /// Why it failed.
    pub error: Option<&'a GraphError>,
}

/// A webhook with a status.
pub fn status(number: &Number, party: &Party, news: &News<'_>) -> String {
    let mut status = Map::new();
    put(&mut status, "id", Some(news.id));
    put(&mut status, "status", Some(news.word.as_str()));
    put(&mut status, "timestamp", Some(&seconds(news.at)));
    put(&mut status, "recipient_id", party.number.as_deref());
    put(&mut status, "recipient_user_id", party.user_id.as_deref());
    put(&mut status, "biz_opaque_callback_data", news.opaque);
    if let Some((category, kind)) = news.price {
        let pricing = json!({
            "billable": kind == "regular",
            "pricing_model": "PMP",
            "category": category,
            "type": kind,
        });
        status.insert("pricing".to_owned(), pricing);
    }
    if let Some(error) = news.error {
        status.insert("errors".to_owned(), json!([error.in_status()]));
    }
    envelope(number, "messages", json!({ "contacts": [party.contact()], "statuses": [status] }))
}

fn envelope(number: &Number, field: &str, mut value: Value) -> String {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({
        "display_phone_number": number.written.as_deref().unwrap_or(&number.line.provider_channel),
        "phone_number_id": number.line.provider_channel,
    });
    let change = json!({ "field": field, "value": value });
    let account = digits(&number.connection.0.to_string(), 15);
    let body = json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": account, "changes": [change] }],
    });
    escape(&body.to_string())
}

/// The business's number, digits only.
pub fn business(number: &Number) -> String {
    let written = number.written.as_deref().and_then(phone::normalise);
    written.unwrap_or_else(|| number.line.provider_channel.clone())
}

/// Escapes JSON text as Meta does: what is not ASCII as `\uxxxx` of UTF-16, and slashes. Whoever checks a
/// signature over JSON that was written anew is found out.
fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len() + json.len() / 8);
    for letter in json.chars() {
        match letter {
            // Slashes and letters beyond ASCII occur within strings only.
            '/' => escaped.push_str("\\/"),
            '\u{0}'..='\u{7f}' => escaped.push(letter),
            _ => {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    escaped
}

/// `X-Hub-Signature-256` of a body; none without a secret.
pub fn signature(secret: &str, body: &[u8]) -> Option<String> {
    if secret.is_empty() {
        return None;
    }
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?.chain_update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("sha256={hex}"))
}

/// A new message id: `wamid.` and base64 of what looks like Meta's record of it.
pub fn wamid(key: &str) -> String {
    let key: Vec<u8> = key.bytes().take(64).collect();
    let mut bytes = vec![0x1c, 0x18, u8::try_from(key.len()).unwrap_or(0)];
    bytes.extend_from_slice(&key);
    bytes.extend_from_slice(&[0x15, 0x02, 0x00, 0x11, 0x18, 0x20]);
    bytes.extend_from_slice(Uuid::new_v4().simple().to_string().to_uppercase().as_bytes());
    bytes.push(0);
    format!("wamid.{}", STANDARD.encode(bytes))
}

/// So many digits that stay the same for the same seed.
pub fn digits(seed: &str, count: usize) -> String {
    let digest = Sha256::digest(seed.as_bytes());
    let digit = |(at, byte): (usize, &u8)| {
        // Ids do not begin with 0.
        let digit = if at == 0 { 1 + byte % 9 } else { byte % 10 };
        char::from(b'0' + digit)
    };
    digest.iter().enumerate().take(count).map(digit).collect()
}

/// The digest that a file's webhook names, base64 as there.
pub fn digest(seed: &str) -> String {
    STANDARD.encode(Sha256::digest(seed.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ascii_is_escaped_in_utf_16_and_slashes_are_too() {
        assert_eq!(escape("{\"a\":\"é😀/\"}"), "{\"a\":\"\\u00e9\\ud83d\\ude00\\/\"}");
        let read: Value = serde_json::from_str(&escape("{\"a\":\"é😀/\"}")).unwrap();
        assert_eq!(read["a"], "é😀/");
    }

    #[test]
    fn a_signature_is_lower_case_hex_of_hmac_sha256() {
        // RFC 4231, test case 2.
        let signature = signature("Jefe", b"what do ya want for nothing?").unwrap();
        assert_eq!(signature, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(super::signature("", b"anything"), None);
    }

    #[test]
    fn message_ids_are_base64_and_differ() {
        let (one, other) = (wamid("447700900001"), wamid("447700900001"));
        assert_ne!(one, other);
        assert!(STANDARD.decode(one.strip_prefix("wamid.").unwrap()).is_ok());
    }

    #[test]
    fn a_phone_that_hides_its_number_is_named_by_user_id_alone() {
        let phone = Phone {
            number: "US.abc123".to_owned(),
            user_id: "US.abc123".to_owned(),
            name: "Mia Chen".to_owned(),
        };
        let contact = Party::from(&phone).contact();
        assert_eq!(contact["user_id"], "US.abc123");
        assert_eq!(contact["profile"]["username"], "mia.chen");
        assert!(contact.get("wa_id").is_none());
    }
}
