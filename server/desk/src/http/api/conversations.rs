//! Conversations: finding them, and beginning one.

use axum::Json;
use axum::extract::{Path, State};
use contract::picker::{Recipient, Start};
use contract::token::Scope;
use contract::{ChannelId, ContactId, Stage, Time};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Answer;
use super::caller::{Caller, missing};
use super::input::{Asked, Input};
use super::once::Key;
use super::says::NewTemplate;
use super::verbs::refused;
use crate::flows;
use crate::http::error::Problem;
use crate::public::words::At;
use crate::public::{Conversation, Message};
use crate::state::Desk;
use crate::store::cards::{Listed, ListedAfter};

/// Conversations on a page, at most.
const MOST: u32 = 100;
/// Conversations on a page, as a rule.
const USUAL: u32 = 50;

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// Only those in this stage: `bot`, `waiting`, `assigned`, `snoozed` or `resolved`; several separated by commas.
    stage: Option<String>,
    /// Only those of this channel.
    channel: Option<Uuid>,
    /// Only those of this contact.
    contact: Option<Uuid>,
    /// Only those in which something that the customer would notice has happened since.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_after: Option<At>,
    /// Where the page before ended: its `next`.
    cursor: Option<String>,
    /// How many, at most 100.
    limit: Option<u32>,
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Conversations {
    /// The conversations, the latest news first.
    conversations: Vec<Conversation>,
    /// Where the next page begins; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List conversations.
///
/// The latest news first. A bot is given those that it has now.
#[utoipa::path(get, path = "/conversations", tag = "Conversations", params(Wish),
    responses((status = 200, body = Conversations)))]
pub(super) async fn list(
    State(desk): State<Desk>,
    caller: Caller,
    Asked(wish): Asked<Wish>,
) -> Answer<Conversations> {
    caller.must(Scope::ConversationsRead)?;
    let limit = limit(wish.limit, USUAL, MOST)?;
    let listed = Listed {
        stages: stages(wish.stage.as_deref())?,
        channel: wish.channel.map(ChannelId),
        contact: wish.contact.map(ContactId),
        updated_after: wish.updated_after.map(|at| at.0),
        owner: caller.bot(),
        reach: caller.audience().reach,
        after: wish.cursor.as_deref().map(after).transpose()?,
        limit: i64::from(limit) + 1,
    };
    let mut cards = desk.store.listed(&listed).await?;
    let more = cards.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    cards.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = cards.last().filter(|_| more).map(|card| format!("{}.{}", card.last_at.0, card.id));
    Ok(Json(Conversations { conversations: cards.iter().map(Conversation::from).collect(), next }))
}

/// How many are asked for.
pub(super) fn limit(wanted: Option<u32>, usual: u32, most: u32) -> Result<u32, Problem> {
    match wanted.unwrap_or(usual) {
        0 => Err(Problem::at("limit", "at least 1")),
        limit if limit > most => Err(Problem::at("limit", format!("at most {most}"))),
        limit => Ok(limit),
    }
}

fn stages(words: Option<&str>) -> Result<Vec<Stage>, Problem> {
    let Some(words) = words else { return Ok(Stage::ALL.to_vec()) };
    let stage = |word: &str| {
        Stage::parse(word.trim())
            .ok_or_else(|| Problem::at("stage", format!("there is no stage `{}`", word.trim())))
    };
    words.split(',').map(stage).collect()
}

fn after(cursor: &str) -> Result<ListedAfter, Problem> {
    let wrong =
        || Problem::at("cursor", "this is no cursor: take the `next` of the page before, as it stands");
    let (at, id) = cursor.split_once('.').ok_or_else(wrong)?;
    let at = at.parse().map_err(|_| wrong())?;
    Ok(ListedAfter { at: Time(at), id: id.parse().map_err(|_| wrong())? })
}

/// Get a conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")), responses((status = 200, body = Conversation)))]
pub(super) async fn one(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Conversation> {
    caller.must(Scope::ConversationsRead)?;
    Ok(Json(Conversation::from(&caller.conversation(&desk, &id).await?)))
}

/// A conversation to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConversation {
    /// From which channel.
    channel: Uuid,
    /// To which contact. Either this or `address`.
    contact: Option<Uuid>,
    /// To which number, in any way of writing with its country, or to which business-scoped user id.
    address: Option<String>,
    /// With which template.
    template: NewTemplate,
}

/// A conversation was begun, or taken up again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Begun {
    /// The conversation. It is the caller's now.
    conversation: Conversation,
    /// The template's message in it.
    message: Message,
}

/// Write to somebody first.
///
/// With an approved template, to somebody who has agreed to that. Contact and conversation are made, or found and taken
/// up again. For people: it becomes the conversation of the token's person.
#[utoipa::path(post, path = "/conversations", tag = "Conversations", request_body = NewConversation,
    responses((status = 201, body = Begun)))]
pub(super) async fn start(
    State(desk): State<Desk>,
    caller: Caller,
    Key(key): Key,
    Input(new): Input<NewConversation>,
) -> Result<(StatusCode, Json<Begun>), Problem> {
    caller.must(Scope::ConversationsStart)?;
    let agent = caller.agent()?;
    let to = match (new.contact, new.address) {
        (Some(contact), None) => Recipient::Contact(ContactId(contact)),
        (None, Some(address)) => Recipient::Address(address),
        _ => return Err(Problem::at("contact", "give either a contact or an address")),
    };
    let channel = ChannelId(new.channel);
    if !desk.store.reaches_channel(channel, caller.token.mode).await? {
        return Err(Problem::at("channel", "there is no such channel, or this token does not reach it"));
    }
    let start = Start { id: key, channel, to, template: new.template.read()? };
    let started = flows::start::start(&desk, agent, start).await.map_err(refused)?;
    let card = desk.store.card(started.conversation).await?.ok_or_else(missing)?;
    let mut messages = desk.store.messages(&[started.message]).await?;
    let message = messages.remove(&started.message.0).ok_or_else(missing)?;
    let address = desk.config.public_url.as_str();
    let begun = Begun { conversation: Conversation::from(&card), message: Message::of(&message, address) };
    Ok((StatusCode::CREATED, Json(begun)))
}
