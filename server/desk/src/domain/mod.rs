//! The rules, pure: what may happen to a conversation and to a delivery. Time is an argument.

pub mod conversation;
pub mod delivery;
pub mod order;
pub mod preview;
pub mod refused;

pub use conversation::Conversation;
pub use refused::Refused;
