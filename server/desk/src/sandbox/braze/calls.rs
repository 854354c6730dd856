//! Braze's calls.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use contract::Body;
use serde_json::{Value, json};

use super::error::{BrazeError, Result, answer};
use super::{Braze, message, read, wire};
use crate::Desk;
use crate::sandbox::access::{self, Caller, callers, holds};
use crate::sandbox::failure::Failure;
use crate::sandbox::field::Field;
use crate::sandbox::files;
use crate::sandbox::send::{Sending, To, What, take};
use crate::sandbox::templates;

/// The routes.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/campaigns/trigger/send", post(trigger))
        .route("/messages/send", post(direct))
        .route("/campaigns/details", get(details))
        .route("/media/{file}/{name}", get(media))
}

/// The doors that the key of a call opens.
async fn opened(desk: &Desk, headers: &HeaderMap) -> Result<Vec<Caller>> {
    let unknown = || BrazeError::new(401, "Invalid API Key");
    let key = access::behind(headers, "bearer").ok_or_else(unknown)?;
    let mut found = callers(desk, &Braze).await?;
    found.retain(|caller| holds(&caller.account, "rest_key", key));
    if found.is_empty() { Err(unknown().into()) } else { Ok(found) }
}

fn json_of(body: &[u8]) -> std::result::Result<Value, BrazeError> {
    let value = serde_json::from_slice(body).ok().filter(Value::is_object);
    value.ok_or_else(|| BrazeError::invalid("The body must be JSON."))
}

/// A campaign for one person.
async fn trigger(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let found = opened(&desk, &headers).await?;
    let call = json_of(&body)?;
    let root = Field::root(&call);
    let campaign = root.text("campaign_id")?;
    let kind = found.iter().find_map(|caller| Some((caller, read::kind(&caller.account, &campaign)?)));
    let (caller, kind) = kind.ok_or_else(|| BrazeError::invalid("Invalid Campaign ID"))?;
    let recipients = root.list("recipients")?;
    let [recipient] = recipients.as_slice() else {
        return Err(BrazeError::invalid("The sandbox takes one recipient at a time.").into());
    };
    let person = recipient.text("external_user_id")?;
    let phone = phone(&desk, &person).await?;
    if phone.is_none() && recipient.flag("send_to_existing_only") {
        return Err(BrazeError::invalid("The recipient with this external_user_id does not exist.").into());
    }
    let properties = match recipient.object_if_any("trigger_properties")? {
        Some(properties) => properties,
        None => root.object("trigger_properties")?,
    };
    let body = read::triggered(kind, &properties)?;
    send(&desk, caller, (phone, body)).await
}

/// A message without a campaign, for one person.
async fn direct(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let found = opened(&desk, &headers).await?;
    let caller = found.first().ok_or_else(|| BrazeError::new(401, "Invalid API Key"))?;
    let call = json_of(&body)?;
    let root = Field::root(&call);
    let people = root.texts("external_user_ids")?;
    let [person] = people.as_slice() else {
        return Err(BrazeError::invalid("The sandbox takes one of external_user_ids at a time.").into());
    };
    let whatsapp = root.object("messages")?.object("whats_app")?;
    for key in ["app_id", "subscription_group_id"] {
        if !holds(&caller.account, key, &whatsapp.text(key)?) {
            return Err(BrazeError::invalid(format!("Invalid {key}")).into());
        }
    }
    let body = message::direct(&whatsapp.text("message_type")?, &whatsapp.object("message")?)?;
    let phone = phone(&desk, person).await?;
    send(&desk, caller, (phone, body)).await
}

/// The recipient with this id of Braze's, if there is such a phone.
async fn phone(desk: &Desk, person: &str) -> Result<Option<To>> {
    let to = wire::key_of(person).and_then(To::read);
    match &to {
        Some(known) if desk.store.sandbox_phone(known.key()).await?.is_some() => Ok(to),
        _ => Ok(None),
    }
}

/// Queues a message, if there is one for somebody; what becomes of it is never told.
async fn send(desk: &Desk, caller: &Caller, (to, body): (Option<To>, Option<Body>)) -> Result<Response> {
    let mut dispatch = crate::sandbox::digits::new_hex();
    if let (Some(to), Some(body)) = (to, body) {
        let mut sending = Sending { id: Some(dispatch), ..Sending::message(to, body) };
        if let What::Message { body: Body::Template(template), .. } = &mut sending.what {
            let known = templates::all(desk, &Braze, caller.connection()).await?;
            sending.doomed = templates::fit(&known, template).err().map(Failure::Template);
        }
        dispatch = take(desk, caller, sending).await?;
    }
    Ok(answer(201, "249998", &json!({ "dispatch_id": dispatch, "message": "success" })))
}

/// A campaign.
async fn details(
    State(desk): State<Desk>,
    Query(asked): Query<std::collections::HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = opened(&desk, &headers).await?;
    let campaign = asked.get("campaign_id").map(String::as_str).unwrap_or_default();
    if !found.iter().any(|caller| read::kind(&caller.account, campaign).is_some()) {
        return Err(BrazeError::invalid("Invalid Campaign ID").into());
    }
    let details = json!({
        "message": "success", "name": "Sandbox campaign", "channels": ["whats_app"], "draft": false,
        "schedule_type": "api_triggered",
    });
    Ok(answer(200, "249998", &details))
}

/// A file of a customer, at an address that wants no key.
async fn media(State(desk): State<Desk>, Path((file, _)): Path<(String, String)>) -> Result<Response> {
    let file = desk.store.sandbox_file(&file).await?;
    Ok(files::served(file.ok_or_else(|| BrazeError::new(404, "Not Found"))?))
}
