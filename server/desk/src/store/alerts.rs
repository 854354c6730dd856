//! What admins should know, and how the providers say that numbers do.

use contract::settings::AlertView;
use contract::{ChannelId, ConnectionId, Time};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store, Tx};

/// An alert to be written down.
#[derive(Debug, Clone)]
pub struct NewAlert {
    /// Of which connection.
    pub connection: ConnectionId,
    /// Of which channel, where it is about one.
    pub channel: Option<ChannelId>,
    /// What kind: `template`, `health`, `stopped`, `resumed`.
    pub kind: &'static str,
    /// What it is about.
    pub subject: String,
    /// What has happened, and what to do.
    pub text: String,
}

/// How a number does. What is absent has not changed.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// How customers rate it.
    pub quality: Option<String>,
    /// How many people it may write to first.
    pub messaging_limit: Option<String>,
    /// Messages a second that it may send.
    pub rate: Option<i32>,
}

/// Which channels of a connection news is about.
#[derive(Debug, Clone)]
pub enum About {
    /// This one.
    Channel(ChannelId),
    /// The one with this number: digits only.
    Number(String),
    /// All of them.
    All,
}

#[derive(FromRow)]
struct AlertRow {
    connection_name: String,
    kind: String,
    subject: String,
    text: String,
    at: i64,
    seen: bool,
}

impl Tx {
    /// Writes an alert down.
    pub async fn alert(&mut self, new: &NewAlert) -> Result<()> {
        sqlx::query(
            "insert into alerts (id, connection_id, channel_id, kind, subject, text, at)
             values ($1, $2, $3, $4, $5, $6, desk_now())",
        )
        .bind(Uuid::now_v7())
        .bind(new.connection.0)
        .bind(new.channel.map(|id| id.0))
        .bind(new.kind)
        .bind(&new.subject)
        .bind(&new.text)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The channels of a connection that news is about, with their names.
    pub async fn channels_about(
        &mut self,
        connection: ConnectionId,
        about: &About,
    ) -> Result<Vec<(ChannelId, String)>> {
        let (channel, number) = match about {
            About::Channel(id) => (Some(id.0), None),
            About::Number(digits) => (None, Some(digits.as_str())),
            About::All => (None, None),
        };
        let rows: Vec<(Uuid, String)> = sqlx::query_as(
            "select id, name from channels
              where connection_id = $1 and ($2::uuid is null or id = $2)
                and ($3::text is null or regexp_replace(number, '[^0-9]', '', 'g') = $3)
              order by id",
        )
        .bind(connection.0)
        .bind(channel)
        .bind(number)
        .fetch_all(self.connection())
        .await?;
        Ok(rows.into_iter().map(|(id, name)| (ChannelId(id), name)).collect())
    }

    /// Writes how numbers do.
    pub async fn set_health(&mut self, channels: &[ChannelId], health: &Health) -> Result<()> {
        let ids: Vec<Uuid> = channels.iter().map(|id| id.0).collect();
        sqlx::query(
            "update channels set quality = coalesce($2, quality), messaging_limit = coalesce($3, messaging_limit),
                    rate = coalesce($4, rate), health_at = desk_now()
              where id = any($1)",
        )
        .bind(ids)
        .bind(&health.quality)
        .bind(&health.messaging_limit)
        .bind(health.rate)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The provider lets numbers send no more, and why; or it lets those go on that it had stopped. Says how many
    /// have changed.
    pub async fn stop_channels(&mut self, channels: &[ChannelId], why: Option<&str>) -> Result<u64> {
        let ids: Vec<Uuid> = channels.iter().map(|id| id.0).collect();
        let sql = match why {
            Some(_) => {
                "update channels set paused = $2, paused_by_provider = true
                  where id = any($1) and paused is null"
            }
            None => {
                "update channels set paused = $2, paused_by_provider = false
                  where id = any($1) and paused_by_provider"
            }
        };
        let done = sqlx::query(sql).bind(ids).bind(why).execute(self.connection()).await?;
        Ok(done.rows_affected())
    }

    /// All alerts are seen.
    pub async fn see_alerts(&mut self) -> Result<()> {
        sqlx::query("update alerts set seen_at = desk_now() where seen_at is null")
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

impl Store {
    /// The latest alerts, latest first, at most 100.
    pub async fn alerts(&self) -> Result<Vec<AlertView>> {
        let rows: Vec<AlertRow> = sqlx::query_as(
            "select coalesce(n.name, b.name, e.name, '') as connection_name, a.kind, a.subject, a.text, to_ms(a.at) as at,
                    a.seen_at is not null as seen
               from alerts a left join connections n on n.id = a.connection_id left join bots b on b.id = a.bot_id
               left join endpoints e on e.id = a.endpoint_id
              order by a.at desc, a.id desc limit 100",
        )
        .fetch_all(self.pool())
        .await?;
        let view = |row: AlertRow| AlertView {
            connection_name: row.connection_name,
            kind: row.kind,
            subject: row.subject,
            text: row.text,
            at: Time(row.at),
            seen: row.seen,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// How many alerts no admin has seen.
    pub async fn unseen_alerts(&self) -> Result<i64> {
        let (count,): (i64,) = sqlx::query_as("select count(*) from alerts where seen_at is null")
            .fetch_one(self.pool())
            .await?;
        Ok(count)
    }
}
