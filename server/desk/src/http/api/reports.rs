//! Reports: the numbers behind the charts.

use axum::Json;
use axum::extract::State;
use contract::Time;
use contract::token::Scope;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Answer;
use super::caller::Caller;
use super::input::Asked;
use crate::auth::permission::{Permission, may};
use crate::domain::hours;
use crate::http::error::{Code, Problem};
use crate::public::words::At;
use crate::state::Desk;
use crate::store::reports::{self, By, MOST, Period, Took};

/// The longest period, in days.
const DAYS: i64 = 92;
/// The period where none is asked for, in days.
const USUAL: i64 = 7;
const DAY_MS: i64 = 24 * contract::time::HOUR_MS;

/// What a report tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum Axis {
    /// The day on which it began.
    #[default]
    Day,
    /// The channel.
    Channel,
    /// The team that was asked last.
    Team,
    /// The bot that had it first, or that let go.
    Bot,
    /// The agent who answered first, or who took it.
    Agent,
    /// Why a bot let go. Of handoffs alone.
    Reason,
}

/// Of what a report is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// From when on; absent: seven days before `to`.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<At>,
    /// Until when, at most 92 days later; absent: now.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<At>,
    /// What is told apart.
    #[serde(default)]
    #[param(inline)]
    by: Axis,
    /// The time zone that days are in (`Europe/Berlin`); absent: UTC.
    zone: Option<String>,
}

/// How long something took, in seconds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Seconds {
    /// On average.
    average: f64,
    /// Half of them took no longer.
    median: f64,
    /// Nine of ten took no longer.
    p90: f64,
}

/// Conversations that began.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConversationLine {
    /// What they have in common: a day, or the id of a channel, team, bot or agent; absent: they have none, or these are
    /// all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// What that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// How many began.
    opened: i64,
    /// How many of those are resolved.
    resolved: i64,
    /// How many were handed to people.
    handed_off: i64,
    /// How many a bot had and brought to an end without people.
    contained: i64,
    /// How many a person answered.
    answered: i64,
    /// From the handoff, or the beginning where there was none, to a person's first answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_response_s: Option<Seconds>,
    /// From the beginning to the end, of those that are resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution_s: Option<Seconds>,
}

/// Conversations that began in a period, and where they stand now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConversationReport {
    /// From when on.
    from: At,
    /// Until when.
    to: At,
    /// What is told apart.
    by: Axis,
    /// Line by line; those without any are left out.
    lines: Vec<ConversationLine>,
    /// All of them.
    total: ConversationLine,
}

/// Handoffs that began.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HandoffLine {
    /// What they have in common: a day, a reason, or the id of a channel, team, bot or agent; absent: they have none, or
    /// these are all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// What that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// How many began.
    begun: i64,
    /// How many of those still wait.
    open: i64,
    /// How many somebody has taken.
    taken: i64,
    /// How many went to a bot because nobody could take them.
    fallback: i64,
    /// How often somebody was asked to take one.
    offered: i64,
    /// How often they did not answer in time.
    lapsed: i64,
    /// From the beginning to when somebody had it.
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_s: Option<Seconds>,
}

/// Handoffs that began in a period, and where they stand now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HandoffReport {
    /// From when on.
    from: At,
    /// Until when.
    to: At,
    /// What is told apart.
    by: Axis,
    /// Line by line; those without any are left out.
    lines: Vec<HandoffLine>,
    /// All of them.
    total: HandoffLine,
}

/// Report on conversations.
///
/// Those that began in a period: how many were resolved, handed to people, or brought to an end by a bot alone, and how
/// long it took. For admins.
#[utoipa::path(get, path = "/reports/conversations", tag = "Reports", params(Wish),
    responses((status = 200, body = ConversationReport)))]
pub(super) async fn conversations(
    State(desk): State<Desk>,
    caller: Caller,
    Asked(wish): Asked<Wish>,
) -> Answer<ConversationReport> {
    let zone = wish.zone.clone().unwrap_or_else(|| "UTC".to_owned());
    let period = period(&desk, &caller, &wish, &zone).await?;
    if period.by == By::Reason {
        return Err(Problem::at("by", "a conversation has no reason: ask for handoffs"));
    }
    let mut lines = desk.store.conversations_report(&period).await?;
    let total = lines.pop().ok_or_else(|| Problem::new(Code::Internal))?;
    Ok(Json(ConversationReport {
        from: At(period.from),
        to: At(period.to),
        by: wish.by,
        lines: lines.into_iter().map(ConversationLine::from).collect(),
        total: total.into(),
    }))
}

/// Report on handoffs.
///
/// Those that began in a period: how many were taken, by whom, after how long, and how often somebody was asked. For
/// admins.
#[utoipa::path(get, path = "/reports/handoffs", tag = "Reports", params(Wish),
    responses((status = 200, body = HandoffReport)))]
pub(super) async fn handoffs(
    State(desk): State<Desk>,
    caller: Caller,
    Asked(wish): Asked<Wish>,
) -> Answer<HandoffReport> {
    let zone = wish.zone.clone().unwrap_or_else(|| "UTC".to_owned());
    let period = period(&desk, &caller, &wish, &zone).await?;
    let mut lines = desk.store.handoffs_report(&period).await?;
    let total = lines.pop().ok_or_else(|| Problem::new(Code::Internal))?;
    Ok(Json(HandoffReport {
        from: At(period.from),
        to: At(period.to),
        by: wish.by,
        lines: lines.into_iter().map(HandoffLine::from).collect(),
        total: total.into(),
    }))
}

/// The period that is asked for, by somebody who may.
async fn period<'a>(desk: &Desk, caller: &Caller, wish: &Wish, zone: &'a str) -> Result<Period<'a>, Problem> {
    caller.must(Scope::ReportsRead)?;
    if !may(caller.agent()?.role, Permission::Reports) {
        return Err(Problem::with(Code::Forbidden, "Reports are for admins."));
    }
    hours::zone(zone).map_err(|why| Problem::at("zone", why))?;
    let to = match wish.to {
        Some(to) => to.0,
        None => desk.store.clock().await?,
    };
    let from = wish.from.map_or(Time(to.0.saturating_sub(USUAL * DAY_MS)), |from| from.0);
    if from >= to {
        return Err(Problem::at("from", "it lies before the end"));
    }
    if to.0.saturating_sub(from.0) > DAYS * DAY_MS {
        return Err(Problem::at("from", format!("a report is of at most {DAYS} days")));
    }
    let by = match wish.by {
        Axis::Day => By::Day,
        Axis::Channel => By::Channel,
        Axis::Team => By::Team,
        Axis::Bot => By::Bot,
        Axis::Agent => By::Agent,
        Axis::Reason => By::Reason,
    };
    let period = Period { from, to, zone, mode: caller.token.mode, by };
    if desk.store.is_too_much(&period).await? {
        let why = format!("more than {MOST} began in this period: ask for a shorter one");
        return Err(Problem::at("from", why));
    }
    Ok(period)
}

impl From<Took> for Seconds {
    fn from(took: Took) -> Seconds {
        let seconds = |ms: f64| (ms / 100.0).round() / 10.0;
        Seconds { average: seconds(took.average), median: seconds(took.median), p90: seconds(took.p90) }
    }
}

impl From<reports::Conversations> for ConversationLine {
    fn from(line: reports::Conversations) -> ConversationLine {
        ConversationLine {
            first_response_s: line.first_response().map(Seconds::from),
            resolution_s: line.resolution().map(Seconds::from),
            key: line.key,
            name: line.name,
            opened: line.opened,
            resolved: line.resolved,
            handed_off: line.handed_off,
            contained: line.contained,
            answered: line.answered,
        }
    }
}

impl From<reports::Handoffs> for HandoffLine {
    fn from(line: reports::Handoffs) -> HandoffLine {
        HandoffLine {
            wait_s: line.wait().map(Seconds::from),
            key: line.key,
            name: line.name,
            begun: line.begun,
            open: line.open,
            taken: line.taken,
            fallback: line.fallback,
            offered: line.offered,
            lapsed: line.lapsed,
        }
    }
}
