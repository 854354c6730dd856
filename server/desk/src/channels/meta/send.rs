//! The call that sends something: `POST /{phone_number_id}/messages`, whatever it is.

use contract::Body;
use contract::message::{CardEntry, Choice, ContactCard, Flow, Location, Media, MediaKind, Section};
use http::Method;
use serde_json::{Map, Value, json};

use super::upload::{self, bearer};
use super::{limits, template};
use crate::channels::limits::refused;
use crate::channels::{Call, Content, NotCarried, Outgoing, Recipient, Step, Via, What, phone};

/// Longest `biz_opaque_callback_data`.
const OPAQUE: usize = 512;

/// Builds the call. Read marks and typing go by the customer's message and name no recipient.
pub(super) fn call(via: &Via<'_>, outgoing: &Outgoing) -> Result<Step, NotCarried> {
    let channel = via.channel;
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if channel.is_empty() || !channel.bytes().all(word) {
        return refused("The phone number ID of this number is not right. An admin can correct it.");
    }
    let body = match &outgoing.what {
        What::Message { body, quoted } => {
            limits::carries(body)?;
            if let Some(need) = upload::needed(via, body) {
                return Ok(Step::First(need));
            }
            let mut message = addressed(outgoing)?;
            let body = &upload::named(via, body);
            // A template shows no quote.
            if let (Some(quoted), false) = (quoted, matches!(body, Body::Template(_))) {
                message.insert("context".to_owned(), json!({ "message_id": quoted }));
            }
            put(&mut message, content(body)?);
            message
        }
        What::Reaction { message: target, emoji } => {
            let mut message = addressed(outgoing)?;
            let reaction = json!({ "message_id": existing(target)?, "emoji": emoji });
            put(&mut message, ("reaction", reaction));
            message
        }
        What::Read { message } => read(existing(message)?),
        What::Typing { message } => {
            let mut read = read(existing(message)?);
            read.insert("typing_indicator".to_owned(), json!({ "type": "text" }));
            read
        }
    };
    Ok(Step::Call(Call {
        method: Method::POST,
        url: format!("{}/{channel}/messages", via.account.api_base),
        headers: vec![bearer(via.account)],
        content: Content::Bytes("application/json", Value::Object(body).to_string().into_bytes()),
    }))
}

fn put(message: &mut Map<String, Value>, (kind, object): (&str, Value)) {
    message.insert("type".to_owned(), json!(kind));
    message.insert(kind.to_owned(), object);
}

fn existing(message: &str) -> Result<&str, NotCarried> {
    match message.trim().is_empty() {
        true => refused("WhatsApp does not know the message that this is about."),
        false => Ok(message),
    }
}

fn read(message: &str) -> Map<String, Value> {
    let read = [("messaging_product", "whatsapp"), ("status", "read"), ("message_id", message)];
    read.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect()
}

/// What every message starts with. A number goes under `to`, a user id under `recipient`.
fn addressed(outgoing: &Outgoing) -> Result<Map<String, Value>, NotCarried> {
    let mut message = Map::new();
    let (key, address) = recipient(&outgoing.to)?;
    message.insert("messaging_product".to_owned(), json!("whatsapp"));
    message.insert("recipient_type".to_owned(), json!("individual"));
    message.insert(key.to_owned(), json!(address));
    if let Some(opaque) = outgoing.opaque.as_deref() {
        limits::LIMITS.within("mark of this send", opaque, OPAQUE)?;
        message.insert("biz_opaque_callback_data".to_owned(), json!(opaque));
    }
    Ok(message)
}

fn recipient(to: &Recipient) -> Result<(&'static str, String), NotCarried> {
    let known = [&to.phone, &to.user_id];
    for address in known.into_iter().flatten() {
        if phone::is_user_id(address) {
            return Ok(("recipient", address.clone()));
        }
        if let Some(digits) = phone::normalise(address) {
            return Ok(("to", digits));
        }
    }
    refused("This customer has neither a phone number nor a WhatsApp user ID.")
}

/// The type and its object.
fn content(body: &Body) -> Result<(&'static str, Value), NotCarried> {
    match body {
        Body::Text { text } => Ok(("text", json!({ "body": text, "preview_url": has_link(text) }))),
        Body::Media(media) => Ok(file(media)),
        Body::Location(place) => Ok(("location", location(place))),
        Body::Contacts { cards } => Ok(("contacts", cards.iter().map(card).collect())),
        Body::Flow(flow) => Ok(("interactive", form(flow))),
        Body::Template(filled) => Ok(("template", template::object(filled))),
        body => interactive(body).map(|object| ("interactive", object)),
    }
}

/// Whether there is a link for WhatsApp to preview.
fn has_link(text: &str) -> bool {
    text.contains("https://") || text.contains("http://")
}

/// A voice note is an audio file that says so.
fn file(media: &Media) -> (&'static str, Value) {
    let mut object = Map::new();
    let mut add = |key: &str, part: &Option<String>| {
        if let Some(part) = part.as_deref().filter(|part| !part.trim().is_empty()) {
            object.insert(key.to_owned(), json!(part));
        }
    };
    add("id", &media.id);
    add("link", &media.link);
    add("caption", &media.caption);
    if media.kind == MediaKind::Document {
        add("filename", &media.file_name);
    }
    if media.kind == MediaKind::Voice {
        object.insert("voice".to_owned(), json!(true));
        return ("audio", Value::Object(object));
    }
    (media.kind.as_str(), Value::Object(object))
}

fn location(place: &Location) -> Value {
    let mut object = json!({ "latitude": place.latitude, "longitude": place.longitude });
    for (key, part) in [("name", &place.name), ("address", &place.address)] {
        if let Some(part) = part {
            object[key] = json!(part);
        }
    }
    object
}

/// A card. Meta wants one more part of the name beside the whole.
fn card(card: &ContactCard) -> Value {
    let mut name = json!({ "formatted_name": card.name });
    for (key, part) in [("first_name", &card.first_name), ("last_name", &card.last_name)] {
        if let Some(part) = part {
            name[key] = json!(part);
        }
    }
    if card.first_name.is_none() && card.last_name.is_none() {
        name["first_name"] = json!(card.name);
    }
    let mut object = json!({ "name": name });
    if let Some(company) = &card.company {
        object["org"] = json!({ "company": company });
    }
    for (key, of_each, given) in
        [("phones", "phone", &card.phones), ("emails", "email", &card.emails), ("urls", "url", &card.urls)]
    {
        if !given.is_empty() {
            object[key] = given.iter().map(|given| entry(of_each, given)).collect();
        }
    }
    object
}

fn entry(key: &str, given: &CardEntry) -> Value {
    let mut object = json!({ key: given.value });
    for (key, part) in [("type", &given.label), ("wa_id", &given.wa_id)] {
        if let Some(part) = part {
            object[key] = json!(part);
        }
    }
    object
}

fn interactive(body: &Body) -> Result<Value, NotCarried> {
    let (kind, action) = match body {
        Body::Buttons { buttons, .. } => {
            ("button", json!({ "buttons": buttons.iter().map(reply).collect::<Vec<_>>() }))
        }
        Body::List { button, sections, .. } => {
            ("list", json!({ "button": button, "sections": sections_of(sections) }))
        }
        Body::LinkButton { label, url, .. } => {
            ("cta_url", json!({ "name": "cta_url", "parameters": { "display_text": label, "url": url } }))
        }
        Body::LocationRequest { .. } => ("location_request_message", json!({ "name": "send_location" })),
        Body::ContactRequest { .. } => ("request_contact_info", json!({ "name": "request_contact_info" })),
        _ => return refused("Only customers can send this kind of message."),
    };
    let (header, footer) = match body {
        Body::Buttons { header, footer, .. }
        | Body::List { header, footer, .. }
        | Body::LinkButton { header, footer, .. } => (header.as_deref(), footer.as_deref()),
        _ => (None, None),
    };
    let frame = Frame { kind, text: body.words().unwrap_or_default(), header, footer };
    Ok(frame.around(action))
}

fn reply(button: &Choice) -> Value {
    json!({ "type": "reply", "reply": { "id": button.id, "title": button.title } })
}

fn sections_of(sections: &[Section]) -> Vec<Value> {
    let section = |section: &Section| {
        let mut object = json!({ "rows": section.rows });
        if let Some(title) = &section.title {
            object["title"] = json!(title);
        }
        object
    };
    sections.iter().map(section).collect()
}

fn form(flow: &Flow) -> Value {
    let mut parameters = json!({
        "flow_message_version": "3",
        "flow_id": flow.flow_id,
        "flow_cta": flow.label,
    });
    if let Some(token) = &flow.token {
        parameters["flow_token"] = json!(token);
    }
    if let Some(screen) = &flow.screen {
        parameters["flow_action"] = json!("navigate");
        parameters["flow_action_payload"] = json!({ "screen": screen });
    }
    let (header, footer) = (flow.header.as_deref(), flow.footer.as_deref());
    let frame = Frame { kind: "flow", text: &flow.text, header, footer };
    frame.around(json!({ "name": "flow", "parameters": parameters }))
}

/// What is around the action of everything interactive.
struct Frame<'a> {
    kind: &'a str,
    text: &'a str,
    header: Option<&'a str>,
    footer: Option<&'a str>,
}

impl Frame<'_> {
    fn around(&self, action: Value) -> Value {
        let mut object = json!({ "type": self.kind, "body": { "text": self.text }, "action": action });
        if let Some(header) = self.header {
            object["header"] = json!({ "type": "text", "text": header });
        }
        if let Some(footer) = self.footer {
            object["footer"] = json!({ "text": footer });
        }
        object
    }
}
