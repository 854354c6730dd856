//! Approved templates, filled in. The order of variables counts; they have no names here.

use contract::message::{ButtonValue, Media, MediaKind, Parameter, Template, TemplateButton};
use serde_json::{Value, json};

use super::file;
use super::limits::{Carried, refused, required, within};
use crate::channels::NotCarried;

/// Longest text of a template with its variables filled in.
const BODY: usize = 1_024;
/// Longest header.
const HEADER: usize = 60;
/// Longest payload of a quick reply.
const PAYLOAD: usize = 128;
/// Longest value of any other button.
const BUTTON: usize = 2_000;
/// Longest code to copy.
const CODE: usize = 15;
/// Spaces in a row that WhatsApp does not take in a variable.
const SPACES: &str = "     ";

/// Whether a template can be sent as it is filled in. That the variables fit the template only Infobip knows.
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
    template.buttons.iter().try_for_each(|button| match &button.value {
        ButtonValue::Payload(payload) => required("button's payload", payload, PAYLOAD),
        ButtonValue::CopyCode(code) => required("button's code", code, CODE),
        ButtonValue::UrlSuffix(value) | ButtonValue::FlowToken(value) => {
            required("button's variable", value, BUTTON)
        }
    })
}

/// WhatsApp takes no line breaks, no tabs and no more than four spaces in a row.
fn carries_parameter(parameter: &Parameter) -> Carried {
    if let Parameter::Media(media) = parameter {
        return match media.kind {
            MediaKind::Image | MediaKind::Video | MediaKind::Document => file::source(media),
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

/// The content of one message. The list of the body's placeholders is there even if it is empty.
pub(super) fn content(template: &Template) -> Result<Value, NotCarried> {
    let placeholders: Vec<_> = template.body.iter().map(words).collect();
    let mut data = json!({ "body": { "placeholders": placeholders } });
    if let Some(parameter) = template.header.first() {
        data["header"] = header(parameter)?;
    }
    if !template.buttons.is_empty() {
        let mut buttons: Vec<_> = template.buttons.iter().collect();
        buttons.sort_by_key(|button| button.index);
        data["buttons"] = buttons.into_iter().map(button).collect();
    }
    Ok(json!({
        "templateName": template.name,
        "templateData": data,
        "language": template.language,
    }))
}

fn header(parameter: &Parameter) -> Result<Value, NotCarried> {
    let Parameter::Media(media) = parameter else {
        return Ok(json!({ "type": "TEXT", "placeholder": words(parameter) }));
    };
    let kind = match media.kind {
        MediaKind::Image => "IMAGE",
        MediaKind::Video => "VIDEO",
        _ => return document(media),
    };
    Ok(json!({ "type": kind, "mediaUrl": file::address(media)? }))
}

/// A document's name is shown to the customer, and has to be there.
fn document(media: &Media) -> Result<Value, NotCarried> {
    let name = media.file_name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or("document");
    Ok(json!({ "type": "DOCUMENT", "mediaUrl": file::address(media)?, "filename": name }))
}

fn button(button: &TemplateButton) -> Value {
    match &button.value {
        ButtonValue::Payload(payload) => json!({ "type": "QUICK_REPLY", "parameter": payload }),
        ButtonValue::UrlSuffix(suffix) => json!({ "type": "URL", "parameter": suffix }),
        ButtonValue::CopyCode(code) => json!({ "type": "COPY_CODE", "parameter": code }),
        ButtonValue::FlowToken(token) => json!({ "type": "FLOW", "flowToken": token }),
    }
}
