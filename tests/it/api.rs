//! The public API: what programs outside see of the desk, and what they may do.

mod feed;
