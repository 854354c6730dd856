//! Sample data: a line of the sandbox with its bot, and conversations, all marked so that they can be taken away.
//!
//! What happened in a sample conversation is worked out elsewhere with the rules of the domain; here it is only
//! written down.

use contract::{AgentId, Handoff, TeamId};
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::journal::NewEvent;
use super::messages::NewMessage;
use super::outbox::Payload;
use super::sandbox::{New, Phone, Thread};
use super::{Result, Store, Tx, words};
use crate::channels::StatusWord;
use crate::domain::Conversation;

mod lines;

pub use lines::{SampleBot, SampleLine, SamplePlace};

/// A conversation and everything that happened in it.
#[derive(Debug, Clone)]
pub struct SampleConversation {
    /// The customer's phone.
    pub phone: Phone,
    /// How it ended up. Its ids are those of a contact and an address that are made with it.
    pub conversation: Conversation,
    /// Its messages.
    pub messages: Vec<NewMessage>,
    /// Its events, without a gap.
    pub events: Vec<NewEvent>,
    /// Its handoffs, with the epoch and the event at which each began.
    pub handoffs: Vec<(Handoff, i64, i64)>,
    /// What the bot remembers, and the last event that it has answered.
    pub memory: (Value, i64),
}

impl Store {
    /// Whether nobody has set this desk up and nothing has come in: only then it may be filled by itself.
    pub async fn is_empty(&self) -> Result<bool> {
        let sql = "select organisation is null and not exists (select from agents)
                          and not exists (select from connections) from desk";
        Ok(sqlx::query_scalar(sql).fetch_one(self.pool()).await?)
    }

    /// How many sample customers there are.
    pub async fn sample_contacts(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from contacts where sample").fetch_one(self.pool()).await?)
    }
}

impl Tx {
    /// Marks people as sample people.
    pub async fn mark_sample_agents(&mut self, agents: &[AgentId]) -> Result<()> {
        let ids: Vec<Uuid> = agents.iter().map(|agent| agent.0).collect();
        sqlx::query("update agents set sample = true where id = any($1)")
            .bind(ids)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Marks a team as the sample's.
    pub async fn mark_sample_team(&mut self, team: TeamId) -> Result<()> {
        sqlx::query("update teams set sample = true where id = $1")
            .bind(team.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Writes a whole conversation, on the desk and on the customer's phone.
    pub async fn add_sample_conversation(
        &mut self,
        place: &SamplePlace,
        sample: &SampleConversation,
    ) -> Result<()> {
        self.add_sample_contact(sample).await?;
        self.open_conversations(std::slice::from_ref(&sample.conversation)).await?;
        self.add_messages(&sample.messages).await?;
        self.append(&sample.events).await?;
        self.add_sample_handoffs(sample).await?;
        self.add_sample_deliveries(sample).await?;
        self.add_sample_memory(place, sample).await?;
        self.fill_sample_phone(place, sample).await
    }

    async fn add_sample_memory(&mut self, place: &SamplePlace, sample: &SampleConversation) -> Result<()> {
        let (memory, answered) = &sample.memory;
        sqlx::query(
            "insert into bot_memory (conversation_id, bot_id, memory, answered_seq, epoch, turns)
             values ($1, $2, $3, $4, $5, 1)",
        )
        .bind(sample.conversation.id.0)
        .bind(place.bot.0)
        .bind(Json(memory))
        .bind(answered)
        .bind(sample.conversation.epoch)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    async fn add_sample_contact(&mut self, sample: &SampleConversation) -> Result<()> {
        let conversation = &sample.conversation;
        let inbound =
            sample.messages.iter().rev().find(|message| message.author == contract::Author::Contact);
        sqlx::query(
            "with person as (insert into contacts (id, profile_name, sample, created_at)
                             values ($1, $2, true, from_ms($3))),
                  names as (insert into identities (channel_id, key, address_id) values ($4, $5, $6), ($4, $7, $6))
             insert into addresses (id, channel_id, contact_id, phone, user_id, conversation_id, last_inbound_id)
             values ($6, $4, $1, $5, $7, $8, $9)",
        )
        .bind(conversation.contact.0)
        .bind(&sample.phone.name)
        .bind(conversation.opened_at.0)
        .bind(conversation.channel.0)
        .bind(&sample.phone.number)
        .bind(conversation.address.0)
        .bind(&sample.phone.user_id)
        .bind(conversation.id.0)
        .bind(inbound.and_then(|message| message.provider_id.clone()))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    async fn add_sample_handoffs(&mut self, sample: &SampleConversation) -> Result<()> {
        for (handoff, epoch, to_seq) in &sample.handoffs {
            let (by_kind, by_id) = words::actor_columns(handoff.by);
            sqlx::query(
                "insert into handoffs (id, conversation_id, by_kind, by_id, packet, epoch, to_seq, messages_before,
                        created_at, ended_at, outcome)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, from_ms($9), from_ms($10), $11)",
            )
            .bind(handoff.id.0)
            .bind(handoff.conversation.0)
            .bind(by_kind)
            .bind(by_id)
            .bind(Json(&handoff.packet))
            .bind(epoch)
            .bind(to_seq)
            .bind(handoff.messages_before)
            .bind(handoff.created_at.0)
            .bind(handoff.ended_at.map(|at| at.0))
            .bind(&handoff.outcome)
            .execute(self.connection())
            .await?;
        }
        Ok(())
    }

    /// One delivery for each message that went out, as far as the message has come.
    async fn add_sample_deliveries(&mut self, sample: &SampleConversation) -> Result<()> {
        let sent = sample.messages.iter().filter(|message| message.state.is_some());
        let rows: Vec<Value> = sent
            .map(|message| {
                json!({
                    "id": Uuid::now_v7(), "message_id": message.id, "conversation_id": message.conversation,
                    "channel_id": message.channel, "payload": Payload::Message { body: message.body.clone() },
                    "by_bot": matches!(message.author, contract::Author::Bot(_)), "epoch": message.epoch,
                    "state": message.state, "at": message.at, "provider_id": provider_id(message),
                })
            })
            .collect();
        sqlx::query(
            "insert into deliveries (id, kind, message_id, conversation_id, channel_id, payload, by_bot, epoch, state,
                    attempts, not_before, provider_id, created_at, sent_at, delivered_at, read_at)
             select id, 'message', message_id, conversation_id, channel_id, payload, by_bot, epoch, state, 1,
                    from_ms(at), provider_id, from_ms(at), from_ms(at), from_ms(at),
                    case when state = 'read' then from_ms(at) end
               from jsonb_to_recordset($1)
                 as x(id uuid, message_id uuid, conversation_id uuid, channel_id uuid, payload jsonb, by_bot boolean,
                      epoch bigint, state text, at bigint, provider_id text)",
        )
        .bind(Json(rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Puts the same messages on the customer's phone, so that one can go on as that customer.
    async fn fill_sample_phone(&mut self, place: &SamplePlace, sample: &SampleConversation) -> Result<()> {
        sqlx::query(
            "insert into sandbox_phones (number, user_id, name) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(&sample.phone.number)
        .bind(&sample.phone.user_id)
        .bind(&sample.phone.name)
        .execute(self.connection())
        .await?;
        let thread = Thread {
            number: sample.phone.number.clone(),
            line: place.provider_channel.clone(),
            connection: place.connection,
        };
        self.sandbox_lock(&thread).await?;
        for message in sample.messages.iter().filter(|message| !message.note) {
            let new = New {
                id: provider_id(message),
                mine: message.author == contract::Author::Contact,
                body: message.body.clone(),
                quoted: None,
                status: StatusWord::Read,
                opaque: None,
                target: String::new(),
            };
            self.sandbox_insert(&thread, &new, message.at).await?;
        }
        self.sandbox_look(&thread).await?;
        Ok(())
    }
}

/// The id by which the sandbox knows a sample message.
fn provider_id(message: &NewMessage) -> String {
    message.provider_id.clone().unwrap_or_else(|| format!("wamid.sample.{}", message.id.0.simple()))
}
