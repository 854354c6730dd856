//! The call that sends something: every kind of message has an address of its own.

use contract::Body;
use contract::message::{CardEntry, ContactCard, Location, Media, MediaKind};
use http::Method;
use serde_json::{Map, Value, json};
use url::Url;

use super::limits::LIMITS;
use super::{file, interactive, limits, template};
use crate::channels::limits::refused;
use crate::channels::{Call, Content, NotCarried, Outgoing, Recipient, Step, Via, What, phone};

/// Longest id of a message.
const ID: usize = 200;
/// What our own ids of messages start with.
const OURS: &str = "baton-";

/// What was attached to the send with this id of a message, if it is one of ours.
pub(super) fn opaque_of(id: &str) -> Option<&str> {
    id.strip_prefix(OURS).filter(|opaque| !opaque.is_empty())
}

/// Builds the call.
pub(super) fn call(via: &Via<'_>, outgoing: &Outgoing) -> Result<Step, NotCarried> {
    let sender = sender(via)?;
    match &outgoing.what {
        What::Message { body, quoted } => {
            limits::carries(body)?;
            let mut message = addressed(via, sender, outgoing)?;
            // A template shows no quote.
            if let (Some(quoted), false) = (quoted, matches!(body, Body::Template(_))) {
                message.insert("context".to_owned(), json!({ "replyToMessageId": quoted }));
            }
            let (kind, content) = content(body, outgoing.opaque.as_deref())?;
            message.insert("content".to_owned(), content);
            let message = Value::Object(message);
            let message = match body {
                Body::Template(_) => json!({ "messages": [message] }),
                _ => message,
            };
            Ok(post(via, &format!("/whatsapp/1/message/{kind}"), &message))
        }
        What::Reaction { .. } => refused("Infobip can only receive reactions, not send them."),
        What::Read { message } => {
            let path = format!("/whatsapp/1/senders/{sender}/message/{}/read", segment(message)?);
            Ok(Step::Call(Call {
                method: Method::POST,
                url: format!("{}{path}", via.account.api_base),
                headers: vec![file::key(via.account)],
                content: Content::Nothing,
            }))
        }
        What::Typing { .. } => {
            let event = json!({
                "sender": sender,
                "destinations": [{ "to": recipient(&outgoing.to)? }],
                "content": { "type": "TYPING_INDICATOR" },
            });
            Ok(post(via, "/whatsapp/1/events", &json!({ "events": [event] })))
        }
    }
}

/// Our number: the digits that Infobip knows it by.
pub(super) fn sender<'a>(via: &Via<'a>) -> Result<&'a str, NotCarried> {
    let digits = via.channel.bytes().all(|byte| byte.is_ascii_digit());
    match digits && (1..=24).contains(&via.channel.len()) {
        true => Ok(via.channel),
        false => {
            refused("The sender of this number is not right: it has digits only. An admin can correct it.")
        }
    }
}

/// A call that carries JSON.
pub(super) fn post(via: &Via<'_>, path: &str, body: &Value) -> Step {
    Step::Call(Call {
        method: Method::POST,
        url: format!("{}{path}", via.account.api_base),
        headers: vec![file::key(via.account), ("accept", "application/json".to_owned().into())],
        content: Content::Bytes("application/json", body.to_string().into_bytes()),
    })
}

/// An id as a part of an address. Ids are opaque: they may hold what means something there.
pub(super) fn segment(id: &str) -> Result<String, NotCarried> {
    if id.trim().is_empty() || id.bytes().all(|byte| byte == b'.') {
        return refused("Infobip does not know the message that this is about.");
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let part = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    Ok(id.bytes().map(part).collect())
}

/// What every message starts with. Our own id makes a repeat known to Infobip and comes back in every report; what
/// is attached comes back in reports of delivery only.
fn addressed(via: &Via<'_>, sender: &str, outgoing: &Outgoing) -> Result<Map<String, Value>, NotCarried> {
    let mut message = Map::new();
    message.insert("from".to_owned(), json!(sender));
    message.insert("to".to_owned(), json!(recipient(&outgoing.to)?));
    if let Some(opaque) = outgoing.opaque.as_deref() {
        LIMITS.within("mark of this send", opaque, ID - OURS.len())?;
        message.insert("messageId".to_owned(), json!(format!("{OURS}{opaque}")));
        message.insert("callbackData".to_owned(), json!(opaque));
    }
    if let Some(callback) = callback(via) {
        message.insert("notifyUrl".to_owned(), json!(callback));
    }
    Ok(message)
}

/// Where reports of this send go. What the admin has set at Infobip for the account's own address does not hold for
/// this one, so that the user and the password stand in it. A key cannot: without a password the reports go to the
/// account's address.
fn callback(via: &Via<'_>) -> Option<String> {
    let current = |field: &str| Some(via.account.current(field)).filter(|value| !value.is_empty());
    let (user, password) = (current("webhook_user")?, current("webhook_password")?);
    let mut url = Url::parse(via.callback?).ok()?;
    url.set_username(user).ok()?;
    url.set_password(Some(password)).ok()?;
    Some(url.to_string()).filter(|url| url.len() <= LIMITS.url)
}

/// A number without its plus, or a user id.
fn recipient(to: &Recipient) -> Result<String, NotCarried> {
    let known = [&to.phone, &to.user_id];
    for address in known.into_iter().flatten() {
        if phone::is_user_id(address) {
            return Ok(address.clone());
        }
        if let Some(digits) = phone::normalise(address) {
            return Ok(digits);
        }
    }
    refused("This customer has neither a phone number nor a WhatsApp user ID.")
}

/// The end of the address for a kind of message, and its content.
fn content(body: &Body, opaque: Option<&str>) -> Result<(&'static str, Value), NotCarried> {
    match body {
        Body::Text { text } => Ok(("text", words(text))),
        Body::Media(media) => sent_file(media),
        Body::Location(place) => Ok(("location", location(place))),
        Body::Contacts { cards } => {
            Ok(("contact", json!({ "contacts": cards.iter().map(card).collect::<Vec<_>>() })))
        }
        Body::Template(filled) => Ok(("template", template::content(filled)?)),
        body => interactive::content(body, opaque),
    }
}

/// Text; with a link in it WhatsApp shows a preview if it is asked to.
fn words(text: &str) -> Value {
    match text.contains("https://") || text.contains("http://") {
        true => json!({ "text": text, "previewUrl": true }),
        false => json!({ "text": text }),
    }
}

/// A voice note is an audio file that says so.
fn sent_file(media: &Media) -> Result<(&'static str, Value), NotCarried> {
    let mut content = json!({ "mediaUrl": file::address(media)? });
    let given = |part: &Option<String>| part.clone().filter(|part| !part.trim().is_empty());
    if let Some(caption) = given(&media.caption) {
        content["caption"] = json!(caption);
    }
    if let (MediaKind::Document, Some(name)) = (media.kind, given(&media.file_name)) {
        content["filename"] = json!(name);
    }
    if media.kind == MediaKind::Voice {
        content["voice"] = json!(true);
        return Ok(("audio", content));
    }
    Ok((media.kind.as_str(), content))
}

fn location(place: &Location) -> Value {
    let mut content = json!({ "latitude": place.latitude, "longitude": place.longitude });
    for (key, part) in [("name", &place.name), ("address", &place.address)] {
        if let Some(part) = part {
            content[key] = json!(part);
        }
    }
    content
}

/// A card. The first name has to be there.
fn card(card: &ContactCard) -> Value {
    let first = card.first_name.as_ref().unwrap_or(&card.name);
    let mut name = json!({ "formattedName": card.name, "firstName": first });
    if let Some(last) = &card.last_name {
        name["lastName"] = json!(last);
    }
    let mut content = json!({ "name": name });
    if let Some(company) = &card.company {
        content["org"] = json!({ "company": company });
    }
    for (key, of_each, given) in
        [("phones", "phone", &card.phones), ("emails", "email", &card.emails), ("urls", "url", &card.urls)]
    {
        if !given.is_empty() {
            content[key] = given.iter().map(|given| entry(of_each, given)).collect();
        }
    }
    content
}

fn entry(key: &str, given: &CardEntry) -> Value {
    let mut object = json!({ key: given.value });
    for (key, part) in [("type", &given.label), ("waId", &given.wa_id)] {
        if let Some(part) = part {
            object[key] = json!(part);
        }
    }
    object
}
