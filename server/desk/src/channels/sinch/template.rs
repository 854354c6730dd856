//! Approved templates, filled in: a flat list of keys, one for each variable.

use contract::message::{ButtonValue, Media, Parameter, Template};
use serde_json::{Map, Value, json};

/// The object under `template_message`. The template goes by its name, whatever its field is called. Its variables
/// go by where they stand, counted from 1 (buttons from 0), also those with names (Sinch's documentation of
/// WhatsApp templates: `body[1]text`, `header[1]image.link`, `button[0]quick_reply[1]payload`).
pub(super) fn object(template: &Template) -> Value {
    let mut parameters = Map::new();
    for (component, given) in [("header", &template.header), ("body", &template.body)] {
        for (place, parameter) in (1..).zip(given) {
            put(&mut parameters, &format!("{component}[{place}]"), parameter);
        }
    }
    for button in &template.buttons {
        let (field, value) = match &button.value {
            ButtonValue::Payload(payload) => ("quick_reply[1]payload", payload),
            ButtonValue::UrlSuffix(suffix) => ("url[1]text", suffix),
            ButtonValue::CopyCode(code) => ("copy_code[1]coupon_code", code),
            ButtonValue::FlowToken(token) => ("flow[1]action.flow_token", token),
        };
        parameters.insert(format!("button[{}]{field}", button.index), json!(value));
    }
    let mut reference = json!({ "template_id": template.name, "language_code": template.language });
    if !parameters.is_empty() {
        reference["parameters"] = Value::Object(parameters);
    }
    json!({ "channel_template": { "WHATSAPP": reference } })
}

/// An amount or a moment goes as the text that a phone would show where it cannot format it.
fn put(into: &mut Map<String, Value>, place: &str, parameter: &Parameter) {
    match parameter {
        Parameter::Text { text, .. } => insert(into, place, "text", text),
        Parameter::Currency { fallback, .. } | Parameter::DateTime { fallback } => {
            insert(into, place, "text", fallback);
        }
        Parameter::Media(media) => file(into, place, media),
    }
}

fn file(into: &mut Map<String, Value>, place: &str, media: &Media) {
    let kind = media.kind.as_str();
    if let Some(link) = &media.link {
        insert(into, place, &format!("{kind}.link"), link);
    }
    if let Some(name) = super::limits::name_of(media) {
        insert(into, place, &format!("{kind}.filename"), name);
    }
}

fn insert(into: &mut Map<String, Value>, place: &str, field: &str, value: &str) {
    into.insert(format!("{place}{field}"), json!(value));
}
