//! One scenario for all providers, over their stand-ins: what differs between them is written down once, in
//! [`matrix`], and is held against what they declare and against what really happens.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod actions;
mod calls;
mod faults;
mod line;
mod matrix;
mod outage;
mod phones;
mod scene;
mod seat;
mod story;
mod tap;
mod typing;
