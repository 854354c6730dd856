//! The rules, pure: what may happen to a conversation and to a delivery. Time is an argument.

pub mod assignment;
pub mod attributes;
pub mod consent;
pub mod conversation;
pub mod country;
pub mod csv;
pub mod delivery;
pub mod hours;
pub mod ladder;
pub mod order;
pub mod preview;
pub mod rating;
pub mod refused;
pub mod rules;
pub mod sla;
pub mod stop;
pub mod template;
pub mod told;
pub mod wait;

pub use conversation::Conversation;
pub use refused::Refused;
