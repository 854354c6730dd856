//! Approved templates, filled in. The order of variables counts; they have no names here.

use contract::message::{ButtonValue, Media, MediaKind, Parameter, Template, TemplateButton};
use serde_json::{Value, json};

use super::file;
use crate::channels::NotCarried;

/// The content of one message. The list of the body's placeholders is there even if it is empty.
pub(super) fn content(template: &Template) -> Result<Value, NotCarried> {
    let placeholders: Vec<_> = template.body.iter().filter_map(Parameter::words).collect();
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
        return Ok(json!({ "type": "TEXT", "placeholder": parameter.words() }));
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
