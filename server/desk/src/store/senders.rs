//! Who sends for a channel: one process at a time, under a lease with a counter that every claim checks.

use contract::{ChannelId, ConnectionId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store};

/// How long a lease lasts, in seconds. It is renewed every third of that.
pub const LEASE_S: i32 = 15;

/// A lease on a channel's sends.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The channel.
    pub channel: ChannelId,
    /// Its connection.
    pub connection: ConnectionId,
    /// This process.
    pub holder: Uuid,
    /// The counter under which it holds the lease.
    pub fence: i64,
    /// The word of the provider.
    pub provider: String,
    /// The provider's own id of the channel.
    pub provider_channel: String,
    /// Messages a second that it may send.
    pub rate: i32,
    /// Whether it is the sandbox's.
    pub sandbox: bool,
}

#[derive(FromRow)]
struct Row {
    channel_id: Uuid,
    connection_id: Uuid,
    fence: i64,
    provider: String,
    provider_channel: String,
    rate: i32,
    sandbox: bool,
}

impl Store {
    /// Takes or renews the lease of every channel that sends and that no other process holds.
    pub async fn hold_channels(&self, holder: Uuid) -> Result<Vec<Sender>> {
        let rows: Vec<Row> = sqlx::query_as(
            "with held as (
               insert into channel_senders as s (channel_id, holder, until)
               select id, $1, desk_now() + $2 * interval '1 second' from channels where paused is null order by id
                   on conflict (channel_id) do update
                  set until = excluded.until, holder = excluded.holder,
                      fence = case when s.holder = excluded.holder then s.fence else s.fence + 1 end
                where s.holder = excluded.holder or s.until < desk_now()
               returning channel_id, fence)
             select h.channel_id, ch.connection_id, h.fence, n.provider, ch.provider_channel, ch.rate, n.sandbox
               from held h
               join channels ch on ch.id = h.channel_id
               join connections n on n.id = ch.connection_id",
        )
        .bind(holder)
        .bind(LEASE_S)
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Sender {
                channel: ChannelId(row.channel_id),
                connection: ConnectionId(row.connection_id),
                holder,
                fence: row.fence,
                provider: row.provider,
                provider_channel: row.provider_channel,
                rate: row.rate,
                sandbox: row.sandbox,
            })
            .collect())
    }

    /// Gives the leases back, so that another process need not wait for their end.
    pub async fn release_channels(&self, holder: Uuid) -> Result<()> {
        sqlx::query("update channel_senders set until = desk_now() where holder = $1")
            .bind(holder)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Stops a channel's sends and says why; an admin lets it go on.
    pub async fn pause_channel(&self, channel: ChannelId, reason: &str) -> Result<()> {
        sqlx::query("update channels set paused = $2 where id = $1 and paused is null")
            .bind(channel.0)
            .bind(reason)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
