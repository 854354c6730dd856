//! Messages of a conversation: what was said, and saying something.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use contract::command::Claim;
use contract::token::Scope;
use contract::{Card, Command, MessageId, Owner};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Answer;
use super::caller::{Caller, missing};
use super::conversations::limit;
use super::input::{Asked, Input};
use super::once::Key;
use super::says::{Kind, NewMessage};
use super::verbs::{Doing, act, epoch, not_owner};
use crate::http::error::Problem;
use crate::public::Message;
use crate::public::feed::Notes;
use crate::state::Desk;
use crate::store::messages::Reading;

/// Messages on a page, at most.
const MOST: u32 = 100;
/// Messages on a page, as a rule.
const USUAL: u32 = 50;

/// How much of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stretch {
    /// All of it.
    #[default]
    All,
    /// What was said since the present owner has it: what a bot has not answered to in an earlier life.
    SinceOwnership,
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// Those after this place: the `after` of a page, or a message's `seq`.
    after: Option<i64>,
    /// Those before this place: the `before` of a page, or a message's `seq`. Absent with `after` absent too: the last.
    before: Option<i64>,
    /// How much of the conversation.
    #[serde(default)]
    #[param(inline)]
    scope: Stretch,
    /// How many, at most 100.
    limit: Option<u32>,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Messages {
    /// The messages, in the order in which the desk has learned of them.
    messages: Vec<Message>,
    /// Where the page before it ends; absent at the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<i64>,
    /// Where the page after it begins: what comes after the last message here.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<i64>,
    /// The conversation's epoch, for what you write next.
    epoch: i64,
    /// What people have settled before they gave it back, name by name, for the bot that has it again.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    settled: BTreeMap<String, String>,
}

/// List messages.
///
/// Private notes are told to people, and to bots that may read them. A bot is told only while it has the conversation.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "Messages",
    params(("id" = Uuid, Path, description = "The conversation"), Wish), responses((status = 200, body = Messages)))]
pub(super) async fn list(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(wish): Asked<Wish>,
) -> Answer<Messages> {
    caller.must(Scope::ConversationsRead)?;
    if wish.after.is_some() && wish.before.is_some() {
        return Err(Problem::at("before", "give either after or before"));
    }
    let card = caller.conversation(&desk, &id).await?;
    owned_by_bot(&caller, &card)?;
    let limit = limit(wish.limit, USUAL, MOST)?;
    let reading = Reading {
        conversation: card.id,
        from: match wish.scope {
            Stretch::All => 0,
            Stretch::SinceOwnership => desk.store.owned_since(card.id).await?,
        },
        after: wish.after,
        before: wish.before,
        notes: caller.audience().notes == Notes::Told,
        limit: i64::from(limit) + 1,
    };
    let mut messages = desk.store.read_messages(&reading).await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = messages.len() > most;
    // One too many was asked for, to see whether there is more; it lies on the side that one goes to.
    if more && wish.after.is_some() {
        messages.truncate(most);
    } else if more {
        messages.remove(0);
    }
    let earlier = wish.after.is_some() || more;
    let address = desk.config.public_url.as_str();
    Ok(Json(Messages {
        before: messages.first().filter(|_| earlier).map(|message| message.seq),
        after: messages.last().map(|message| message.seq).or(wish.after),
        messages: messages.iter().map(|message| Message::of(message, address)).collect(),
        epoch: card.epoch,
        settled: settled(&desk, &caller, &card).await?,
    }))
}

/// What people have settled, for a bot that has it again.
async fn settled(desk: &Desk, caller: &Caller, card: &Card) -> Result<BTreeMap<String, String>, Problem> {
    if caller.bot().is_none() {
        return Ok(BTreeMap::new());
    }
    let settled = desk.store.settled_by_people(card.id).await?;
    Ok(settled.into_iter().map(|field| (field.name, field.value)).collect())
}

/// Refuses a bot that has lost the conversation: what people say is none of its business.
fn owned_by_bot(caller: &Caller, card: &Card) -> Result<(), Problem> {
    match caller.bot() {
        Some(bot) if card.owner != Owner::Bot(bot) => Err(not_owner(card)),
        _ => Ok(()),
    }
}

/// Write a message.
///
/// Only the owner of a conversation writes to the customer: a bot while it has it, a person if it is theirs or waits for
/// somebody, and then it becomes theirs. Who has lost it reads 409 `not_owner`, with who has it now.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "Messages",
    params(("id" = Uuid, Path, description = "The conversation")), request_body = NewMessage,
    responses((status = 201, body = Message)))]
pub(super) async fn send(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Key(key): Key,
    Input(new): Input<NewMessage>,
) -> Result<(StatusCode, Json<Message>), Problem> {
    caller.must(Scope::MessagesWrite)?;
    let card = caller.conversation(&desk, &id).await?;
    let command = command(&caller, &card, &new)?;
    let on = match &command {
        Command::React { message, .. } => Some(*message),
        _ => None,
    };
    let ack = act(&desk, &caller, Doing { conversation: card.id, key, command }).await?;
    let written = ack.message.or(on).ok_or_else(missing)?;
    let message = desk.store.messages(&[written]).await?.remove(&written.0).ok_or_else(missing)?;
    Ok((StatusCode::CREATED, Json(Message::of(&message, desk.config.public_url.as_str()))))
}

fn command(caller: &Caller, card: &Card, new: &NewMessage) -> Result<Command, Problem> {
    Ok(match new.r#type {
        Kind::Note => Command::Note { text: new.words()? },
        Kind::Reaction => Command::React {
            epoch: epoch(caller, card, new.epoch)?,
            message: MessageId(
                new.message_id.ok_or_else(|| Problem::at("message_id", "this is needed here"))?,
            ),
            emoji: new.emoji.clone().ok_or_else(|| Problem::at("emoji", "this is needed here"))?,
        },
        _ => Command::Reply {
            epoch: epoch(caller, card, new.epoch)?,
            body: new.body()?,
            quoted: new.reply_to.map(MessageId),
            claim: if new.take_over { Claim::TakeOver } else { Claim::IfFree },
        },
    })
}
