//! Fetching the files that customers have sent: from the provider, outside any transaction, into the store of
//! files. A file is claimed under a lease; a process that dies on the way leaves it wanted.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use tokio::task::JoinSet;

use crate::channels::client::CallError;
use crate::channels::{self, Class, Provider};
use crate::errands::{Ended, Errand};
use crate::flows::Failed;
use crate::flows::fetched::{Fetched, fetched};
use crate::live::bus::Topic;
use crate::media::keep::Coming;
use crate::media::{LARGEST, NotKept, keep};
use crate::state::Desk;
use crate::store::files::Wanted;

/// Files that are fetched at once.
const AT_ONCE: usize = 8;
/// How much of a provider's rate for files is used: the network can push together what left apart.
const USED_OF_100: i64 = 80;
/// Whoever is later than this has missed a turn, and so often takes another one.
const LATE: Duration = Duration::from_millis(100);
const MOST_TURNS: usize = 5;
/// How often the job looks by itself, in milliseconds.
const LOOK_MS: i64 = 2_000;
/// How long one file may take.
const DEADLINE: Duration = Duration::from_secs(330);
/// How often its lease is renewed: a third of its length.
const RENEW: Duration = Duration::from_secs(20);
/// How long nothing may come of it.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a file is tried: the last time about three hours after the first.
const MOST_ATTEMPTS: i32 = 8;

/// Fetches files: several at once, so that a slow one holds up no other.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Files);
    let mut under_way: JoinSet<()> = JoinSet::new();
    while !desk.stop.is_cancelled() {
        woken.borrow_and_update();
        while under_way.try_join_next().is_some() {}
        let wanted = desk.store.claim_files(room(&under_way)).await?;
        let some = !wanted.is_empty();
        for one in wanted {
            let desk = desk.clone();
            under_way.spawn(async move { take(&desk, &one).await });
        }
        if some {
            continue;
        }
        let full = room(&under_way) == 0;
        let next = if full { None } else { desk.store.next_file_ms().await? };
        let next = next.unwrap_or(LOOK_MS).clamp(50, LOOK_MS);
        tokio::select! {
            () = desk.stop.cancelled() => {}
            _ = woken.changed(), if !full => {}
            _ = under_way.join_next(), if !under_way.is_empty() => {}
            () = tokio::time::sleep(Duration::from_millis(next.unsigned_abs())) => {}
        }
    }
    while under_way.join_next().await.is_some() {}
    Ok(())
}

fn room(under_way: &JoinSet<()>) -> i64 {
    i64::try_from(AT_ONCE.saturating_sub(under_way.len())).unwrap_or(0)
}

async fn take(desk: &Desk, wanted: &Wanted) {
    let tried = tokio::select! {
        tried = tokio::time::timeout(DEADLINE, fetch(desk, wanted)) => tried,
        () = lose(desk, wanted) => return,
        () = desk.stop.cancelled() => Ok(Err(Failure::passing("the server was stopped meanwhile"))),
    };
    let outcome = match tried {
        Ok(Ok(kept)) => Fetched::Ready(kept),
        Ok(Err(failure)) => failure.outcome(wanted.attempts),
        Err(_) => Failure::passing("it took too long").outcome(wanted.attempts),
    };
    match &outcome {
        Fetched::Ready(_) => metrics::counter!("baton_files_fetched").increment(1),
        Fetched::Later { reason, .. } => tracing::info!(file = %wanted.id, reason, "a file is fetched later"),
        Fetched::Failed { reason } => {
            tracing::warn!(file = %wanted.id, reason, "a file could not be fetched")
        }
    }
    match fetched(desk, wanted, &outcome).await {
        Ok(()) => {}
        // Erased meanwhile: the bytes go with the next sweep.
        Err(Failed::Refused(_)) => {}
        Err(Failed::Store(error)) => tracing::warn!(error = %error, "a file waits for the database"),
    }
}

/// Keeps the lease while a file is fetched, and ends when it is lost: then somebody else fetches it.
async fn lose(desk: &Desk, wanted: &Wanted) {
    loop {
        tokio::time::sleep(RENEW).await;
        match desk.store.keep_file_lease(wanted.id, wanted.attempts).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(error = %error, "the lease of a file waits for the database"),
        }
    }
}

/// Why a file was not had.
struct Failure {
    reason: String,
    /// How often it is worth trying.
    tries: i32,
}

impl Failure {
    fn passing(reason: impl Into<String>) -> Failure {
        Failure { reason: reason.into(), tries: MOST_ATTEMPTS }
    }

    fn lasting(reason: impl Into<String>) -> Failure {
        Failure { reason: reason.into(), tries: 1 }
    }

    /// What the provider says is for good, and is believed when it says so for half a minute: a file can be behind
    /// its webhook.
    fn denied(reason: impl Into<String>) -> Failure {
        Failure { reason: reason.into(), tries: 4 }
    }

    fn outcome(self, attempts: i32) -> Fetched {
        let reason = format!("The file could not be fetched: {}.", self.reason.trim_end_matches('.'));
        match attempts < self.tries {
            true => Fetched::Later { wait_ms: pause_ms(attempts), reason },
            false => Fetched::Failed { reason },
        }
    }
}

/// 2, 8, 32 seconds and so on, at most two hours, with up to a fifth more.
fn pause_ms(attempts: i32) -> i64 {
    let exponent = u32::try_from(attempts - 1).unwrap_or(0).min(8);
    let pause = (2_000_i64 << (2 * exponent)).min(2 * 60 * 60 * 1_000);
    pause + (pause as f64 * 0.2 * rand::random::<f64>()) as i64
}

async fn fetch(desk: &Desk, wanted: &Wanted) -> Result<crate::media::Kept, Failure> {
    let connection = desk.connections.get(desk, wanted.connection).await;
    let connection = connection
        .map_err(|error| Failure::passing(error.to_string()))?
        .ok_or_else(|| Failure::lasting("the connection is gone"))?;
    let provider = channels::provider(&wanted.provider)
        .ok_or_else(|| Failure::lasting("this build does not have the provider"))?;
    let errand = Errand { connection: &connection, provider, channel: &wanted.provider_channel };
    turn(desk, wanted, provider).await?;
    let response = errand.download(desk, &|via| provider.fetch(via, &wanted.media)).await?;
    let status = response.status().as_u16();
    match status {
        200..=299 => {}
        404 | 410 => return Err(Failure::denied(format!("the provider does not have it (HTTP {status})"))),
        _ => return Err(Failure::passing(format!("the provider answered with HTTP {status}"))),
    }
    if response.content_length().is_some_and(|length| length > LARGEST) {
        return Err(NotKept::TooLarge.into());
    }
    let coming = Coming {
        id: wanted.id,
        declared: wanted.media.mime.as_deref(),
        name: wanted.media.file_name.as_deref(),
        most: LARGEST,
        patience: PATIENCE,
    };
    let bytes = response.bytes_stream().map(|piece| piece.map_err(reqwest::Error::without_url)).boxed();
    let kept = keep(&desk.files, coming, bytes).await?;
    if wanted.media.sha256.as_deref().is_some_and(|told| !is_digest(told, &kept.sha256)) {
        // Providers have been seen to tell the digest of another form of the file: what came is kept.
        tracing::warn!(file = %wanted.id, "the digest of a file is not the one that its message told");
    }
    Ok(kept)
}

/// Waits for the turn of a file, where the provider gives only so many a second.
async fn turn(desk: &Desk, wanted: &Wanted, provider: &dyn Provider) -> Result<(), Failure> {
    let Some(rate) = provider.files_a_second() else { return Ok(()) };
    let every_ms = 100_000 / (i64::from(rate.max(1)) * USED_OF_100) + 1;
    for _ in 0..MOST_TURNS {
        let wait = desk.store.file_turn(wanted.connection, every_ms).await;
        let wait = wait.map_err(|error| Failure::passing(error.to_string()))?;
        let due = tokio::time::Instant::now() + Duration::from_millis(wait.unsigned_abs());
        tokio::time::sleep_until(due).await;
        // A process that was held up has missed its turns, and must not take them all at once.
        if due.elapsed() < LATE {
            break;
        }
    }
    Ok(())
}

/// Whether a digest as a provider tells it, in base64 or hexadecimal, is this one.
fn is_digest(told: &str, digest: &[u8]) -> bool {
    let told = told.trim();
    let hex = digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    told.eq_ignore_ascii_case(&hex) || STANDARD.decode(told).is_ok_and(|told| told == digest)
}

impl From<Ended> for Failure {
    fn from(ended: Ended) -> Failure {
        match ended {
            Ended::NotCarried(why) => Failure::lasting(why),
            Ended::Call(CallError::Refused(why)) => Failure::lasting(why),
            Ended::Call(CallError::NotSent(why) | CallError::Unknown(why)) => Failure::passing(why),
            Ended::Refused(fault) if fault.code == "too_large" => Failure::lasting(fault.reason),
            Ended::Refused(fault) => {
                let reason = format!("{} ({})", fault.reason.trim_end_matches('.'), fault.code);
                if fault.class == Class::Permanent {
                    Failure::denied(reason)
                } else {
                    Failure::passing(reason)
                }
            }
        }
    }
}

impl From<NotKept> for Failure {
    fn from(why: NotKept) -> Failure {
        match why {
            NotKept::TooLarge => Failure::lasting("it is larger than 100 MB"),
            why => Failure::passing(why.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_hours_and_end() {
        let pauses: Vec<i64> = (1..MOST_ATTEMPTS).map(pause_ms).collect();
        assert!((2_000..=2_400).contains(&pauses[0]), "{pauses:?}");
        assert!(pauses.windows(2).all(|pair| pair[0] < pair[1] || pair[1] >= 7_200_000), "{pauses:?}");
        let total: i64 = pauses.iter().sum();
        assert!((2..5).contains(&(total / 3_600_000)), "{total}");
        assert!(matches!(Failure::denied("x").outcome(3), Fetched::Later { .. }));
        assert!(matches!(Failure::denied("x").outcome(4), Fetched::Failed { .. }));
        assert!(matches!(Failure::lasting("x").outcome(1), Fetched::Failed { .. }));
        let last = Failure::passing("x.").outcome(MOST_ATTEMPTS);
        assert_eq!(last, Fetched::Failed { reason: "The file could not be fetched: x.".to_owned() });
    }

    #[test]
    fn a_digest_is_read_in_both_of_its_writings() {
        let digest = [0xfb, 0xef, 0xbe];
        assert!(is_digest("FBefbe", &digest) && is_digest("++++", &digest));
        assert!(
            !is_digest("++++", &digest[..2]) && !is_digest("", &digest) && !is_digest("nonsense", &digest)
        );
    }
}
