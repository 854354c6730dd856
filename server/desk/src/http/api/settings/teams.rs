//! Teams.

use axum::Json;
use axum::extract::{Path, State};
use contract::hours::Hours;
use contract::settings::{Settings, SettingsChange, SettingsPage, TeamSettings};
use contract::team::{Asking, Assigning, CustomerWords, FallbackRule, OnLapse, Placing, TeamDraft};
use contract::token::Scope;
use contract::{AgentId, TeamId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::{Office, enter, odd};
use crate::http::error::Problem;
use crate::state::Desk;

/// What becomes of handoffs. A team's goes before its channel's, piece by piece.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Placed {
    /// When people answer: `zone`, `week` of `day` (1 is Monday), `from` and `to` in minutes since midnight, and `holidays`
    /// with a `date`. Null: always.
    #[schema(value_type = Option<Object>)]
    hours: Option<Hours>,
    /// Who is asked, one after the other: `{"agent": {"name", "seconds"}}`, `{"team": {"name", "seconds"}}`,
    /// `{"skill": {"seconds"}}`, `"bot_keeps"` or `"callback"`. Empty: the team.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    ladder: Vec<contract::handoff::Rung>,
    /// What customers are told: `kind`, `language` and `text`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    texts: Vec<CustomerWords>,
    /// When a bot steps in: `on` what, and from which `limit`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    fallbacks: Vec<FallbackRule>,
    /// Which bot that is.
    #[schema(value_type = Option<Uuid>)]
    fallback_bot: Option<contract::BotId>,
}

impl From<Placing> for Placed {
    fn from(placing: Placing) -> Placed {
        let Placing { hours, ladder, texts, fallbacks, fallback_bot } = placing;
        Placed { hours, ladder, texts, fallbacks, fallback_bot }
    }
}

impl From<Placed> for Placing {
    fn from(placed: Placed) -> Placing {
        let Placed { hours, ladder, texts, fallbacks, fallback_bot } = placed;
        Placing { hours, ladder, texts, fallbacks, fallback_bot }
    }
}

/// A team.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Team {
    /// Which.
    id: Uuid,
    /// What people here call it.
    name: String,
    /// The time zone that its times are in.
    zone: String,
    /// How it is asked: `one_by_one`, `all` at once, or `assign`: nobody is asked, it is given to whoever can have it.
    #[schema(value_type = String)]
    asking: Asking,
    /// How its conversations find their people: `strategy`, `capacity`, `relax_seconds`, `sticky_minutes` and
    /// `grace_seconds`.
    #[schema(value_type = Object)]
    assigning: Assigning,
    /// How long somebody is asked, in seconds.
    offer_seconds: i32,
    /// What becomes of somebody who lets an offer lapse: `stays` or `away`.
    #[schema(value_type = String)]
    on_lapse: OnLapse,
    /// The agents in it.
    members: Vec<Uuid>,
    /// What becomes of its handoffs.
    placing: Placed,
    /// What is missing in its texts, in words.
    missing: Vec<String>,
}

/// The teams.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Teams {
    /// Sorted by name.
    teams: Vec<Team>,
}

/// A team to be made or changed. What is left out of a change stays as it is.
#[derive(Debug, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct TeamWish {
    /// What people here call it. A new one needs it.
    name: Option<String>,
    /// The time zone that its times are in (`Europe/Berlin`); absent: UTC.
    zone: Option<String>,
    /// How it is asked: `one_by_one`, `all` at once, or `assign`: nobody is asked, it is given to whoever can have it.
    #[schema(value_type = Option<String>)]
    asking: Option<Asking>,
    /// How its conversations find their people, as a whole: `strategy` (`round_robin`, `least_busy`, `longest_idle` or
    /// `manual`), `capacity`, `relax_seconds`, `sticky_minutes` and `grace_seconds`.
    #[schema(value_type = Option<Object>)]
    assigning: Option<Assigning>,
    /// How long somebody is asked, 5 to 3600 seconds; absent: 30.
    offer_seconds: Option<i32>,
    /// What becomes of somebody who lets an offer lapse: `stays` or `away`.
    #[schema(value_type = Option<String>)]
    on_lapse: Option<OnLapse>,
    /// The agents in it.
    members: Option<Vec<Uuid>>,
    /// What becomes of its handoffs, as a whole.
    placing: Option<Placed>,
}

impl From<contract::team::Team> for Team {
    fn from(team: contract::team::Team) -> Team {
        let draft = team.draft;
        Team {
            id: team.id.0,
            name: draft.name,
            zone: draft.zone,
            asking: draft.asking,
            assigning: draft.assigning,
            offer_seconds: draft.offer_seconds,
            on_lapse: draft.on_lapse,
            members: draft.members.into_iter().map(|agent| agent.0).collect(),
            placing: draft.placing.into(),
            missing: team.missing,
        }
    }
}

impl TeamWish {
    /// A team as it is to be, from what it was.
    fn over(self, was: TeamDraft) -> TeamDraft {
        TeamDraft {
            name: self.name.unwrap_or(was.name),
            zone: self.zone.unwrap_or(was.zone),
            asking: self.asking.unwrap_or(was.asking),
            assigning: self.assigning.unwrap_or(was.assigning),
            offer_seconds: self.offer_seconds.unwrap_or(was.offer_seconds),
            on_lapse: self.on_lapse.unwrap_or(was.on_lapse),
            members: self.members.map_or(was.members, |members| members.into_iter().map(AgentId).collect()),
            placing: self.placing.map_or(was.placing, Placing::from),
        }
    }
}

pub(super) async fn shown(office: &Office<'_>) -> Result<TeamSettings, Problem> {
    match office.page(SettingsPage::Teams).await? {
        Settings::Teams(teams) => Ok(teams),
        _ => Err(odd()),
    }
}

async fn team(office: &Office<'_>, id: &str) -> Result<contract::team::Team, Problem> {
    let id: TeamId = id.parse().map_err(|_| missing())?;
    let all = shown(office).await?.teams;
    all.into_iter().find(|team| team.id == id).ok_or_else(missing)
}

/// List teams.
#[utoipa::path(get, path = "/teams", tag = "Settings", responses((status = 200, body = Teams)))]
pub(in crate::http::api) async fn list(State(desk): State<Desk>, caller: Caller) -> Answer<Teams> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    let teams = shown(&office).await?.teams;
    Ok(Json(Teams { teams: teams.into_iter().map(Team::from).collect() }))
}

/// Get a team.
#[utoipa::path(get, path = "/teams/{id}", tag = "Settings", params(("id" = Uuid, Path, description = "The team")),
    responses((status = 200, body = Team)))]
pub(in crate::http::api) async fn one(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Team> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(team(&office, &id).await?.into()))
}

/// Make a team.
#[utoipa::path(post, path = "/teams", tag = "Settings", request_body = TeamWish,
    responses((status = 201, body = Team)))]
pub(in crate::http::api) async fn make(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<TeamWish>,
) -> Result<(StatusCode, Json<Team>), Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let new = TeamDraft {
        name: wish.name.clone().ok_or_else(|| Problem::at("name", "a team needs a name"))?,
        zone: "UTC".to_owned(),
        asking: Asking::default(),
        assigning: Assigning::default(),
        offer_seconds: 30,
        on_lapse: OnLapse::default(),
        members: Vec::new(),
        placing: Placing::default(),
    };
    let draft = wish.over(new);
    let name = draft.name.trim().to_lowercase();
    office.change(SettingsChange::SaveTeam { team: None, draft: Box::new(draft) }).await?;
    // Two teams never have the same name.
    let made = shown(&office).await?.teams.into_iter().find(|team| team.draft.name.to_lowercase() == name);
    Ok((StatusCode::CREATED, Json(made.ok_or_else(missing)?.into())))
}

/// Change a team.
#[utoipa::path(patch, path = "/teams/{id}", tag = "Settings", request_body = TeamWish,
    params(("id" = Uuid, Path, description = "The team")), responses((status = 200, body = Team)))]
pub(in crate::http::api) async fn change(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(wish): Input<TeamWish>,
) -> Answer<Team> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = team(&office, &id).await?;
    let draft = Box::new(wish.over(was.draft));
    office.change(SettingsChange::SaveTeam { team: Some(was.id), draft }).await?;
    Ok(Json(team(&office, &id).await?.into()))
}

/// Remove a team.
///
/// Its channels have none then; who was asked goes on with the next rung.
#[utoipa::path(delete, path = "/teams/{id}", tag = "Settings", params(("id" = Uuid, Path, description = "The team")),
    responses((status = 204)))]
pub(in crate::http::api) async fn remove(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = team(&office, &id).await?;
    office.change(SettingsChange::RemoveTeam { team: was.id }).await?;
    Ok(StatusCode::NO_CONTENT)
}
