//! The screens, as a tree that follows the addresses.

pub mod callbacks;
pub mod elsewhere;
pub mod frame;
pub mod inbox;
pub mod later;
pub mod login;
pub mod not_found;
pub mod rules;
pub mod sandbox;
pub mod settings;
pub mod setup;
