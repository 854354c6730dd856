//! The living part: the socket, the state that it keeps fresh, what waits to be sent, the keys, and the one
//! door to the browser. No markup here; nothing in this module runs while the server renders.

pub mod browser;
pub mod clock;
pub mod drafts;
mod feed;
pub mod keys;
mod load;
pub mod outbox;
pub mod socket;
pub mod state;
pub mod thread;
pub mod upload;

pub use state::{Hint, Link, Live, Notice, Slot, use_live};
pub use thread::{Bubble, BubbleKey, Item, Local, ThreadState};
