//! What is done with a conversation. Each verb is the command of the same name, over the same flow as the browser's.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use contract::token::Scope;
use contract::{Ack, AgentId, Card, ClientId, Command, ConversationId, Owner, Refusal, RefusalCode, Request};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Answer;
use super::caller::{Caller, missing};
use super::handoffs::slots;
use super::input::Input;
use super::once::Key;
use crate::flows;
use crate::http::error::{Code, Problem};
use crate::public::Conversation;
use crate::public::words::{At, Party, PriorityWord};
use crate::state::Desk;

/// Something to do.
pub(super) struct Doing {
    /// With which conversation.
    pub(super) conversation: ConversationId,
    /// Under which key.
    pub(super) key: ClientId,
    /// What.
    pub(super) command: Command,
}

/// Does something, as the bot or the person of the token.
pub(super) async fn act(desk: &Desk, caller: &Caller, doing: Doing) -> Result<Ack, Problem> {
    let request = Request { id: doing.key, conversation: doing.conversation, command: doing.command };
    let done = match caller.bot() {
        Some(bot) => flows::by_bot::act(desk, bot, request).await,
        None => flows::act(desk, caller.agent()?, request).await,
    };
    done.map_err(refused)
}

/// The epoch under which something is done. A bot must have seen it; a person may mean the present one.
pub(super) fn epoch(caller: &Caller, card: &Card, seen: Option<i64>) -> Result<i64, Problem> {
    match seen {
        Some(epoch) => Ok(epoch),
        None if caller.bot().is_some() => Err(Problem::at(
            "epoch",
            "a bot names the epoch that it has seen, so that it never answers into a takeover",
        )),
        None => Ok(card.epoch),
    }
}

/// A refusal, as a problem.
pub(super) fn refused(refusal: Refusal) -> Problem {
    let code = match refusal.code {
        RefusalCode::NotFound => Code::NotFound,
        RefusalCode::NotOwner => Code::NotOwner,
        RefusalCode::StaleEpoch => Code::StaleEpoch,
        RefusalCode::WrongStage => Code::WrongStage,
        RefusalCode::OfferOver => Code::OfferOver,
        RefusalCode::WindowClosed => Code::WindowClosed,
        RefusalCode::NoConsent => Code::NoConsent,
        RefusalCode::NotCarried => Code::NotCarried,
        RefusalCode::Invalid => Code::Invalid,
        RefusalCode::Forbidden => Code::Forbidden,
        RefusalCode::SignedOut => Code::Unauthorized,
        RefusalCode::Unavailable => Code::Unavailable,
    };
    let mut problem = Problem::with(code, refusal.message);
    if let Some(owner) = refusal.owner {
        problem = problem.and("owner", Party::from(owner).named(refusal.owner_name));
    }
    match refusal.epoch {
        Some(epoch) => problem.and("epoch", epoch),
        None => problem,
    }
}

/// Somebody else has it.
pub(super) fn not_owner(card: &Card) -> Problem {
    let why = match (card.owner, &card.owner_name) {
        (Owner::Nobody, _) => "Nobody has this conversation any more, and you do not.".to_owned(),
        (_, Some(name)) => format!("{name} has this conversation."),
        (_, None) => "Somebody else has this conversation.".to_owned(),
    };
    let owner = Party::from(card.owner).named(card.owner_name.clone());
    Problem::with(Code::NotOwner, why).and("owner", owner).and("epoch", card.epoch)
}

/// One call of a verb.
struct Call<'a> {
    desk: &'a Desk,
    caller: &'a Caller,
    id: &'a str,
    key: ClientId,
}

impl Call<'_> {
    /// Does a verb, and answers with the conversation after it.
    async fn perform(
        self,
        command: impl FnOnce(&Caller, &Card) -> Result<Command, Problem>,
    ) -> Answer<Conversation> {
        self.caller.must(Scope::ConversationsWrite)?;
        let card = self.caller.conversation(self.desk, self.id).await?;
        let command = command(self.caller, &card)?;
        act(self.desk, self.caller, Doing { conversation: card.id, key: self.key, command }).await?;
        let card = self.desk.store.card(card.id).await?.ok_or_else(missing)?;
        Ok(Json(Conversation::from(&card)))
    }
}

/// What most verbs are told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Plain {
    /// The conversation's `epoch` that you have seen. A bot must name it. For a person, absent is the present one.
    epoch: Option<i64>,
}

/// Giving it back to the bot.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GiveBack {
    /// The epoch seen.
    epoch: Option<i64>,
    /// What was settled: a note for the next person, which the bot does not see.
    note: String,
    /// What was settled, name by name, for the bot.
    #[serde(default)]
    #[schema(value_type = Object)]
    settled: BTreeMap<String, serde_json::Value>,
}

/// Accepting an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Accepting {
    /// The epoch seen.
    epoch: Option<i64>,
    /// Which offer.
    offer: Uuid,
}

/// Declining an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Declining {
    /// The epoch seen.
    epoch: Option<i64>,
    /// Which offer.
    offer: Uuid,
    /// Why, for colleagues.
    reason: Option<String>,
}

/// Putting it aside.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Snooze {
    /// The epoch seen.
    epoch: Option<i64>,
    /// Until when, or until the customer writes.
    until: At,
}

/// Giving it to somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assign {
    /// The epoch seen.
    epoch: Option<i64>,
    /// To whom.
    agent: Uuid,
}

/// Giving one's own to a colleague.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfer {
    /// The epoch seen.
    epoch: Option<i64>,
    /// To whom.
    agent: Uuid,
    /// What they need to know.
    note: String,
}

/// How soon somebody should look.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Prioritise {
    /// How soon.
    priority: PriorityWord,
}

/// Labels.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Labels {
    /// To put on.
    #[serde(default)]
    add: Vec<String>,
    /// To take off.
    #[serde(default)]
    remove: Vec<String>,
}

/// Nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// How far it was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Read {
    /// The number of the last event seen; absent: all of them.
    seq: Option<i64>,
}

/// A verb: its words for people, its name, what it is told, and the command that it is.
macro_rules! verbs {
    ($($(#[doc = $doc:literal])* $name:ident $path:literal $told:ident => $command:expr;)*) => {$(
        $(#[doc = $doc])*
        #[utoipa::path(post, path = $path, tag = "Conversations", request_body = $told,
            params(("id" = Uuid, Path, description = "The conversation")),
            responses((status = 200, body = Conversation)))]
        pub(super) async fn $name(
            State(desk): State<Desk>,
            caller: Caller,
            Path(id): Path<String>,
            Key(key): Key,
            Input(told): Input<$told>,
        ) -> Answer<Conversation> {
            let command: fn(&Caller, &Card, $told) -> Result<Command, Problem> = $command;
            let call = Call { desk: &desk, caller: &caller, id: &id, key };
            call.perform(|caller, card| command(caller, card, told)).await
        }
    )*};
}

verbs! {
    /// Take it.
    ///
    /// From a bot or from the queue, not from a colleague. For people.
    take "/conversations/{id}/take" Plain => |caller, card, told| {
        Ok(Command::Take { epoch: epoch(caller, card, told.epoch)? })
    };
    /// Accept the offer of it.
    ///
    /// For the person who was asked. Refused once somebody else has it or the time is over.
    accept "/conversations/{id}/accept" Accepting => |caller, card, told| {
        Ok(Command::Accept { epoch: epoch(caller, card, told.epoch)?, offer: told.offer.into() })
    };
    /// Decline the offer of it.
    ///
    /// For the person who was asked: somebody else is asked next.
    decline "/conversations/{id}/decline" Declining => |caller, card, told| {
        let reason = told.reason;
        Ok(Command::Decline { epoch: epoch(caller, card, told.epoch)?, offer: told.offer.into(), reason })
    };
    /// Give it back to the bot.
    ///
    /// For people. The bot hears `owner_changed`, and has a new epoch.
    give_back "/conversations/{id}/return" GiveBack => |caller, card, told| {
        let epoch = epoch(caller, card, told.epoch)?;
        Ok(Command::ReturnToBot { epoch, note: told.note, settled: slots(told.settled)? })
    };
    /// Resolve it.
    resolve "/conversations/{id}/resolve" Plain => |caller, card, told| {
        Ok(Command::Resolve { epoch: epoch(caller, card, told.epoch)? })
    };
    /// Open it again.
    ///
    /// For people: it becomes theirs.
    reopen "/conversations/{id}/reopen" Nothing => |_, _, _| Ok(Command::Reopen);
    /// Put it aside.
    ///
    /// Until a time, or until the customer writes. For people.
    snooze "/conversations/{id}/snooze" Snooze => |caller, card, told| {
        Ok(Command::Snooze { epoch: epoch(caller, card, told.epoch)?, until: told.until.0 })
    };
    /// Assign it.
    ///
    /// For people. What a colleague has may only be given away by admins.
    assign "/conversations/{id}/assign" Assign => |caller, card, told| {
        Ok(Command::Assign { epoch: epoch(caller, card, told.epoch)?, agent: AgentId(told.agent) })
    };
    /// Transfer one's own to a colleague.
    ///
    /// For people.
    transfer "/conversations/{id}/transfer" Transfer => |caller, card, told| {
        let epoch = epoch(caller, card, told.epoch)?;
        Ok(Command::Transfer { epoch, agent: AgentId(told.agent), note: told.note })
    };
    /// Say how soon somebody should look.
    priority "/conversations/{id}/priority" Prioritise => |_, _, told| {
        Ok(Command::Prioritise { priority: told.priority.0 })
    };
    /// Put labels on, and take them off.
    labels "/conversations/{id}/labels" Labels => |_, _, told| {
        Ok(Command::Label { add: told.add, remove: told.remove })
    };
    /// Show that somebody is typing.
    ///
    /// To colleagues, and to the customer where the owner types and the channel shows it.
    typing "/conversations/{id}/typing" Nothing => |_, _, _| Ok(Command::Typing { reply: true });
    /// Say that it was read.
    ///
    /// Only the owner's reading counts, and shows the customer that it was read.
    read "/conversations/{id}/read" Read => |_, card, told| {
        Ok(Command::Read { seq: told.seq.unwrap_or(card.seq) })
    };
}
