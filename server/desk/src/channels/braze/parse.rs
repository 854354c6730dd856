//! What a webhook says: one message of a customer, as one item for each thing in it.

use std::collections::HashSet;
use std::fmt;

use contract::Body;
use contract::message::Field;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::lenient::{self, Values};
use super::media;
use crate::channels::json::{self, filled, plain, text};
use crate::channels::{AccountEvent, Arrived, Effect, Inbound, Item, Malformed, Sender, phone};

/// The kind of the event that asks an admin to mend the body of a campaign.
const DEGRADED: &str = "degraded_payload";

/// What an admin does about a body that is not escaped.
const MEND: &str = "The body of a webhook campaign is not escaped, so it was read by where its keys stand, and may \
     have been misread. In the campaign put “| json_escape” behind every value, as in {{whats_app.${inbound_message_body} \
     | json_escape}}, and user_id and phone_number first.";

/// Reads a webhook. The channel is the door that it came by.
pub(super) fn parse(arrived: &Arrived<'_>) -> Result<Vec<Item>, Malformed> {
    let channel = arrived.tail.trim().replace('\0', "");
    let (read, degraded) = read(arrived.body)?;
    let mut items = match read {
        Ok(values) => items(&channel, &values),
        Err(why) => vec![rejected(&channel, None, why)],
    };
    if degraded {
        items.push(Item::Event(AccountEvent {
            channel: named(&channel),
            id: None,
            kind: DEGRADED.to_owned(),
            text: MEND.to_owned(),
            at: None,
            news: None,
        }));
    }
    Ok(items)
}

fn named(channel: &str) -> Option<String> {
    (!channel.is_empty()).then(|| channel.to_owned())
}

fn rejected(channel: &str, id: Option<String>, reason: impl Into<String>) -> Item {
    Item::Rejected { channel: named(channel), id, reason: reason.into() }
}

/// The values of a body, or why it cannot be told who writes; and whether it was read by where its keys stand.
fn read(bytes: &[u8]) -> Result<(Result<Values, &'static str>, bool), Malformed> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    match json::body(bytes) {
        Ok(Value::Object(members)) if !says_twice(&text) => Ok((Ok(renamed(members)), false)),
        Ok(Value::Object(_)) | Err(_) => match lenient::read(&text) {
            Some(read) => Ok((read, true)),
            None => {
                Err(Malformed("not JSON, and without the keys user_id, phone_number and message".to_owned()))
            }
        },
        Ok(_) => Err(Malformed("not a JSON object".to_owned())),
    }
}

/// Whether a key stands there twice. Then a customer has written one of them into a body that is not escaped,
/// and JSON alone would let them pass for somebody else.
fn says_twice(text: &str) -> bool {
    match serde_json::from_str::<Members>(text) {
        Ok(Members(members)) => {
            let mut seen = HashSet::new();
            !members.iter().filter_map(|(key, _)| lenient::first_name(key)).all(|key| seen.insert(key))
        }
        // Only mended it was JSON: what looks like a key counts as one.
        Err(_) => lenient::says_twice(text),
    }
}

/// The known values under the first of their names.
fn renamed(mut members: serde_json::Map<String, Value>) -> Values {
    let mut values = Values::new();
    for names in lenient::KEYS {
        if let Some(value) = names.iter().find_map(|name| members.remove(*name)) {
            values.insert(names[0].to_owned(), value);
        }
    }
    values
}

/// A tag of Liquid that Braze has not filled in, alone in its value.
fn is_tag(text: &str) -> bool {
    text.trim_start().starts_with("{{") && text.contains("${")
}

fn items(channel: &str, values: &Values) -> Vec<Item> {
    let values = Value::Object(values.clone());
    let given =
        |key: &str| filled(&values, key).filter(|text| !is_tag(text)).map(|text| text.trim().to_owned());
    let event = given("event_id");
    let unfilled = ["user_id", "phone_number"]
        .into_iter()
        .find(|key| text(&values, key).is_some_and(|text| text.contains("{{") || text.contains("{%")))
        .or_else(|| text(&values, "message").filter(|text| is_tag(text)).map(|_| "message"));
    if let Some(key) = unfilled {
        let why = format!(
            "Braze has not filled in {key}: it still holds Liquid (“{{{{”), as in a test send. Write from a phone \
             instead; if that looks the same, correct the tag in the campaign's body."
        );
        return vec![rejected(channel, event, why)];
    }
    let (number, external_id) = (given("phone_number"), given("user_id"));
    let contact = Sender {
        phone: number.as_deref().and_then(phone::normalise),
        user_id: number.filter(|number| phone::is_user_id(number)),
        external_id,
        name: given("profile_name"),
        ..Sender::default()
    };
    if contact.phone.is_none() && contact.user_id.is_none() && contact.external_id.is_none() {
        return vec![rejected(channel, event, "Neither user_id nor phone_number says who wrote.")];
    }
    let repeat = event.is_none().then(|| said(&values));
    let message = |(place, body): (usize, Body)| {
        // The first thing goes by the id itself, the others by the id and their place.
        let id = |id: &String| if place == 0 { id.clone() } else { format!("{id}#{}", place + 1) };
        Item::Message(Box::new(Inbound {
            channel: channel.to_owned(),
            id: event.as_ref().map(id).unwrap_or_default(),
            repeat: repeat.as_ref().map(|said| digest(&[said, &place.to_string()])),
            contact: contact.clone(),
            echo: false,
            at: None,
            whole_seconds: false,
            quoted: None,
            referral: None,
            forwarded: false,
            effect: Effect::Message(body),
        }))
    };
    bodies(&values).into_iter().enumerate().map(message).collect()
}

/// What two deliveries of the same message have in common.
fn said(values: &Value) -> String {
    let part = |key: &str| values.get(key).map(|value| plain(value).unwrap_or_else(|| value.to_string()));
    let keys = ["user_id", "phone_number", "message", "media_urls", "flow_response", "product_id"];
    let parts: Vec<String> = keys.iter().map(|key| part(key).unwrap_or_default()).collect();
    digest(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Lengths are digested with the parts, so that nothing can move from one to the next.
fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Everything in it, in the order in which it makes sense: what it is about, what was said, what was filled in.
fn bodies(values: &Value) -> Vec<Body> {
    let given = |key: &str| filled(values, key).filter(|text| !is_tag(text));
    let mut bodies = Vec::new();
    if let Some(product) = given("product_id") {
        // A question about a product of the catalogue; Braze passes on no orders, and no quantities or prices.
        let catalogue = given("catalog_id").map(|id| format!(" (catalogue {})", id.trim()));
        bodies.push(Body::text(format!("Product {}{}", product.trim(), catalogue.unwrap_or_default())));
    }
    let said = given("message");
    let files = values.get("media_urls").map(media::bodies).unwrap_or_default();
    match (files.is_empty(), said) {
        (true, Some(said)) => bodies.push(Body::text(said)),
        (true, None) => {}
        (false, said) => bodies.extend(captioned(files, said)),
    }
    bodies.extend(values.get("flow_response").and_then(form));
    if bodies.is_empty() {
        bodies.push(Body::Unsupported {
            kind: "empty".to_owned(),
            detail: Some(
                "Braze passed on neither text nor a file: it does so for places, contact cards and reactions."
                    .to_owned(),
            ),
        });
    }
    bodies
}

/// The text stands beside the first file; where that is none that can be shown, before it.
fn captioned(mut files: Vec<Body>, said: Option<String>) -> Vec<Body> {
    match files.first_mut() {
        Some(Body::Media(media)) => media.caption = said,
        _ => files.splice(0..0, said.map(Body::text)).for_each(drop),
    }
    files
}

/// What was filled in, as JSON or in a string of it. What cannot be taken apart is shown as it is.
fn form(value: &Value) -> Option<Body> {
    let raw = match value {
        Value::String(raw) => raw.trim().replace('\0', ""),
        Value::Object(_) | Value::Array(_) => value.to_string(),
        _ => return None,
    };
    if raw.is_empty() || is_tag(&raw) {
        return None;
    }
    let fields = match serde_json::from_str::<Members>(&raw) {
        Ok(Members(members)) => {
            members.into_iter().filter(|(name, _)| name != "flow_token").map(field).collect()
        }
        Err(_) if matches!(raw.as_str(), "null" | "nil" | "[]") => Vec::new(),
        Err(_) => vec![Field { name: "response".to_owned(), value: raw }],
    };
    (!fields.is_empty()).then_some(Body::FlowReply { name: None, fields })
}

fn field((name, value): (String, Value)) -> Field {
    let told =
        plain(&value).unwrap_or_else(|| if value.is_null() { String::new() } else { value.to_string() });
    Field { name: name.replace('\0', ""), value: told }
}

/// The members of a JSON object in the order given, each as often as it is there.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}
