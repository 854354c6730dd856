//! Why somebody has a conversation, and why somebody else has not.

use axum::Json;
use axum::extract::{Path, State};
use contract::assignment::{Assignment, Choice, Considered, Why};
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

/// Somebody who was looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignmentCandidate)]
struct Candidate {
    /// Who.
    agent: Uuid,
    /// Their name; absent: they are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Whether they could have had it.
    eligible: bool,
    /// `eligible`, or the reason why not: `offline`, `away`, `asked_before`, `full`, `unskilled`, `elsewhere` (being given
    /// something at that moment) or `busy` (asked something else).
    why: &'static str,
    /// Their place among those who could have had it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<u32>,
}

/// Somebody was given a conversation or asked to take it, or nobody was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignmentDecision)]
pub(super) struct Line {
    /// When.
    at: At,
    /// The version of the rules that were live.
    version: i32,
    /// The team whose member it was to be; absent: anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<Uuid>,
    /// How it was chosen: `round_robin`, `least_busy`, `longest_idle` or `manual`.
    strategy: String,
    /// How often less was asked for, as time went by.
    ring: i32,
    /// What came of it: `{"agent": id}`, `{"queue": why}` (`manual`, `team_full`, `nobody_there`, `nobody_free`), `"bot"` or
    /// `"closed"`.
    #[schema(value_type = Object)]
    choice: Choice,
    /// Everybody who was looked at: those who could have it first, in their order.
    candidates: Vec<Candidate>,
}

/// A page of decisions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignmentDecisions)]
pub(super) struct Assignments {
    /// The decisions, the latest first.
    assignments: Vec<Line>,
    /// Where the next page begins; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<Considered> for Candidate {
    fn from(one: Considered) -> Candidate {
        Candidate {
            agent: one.verdict.agent.0,
            name: one.name,
            eligible: one.verdict.why == Why::Eligible,
            why: one.verdict.why.as_str(),
            place: one.verdict.place,
        }
    }
}

impl From<Assignment> for Line {
    fn from(one: Assignment) -> Line {
        Line {
            at: At(one.at),
            version: one.version,
            team: one.team.map(|team| team.0),
            strategy: one.strategy,
            ring: one.ring,
            choice: one.choice,
            candidates: one.considered.into_iter().map(Candidate::from).collect(),
        }
    }
}

/// List the assignments of a conversation.
///
/// Why somebody has it, or was asked to take it, and why somebody else was not: for 30 days. What somebody takes, or gives
/// away, by themself is no such decision.
#[utoipa::path(get, path = "/conversations/{id}/assignments", tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation"), Wish),
    responses((status = 200, body = Assignments)))]
pub(super) async fn list(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(wish): Asked<Wish>,
) -> Answer<Assignments> {
    caller.must(Scope::ConversationsRead)?;
    let card = caller.conversation(&desk, &id).await?;
    let limit = limit(wish.limit, USUAL, MOST)?;
    let before = wish.cursor.as_deref().map(str::parse::<i64>).transpose().map_err(|_| {
        Problem::at("cursor", "this is no cursor: take the `next` of the page before, as it stands")
    })?;
    let mut all = desk.store.assignments(card.id, before, i64::from(limit) + 1).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = all.len() > wanted;
    all.truncate(wanted);
    let next = all.last().filter(|_| more).map(|(place, _)| place.to_string());
    Ok(Json(Assignments { assignments: all.into_iter().map(|(_, one)| one.into()).collect(), next }))
}
