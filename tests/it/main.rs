//! The stories of the desk: one file a story, in one binary.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod braze;
mod cli;
mod faults;
mod flow_bot;
mod headers;
mod infobip;
mod live;
mod meta;
mod protocol;
mod races;
mod receive;
mod sandbox;
mod settings;
mod shape;
mod sign_in;
mod sinch;
mod story;
mod twilio;
