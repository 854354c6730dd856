//! Private notes, which never leave the desk.

use contract::{Author, MessageId};

use super::work::Work;
use super::{Agent, Outcome};
use crate::domain::Refused;

/// The longest note, in characters.
pub const LONGEST: usize = 10_000;

/// Writes a note. Anybody who sees a conversation may.
pub fn write(work: &mut Work, agent: Agent, text: &str) -> Outcome<MessageId> {
    let text = tidy(text)?;
    Ok(work.note(Author::Agent(agent.id), &text))
}

/// A note that is neither empty nor endless.
pub fn tidy(text: &str) -> Outcome<String> {
    let text = text.replace('\0', "").trim().to_owned();
    if text.is_empty() {
        return Err(Refused::Invalid(
            "The note is empty: write what your colleagues need to know.".to_owned(),
        )
        .into());
    }
    if text.chars().count() > LONGEST {
        return Err(Refused::Invalid(format!("The note is too long: {LONGEST} characters at most.")).into());
    }
    Ok(text)
}
