//! Connections and channels, as the flows and jobs need them.

use std::collections::BTreeMap;

use contract::consent::ConsentScope;
use contract::{BotId, ChannelId, ConnectionId, ConversationId};
use secrecy::SecretString;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Error, Result, Store, Tx};
use crate::auth::seal::{Place, Seal};
use crate::channels::{Account, Recipient};

/// A channel, as what came in is placed on it.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Which.
    pub id: ChannelId,
    /// Its connection.
    pub connection: ConnectionId,
    /// The bot that answers first, if it has one that is switched on.
    pub bot: Option<BotId>,
    /// How long after its end a conversation is reopened by the customer, in milliseconds.
    pub reopen_ms: i64,
    /// The tag of the door by which it was reached, if it was by one.
    pub tag: Option<String>,
    /// What a word such as STOP closes.
    pub stop_closes: ConsentScope,
}

/// A connection, as a webhook finds it.
#[derive(Clone)]
pub struct Connection {
    /// Which.
    pub id: ConnectionId,
    /// The word of its provider.
    pub provider: String,
    /// Its credentials.
    pub account: Account,
    /// Whether it is the sandbox's.
    pub sandbox: bool,
}

/// Where a mark of reading or typing goes: the last message that came in.
#[derive(Debug, Clone)]
pub struct LastInbound {
    /// The connection.
    pub connection: ConnectionId,
    /// The word of the provider.
    pub provider: String,
    /// The provider's own id of the channel.
    pub provider_channel: String,
    /// The provider's id of the message.
    pub message: String,
    /// Who wrote it.
    pub from: Recipient,
    /// Whether its channel shows customers that somebody is typing.
    pub shows_typing: bool,
}

#[derive(FromRow)]
struct LastRow {
    id: Uuid,
    provider: String,
    provider_channel: String,
    last_inbound_id: String,
    phone: Option<String>,
    user_id: Option<String>,
    external_id: Option<String>,
    shows_typing: bool,
}

impl Store {
    /// A connection with its credentials, opened.
    pub async fn connection(&self, seal: &Seal, id: ConnectionId) -> Result<Option<Connection>> {
        let found: Option<(String, String, bool)> =
            sqlx::query_as("select provider, api_base, sandbox from connections where id = $1")
                .bind(id.0)
                .fetch_optional(self.pool())
                .await?;
        let Some((provider, api_base, sandbox)) = found else { return Ok(None) };
        let rows: Vec<(Uuid, String, Vec<u8>)> = sqlx::query_as(
            "select id, field, sealed from connection_secrets
              where connection_id = $1 and (valid_until is null or valid_until > desk_now())
              order by field, valid_until is not null, created_at desc",
        )
        .bind(id.0)
        .fetch_all(self.pool())
        .await?;
        let mut values: BTreeMap<String, Vec<SecretString>> = BTreeMap::new();
        for (row, field, sealed) in rows {
            let place = Place { table: "connection_secrets", column: "sealed", row };
            let value = seal.open(&place, &sealed).map_err(|_| {
                Error::Broken(format!(
                    "connection_secrets {row} cannot be opened: is it the right secret key?"
                ))
            })?;
            values.entry(field).or_default().push(value);
        }
        Ok(Some(Connection { id, provider, account: Account::new(&api_base, values), sandbox }))
    }

    /// The credentials of a connection.
    pub async fn account(&self, seal: &Seal, id: ConnectionId) -> Result<Option<Account>> {
        Ok(self.connection(seal, id).await?.map(|connection| connection.account))
    }

    /// Notes that a connection has had a webhook. At most once a second each, so that a burst costs one write.
    pub async fn note_webhook(&self, id: ConnectionId) -> Result<()> {
        sqlx::query(
            "update connections set last_webhook_at = desk_now()
              where id = $1 and coalesce(last_webhook_at < desk_now() - interval '1 second', true)",
        )
        .bind(id.0)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The last message that came in on a conversation's address.
    pub async fn last_inbound(&self, conversation: ConversationId) -> Result<Option<LastInbound>> {
        let found: Option<LastRow> = sqlx::query_as(
            "select n.id, n.provider, ch.provider_channel, a.last_inbound_id, a.phone, a.user_id, a.external_id,
                    ch.shows_typing
               from conversations c
               join addresses a on a.id = c.address_id
               join channels ch on ch.id = c.channel_id
               join connections n on n.id = ch.connection_id
              where c.id = $1 and a.last_inbound_id is not null",
        )
        .bind(conversation.0)
        .fetch_optional(self.pool())
        .await?;
        Ok(found.map(|row| LastInbound {
            connection: ConnectionId(row.id),
            provider: row.provider,
            provider_channel: row.provider_channel,
            message: row.last_inbound_id,
            from: Recipient { phone: row.phone, user_id: row.user_id, external_id: row.external_id },
            shows_typing: row.shows_typing,
        }))
    }
}

impl Tx {
    /// Notes news about an account, a number or a template.
    pub async fn note_account_event(
        &mut self,
        connection: ConnectionId,
        channel: Option<ChannelId>,
        event: &crate::channels::AccountEvent,
    ) -> Result<()> {
        sqlx::query(
            "insert into account_events (connection_id, channel_id, kind, subject, detail, at)
             values ($1, $2, $3, $4, $5, coalesce(from_ms($6), desk_now()))",
        )
        .bind(connection.0)
        .bind(channel.map(|id| id.0))
        .bind(&event.kind)
        .bind(&event.id)
        .bind(&event.text)
        .bind(event.at.map(jiff::Timestamp::as_millisecond))
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
