//! The stories of the desk: one file a story, in one binary.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod backlog;
mod bare;
mod braze;
mod cli;
mod connections;
mod consent;
mod detail;
mod doors;
mod faults;
mod flow_bot;
mod headers;
mod inbound_log;
mod infobip;
mod lines;
mod live;
mod long_text;
mod media;
mod meta;
mod mutation;
mod pairs;
mod persons;
mod protocol;
mod races;
mod receive;
mod sandbox;
mod scenario;
mod settings;
mod shape;
mod sign_in;
mod sinch;
mod start;
mod story;
mod templates;
mod twilio;
mod unnamed;
