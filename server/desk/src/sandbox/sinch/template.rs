//! Templates: sent by a flat list of keys, one for each variable, and listed by the Provisioning API.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use contract::message::{ButtonValue, Media, MediaKind, Parameter, Template, TemplateButton};
use contract::template::{TemplateButtonInfo, TemplateHeader, TemplateInfo};
use serde_json::{Value, json};

use super::Sinch;
use super::access::opened;
use super::error::{Result, SinchError};
use crate::Desk;
use crate::sandbox::field::Field;
use crate::sandbox::templates::{Known, all};

/// A template that is sent. Its variables are put in order by the numbers in their keys (`body[1]text`,
/// `header[1]image.link`, `button[0]quick_reply[1]payload`).
pub(super) fn sent(field: &Field<'_>) -> std::result::Result<Template, SinchError> {
    let mut template = Template {
        name: field.short("template_id", 512)?,
        id: None,
        language: field.text_if_any("language_code")?.unwrap_or_else(|| "en".to_owned()),
        text: String::new(),
        header: Vec::new(),
        body: Vec::new(),
        buttons: Vec::new(),
    };
    let Some(parameters) = field.object_if_any("parameters")? else { return Ok(template) };
    let mut keys: Vec<(u32, &str, &str)> = Vec::new();
    for key in parameters.keys() {
        let place = || {
            let (part, rest) = key.split_once('[')?;
            let (number, what) = rest.split_once(']')?;
            Some((number.parse().ok()?, part, what))
        };
        keys.push(
            place().ok_or_else(|| SinchError::invalid(format!("{key} is no parameter of a template")))?,
        );
    }
    keys.sort_unstable();
    for (number, part, what) in keys {
        let text = parameters.text(&format!("{part}[{number}]{what}"))?;
        match (part, what) {
            ("body", _) => template.body.push(Parameter::Text { text, name: None }),
            ("header", "text") => template.header.push(Parameter::Text { text, name: None }),
            ("header", what) => template.header.extend(file(what, text)),
            ("button", what) => {
                let index = u8::try_from(number).unwrap_or(u8::MAX);
                template.buttons.push(TemplateButton { index, value: button(what, text) });
            }
            _ => return Err(SinchError::invalid(format!("{part}[{number}] is no parameter of a template"))),
        }
    }
    Ok(template)
}

/// A file in the header; its name stands beside its address and is no variable.
fn file(what: &str, link: String) -> Option<Parameter> {
    let kind = match what.split('.').next()? {
        "image" => MediaKind::Image,
        "video" => MediaKind::Video,
        "document" => MediaKind::Document,
        _ => return None,
    };
    let named = what.ends_with("filename");
    (!named).then(|| Parameter::Media(Media { link: Some(link), ..Media::of(kind) }))
}

fn button(what: &str, value: String) -> ButtonValue {
    if what.starts_with("url") {
        ButtonValue::UrlSuffix(value)
    } else if what.starts_with("copy_code") {
        ButtonValue::CopyCode(value)
    } else if what.starts_with("flow") {
        ButtonValue::FlowToken(value)
    } else {
        ButtonValue::Payload(value)
    }
}

/// A page of the list.
pub(super) async fn list(
    State(desk): State<Desk>,
    Path(project): Path<String>,
    Query(asked): Query<std::collections::HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = opened(&desk, &project, &headers).await?;
    let caller = found.first().ok_or_else(|| SinchError::missing("project"))?;
    let known = all(&desk, &Sinch, caller.connection()).await?;
    let number = |key: &str| asked.get(key).and_then(|text| text.parse::<usize>().ok());
    let (from, most) = (number("pageToken").unwrap_or(0), number("pageSize").unwrap_or(20).clamp(1, 100));
    let page: Vec<Value> = known.iter().skip(from).take(most).map(listed).collect();
    let end = from + page.len();
    let next = if end < known.len() { end.to_string() } else { String::new() };
    let answer = json!({
        "templates": page, "pageSize": most, "totalSize": known.len(), "nextPageToken": next,
    });
    Ok(Json(answer).into_response())
}

/// A template, as the Provisioning API lists it: languages in capitals, the parts in `details`.
fn listed(known: &Known) -> Value {
    let info = &known.info;
    json!({
        "whatsappId": known.id,
        "name": info.name,
        "language": info.language.to_ascii_uppercase(),
        "category": info.category.map(|category| category.as_str().to_ascii_uppercase()),
        "state": info.status.as_str().to_ascii_uppercase(),
        "qualityScore": info.quality,
        "rejectionCode": info.reason,
        "details": { "components": components(info) },
    })
}

fn components(info: &TemplateInfo) -> Vec<Value> {
    let mut components = Vec::new();
    let header = match &info.header {
        Some(TemplateHeader::Text { text }) => {
            Some(json!({ "type": "HEADER", "format": "TEXT", "text": text }))
        }
        Some(TemplateHeader::Image) => Some(json!({ "type": "HEADER", "format": "IMAGE" })),
        Some(TemplateHeader::Video) => Some(json!({ "type": "HEADER", "format": "VIDEO" })),
        Some(TemplateHeader::Document) => Some(json!({ "type": "HEADER", "format": "DOCUMENT" })),
        Some(TemplateHeader::Location) => Some(json!({ "type": "HEADER", "format": "LOCATION" })),
        None => None,
    };
    components.extend(header);
    let samples: Vec<&str> = info.samples.iter().map(|(_, sample)| sample.as_str()).collect();
    components.push(json!({ "type": "BODY", "text": info.body, "examples": samples }));
    components.extend(info.footer.as_ref().map(|footer| json!({ "type": "FOOTER", "text": footer })));
    if !info.buttons.is_empty() {
        let button = |button: &TemplateButtonInfo| match button {
            TemplateButtonInfo::QuickReply { text } => json!({ "type": "QUICK_REPLY", "text": text }),
            TemplateButtonInfo::Url { text, url } => json!({ "type": "URL", "text": text, "url": url }),
            TemplateButtonInfo::Phone { text, number } => {
                json!({ "type": "PHONE_NUMBER", "text": text, "phoneNumber": number })
            }
            TemplateButtonInfo::CopyCode { text } => json!({ "type": "COPY_CODE", "text": text }),
            TemplateButtonInfo::Form { text } => json!({ "type": "FLOW", "text": text }),
            TemplateButtonInfo::Other { text, kind } => json!({ "type": kind, "text": text }),
        };
        let buttons: Vec<Value> = info.buttons.iter().map(button).collect();
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    components
}
