//! Connections of a desk that is another process, as stand-ins that are alone know them.

use contract::ConnectionId;
use uuid::Uuid;

use super::super::connections::NewAccount;
use super::{Result, Tx};

impl Tx {
    /// Makes a connection of the sandbox, or changes it. False if there is one with this id that is not the
    /// sandbox's.
    pub async fn sandbox_connect(&mut self, new: &NewAccount) -> Result<bool> {
        let done = sqlx::query(
            "insert into connections (id, provider, name, api_base, sandbox) values ($1, $2, $3, $4, true)
             on conflict (id) do update set provider = $2, name = $3, api_base = $4 where connections.sandbox",
        )
        .bind(new.id.0)
        .bind(&new.provider)
        .bind(&new.name)
        .bind(&new.api_base)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives a connection of the sandbox a number, or changes how people write it. Whoever sends from here is the
    /// desk, so `rate`, in messages a second, is for show.
    pub async fn sandbox_number(
        &mut self,
        connection: ConnectionId,
        (provider_channel, name, written): (&str, &str, Option<&str>),
        rate: i32,
    ) -> Result<()> {
        sqlx::query(
            "insert into channels (id, connection_id, provider_channel, name, number, rate)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (connection_id, provider_channel) do update set name = $4, number = $5",
        )
        .bind(Uuid::now_v7())
        .bind(connection.0)
        .bind(provider_channel)
        .bind(name)
        .bind(written)
        .bind(rate)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
