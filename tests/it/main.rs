//! The stories of the desk: one file a story, in one binary.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod headers;
mod meta;
mod sandbox;
mod settings;
mod sign_in;
mod story;
