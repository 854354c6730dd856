//! One piece of work on one conversation: its lock, what is to be written, and one commit for all of it.

use std::sync::Arc;

use contract::capability::{Degree, Feature};
use contract::{
    Ack, Actor, AgentId, Author, Body, Change, ClientId, ConversationId, DeliveryId, DeliveryState, FileId,
    HandoffId, Message, MessageId, Owner, Packet, Stage, TemplateId, Time,
};
use uuid::Uuid;

use super::{Outcome, fresh_id, rules, template};
use crate::channels::{self, Provider};
use crate::domain::rules::Compiled;
use crate::domain::{Conversation, Refused, delivery, order};
use crate::jobs::marks::Mark;
use crate::media::sendable::{self, Reach};
use crate::state::Desk;
use crate::store::Tx;
use crate::store::batch::Left;
use crate::store::conversations::Held;
use crate::store::journal::NewEvent;
use crate::store::messages::NewMessage;
use crate::store::outbox::{NewDelivery, Payload};

mod aside;
mod down;
mod heard;
mod parts;
mod wakes;

pub(super) use down::Down;
use heard::Heard;
use parts::parts;
pub(super) use wakes::Wakes;

/// A piece of work under way. Dropped without [`Work::commit`] it leaves nothing behind.
pub struct Work {
    /// The transaction, which holds the conversation's lock.
    pub tx: Tx,
    /// The conversation.
    pub conversation: Conversation,
    /// The desk's clock when the lock was taken.
    pub now: Time,
    /// Who acts.
    pub actor: Actor,
    /// The channel's bot.
    pub bot: Option<contract::BotId>,
    /// The provider that carries the conversation.
    pub provider: &'static dyn Provider,
    /// Whether it can fetch files from us.
    pub reach: Reach,
    /// The key of the command that is carried out.
    pub client_id: Option<ClientId>,
    /// The rules that are asked about it.
    pub(super) rules: Arc<Compiled>,
    /// What is about to be placed, while rules are asked about a handoff.
    pub(super) placing: Option<Packet>,
    before: Conversation,
    /// The conversation before what rules are asked about.
    was: Conversation,
    heard: Heard,
    events: Vec<NewEvent>,
    messages: Vec<NewMessage>,
    deliveries: Vec<NewDelivery>,
    pause_ms: i64,
    held_back: Vec<(DeliveryId, i64)>,
    files: Vec<(FileId, MessageId)>,
    fetch: bool,
    requeued: bool,
    marks: Vec<Mark>,
    typing: Option<AgentId>,
    used: Option<TemplateId>,
}

/// What somebody says.
pub struct Saying {
    /// Who.
    pub author: Author,
    /// What.
    pub body: Body,
    /// The message it answers.
    pub quoted: Option<MessageId>,
}

impl Work {
    /// Takes a conversation's lock.
    pub async fn open(desk: &Desk, id: ConversationId, actor: Actor) -> Outcome<Work> {
        let mut tx = desk.store.begin().await?;
        let held = tx.lock(id).await?.ok_or(Refused::NotFound)?;
        Work::over(desk, tx, held, actor)
    }

    /// Goes on in a transaction that holds the conversation's lock.
    pub fn over(desk: &Desk, tx: Tx, held: Held, actor: Actor) -> Outcome<Work> {
        let provider = channels::provider(&held.provider)
            .ok_or_else(|| Refused::NotCarried(format!("this build has no provider `{}`", held.provider)))?;
        Ok(Work {
            tx,
            before: held.conversation.clone(),
            was: held.conversation.clone(),
            conversation: held.conversation,
            now: held.now,
            actor,
            bot: held.bot,
            provider,
            reach: Reach::of(&desk.config, held.sandbox),
            client_id: None,
            rules: desk.rules.now(),
            placing: None,
            heard: Heard::default(),
            events: Vec::new(),
            messages: Vec::new(),
            deliveries: Vec::new(),
            pause_ms: 0,
            held_back: Vec::new(),
            files: Vec::new(),
            fetch: false,
            requeued: false,
            marks: Vec::new(),
            typing: None,
            used: None,
        })
    }

    /// Records what happened, under the conversation's next number.
    pub fn record(&mut self, change: Change) -> i64 {
        self.record_by(self.actor, change)
    }

    /// How far the provider has a feature, and the note about it.
    pub fn capability(&self, feature: Feature) -> (Degree, String) {
        let capabilities = self.provider.capabilities();
        let (degree, note) = capabilities.of(feature);
        (degree, note.to_owned())
    }

    /// Records what somebody else did along with it.
    pub fn record_by(&mut self, actor: Actor, change: Change) -> i64 {
        let seq = self.conversation.next_seq();
        let conversation = self.conversation.id;
        self.heard.hear(&self.rules, actor, &change);
        self.events.push(NewEvent { conversation, seq, at: self.now, actor, change });
        seq
    }

    /// Says something to the customer: a message, its delivery, and the event. The window, a template and the
    /// customer's wish, and what the provider can carry are checked here, so that nobody can forget it.
    pub async fn say(&mut self, mut saying: Saying) -> Outcome<MessageId> {
        if let Body::Template(template) = &mut saying.body {
            self.used = template::hold(self, template).await?;
        }
        if saying.body.needs_window() && !self.conversation.window_open(self.now) {
            return Err(Refused::WindowClosed.into());
        }
        for media in saying.body.files_mut() {
            sendable::fits(self.provider, self.reach, media).map_err(Refused::NotCarried)?;
        }
        let parts = parts(self.provider, &saying.body)?;
        let files: Vec<FileId> = saying.body.files_mut().iter().filter_map(|media| media.file).collect();
        let by_bot = matches!(saying.author, Author::Bot(_));
        let message = self.write(saying, Some(DeliveryState::Queued));
        self.files.extend(files.into_iter().map(|file| (file, message.id)));
        for (part, body) in parts.into_iter().enumerate() {
            let id = DeliveryId(fresh_id());
            if self.pause_ms > 0 {
                self.held_back.push((id, self.pause_ms));
            }
            self.deliveries.push(NewDelivery {
                id,
                message: message.id,
                part: i16::try_from(part).unwrap_or(i16::MAX),
                conversation: self.conversation.id,
                channel: self.conversation.channel,
                payload: Payload::Message { body },
                by_bot,
                epoch: self.conversation.epoch,
            });
        }
        let id = message.id;
        self.conversation.last_at = self.now;
        self.messages.push(message);
        Ok(id)
    }

    /// What is said from now on goes out so much later.
    pub fn pause(&mut self, ms: i64) {
        self.pause_ms += ms;
    }

    /// Writes a private note.
    pub fn note(&mut self, author: Author, text: &str) -> MessageId {
        let saying = Saying { author, body: Body::text(text), quoted: None };
        let mut message = self.write(saying, None);
        message.note = true;
        let id = message.id;
        self.messages.push(message);
        id
    }

    fn write(&mut self, saying: Saying, state: Option<DeliveryState>) -> NewMessage {
        let id = MessageId(fresh_id());
        // A note is no message to anybody.
        let loud = if state.is_none() { self.heard.hush() } else { self.heard.loud };
        let seq = self.record(Change::MessageCreated { message: id });
        self.heard.loud = loud;
        let sort_at = order::outbound(self.now, self.conversation.last_sort_at);
        self.conversation.last_sort_at = sort_at;
        self.conversation.preview = Some(id);
        NewMessage {
            id,
            conversation: self.conversation.id,
            address: self.conversation.address,
            channel: self.conversation.channel,
            seq,
            sort_at,
            at: self.now,
            received_at: self.now,
            author: saying.author,
            body: saying.body,
            note: false,
            provider_id: None,
            quoted: saying.quoted,
            quoted_provider_id: None,
            referral: None,
            state,
            client_id: self.client_id.take(),
            epoch: self.conversation.epoch,
            tag: None,
        }
    }

    /// Records a change of owner or stage and what follows from it: what the former bot has queued is withdrawn,
    /// its turn ends, and an open handoff ends when nobody waits any more.
    pub async fn moved(&mut self, change: Option<Change>) -> Outcome<()> {
        let Some(change) = change else { return Ok(()) };
        let Change::OwnerChanged { cause, from, from_stage, .. } = &change else { return Ok(()) };
        let (cause, from, from_stage) = (cause.clone(), *from, *from_stage);
        self.record(change);
        if matches!(from, Owner::Bot(_)) && self.conversation.owner != from {
            self.silence_bot().await?;
        }
        if from_stage == Stage::Waiting && self.conversation.stage != Stage::Waiting {
            self.end_handoff(outcome_of(&cause)).await?;
        }
        Ok(())
    }

    async fn silence_bot(&mut self) -> Outcome<()> {
        self.tx.drop_turn(self.conversation.id).await?;
        if let Some(news) = self.tx.end_run(self.conversation.id).await? {
            self.record(Change::FallbackEnded(news));
        }
        let withdrawn = self.tx.cancel_bot(self.conversation.id, "owner_changed").await?;
        for message in withdrawn {
            self.refresh_message(
                message,
                Some(("owner_changed", "Withdrawn: the conversation changed hands.")),
            )
            .await?;
        }
        Ok(())
    }

    /// Derives a message's state from its deliveries, and records it if it is another one.
    pub async fn refresh_message(&mut self, message: MessageId, why: Option<(&str, &str)>) -> Outcome<()> {
        let parts = self.tx.parts(&[message]).await?;
        let states: Vec<_> = parts.iter().filter(|part| !part.reaction).map(|part| part.state).collect();
        let Some(state) = delivery::of_message(&states) else { return Ok(()) };
        self.tx.move_message(message, state, why).await?;
        self.record_by(Actor::Desk, Change::DeliveryChanged { message, state });
        Ok(())
    }

    /// Begins a handoff with what is passed on.
    pub async fn begin_handoff(&mut self, packet: &Packet) -> Outcome<()> {
        let id = HandoffId(fresh_id());
        self.flush_messages().await?;
        self.tx.begin_handoff(id, &self.conversation, packet, (self.actor, self.now)).await?;
        self.conversation.handoff = Some(id);
        self.record(Change::HandoffCreated { handoff: id, reason: packet.reason_code });
        Ok(())
    }

    /// Ends the open handoff, if there is one.
    pub async fn end_handoff(&mut self, outcome: &str) -> Outcome<()> {
        let Some(handoff) = self.conversation.handoff.take() else { return Ok(()) };
        self.tx.end_handoff(handoff, outcome, self.now).await?;
        self.record(Change::HandoffEnded { handoff, outcome: outcome.to_owned() });
        Ok(())
    }

    /// A message of this conversation.
    pub async fn message(&mut self, id: MessageId) -> Outcome<Message> {
        let found = self.tx.message(id).await?.filter(|found| found.conversation == self.conversation.id);
        Ok(found.ok_or(Refused::NotFound)?)
    }

    /// Queues a delivery of its own: an emoji.
    pub fn deliver(&mut self, message: MessageId, payload: Payload) {
        self.deliveries.push(NewDelivery {
            id: DeliveryId(fresh_id()),
            message,
            part: 0,
            conversation: self.conversation.id,
            channel: self.conversation.channel,
            payload,
            by_bot: false,
            epoch: self.conversation.epoch,
        });
    }

    /// After the commit, somebody must fetch files.
    pub fn fetch(&mut self) {
        self.fetch = true;
    }

    /// Something that was queued before is queued again.
    pub fn requeued(&mut self) {
        self.requeued = true;
    }

    /// After the commit, tells the provider that the customer's messages are read.
    pub fn mark(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// After the commit, tells the colleagues that somebody is typing.
    pub fn type_hint(&mut self, agent: AgentId) {
        self.typing = Some(agent);
    }

    /// Writes the command down, so that the same one is not done twice.
    pub async fn note_command(&mut self, actor: Uuid, ack: &mut Ack) -> Outcome<()> {
        ack.seq = self.conversation.seq;
        self.tx.note_command(actor, self.conversation.id, ack).await?;
        Ok(())
    }

    pub(super) async fn flush_messages(&mut self) -> Outcome<()> {
        let messages = std::mem::take(&mut self.messages);
        self.tx.add_messages(&messages).await?;
        Ok(())
    }

    /// Asks the rules, writes everything and wakes who must know.
    pub async fn commit(mut self, desk: &Desk) -> Outcome<()> {
        rules::follow(&mut self).await?;
        let (tx, news) = self.write_down().await?;
        tx.commit().await?;
        news.tell(desk);
        Ok(())
    }

    /// Writes everything, and leaves the commit to whoever has the transaction from here on.
    pub(super) async fn write_down(mut self) -> Outcome<(Tx, Wakes)> {
        let changed = std::slice::from_ref(&self.conversation);
        let left = Left {
            messages: &self.messages,
            deliveries: &self.deliveries,
            events: &self.events,
            changed: if self.conversation == self.before { &[] } else { changed },
        };
        self.tx.leave(left, self.now).await?;
        self.arm_timers().await?;
        for (file, message) in &self.files {
            self.tx.attach_file(*file, *message).await?;
        }
        self.tx.hold_back(&self.held_back).await?;
        if let Some(template) = self.used {
            self.tx.count_use(template, self.now).await?;
        }
        let news = Wakes {
            events: !self.events.is_empty(),
            deliveries: !self.deliveries.is_empty() || self.requeued,
            fetch: self.fetch,
            marks: self.marks,
            typing: self.typing.map(|agent| (agent, self.conversation.id)).into_iter().collect(),
        };
        Ok((self.tx, news))
    }
}

fn outcome_of(cause: &str) -> &'static str {
    match cause {
        "take" | "reply" | "take_over" | "start" => "taken",
        "accept" | "auto" => "accepted",
        "assign" | "transfer" | "rule" | "callback" => "transferred",
        "return_to_bot" => "returned",
        "answered_on_phone" => "answered_on_phone",
        "snooze" => "snoozed",
        "fallback" => "fallback",
        "bot_keeps" => "bot_keeps",
        _ => "resolved",
    }
}
