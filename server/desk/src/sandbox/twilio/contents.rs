//! The Content API: the list of contents with WhatsApp's approval of them, making one and submitting it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateHeader, TemplateInfo, TemplateStatus,
};
use serde_json::{Map, Value, json};

use super::Twilio;
use super::calls::{Asked, opened};
use super::content::through;
use super::error::{Result, TwilioError};
use crate::Desk;
use crate::sandbox::access::Caller;
use crate::sandbox::templates::{self, Known};

/// Contents on a page unless the call says how many.
const PAGE: usize = 50;
/// The types that a content can have here.
const TYPES: &[&str] = &[
    "whatsapp/card",
    "twilio/card",
    "twilio/list-picker",
    "twilio/quick-reply",
    "twilio/call-to-action",
    "twilio/media",
    "twilio/text",
];

/// Contents belong to an account: any of its numbers will do.
async fn account(desk: &Desk, headers: &HeaderMap) -> Result<Caller> {
    let found = opened(desk, headers).await?.into_iter().next();
    Ok(found.ok_or_else(TwilioError::unauthorised)?)
}

/// A page of the list.
pub(super) async fn list(
    State(desk): State<Desk>,
    Query(asked): Asked,
    headers: HeaderMap,
) -> Result<Response> {
    let caller = account(&desk, &headers).await?;
    let known = templates::all(&desk, &Twilio, caller.connection()).await?;
    let number = |key: &str| asked.get(key).and_then(|text| text.parse::<usize>().ok());
    let (page, most) = (number("Page").unwrap_or(0), number("PageSize").unwrap_or(PAGE).clamp(1, 500));
    let from = page.saturating_mul(most);
    let contents: Vec<Value> = known.iter().skip(from).take(most).map(approved).collect();
    let base = &caller.account.api_base;
    let next = (from + contents.len() < known.len())
        .then(|| format!("{base}/v1/ContentAndApprovals?PageSize={most}&Page={}", page + 1));
    let meta = json!({ "page": page, "page_size": most, "next_page_url": next, "key": "contents" });
    Ok(Json(json!({ "contents": contents, "meta": meta })).into_response())
}

/// A content with its approval.
fn approved(known: &Known) -> Value {
    let mut value = content(known);
    let status = match known.info.status {
        TemplateStatus::Draft => "unsubmitted",
        status => status.as_str(),
    };
    value["approval_requests"] = json!({
        "name": known.info.name,
        "category": known.info.category.map(|category| category.as_str().to_ascii_uppercase()),
        "content_type": "whatsapp",
        "status": status,
        "rejection_reason": known.info.reason.clone().unwrap_or_default(),
    });
    value
}

fn content(known: &Known) -> Value {
    if !known.raw.is_null() {
        let mut value = known.raw.clone();
        value["sid"] = json!(known.id);
        return value;
    }
    let info = through(known);
    let (kind, holds) = types(&info);
    let samples: Map<String, Value> =
        info.samples.iter().map(|(name, sample)| (name.clone(), Value::String(sample.clone()))).collect();
    let mut types = Map::new();
    types.insert(kind.to_owned(), holds);
    json!({
        "sid": known.id,
        "friendly_name": info.name,
        "language": info.language,
        "variables": samples,
        "types": types,
    })
}

/// The type of a content that stands for a template, and what it holds.
fn types(info: &TemplateInfo) -> (&'static str, Value) {
    let mut holds = json!({ "body": info.body });
    match &info.header {
        Some(TemplateHeader::Text { text }) => holds["header_text"] = json!(text),
        Some(_) => holds["media"] = json!(["{{1}}"]),
        None => {}
    }
    if let Some(footer) = &info.footer {
        holds["footer"] = json!(footer);
    }
    let action = |(index, button): (usize, &TemplateButtonInfo)| match button {
        TemplateButtonInfo::Url { text, url } => json!({ "type": "URL", "title": text, "url": url }),
        TemplateButtonInfo::Phone { text, number } => {
            json!({ "type": "PHONE_NUMBER", "title": text, "phone": number })
        }
        TemplateButtonInfo::QuickReply { text }
        | TemplateButtonInfo::CopyCode { text }
        | TemplateButtonInfo::Form { text }
        | TemplateButtonInfo::Other { text, .. } => {
            json!({ "type": "QUICK_REPLY", "title": text, "id": format!("button_{index}") })
        }
    };
    let actions: Vec<Value> = info.buttons.iter().enumerate().map(action).collect();
    let bare = actions.is_empty() && info.header.is_none() && info.footer.is_none();
    if !actions.is_empty() {
        holds["actions"] = json!(actions);
    }
    (if bare { "twilio/text" } else { "whatsapp/card" }, holds)
}

/// Takes a content. It can be sent within the customer's window at once.
pub(super) async fn create(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let caller = account(&desk, &headers).await?;
    let raw: Value = serde_json::from_slice(&body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| TwilioError::new(20001, "The body must be JSON"))?;
    let info = read(&raw)?;
    let id = templates::make(&desk, &caller, info, raw.clone()).await?;
    let mut answer = raw;
    answer["sid"] = json!(id);
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// What a content is as a template.
fn read(raw: &Value) -> std::result::Result<TemplateInfo, TwilioError> {
    let missing = |key: &str| TwilioError::new(20001, format!("Missing required parameter {key}"));
    let text = |value: &Value| value.as_str().map(|text| text.replace('\0', ""));
    let held = TYPES.iter().find_map(|kind| raw["types"].get(*kind));
    let held = held.ok_or_else(|| missing("types"))?;
    let action = |action: &Value| {
        let title = text(&action["title"]).unwrap_or_default();
        match action["type"].as_str() {
            Some("URL") => {
                TemplateButtonInfo::Url { text: title, url: text(&action["url"]).unwrap_or_default() }
            }
            Some("PHONE_NUMBER") => {
                TemplateButtonInfo::Phone { text: title, number: text(&action["phone"]).unwrap_or_default() }
            }
            _ => TemplateButtonInfo::QuickReply { text: title },
        }
    };
    Ok(TemplateInfo {
        id: None,
        name: text(&raw["friendly_name"]).unwrap_or_default(),
        language: text(&raw["language"]).ok_or_else(|| missing("language"))?,
        category: None,
        status: TemplateStatus::Draft,
        reason: None,
        quality: None,
        header: text(&held["header_text"]).map(|text| TemplateHeader::Text { text }),
        body: text(&held["body"]).or_else(|| text(&held["title"])).unwrap_or_default(),
        footer: text(&held["footer"]),
        buttons: held["actions"].as_array().into_iter().flatten().map(action).collect(),
        samples: Vec::new(),
    })
}

async fn find(desk: &Desk, headers: &HeaderMap, sid: &str) -> Result<(Caller, Known)> {
    let caller = account(desk, headers).await?;
    let known = templates::all(desk, &Twilio, caller.connection()).await?;
    let found = known.into_iter().find(|known| known.id == sid);
    let found = found.ok_or_else(|| TwilioError::missing(&format!("/v1/Content/{sid}")))?;
    Ok((caller, found))
}

/// One content.
pub(super) async fn one(
    State(desk): State<Desk>,
    Path(sid): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, known) = find(&desk, &headers, &sid).await?;
    Ok(Json(content(&known)).into_response())
}

/// Submits a content to WhatsApp under a name. Twilio does not tell when it is approved.
pub(super) async fn submit(
    State(desk): State<Desk>,
    Path(sid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    let (caller, known) = find(&desk, &headers, &sid).await?;
    let call: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (name, category) = (call["name"].as_str().unwrap_or_default(), call["category"].as_str());
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let category = category.and_then(TemplateCategory::parse);
    if name.is_empty() || !name.bytes().all(plain) || category.is_none() || known.raw.is_null() {
        return Err(TwilioError::new(20001, "The approval request is invalid").into());
    }
    let info = TemplateInfo { name: name.to_owned(), category, ..known.info };
    templates::submit(&desk, &caller, &sid, &info).await?;
    let answer = json!({
        "name": name,
        "category": call["category"],
        "content_type": "whatsapp",
        "status": "received",
        "rejection_reason": "",
        "allow_category_change": true,
    });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}
