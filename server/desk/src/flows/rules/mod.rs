//! Rules in a flow's own transaction: what has happened in it is asked about once, before it is committed, on what is
//! known then. What a rule does never makes another rule do something.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | what has happened is asked about, and what came of it is written down |
//! | `deeds` | what rules do, over the same code as people and bots |
//! | `bots`, `tell` | what they do with bots, and whom else they tell |
//! | [`batch`] | what a batch of webhooks has brought |
//! | [`clock`] | what time brings about |

use std::borrow::Cow;

use contract::rules::{Decision, Done, Outcome as Became};
use contract::{Actor, Packet, Stage};

use super::work::Work;
use super::{Failed, Outcome, sentence};
use crate::domain::rules::{Ordered, evaluate, events, facts};
use crate::store;

pub(super) mod batch;
mod bots;
pub(super) mod clock;
mod deeds;
mod tell;

/// Asks the rules about what has happened in a piece of work.
pub(super) async fn follow(work: &mut Work) -> Outcome<()> {
    let happened = work.take_heard();
    if happened.is_empty() {
        return Ok(());
    }
    ask(work, &happened).await
}

/// Asks the rules about a handoff before anybody is asked to take it. What is to be placed then; nothing where it waits
/// no more.
pub(super) async fn handed_off<'a>(work: &mut Work, packet: &'a Packet) -> Outcome<Option<Cow<'a, Packet>>> {
    if work.is_quiet() || !work.rules.listens(events::HANDED_OFF) {
        return Ok(Some(Cow::Borrowed(packet)));
    }
    work.placing = Some(packet.clone());
    ask(work, &[events::HANDED_OFF]).await?;
    let placing = work.placing.take();
    let waits = work.conversation.stage == Stage::Waiting && work.conversation.handoff.is_some();
    Ok(placing.filter(|_| waits).map(Cow::Owned))
}

/// Asks about events, all on the same facts, and does what the rules say. A fault of ours in it is logged and leaves
/// nothing behind: the message, the reply or the handoff that it was about happens all the same.
async fn ask(work: &mut Work, happened: &[&str]) -> Outcome<()> {
    let before = work.begin_aside("rules").await?;
    // The desk acts, nobody hears it, and what it says is not what somebody has asked for under a key.
    let (actor, key) = (std::mem::replace(&mut work.actor, Actor::Desk), work.client_id.take());
    let loud = work.hush();
    let decided = Box::pin(decide(work, happened)).await;
    work.speak_up(loud);
    (work.actor, work.client_id) = (actor, key);
    match decided {
        Ok(()) => work.keep_aside("rules").await,
        Err(Failed::Store(error)) if !error.is_transient() => {
            tracing::error!(error = %error, "rules could not be asked");
            work.drop_aside("rules", before).await
        }
        Err(failed) => Err(failed),
    }
}

async fn decide(work: &mut Work, happened: &[&str]) -> Outcome<()> {
    let (rules, seq, at) = (work.rules.clone(), work.conversation.seq, work.now);
    let mut known = work.known_to_rules().await?;
    if let Some(said) = known.message.as_mut().filter(|_| happened.contains(&events::FIRST_MESSAGE)) {
        // Of several that came in at once, each belongs to the beginning.
        said.first = true;
    }
    let facts = facts::read(&known);
    let mut decisions = Vec::new();
    for event in happened {
        let answer = evaluate(&rules, event, &facts);
        let matched = answer.matched();
        let mut done = Vec::new();
        for ordered in &answer.deeds {
            done.push(carry_out(work, ordered).await?);
        }
        let (event, facts, trace) = ((*event).to_owned(), facts.clone(), answer.trace);
        decisions.push(Decision { event, seq, at, version: rules.version, matched, facts, trace, done });
    }
    work.tx.note_decisions(work.conversation.id, &decisions).await?;
    Ok(())
}

/// Does one thing. What cannot be done leaves nothing behind, and says why.
async fn carry_out(work: &mut Work, ordered: &Ordered) -> Outcome<Done> {
    let said = |outcome, why| Done { rule: ordered.rule, act: ordered.act.clone(), outcome, why };
    let deed = match &ordered.deed {
        Ok(deed) => deed,
        Err(why) => return Ok(said(Became::Refused, Some(format!("It cannot be done: {why}.")))),
    };
    let before = work.begin_aside("deed").await?;
    let why = match Box::pin(deeds::carry_out(work, deed)).await {
        Ok(instead) => {
            work.keep_aside("deed").await?;
            let outcome = if instead.is_some() { Became::Instead } else { Became::Done };
            return Ok(said(outcome, instead));
        }
        Err(Failed::Refused(refused)) => sentence(&refused, None),
        // Somebody has just taken away what the rule names.
        Err(Failed::Store(store::Error::Conflict(constraint))) => {
            format!("What it names does not exist any more ({constraint}).")
        }
        Err(failed) => return Err(failed),
    };
    work.drop_aside("deed", before).await?;
    Ok(said(Became::Refused, Some(why)))
}
