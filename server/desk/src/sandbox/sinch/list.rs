//! What customers have written, listed afterwards: the messages of webhooks, newest first.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use contract::Time;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::access::{app, opened};
use super::content::content;
use super::error::{Result, SinchError};
use super::wire;
use crate::Desk;
use crate::sandbox::access::Caller;
use crate::sandbox::party::Party;
use crate::sandbox::stand_in::{Between, Said};
use crate::store::sandbox::Past;

/// A page of the list. The source is not looked at: an app of the sandbox keeps everything.
pub(super) async fn messages(
    State(desk): State<Desk>,
    Path(project): Path<String>,
    Query(asked): Query<std::collections::HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = opened(&desk, &project, &headers).await?;
    let caller = app(&found, asked.get("app_id").map(String::as_str).unwrap_or_default())?;
    let number = |key: &str| asked.get(key).and_then(|text| text.parse::<i64>().ok());
    let most = number("page_size").unwrap_or(10).clamp(1, 1000);
    let before = number("page_token").unwrap_or(i64::MAX);
    let since = match asked.get("start_time") {
        None => 0,
        Some(text) => text
            .parse::<Timestamp>()
            .map_err(|_| SinchError::invalid("start_time must be a moment by RFC 3339"))?
            .as_millisecond(),
    };
    let line = &caller.number.line.provider_channel;
    let past = desk.store.sandbox_past(line, Time(since), before, most).await?;
    let full = i64::try_from(past.len()).is_ok_and(|count| count == most);
    let next = past.last().filter(|_| full).map(|last| last.place.to_string()).unwrap_or_default();
    let mut messages = Vec::new();
    for past in &past {
        let phone = desk.store.sandbox_phone(&past.number).await?;
        messages.extend(phone.and_then(|phone| listed(caller, &Party::from(&phone), past)));
    }
    Ok(Json(json!({ "messages": messages, "next_page_token": next })).into_response())
}

fn listed(caller: &Caller, party: &Party, past: &Past) -> Option<Value> {
    let between = Between { number: &caller.number, account: &caller.account, party, at: past.at };
    let said = Said { id: &past.id, body: &past.body, quoted: past.quoted.as_deref(), on: None };
    let content = content(&between, &said).ok()??;
    Some(wire::message(&between, &past.id, &content))
}
