//! The screens, as a tree that follows the addresses.

pub mod desk;
pub mod inbox;
pub mod login;
pub mod not_found;
pub mod sandbox;
pub mod settings;
pub mod setup;
