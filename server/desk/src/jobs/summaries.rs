//! Having summaries made of handoffs whose bot gave none, where an admin has set that up. Nobody waits for them: the
//! handoff is offered at once, and a summary that fails, comes late or not at all disturbs nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use contract::{ConversationId, Message};
use tokio::task::JoinSet;

use crate::bots::openai::summary::{self, Line, Terms};
use crate::bots::{BotError, Wire};
use crate::flows::{Failed, summarise};
use crate::state::Desk;
use crate::store;
use crate::store::messages::Reading;
use crate::store::summaries::{SummaryPlace, WantedSummary};

/// Summaries that are made at once.
const AT_ONCE: usize = 4;
/// How often the job looks.
const LOOK: Duration = Duration::from_secs(1);
/// How long one may take. Less than its lease.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Messages that are summed up, at most: the last ones.
const MESSAGES: i64 = 200;
/// One is tried again after these pauses, in milliseconds.
const PAUSES_MS: [i64; 2] = [2_000, 20_000];

/// Makes them.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut under_way: JoinSet<()> = JoinSet::new();
    while !desk.stop.is_cancelled() {
        while under_way.try_join_next().is_some() {}
        let room = AT_ONCE.saturating_sub(under_way.len());
        if room > 0 {
            for wanted in desk.store.claim_summaries(i64::try_from(room).unwrap_or(0)).await? {
                let desk = desk.clone();
                under_way.spawn(async move { make(&desk, &wanted).await });
            }
        }
        tokio::select! {
            () = desk.stop.cancelled() => {}
            _ = under_way.join_next(), if under_way.len() >= AT_ONCE => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    while under_way.join_next().await.is_some() {}
    Ok(())
}

/// Why there is none.
enum Missing {
    /// The endpoint is to blame.
    Endpoint(String),
    /// There is nothing to sum up, or nobody needs it any more.
    Needless(&'static str),
    /// The database was away. The lease ends, and it is tried again.
    Away(store::Error),
}

impl From<store::Error> for Missing {
    fn from(error: store::Error) -> Missing {
        Missing::Away(error)
    }
}

async fn make(desk: &Desk, wanted: &WantedSummary) {
    let came = tokio::select! {
        came = attempt(desk, wanted) => came,
        () = desk.stop.cancelled() => return,
    };
    let noted = match came {
        Ok((text, model)) => kept(desk, wanted, (&text, &model)).await,
        Err(Missing::Needless(why)) => desk.store.summary_failed(wanted, why, None).await,
        Err(Missing::Endpoint(why)) => failed(desk, wanted, &why).await,
        Err(Missing::Away(error)) => Err(error),
    };
    if let Err(error) = noted {
        tracing::warn!(error = %error, handoff = %wanted.handoff(), "a summary waits for the database");
    }
}

async fn attempt(desk: &Desk, wanted: &WantedSummary) -> Result<(String, String), Missing> {
    if wanted.stale {
        return Err(Missing::Needless("it was wanted for too long"));
    }
    let lines = transcript(desk, wanted.conversation(), wanted.to_seq).await?;
    if lines.is_empty() {
        return Err(Missing::Needless("nothing was said"));
    }
    let place = desk.store.summary_place(&desk.seal).await?;
    let model = place.terms.model.clone();
    match ask(desk, place, &lines).await {
        Ok(text) => Ok((text, model)),
        Err(error) => Err(Missing::Endpoint(summary::why(error))),
    }
}

/// What the customer, bots and people have said up to an event.
///
/// # Errors
/// The database is away.
pub async fn transcript(desk: &Desk, conversation: ConversationId, to_seq: i64) -> store::Result<Vec<Line>> {
    let reading = Reading {
        conversation,
        from: 0,
        after: None,
        before: Some(to_seq + 1),
        notes: false,
        limit: MESSAGES,
    };
    let messages: Vec<Message> = desk.store.read_messages(&reading).await?;
    Ok(messages.iter().filter_map(Line::of).collect())
}

/// Asks the endpoint once.
///
/// # Errors
/// It did not do its work.
pub async fn ask(desk: &Desk, place: SummaryPlace, lines: &[Line]) -> Result<String, BotError> {
    let SummaryPlace { terms, key, .. } = place;
    let terms = Terms {
        url: terms.url,
        model: terms.model,
        instructions: terms.instructions,
        language: terms.language,
        most_chars: usize::try_from(terms.most_chars).unwrap_or(0),
    };
    let secrets = key.map(|key| (summary::API_KEY.to_owned(), vec![key]));
    let wire = Wire::new(desk.client.clone(), BTreeMap::from_iter(secrets), PATIENCE);
    summary::ask(&terms, lines, &wire).await
}

async fn kept(desk: &Desk, wanted: &WantedSummary, made: (&str, &str)) -> store::Result<()> {
    desk.store.summaries_work().await?;
    match summarise::keep(desk, wanted, made).await {
        Ok(()) => {
            metrics::counter!("baton_summaries_made").increment(1);
            Ok(())
        }
        // Erased meanwhile.
        Err(Failed::Refused(_)) => Ok(()),
        Err(Failed::Store(error)) => Err(error),
    }
}

async fn failed(desk: &Desk, wanted: &WantedSummary, why: &str) -> store::Result<()> {
    metrics::counter!("baton_summaries_failed").increment(1);
    tracing::info!(handoff = %wanted.handoff(), why, "a summary was not made");
    let pause = usize::try_from(wanted.attempts - 1).ok().and_then(|tries| PAUSES_MS.get(tries).copied());
    desk.store.summary_failed(wanted, why, pause).await?;
    desk.store.summaries_ail(why).await
}
