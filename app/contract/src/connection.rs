//! One connection as its own screen shows it: how it is set up at the provider, how it does, and what can be tried.

use serde::{Deserialize, Serialize};

use crate::bots::{BotDone, BotTask};
use crate::endpoint::{EndpointDone, EndpointTask};
use crate::id::{BotId, ChannelId, ConnectionId};
use crate::rules::{RuleDone, RuleTask};
use crate::settings::{ConnectionView, ProviderView};
use crate::time::Time;
use crate::webhook::{Replayed, WebhookKey};

/// One connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionPage {
    /// What the list shows of it.
    pub connection: ConnectionView,
    /// Its provider.
    pub provider: ProviderView,
    /// The values of its fields that are no secrets, by key.
    pub values: Vec<(String, String)>,
    /// The bots that a channel can begin with.
    pub bots: Vec<(BotId, String)>,
    /// Its doors, the oldest first; only providers with [`ProviderView::has_doors`] have any.
    pub doors: Vec<Door>,
    /// How it does.
    pub health: Health,
}

/// One more address for webhooks, which stands for a channel and carries a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// The end of its path, and its key.
    pub path: String,
    /// The whole address.
    pub url: String,
    /// What rules know it by.
    pub tag: String,
    /// The channel that its messages come in on.
    pub channel: ChannelId,
    /// When it was made.
    pub created_at: Time,
}

/// How a connection does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Health {
    /// When something last went out, within the last 24 hours.
    pub last_out: Option<Time>,
    /// What went out lately.
    pub sends: Sends,
    /// Hours of the last 24 in which webhooks had a wrong signature, with how many, the latest first.
    pub bad_signatures: Vec<(Time, i64)>,
    /// When the credentials were last tried.
    pub checked_at: Option<Time>,
    /// Why they did not hold then; absent: they did.
    pub check_error: Option<String>,
    /// How far the provider's list of what came in has been read, where it has one.
    pub backlog: Option<BacklogView>,
    /// When no webhook could be kept, in the last 7 days, the latest first: from and until.
    pub outages: Vec<(Time, Time)>,
    /// What the provider told of the account in the last 7 days, the latest first.
    pub news: Vec<AccountNews>,
    /// Within so many seconds an equal message without an id can be a repeat of the one before.
    pub repeat_window_s: i32,
}

/// Something that a provider told of an account, a number or a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountNews {
    /// When.
    pub at: Time,
    /// Its kind, in the provider's word.
    pub kind: String,
    /// What happened.
    pub text: String,
}

/// What went out in the last 24 hours, or the latest part of it where there is very much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Sends {
    /// All that have left or should have.
    pub all: i64,
    /// Those that failed, or may have.
    pub failed: i64,
    /// When the first of them was written, where not the whole 24 hours were looked at.
    pub since: Option<Time>,
}

impl Sends {
    /// How many of a thousand failed.
    pub fn failed_of_1000(self) -> i64 {
        if self.all == 0 { 0 } else { (self.failed * 1_000 + self.all / 2) / self.all }
    }
}

/// How far a provider's own list of what came in has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct BacklogView {
    /// When it was last read to its end.
    pub read_at: Option<Time>,
    /// Messages that were missing here and that this reading brought.
    pub brought: i32,
    /// Why the last reading ended early.
    pub error: Option<String>,
}

/// Something that a screen asks to be tried, and whose outcome it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum SettingsTask {
    /// Connect an account at a provider.
    Connect(NewConnection),
    /// Ask a provider whether credentials hold that are not stored yet.
    TryFields {
        /// The provider's word.
        provider: String,
        /// The fields that it describes.
        fields: Vec<(String, String)>,
    },
    /// Ask a connection's provider whether its credentials hold.
    Check {
        /// Which.
        connection: ConnectionId,
    },
    /// Make the link with which customers begin to write to a number.
    ClickToChat {
        /// Which.
        channel: ChannelId,
        /// What stands ready in their composer; empty for nothing.
        text: String,
    },
    /// Do something with a token of the public API.
    Token(crate::token::TokenTask),
    /// Something with a bot.
    Bot(BotTask),
    /// Something with routing rules.
    Rules(RuleTask),
    /// Read and apply a webhook again.
    Replay {
        /// Which.
        webhook: WebhookKey,
    },
    /// Do something about an address that is told what happens.
    Endpoint(EndpointTask),
}

/// A connection to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewConnection {
    /// The provider's word.
    pub provider: String,
    /// What to call it.
    pub name: String,
    /// The fields that the provider describes; `api_base` is where its calls go.
    pub fields: Vec<(String, String)>,
    /// Its numbers.
    pub numbers: Vec<NewNumber>,
}

/// A number to be set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct NewNumber {
    /// The provider's id of it.
    pub provider_channel: String,
    /// What to call it.
    pub name: String,
    /// The number as people write it.
    pub number: Option<String>,
    /// The bot that answers first.
    pub bot: Option<BotId>,
    /// Messages a second that it may send, where the provider has said so.
    pub rate: Option<u32>,
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "done", rename_all = "snake_case")]
pub enum TaskDone {
    /// The connection is made.
    Connected {
        /// Which.
        connection: ConnectionId,
    },
    /// The credentials hold.
    Holds {
        /// The numbers of the account, where the provider lists them.
        numbers: Vec<FoundNumber>,
    },
    /// The link, with its code and its snippet.
    Click(ClickToChat),
    /// The webhook was applied again.
    Replayed(Replayed),
    /// What came of it for an address.
    Endpoint(EndpointDone),
    /// A token was made, renewed or ended.
    Token {
        /// Its secret, where it has a new one. It is told once.
        secret: Option<String>,
    },
    /// Something with a bot.
    Bot(BotDone),
    /// Something with routing rules.
    Rules(RuleDone),
}

/// How customers begin to write to a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct ClickToChat {
    /// Opens the chat in WhatsApp.
    pub link: String,
    /// The length of an edge of the QR code, in squares, with the quiet around it.
    pub size: i32,
    /// The dark squares of the code, as the path of an SVG.
    pub path: String,
    /// The link as HTML for a page.
    pub snippet: String,
}

/// A number that an account has at its provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct FoundNumber {
    /// The provider's id of it.
    pub provider_channel: String,
    /// What it is called.
    pub name: Option<String>,
    /// The number as people write it.
    pub number: Option<String>,
    /// How customers rate it, in the provider's word.
    pub quality: Option<String>,
    /// How many people it may write to first, in the provider's word.
    pub messaging_limit: Option<String>,
    /// Messages a second that it may send.
    pub rate: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_of_failures_is_rounded_and_nothing_sent_is_nothing_failed() {
        let of = |all, failed| Sends { all, failed, since: None }.failed_of_1000();
        assert_eq!((of(0, 0), of(3, 1), of(3, 2), of(8, 8)), (0, 333, 667, 1_000));
    }
}
