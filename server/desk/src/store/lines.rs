//! Numbers and bots, a line each.

use contract::{BotId, ChannelId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store};

/// A number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRow {
    /// Which.
    pub id: ChannelId,
    /// What people here call it.
    pub name: String,
    /// The number as people write it.
    pub number: Option<String>,
    /// The word of its provider.
    pub provider: String,
    /// Whether it is a stand-in's.
    pub sandbox: bool,
    /// The bot that answers first.
    pub bot: Option<BotId>,
    /// Why it does not send at present.
    pub paused: Option<String>,
}

/// A bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotRow {
    /// Which.
    pub id: BotId,
    /// Its name.
    pub name: String,
    /// The word of its kind.
    pub kind: String,
    /// Whether it is switched on.
    pub active: bool,
}

#[derive(FromRow)]
struct Line {
    id: Uuid,
    name: String,
    number: Option<String>,
    provider: String,
    sandbox: bool,
    bot_id: Option<Uuid>,
    paused: Option<String>,
}

impl Store {
    /// Every number, sorted by name.
    pub async fn line_rows(&self) -> Result<Vec<LineRow>> {
        let rows: Vec<Line> = sqlx::query_as(
            "select ch.id, ch.name, ch.number, n.provider, n.sandbox, ch.bot_id, ch.paused
               from channels ch join connections n on n.id = ch.connection_id order by lower(ch.name), ch.id",
        )
        .fetch_all(self.pool())
        .await?;
        let line = |row: Line| LineRow {
            id: ChannelId(row.id),
            name: row.name,
            number: row.number,
            provider: row.provider,
            sandbox: row.sandbox,
            bot: row.bot_id.map(BotId),
            paused: row.paused,
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// Every bot, sorted by name.
    pub async fn bot_rows(&self) -> Result<Vec<BotRow>> {
        let rows: Vec<(Uuid, String, String, bool)> =
            sqlx::query_as("select id, name, kind, active from bots order by lower(name), id")
                .fetch_all(self.pool())
                .await?;
        let bot = |(id, name, kind, active)| BotRow { id: BotId(id), name, kind, active };
        Ok(rows.into_iter().map(bot).collect())
    }
}
