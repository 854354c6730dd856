//! What was missed: after each start and each outage, and every ten minutes, the lists that providers keep of what
//! came in are read from where they were read last. What they bring goes the way of a webhook: kept in the ledger
//! first, then applied. An outage is written down also where there is no list, because then somebody must know.

use std::time::Duration;

use contract::ConnectionId;
use contract::time::MINUTE_MS;
use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::channels::backlog::Backlog;
use crate::channels::{self, Answer, Inbound, Item, PROVIDERS};
use crate::errands::{Ended, Errand};
use crate::state::Desk;
use crate::store::backlogs::Reading;
use crate::store::ledger::{Incoming, Source};

/// How often a process writes that it is there, and looks for lists that are due.
const EVERY: Duration = Duration::from_secs(5);
/// How long nobody was there, in milliseconds, that it counts as an outage.
const OUTAGE_MS: i64 = 30_000;
/// How far back a reading begins before the last one's beginning, in milliseconds: lists lag behind.
const OVERLAP_MS: i64 = 10 * MINUTE_MS;
/// Lists that are read at once.
const AT_ONCE: usize = 4;
/// The most pages of one list.
const MOST_PAGES: usize = 500;

/// Writes that this process is there, notices outages, and reads the lists that are due.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let with_list = providers_with_a_list();
    let mut readings = JoinSet::new();
    desk.store.read_backlogs_now().await?;
    loop {
        look(&desk, &with_list, &mut readings).await?;
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// The words of the providers that keep a list of what came in.
fn providers_with_a_list() -> Vec<&'static str> {
    let with_list = PROVIDERS.iter().filter(|provider| provider.backlog().is_some());
    with_list.map(|provider| provider.about().provider).collect()
}

async fn look(desk: &Desk, with_list: &[&str], readings: &mut JoinSet<()>) -> anyhow::Result<()> {
    let (before, now) = desk.store.beat().await?;
    let refused = desk.intake.has_refused();
    if let Some(before) = before.filter(|before| refused || now.since_ms(*before) > OUTAGE_MS) {
        tracing::warn!(
            "webhooks could not be kept for a while; what was missed is fetched where that can be done"
        );
        desk.store.note_outage(before, now).await?;
        desk.store.read_backlogs_now().await?;
    }
    while readings.try_join_next().is_some() {}
    while !with_list.is_empty() && readings.len() < AT_ONCE {
        let Some(reading) = desk.store.take_backlog(with_list, desk.process).await? else { break };
        let desk = desk.clone();
        readings.spawn(async move { read(&desk, reading).await });
    }
    Ok(())
}

async fn read(desk: &Desk, reading: Reading) {
    let came = read_all(desk, &reading).await;
    if let Err(why) = &came {
        tracing::warn!(connection = %reading.connection, why, "a provider's list of what came in was not read to its end");
    }
    if let Err(error) = desk.store.end_backlog(&reading, desk.process, came).await {
        tracing::warn!(error = %error, "what came of reading a provider's list could not be saved");
    }
}

async fn read_all(desk: &Desk, reading: &Reading) -> Result<i32, String> {
    let text = |error: crate::store::Error| error.to_string();
    let Some(connection) = desk.connections.get(desk, reading.connection).await.map_err(text)? else {
        return Ok(0);
    };
    let provider =
        channels::provider(&connection.provider).ok_or("This build does not have the provider.")?;
    let since = reading.since.plus_ms(-OVERLAP_MS).0;
    let since = Timestamp::from_millisecond(since).map_err(|error| error.to_string())?;
    let mut brought = 0;
    for channel in desk.store.provider_channels(reading.connection).await.map_err(text)? {
        let errand = Errand { connection: &connection, provider, channel: &channel };
        brought += fetch(desk, &errand, since).await?;
    }
    Ok(brought)
}

/// Reads the list of a channel since a moment, page by page. How many messages it brought that were not here; none
/// for a channel of which the provider keeps no list.
pub async fn fetch(desk: &Desk, errand: &Errand<'_>, since: Timestamp) -> Result<i32, String> {
    let Some(backlog) = errand.provider.backlog() else { return Ok(0) };
    if !backlog.is_several(errand.channel) {
        return pages(desk, errand, errand.channel, since).await;
    }
    let mut brought = 0;
    for number in numbers(desk, errand, backlog).await? {
        brought += pages(desk, &Errand { channel: &number, ..*errand }, errand.channel, since).await?;
    }
    Ok(brought)
}

/// The numbers that a channel stands for, all pages of them. One that has none lists nothing, and somebody must know.
async fn numbers(desk: &Desk, errand: &Errand<'_>, backlog: &dyn Backlog) -> Result<Vec<String>, String> {
    let (mut page, mut numbers): (Option<String>, Vec<String>) = (None, Vec::new());
    for _ in 0..MOST_PAGES {
        let next = |via: &channels::Via<'_>| backlog.numbers(via, page.as_deref());
        let answer = errand.run(desk, &next).await.map_err(|ended| ended.to_string())?;
        let found =
            backlog.numbers_of(&answer).map_err(|fault| format!("{}: {}", fault.code, fault.reason))?;
        numbers.extend(found.numbers);
        match found.next {
            Some(next) if page.as_ref() != Some(&next) => page = Some(next),
            _ if numbers.is_empty() => {
                return Err("This channel names no WhatsApp number, so that what was missed cannot be fetched. Set up \
                            its numbers by themselves."
                    .to_owned());
            }
            _ => return Ok(numbers),
        }
    }
    Err("The list of this channel's numbers has no end.".to_owned())
}

/// Reads the list of one number, whose messages come in on this channel.
async fn pages(desk: &Desk, errand: &Errand<'_>, channel: &str, since: Timestamp) -> Result<i32, String> {
    let Some(backlog) = errand.provider.backlog() else { return Ok(0) };
    let (mut page, mut brought): (Option<String>, i32) = (None, 0);
    for _ in 0..MOST_PAGES {
        let next = |via: &channels::Via<'_>| backlog.list(via, since, page.as_deref());
        let answer = match errand.run(desk, &next).await {
            Ok(answer) => answer,
            Err(Ended::NotCarried(_)) => return Ok(brought),
            Err(ended) => return Err(ended.to_string()),
        };
        let missed = backlog
            .listed(&answer, Timestamp::now())
            .map_err(|fault| format!("{}: {}", fault.code, fault.reason))?;
        brought += keep(desk, (errand.connection.id, channel), answer, &missed.items).await?;
        desk.store
            .renew_backlog(errand.connection.id, desk.process)
            .await
            .map_err(|error| error.to_string())?;
        match missed.next {
            Some(next) if page.as_ref() != Some(&next) => page = Some(next),
            _ => return Ok(brought),
        }
    }
    Err("The list has more pages than are read at once; the rest follows.".to_owned())
}

/// Keeps a page that holds something new, as a webhook is kept. One that brings nothing leaves no trace.
async fn keep(
    desk: &Desk,
    (connection, channel): (ConnectionId, &str),
    answer: Answer,
    items: &[Item],
) -> Result<i32, String> {
    let text = |error: crate::store::Error| error.to_string();
    let known = desk.store.provider_channels(connection).await.map_err(text)?;
    // A number that is set up by itself has its messages; any other one of several has them under their common name.
    let on =
        |inbound: &Inbound| known.iter().find(|known| **known == inbound.channel).map_or(channel, |own| own);
    let messages: Vec<(&str, &str)> = items
        .iter()
        .filter_map(|item| match item {
            Item::Message(inbound) => Some((on(inbound), inbound.id.as_str())),
            _ => None,
        })
        .collect();
    let missing = desk.store.missing_messages(connection, &messages).await.map_err(text)?;
    if missing == 0 {
        return Ok(0);
    }
    let incoming = Incoming {
        connection,
        source: Source::Backlog,
        content_type: Some("application/json".to_owned()),
        tail: String::new(),
        query: String::new(),
        body: answer.body,
    };
    desk.intake.keep(incoming).await.map_err(|_| "What the list brought could not be kept.".to_owned())?;
    Ok(i32::try_from(missing).unwrap_or(i32::MAX))
}
