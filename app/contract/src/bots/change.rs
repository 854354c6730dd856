//! Changes of bots, and what can be tried with them.

use super::flow::Definition;
use super::{
    BotId, BotTerms, ConversationId, Deserialize, FaqEntry, Finding, Preview, Previewed, Serialize,
    SummaryTerms, SummaryTried, TrialResult, Uuid,
};

/// A change of a bot. Each is done in one transaction and refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "bot_change", rename_all = "snake_case")]
pub enum BotChange {
    /// Give it another name, other values or other secrets. Values that differ are a new version.
    Edit {
        /// Which.
        bot: BotId,
        /// The version that was looked at: somebody else's change meanwhile is not written over.
        version: i32,
        /// What to call it.
        name: String,
        /// The values of its fields; a secret that is absent or empty stays.
        fields: Vec<(String, String)>,
    },
    /// Let it answer from other entries: a new version.
    SetEntries {
        /// Which.
        bot: BotId,
        /// The version that was looked at.
        version: i32,
        /// All of them, in order.
        entries: Vec<FaqEntry>,
    },
    /// Let it do more or less.
    SetTerms {
        /// Which.
        bot: BotId,
        /// What it may.
        terms: BotTerms,
    },
    /// Switch it on, or off: then what it is about to answer goes to people at once, and everything else it has when the
    /// customer writes again.
    SetActive {
        /// Which.
        bot: BotId,
        /// Whether it answers.
        active: bool,
    },
    /// Ask it again although it is left alone.
    TryAgain {
        /// Which.
        bot: BotId,
    },
    /// List it no longer. Refused while a channel begins with it.
    Remove {
        /// Which.
        bot: BotId,
    },
    /// Make a draft live.
    Publish {
        /// Of which bot.
        bot: BotId,
        /// The draft that was looked at.
        revision: i64,
        /// The live version that was looked at.
        version: i32,
        /// What has changed, in words.
        note: String,
        /// Whether it goes live although variants of languages are missing.
        with_gaps: bool,
    },
    /// Make an older version live again, as a new one.
    Restore {
        /// Of which bot.
        bot: BotId,
        /// The one that comes back.
        restored: i32,
        /// The live version that was looked at.
        version: i32,
    },
    /// Throw a draft away.
    Discard {
        /// Of which bot.
        bot: BotId,
        /// The draft that was looked at.
        revision: i64,
    },
    /// Keep a conversation as a test.
    KeepTest {
        /// Of which bot.
        bot: BotId,
        /// The conversation.
        conversation: ConversationId,
        /// What to call it.
        name: String,
    },
    /// Forget a test. The conversation stays.
    ForgetTest {
        /// Which.
        test: Uuid,
    },
    /// Do not show a group of what was not understood any more, or again.
    Dismiss {
        /// Of which bot.
        bot: BotId,
        /// The group.
        key: String,
        /// Whether it is hidden.
        hidden: bool,
    },
    /// Let the draft of a built-in bot know an answer.
    AddAnswer {
        /// Of which bot.
        bot: BotId,
        /// Words that lead to it.
        keyword: String,
        /// Where they lead.
        to: AnswerTo,
    },
    /// Have summaries of handoffs made differently, or not at all.
    SetSummaries {
        /// How.
        terms: SummaryTerms,
        /// The key; empty: as it is.
        key: String,
    },
}

/// Where the words of a new answer lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum AnswerTo {
    /// To an entry that is there.
    Entry {
        /// Its id.
        id: String,
    },
    /// To a new one.
    New {
        /// What it is called, for colleagues.
        title: String,
        /// What it says.
        text: String,
    },
}

/// Something that is tried with a bot, or whose outcome is needed at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "bot_task", rename_all = "snake_case")]
pub enum BotTask {
    /// Add one.
    Add {
        /// Of which kind.
        kind: String,
        /// What to call it.
        name: String,
        /// The values of its fields.
        fields: Vec<(String, String)>,
    },
    /// Ask it once, outside any conversation.
    Ask {
        /// Which.
        bot: BotId,
    },
    /// Keep what was edited.
    Save {
        /// Of which bot.
        bot: BotId,
        /// The draft that was edited; absent: there was none.
        revision: Option<i64>,
        /// What it says and does.
        definition: Box<Definition>,
    },
    /// Keep a definition that was written elsewhere as the draft.
    Import {
        /// Of which bot.
        bot: BotId,
        /// The draft that it replaces; absent: there was none.
        revision: Option<i64>,
        /// JSON.
        text: String,
    },
    /// Say something to it that leaves no trace.
    Preview(Box<Preview>),
    /// Try a draft on a few conversations.
    Try {
        /// Of which bot.
        bot: BotId,
        /// Which ones, at most [`super::TRIED_AT_ONCE`].
        conversations: Vec<ConversationId>,
    },
    /// Have a summary made that nobody keeps, as it is set up now.
    Summarise {
        /// What a customer could have written; empty: of the last handoff's conversation.
        sample: String,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "bot_done", rename_all = "snake_case")]
pub enum BotDone {
    /// It is there.
    Added {
        /// Which.
        bot: BotId,
    },
    /// The draft is kept.
    Saved {
        /// Its number now.
        revision: i64,
        /// What is wrong with it, and what is missing.
        findings: Vec<Finding>,
    },
    /// What it answered.
    Previewed(Box<Previewed>),
    /// What the draft would have done.
    Tried {
        /// One a conversation.
        results: Vec<TrialResult>,
    },
    /// The summary, or why there is none.
    Summarised(SummaryTried),
}
