//! What it takes to write to somebody first: the channel, and the name by which the contact is known there.

use contract::consent::ConsentScope;
use contract::picker::Started;
use contract::{BotId, ChannelId, ClientId, ConnectionId, ContactId, ConversationId, MessageId};
use uuid::Uuid;

use super::channels::Channel;
use super::{Result, Tx};

impl Tx {
    /// What came of beginning a conversation that was asked for before under the same key.
    pub async fn started_before(&mut self, actor: Uuid, key: ClientId) -> Result<Option<Started>> {
        let found: Option<(Uuid, Uuid)> = sqlx::query_as(
            "select conversation_id, message_id from commands
              where actor_id = $1 and client_id = $2 and message_id is not null",
        )
        .bind(actor)
        .bind(key.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(found.map(|(conversation, message)| Started {
            conversation: ConversationId(conversation),
            message: MessageId(message),
        }))
    }

    /// A channel.
    pub async fn channel(&mut self, id: ChannelId) -> Result<Option<Channel>> {
        let found: Option<(Uuid, Option<Uuid>, i32, String)> = sqlx::query_as(
            "select ch.connection_id, b.id, ch.reopen_hours, ch.stop_closes
               from channels ch left join bots b on b.id = ch.bot_id and b.active
              where ch.id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(found.map(|(connection, bot, reopen_hours, stop_closes)| Channel {
            tag: None,
            id,
            connection: ConnectionId(connection),
            bot: bot.map(BotId),
            reopen_ms: i64::from(reopen_hours) * contract::time::HOUR_MS,
            stop_closes: ConsentScope::parse(&stop_closes).unwrap_or(ConsentScope::All),
        }))
    }

    /// The name by which a contact can be written to on a channel: the one that they have there, else their number
    /// on another channel, else their user id on another channel of the same connection (such ids hold for one
    /// business only).
    pub async fn address_for(&mut self, contact: ContactId, channel: ChannelId) -> Result<Option<String>> {
        let found: Option<(String,)> = sqlx::query_as(
            "select coalesce(a.phone, a.user_id)
               from addresses a
               join channels own on own.id = a.channel_id, channels wanted
              where a.contact_id = $1 and wanted.id = $2
                and (a.phone is not null
                     or a.user_id is not null and own.connection_id = wanted.connection_id)
              order by a.channel_id = $2 desc, a.phone is null, a.id limit 1",
        )
        .bind(contact.0)
        .bind(channel.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(found.map(|(name,)| name))
    }

    /// Of several forms of a number, the one that is known on a channel.
    pub async fn known_form(&mut self, channel: ChannelId, forms: &[String]) -> Result<Option<String>> {
        let found: Option<(String,)> = sqlx::query_as(
            "select key from identities where channel_id = $1 and key = any($2)
              order by array_position($2, key) limit 1",
        )
        .bind(channel.0)
        .bind(forms)
        .fetch_optional(self.connection())
        .await?;
        Ok(found.map(|(key,)| key))
    }
}
