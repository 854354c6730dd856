//! The people who sign in.

use serde::{Deserialize, Serialize};

use crate::id::AgentId;

/// What a person may do. An admin may do all that an agent may, and configure the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works in the inbox.
    Agent,
    /// Also connects numbers and manages people.
    Admin,
}

impl Role {
    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Admin => "admin",
        }
    }

    /// The role of a word, if it is one.
    pub fn parse(word: &str) -> Option<Role> {
        [Role::Agent, Role::Admin].into_iter().find(|role| role.as_str() == word)
    }
}

/// Whether a person is there. Derived from leases that their open pages renew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// At least one page is open, and the person takes work.
    Online,
    /// A page is open, but the person has said not to be given work.
    Away,
    /// No page is open, and the grace time has passed.
    Offline,
}

/// A colleague as every agent sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentCard {
    /// Who.
    pub id: AgentId,
    /// The name that colleagues see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they are there.
    pub presence: Presence,
}

/// The person signed in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Who.
    pub id: AgentId,
    /// The name that colleagues see.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The organisation that runs this desk.
    pub organisation: String,
    /// Whether the built-in WhatsApp stand-in is switched on.
    pub sandbox: bool,
    /// Alerts that no admin has seen yet; 0 for everybody else.
    #[serde(default)]
    pub alerts: i64,
}
