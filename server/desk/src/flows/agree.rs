//! The customer has agreed to be written to first: a person says so and points to the message.

use contract::consent::{ConsentScope, ConsentState};
use contract::{Author, Change, MessageId};

use super::work::Work;
use super::{Agent, Outcome};
use crate::domain::Refused;
use crate::store::consents::{NewConsent, Source};

/// The longest wording, in characters.
const WORDING: usize = 500;

/// Writes it down, with the message as evidence.
pub async fn agree(
    work: &mut Work,
    agent: Agent,
    message: MessageId,
    (scope, wording): (ConsentScope, &str),
) -> Outcome<()> {
    let wording = wording.replace('\0', "").trim().to_owned();
    if wording.is_empty() || wording.chars().count() > WORDING {
        let why = "Say in at most 500 characters what the customer has agreed to.";
        return Err(Refused::Invalid(why.to_owned()).into());
    }
    let found = work.message(message).await?;
    if found.author != Author::Contact {
        let why = "Only a message of the customer proves that they agree. Choose one of theirs.";
        return Err(Refused::Invalid(why.to_owned()).into());
    }
    let state = ConsentState::OptedIn;
    let consent = NewConsent {
        contact: work.conversation.contact,
        channel: work.conversation.channel,
        scope,
        state,
        wording,
        source: Source::Message,
        message: Some(message),
        evidence: None,
        by: Some(agent.id),
        at: work.now,
    };
    work.tx.add_consents(&[consent]).await?;
    work.record(Change::ConsentChanged { scope, state });
    Ok(())
}
