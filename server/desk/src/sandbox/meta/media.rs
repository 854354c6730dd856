//! Files: uploaded for an id, fetched by an id that leads to an address, both with the token.

use axum::Json;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Meta;
use super::error::GraphError;
use super::graph::{Numbered, Result, authorised, opened};
use crate::Desk;
use crate::sandbox::access::Caller;
use crate::sandbox::digits::hex;
use crate::sandbox::files::{self, LARGEST};
use crate::sandbox::stand_in::StandIn;
use crate::store::sandbox::{File, NewFile};

/// The route that takes files.
pub(super) fn upload() -> MethodRouter<Desk> {
    post(take).layer(DefaultBodyLimit::max(LARGEST + (1 << 20)))
}

async fn take(
    State(desk): State<Desk>,
    Path((_, number)): Numbered,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response> {
    let caller = authorised(&desk, &number, &headers).await?;
    let file = read(&caller, form).await?;
    let id = file.id.clone();
    let mut tx = desk.store.begin().await?;
    tx.sandbox_add_file(&file).await?;
    tx.commit().await?;
    Ok(Json(json!({ "id": id })).into_response())
}

/// The file in a form: its part's own type counts.
async fn read(caller: &Caller, mut form: Multipart) -> Result<NewFile> {
    let wrong = |error: axum::extract::multipart::MultipartError| {
        GraphError::new(100, format!("(#100) The form cannot be read: {}", error.body_text()))
    };
    let (mut product, mut file) = (String::new(), None);
    while let Some(part) = form.next_field().await.map_err(wrong)? {
        match part.name() {
            Some("messaging_product") => product = part.text().await.map_err(wrong)?,
            Some("file") => {
                let mime = part.content_type().unwrap_or("application/octet-stream").to_owned();
                let name = part.file_name().map(str::to_owned);
                let bytes = part.bytes().await.map_err(wrong)?.to_vec();
                file =
                    Some(NewFile { id: Meta.file_id(), connection: caller.connection(), mime, name, bytes });
            }
            _ => {}
        }
    }
    if product != "whatsapp" {
        return Err(GraphError::new(100, "(#100) The parameter messaging_product is required.").into());
    }
    let missing = || GraphError::new(100, "(#100) The parameter file is required.");
    Ok(file.filter(|file| !file.bytes.is_empty()).ok_or_else(missing)?)
}

/// The file with this id that a token opens.
async fn find(desk: &Desk, id: &str, headers: &HeaderMap) -> Result<(Caller, File)> {
    for caller in opened(desk, headers).await? {
        if let Some(file) = files::find(desk, &caller, id).await? {
            return Ok((caller, file));
        }
    }
    Err(GraphError::unknown_object(id).into())
}

/// What an id leads to: the address of the bytes.
pub(super) async fn about(desk: &Desk, id: &str, headers: &HeaderMap) -> Result<Response> {
    let (caller, file) = find(desk, id, headers).await?;
    let about = json!({
        "messaging_product": "whatsapp",
        "url": format!("{}/lookaside/{id}", caller.account.api_base),
        "mime_type": file.mime,
        "sha256": hex(&Sha256::digest(&file.bytes)),
        "file_size": file.bytes.len(),
        "id": id,
    });
    Ok(Json(about).into_response())
}

/// The bytes; the token is wanted here too.
pub(super) async fn bytes(
    State(desk): State<Desk>,
    Path((_, id)): Numbered,
    headers: HeaderMap,
) -> Result<Response> {
    let (_, file) = find(&desk, &id, &headers).await?;
    Ok(files::served(file))
}
