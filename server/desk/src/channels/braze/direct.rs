//! Messages of our own, without a campaign: `POST /messages/send`.

use contract::Body;
use contract::message::{ButtonValue, Flow, MediaKind, Template};
use serde_json::{Value, json};

use super::content::{self, Kind};
use super::fields::{address, filled, label};
use super::send::post;
use crate::channels::limits::refused;
use crate::channels::{Account, Call, NotCarried};

/// What these messages need beside the key.
const NEEDED: [&str; 3] = ["app_id", "subscription_group_id", "message_variation_id"];

/// Builds the call, where the connection has what it needs; else says what is missing.
pub(super) fn call(account: &Account, kind: Kind, person: &str, body: &Body) -> Result<Call, NotCarried> {
    let missing: Vec<_> = NEEDED
        .iter()
        .filter(|key| filled(account, key).is_none())
        .map(|key| format!("“{}”", label(key)))
        .collect();
    if !missing.is_empty() {
        let campaign =
            kind.campaign().map(|field| format!("“{}” or, for sending without a campaign, ", label(field)));
        return refused(format!(
            "This connection cannot send {}: it lacks {}{}. An admin can fill that in.",
            kind.name(),
            campaign.unwrap_or_default(),
            missing.join(" and "),
        ));
    }
    let (message_type, message) = message(body)?;
    let mut whats_app = json!({ "message_type": message_type, "message": message });
    for key in NEEDED {
        whats_app[key] = json!(filled(account, key));
    }
    post(
        account,
        "/messages/send",
        &json!({ "external_user_ids": [person], "messages": { "whats_app": whats_app } }),
    )
}

/// The message's type and the message.
fn message(body: &Body) -> Result<(&'static str, Value), NotCarried> {
    let framed =
        |mut object: Value, (header_key, header): (&str, &Option<String>), footer: &Option<String>| {
            for (key, line) in [(header_key, header), ("footer", footer)] {
                if let Some(line) = line {
                    object[key] = json!(literal(line));
                }
            }
            object
        };
    match body {
        Body::Media(media) if Kind::of(body) == Kind::Image => {
            let mut object = json!({ "image_uri": address(media) });
            if let Some(caption) = media.caption.as_deref().filter(|caption| !caption.trim().is_empty()) {
                object["caption"] = json!(literal(caption));
            }
            Ok(("text_image_response_message", object))
        }
        Body::Buttons { text, header, footer, buttons } => {
            let object = json!({ "body": literal(text), "buttons": content::buttons(buttons, literal) });
            Ok(("quick_reply_response_message", framed(object, ("header_text", header), footer)))
        }
        Body::List { text, header, footer, button, sections } => {
            let object = json!({ "body": literal(text), "list": content::list(button, sections, literal) });
            // Here it is `header`, and `header_text` with buttons and forms: so says Braze's page.
            Ok(("list_response_message", framed(object, ("header", header), footer)))
        }
        Body::Flow(Flow { text, header, footer, flow_id, label, .. }) => {
            let button = json!({ "caption": literal(label), "flow_id": flow_id });
            let object = json!({ "body": literal(text), "flow_button": button });
            Ok(("flow_response_message", framed(object, ("header_text", header), footer)))
        }
        Body::Template(filled) => Ok(("template_message", template(filled)?)),
        body => {
            let text = content::in_words(body).unwrap_or_default();
            let link = text.contains("https://") || text.contains("http://");
            Ok(("text_response_message", json!({ "body": literal(&text), "preview_url": link })))
        }
    }
}

/// Without a campaign a template has text or a picture at its top, and one link with a variable.
fn template(filled: &Template) -> Result<Value, NotCarried> {
    let campaign = "An admin can set up a campaign for templates.";
    if content::header_file(filled).is_some_and(|media| media.kind != MediaKind::Image) {
        return refused(format!(
            "Without a campaign Braze sends templates with a picture only, no other file. {campaign}"
        ));
    }
    let of_buttons = filled
        .buttons
        .iter()
        .filter(|button| matches!(button.value, ButtonValue::UrlSuffix(_) | ButtonValue::CopyCode(_)));
    let code = filled.buttons.iter().any(|button| matches!(button.value, ButtonValue::CopyCode(_)));
    if code || of_buttons.count() > 1 {
        return refused(format!(
            "Without a campaign Braze fills in one link of a template and no codes. {campaign}"
        ));
    }
    Ok(content::template(filled, literal))
}

/// Text that stays what it is in a message that Braze runs Liquid over: an opening `{{` or `{%` of an agent's would
/// print something of the customer's profile, or stop the message. Each such brace is printed by Liquid itself.
pub(super) fn literal(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter == '{' && matches!(letters.peek(), Some('{' | '%')) {
            true => written.push_str("{{ '{' }}"),
            false => written.push(letter),
        }
    }
    written
}
