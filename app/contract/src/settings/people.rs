//! The people who sign in, and where they are signed in.

use serde::{Deserialize, Serialize};

use crate::id::AgentId;
use crate::person::Role;
use crate::time::Time;

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: AgentId,
    /// The name that colleagues see.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// When they were last here.
    pub last_seen: Option<Time>,
}

/// One place where somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// When they signed in.
    pub created_at: Time,
    /// When they were last seen there.
    pub last_seen: Time,
    /// From which network address.
    pub address: String,
    /// With what browser.
    pub agent: String,
    /// Whether it is this very session.
    pub current: bool,
}
