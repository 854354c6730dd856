//! One call to a provider, and what its outcome means.

use std::time::Duration;

use contract::capability::FileBy;
use contract::{Body, Time};

use super::lane::Rest;
use super::outcomes::Outcomes;
use crate::channels::client::CallError;
use crate::channels::{self, Class, Fault, Outcome, Outgoing, Provider, What};
use crate::domain::delivery::{self, Mark};
use crate::errands::{Ended, Errand};
use crate::flows::accept::Accepted;
use crate::flows::settle::{Settled, settle};
use crate::flows::template::still_wanted;
use crate::flows::{Failed, sentence};
use crate::media::link;
use crate::media::sendable::{self, Reach};
use crate::state::Desk;
use crate::store::outbox::{Claimed, Payload};
use crate::store::senders::Sender;

/// How long what came of a call may wait for the database; after that the lease ends and it is uncertain.
const PERSEVERE: Duration = Duration::from_secs(28);
/// How often a throttled message is tried before it counts as failed: a day's worth, at the longest pause.
const MOST_THROTTLED: i32 = 288;

/// How long the lease of a delivery is; see `Store::claim`.
const LEASE: Duration = Duration::from_secs(30);
/// How often it is renewed while the call goes on.
const RENEW: Duration = Duration::from_secs(10);

/// Makes one call and writes down what came of it.
pub(super) async fn make(desk: Desk, sender: Sender, claimed: Claimed, (rest, outcomes): (Rest, Outcomes)) {
    let settled = tokio::select! {
        settled = attempt(&desk, &sender, &claimed, &rest) => settled,
        // Whatever was under way is dropped here: nothing more goes out for a delivery that is not ours any more.
        () = lose(&desk, &sender, &claimed) => Settled::Uncertain {
            reason: "The desk could not reach its database while it was sending.".to_owned(),
        },
    };
    let started = tokio::time::Instant::now();
    if let Settled::Accepted { id, address } = &settled {
        let accepted = Accepted { claimed: claimed.clone(), id: id.clone(), address: address.clone() };
        if outcomes.accept(accepted).await {
            return;
        }
    }
    loop {
        match settle(&desk, &claimed, &settled).await {
            Ok(()) => return,
            // Erased meanwhile.
            Err(Failed::Refused(_)) => return,
            Err(Failed::Store(error)) if started.elapsed() < PERSEVERE => {
                tracing::warn!(error = %error, "what came of a send waits for the database");
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            Err(Failed::Store(error)) => {
                tracing::error!(error = %error, "what came of a send could not be saved; it is uncertain");
                return;
            }
        }
    }
}

/// Keeps the lease while a call goes on, and ends when it is lost.
async fn lose(desk: &Desk, sender: &Sender, claimed: &Claimed) {
    let mut held = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(RENEW).await;
        let asked = tokio::time::Instant::now();
        match desk.store.keep_delivery_lease(claimed.id, claimed.attempts, sender).await {
            Ok(true) => held = asked,
            // A status that was faster than the provider's answer has moved it on; the answer is still heard.
            Ok(false) if held.elapsed() < LEASE => return std::future::pending().await,
            Ok(false) => return,
            Err(_) if held.elapsed() < LEASE - Duration::from_secs(2) => {}
            Err(_) => return,
        }
    }
}

async fn attempt(desk: &Desk, sender: &Sender, claimed: &Claimed, rest: &Rest) -> Settled {
    let what = match &claimed.payload {
        Payload::Message { body } => {
            if let Some(stopped) = overtaken(desk, sender, claimed, body).await {
                return stopped;
            }
            What::Message { body: body.clone(), quoted: claimed.quoted.clone() }
        }
        Payload::Reaction { target, emoji } => {
            What::Reaction { message: target.clone(), emoji: emoji.clone() }
        }
    };
    let connection = match desk.connections.get(desk, sender.connection).await {
        Ok(Some(connection)) => connection,
        Ok(None) => return not_carried("the connection is gone"),
        Err(error) => return later(1_000, "database", &error.to_string()),
    };
    let Some(provider) = channels::provider(&sender.provider) else {
        return not_carried("this build does not have the provider");
    };
    let what = match addressed(desk, (provider, connection.sandbox), what, claimed.now) {
        Ok(what) => what,
        Err(why) => return not_carried(&why),
    };
    let mark = Mark { delivery: claimed.id, round: claimed.round };
    let outgoing = Outgoing { to: claimed.to.clone(), what, opaque: Some(mark.to_string()) };
    let errand = Errand { connection: &connection, provider, channel: &sender.provider_channel };
    let begun = std::time::Instant::now();
    let answer = errand.run(desk, &|via| provider.call(via, &outgoing)).await;
    metrics::histogram!("baton_provider_call_seconds", "provider" => sender.provider.clone())
        .record(begun.elapsed().as_secs_f64());
    match answer {
        Ok(answer) => judge(desk, sender, claimed, (provider.outcome(&answer), rest)).await,
        Err(Ended::NotCarried(why)) => not_carried(&why),
        Err(Ended::Refused(fault)) => judge(desk, sender, claimed, (Outcome::Refused(fault), rest)).await,
        Err(Ended::Call(CallError::NotSent(reason))) => again(claimed, "not_reached", &reason),
        Err(Ended::Call(CallError::Unknown(reason))) => Settled::Uncertain { reason },
        Err(Ended::Call(CallError::Refused(reason))) => {
            Settled::Failed { code: "address_refused".to_owned(), reason }
        }
    }
}

/// What has happened while a message waited, if it may not leave any more: the window has closed, or the customer
/// wants no such message now.
async fn overtaken(desk: &Desk, sender: &Sender, claimed: &Claimed, body: &Body) -> Option<Settled> {
    // Queued inside the window and leaving after it: the provider would take it and drop it.
    if body.needs_window() && claimed.window_until.is_none_or(|until| claimed.now >= until) {
        return Some(Settled::Failed {
            code: "window_closed".to_owned(),
            reason: "The customer's 24 hours were over before it could leave.".to_owned(),
        });
    }
    let Body::Template(template) = body else { return None };
    match still_wanted(desk, claimed, sender.channel, template).await {
        Ok(()) => None,
        Err(Failed::Refused(refused)) => {
            Some(Settled::Failed { code: "no_consent".to_owned(), reason: sentence(&refused, None) })
        }
        Err(Failed::Store(error)) => Some(later(1_000, "database", &error.to_string())),
    }
}

/// A provider that fetches files gets their addresses in the place of our ids. They are made for each try anew, so
/// that one which waited for long does not leave with an address that has ended.
fn addressed(
    desk: &Desk,
    (provider, sandbox): (&dyn Provider, bool),
    mut what: What,
    now: Time,
) -> Result<What, String> {
    let What::Message { body, .. } = &mut what else { return Ok(what) };
    let by_address = provider.capabilities().files_by == FileBy::Address;
    for media in body.files_mut() {
        if let Some(file) = media.file {
            sendable::fits(provider, Reach::of(&desk.config, sandbox), media)?;
            if by_address {
                media.file = None;
                media.link = Some(link::address(desk, file, now));
            }
        }
    }
    Ok(what)
}

async fn judge(
    desk: &Desk,
    sender: &Sender,
    claimed: &Claimed,
    (outcome, rest): (Outcome, &Rest),
) -> Settled {
    let fault = match outcome {
        Outcome::Accepted { id, address } => return Settled::Accepted { id, address },
        Outcome::Unknown { reason } => return Settled::Uncertain { reason },
        Outcome::Refused(fault) => fault,
    };
    metrics::counter!("baton_provider_refusals", "class" => fault.class.as_str()).increment(1);
    match fault.class {
        Class::Permanent | Class::Window => failed(fault),
        Class::Retry => again_after(claimed, &fault),
        Class::Throttle if claimed.attempts >= MOST_THROTTLED => failed(fault),
        Class::Throttle => {
            let wait = pause_of(claimed, &fault);
            // The whole number slows down, for at most half a minute at a time.
            rest.rest(Duration::from_millis(wait.unsigned_abs()).min(Duration::from_secs(30))).await;
            later(wait, &fault.code, &fault.reason)
        }
        Class::Pair if claimed.attempts >= delivery::MOST_ATTEMPTS => failed(fault),
        Class::Pair => {
            rest.pairs.exhaust(&claimed.to, tokio::time::Instant::now());
            let wait = delivery::pair_backoff_ms(claimed.attempts, rand::random());
            later(wait, &fault.code, &fault.reason)
        }
        Class::Auth => {
            let reason = format!("{}: {}", fault.code, fault.reason);
            if let Err(error) = desk.store.pause_channel(sender.channel, &reason).await {
                tracing::warn!(error = %error, "a number could not be paused");
            }
            tracing::error!(channel = %sender.channel, code = fault.code, "a number is paused: its account does not hold");
            later(1_000, &fault.code, &fault.reason)
        }
    }
}

fn again_after(claimed: &Claimed, fault: &Fault) -> Settled {
    if claimed.attempts >= delivery::MOST_ATTEMPTS {
        return failed(fault.clone());
    }
    later(pause_of(claimed, fault), &fault.code, &fault.reason)
}

fn again(claimed: &Claimed, code: &str, reason: &str) -> Settled {
    if claimed.attempts >= delivery::MOST_ATTEMPTS {
        return Settled::Failed { code: code.to_owned(), reason: reason.to_owned() };
    }
    later(delivery::backoff_ms(claimed.attempts, rand::random()), code, reason)
}

/// Our own pause, or the provider's if it asks for a longer one.
fn pause_of(claimed: &Claimed, fault: &Fault) -> i64 {
    let own = delivery::backoff_ms(claimed.attempts, rand::random());
    let asked = fault.retry_after.and_then(|wait| i64::try_from(wait.as_millis()).ok()).unwrap_or(0);
    own.max(asked)
}

fn failed(fault: Fault) -> Settled {
    Settled::Failed { code: fault.code, reason: fault.reason }
}

fn later(wait_ms: i64, code: &str, reason: &str) -> Settled {
    Settled::Later { wait_ms, code: code.to_owned(), reason: reason.to_owned() }
}

fn not_carried(why: &str) -> Settled {
    Settled::Failed { code: "not_carried".to_owned(), reason: why.to_owned() }
}
