//! What rules do, over the same code as people and bots.

use std::collections::BTreeMap;

use contract::handoff::{Rung, Target};
use contract::time::MINUTE_MS;
use contract::{AgentId, Author, Body, Owner, Packet, ReasonCode, Stage, TeamId};

use super::super::work::{Saying, Work};
use super::super::{Outcome, assign, attributes, hand_off, label, note, place, prioritise, resolve, snooze};
use super::{bots, tell};
use crate::bots::fit;
use crate::domain::Refused;
use crate::domain::rules::Deed;
use crate::domain::rules::actions::Fallback;

/// Does something. What was done instead, in words, where that is something else.
pub(super) async fn carry_out(work: &mut Work, deed: &Deed) -> Outcome<Option<String>> {
    match deed {
        Deed::AssignAgent(agent) => give(work, *agent).await,
        Deed::AssignTeam(team) => ask_team(work, *team).await,
        Deed::Queue => wait(work, (None, Vec::new(), &[])).await,
        Deed::Ladder(rungs) => wait(work, (None, rungs.clone(), &[])).await,
        Deed::Skills(skills) => wait(work, (None, vec![Rung::Skill { seconds: None }], skills)).await,
        Deed::AssignBot(bot) => bots::give(work, *bot).await,
        Deed::ReturnToBot => bots::give_back(work).await,
        Deed::Priority(priority) if work.conversation.priority == *priority => so_already(),
        Deed::Priority(priority) => {
            prioritise::prioritise(work, *priority);
            done()
        }
        Deed::AddLabels(labels) => labelled(work, labels, &[]),
        Deed::RemoveLabels(labels) => labelled(work, &[], labels),
        Deed::Snooze(minutes) => {
            let until = work.now.plus_ms(minutes.saturating_mul(MINUTE_MS));
            snooze::aside(work, until).await?;
            done()
        }
        Deed::Resolve if work.conversation.stage == Stage::Resolved => so_already(),
        Deed::Resolve => {
            resolve::close(work).await?;
            done()
        }
        Deed::Note(text) => {
            let text = note::tidy(text)?;
            work.note(Author::Desk, &text);
            done()
        }
        Deed::Attribute(name, value) => {
            let changes = BTreeMap::from([(name.clone(), value.clone())]);
            if attributes::set(work, &changes).await?.1 { done() } else { so_already() }
        }
        Deed::Say(text, fallback) => say(work, text, fallback).await,
        Deed::Template(template) => {
            let body = Body::Template((**template).clone());
            work.say(Saying { author: Author::Desk, body, quoted: None }).await?;
            done()
        }
        Deed::Sla(policy) => tell::promise(work, policy).await,
        Deed::AskRating(text, hours) => tell::ask_rating(work, text, *hours).await,
        Deed::Notify(text) => tell::notify(work, text).await,
        Deed::Call(address, data) => tell::call(work, address, data.as_deref()).await,
    }
}

pub(super) fn done() -> Outcome<Option<String>> {
    Ok(None)
}

pub(super) fn so_already() -> Outcome<Option<String>> {
    Ok(Some("It was so already.".to_owned()))
}

fn labelled(work: &mut Work, add: &[String], remove: &[String]) -> Outcome<Option<String>> {
    let before = work.conversation.labels.clone();
    label::label(work, add, remove)?;
    if work.conversation.labels == before { so_already() } else { done() }
}

async fn give(work: &mut Work, to: AgentId) -> Outcome<Option<String>> {
    if work.conversation.owner == Owner::Agent(to) {
        return so_already();
    }
    assign::hand_to(work, to, "assign").await?;
    done()
}

async fn ask_team(work: &mut Work, team: TeamId) -> Outcome<Option<String>> {
    if work.tx.team_terms(team).await?.is_none() {
        return Err(Refused::Invalid("This team does not exist any more.".to_owned()).into());
    }
    wait(work, (Some(Target::Team(team.to_string())), Vec::new(), &[])).await
}

/// It waits for people: those that are named, or have the skills, else whoever the channel has.
async fn wait(
    work: &mut Work,
    (target, ladder, skills): (Option<Target>, Vec<Rung>, &[String]),
) -> Outcome<Option<String>> {
    if let Some(handoff) = work.conversation.handoff.filter(|_| !skills.is_empty()) {
        work.tx.want_skills(handoff, skills).await?;
    }
    if let Some(placing) = &mut work.placing {
        // It is about to be placed: that is where it goes then.
        placing.target = target;
        placing.ladder = ladder;
        if !skills.is_empty() {
            placing.skills = skills.to_vec();
        }
        return done();
    }
    let wish = Packet {
        reason: Some("A rule has passed it on.".to_owned()),
        target,
        ladder,
        skills: skills.to_vec(),
        ..Packet::because(ReasonCode::Rule)
    };
    match (work.conversation.stage, work.conversation.handoff) {
        (Stage::Bot, _) => hand_off::begin(work, &wish).await?,
        (Stage::Waiting, Some(_)) => place::again(work, &wish).await?,
        (Stage::Waiting, None) => first(work, &wish).await?,
        (Stage::Assigned, _) => {
            let change = work.conversation.release("rule", work.now);
            work.moved(change).await?;
            first(work, &wish).await?;
        }
        (Stage::Snoozed | Stage::Resolved, _) => {
            return Err(Refused::WrongStage { verb: "put into the queue" }.into());
        }
    }
    done()
}

async fn first(work: &mut Work, wish: &Packet) -> Outcome<()> {
    work.begin_handoff(wish).await?;
    place::place(work, wish, None).await
}

async fn say(work: &mut Work, text: &str, fallback: &Fallback) -> Outcome<Option<String>> {
    if work.conversation.window_open(work.now) {
        let provider = work.provider;
        for body in fit::fit(Body::text(text), &|body| provider.carries(body).is_ok()).messages {
            work.say(Saying { author: Author::Desk, body, quoted: None }).await?;
        }
        return done();
    }
    match fallback {
        Fallback::Skip => Ok(Some("Nothing was sent: the customer's window is closed.".to_owned())),
        Fallback::Note => {
            work.note(Author::Desk, text);
            Ok(Some("It was noted: the customer's window is closed.".to_owned()))
        }
        Fallback::Template(template) => {
            let body = Body::Template((**template).clone());
            work.say(Saying { author: Author::Desk, body, quoted: None }).await?;
            Ok(Some(format!("The template {} was sent: the customer's window is closed.", template.name)))
        }
    }
}
