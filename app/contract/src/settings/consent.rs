//! The screen of the consents.

use serde::{Deserialize, Serialize};

use crate::consent::{ConsentPolicy, ConsentScope, ConsentState};
use crate::id::ChannelId;
use crate::time::Time;

/// Who wants to be written to first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentSettings {
    /// How each channel treats consent, sorted by the channel's name.
    pub channels: Vec<ConsentChannel>,
    /// The latest wishes, latest first, at most 100.
    pub latest: Vec<ConsentEntry>,
}

/// How a channel treats consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentChannel {
    /// Which.
    pub channel: ChannelId,
    /// What people here call it.
    pub name: String,
    /// How.
    pub policy: ConsentPolicy,
}

/// A customer's wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentEntry {
    /// Who.
    pub contact_name: String,
    /// On which channel.
    pub channel_name: String,
    /// What it is about.
    pub scope: ConsentScope,
    /// What they wish.
    pub state: ConsentState,
    /// What they agreed to or wrote.
    pub wording: String,
    /// How we know: `message`, `stop_word`, `provider`, `import`.
    pub source: String,
    /// Who has recorded it, where a person has.
    pub by: Option<String>,
    /// When.
    pub at: Time,
}

/// A list of consents as text: lines of `address, scope, state, wording, source, time` with a head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentImport {
    /// For which channel.
    pub channel: ChannelId,
    /// The list.
    pub csv: String,
    /// Whether it is kept; else it is only read.
    pub keep: bool,
}

/// What a list of consents holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Lines that can be kept.
    pub good: u32,
    /// Lines that cannot, with their number from 1 and what is wrong, at most 200.
    pub bad: Vec<(u32, String)>,
    /// Whether it was kept.
    pub kept: bool,
}
