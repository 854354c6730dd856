//! Templates: reading them from the provider, and making one there.

use axum::extract::{Path, State};
use contract::ConnectionId;
use contract::settings::SettingsChange;
use contract::template::{TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader};
use contract::token::Scope;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::caller::Caller;
use super::super::input::Input;
use super::connections::known;
use super::enter;
use super::webhooks::Nothing;
use crate::http::error::Problem;
use crate::state::Desk;

/// A template to be made at a provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct NewTemplateDraft {
    /// At which connection.
    connection_id: Uuid,
    /// Its name: lower-case letters, digits and underscores.
    name: String,
    /// Its language (`en_US`).
    language: String,
    /// What it is for.
    #[schema(value_type = String)]
    category: TemplateCategory,
    /// What stands at its top: `{"format": "text", "text": "…"}`, or a `format` of `image`, `video`, `document` or
    /// `location`.
    #[schema(value_type = Option<Object>)]
    header: Option<TemplateHeader>,
    /// Its text, with `{{1}}`, `{{2}}` where variables stand.
    body: String,
    /// A small line below it.
    footer: Option<String>,
    /// Its buttons, in order.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    buttons: Vec<TemplateButtonInfo>,
    /// A sample for every variable, by name: `1`, and `header` for that of the header, `button:0` for that of a link.
    #[serde(default)]
    #[schema(value_type = Object)]
    samples: std::collections::BTreeMap<String, String>,
}

/// Make a template at the provider and submit it.
///
/// It can be sent once the provider has approved it.
#[utoipa::path(post, path = "/templates", tag = "Settings", request_body = NewTemplateDraft,
    responses((status = 204)))]
pub(in crate::http::api) async fn submit(
    State(desk): State<Desk>,
    caller: Caller,
    Input(new): Input<NewTemplateDraft>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let draft = TemplateDraft {
        name: new.name,
        language: new.language,
        category: new.category,
        header: new.header,
        body: new.body,
        footer: new.footer,
        buttons: new.buttons,
        samples: new.samples.into_iter().collect(),
    };
    let connection = ConnectionId(new.connection_id);
    office.change(SettingsChange::SubmitTemplate { connection, draft }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read a connection's templates now.
#[utoipa::path(post, path = "/connections/{id}/templates", tag = "Settings", request_body = Nothing,
    params(("id" = Uuid, Path, description = "The connection")), responses((status = 204)))]
pub(in crate::http::api) async fn read(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(Nothing {}): Input<Nothing>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let connection = known(&office, &id).await?.connection.id;
    office.change(SettingsChange::SyncTemplates { connection }).await?;
    Ok(StatusCode::NO_CONTENT)
}
