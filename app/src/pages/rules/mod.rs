//! Rules in words, as the settings and the inbox show them: what a rule says, and why it held or not.

mod sentence;
mod trace;
mod words;

pub use sentence::sentence;
pub use trace::{done, known, looked};
pub use words::{Lexicon, Said};
