//! What is known of a handoff beyond its card: the rest of the packet, whom it goes to, and who was asked. It is
//! fetched once somebody wants to know.

use serde::{Deserialize, Serialize};

use crate::conversation::Priority;
use crate::handoff::{CustomerText, OnTimeout, Target};
use crate::time::Time;

/// The course of one handoff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Who began it.
    pub by: Option<String>,
    /// What whoever takes it should be able to do.
    pub skills: Vec<String>,
    /// How soon somebody should look, where the bot has said so.
    pub priority: Option<Priority>,
    /// Whom the bot wants to have it.
    pub target: Option<Target>,
    /// What the bot wants the customer to be told.
    pub told: CustomerText,
    /// How long it may take until somebody has it, in seconds.
    pub timeout_s: Option<i32>,
    /// What is done then.
    pub on_timeout: OnTimeout,
    /// Who is asked, one after the other.
    pub rungs: Vec<CourseRung>,
    /// Which of them is under way; past the end: it waits in the queue.
    pub step: usize,
    /// Who was asked, oldest first.
    pub asked: Vec<Asked>,
}

/// One rung of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseRung {
    /// Who is asked, or what is done.
    pub who: Who,
    /// How long they are asked, in seconds, where the rung says so.
    pub seconds: Option<i32>,
}

/// Who is asked, or what is done when nobody is left to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// One person.
    Agent(String),
    /// A team.
    Team(String),
    /// Anybody with the skills.
    Skilled,
    /// The bot keeps the customer.
    BotKeeps,
    /// Somebody writes back later.
    Callback,
}

/// Somebody was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who: a person, or a whole team.
    pub who: String,
    /// When.
    pub at: Time,
    /// What they said to it.
    pub answer: Answered,
    /// Why they declined, in their words.
    pub reason: Option<String>,
}

/// What somebody said to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// Nothing yet.
    Open,
    /// Yes.
    Accepted,
    /// No.
    Declined,
    /// Nothing, in time.
    Lapsed,
    /// They were not asked any more.
    Withdrawn,
}

impl Answered {
    /// Every answer.
    pub const ALL: [Answered; 5] =
        [Answered::Open, Answered::Accepted, Answered::Declined, Answered::Lapsed, Answered::Withdrawn];

    /// The word in SQL and in the markup.
    pub fn as_str(self) -> &'static str {
        match self {
            Answered::Open => "open",
            Answered::Accepted => "accepted",
            Answered::Declined => "declined",
            Answered::Lapsed => "lapsed",
            Answered::Withdrawn => "withdrawn",
        }
    }

    /// The answer of a word, if it is one.
    pub fn parse(word: &str) -> Option<Answered> {
        Answered::ALL.into_iter().find(|answer| answer.as_str() == word)
    }
}

/// How long somebody has to expect to wait who comes into a queue now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueWait {
    /// Of which team; absent: of none.
    pub team: Option<String>,
    /// How many wait there, counted up to a limit.
    pub waiting: i64,
    /// The minutes, from what was measured; absent: too little was.
    pub minutes: Option<i64>,
}
