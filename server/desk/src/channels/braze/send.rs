//! The call that sends something: by the kind's campaign (`POST /campaigns/trigger/send`), else as a message of our
//! own (`POST /messages/send`). One recipient a call, so that an error is about that one.

use contract::Body;
use http::Method;
use serde_json::{Map, Value, json};

use super::content::{self, Kind};
use super::direct;
use super::fields::{self, address, bearer, filled};
use super::limits;
use crate::channels::limits::refused;
use crate::channels::{Account, Call, Content, NotCarried, Outgoing, Recipient, Via, What};

/// Builds the call. What a message answers is left out: Braze has no quotes, and no ids to quote by. So is our mark of
/// the delivery, for no status would bring it back.
pub(super) fn call(via: &Via<'_>, outgoing: &Outgoing) -> Result<Call, NotCarried> {
    let body = match &outgoing.what {
        What::Message { body, .. } => body,
        What::Reaction { .. } => return refused("Braze sends no reactions."),
        What::Read { .. } => return refused("Braze cannot mark messages as read."),
        What::Typing { .. } => return refused("Braze has no typing indicator."),
    };
    limits::carries(body)?;
    has_address(body)?;
    let person = person(&outgoing.to)?;
    let kind = Kind::of(body);
    match kind.campaign().and_then(|field| filled(via.account, field)) {
        Some(campaign) => trigger(via.account, campaign, person, properties(body)),
        None => direct::call(via.account, kind, person, body),
    }
}

/// A call with JSON in it.
pub(super) fn post(account: &Account, path: &str, body: &Value) -> Result<Call, NotCarried> {
    Ok(Call {
        method: Method::POST,
        url: format!("{}{path}", fields::base(account)?),
        headers: vec![bearer(account)],
        content: Content::Bytes("application/json", body.to_string().into_bytes()),
    })
}

/// A campaign for one person who exists.
pub(super) fn trigger(
    account: &Account,
    campaign: &str,
    person: &str,
    properties: Value,
) -> Result<Call, NotCarried> {
    let recipient = json!({
        "external_user_id": person,
        "trigger_properties": properties,
        "send_to_existing_only": true,
    });
    post(account, "/campaigns/trigger/send", &json!({ "campaign_id": campaign, "recipients": [recipient] }))
}

/// Braze's own id of the recipient, which is all that it takes.
fn person(to: &Recipient) -> Result<&str, NotCarried> {
    match to.external_id.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        Some(id) => Ok(id),
        None => refused(
            "Braze sends by its own user ID, and this customer came without one. Give the profile an external ID in \
             Braze; it is used from the customer's next message on.",
        ),
    }
}

/// A file has its public address by now, or the desk has none itself.
fn has_address(body: &Body) -> Result<(), NotCarried> {
    let files = match body {
        Body::Media(media) => Some(media),
        Body::Template(template) => content::header_file(template),
        _ => None,
    };
    match files.is_none_or(|media| address(media).is_some()) {
        true => Ok(()),
        false => refused(
            "Braze fetches files from a public address, and the desk has none. An admin can set its URL.",
        ),
    }
}

/// What the campaign is given. It is data there: Liquid in it is printed and not run, so it goes as it was written.
fn properties(body: &Body) -> Value {
    let mut given = Map::new();
    let mut add = |name: &str, value: Value| drop(given.insert(format!("external_system_{name}"), value));
    let text = content::in_words(body).or_else(|| body.words().map(str::to_owned)).unwrap_or_default();
    add("msg_body", json!(text));
    match body {
        Body::Media(media) if Kind::of(body) == Kind::Image => add("image_uri", json!(address(media))),
        Body::Buttons { buttons, .. } => add("buttons", content::buttons(buttons, str::to_owned)),
        Body::List { button, sections, .. } => add("list", content::list(button, sections, str::to_owned)),
        Body::Template(filled) => add("template", content::template(filled, str::to_owned)),
        _ => {}
    }
    if let Body::Buttons { header, footer, .. } | Body::List { header, footer, .. } = body {
        for (name, line) in [("header", header), ("footer", footer)] {
            if let Some(line) = line {
                add(name, json!(line));
            }
        }
    }
    Value::Object(given)
}
