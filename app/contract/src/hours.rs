//! When people answer.

use serde::{Deserialize, Serialize};

/// Minutes of a day.
pub const DAY_MINUTES: i32 = 24 * 60;

/// When people answer, week by week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// In which time zone, by its name (`Europe/Berlin`).
    pub zone: String,
    /// When it is open. Spans may overlap.
    pub week: Vec<Span>,
    /// Days on which it is closed, from midnight to midnight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
}

/// A part of a weekday. One that does not end after it begins ends on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The weekday on which it begins: 1 is Monday, 7 is Sunday.
    pub day: u8,
    /// When it begins, in minutes since midnight.
    pub from: i32,
    /// When it ends, in minutes since midnight, at most 1440. That minute is not part of it.
    pub to: i32,
}

/// A day on which nobody answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// Which day (`2026-12-25`).
    pub date: String,
    /// What people call it.
    #[serde(default)]
    pub name: String,
}
