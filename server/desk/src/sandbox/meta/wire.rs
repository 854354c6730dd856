//! Webhooks, in the shape and with the bytes of Meta's.

use contract::Time;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::error::GraphError;
use crate::sandbox::access::business;
use crate::sandbox::digits::{digits, hex};
use crate::sandbox::party::Party;
use crate::sandbox::stand_in::{Between, Charge, News, Written};
use crate::store::sandbox::Number;

/// An entry of `contacts[]`. Who hides their number has a username instead.
fn contact(party: &Party) -> Value {
    let mut profile = Map::new();
    put(&mut profile, "name", party.name.as_deref());
    put(&mut profile, "username", party.username().as_deref());
    let mut contact = Map::new();
    contact.insert("profile".to_owned(), Value::Object(profile));
    put(&mut contact, "wa_id", party.number.as_deref());
    put(&mut contact, "user_id", party.user_id.as_deref());
    Value::Object(contact)
}

fn put(object: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), Value::String(value.to_owned()));
    }
}

fn seconds(at: Time) -> String {
    at.0.div_euclid(1000).to_string()
}

/// Something that is told: its id, and its own keys (`type` and its object).
#[derive(Debug, Clone, PartialEq)]
pub struct Sent<'a> {
    /// The provider's id of it.
    pub id: &'a str,
    /// The id of the message that it answers.
    pub quoted: Option<&'a str>,
    /// `type` and what goes with it.
    pub content: Value,
}

/// A webhook with a message from a customer.
pub fn message(between: &Between<'_>, sent: &Sent<'_>) -> Written {
    let (number, party) = (between.number, between.party);
    let mut message = common(between, sent);
    put(&mut message, "from", party.number.as_deref());
    put(&mut message, "from_user_id", party.user_id.as_deref());
    if let Some(quoted) = sent.quoted {
        let context = json!({ "from": business(number), "id": quoted });
        message.insert("context".to_owned(), context);
    }
    envelope(number, "messages", json!({ "contacts": [contact(party)], "messages": [message] }))
}

/// A webhook with a message that the business wrote on its own phone app.
pub fn echo(between: &Between<'_>, sent: &Sent<'_>) -> Written {
    let (number, party) = (between.number, between.party);
    let mut message = common(between, sent);
    message.insert("from".to_owned(), Value::String(business(number)));
    put(&mut message, "to", party.number.as_deref());
    put(&mut message, "to_user_id", party.user_id.as_deref());
    let value = json!({ "contacts": [contact(party)], "message_echoes": [message] });
    envelope(number, "smb_message_echoes", value)
}

fn common(between: &Between<'_>, sent: &Sent<'_>) -> Map<String, Value> {
    let mut message = sent.content.as_object().cloned().unwrap_or_default();
    put(&mut message, "id", Some(sent.id));
    put(&mut message, "timestamp", Some(&seconds(between.at)));
    message
}

/// A webhook with a status.
pub fn status(between: &Between<'_>, news: &News<'_>) -> Written {
    let party = between.party;
    let mut status = Map::new();
    put(&mut status, "id", Some(news.id));
    put(&mut status, "status", Some(news.word.as_str()));
    put(&mut status, "timestamp", Some(&seconds(between.at)));
    put(&mut status, "recipient_id", party.number.as_deref());
    put(&mut status, "recipient_user_id", party.user_id.as_deref());
    put(&mut status, "biz_opaque_callback_data", news.opaque);
    if let Some(charge) = news.charge {
        let (category, kind) = match charge {
            Charge::Template => ("utility", "regular"),
            Charge::Service => ("service", "free_customer_service"),
        };
        let pricing = json!({
            "billable": kind == "regular",
            "pricing_model": "PMP",
            "category": category,
            "type": kind,
        });
        status.insert("pricing".to_owned(), pricing);
    }
    if let Some(failure) = news.failure {
        status.insert("errors".to_owned(), json!([GraphError::from(failure).in_status()]));
    }
    envelope(between.number, "messages", json!({ "contacts": [contact(party)], "statuses": [status] }))
}

fn envelope(number: &Number, field: &str, mut value: Value) -> Written {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({
        "display_phone_number": number.written.as_deref().unwrap_or(&number.line.provider_channel),
        "phone_number_id": number.line.provider_channel,
    });
    let account = digits(&number.connection.0.to_string(), 15);
    entry(&account, json!({ "field": field, "value": value }))
}

/// A webhook with one change of an account.
pub fn entry(account: &str, change: Value) -> Written {
    let body = json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": account, "changes": [change] }],
    });
    Written { body: escape(&body.to_string()), content_type: "application/json", target: String::new() }
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
    Some(format!("sha256={}", hex(&mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sandbox::Phone;

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
    fn a_phone_that_hides_its_number_is_named_by_user_id_alone() {
        let phone = Phone {
            number: "US.abc123".to_owned(),
            user_id: "US.abc123".to_owned(),
            name: "Mia Chen".to_owned(),
        };
        let contact = contact(&Party::from(&phone));
        assert_eq!(contact["user_id"], "US.abc123");
        assert_eq!(contact["profile"]["username"], "mia.chen");
        assert!(contact.get("wa_id").is_none());
    }
}
