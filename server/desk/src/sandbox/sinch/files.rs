//! Files of customers, at an address that wants no token.

use axum::extract::{Path, State};
use axum::response::Response;

use super::error::{Result, SinchError};
use crate::Desk;
use crate::sandbox::files;

/// The bytes.
pub(super) async fn bytes(
    State(desk): State<Desk>,
    Path((file, _)): Path<(String, String)>,
) -> Result<Response> {
    let file = desk.store.sandbox_file(&file).await?;
    Ok(files::served(file.ok_or_else(|| SinchError::missing("media"))?))
}
