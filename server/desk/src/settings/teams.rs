//! Teams, and where handoffs go.

use contract::settings::{ChangeRefused, Settings, TeamSettings};
use contract::team::{ChannelPlacing, TeamDraft};
use contract::{AgentId, ChannelId, TeamId};

use super::{failed, refused};
use crate::flows::{self, Failed, teams};
use crate::{Desk, store};

/// The screen.
pub(super) async fn page(desk: &Desk) -> store::Result<Settings> {
    let mut all = desk.store.teams().await?;
    for team in &mut all {
        team.missing = teams::missing(&team.draft.placing);
    }
    Ok(Settings::Teams(TeamSettings {
        teams: all,
        channels: desk.store.channel_placings().await?,
        people: desk.store.team_people().await?,
        bots: desk.store.bots_by_name().await?,
    }))
}

/// Makes or changes a team.
pub(super) async fn save(desk: &Desk, team: Option<TeamId>, draft: TeamDraft) -> Result<(), ChangeRefused> {
    let id = teams::save(desk, team, draft).await.map_err(told)?;
    tracing::info!(team = %id, "a team was set up");
    Ok(())
}

/// Takes a team away.
pub(super) async fn remove(desk: &Desk, team: TeamId) -> Result<(), ChangeRefused> {
    teams::remove(desk, team).await.map_err(told)?;
    tracing::info!(team = %team, "a team was taken away");
    Ok(())
}

/// Sets where a channel's handoffs go.
pub(super) async fn place_channel(
    desk: &Desk,
    channel: ChannelId,
    placing: &ChannelPlacing,
) -> Result<(), ChangeRefused> {
    teams::place_channel(desk, channel, placing).await.map_err(told)
}

/// Sets what somebody is good at.
pub(super) async fn set_skills(desk: &Desk, who: AgentId, skills: &[String]) -> Result<(), ChangeRefused> {
    teams::set_skills(desk, who, skills).await.map_err(told)
}

/// Sets how many conversations somebody is given at once.
pub(super) async fn set_capacity(
    desk: &Desk,
    who: AgentId,
    capacity: Option<i32>,
) -> Result<(), ChangeRefused> {
    teams::set_capacity(desk, who, capacity).await.map_err(told)
}

fn told(error: Failed) -> ChangeRefused {
    match error {
        Failed::Refused(why) => refused(flows::sentence(&why, None)),
        Failed::Store(error) => failed(error),
    }
}
