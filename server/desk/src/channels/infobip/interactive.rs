//! Messages that the customer answers by tapping.

use contract::Body;
use contract::message::{Choice, Flow, Section};
use serde_json::{Value, json};

use crate::channels::NotCarried;
use crate::channels::limits::refused;

/// What stands for a form's token where neither a token nor a mark of the send is there; Infobip wants one.
const NO_TOKEN: &str = "none";

/// The end of the address for a kind, and its content.
pub(super) fn content(body: &Body, opaque: Option<&str>) -> Result<(&'static str, Value), NotCarried> {
    let (kind, action) = match body {
        Body::Buttons { buttons, .. } => {
            ("interactive/buttons", json!({ "buttons": buttons.iter().map(reply).collect::<Vec<_>>() }))
        }
        Body::List { button, sections, .. } => {
            ("interactive/list", json!({ "title": button, "sections": sections_of(sections) }))
        }
        Body::LinkButton { label, url, .. } => {
            ("interactive/url-button", json!({ "displayText": label, "url": url }))
        }
        Body::Flow(flow) => ("interactive/flow", form(flow, opaque)),
        Body::LocationRequest { text } => {
            return Ok(("interactive/location-request", json!({ "body": { "text": text } })));
        }
        Body::ContactRequest { text } => {
            return Ok(("interactive/request-contact-info", json!({ "body": { "text": text } })));
        }
        _ => return refused("Only customers can send this kind of message."),
    };
    let (header, footer) = match body {
        Body::Buttons { header, footer, .. }
        | Body::List { header, footer, .. }
        | Body::LinkButton { header, footer, .. }
        | Body::Flow(Flow { header, footer, .. }) => (header.as_deref(), footer.as_deref()),
        _ => (None, None),
    };
    let mut content = json!({ "body": { "text": body.words().unwrap_or_default() }, "action": action });
    if let Some(header) = header {
        content["header"] = json!({ "type": "TEXT", "text": header });
    }
    if let Some(footer) = footer {
        content["footer"] = json!({ "text": footer });
    }
    Ok((kind, content))
}

fn reply(button: &Choice) -> Value {
    json!({ "type": "REPLY", "id": button.id, "title": button.title })
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

/// A published form. It starts at a screen only if one is named; the form itself says what happens otherwise.
fn form(flow: &Flow, opaque: Option<&str>) -> Value {
    let mut action = json!({
        "mode": "PUBLISHED",
        "flowMessageVersion": 3,
        "flowToken": flow.token.as_deref().or(opaque).unwrap_or(NO_TOKEN),
        "flowId": flow.flow_id,
        "callToActionButton": flow.label,
    });
    if let Some(screen) = &flow.screen {
        action["flowAction"] = json!("NAVIGATE");
        action["flowActionPayload"] = json!({ "screen": screen });
    }
    action
}
