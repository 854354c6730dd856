//! Teams, and where handoffs go.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, BotId};
use crate::team::{ChannelPlacing, Team};

/// Teams, and where handoffs go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamSettings {
    /// All teams, sorted by name.
    pub teams: Vec<Team>,
    /// Every channel's name, and where its handoffs go.
    pub channels: Vec<(String, ChannelPlacing)>,
    /// The people who can be in a team, sorted by name, and what each is good at.
    pub people: Vec<TeamPerson>,
    /// The bots that can step in.
    pub bots: Vec<(BotId, String)>,
}

/// Somebody who can be in a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPerson {
    /// Who.
    pub id: AgentId,
    /// The name that colleagues see.
    pub name: String,
    /// What they are good at; `billing:5`: how good, 1 to 5.
    pub skills: Vec<String>,
    /// How many conversations they are given at once; absent: any number. They may take more.
    #[serde(default)]
    pub capacity: Option<i32>,
}
