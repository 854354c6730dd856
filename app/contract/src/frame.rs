//! What travels over `/live`, one JSON text frame each: an object whose one key is the frame's name, or the name
//! alone. An inner tag would cost the browser a second copy of every reader.

use serde::{Deserialize, Serialize};

use crate::command::{Ack, Refusal, Request};
use crate::event::Event;
use crate::id::{AgentId, ConversationId};
use crate::inbox::Counts;
use crate::person::{AgentCard, Presence};

/// The version of this protocol. A browser with another one reloads.
pub const PROTOCOL: u32 = 1;

/// How often a browser sends `Ping`, in milliseconds. A server that hears nothing for three times as long
/// closes the socket.
pub const PING_MS: u32 = 20_000;

/// The largest frame that a browser may send, in bytes.
pub const FRAME_LIMIT: usize = 64 * 1024;

/// Close codes of our own, beside those of RFC 6455 (1012: the server restarts, come back).
pub mod close {
    /// The session has ended: sign in again.
    pub const SIGNED_OUT: u16 = 4401;
    /// The browser's code is of another version: reload.
    pub const VERSION: u16 = 4426;
    /// The browser did not read fast enough: come back with the cursor.
    pub const SLOW: u16 = 4429;
    /// A frame that this protocol does not have.
    pub const PROTOCOL: u16 = 4400;
}

/// From the browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Up {
    /// The first frame.
    Hello {
        /// The protocol's version.
        protocol: u32,
        /// Where to go on; a snapshot's cursor.
        cursor: String,
    },
    /// A command.
    Command(Request),
    /// I look at this conversation now (absent: at none).
    Viewing {
        /// Which.
        conversation: Option<ConversationId>,
    },
    /// Whether I take work.
    Presence {
        /// `online` or `away`.
        presence: Presence,
    },
    /// I am still here.
    Ping,
}

/// From the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Down {
    /// The answer to `Hello`: everything since its cursor follows.
    Hello {
        /// The build of the server.
        build: String,
    },
    /// Something happened.
    Event(Box<Event>),
    /// Everything up to here has been sent: the place to resume from. Opaque.
    Cursor {
        /// The place.
        cursor: String,
    },
    /// A command was done.
    Ack(Ack),
    /// A command was not done.
    Refused(Refusal),
    /// How many conversations each view holds, as absolute numbers.
    Counts(Counts),
    /// The colleagues and whether they are there.
    Agents {
        /// All of them, sorted by name.
        agents: Vec<AgentCard>,
    },
    /// A colleague looks at or types in a conversation. Lost frames do no harm.
    Hint {
        /// Who.
        agent: AgentId,
        /// Where (absent: no longer anywhere).
        conversation: Option<ConversationId>,
        /// Whether they are typing.
        typing: bool,
    },
    /// The cursor is too old or the feed began anew: load everything by the normal path.
    Reset {
        /// Why, in a word.
        reason: String,
    },
    /// The answer to `Ping`.
    Pong,
}
