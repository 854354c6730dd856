//! What programs know of a conversation, name by name.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use contract::Actor;
use contract::token::Scope;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Answer;
use super::caller::Caller;
use super::input::Input;
use super::verbs::refused;
use crate::domain::attributes::{self, Attributes, Changes};
use crate::flows;
use crate::http::error::Problem;
use crate::state::Desk;

/// What is to be known.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAttributes {
    /// Name by name: text, a number, or yes and no, which are kept as text; null takes one away. What is not named stays.
    /// At most 50 of them, with names of 60 and values of 1,000 characters, and 4 KB in all.
    #[schema(value_type = Object)]
    attributes: BTreeMap<String, Value>,
}

/// What is known.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Known {
    /// Name by name.
    #[schema(value_type = Object)]
    attributes: Attributes,
}

/// Get the attributes of a conversation.
#[utoipa::path(get, path = "/conversations/{id}/attributes", tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")), responses((status = 200, body = Known)))]
pub(super) async fn read(State(desk): State<Desk>, caller: Caller, Path(id): Path<String>) -> Answer<Known> {
    caller.must(Scope::ConversationsRead)?;
    let card = caller.conversation(&desk, &id).await?;
    Ok(Json(Known { attributes: desk.store.attributes(card.id).await? }))
}

/// Set attributes of a conversation.
///
/// Customer number, order, plan: what other programs need to know of it. What changed is told as `attributes_changed`. A
/// bot sets them while it has the conversation.
#[utoipa::path(post, path = "/conversations/{id}/attributes", tag = "Conversations", request_body = NewAttributes,
    params(("id" = Uuid, Path, description = "The conversation")), responses((status = 200, body = Known)))]
pub(super) async fn set(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(new): Input<NewAttributes>,
) -> Answer<Known> {
    caller.must(Scope::ConversationsWrite)?;
    let card = caller.conversation(&desk, &id).await?;
    let changes = changes(new.attributes)?;
    // What is too much by itself is refused with its place; together with what is known the flow looks at it.
    checked(&changes)?;
    let known = flows::attributes::of_conversation(&desk, by(&caller)?, card.id, &changes).await;
    Ok(Json(Known { attributes: known.map_err(refused)? }))
}

/// As whom a caller acts.
pub(super) fn by(caller: &Caller) -> Result<Actor, Problem> {
    match caller.bot() {
        Some(bot) => Ok(Actor::Bot(bot)),
        None => Ok(Actor::Agent(caller.agent()?.id)),
    }
}

/// What is asked for, as text.
pub(super) fn changes(all: BTreeMap<String, Value>) -> Result<Changes, Problem> {
    let text = |name: &str, value| match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Bool(yes) => Ok(Some(yes.to_string())),
        _ => {
            let why = "attributes are flat: text, a number, yes and no, or null";
            Err(Problem::at(&format!("attributes.{name}"), why))
        }
    };
    all.into_iter().map(|(name, value)| Ok((name.clone(), text(&name, value)?))).collect()
}

/// Refuses what cannot be known whatever is known already.
pub(super) fn checked(changes: &Changes) -> Result<(), Problem> {
    let alone = attributes::change(&Attributes::new(), changes);
    alone.map(drop).map_err(|(name, why)| Problem::at(&format!("attributes.{name}"), why))
}
