//! What a send asks for, checked as Twilio checks it.

use contract::Body;
use contract::message::{Location, Media, MediaKind};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::calls::Given;
use super::content;
use super::error::TwilioError;
use super::list::date;
use crate::Desk;
use crate::sandbox::access::Caller;
use crate::sandbox::failure::Failure;
use crate::sandbox::send::{Sending, To};
use crate::sandbox::templates::Known;

type Result<T> = std::result::Result<T, TwilioError>;

/// The longest text of one call, in UTF-16 units.
const TEXT: usize = 1600;

fn filled<'a>(form: &'a Given, key: &str) -> Option<&'a str> {
    form.get(key).map(String::as_str).filter(|value| !value.trim().is_empty())
}

/// Who sends: a number, or whatever number of a Messaging Service.
pub(super) fn sender<'a>(found: &'a [Caller], form: &Given) -> Result<&'a Caller> {
    let none = || TwilioError::new(63007, "Twilio could not find a Channel with the specified From address");
    if let Some(from) = filled(form, "From") {
        if !from.starts_with("whatsapp:") {
            return Err(TwilioError::new(
                21212,
                format!("The 'From' number {from} is not a valid WhatsApp address"),
            ));
        }
        return found.iter().find(|caller| caller.goes_by(from)).ok_or_else(none);
    }
    let service = filled(form, "MessagingServiceSid")
        .ok_or_else(|| TwilioError::new(21603, "A 'From' phone number is required."))?;
    let of = |caller: &&Caller| {
        caller.number.line.provider_channel == service
            || caller.account.current("messaging_service_sid") == service
    };
    found.iter().find(of).ok_or_else(none)
}

/// Reads a send.
pub(super) fn read(desk: &Desk, caller: &Caller, known: &[Known], form: &Given) -> Result<Sending> {
    let to = filled(form, "To").ok_or_else(|| TwilioError::new(21604, "A 'To' phone number is required."))?;
    let bad = || TwilioError::new(21211, format!("Invalid 'To' Phone Number: {to}"));
    let to = To::read(to).filter(|_| to.starts_with("whatsapp:")).ok_or_else(bad)?;
    let (body, doomed) = said(known, form)?;
    let target = caller.target(desk, filled(form, "StatusCallback"));
    Ok(Sending { target, doomed, ..Sending::message(to, body) })
}

/// What is said, and why it will not arrive if that is known.
fn said(known: &[Known], form: &Given) -> Result<(Body, Option<Failure>)> {
    if let Some(sid) = filled(form, "ContentSid") {
        let found = known.iter().find(|known| known.id == sid);
        let found = found.ok_or_else(|| TwilioError::new(21655, "The ContentSid is invalid"))?;
        let variables = variables(form)?;
        return content::body(found, &variables);
    }
    let text = form.get("Body").map(|text| text.replace('\0', "")).unwrap_or_default();
    if text.encode_utf16().count() > TEXT {
        let most = "The concatenated message body exceeds the 1600 character limit";
        return Err(TwilioError::new(21617, most));
    }
    if let Some(link) = filled(form, "MediaUrl") {
        if !link.starts_with("http://") && !link.starts_with("https://") {
            return Err(TwilioError::new(21620, format!("Invalid media URL(s): {link}")));
        }
        let caption = Some(text).filter(|text| !text.is_empty());
        let link = Some(link.to_owned());
        return Ok((Body::Media(Media { link, caption, ..Media::of(MediaKind::Document) }), None));
    }
    if let Some(place) = form.get("PersistentAction").and_then(|action| place(action, &text)) {
        return Ok((Body::Location(place), None));
    }
    if text.trim().is_empty() {
        return Err(TwilioError::new(21619, "A text message body or media urls must be specified."));
    }
    Ok((Body::Text { text }, None))
}

/// `geo:37.78,-122.38|Label`
fn place(action: &str, text: &str) -> Option<Location> {
    let (coordinates, label) = action.strip_prefix("geo:")?.split_once('|').unzip();
    let coordinates = coordinates.or_else(|| action.strip_prefix("geo:"))?;
    let (latitude, longitude) = coordinates.split_once(',')?;
    let name = label.map(str::to_owned).or_else(|| Some(text.to_owned()));
    Some(Location {
        latitude: latitude.trim().parse().ok()?,
        longitude: longitude.trim().parse().ok()?,
        name: name.filter(|name| !name.trim().is_empty()),
        address: None,
        url: None,
    })
}

/// The variables of a content: JSON text, by their numbers or names.
fn variables(form: &Given) -> Result<Map<String, Value>> {
    let Some(given) = filled(form, "ContentVariables") else { return Ok(Map::new()) };
    match serde_json::from_str(given) {
        Ok(Value::Object(variables)) => Ok(variables),
        _ => Err(TwilioError::new(21656, "The ContentVariables parameter is invalid")),
    }
}

/// Twilio's answer to a send that it has taken under an id.
pub(super) fn answer(caller: &Caller, form: &Given) -> impl FnOnce(&str) -> Value + use<> {
    let account = caller.account.current("account_sid").to_owned();
    let (to, body) = (form.get("To").cloned(), form.get("Body").cloned());
    let from = super::wire::address(&caller.business());
    let files = if form.contains_key("MediaUrl") { "1" } else { "0" };
    let service = form.get("MessagingServiceSid").cloned();
    move |sid| {
        let uri = format!("/2010-04-01/Accounts/{account}/Messages/{sid}");
        let now = date(Timestamp::now());
        json!({
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": body.unwrap_or_default(),
            "date_created": now,
            "date_sent": null,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": null,
            "error_message": null,
            "from": from,
            "messaging_service_sid": service,
            "num_media": files,
            "num_segments": "1",
            "price": null,
            "price_unit": null,
            "sid": sid,
            "status": "queued",
            "subresource_uris": { "media": format!("{uri}/Media.json") },
            "to": to,
            "uri": format!("{uri}.json"),
        })
    }
}
