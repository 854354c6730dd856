//! What customers of the sample shop have written, and what became of it.

use contract::Priority;

mod begun;
mod done;

/// One customer's story.
pub struct Story {
    /// What the customer calls themself.
    pub name: &'static str,
    /// How long ago it began, in minutes.
    pub ago: i64,
    /// What happened, in order.
    pub acts: Vec<Act>,
}

/// What somebody does. Agents go by a number from 0; what the bot does follows by itself.
pub enum Act {
    /// So many minutes pass.
    After(i64),
    /// The customer writes.
    Writes(&'static str),
    /// The customer taps a button (its id and label).
    Taps(&'static str, &'static str),
    /// An agent takes it.
    Takes(usize),
    /// An agent replies, and has it from then on.
    Replies(usize, &'static str),
    /// An agent writes a private note.
    Notes(usize, &'static str),
    /// The owner puts labels on it.
    Labels(&'static [&'static str]),
    /// The owner says how soon somebody should look.
    Priority(Priority),
    /// The owner passes it to a colleague.
    Passes(usize),
    /// The owner puts it aside until so many hours from now.
    Snoozes(i64),
    /// The owner gives it back to the bot.
    Returns,
    /// The owner resolves it.
    Resolves,
}

/// All stories, newest last.
pub fn all() -> Vec<Story> {
    let mut stories = done::stories();
    stories.extend(begun::stories());
    stories
}

fn story(name: &'static str, ago: i64, acts: Vec<Act>) -> Story {
    Story { name, ago, acts }
}
