//! Infobip's calls.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use contract::Body;
use serde_json::{Value, json};

use super::error::{InfobipError, Result};
use super::{Infobip, read, templates};
use crate::Desk;
use crate::sandbox::access::{self, Caller, callers, holds};
use crate::sandbox::failure::{Failure, Trouble};
use crate::sandbox::field::Field;
use crate::sandbox::files;
use crate::sandbox::send::{Sending, Sign, To, What, mark_read, take, typing};

/// The routes.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/whatsapp/1/message/template", post(template))
        .route("/whatsapp/1/message/{kind}", post(plain))
        .route("/whatsapp/1/message/interactive/{kind}", post(interactive))
        .route("/whatsapp/1/events", post(events))
        .route("/whatsapp/1/senders/quality", get(quality))
        .route("/whatsapp/1/senders/{sender}/message/{message}/read", post(read_mark))
        .route("/whatsapp/1/senders/{sender}/media/{file}", get(media))
        .route("/whatsapp/2/senders/{sender}/templates", get(templates::list).post(templates::create))
}

/// The senders that the key of a call opens.
pub(super) async fn opened(desk: &Desk, headers: &HeaderMap) -> Result<Vec<Caller>> {
    let key = access::behind(headers, "app").ok_or_else(InfobipError::unauthorised)?;
    let mut found = callers(desk, &Infobip).await?;
    found.retain(|caller| holds(&caller.account, "api_key", key));
    if found.is_empty() { Err(InfobipError::unauthorised().into()) } else { Ok(found) }
}

/// The sender that a call names in its address.
pub(super) async fn sender(desk: &Desk, sender: &str, headers: &HeaderMap) -> Result<Caller> {
    let found = opened(desk, headers).await?.into_iter().find(|caller| caller.goes_by(sender));
    Ok(found.ok_or_else(InfobipError::missing)?)
}

fn json_of(body: &[u8]) -> std::result::Result<Value, InfobipError> {
    let value = serde_json::from_slice(body).ok().filter(Value::is_object);
    value.ok_or_else(|| InfobipError::field("body", "must be a JSON object"))
}

async fn plain(
    State(desk): State<Desk>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    single(&desk, &kind, (&headers, &body)).await
}

async fn interactive(
    State(desk): State<Desk>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response> {
    single(&desk, &format!("interactive/{kind}"), (&headers, &body)).await
}

/// A send of one message.
async fn single(desk: &Desk, kind: &str, (headers, body): (&HeaderMap, &[u8])) -> Result<Response> {
    let found = opened(desk, headers).await?;
    let call = json_of(body)?;
    let root = Field::root(&call);
    let said = read::content(kind, &root.object("content")?)?;
    Ok(Json(send(desk, &found, (&root, said)).await?).into_response())
}

/// A send of templates: several in one call, each answered by itself.
async fn template(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let found = opened(&desk, &headers).await?;
    let call = json_of(&body)?;
    let root = Field::root(&call);
    let mut messages = Vec::new();
    for message in root.list("messages")? {
        let said = read::template(&message.object("content")?)?;
        messages.push(send(&desk, &found, (&message, Body::Template(said))).await?);
    }
    if messages.is_empty() {
        return Err(InfobipError::field("messages", "must not be empty").into());
    }
    let bulk = root.text_if_any("bulkId")?;
    let bulk = bulk.unwrap_or_else(|| crate::sandbox::digits::digits(&call.to_string(), 19));
    Ok(Json(json!({ "messages": messages, "bulkId": bulk })).into_response())
}

/// Sends one message, and says what Infobip answers to that.
async fn send(desk: &Desk, found: &[Caller], (field, said): (&Field<'_>, Body)) -> Result<Value> {
    let from = field.short("from", 24)?;
    let caller = found.iter().find(|caller| caller.goes_by(&from));
    let caller = caller.ok_or_else(|| InfobipError::field("from", "is not a sender of this account"))?;
    let given = field.short("to", 150)?;
    let to = To::read(&given).ok_or_else(|| InfobipError::field("to", "must be a number or a user ID"))?;
    let mut sending = Sending {
        opaque: field.short_if_any("callbackData", 4000)?,
        id: field.short_if_any("messageId", 200)?,
        target: caller.target(desk, field.short_if_any("notifyUrl", 2048)?.as_deref()),
        ..Sending::message(to, said)
    };
    if let Some(context) = field.object_if_any("context")? {
        let answers = context.text_if_any("replyToMessageId")?;
        if let What::Message { quoted, .. } = &mut sending.what {
            *quoted = answers;
        }
    }
    if let What::Message { body: Body::Template(template), .. } = &mut sending.what {
        let known = crate::sandbox::templates::all(desk, &Infobip, caller.connection()).await?;
        sending.doomed = crate::sandbox::templates::fit(&known, template).err().map(Failure::Template);
    }
    let own = sending.id.clone();
    match take(desk, caller, sending).await {
        Ok(id) => Ok(answer(&given, &id, &PENDING)),
        Err(Trouble::SameId) => Ok(answer(&given, &own.unwrap_or_default(), &DUPLICATE)),
        Err(trouble) => Err(trouble.into()),
    }
}

/// A status: group and its name, id and its name, and what it says.
type Status = (u8, &'static str, u8, &'static str, &'static str);

const PENDING: Status = (1, "PENDING", 7, "PENDING_ENROUTE", "Message sent to next instance");
const DUPLICATE: Status =
    (5, "REJECTED", 23, "REJECTED_DUPLICATE_MESSAGE_ID", "Message with this id was sent before");

fn answer(to: &str, id: &str, (group, group_name, status, name, text): &Status) -> Value {
    json!({
        "to": to,
        "messageCount": 1,
        "messageId": id,
        "status": {
            "groupId": group, "groupName": group_name, "id": status, "name": name, "description": text,
        },
    })
}

/// Somebody types to some people.
async fn events(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Result<Response> {
    let found = opened(&desk, &headers).await?;
    let call = json_of(&body)?;
    let mut messages = Vec::new();
    for event in Field::root(&call).list("events")? {
        let from = event.text("sender")?;
        let caller = found.iter().find(|caller| caller.goes_by(&from));
        let caller = caller.ok_or_else(|| InfobipError::field("events.sender", "is not a sender"))?;
        if event.object("content")?.text("type")? != "TYPING_INDICATOR" {
            return Err(InfobipError::field("events.content.type", "must be TYPING_INDICATOR").into());
        }
        for destination in event.list("destinations")? {
            let to = destination.text("to")?;
            let read = To::read(&to).ok_or_else(|| InfobipError::field("to", "must be a number"))?;
            typing(&desk, caller, &read, Sign::Typing).await?;
            let id = crate::sandbox::digits::new_hex();
            let mut one = answer(&to, &id, &(1, "PENDING", 26, "PENDING_ACCEPTED", PENDING.4));
            one["destination"] = json!(to);
            messages.push(one);
        }
    }
    Ok(Json(json!({ "bulkId": crate::sandbox::digits::new_hex(), "messages": messages })).into_response())
}

/// The customer's messages are read up to this one.
async fn read_mark(
    State(desk): State<Desk>,
    Path((number, message)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let caller = sender(&desk, &number, &headers).await?;
    match mark_read(&desk, &caller, &message, Sign::Read).await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(InfobipError::missing().into()),
    }
}

/// How the senders do.
async fn quality(State(desk): State<Desk>, headers: HeaderMap) -> Result<Response> {
    let found = opened(&desk, &headers).await?;
    let result = |caller: &Caller| {
        json!({
            "sender": caller.business(),
            "displayName": caller.number.line.name,
            "qualityRating": "HIGH",
            "status": "CONNECTED",
            "currentLimit": "UNLIMITED",
        })
    };
    let results: Vec<Value> = found.iter().map(result).collect();
    Ok(Json(json!({ "results": results })).into_response())
}

/// A file of a customer.
async fn media(
    State(desk): State<Desk>,
    Path((number, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let caller = sender(&desk, &number, &headers).await?;
    let file = files::find(&desk, &caller, &file).await?;
    Ok(files::served(file.ok_or_else(InfobipError::missing)?))
}
