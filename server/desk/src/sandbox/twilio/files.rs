//! Files of customers: an address that wants the credentials and leads to another one, which wants none.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use contract::Body;
use contract::message::ContactCard;
use serde_json::{Value, json};

use super::calls::{of_account, opened};
use super::error::{Result, TwilioError};
use crate::Desk;
use crate::sandbox::access::Caller;
use crate::sandbox::files;

/// The body of a message that has a file, and the number that it came to.
async fn found(desk: &Desk, callers: &[Caller], message: &str) -> Result<(Caller, Body)> {
    for caller in callers {
        let line = &caller.number.line.provider_channel;
        if let Some((_, held)) = desk.store.sandbox_message(line, message).await? {
            return Ok((caller.clone(), held.body));
        }
    }
    Err(TwilioError::missing(message).into())
}

/// The id of the file of a message.
fn file_of(message: &str, body: &Body) -> Option<String> {
    match body {
        Body::Media(media) => media.id.clone(),
        Body::Contacts { .. } => Some(format!("ME{}", message.get(2..)?)),
        _ => None,
    }
}

/// The files of a message.
pub(super) async fn list(
    State(desk): State<Desk>,
    Path((account, message)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let callers = of_account(&desk, &account, &headers).await?;
    let (_, body) = found(&desk, &callers, &message).await?;
    let entry = |id: String| {
        let path = format!("/2010-04-01/Accounts/{account}/Messages/{message}/Media/{id}.json");
        json!({ "sid": id, "parent_sid": message, "account_sid": account, "content_type": mime(&body), "uri": path })
    };
    let files: Vec<Value> = file_of(&message, &body).into_iter().map(entry).collect();
    Ok(Json(json!({ "media_list": files, "next_page_uri": null })).into_response())
}

fn mime(body: &Body) -> Option<&str> {
    match body {
        Body::Media(media) => media.mime.as_deref(),
        Body::Contacts { .. } => Some("text/vcard"),
        _ => None,
    }
}

/// Where the bytes are.
pub(super) async fn redirect(
    State(desk): State<Desk>,
    Path((account, message, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    of_account(&desk, &account, &headers).await?;
    let callers = opened(&desk, &headers).await?;
    let (caller, body) = found(&desk, &callers, &message).await?;
    if file_of(&message, &body).is_none_or(|id| id != file) {
        return Err(TwilioError::missing(&file).into());
    }
    let to = format!("{}/cdn/{message}/{file}", caller.account.api_base);
    Ok(Redirect::temporary(&to).into_response())
}

/// The bytes.
pub(super) async fn bytes(
    State(desk): State<Desk>,
    Path((message, file)): Path<(String, String)>,
) -> Result<Response> {
    if let Some(file) = desk.store.sandbox_file(&file).await? {
        return Ok(files::served(file));
    }
    let callers = crate::sandbox::access::callers(&desk, &super::Twilio).await?;
    match found(&desk, &callers, &message).await? {
        (_, Body::Contacts { cards }) => {
            let cards: String = cards.iter().map(card).collect();
            Ok(([(header::CONTENT_TYPE, "text/vcard")], cards).into_response())
        }
        _ => Err(TwilioError::missing(&file).into()),
    }
}

/// A contact card as a vCard.
fn card(card: &ContactCard) -> String {
    let line = |text: &str| text.replace(['\r', '\n'], " ");
    let mut lines =
        vec!["BEGIN:VCARD".to_owned(), "VERSION:3.0".to_owned(), format!("FN:{}", line(&card.name))];
    lines.extend(card.phones.iter().map(|phone| format!("TEL:{}", line(&phone.value))));
    lines.extend(card.emails.iter().map(|mail| format!("EMAIL:{}", line(&mail.value))));
    lines.push("END:VCARD\r\n".to_owned());
    lines.join("\r\n")
}
