//! Files: taken to be sent, and handed out.

use axum::Json;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use contract::token::Scope;
use contract::{Author, FileId};
use http::{HeaderMap, Method, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::{Caller, missing};
use super::input::Asked;
use super::verbs::not_owner;
use crate::auth::limits;
use crate::http::error::{Code, Problem};
use crate::http::files::{Wish, serve, upload::receive};
use crate::state::Desk;

/// For which conversation.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct For {
    /// The conversation in which it is to be sent.
    conversation: Uuid,
}

/// A file to upload.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the form is read part by part; this is its description")]
pub(super) struct Upload {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A file that is here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Uploaded {
    /// Name it as `media_id` in the message that sends it.
    id: Uuid,
    /// What it will be sent as: `image`, `video`, `audio`, `voice` or `document`.
    kind: &'static str,
    /// Its type, by its first bytes.
    mime_type: Option<String>,
    /// Its size in bytes.
    size: Option<i64>,
}

/// Upload a file.
///
/// It is looked at, and refused where the channel cannot carry it. What is not sent within a day is deleted.
#[utoipa::path(post, path = "/media", tag = "Media", params(For),
    request_body(content = Upload, content_type = "multipart/form-data"), responses((status = 201, body = Uploaded)))]
pub(super) async fn upload(
    State(desk): State<Desk>,
    caller: Caller,
    Asked(target): Asked<For>,
    form: Multipart,
) -> Result<(StatusCode, Json<Uploaded>), Problem> {
    caller.must(Scope::MessagesWrite)?;
    let card = caller.conversation(&desk, &target.conversation.to_string()).await?;
    let by = match caller.bot() {
        Some(bot) if card.owner != contract::Owner::Bot(bot) => return Err(not_owner(&card)),
        Some(bot) => Author::Bot(bot),
        None => Author::Agent(caller.agent()?.id),
    };
    if !limits::may_upload(&desk, caller.token.id.0).await? {
        let why = "You have sent many files within a minute. Wait a moment and try again.";
        return Err(Problem::with(Code::Throttled, why));
    }
    let media = receive(&desk, by, card.id, form).await?;
    let uploaded = Uploaded {
        id: media.file.ok_or_else(missing)?.0,
        kind: media.kind.as_str(),
        mime_type: media.mime,
        size: media.size,
    };
    Ok((StatusCode::CREATED, Json(uploaded)))
}

/// Fetch a file.
///
/// Its bytes, or a part of them by `Range`.
#[utoipa::path(get, path = "/media/{id}", tag = "Media", params(("id" = Uuid, Path, description = "The file")),
    responses((status = 200, description = "The bytes", content_type = "application/octet-stream")))]
pub(super) async fn fetch(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.must(Scope::ConversationsRead)?;
    let id: FileId = id.parse().map_err(|_| missing())?;
    let file = desk.store.ready_file(id).await?.ok_or_else(missing)?;
    let conversation = file.conversation.filter(|_| file.message.is_some()).ok_or_else(missing)?;
    let card = caller.conversation(&desk, &conversation.to_string()).await?;
    match caller.bot() {
        Some(bot) if card.owner != contract::Owner::Bot(bot) => Err(not_owner(&card)),
        _ => serve(&desk, &file, &Wish { method, headers }).await,
    }
}
