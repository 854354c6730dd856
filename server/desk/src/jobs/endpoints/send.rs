//! Deliveries that are due are sent. An address that is slow or away holds up no other: each has a few under way, and no
//! more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contract::EndpointId;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Method};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::bots::webhook::sign;
use crate::channels::client::{CallError, Reach, pause};
use crate::channels::{Call, Content};
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store;
use crate::store::endpoints::claims::{Attempt, Became, Claimed};

/// How often it looks by itself, in milliseconds.
const LOOK_MS: i64 = 1_000;
/// Deliveries of one address that are under way at once.
const AT_ONCE: usize = 8;
/// After what pauses a delivery is made again, in seconds: for a day and a half in all.
const PAUSES_S: [u32; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
/// The most bytes that are kept of an answer.
const KEPT: usize = 4 * 1024;
/// An address that takes nothing for so many days is told nothing more.
const PATIENCE_DAYS: i32 = 5;

/// How many deliveries are under way, address by address.
#[derive(Clone, Default)]
struct UnderWay {
    counts: Arc<Mutex<HashMap<EndpointId, usize>>>,
    room: Arc<Notify>,
}

impl UnderWay {
    fn enter(&self, endpoint: EndpointId) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(endpoint).or_default() += 1;
    }

    fn leave(&self, endpoint: EndpointId) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&endpoint) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&endpoint);
            }
        }
        self.room.notify_one();
    }

    fn full(&self) -> Vec<EndpointId> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().filter(|(_, count)| **count >= AT_ONCE).map(|(id, _)| *id).collect()
    }
}

/// Sends, for as long as the process runs.
pub(super) async fn run(desk: &Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Endpoints);
    let under_way = UnderWay::default();
    let most = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    loop {
        woken.borrow_and_update();
        loop {
            let claimed = desk.store.claim_endpoint_deliveries(most, &under_way.full()).await?;
            if claimed.is_empty() {
                break;
            }
            claimed.into_iter().for_each(|claimed| begin(desk, claimed, under_way.clone()));
        }
        let next = desk.store.next_endpoint_delivery_ms(&under_way.full()).await?;
        let next = next.unwrap_or(LOOK_MS).clamp(10, LOOK_MS);
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = under_way.room.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(next.unsigned_abs())) => {}
        }
    }
}

fn begin(desk: &Desk, claimed: Claimed, under_way: UnderWay) {
    under_way.enter(claimed.endpoint);
    let desk = desk.clone();
    desk.tasks.clone().spawn(async move {
        // One that cannot be written down comes again when its lease ends.
        if let Err(error) = deliver(&desk, &claimed).await {
            tracing::warn!(error = %error, "a delivery to an address waits for the database");
        }
        under_way.leave(claimed.endpoint);
    });
}

async fn deliver(desk: &Desk, claimed: &Claimed) -> store::Result<()> {
    let begun = Instant::now();
    let mut sent = send(desk, claimed).await?;
    sent.attempt.ms = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    let became = became(claimed.tries, &sent);
    metrics::counter!("baton_endpoint_attempts", "became" => word(became)).increment(1);
    let mut tx = desk.store.begin().await?;
    let too_long = tx.note_endpoint(claimed.endpoint, became, PATIENCE_DAYS).await?;
    if tx.settle_endpoint_delivery(claimed, &sent.attempt, became).await? {
        if let Some(why) = hopeless(&sent, too_long) {
            let changed = tx.switch_endpoint_off(claimed.endpoint, Some(why)).await?;
            if changed {
                tx.alert_of_endpoint(claimed.endpoint, "webhook_off", why).await?;
                tracing::warn!(endpoint = %claimed.endpoint, "an address is told nothing more");
            }
        }
        tx.commit().await?;
    }
    Ok(())
}

fn word(became: Became) -> &'static str {
    match became {
        Became::Delivered => "delivered",
        Became::Later(_) => "later",
        Became::Failed => "failed",
    }
}

/// Why an address is told nothing more, where that is so.
fn hopeless(sent: &Sent, too_long: bool) -> Option<&'static str> {
    if sent.attempt.status == Some(410) {
        return Some(
            "It answered 410: there is nothing at this address any more. Correct it and switch it on.",
        );
    }
    too_long.then_some(
        "It has taken nothing for five days. When it is well again, switch it on and recover what it has missed.",
    )
}

/// What came of a call.
struct Sent {
    attempt: Attempt,
    /// How long the other side wants to be left alone.
    pause: Option<Duration>,
}

/// Sends it. What goes wrong on the way is written down; what goes wrong in our database is not.
async fn send(desk: &Desk, claimed: &Claimed) -> store::Result<Sent> {
    let secrets = desk.store.endpoint_secrets(&desk.seal, claimed.endpoint).await?;
    let keys: Vec<Vec<u8>> = secrets.iter().filter_map(|secret| sign::key(secret.expose_secret())).collect();
    let at = Timestamp::now().as_second();
    let body = claimed.body.as_bytes();
    let id = claimed.id.to_string();
    let headers = [
        (sign::ID, id.clone()),
        (sign::TIMESTAMP, at.to_string()),
        (sign::SIGNATURE, sign::signature(&keys, &id, at, body)),
    ];
    let mut attempt = Attempt {
        request: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        ..Attempt::default()
    };
    attempt.request.push(("content-type".to_owned(), "application/json".to_owned()));
    let call = Call {
        method: Method::POST,
        url: claimed.url.clone(),
        headers: headers.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect(),
        content: Content::Bytes("application/json", body.to_vec()),
    };
    let mut pause_wanted = None;
    match answer(desk, call).await {
        Ok((status, headers, response)) => {
            let wanted = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            pause_wanted = wanted.and_then(|value| pause(value, Timestamp::now()));
            attempt.status = Some(status);
            attempt.headers = named(&headers);
            attempt.response = Some(response);
        }
        Err(error) => attempt.error = Some(error.to_string()),
    }
    Ok(Sent { attempt, pause: pause_wanted })
}

async fn answer(desk: &Desk, call: Call) -> Result<(u16, HeaderMap, String), CallError> {
    let mut response = desk.client.open(call, Reach::Public).await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    // Whoever answers has answered: what its answer says is only for the log.
    while body.len() < KEPT
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk[..chunk.len().min(KEPT - body.len())]);
    }
    Ok((status, headers, String::from_utf8_lossy(&body).replace('\0', "")))
}

/// Headers as they are written down. What the other side wants kept by a browser is no business of the log.
fn named(headers: &HeaderMap) -> Vec<(String, String)> {
    let told = headers.iter().filter(|(name, _)| *name != http::header::SET_COOKIE).take(40);
    let text = |value: &http::HeaderValue| {
        String::from_utf8_lossy(value.as_bytes()).replace('\0', "").chars().take(500).collect::<String>()
    };
    told.map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// What becomes of a delivery after so many tries.
fn became(tries: i32, sent: &Sent) -> Became {
    if sent.attempt.status.is_some_and(|status| (200..300).contains(&status)) {
        return Became::Delivered;
    }
    let place = usize::try_from(tries - 1).unwrap_or(0);
    let Some(pause) = PAUSES_S.get(place) else { return Became::Failed };
    // Not all at once, when one that was away comes back.
    let percent = 90 + i64::from(rand::random::<u8>() % 21);
    let pause_ms = i64::from(*pause) * 10 * percent;
    let wanted_ms = sent.pause.map_or(0, |wanted| i64::try_from(wanted.as_millis()).unwrap_or(0));
    Became::Later(pause_ms.max(wanted_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(status: u16, pause: Option<u64>) -> Sent {
        Sent {
            attempt: Attempt { status: Some(status), ..Attempt::default() },
            pause: pause.map(Duration::from_secs),
        }
    }

    #[test]
    fn what_is_not_taken_comes_again_seven_times_and_then_no_more() {
        assert_eq!(became(1, &sent(204, None)), Became::Delivered);
        for (tries, seconds) in (1..).zip(PAUSES_S) {
            for status in [301, 400, 404, 500, 503] {
                let Became::Later(ms) = became(tries, &sent(status, None)) else { panic!("{tries}") };
                let seconds = i64::from(seconds);
                assert!((seconds * 900..=seconds * 1_100).contains(&ms), "{tries}: {ms}");
            }
        }
        assert_eq!(became(8, &sent(500, None)), Became::Failed);
    }

    #[test]
    fn whoever_wants_to_be_left_alone_longer_is() {
        assert_eq!(became(1, &sent(429, Some(60))), Became::Later(60_000));
        let Became::Later(ms) = became(2, &sent(503, Some(1))) else { panic!() };
        assert!(ms >= 270_000);
    }
}
