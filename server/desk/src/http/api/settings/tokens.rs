//! Tokens of this API. A token makes none that is good for more than it is itself.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use contract::connection::{SettingsTask, TaskDone};
use contract::settings::{Settings, SettingsPage};
use contract::token::{Mode, NewToken, Scope, TokenCard, TokenHolder, TokenTask};
use contract::{BotId, Owner, TokenId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::{Office, enter, odd, with_secret};
use crate::http::error::{Code, Problem};
use crate::public::words::{At, Party};
use crate::state::Desk;

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct TokenLine {
    /// Which.
    id: Uuid,
    /// What people here call it.
    name: String,
    /// `live`, or `test`: then it reaches the channels of the built-in stand-ins alone.
    mode: &'static str,
    /// As whom it acts: a bot or an agent.
    acts_as: Party,
    /// What it is good for.
    scopes: Vec<&'static str>,
    /// The last characters of its secret.
    hint: String,
    /// When it was made.
    created_at: At,
    /// Until when it is good; absent: for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<At>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<At>,
    /// When it was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<At>,
}

/// The tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Tokens {
    /// The latest first.
    tokens: Vec<TokenLine>,
}

/// A token with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct TokenWithSecret {
    #[serde(flatten)]
    token: TokenLine,
    /// The secret (`baton_live_…`). It is told this once.
    secret: String,
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(in crate::http::api) struct Wish {
    /// What people here call it.
    name: String,
    /// `live`, or `test`: then it reaches the channels of the built-in stand-ins alone.
    #[schema(value_type = String)]
    mode: Mode,
    /// As which bot it acts; absent: as the person of the token that makes it.
    bot: Option<Uuid>,
    /// What it is good for: nothing that the token is not good for that makes it.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// For how many days it is good; absent: for ever.
    days: Option<u32>,
}

/// A new secret for a token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Rotation {
    /// For how many hours the old one is still good, at most 168.
    #[serde(default)]
    overlap_hours: u32,
}

impl From<TokenCard> for TokenLine {
    fn from(card: TokenCard) -> TokenLine {
        let acts_as = match card.holder {
            TokenHolder::Bot { id, name } => Party::from(Owner::Bot(id)).named(Some(name)),
            TokenHolder::Person { id, name } => Party::from(Owner::Agent(id)).named(Some(name)),
        };
        TokenLine {
            id: card.id.0,
            name: card.name,
            mode: card.mode.as_str(),
            acts_as,
            scopes: card.scopes.iter().map(|scope| scope.as_str()).collect(),
            hint: card.hint,
            created_at: At(card.created_at),
            expires_at: card.expires_at.map(At),
            revoked_at: card.revoked_at.map(At),
            last_used_at: card.last_used_at.map(At),
        }
    }
}

async fn all(office: &Office<'_>) -> Result<Vec<TokenCard>, Problem> {
    match office.page(SettingsPage::Tokens).await? {
        Settings::Tokens(page) => Ok(page.tokens),
        _ => Err(odd()),
    }
}

async fn known(office: &Office<'_>, id: &str) -> Result<TokenCard, Problem> {
    let id: TokenId = id.parse().map_err(|_| missing())?;
    all(office).await?.into_iter().find(|card| card.id == id).ok_or_else(missing)
}

/// Refuses what would be good for more than the caller is.
fn within(caller: &Caller, scopes: &[Scope]) -> Result<(), Problem> {
    match scopes.iter().find(|scope| !caller.token.scopes.contains(scope)) {
        None => Ok(()),
        Some(scope) => {
            let why = format!("This token is not good for {} itself.", scope.as_str());
            Err(Problem::with(Code::MissingScope, why).and("scope", scope))
        }
    }
}

/// List tokens.
#[utoipa::path(get, path = "/tokens", tag = "Settings", responses((status = 200, body = Tokens)))]
pub(in crate::http::api) async fn list(State(desk): State<Desk>, caller: Caller) -> Answer<Tokens> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(Tokens { tokens: all(&office).await?.into_iter().map(TokenLine::from).collect() }))
}

/// Make a token.
///
/// The answer has its secret, this once.
#[utoipa::path(post, path = "/tokens", tag = "Settings", request_body = Wish,
    responses((status = 201, body = TokenWithSecret)))]
pub(in crate::http::api) async fn make(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<Wish>,
) -> Result<Response, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    within(&caller, &wish.scopes)?;
    let new = NewToken {
        name: wish.name,
        mode: wish.mode,
        bot: wish.bot.map(BotId),
        scopes: wish.scopes,
        days: wish.days,
    };
    let secret = secret(office.run(SettingsTask::Token(TokenTask::Create(new))).await?)?;
    let made = desk.store.token(&crate::auth::tokens::hash(&secret).ok_or_else(odd)?).await?;
    let id = made.ok_or_else(odd)?.token.id;
    let token = known(&office, &id.to_string()).await?.into();
    Ok(with_secret(StatusCode::CREATED, &TokenWithSecret { token, secret }))
}

/// Give a token a new secret.
///
/// The answer has it, this once.
#[utoipa::path(post, path = "/tokens/{id}/rotate", tag = "Settings", request_body = Rotation,
    params(("id" = Uuid, Path, description = "The token")), responses((status = 200, body = TokenWithSecret)))]
pub(in crate::http::api) async fn rotate(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(wish): Input<Rotation>,
) -> Result<Response, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = known(&office, &id).await?;
    within(&caller, &was.scopes)?;
    let task = TokenTask::Rotate { token: was.id, overlap_hours: wish.overlap_hours };
    let secret = secret(office.run(SettingsTask::Token(task)).await?)?;
    let token = known(&office, &id).await?.into();
    Ok(with_secret(StatusCode::OK, &TokenWithSecret { token, secret }))
}

/// Revoke a token.
///
/// It is good for nothing from now on.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "Settings", params(("id" = Uuid, Path, description = "The token")),
    responses((status = 204)))]
pub(in crate::http::api) async fn revoke(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let token = known(&office, &id).await?.id;
    office.run(SettingsTask::Token(TokenTask::Revoke { token })).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn secret(done: TaskDone) -> Result<String, Problem> {
    match done {
        TaskDone::Token { secret: Some(secret) } => Ok(secret),
        _ => Err(odd()),
    }
}
