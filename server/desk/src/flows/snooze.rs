//! Putting a conversation aside until a time or the customer's next message.

use contract::{Change, Time};

use super::work::Work;
use super::{Agent, Outcome};
use crate::domain::Refused;

/// The longest time, in milliseconds: a year.
const LONGEST_MS: i64 = 366 * 24 * contract::time::HOUR_MS;

/// Puts a conversation aside. Its agent keeps it.
pub async fn snooze(work: &mut Work, agent: Agent, epoch: i64, until: Time) -> Outcome<()> {
    work.conversation.mine_or_free(agent.id)?;
    work.conversation.seen(epoch)?;
    aside(work, until).await
}

/// Puts it aside, whoever has it.
pub(super) async fn aside(work: &mut Work, until: Time) -> Outcome<()> {
    if until.since_ms(work.now) > LONGEST_MS {
        return Err(
            Refused::Invalid("That is more than a year ahead: choose an earlier time.".to_owned()).into()
        );
    }
    let change = work.conversation.snooze(until, work.now)?;
    work.moved(change).await?;
    work.record(Change::Snoozed { until });
    Ok(())
}
