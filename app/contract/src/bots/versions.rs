//! Versions of a bot, its draft, and what is wrong with it.

use super::flow::Definition;
use super::{BotId, BreakerView, Deserialize, KindView, Serialize, Time};

/// What a built-in bot says and does, for editing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowPage {
    /// Which bot.
    pub id: BotId,
    /// What it is called.
    pub name: String,
    /// Its kind.
    pub kind: KindView,
    /// The version that is live.
    pub version: i32,
    /// Whether it is left alone.
    pub breaker: BreakerView,
    /// What is edited: the draft, or what is live. Absent for kinds that call somebody.
    pub definition: Option<Definition>,
    /// Why what is kept cannot be edited; the definition is that of a new bot then.
    pub unreadable: Option<String>,
    /// The draft.
    pub draft: Option<DraftView>,
    /// What is wrong with what is edited, and what is missing.
    pub findings: Vec<Finding>,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftView {
    /// Raised whenever it is kept.
    pub revision: i64,
    /// The version that it began from.
    pub base: i32,
    /// Who kept it last.
    pub author: Option<String>,
    /// When.
    pub at: Time,
}

/// Something that is wrong or missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Where: the members that lead there, entries and steps by their numbers from 0 (`entries.2.steps.0.text`).
    pub path: String,
    /// What, for the person who wrote it.
    pub message: String,
    /// Whether it keeps the draft from going live. Otherwise it is a variant of a language that is missing.
    pub blocks: bool,
}

/// The versions of a bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionList {
    /// What the bot is called.
    pub name: String,
    /// Whether its kind is edited here.
    pub editable: bool,
    /// The one that is live.
    pub live: i32,
    /// The draft.
    pub draft: Option<DraftView>,
    /// What the draft changes of what is live.
    pub draft_changes: Vec<Difference>,
    /// The versions, the latest first, at most [`VersionList::MOST`].
    pub versions: Vec<VersionView>,
}

impl VersionList {
    /// Versions that are listed, at most.
    pub const MOST: i64 = 50;
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    /// Which.
    pub version: i32,
    /// What has changed, in its author's words.
    pub note: String,
    /// Who made it live; absent: it came with the desk, or its author is gone.
    pub author: Option<String>,
    /// When.
    pub at: Time,
    /// The version that it brought back.
    pub restored: Option<i32>,
    /// What it changed of the one before.
    pub changes: Vec<Difference>,
    /// What it says and does, as JSON.
    pub json: String,
}

/// One difference between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Where, in words: `entries › Order tracking › steps › 1 › text`.
    pub place: String,
    /// What was there.
    pub before: Option<String>,
    /// What is there now.
    pub after: Option<String>,
}
