//! Everything the desk does. It never sees the screens: those ask through [`seat`].
//!
//! | room | what is in it |
//! |---|---|
//! | [`domain`] | the rules, pure: stages, epochs, deliveries, windows |
//! | [`store`] | all SQL |
//! | [`channels`] | the providers |
//! | [`errands`] | calls to providers, step by step |
//! | [`bots`] | the bots |
//! | [`rulebook`] | the routing rules that are live |
//! | [`flows`] | what happens: one verb, one file, one transaction |
//! | [`jobs`] | what goes on by itself |
//! | [`media`] | files: kept, shown, handed to providers |
//! | [`live`] | the feed to browsers |
//! | [`http`] | every route |
//! | [`public`] | the desk as programs outside see it |
//! | [`auth`] | sign-in, sessions, sealed secrets |
//! | [`seat`] | what the screens may ask |
//! | [`settings`] | what the settings show and change, for screens and programs |
//! | `sandbox` | the stand-ins for the providers; a feature |

pub mod accounts;
pub mod auth;
pub mod bots;
pub mod channels;
pub mod config;
pub mod domain;
pub mod errands;
pub mod flows;
pub mod http;
pub mod jobs;
pub mod live;
pub mod media;
pub mod public;
pub mod rulebook;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod seat;
pub mod settings;
pub mod state;
pub mod store;

pub use config::Config;
pub use state::Desk;
