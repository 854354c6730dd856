//! The shape of a flow. It is one of the words that the desk and the browser share, for it is edited there.

pub use contract::bots::flow::{
    Ask, Choice, Day, Definition, Entry, HandOff, Hours, Language, Say, Span, Step, Text, When, minutes,
};
