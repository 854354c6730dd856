//! The words that the desk and the browser share.
//!
//! Pure: no clock, no randomness, no input or output. What the server stores and what the browser shows
//! are the same types, and the browser applies events with the same code that the server's tests use.

pub mod assignment;
pub mod bots;
pub mod callback;
pub mod capability;
pub mod command;
pub mod connection;
pub mod consent;
pub mod conversation;
pub mod course;
pub mod endpoint;
pub mod event;
pub mod file;
pub mod frame;
pub mod handoff;
pub mod hours;
pub mod id;
pub mod inbox;
pub mod json;
pub mod message;
pub mod person;
pub mod picker;
pub mod rules;
pub mod sandbox;
pub mod seat;
pub mod settings;
pub mod sla;
pub mod team;
pub mod template;
pub mod thread;
pub mod time;
pub mod token;
pub mod webhook;

pub use capability::{Capabilities, Feature};
pub use command::{Ack, Command, Refusal, RefusalCode, Request};
pub use conversation::{Card, Owner, Priority, Stage};
pub use event::{Actor, Change, Event};
pub use handoff::{Handoff, Packet, ReasonCode};
pub use id::*;
pub use inbox::{Inbox, View};
pub use message::{Author, Body, DeliveryState, Message};
pub use person::{AgentCard, Me, Presence, Role};
pub use thread::Thread;
pub use time::Time;
