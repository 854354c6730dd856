//! Calls for bots that were written for Chatwoot: the same flows under its paths and shapes, so that such a bot needs
//! another base address and nothing else. A conversation is named by its number or its id; the account is not looked at.
//!
//! Not taken over: who does not own a conversation does not write to the customer, and nothing that was not done is
//! answered as if it were.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use contract::command::Claim;
use contract::message::{Choice, Field};
use contract::token::Scope;
use contract::{AgentId, Body, Card, Command, MessageId, Packet, Priority, ReasonCode, Stage, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Answer;
use super::attributes::{by, changes};
use super::caller::{Caller, missing};
use super::input::Input;
use super::once::Key;
use super::verbs::{Doing, act, refused};
use crate::flows;
use crate::http::error::Problem;
use crate::state::Desk;

/// A conversation under an account.
type At = Path<(String, String)>;

/// The conversation of a number or an id.
async fn conversation(desk: &Desk, caller: &Caller, id: &str) -> Result<Card, Problem> {
    let Ok(number) = id.parse::<i64>() else { return caller.conversation(desk, id).await };
    let id = desk.store.conversation_numbered(number).await?.ok_or_else(missing)?;
    caller.conversation(desk, &id.to_string()).await
}

/// A message to write, as Chatwoot has it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatwootNewMessage)]
pub(super) struct NewMessage {
    /// The words.
    content: String,
    /// `outgoing`, or absent.
    message_type: Option<String>,
    /// Whether it is a private note.
    #[serde(default)]
    private: bool,
    /// `text`, or `input_select` with what can be chosen.
    content_type: Option<String>,
    /// What can be chosen, of `input_select`.
    #[serde(default)]
    content_attributes: Attributes,
}

/// What can be chosen.
#[derive(Debug, Deserialize, ToSchema, Default)]
#[schema(as = ChatwootAttributes)]
pub(super) struct Attributes {
    /// The choices.
    #[serde(default)]
    items: Vec<Item>,
}

/// One thing to choose.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatwootItem)]
pub(super) struct Item {
    /// What the customer sees.
    title: String,
    /// Comes back when it is chosen.
    value: String,
}

/// A message, as Chatwoot has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatwootMessage)]
pub(super) struct Written {
    /// Its number in the conversation.
    id: i64,
    /// Its id at the desk.
    uuid: Uuid,
    /// The words.
    content: String,
    /// The conversation's number.
    conversation_id: i64,
    /// The inbox.
    inbox_id: i64,
    /// 1: outgoing.
    message_type: u8,
    /// `text`.
    content_type: &'static str,
    /// When, in seconds since 1970.
    created_at: i64,
    /// Whether it is a private note.
    private: bool,
}

/// Write a message.
#[utoipa::path(post, path = "/accounts/{account}/conversations/{id}/messages", tag = "Chatwoot-compatible",
    params(("account" = String, Path, description = "Anything"), ("id" = String, Path, description = "The conversation")),
    request_body = NewMessage, responses((status = 200, body = Written)))]
pub(super) async fn message(
    State(desk): State<Desk>,
    caller: Caller,
    Path((_, id)): At,
    Key(key): Key,
    Input(new): Input<NewMessage>,
) -> Answer<Written> {
    caller.must(Scope::MessagesWrite)?;
    let card = conversation(&desk, &caller, &id).await?;
    if new.message_type.as_deref().is_some_and(|kind| kind != "outgoing") {
        return Err(Problem::at("message_type", "only outgoing messages are written here"));
    }
    let (content, private) = (new.content.clone(), new.private);
    let command = match private {
        true => Command::Note { text: new.content },
        false => Command::Reply { epoch: card.epoch, body: new.body(), quoted: None, claim: Claim::IfFree },
    };
    let ack = act(&desk, &caller, Doing { conversation: card.id, key, command }).await?;
    let id: MessageId = ack.message.ok_or_else(missing)?;
    let message = desk.store.messages(&[id]).await?.remove(&id.0).ok_or_else(missing)?;
    Ok(Json(Written {
        id: message.seq,
        uuid: id.0,
        content,
        conversation_id: desk.store.number_of(card.id).await?.ok_or_else(missing)?,
        inbox_id: 1,
        message_type: 1,
        content_type: "text",
        created_at: message.at.0 / 1000,
        private,
    }))
}

impl NewMessage {
    fn body(self) -> Body {
        let choices = self.content_attributes.items.into_iter();
        let buttons: Vec<Choice> =
            choices.map(|item| Choice { id: item.value, title: item.title, description: None }).collect();
        if buttons.is_empty() || self.content_type.as_deref() != Some("input_select") {
            return Body::text(self.content);
        }
        Body::Buttons { text: self.content, header: None, footer: None, buttons }
    }
}

/// Another status, as Chatwoot has it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatwootStatus)]
pub(super) struct NewStatus {
    /// `open`: to people. `resolved`. `pending`: to the bot. `snoozed`.
    status: String,
    /// Until when it is snoozed, in seconds since 1970.
    snoozed_until: Option<i64>,
}

/// The status now, as Chatwoot has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatwootToggled)]
pub(super) struct Toggled {
    /// What was done.
    payload: Payload,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChatwootToggledPayload)]
pub(super) struct Payload {
    /// It was done: what was not done is a problem.
    success: bool,
    /// The conversation's number.
    conversation_id: i64,
    /// `pending`, `open`, `snoozed` or `resolved`.
    current_status: &'static str,
}

/// Change the status.
///
/// `open` by a bot is a handoff, with the custom attributes as what it has learned.
#[utoipa::path(post, path = "/accounts/{account}/conversations/{id}/toggle_status", tag = "Chatwoot-compatible",
    params(("account" = String, Path, description = "Anything"), ("id" = String, Path, description = "The conversation")),
    request_body = NewStatus, responses((status = 200, body = Toggled)))]
pub(super) async fn status(
    State(desk): State<Desk>,
    caller: Caller,
    Path((_, id)): At,
    Key(key): Key,
    Input(new): Input<NewStatus>,
) -> Answer<Toggled> {
    caller.must(Scope::ConversationsWrite)?;
    let card = conversation(&desk, &caller, &id).await?;
    let epoch = card.epoch;
    let command = match new.status.as_str() {
        "open" => Some(Command::HandOff { epoch, packet: packet(&desk, &card).await? }),
        "resolved" => Some(Command::Resolve { epoch }),
        "pending" if card.stage == Stage::Bot => None,
        "pending" => {
            let note = "Given back to the bot over the API.".to_owned();
            Some(Command::ReturnToBot { epoch, note, settled: Vec::new() })
        }
        "snoozed" => {
            let until =
                new.snoozed_until.ok_or_else(|| Problem::at("snoozed_until", "this is needed here"))?;
            Some(Command::Snooze { epoch, until: Time(until.saturating_mul(1000)) })
        }
        _ => return Err(Problem::at("status", "one of open, pending, snoozed and resolved")),
    };
    // Open already is what people have: asked again by whoever let go, it is done.
    let is_open = new.status == "open" && card.stage != Stage::Bot && caller.bot().is_none();
    if let Some(command) = command.filter(|_| !is_open) {
        act(&desk, &caller, Doing { conversation: card.id, key, command }).await?;
    }
    let card = desk.store.card(card.id).await?.ok_or_else(missing)?;
    let conversation_id = desk.store.number_of(card.id).await?.ok_or_else(missing)?;
    Ok(Json(Toggled {
        payload: Payload { success: true, conversation_id, current_status: word(card.stage) },
    }))
}

fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Bot => "pending",
        Stage::Waiting | Stage::Assigned => "open",
        Stage::Snoozed => "snoozed",
        Stage::Resolved => "resolved",
    }
}

async fn packet(desk: &Desk, card: &Card) -> Result<Packet, Problem> {
    let known = desk.store.attributes(card.id).await?;
    let slots = known.into_iter().map(|(name, value)| Field { name, value }).collect();
    Ok(Packet { slots, ..Packet::because(ReasonCode::Other) })
}

/// Whom to give it to, as Chatwoot has it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatwootAssignment)]
pub(super) struct Assignment {
    /// The agent's id at the desk.
    assignee_id: Uuid,
}

/// Give it to an agent.
#[utoipa::path(post, path = "/accounts/{account}/conversations/{id}/assignments", tag = "Chatwoot-compatible",
    params(("account" = String, Path, description = "Anything"), ("id" = String, Path, description = "The conversation")),
    request_body = Assignment, responses((status = 200, body = Toggled)))]
pub(super) async fn assignment(
    State(desk): State<Desk>,
    caller: Caller,
    Path((_, id)): At,
    Key(key): Key,
    Input(new): Input<Assignment>,
) -> Answer<Toggled> {
    caller.must(Scope::ConversationsWrite)?;
    let card = conversation(&desk, &caller, &id).await?;
    let command = Command::Assign { epoch: card.epoch, agent: AgentId(new.assignee_id) };
    act(&desk, &caller, Doing { conversation: card.id, key, command }).await?;
    let conversation_id = desk.store.number_of(card.id).await?.ok_or_else(missing)?;
    Ok(Json(Toggled { payload: Payload { success: true, conversation_id, current_status: "open" } }))
}

/// How soon somebody should look, as Chatwoot has it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatwootPriority)]
pub(super) struct NewPriority {
    /// `low`, `medium`, `high`, `urgent`, or null for none.
    priority: Option<String>,
}

/// Change the priority.
#[utoipa::path(post, path = "/accounts/{account}/conversations/{id}/toggle_priority", tag = "Chatwoot-compatible",
    params(("account" = String, Path, description = "Anything"), ("id" = String, Path, description = "The conversation")),
    request_body = NewPriority, responses((status = 200, body = Toggled)))]
pub(super) async fn priority(
    State(desk): State<Desk>,
    caller: Caller,
    Path((_, id)): At,
    Key(key): Key,
    Input(new): Input<NewPriority>,
) -> Answer<Toggled> {
    caller.must(Scope::ConversationsWrite)?;
    let card = conversation(&desk, &caller, &id).await?;
    let priority = match new.priority.as_deref() {
        None | Some("medium") => Priority::Normal,
        Some(word) => Priority::parse(word)
            .ok_or_else(|| Problem::at("priority", "one of low, medium, high and urgent, or null"))?,
    };
    let command = Command::Prioritise { priority };
    act(&desk, &caller, Doing { conversation: card.id, key, command }).await?;
    let conversation_id = desk.store.number_of(card.id).await?.ok_or_else(missing)?;
    Ok(Json(Toggled {
        payload: Payload { success: true, conversation_id, current_status: word(card.stage) },
    }))
}

/// What was learned, as Chatwoot has it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ChatwootCustomAttributes)]
pub(super) struct Custom {
    /// Name by name: text, numbers or yes and no.
    #[schema(value_type = Object)]
    custom_attributes: BTreeMap<String, Value>,
}

/// Note what was learned.
///
/// It is passed on with the handoff.
#[utoipa::path(post, path = "/accounts/{account}/conversations/{id}/custom_attributes", tag = "Chatwoot-compatible",
    params(("account" = String, Path, description = "Anything"), ("id" = String, Path, description = "The conversation")),
    request_body = Custom, responses((status = 200, body = Custom)))]
pub(super) async fn attributes(
    State(desk): State<Desk>,
    caller: Caller,
    Path((_, id)): At,
    Input(new): Input<Custom>,
) -> Answer<Custom> {
    caller.must(Scope::ConversationsWrite)?;
    let card = conversation(&desk, &caller, &id).await?;
    let changes = changes(new.custom_attributes)?;
    let known = flows::attributes::of_conversation(&desk, by(&caller)?, card.id, &changes).await;
    let all = known.map_err(refused)?.into_iter().map(|(name, value)| (name, value.into()));
    Ok(Json(Custom { custom_attributes: all.collect() }))
}
