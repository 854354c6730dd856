//! The feed to browsers: a bus that wakes, a hub that reads each event once and gives it to the sockets, and the
//! sockets themselves.

pub mod bus;
pub mod follow;
pub mod hand;
pub mod hub;
pub mod socket;
