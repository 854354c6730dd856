//! The templates of a sender, and making one.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateHeader, TemplateInfo, TemplateStatus,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Infobip;
use super::calls::sender;
use super::error::{InfobipError, Result};
use super::wire::date;
use crate::Desk;
use crate::sandbox::field::Field;
use crate::sandbox::stand_in::Written;
use crate::sandbox::templates::{Known, all, make, submit};

/// All of them; there is one page.
pub(super) async fn list(
    State(desk): State<Desk>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let caller = sender(&desk, &number, &headers).await?;
    let known = all(&desk, &Infobip, caller.connection()).await?;
    let templates: Vec<Value> = known.iter().map(template).collect();
    Ok(Json(json!({ "templates": templates })).into_response())
}

fn template(known: &Known) -> Value {
    let info = &known.info;
    json!({
        "id": known.id,
        "businessAccountId": 222,
        "name": info.name,
        "language": info.language,
        "status": info.status.as_str().to_ascii_uppercase(),
        "category": info.category.map(|category| category.as_str().to_ascii_uppercase()),
        "structure": structure(info),
        "quality": info.quality.as_deref().map(quality),
        "rejectionReason": info.reason,
        "createdAt": "2024-01-01T00:00:00.000+0000",
        "lastUpdatedAt": "2024-01-01T00:00:00.000+0000",
    })
}

/// Infobip's word for how customers like something.
fn quality(word: &str) -> &'static str {
    match word {
        "GREEN" => "HIGH",
        "YELLOW" => "MEDIUM",
        "RED" => "LOW",
        _ => "UNKNOWN",
    }
}

fn structure(info: &TemplateInfo) -> Value {
    let samples: Vec<&str> = info.samples.iter().map(|(_, sample)| sample.as_str()).collect();
    let mut structure = json!({ "body": { "text": info.body, "examples": samples }, "type": "TEXT" });
    let header = match &info.header {
        Some(TemplateHeader::Text { text }) => Some(json!({ "format": "TEXT", "text": text })),
        Some(TemplateHeader::Image) => Some(json!({ "format": "IMAGE" })),
        Some(TemplateHeader::Video) => Some(json!({ "format": "VIDEO" })),
        Some(TemplateHeader::Document) => Some(json!({ "format": "DOCUMENT" })),
        Some(TemplateHeader::Location) => Some(json!({ "format": "LOCATION" })),
        None => None,
    };
    if let Some(header) = header {
        if header["format"] != "TEXT" {
            structure["type"] = json!("MEDIA");
        }
        structure["header"] = header;
    }
    if let Some(footer) = &info.footer {
        structure["footer"] = json!({ "text": footer });
    }
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
        structure["buttons"] = info.buttons.iter().map(button).collect();
    }
    structure
}

/// Takes a template and submits it.
pub(super) async fn create(
    State(desk): State<Desk>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let caller = sender(&desk, &number, &headers).await?;
    let call: Value = serde_json::from_slice(&body).unwrap_or_default();
    let info = read(&Field::root(&call))?;
    let known = all(&desk, &Infobip, caller.connection()).await?;
    if known.iter().any(|known| known.info.name == info.name && known.info.language == info.language) {
        return Err(InfobipError::field("name", "is taken in this language").into());
    }
    let id = make(&desk, &caller, info.clone(), call).await?;
    submit(&desk, &caller, &id, &info).await?;
    let made = Known { id: id.clone(), info, raw: Value::Null };
    Ok((StatusCode::CREATED, Json(template(&made))).into_response())
}

fn read(root: &Field<'_>) -> std::result::Result<TemplateInfo, InfobipError> {
    let name = root.short("name", 512)?;
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Err(InfobipError::field("name", "must match \"^[a-z0-9_]+$\""));
    }
    let category = TemplateCategory::parse(&root.text("category")?)
        .ok_or_else(|| InfobipError::field("category", "is not a category"))?;
    let structure = root.object("structure")?;
    let header = match structure.object_if_any("header")? {
        Some(header) => Some(match header.text("format")?.as_str() {
            "TEXT" => TemplateHeader::Text { text: header.short("text", 60)? },
            "IMAGE" => TemplateHeader::Image,
            "VIDEO" => TemplateHeader::Video,
            "DOCUMENT" => TemplateHeader::Document,
            "LOCATION" => TemplateHeader::Location,
            _ => return Err(InfobipError::field("structure.header.format", "is not a format")),
        }),
        None => None,
    };
    let footer = match structure.object_if_any("footer")? {
        Some(footer) => Some(footer.short("text", 60)?),
        None => None,
    };
    let mut buttons = Vec::new();
    for button in structure.list("buttons")? {
        buttons.push(read_button(&button)?);
    }
    Ok(TemplateInfo {
        id: None,
        name,
        language: root.short("language", 20)?,
        category: Some(category),
        status: TemplateStatus::Pending,
        reason: None,
        quality: None,
        header,
        body: structure.object("body")?.short("text", 1024)?,
        footer,
        buttons,
        samples: Vec::new(),
    })
}

fn read_button(button: &Field<'_>) -> std::result::Result<TemplateButtonInfo, InfobipError> {
    let text = button.short_if_any("text", 25)?.unwrap_or_default();
    Ok(match button.text("type")?.as_str() {
        "QUICK_REPLY" => TemplateButtonInfo::QuickReply { text },
        "URL" => TemplateButtonInfo::Url { text, url: button.text("url")? },
        "PHONE_NUMBER" => TemplateButtonInfo::Phone { text, number: button.text("phoneNumber")? },
        "COPY_CODE" => TemplateButtonInfo::CopyCode { text },
        "FLOW" => TemplateButtonInfo::Form { text },
        kind => TemplateButtonInfo::Other { text, kind: kind.to_owned() },
    })
}

/// The webhook that says that a template was approved.
pub(super) fn approved(id: &str, info: &TemplateInfo) -> Written {
    let now = contract::Time(Timestamp::now().as_millisecond());
    Written::json(&json!({
        "messageTemplateId": id,
        "messageTemplateName": info.name,
        "messageTemplateLanguage": info.language,
        "timestamp": date(now),
        "change": { "type": "TEMPLATE_STATUS_UPDATE", "newStatus": "APPROVED", "reason": "NONE" },
    }))
}
