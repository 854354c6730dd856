//! What the customer is told: one text for each change, said in its transaction and under its epoch. Nothing ever says
//! that somebody has it before somebody has.

use contract::team::TextKind;
use contract::{AgentId, Author, Body, Packet};

use super::super::Outcome;
use super::super::work::{Saying, Work};
use super::terms::Terms;
use crate::bots::fit;
use crate::domain::told::{self, AGAIN_MS, Known};
use crate::domain::wait;

/// Says the first of these for which the bot, the team or the channel has a text. What cannot go out now is not said:
/// that never keeps the change from happening.
pub(super) async fn first_of(
    work: &mut Work,
    terms: &Terms,
    (packet, kinds): (&Packet, &[TextKind]),
) -> Outcome<()> {
    for kind in kinds {
        if let Some(text) = own(packet, *kind) {
            return say(work, *kind, text).await;
        }
        let texts = terms.texts();
        let Some(words) = told::find(&texts, *kind, terms.language.as_deref()) else { continue };
        let known = known(work, terms, *kind).await?;
        if let Some(text) = told::fill(&words.text, &known) {
            return say(work, *kind, &text).await;
        }
    }
    Ok(())
}

/// Says that somebody has it now.
pub async fn taken(work: &mut Work, agent: AgentId) -> Outcome<()> {
    if !work.conversation.window_open(work.now) {
        return Ok(());
    }
    let terms = Terms::of(work).await?;
    let texts = terms.texts();
    let Some(words) = told::find(&texts, TextKind::Taken, terms.language.as_deref()) else { return Ok(()) };
    let known = Known { name: work.tx.agent_name(agent).await?, ..Known::default() };
    match told::fill(&words.text, &known) {
        Some(text) => say(work, TextKind::Taken, &text).await,
        None => Ok(()),
    }
}

/// What the bot has written itself goes before everything.
fn own(packet: &Packet, kind: TextKind) -> Option<&str> {
    let texts = &packet.customer_text;
    match kind {
        TextKind::AgentAvailable => texts.agent_available.as_deref(),
        TextKind::AgentUnavailable => texts.agent_unavailable.as_deref(),
        TextKind::AfterHours => texts.after_hours.as_deref(),
        TextKind::QueueLong | TextKind::AgentSilent | TextKind::Callback | TextKind::Taken => None,
    }
}

async fn known(work: &mut Work, terms: &Terms, kind: TextKind) -> Outcome<Known> {
    let mut known = Known::default();
    match kind {
        TextKind::AgentAvailable | TextKind::QueueLong => {
            let team = terms.team.as_ref().map(|team| team.id);
            let ahead = work.tx.ahead(team, work.conversation.id).await?;
            known.minutes = wait::minutes(&work.tx.measured(team).await?, ahead);
        }
        TextKind::AfterHours => {
            let opens = terms.hours().and_then(|hours| Some((hours.next_open(work.now)?, hours)));
            known.when = opens.and_then(|(at, hours)| hours.clock(at, work.now));
        }
        TextKind::Callback => {
            let due = work.tx.callback_due(work.conversation.id).await?;
            known.when = due.and_then(|due| terms.clock(due, work.now));
        }
        TextKind::AgentUnavailable | TextKind::AgentSilent | TextKind::Taken => {}
    }
    Ok(known)
}

async fn say(work: &mut Work, kind: TextKind, text: &str) -> Outcome<()> {
    if !work.conversation.window_open(work.now) {
        return Ok(());
    }
    // That somebody comes, or has come, is news every time; that nobody can is not.
    let again = !matches!(kind, TextKind::AgentAvailable | TextKind::Taken);
    if again {
        let due = (work.now, AGAIN_MS);
        if !work.tx.may_tell(work.conversation.id, kind.as_str(), due).await? {
            return Ok(());
        }
    }
    let provider = work.provider;
    for body in fit::fit(Body::text(text), &|body| provider.carries(body).is_ok()).messages {
        work.say(Saying { author: Author::Desk, body, quoted: None }).await?;
    }
    Ok(())
}
