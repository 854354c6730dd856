//! Handing a conversation to people, with everything that the bot knows.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use contract::handoff::{CustomerText, OnTimeout, Rung, Target};
use contract::message::Field;
use contract::token::Scope;
use contract::{Command, Packet};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answer;
use super::caller::{Caller, missing};
use super::input::Input;
use super::once::Key;
use super::verbs::{Doing, act, epoch};
use crate::bots::packet::SLOTS;
use crate::domain::wait;
use crate::http::error::Problem;
use crate::public::Handoff;
use crate::public::words::{PriorityWord, ReasonWord};
use crate::state::Desk;

/// Characters of a line, of a paragraph and of a text for the customer, and members of a list, at most.
const LINE: usize = 200;
const PARAGRAPH: usize = 4000;
const SAID: usize = 1024;
const MEMBERS: usize = 20;
/// The longest time that somebody is given, in seconds: a day.
const LONGEST_S: i32 = 86_400;

/// What is passed on. Everything but the reason may be left out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewHandoff {
    /// The conversation's `epoch` that you have seen. A bot must name it.
    epoch: Option<i64>,
    /// Why.
    reason_code: ReasonWord,
    /// Why, in words.
    reason: Option<String>,
    /// What it is about, in a line.
    title: Option<String>,
    /// What happened, in a paragraph.
    summary: Option<String>,
    /// What the customer wants, in your word.
    intent: Option<String>,
    /// How sure you are, from 0 to 1.
    confidence: Option<f64>,
    /// What an agent could answer.
    suggested_reply: Option<String>,
    /// What you have learned, name by name: text, numbers or yes and no; 4 KB at most.
    #[serde(default)]
    #[schema(value_type = Object)]
    slots: BTreeMap<String, serde_json::Value>,
    /// What you have tried.
    #[serde(default)]
    tried: Vec<String>,
    /// The customer's mood, in your word.
    sentiment: Option<String>,
    /// The customer's language (BCP 47).
    language: Option<String>,
    /// Which version of the bot you are.
    bot_version: Option<String>,
    /// What whoever takes it should be able to do.
    #[serde(default)]
    skills: Vec<String>,
    /// How soon somebody should look; absent: as it is.
    priority: Option<PriorityWord>,
    /// Whom you want to have it.
    target: Option<NewTarget>,
    /// Who is asked, one after the other; empty: as the team or the channel has it.
    #[serde(default)]
    ladder: Vec<NewRung>,
    /// How long it may take until somebody has it, in seconds; absent: as long as it takes.
    timeout_s: Option<i32>,
    /// What is done then: `next_step`, `bot_keeps` or `callback`.
    #[schema(value_type = Option<String>)]
    on_timeout: Option<OnTimeout>,
    /// What the customer is told, by what becomes of it.
    #[serde(default)]
    customer_text: NewCustomerText,
}

/// One rung of a ladder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRung {
    /// Who is asked: an agent, a team, or anybody with the skills; or what is done when nobody is left to ask.
    step: Step,
    /// The agent's or the team's name or id; absent: the target's, else the channel's team.
    name: Option<String>,
    /// How long each is asked, in seconds; absent: as long as the team asks.
    seconds: Option<i32>,
}

/// Who is asked, or what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RungStep)]
pub(super) enum Step {
    /// One person.
    Agent,
    /// A team.
    Team,
    /// Anybody who has the skills.
    Skill,
    /// The bot keeps the customer, and promises that somebody writes back.
    BotKeeps,
    /// Somebody writes back later; the conversation goes on waiting.
    Callback,
}

/// A person or a team, by name or id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTarget {
    /// A person.
    agent: Option<String>,
    /// A team.
    team: Option<String>,
}

/// What the customer is told. None of it may say that somebody has the conversation: nobody has it yet.
#[derive(Debug, Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCustomerText {
    /// Somebody is there.
    agent_available: Option<String>,
    /// Nobody is there.
    agent_unavailable: Option<String>,
    /// It is closed.
    after_hours: Option<String>,
}

/// A handoff, and where its conversation stands in the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueuedHandoff {
    #[serde(flatten)]
    handoff: Handoff,
    /// How many wait before it, while it waits and somebody is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<i32>,
    /// How long it will wait, in seconds: measured, and rather too long than too short. Null while too little was
    /// measured, when nobody is there, and once somebody has it.
    expected_wait_s: Option<i64>,
}

impl QueuedHandoff {
    async fn of(desk: &Desk, handoff: Handoff) -> Result<QueuedHandoff, Problem> {
        let open = handoff.ended_at.is_none();
        let place = match open {
            true => desk.store.place_in_queue(handoff.conversation_id.into()).await?,
            false => None,
        };
        let minutes = place.as_ref().and_then(|(ahead, measured)| wait::minutes(measured, *ahead));
        Ok(QueuedHandoff {
            handoff,
            ahead: place.map(|(ahead, _)| ahead),
            expected_wait_s: minutes.map(|minutes| minutes * 60),
        })
    }
}

/// Hand it to people.
///
/// With everything that you know, so that the customer has to say nothing twice. Asked again while the handoff is open,
/// the answer is the same handoff.
#[utoipa::path(post, path = "/conversations/{id}/handoff", tag = "Handoffs", request_body = NewHandoff,
    params(("id" = Uuid, Path, description = "The conversation")), responses((status = 200, body = QueuedHandoff)))]
pub(super) async fn hand_off(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Key(key): Key,
    Input(new): Input<NewHandoff>,
) -> Answer<QueuedHandoff> {
    caller.must(Scope::ConversationsWrite)?;
    let card = caller.conversation(&desk, &id).await?;
    let epoch = epoch(&caller, &card, new.epoch)?;
    let command = Command::HandOff { epoch, packet: new.packet()? };
    act(&desk, &caller, Doing { conversation: card.id, key, command }).await?;
    let handoff = desk.store.latest_handoff(card.id).await?.ok_or_else(missing)?;
    Ok(Json(QueuedHandoff::of(&desk, Handoff::from(&handoff)).await?))
}

/// Get the open handoff, else the last one.
#[utoipa::path(get, path = "/conversations/{id}/handoff", tag = "Handoffs",
    params(("id" = Uuid, Path, description = "The conversation")), responses((status = 200, body = QueuedHandoff)))]
pub(super) async fn latest(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<QueuedHandoff> {
    caller.must(Scope::ConversationsRead)?;
    let card = caller.conversation(&desk, &id).await?;
    let handoff = desk.store.latest_handoff(card.id).await?.ok_or_else(missing)?;
    let handoff = Handoff::from(&handoff);
    // What another bot has passed on is no business of this one.
    match caller.bot() {
        Some(bot) if !handoff.by.is_bot(bot) => Err(missing()),
        _ => Ok(Json(QueuedHandoff::of(&desk, handoff).await?)),
    }
}

impl NewHandoff {
    fn packet(self) -> Result<Packet, Problem> {
        if self.confidence.is_some_and(|sure| !(0.0..=1.0).contains(&sure)) {
            return Err(Problem::at("confidence", "between 0 and 1"));
        }
        Ok(Packet {
            reason: short("reason", self.reason, PARAGRAPH)?,
            title: short("title", self.title, LINE)?,
            summary: short("summary", self.summary, PARAGRAPH)?,
            intent: short("intent", self.intent, LINE)?,
            confidence: self.confidence,
            suggested_reply: short("suggested_reply", self.suggested_reply, SAID)?,
            slots: slots(self.slots)?,
            tried: few("tried", self.tried)?,
            sentiment: short("sentiment", self.sentiment, LINE)?,
            language: short("language", self.language, LINE)?,
            bot_version: short("bot_version", self.bot_version, LINE)?,
            skills: few("skills", self.skills)?,
            priority: self.priority.map(|priority| priority.0),
            target: self.target.map(target).transpose()?,
            ladder: ladder(self.ladder)?,
            timeout_s: seconds("timeout_s", self.timeout_s)?,
            on_timeout: self.on_timeout.unwrap_or_default(),
            customer_text: CustomerText {
                agent_available: short(
                    "customer_text.agent_available",
                    self.customer_text.agent_available,
                    SAID,
                )?,
                agent_unavailable: short(
                    "customer_text.agent_unavailable",
                    self.customer_text.agent_unavailable,
                    SAID,
                )?,
                after_hours: short("customer_text.after_hours", self.customer_text.after_hours, SAID)?,
            },
            ..Packet::because(self.reason_code.0)
        })
    }
}

/// A text that is not too long, without what cannot be stored. One that says nothing is none.
fn short(path: &str, text: Option<String>, most: usize) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let text = text.replace('\0', "").trim().to_owned();
    if text.chars().count() > most {
        return Err(Problem::at(path, format!("at most {most} characters")));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn few(path: &str, all: Vec<String>) -> Result<Vec<String>, Problem> {
    if all.len() > MEMBERS {
        return Err(Problem::at(path, format!("at most {MEMBERS} of them")));
    }
    let read = |(at, text)| short(&format!("{path}[{at}]"), Some(text), LINE);
    let read = all.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(read.into_iter().flatten().collect())
}

pub(super) fn slots(all: BTreeMap<String, serde_json::Value>) -> Result<Vec<Field>, Problem> {
    let (mut slots, mut size) = (Vec::new(), 0);
    for (name, value) in all {
        let path = format!("slots.{name}");
        let value = match value {
            serde_json::Value::Null => continue,
            serde_json::Value::String(text) => text.replace('\0', ""),
            serde_json::Value::Number(number) => number.to_string(),
            serde_json::Value::Bool(yes) => yes.to_string(),
            _ => return Err(Problem::at(&path, "slots are flat: text, a number, or yes and no")),
        };
        let name = name.replace('\0', "");
        size += name.len() + value.len();
        if size > SLOTS {
            return Err(Problem::at(&path, format!("the slots hold more than {SLOTS} bytes")));
        }
        slots.push(Field { name, value });
    }
    Ok(slots)
}

fn ladder(rungs: Vec<NewRung>) -> Result<Vec<Rung>, Problem> {
    if rungs.len() > MEMBERS {
        return Err(Problem::at("ladder", format!("at most {MEMBERS} rungs")));
    }
    let rung = |(at, rung): (usize, NewRung)| -> Result<Rung, Problem> {
        let name = short(&format!("ladder[{at}].name"), rung.name, LINE)?;
        let seconds = seconds(&format!("ladder[{at}].seconds"), rung.seconds)?;
        Ok(match rung.step {
            Step::Agent => Rung::Agent { name, seconds },
            Step::Team => Rung::Team { name, seconds },
            Step::Skill => Rung::Skill { seconds },
            Step::BotKeeps => Rung::BotKeeps,
            Step::Callback => Rung::Callback,
        })
    };
    rungs.into_iter().enumerate().map(rung).collect()
}

fn seconds(path: &str, seconds: Option<i32>) -> Result<Option<i32>, Problem> {
    match seconds {
        Some(seconds) if !(1..=LONGEST_S).contains(&seconds) => {
            Err(Problem::at(path, format!("1 to {LONGEST_S} seconds")))
        }
        seconds => Ok(seconds),
    }
}

fn target(target: NewTarget) -> Result<Target, Problem> {
    match (target.agent, target.team) {
        (Some(agent), None) => Ok(short("target.agent", Some(agent), LINE)?.map(Target::Agent)),
        (None, Some(team)) => Ok(short("target.team", Some(team), LINE)?.map(Target::Team)),
        _ => Err(Problem::at("target", "give either an agent or a team")),
    }?
    .ok_or_else(|| Problem::at("target", "the name is empty"))
}
