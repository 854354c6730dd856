//! The screen of the templates.

use serde::{Deserialize, Serialize};

use crate::id::ConnectionId;
use crate::time::Time;

/// Where templates come from, and what happened to those in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSettings {
    /// The connections whose provider lists its templates, sorted by name.
    pub sources: Vec<TemplateSource>,
    /// What has happened, latest first, at most 100.
    pub alerts: Vec<AlertView>,
}

/// A connection whose provider lists its templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSource {
    /// Which.
    pub connection: ConnectionId,
    /// What people here call it.
    pub name: String,
    /// Whether templates can be made from here.
    pub creates: bool,
    /// How many templates it has.
    pub templates: i64,
    /// When its list was last read to the end.
    pub synced_at: Option<Time>,
    /// Why the last reading failed, if it did.
    pub error: Option<String>,
    /// Whether it is being read, or about to be.
    pub syncing: bool,
}

/// Something that an admin should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertView {
    /// Of which connection.
    pub connection_name: String,
    /// What kind: `template`, `health`, `stopped`, `resumed`.
    pub kind: String,
    /// What it is about: a template's name, a number.
    pub subject: String,
    /// What has happened, and what to do.
    pub text: String,
    /// When.
    pub at: Time,
    /// Whether an admin has seen it.
    pub seen: bool,
}
