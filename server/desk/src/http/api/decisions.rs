//! Why a conversation is where it is.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use contract::rules::{Decision, Done, Looked, Value};
use contract::token::Scope;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Answer;
use super::caller::Caller;
use super::conversations::limit;
use super::input::Asked;
use crate::http::error::Problem;
use crate::public::words::At;
use crate::state::Desk;

/// Decisions on a page, at most.
const MOST: u32 = 50;
/// Decisions on a page, as a rule.
const USUAL: u32 = 20;

/// Which decisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// Where the page before ended: its `next`.
    cursor: Option<String>,
    /// How many, at most 50.
    limit: Option<u32>,
}

/// Rules were looked at, because something happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleDecision)]
pub(super) struct Line {
    /// What happened: `conversation_opened`, `handed_off` and so on.
    event: String,
    /// The number of the last event before it.
    seq: i64,
    /// When.
    at: At,
    /// The version of the rules.
    version: i32,
    /// The rules that held.
    matched: Vec<Uuid>,
    /// All that was known, fact by fact.
    #[schema(value_type = Object)]
    facts: BTreeMap<String, Value>,
    /// What facts were before that have changed.
    #[schema(value_type = Object)]
    before: BTreeMap<String, Value>,
    /// Each rule that listens, with what was compared: `rule`, `name`, `verdict` and `condition`.
    #[schema(value_type = Vec<Object>)]
    trace: Vec<Looked>,
    /// What was done: `rule`, `act`, `outcome` (`done`, `instead`, `refused`) and `why`.
    #[schema(value_type = Vec<Object>)]
    done: Vec<Done>,
}

/// A page of decisions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleDecisions)]
pub(super) struct Decisions {
    /// The decisions, the latest first.
    decisions: Vec<Line>,
    /// Where the next page begins; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<Decision> for Line {
    fn from(decision: Decision) -> Line {
        Line {
            event: decision.event,
            seq: decision.seq,
            at: At(decision.at),
            version: decision.version,
            matched: decision.matched.into_iter().map(|rule| rule.0).collect(),
            facts: decision.facts.are,
            before: decision.facts.were,
            trace: decision.trace,
            done: decision.done,
        }
    }
}

/// List the decisions about a conversation.
///
/// Why it is where it is: what routing rules have looked at, compared and done, for 30 days.
#[utoipa::path(get, path = "/conversations/{id}/decisions", tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation"), Wish),
    responses((status = 200, body = Decisions)))]
pub(super) async fn list(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(wish): Asked<Wish>,
) -> Answer<Decisions> {
    caller.must(Scope::ConversationsRead)?;
    let card = caller.conversation(&desk, &id).await?;
    let limit = limit(wish.limit, USUAL, MOST)?;
    let before = wish.cursor.as_deref().map(str::parse::<i64>).transpose().map_err(|_| {
        Problem::at("cursor", "this is no cursor: take the `next` of the page before, as it stands")
    })?;
    let mut all = desk.store.rule_decisions(card.id, before, i64::from(limit) + 1).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = all.len() > wanted;
    all.truncate(wanted);
    let next = all.last().filter(|_| more).map(|(place, _)| place.to_string());
    Ok(Json(Decisions { decisions: all.into_iter().map(|(_, decision)| decision.into()).collect(), next }))
}
