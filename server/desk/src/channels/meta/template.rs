//! Approved templates, filled in. With positional variables the order counts; named ones carry their name.

use contract::message::{ButtonValue, Media, MediaKind, Parameter, Template, TemplateButton};
use serde_json::{Map, Value, json};

use super::limits::{self, Carried, refused, required, within};

/// Longest text of a template with its variables filled in.
const BODY: usize = 1_024;
/// Longest header.
const HEADER: usize = 60;
/// Longest value of a button.
const BUTTON: usize = 2_000;
/// Spaces in a row that Meta takes in a variable.
const SPACES: &str = "     ";

/// Whether a template can be sent as it is filled in. That the variables fit the template only Meta knows.
pub(super) fn carries(template: &Template) -> Carried {
    required("template's name", &template.name, 512)?;
    required("template's language", &template.language, 64)?;
    for parameter in template.header.iter().chain(&template.body) {
        carries_parameter(parameter)?;
    }
    if template.header.len() > 1 {
        return refused("The header of a template has one variable at most.");
    }
    for parameter in &template.header {
        within("header's variable", words(parameter), HEADER)?;
    }
    if template.body.iter().any(|parameter| matches!(parameter, Parameter::Media(_))) {
        return refused("A file can only stand in the header of a template.");
    }
    let total: usize = template.body.iter().map(|parameter| words(parameter).chars().count()).sum();
    if total > BODY {
        return refused(format!(
            "The variables have {total} characters in all, and a template takes at most {BODY}."
        ));
    }
    template.buttons.iter().try_for_each(|button| required("button's variable", value(&button.value), BUTTON))
}

/// WhatsApp takes no line breaks, no tabs and no more than four spaces in a row.
fn carries_parameter(parameter: &Parameter) -> Carried {
    if let Parameter::Media(media) = parameter {
        return match media.kind {
            MediaKind::Image | MediaKind::Video | MediaKind::Document => limits::source(media),
            _ => refused("The header of a template takes a picture, a film or a document."),
        };
    }
    let words = words(parameter);
    required("template's variable", words, BODY)?;
    match words.contains(['\n', '\r', '\t']) || words.contains(SPACES) {
        true => refused(
            "A template's variable can hold no line breaks, no tabs and at most four spaces in a row.",
        ),
        false => Ok(()),
    }
}

fn words(parameter: &Parameter) -> &str {
    match parameter {
        Parameter::Text { text, .. } => text,
        Parameter::Currency { fallback, .. } | Parameter::DateTime { fallback } => fallback,
        Parameter::Media(_) => "",
    }
}

fn value(value: &ButtonValue) -> &str {
    match value {
        ButtonValue::Payload(value)
        | ButtonValue::UrlSuffix(value)
        | ButtonValue::CopyCode(value)
        | ButtonValue::FlowToken(value) => value,
    }
}

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
