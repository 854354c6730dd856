//! Who is there: whether a customer who is let go of now would have somebody, when, and after how long.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use contract::team::Placing;
use contract::token::{Mode, Scope};
use contract::{ChannelId, TeamId, Time};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Answer;
use super::caller::Caller;
use crate::domain::{hours, wait};
use crate::public::words::At;
use crate::state::Desk;
use crate::store::availability::{Attendance, Circle};

/// Who is there.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Availability {
    /// Whether anybody takes work now.
    available: bool,
    /// How many take work.
    agents_online: i64,
    /// How many are there and take none.
    agents_away: i64,
    /// Conversations that wait for somebody.
    waiting: u32,
    /// How long somebody who begins to wait now waits, in seconds: measured, and rather too long than too short. Null
    /// where nobody is there, or too little was measured.
    expected_wait_s: Option<i64>,
    /// Channel by channel, sorted by name.
    channels: Vec<OfChannel>,
    /// Team by team, sorted by name.
    teams: Vec<OfTeam>,
    /// What those are good at who take work, sorted.
    skills: Vec<OfSkill>,
}

/// Whether somebody would answer now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Standing {
    /// Whether it is open: somebody takes work, and it is within the hours.
    available: bool,
    /// Whether it is within the hours. Without hours it always is.
    open: bool,
    /// When it opens next, where it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<At>,
    /// How many of those who answer take work now.
    agents_online: i64,
    /// How many of them are there and take none.
    agents_away: i64,
    /// Conversations that wait for them, as far as that is counted.
    waiting: i32,
    /// How long somebody who begins to wait now waits, in seconds. Null where it is closed, nobody is there, or too little
    /// was measured.
    expected_wait_s: Option<i64>,
}

/// One channel.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OfChannel {
    /// Which.
    id: Uuid,
    /// What people here call it.
    name: String,
    /// The team that answers on it; absent: everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    team_id: Option<Uuid>,
    #[serde(flatten)]
    standing: Standing,
}

/// One team.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OfTeam {
    /// Which.
    id: Uuid,
    /// What people here call it.
    name: String,
    #[serde(flatten)]
    standing: Standing,
}

/// How many are good at something.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OfSkill {
    /// What it is.
    skill: String,
    /// How many of those who take work are.
    agents_online: i64,
}

/// Ask who is there.
///
/// Before a bot promises somebody to a customer: whether it is open on a channel and for a team, when it opens next, who
/// is there, and for how long one waits.
#[utoipa::path(get, path = "/availability", tag = "Desk", responses((status = 200, body = Availability)))]
pub(super) async fn availability(State(desk): State<Desk>, caller: Caller) -> Answer<Availability> {
    caller.must(Scope::DeskRead)?;
    let attendance = desk.store.attendance().await?;
    let teams = desk.store.teams().await?;
    let placings: HashMap<TeamId, &Placing> =
        teams.iter().map(|team| (team.id, &team.draft.placing)).collect();
    let reached: Vec<ChannelId> = desk
        .store
        .line_rows()
        .await?
        .into_iter()
        .filter(|line| line.sandbox || caller.token.mode == Mode::Live)
        .map(|line| line.id)
        .collect();
    let channels = desk.store.channel_placings().await?.into_iter().filter_map(|(name, placed)| {
        let id = placed.channel.filter(|id| reached.contains(id))?;
        let own = placed.team.and_then(|team| placings.get(&team).copied());
        let circle = placed.team.map_or(Some(&attendance.all), |team| attendance.teams.get(&team))?;
        let standing = standing(&attendance, circle, [own, Some(&placed.placing)]);
        Some(OfChannel { id: id.0, name, team_id: placed.team.map(|team| team.0), standing })
    });
    let of_team = teams.iter().filter_map(|team| {
        let circle = attendance.teams.get(&team.id)?;
        let standing = standing(&attendance, circle, [Some(&team.draft.placing), None]);
        Some(OfTeam { id: team.id.0, name: team.draft.name.clone(), standing })
    });
    let all = standing(&attendance, &attendance.all, [None, None]);
    Ok(Json(Availability {
        available: all.available,
        agents_online: all.agents_online,
        agents_away: all.agents_away,
        waiting: desk.hub.waiting(),
        expected_wait_s: all.expected_wait_s,
        channels: channels.collect(),
        teams: of_team.collect(),
        skills: attendance
            .skills
            .iter()
            .map(|(skill, agents_online)| OfSkill { skill: skill.clone(), agents_online: *agents_online })
            .collect(),
    }))
}

/// How it stands where these say when people answer, the first that does counting.
fn standing(attendance: &Attendance, circle: &Circle, placings: [Option<&Placing>; 2]) -> Standing {
    let hours = placings.into_iter().flatten().find_map(|placing| placing.hours.as_ref());
    // Hours that cannot be read close nothing: so it is for handoffs too.
    let hours = hours.and_then(|hours| hours::check(hours).ok());
    let open = hours.as_ref().is_none_or(|hours| hours.is_open(attendance.now));
    let opens_at: Option<Time> = hours.filter(|_| !open).and_then(|hours| hours.next_open(attendance.now));
    let available = open && circle.online > 0;
    Standing {
        available,
        open,
        opens_at: opens_at.map(At),
        agents_online: circle.online,
        agents_away: circle.away,
        waiting: circle.waiting,
        expected_wait_s: available
            .then(|| wait::minutes(&circle.measured, circle.waiting))
            .flatten()
            .map(|minutes| minutes * 60),
    }
}
