//! The desk as programs outside see it: the shapes of the public API, version 1, and of what is sent to web addresses.
//! They are promises. What the desk says inside may change from one build to the next; these may only grow.
//!
//! | file | what is in it |
//! |---|---|
//! | [`event`] | what happened, under the one name that it has everywhere |
//! | [`conversation`], [`message`], [`handoff`] | what it happened to |
//! | [`feed`] | everything that has happened, for whom it may be told |
//! | [`words`] | words that stand for one thing each, and moments |

pub mod conversation;
pub mod event;
pub mod feed;
pub mod handoff;
pub mod message;
pub mod words;

pub use conversation::Conversation;
pub use event::Event;
pub use handoff::Handoff;
pub use message::Message;
pub use words::At;
