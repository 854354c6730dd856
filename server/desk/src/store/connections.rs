//! Connections, their channels and credentials, as an admin sees and changes them. What the flows and jobs need of
//! them is in [`super::channels`]; what came in on them is summed up in [`totals`].

use std::collections::HashMap;

use contract::settings::{ChannelView, UnknownChannel};
use contract::{BotId, ChannelId, ConnectionId, Time};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store, Tx};

pub mod totals;

/// A connection with everything that is known of it but its credentials.
pub struct Connected {
    /// Which.
    pub id: ConnectionId,
    /// The word of its provider.
    pub provider: String,
    /// What people here call it.
    pub name: String,
    /// Where its calls go.
    pub api_base: String,
    /// Whether it is the sandbox's.
    pub sandbox: bool,
    /// When its last webhook came in.
    pub last_webhook_at: Option<Time>,
    /// Webhooks with a wrong signature in the last 24 hours.
    pub bad_signatures: i64,
    /// Its numbers.
    pub channels: Vec<ChannelView>,
    /// Numbers that webhooks named and that are not set up here.
    pub unknown_channels: Vec<UnknownChannel>,
}

/// A connection to be made.
pub struct NewAccount {
    /// Which. Made up by the caller.
    pub id: ConnectionId,
    /// The word of its provider.
    pub provider: String,
    /// What people here call it.
    pub name: String,
    /// Where its calls go.
    pub api_base: String,
}

/// A credential, encrypted.
pub struct SealedField {
    /// Its own id. Made up by the caller, because the encryption is bound to it.
    pub id: Uuid,
    /// Of which connection.
    pub connection: ConnectionId,
    /// Which field it is the value of.
    pub field: String,
    /// The value.
    pub sealed: Vec<u8>,
}

/// A channel to be set up.
pub struct NewChannel {
    /// Of which connection.
    pub connection: ConnectionId,
    /// The provider's id of it.
    pub provider_channel: String,
    /// What people here call it.
    pub name: String,
    /// The number as people write it.
    pub number: Option<String>,
    /// The bot that answers first.
    pub bot: Option<BotId>,
    /// Messages a second that it may send.
    pub rate: i32,
}

/// The constraint that lets a connection have each channel once.
pub const CHANNEL_TAKEN: &str = "channels_connection_id_provider_channel_key";
/// The constraint that a channel's bot exists.
pub const NO_SUCH_BOT: &str = "channels_bot_id_fkey";
/// The constraint that a channel's connection exists.
pub const NO_SUCH_CONNECTION: &str = "channels_connection_id_fkey";

/// Unknown channels that are listed at most, of all connections together.
const UNKNOWN_LISTED: i64 = 200;

#[derive(FromRow)]
struct ConnectionRow {
    id: Uuid,
    provider: String,
    name: String,
    api_base: String,
    sandbox: bool,
    last_webhook_at: Option<i64>,
    bad_signatures: i64,
}

#[derive(FromRow)]
struct ChannelRow {
    connection_id: Uuid,
    id: Uuid,
    name: String,
    provider_channel: String,
    number: Option<String>,
    bot_id: Option<Uuid>,
    rate: i32,
    paused: Option<String>,
    shows_typing: bool,
}

#[derive(FromRow)]
struct UnknownRow {
    connection_id: Uuid,
    provider_channel: String,
    items: i64,
    last_at: i64,
}

impl Store {
    /// All connections, sorted by name.
    pub async fn connected(&self) -> Result<Vec<Connected>> {
        let rows: Vec<ConnectionRow> = sqlx::query_as(
            "select c.id, c.provider, c.name, c.api_base, c.sandbox, to_ms(c.last_webhook_at) as last_webhook_at,
                    coalesce((select sum(b.count) from bad_signatures b
                               where b.connection_id = c.id and b.hour > desk_now() - interval '24 hours'), 0)::bigint
                      as bad_signatures
               from connections c order by lower(c.name), c.id",
        )
        .fetch_all(self.pool())
        .await?;
        let mut channels = self.configured_channels().await?;
        let mut unknown = self.unknown_channels().await?;
        let connected = |row: ConnectionRow| Connected {
            id: ConnectionId(row.id),
            provider: row.provider,
            name: row.name,
            api_base: row.api_base,
            sandbox: row.sandbox,
            last_webhook_at: row.last_webhook_at.map(Time),
            bad_signatures: row.bad_signatures,
            channels: channels.remove(&row.id).unwrap_or_default(),
            unknown_channels: unknown.remove(&row.id).unwrap_or_default(),
        };
        Ok(rows.into_iter().map(connected).collect())
    }

    async fn configured_channels(&self) -> Result<HashMap<Uuid, Vec<ChannelView>>> {
        let rows: Vec<ChannelRow> = sqlx::query_as(
            "select connection_id, id, name, provider_channel, number, bot_id, rate, paused, shows_typing
               from channels order by lower(name), id",
        )
        .fetch_all(self.pool())
        .await?;
        let mut channels: HashMap<Uuid, Vec<ChannelView>> = HashMap::new();
        for row in rows {
            channels.entry(row.connection_id).or_default().push(ChannelView {
                id: ChannelId(row.id),
                name: row.name,
                provider_channel: row.provider_channel,
                number: row.number,
                bot: row.bot_id.map(BotId),
                rate: row.rate,
                paused: row.paused,
                typing: Some(row.shows_typing),
                joins: None,
            });
        }
        Ok(channels)
    }

    /// When a customer last wrote on a channel themself.
    pub async fn last_heard(&self, channel: ChannelId) -> Result<Option<Time>> {
        let (at,): (Option<i64>,) = sqlx::query_as(
            "select to_ms(max(window_until)) - 24 * 60 * 60 * 1000 from conversations where channel_id = $1",
        )
        .bind(channel.0)
        .fetch_one(self.pool())
        .await?;
        Ok(at.map(Time))
    }

    async fn unknown_channels(&self) -> Result<HashMap<Uuid, Vec<UnknownChannel>>> {
        let rows: Vec<UnknownRow> = sqlx::query_as(
            "select r.connection_id, r.provider_channel, count(*) as items, to_ms(max(r.at)) as last_at
               from rejections r
              where r.reason = 'unknown_channel' and r.provider_channel is not null
                and not exists (select from channels c where c.connection_id = r.connection_id
                                                         and c.provider_channel = r.provider_channel)
              group by r.connection_id, r.provider_channel
              order by max(r.at) desc, r.provider_channel limit $1",
        )
        .bind(UNKNOWN_LISTED)
        .fetch_all(self.pool())
        .await?;
        let mut unknown: HashMap<Uuid, Vec<UnknownChannel>> = HashMap::new();
        for row in rows {
            unknown.entry(row.connection_id).or_default().push(UnknownChannel {
                provider_channel: row.provider_channel,
                items: row.items,
                last_at: Time(row.last_at),
            });
        }
        Ok(unknown)
    }

    /// The current values of these fields, encrypted, of all connections.
    pub async fn sealed_fields(&self, fields: &[&str]) -> Result<Vec<SealedField>> {
        let rows: Vec<(Uuid, Uuid, String, Vec<u8>)> = sqlx::query_as(
            "select id, connection_id, field, sealed from connection_secrets
              where field = any($1) and valid_until is null",
        )
        .bind(fields)
        .fetch_all(self.pool())
        .await?;
        let sealed = |(id, connection, field, sealed)| SealedField {
            id,
            connection: ConnectionId(connection),
            field,
            sealed,
        };
        Ok(rows.into_iter().map(sealed).collect())
    }

    /// The bots that a channel can begin with, sorted by name.
    pub async fn bot_names(&self) -> Result<Vec<(BotId, String)>> {
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "select id, name from bots where active and removed_at is null order by lower(name), id",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id, name)| (BotId(id), name)).collect())
    }

    /// The connections, sorted by name.
    pub async fn connection_names(&self) -> Result<Vec<(ConnectionId, String)>> {
        let rows: Vec<(Uuid, String)> =
            sqlx::query_as("select id, name from connections order by lower(name), id")
                .fetch_all(self.pool())
                .await?;
        Ok(rows.into_iter().map(|(id, name)| (ConnectionId(id), name)).collect())
    }

    /// The provider's own ids of a connection's channels, oldest first.
    pub async fn provider_channels(&self, connection: ConnectionId) -> Result<Vec<String>> {
        let ids = sqlx::query_scalar(
            "select provider_channel from channels where connection_id = $1 order by created_at, id",
        )
        .bind(connection.0)
        .fetch_all(self.pool())
        .await?;
        Ok(ids)
    }

    /// The provider's own id of a channel, and its number as people write it.
    pub async fn channel_number(&self, channel: ChannelId) -> Result<Option<(String, Option<String>)>> {
        let found = sqlx::query_as("select provider_channel, number from channels where id = $1")
            .bind(channel.0)
            .fetch_optional(self.pool())
            .await?;
        Ok(found)
    }

    /// Forgets credentials that were replaced and are no longer valid.
    pub async fn sweep_secrets(&self) -> Result<u64> {
        let gone = sqlx::query("delete from connection_secrets where valid_until <= desk_now()")
            .execute(self.pool())
            .await?;
        Ok(gone.rows_affected())
    }
}

impl Tx {
    /// Makes a connection.
    pub async fn add_connection(&mut self, new: &NewAccount) -> Result<()> {
        sqlx::query("insert into connections (id, provider, name, api_base) values ($1, $2, $3, $4)")
            .bind(new.id.0)
            .bind(&new.provider)
            .bind(&new.name)
            .bind(&new.api_base)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Sends a connection's calls elsewhere.
    pub async fn set_api_base(&mut self, id: ConnectionId, api_base: &str) -> Result<()> {
        sqlx::query("update connections set api_base = $2 where id = $1")
            .bind(id.0)
            .bind(api_base)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Sets how long an equal message without an id can be a repeat, in seconds. Whether there is such a connection.
    pub async fn set_repeat_window(&mut self, id: ConnectionId, seconds: i32) -> Result<bool> {
        let done = sqlx::query("update connections set repeat_window_s = $2 where id = $1")
            .bind(id.0)
            .bind(seconds)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The word of a connection's provider. Locks the connection, so that two who replace its credentials do so one
    /// after the other.
    pub async fn lock_connection(&mut self, id: ConnectionId) -> Result<Option<String>> {
        let word = sqlx::query_scalar("select provider from connections where id = $1 for update")
            .bind(id.0)
            .fetch_optional(self.connection())
            .await?;
        Ok(word)
    }

    /// Stores a credential, with which the templates are listed anew. The one that it replaces stays valid for a day, because what the provider has sent or
    /// is still sending was signed with it.
    pub async fn put_secret(&mut self, new: &SealedField) -> Result<()> {
        sqlx::query(
            "update connection_secrets set valid_until = desk_now() + interval '24 hours'
              where connection_id = $1 and field = $2 and valid_until is null",
        )
        .bind(new.connection.0)
        .bind(&new.field)
        .execute(self.connection())
        .await?;
        sqlx::query("update connections set templates_due_at = desk_now() where id = $1")
            .bind(new.connection.0)
            .execute(self.connection())
            .await?;
        sqlx::query(
            "insert into connection_secrets (id, connection_id, field, sealed) values ($1, $2, $3, $4)",
        )
        .bind(new.id)
        .bind(new.connection.0)
        .bind(&new.field)
        .bind(&new.sealed)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Sets up a channel. Conflicts with [`CHANNEL_TAKEN`], [`NO_SUCH_BOT`] or [`NO_SUCH_CONNECTION`].
    pub async fn add_channel(&mut self, new: &NewChannel) -> Result<ChannelId> {
        let id = Uuid::now_v7();
        sqlx::query(
            "insert into channels (id, connection_id, provider_channel, name, number, bot_id, rate)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(new.connection.0)
        .bind(&new.provider_channel)
        .bind(&new.name)
        .bind(&new.number)
        .bind(new.bot.map(|bot| bot.0))
        .bind(new.rate)
        .execute(self.connection())
        .await?;
        Ok(ChannelId(id))
    }

    /// Lets a channel begin with another bot, or with none. Whether there is such a channel. Conflicts with
    /// [`NO_SUCH_BOT`].
    pub async fn set_channel_bot(&mut self, id: ChannelId, bot: Option<BotId>) -> Result<bool> {
        let done = sqlx::query("update channels set bot_id = $2 where id = $1")
            .bind(id.0)
            .bind(bot.map(|bot| bot.0))
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Lets customers of a channel see that somebody is typing, or not. Whether there is such a channel.
    pub async fn show_typing(&mut self, id: ChannelId, on: bool) -> Result<bool> {
        let done = sqlx::query("update channels set shows_typing = $2 where id = $1")
            .bind(id.0)
            .bind(on)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Lets a paused channel send again. Whether there is such a channel.
    pub async fn resume_channel(&mut self, id: ChannelId) -> Result<bool> {
        let done = sqlx::query("update channels set paused = null, paused_by_provider = false where id = $1")
            .bind(id.0)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
