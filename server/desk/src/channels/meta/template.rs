//! Approved templates, filled in. With positional variables the order counts; named ones carry their name.

use contract::message::{ButtonValue, Media, MediaKind, Parameter, Template, TemplateButton};
use serde_json::{Map, Value, json};

/// The object under `template`. Without variables there are no components.
pub(super) fn object(template: &Template) -> Value {
    let mut components = Vec::new();
    for (kind, parameters) in [("header", &template.header), ("body", &template.body)] {
        if !parameters.is_empty() {
            let parameters: Vec<_> = parameters.iter().map(parameter).collect();
            components.push(json!({ "type": kind, "parameters": parameters }));
        }
    }
    components.extend(template.buttons.iter().map(button));
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(template.name));
    object.insert("language".to_owned(), json!({ "code": template.language }));
    if !components.is_empty() {
        object.insert("components".to_owned(), json!(components));
    }
    Value::Object(object)
}

fn parameter(parameter: &Parameter) -> Value {
    match parameter {
        Parameter::Text { text, name: None } => json!({ "type": "text", "text": text }),
        // A number is a place, not a name.
        Parameter::Text { text, name: Some(name) } if name.bytes().all(|byte| byte.is_ascii_digit()) => {
            json!({ "type": "text", "text": text })
        }
        Parameter::Text { text, name: Some(name) } => {
            json!({ "type": "text", "parameter_name": name, "text": text })
        }
        Parameter::Currency { fallback, code, amount_1000 } => json!({
            "type": "currency",
            "currency": { "fallback_value": fallback, "code": code, "amount_1000": amount_1000 },
        }),
        Parameter::DateTime { fallback } => {
            json!({ "type": "date_time", "date_time": { "fallback_value": fallback } })
        }
        Parameter::Media(media) => file(media),
    }
}

fn file(media: &Media) -> Value {
    let kind = media.kind.as_str();
    let mut object = Map::new();
    for (key, part) in [("id", &media.id), ("link", &media.link)] {
        if let Some(part) = part {
            object.insert(key.to_owned(), json!(part));
        }
    }
    if let (MediaKind::Document, Some(name)) = (media.kind, &media.file_name) {
        object.insert("filename".to_owned(), json!(name));
    }
    json!({ "type": kind, kind: object })
}

fn button(button: &TemplateButton) -> Value {
    let (kind, parameter) = match &button.value {
        ButtonValue::Payload(payload) => ("quick_reply", json!({ "type": "payload", "payload": payload })),
        ButtonValue::UrlSuffix(suffix) => ("url", json!({ "type": "text", "text": suffix })),
        ButtonValue::CopyCode(code) => ("copy_code", json!({ "type": "coupon_code", "coupon_code": code })),
        ButtonValue::FlowToken(token) => {
            ("flow", json!({ "type": "action", "action": { "flow_token": token } }))
        }
    };
    json!({
        "type": "button",
        "sub_type": kind,
        "index": button.index.to_string(),
        "parameters": [parameter],
    })
}
