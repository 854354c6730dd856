//! Turns to ask a provider for a file, where it gives only so many a second: one queue for all servers.

use contract::ConnectionId;

use crate::store::{Result, Store};

impl Store {
    /// Takes the next turn of an account, of which there is one in so many milliseconds. Says in how many milliseconds
    /// it comes.
    pub async fn file_turn(&self, connection: ConnectionId, every_ms: i64) -> Result<i64> {
        let (wait,): (i64,) = sqlx::query_as(
            "insert into file_turns as t (connection_id, next_at)
             values ($1, desk_now() + $2 * interval '1 millisecond')
                 on conflict (connection_id) do update
                set next_at = greatest(t.next_at, desk_now()) + $2 * interval '1 millisecond'
             returning greatest(to_ms(next_at) - $2 - to_ms(desk_now()), 0)",
        )
        .bind(connection.0)
        .bind(every_ms)
        .fetch_one(self.pool())
        .await?;
        Ok(wait)
    }
}
