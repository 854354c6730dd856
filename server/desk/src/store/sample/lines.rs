//! The numbers of the sample shop: one at every provider that the sandbox stands in for, with the bot that answers.

use contract::{BotId, ChannelId, ConnectionId};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::{Result, Store, Tx};

/// The bot that answers on every sample number.
#[derive(Debug, Clone)]
pub struct SampleBot {
    /// Which.
    pub id: BotId,
    /// What people here call it.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// What it says and does.
    pub definition: Value,
}

/// A connection to the sandbox with one number.
#[derive(Debug, Clone)]
pub struct SampleLine {
    /// The word of the provider.
    pub provider: String,
    /// The connection.
    pub connection: ConnectionId,
    /// Where its calls go.
    pub api_base: String,
    /// Its credentials: row, field and sealed value.
    pub secrets: Vec<(Uuid, String, Vec<u8>)>,
    /// The number.
    pub channel: ChannelId,
    /// The provider's id of the number.
    pub provider_channel: String,
    /// The number as people write it.
    pub number: String,
    /// What people here call connection and number.
    pub name: String,
    /// The bot that answers there.
    pub bot: BotId,
    /// Messages a second.
    pub rate: i32,
}

/// Where sample conversations go.
#[derive(Debug, Clone)]
pub struct SamplePlace {
    /// The connection.
    pub connection: ConnectionId,
    /// The number.
    pub channel: ChannelId,
    /// The provider's id of the number.
    pub provider_channel: String,
    /// Its bot.
    pub bot: BotId,
}

type PlaceRow = (Uuid, Uuid, String, Uuid);

impl Store {
    /// The number that sample conversations go to, if it is there with the bot that came with it, whoever answers on it
    /// by now.
    pub async fn sample_place(&self) -> Result<Option<SamplePlace>> {
        let row: Option<PlaceRow> = sqlx::query_as(
            "select ch.connection_id, ch.id, ch.provider_channel, b.id
               from channels ch join connections k on k.id = ch.connection_id cross join bots b
              where ch.sample and k.provider = 'meta' and b.sample and b.kind = 'flow'
              order by ch.created_at, b.created_at limit 1",
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|(connection, channel, provider_channel, bot)| SamplePlace {
            connection: ConnectionId(connection),
            channel: ChannelId(channel),
            provider_channel,
            bot: BotId(bot),
        }))
    }

    /// Whether the numbers of the sample are there.
    pub async fn has_sample_lines(&self) -> Result<bool> {
        let there = sqlx::query_scalar("select exists (select from channels where sample)")
            .fetch_one(self.pool())
            .await?;
        Ok(there)
    }
}

impl Tx {
    /// Writes a bot.
    pub async fn add_sample_bot(&mut self, bot: &SampleBot) -> Result<()> {
        sqlx::query("insert into bots (id, name, kind, definition, sample) values ($1, $2, $3, $4, true)")
            .bind(bot.id.0)
            .bind(&bot.name)
            .bind(&bot.kind)
            .bind(Json(&bot.definition))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Writes a connection to the sandbox with its number.
    pub async fn add_sample_line(&mut self, line: &SampleLine) -> Result<()> {
        let connection = self.connection();
        sqlx::query(
            "insert into connections (id, provider, name, api_base, sandbox, sample)
             values ($1, $2, $3, $4, true, true)",
        )
        .bind(line.connection.0)
        .bind(&line.provider)
        .bind(&line.name)
        .bind(&line.api_base)
        .execute(&mut *connection)
        .await?;
        for (row, field, sealed) in &line.secrets {
            sqlx::query(
                "insert into connection_secrets (id, connection_id, field, sealed) values ($1, $2, $3, $4)",
            )
            .bind(row)
            .bind(line.connection.0)
            .bind(field)
            .bind(sealed)
            .execute(&mut *connection)
            .await?;
        }
        sqlx::query(
            "insert into channels (id, connection_id, provider_channel, name, number, bot_id, rate, sample)
             values ($1, $2, $3, $4, $5, $6, $7, true)",
        )
        .bind(line.channel.0)
        .bind(line.connection.0)
        .bind(&line.provider_channel)
        .bind(&line.name)
        .bind(&line.number)
        .bind(line.bot.0)
        .bind(line.rate)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Points the sample lines of a provider to where the sandbox is reached now: the port can be another one than
    /// last time.
    pub async fn move_sample_lines(&mut self, provider: &str, api_base: &str) -> Result<()> {
        sqlx::query(
            "update connections set api_base = $2
              where sample and sandbox and provider = $1 and api_base <> $2",
        )
        .bind(provider)
        .bind(api_base)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
