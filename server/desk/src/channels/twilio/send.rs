//! The calls that send something: `POST …/Messages.json`, a form, whatever it is; and typing.

use std::collections::BTreeMap;

use contract::Body;
use contract::message::{Location, Media};
use serde_json::json;
use url::form_urlencoded;

use super::{RETRIES, access, limits, message, pool, quote, rich, template};
use crate::channels::limits::refused;
use crate::channels::{Call, Need, NotCarried, Outgoing, Recipient, Step, Via, What, phone};

/// The parameter of the address for statuses that holds our mark.
pub(super) const MARK: &str = "delivery";
/// Longest mark of a send, in bytes.
const LONGEST_MARK: usize = 512;

/// Why a call is not made now.
pub(super) enum Pause {
    /// Something is needed first.
    First(Box<Need>),
    /// It cannot be carried.
    Not(NotCarried),
}

impl From<NotCarried> for Pause {
    fn from(why: NotCarried) -> Pause {
        Pause::Not(why)
    }
}

/// The fields of a form, in order.
type Fields = Vec<(&'static str, String)>;

/// Builds the call, or says what it needs first.
pub(super) fn call(via: &Via<'_>, outgoing: &Outgoing) -> Result<Step, NotCarried> {
    match &outgoing.what {
        What::Message { body, quoted } => {
            limits::carries(body)?;
            step(compose(via, outgoing, (body, quoted.as_deref())))
        }
        What::Typing { message } => typing(via, message),
        What::Read { .. } => refused("Twilio marks messages as read only when typing is shown."),
        What::Reaction { .. } => refused("Twilio carries no reactions. Answer in words."),
    }
}

/// A call that was made ready, or what it waits for.
pub(super) fn step(ready: Result<Call, Pause>) -> Result<Step, NotCarried> {
    match ready {
        Ok(call) => Ok(Step::Call(call)),
        Err(Pause::First(need)) => Ok(Step::First(*need)),
        Err(Pause::Not(why)) => Err(why),
    }
}

fn compose(via: &Via<'_>, outgoing: &Outgoing, (body, quoted): (&Body, Option<&str>)) -> Result<Call, Pause> {
    let url = access::api(via.account, &format!("{}/Messages.json", access::account_path(via.account)?));
    let (from, service) = sender(via)?;
    let mut fields: Fields = from.map(|from| ("From", from)).into_iter().collect();
    fields.push(("To", recipient(&outgoing.to)?));
    fields.extend(content(via, body, quoted)?);
    fields.extend(service.map(|service| ("MessagingServiceSid", service)));
    if let Some(callback) = via.callback {
        fields.push(("StatusCallback", statuses(callback, outgoing.opaque.as_deref())?));
    }
    Ok(access::post_form(via.account, url, &fields))
}

/// From whom: the number, and the Messaging Service where there is one. With both Twilio sends from the number
/// by the rules of the service.
fn sender(via: &Via<'_>) -> Result<(Option<String>, Option<String>), NotCarried> {
    let configured = via.account.current("messaging_service_sid").trim();
    let channel = via.channel.trim();
    if !configured.is_empty() && !pool::is_service(configured) {
        return refused(
            "The Messaging Service SID of this connection is not right. An admin can correct it.",
        );
    }
    if pool::is_service(channel) {
        return Ok((None, Some(channel.to_owned())));
    }
    let Some(digits) = phone::normalise(channel) else {
        return refused("The number of this channel is not right. An admin can correct it.");
    };
    let configured = Some(configured).filter(|sid| !sid.is_empty()).map(str::to_owned);
    Ok((Some(format!("whatsapp:+{digits}")), configured))
}

/// To whom. A user id has no plus.
fn recipient(to: &Recipient) -> Result<String, NotCarried> {
    for address in [&to.phone, &to.user_id].into_iter().flatten() {
        if phone::is_user_id(address) {
            return Ok(format!("whatsapp:{address}"));
        }
        if let Some(digits) = phone::normalise(address) {
            return Ok(format!("whatsapp:+{digits}"));
        }
    }
    refused("This customer has neither a phone number nor a WhatsApp user ID.")
}

/// The address for statuses: ours with our mark in its query, which is signed and comes back, and with what
/// Twilio does when we do not answer.
fn statuses(callback: &str, mark: Option<&str>) -> Result<String, NotCarried> {
    let Some(mark) = mark else { return Ok(format!("{callback}{RETRIES}")) };
    if mark.len() > LONGEST_MARK {
        return refused("The mark of this send is too long.");
    }
    let joint = if callback.contains('?') { '&' } else { '?' };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(MARK, mark).finish();
    Ok(format!("{callback}{joint}{query}{RETRIES}"))
}

/// The fields that hold what is said.
fn content(via: &Via<'_>, body: &Body, quoted: Option<&str>) -> Result<Fields, Pause> {
    if let Some(rich) = rich::of(body) {
        return Ok(of_content(rich.sid(via)?, &rich.variables));
    }
    match body {
        Body::Text { text } => Ok(vec![("Body", quote::above(via, text, quoted)?)]),
        Body::Media(media) => file(via, media, quoted),
        Body::Location(place) => Ok(location(place)),
        Body::Contacts { cards } => Ok(vec![("Body", rich::cards(cards))]),
        Body::Template(filled) => Ok(of_content(template::sid(filled)?, &template::variables(filled)?)),
        _ => Err(NotCarried("Only customers can send this kind of message.".to_owned()).into()),
    }
}

fn of_content(sid: String, variables: &BTreeMap<String, String>) -> Fields {
    let mut fields = vec![("ContentSid", sid)];
    if !variables.is_empty() {
        fields.push(("ContentVariables", json!(variables).to_string()));
    }
    fields
}

/// A file, with the words beside it.
fn file(via: &Via<'_>, media: &Media, quoted: Option<&str>) -> Result<Fields, Pause> {
    let caption = media.caption.as_deref().filter(|caption| !caption.trim().is_empty());
    let mut fields = Vec::new();
    if let Some(caption) = caption {
        fields.push(("Body", quote::above(via, caption, quoted)?));
    }
    fields.push(("MediaUrl", public(media)?));
    Ok(fields)
}

/// The public address of a file.
pub(super) fn public(media: &Media) -> Result<String, NotCarried> {
    let link = media.link.as_deref().map(str::trim).unwrap_or_default();
    match link.starts_with("https://") || link.starts_with("http://") {
        true => Ok(link.to_owned()),
        false => refused(
            "Twilio fetches files from a public address of the desk, and it has none. An admin can set it up.",
        ),
    }
}

/// A place: its name is the text, and its address stands below the map.
fn location(place: &Location) -> Fields {
    let said = |part: &Option<String>| part.clone().filter(|part| !part.trim().is_empty());
    let point = format!("{},{}", place.latitude, place.longitude);
    let (name, address) = (said(&place.name), said(&place.address));
    let label = address.clone().or_else(|| name.clone());
    let text = name.or(address).unwrap_or_else(|| point.clone());
    // What stands behind the bar is the label, so that it can hold no other bar.
    let label = label.map(|label| format!("|{}", label.replace(['|', '\n', '\r'], " ")));
    vec![("Body", text), ("PersistentAction", format!("geo:{point}{}", label.unwrap_or_default()))]
}

/// Typing, shown for at most 25 seconds; it marks the message as read.
fn typing(via: &Via<'_>, about: &str) -> Result<Step, NotCarried> {
    let Some(sid) = message::sid(about) else {
        return refused("Twilio does not know the message that this is about.");
    };
    let url = access::messaging(via.account, "/v3/Indicators/Typing.json");
    let body = json!({ "channel": "WHATSAPP", "messageId": sid });
    Ok(Step::Call(access::post_json(via.account, url, &body)))
}
