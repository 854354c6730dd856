//! Doors: further addresses for the webhooks of a connection, each of which stands for a channel and carries a tag.

use contract::connection::Door;
use contract::{ChannelId, ConnectionId, Time};
use uuid::Uuid;

use super::{Result, Store, Tx};

/// The constraint that a door's channel exists.
pub const NO_SUCH_CHANNEL: &str = "doors_channel_id_fkey";
/// The most doors of a connection.
pub const MOST_DOORS: i64 = 200;

impl Store {
    /// The doors of a connection, the oldest first. Their addresses are for the caller to make.
    pub async fn doors(&self, connection: ConnectionId) -> Result<Vec<Door>> {
        let rows: Vec<(String, String, Uuid, i64)> = sqlx::query_as(
            "select path, tag, channel_id, to_ms(created_at) from doors
              where connection_id = $1 order by created_at, path limit $2",
        )
        .bind(connection.0)
        .bind(MOST_DOORS)
        .fetch_all(self.pool())
        .await?;
        let door = |(path, tag, channel, created_at)| Door {
            path,
            url: String::new(),
            tag,
            channel: ChannelId(channel),
            created_at: Time(created_at),
        };
        Ok(rows.into_iter().map(door).collect())
    }

    /// The tag of a door, if there is such a door.
    pub async fn door_tag(&self, connection: ConnectionId, path: &str) -> Result<Option<String>> {
        let found = sqlx::query_scalar("select tag from doors where connection_id = $1 and path = $2")
            .bind(connection.0)
            .bind(path)
            .fetch_optional(self.pool())
            .await?;
        Ok(found)
    }
}

impl Tx {
    /// Makes a door for a channel of a connection. Whether it was made: not for a channel of another connection, and
    /// not where there are very many already.
    pub async fn add_door(
        &mut self,
        connection: ConnectionId,
        channel: ChannelId,
        (path, tag): (&str, &str),
    ) -> Result<bool> {
        let done = sqlx::query(
            "insert into doors (path, connection_id, channel_id, tag)
             select $3, ch.connection_id, ch.id, $4 from channels ch
              where ch.id = $2 and ch.connection_id = $1
                and (select count(*) from doors d where d.connection_id = $1) < $5",
        )
        .bind(connection.0)
        .bind(channel.0)
        .bind(path)
        .bind(tag)
        .bind(MOST_DOORS)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes a door away. Whether there was one.
    pub async fn remove_door(&mut self, connection: ConnectionId, path: &str) -> Result<bool> {
        let done = sqlx::query("delete from doors where connection_id = $1 and path = $2")
            .bind(connection.0)
            .bind(path)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
