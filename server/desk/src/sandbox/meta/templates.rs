//! The list of templates, and making one.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateHeader, TemplateInfo, TemplateStatus,
};
use serde_json::{Value, json};

use super::error::GraphError;
use super::graph::{Asked, Numbered, Result, of_account};
use super::{Meta, wire};
use crate::Desk;
use crate::channels::Account;
use crate::sandbox::field::Field;
use crate::sandbox::stand_in::Written;
use crate::sandbox::templates::{Known, all, make, submit};

/// Templates on a page unless the call says how many.
const PAGE: usize = 25;

/// A page of the list.
pub(super) async fn list(
    State(desk): State<Desk>,
    Path((_, account)): Numbered,
    Query(asked): Asked,
    headers: HeaderMap,
) -> Result<Response> {
    let callers = of_account(&desk, &account, &headers).await?;
    let Some(caller) = callers.first() else { return Err(GraphError::unknown_object(&account).into()) };
    let known = all(&desk, &Meta, caller.connection()).await?;
    let number = |key: &str| asked.get(key).and_then(|text| text.parse::<usize>().ok());
    let (from, most) = (number("after").unwrap_or(0), number("limit").unwrap_or(PAGE).clamp(1, 1000));
    let page: Vec<Value> = known.iter().skip(from).take(most).map(template).collect();
    let next = from + page.len();
    let mut paging = json!({ "cursors": { "before": from.to_string(), "after": next.to_string() } });
    if next < known.len() {
        let base = &caller.account.api_base;
        paging["next"] = json!(format!("{base}/{account}/message_templates?limit={most}&after={next}"));
    }
    Ok(Json(json!({ "data": page, "paging": paging })).into_response())
}

fn template(known: &Known) -> Value {
    let info = &known.info;
    let mut value = json!({
        "id": known.id,
        "name": info.name,
        "language": info.language,
        "status": info.status.as_str().to_ascii_uppercase(),
        "category": info.category.map(|category| category.as_str().to_ascii_uppercase()),
        "components": components(info),
    });
    if let Some(reason) = &info.reason {
        value["rejected_reason"] = json!(reason);
    }
    if let Some(quality) = &info.quality {
        value["quality_score"] = json!({ "score": quality });
    }
    value
}

/// The parts of a template.
pub(super) fn components(info: &TemplateInfo) -> Vec<Value> {
    let sample = |name: String| {
        let found = info.samples.iter().find(|(known, _)| *known == name);
        found.map_or(name.clone(), |(_, sample)| sample.clone())
    };
    let mut components = Vec::new();
    match &info.header {
        Some(TemplateHeader::Text { text }) => {
            components.push(json!({ "type": "HEADER", "format": "TEXT", "text": text }));
        }
        Some(TemplateHeader::Image) => components.push(json!({ "type": "HEADER", "format": "IMAGE" })),
        Some(TemplateHeader::Video) => components.push(json!({ "type": "HEADER", "format": "VIDEO" })),
        Some(TemplateHeader::Document) => components.push(json!({ "type": "HEADER", "format": "DOCUMENT" })),
        Some(TemplateHeader::Location) => components.push(json!({ "type": "HEADER", "format": "LOCATION" })),
        None => {}
    }
    let mut body = json!({ "type": "BODY", "text": info.body });
    let samples: Vec<String> = TemplateInfo::variables(&info.body).into_iter().map(sample).collect();
    if !samples.is_empty() {
        body["example"] = json!({ "body_text": [samples] });
    }
    components.push(body);
    if let Some(footer) = &info.footer {
        components.push(json!({ "type": "FOOTER", "text": footer }));
    }
    if !info.buttons.is_empty() {
        let buttons: Vec<Value> = info.buttons.iter().map(button).collect();
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    components
}

fn button(button: &TemplateButtonInfo) -> Value {
    match button {
        TemplateButtonInfo::QuickReply { text } => json!({ "type": "QUICK_REPLY", "text": text }),
        TemplateButtonInfo::Url { text, url } => json!({ "type": "URL", "text": text, "url": url }),
        TemplateButtonInfo::Phone { text, number } => {
            json!({ "type": "PHONE_NUMBER", "text": text, "phone_number": number })
        }
        TemplateButtonInfo::CopyCode { text } => json!({ "type": "COPY_CODE", "text": text }),
        TemplateButtonInfo::Form { text } => json!({ "type": "FLOW", "text": text }),
        TemplateButtonInfo::Other { text, kind } => json!({ "type": kind, "text": text }),
    }
}

/// Takes a template and submits it.
pub(super) async fn create(
    State(desk): State<Desk>,
    Path((_, account)): Numbered,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let callers = of_account(&desk, &account, &headers).await?;
    let Some(caller) = callers.first() else { return Err(GraphError::unknown_object(&account).into()) };
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    let info = read(&Field::root(&value))?;
    let known = all(&desk, &Meta, caller.connection()).await?;
    if known.iter().any(|known| known.info.name == info.name && known.info.language == info.language) {
        let taken = "(#100) There is a template with this name in this language already.";
        return Err(GraphError { subcode: Some(2_388_024), ..GraphError::new(100, taken) }.into());
    }
    let id = make(&desk, caller, info.clone(), value).await?;
    submit(&desk, caller, &id, &info).await?;
    let category = info.category.map(|category| category.as_str().to_ascii_uppercase());
    Ok(Json(json!({ "id": id, "status": "PENDING", "category": category })).into_response())
}

fn read(root: &Field<'_>) -> std::result::Result<TemplateInfo, GraphError> {
    let name = root.short("name", 512)?;
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Err(GraphError::value("name", "must be lower-case letters, digits and underscores"));
    }
    let category = TemplateCategory::parse(&root.text("category")?)
        .ok_or_else(|| GraphError::value("category", "must be MARKETING, UTILITY or AUTHENTICATION"))?;
    let mut info = TemplateInfo {
        id: None,
        name,
        language: root.short("language", 20)?,
        category: Some(category),
        status: TemplateStatus::Pending,
        reason: None,
        quality: None,
        header: None,
        body: String::new(),
        footer: None,
        buttons: Vec::new(),
        samples: Vec::new(),
    };
    for part in root.list("components")? {
        match part.text("type")?.to_ascii_uppercase().as_str() {
            "HEADER" => info.header = Some(header(&part)?),
            "BODY" => info.body = part.short("text", 1024)?,
            "FOOTER" => info.footer = Some(part.short("text", 60)?),
            "BUTTONS" => {
                info.buttons =
                    part.list("buttons")?.iter().map(read_button).collect::<std::result::Result<_, _>>()?
            }
            _ => return Err(GraphError::value("components.type", "must be HEADER, BODY, FOOTER or BUTTONS")),
        }
    }
    if info.body.is_empty() {
        return Err(GraphError::missing("components.BODY"));
    }
    Ok(info)
}

fn header(part: &Field<'_>) -> std::result::Result<TemplateHeader, GraphError> {
    match part.text("format")?.to_ascii_uppercase().as_str() {
        "TEXT" => Ok(TemplateHeader::Text { text: part.short("text", 60)? }),
        "IMAGE" => Ok(TemplateHeader::Image),
        "VIDEO" => Ok(TemplateHeader::Video),
        "DOCUMENT" => Ok(TemplateHeader::Document),
        "LOCATION" => Ok(TemplateHeader::Location),
        _ => Err(GraphError::value("components.format", "is not a format of a header")),
    }
}

fn read_button(button: &Field<'_>) -> std::result::Result<TemplateButtonInfo, GraphError> {
    let text = button.short("text", 25)?;
    Ok(match button.text("type")?.to_ascii_uppercase().as_str() {
        "QUICK_REPLY" => TemplateButtonInfo::QuickReply { text },
        "URL" => TemplateButtonInfo::Url { text, url: button.text("url")? },
        "PHONE_NUMBER" => TemplateButtonInfo::Phone { text, number: button.text("phone_number")? },
        "COPY_CODE" => TemplateButtonInfo::CopyCode { text },
        "FLOW" => TemplateButtonInfo::Form { text },
        kind => TemplateButtonInfo::Other { text, kind: kind.to_owned() },
    })
}

/// The webhook that says that a template was approved.
pub(super) fn approved(account: &Account, id: &str, info: &TemplateInfo) -> Written {
    // The one id that webhooks have as a number.
    let id = id.parse::<u64>().map_or_else(|_| json!(id), |id| json!(id));
    let value = json!({
        "event": "APPROVED",
        "message_template_id": id,
        "message_template_name": info.name,
        "message_template_language": info.language,
        "reason": "NONE",
        "message_template_category": info.category.map(|category| category.as_str().to_ascii_uppercase()),
    });
    let change = json!({ "field": "message_template_status_update", "value": value });
    wire::entry(account.current("waba_id"), change)
}
