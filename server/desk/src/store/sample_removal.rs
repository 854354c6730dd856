//! Taking sample data away again, which every build can: the one that made it may have been another.

use super::{Result, Tx};

/// How much was taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Customers with all their conversations.
    pub contacts: u64,
    /// Connections with their numbers.
    pub connections: u64,
    /// People.
    pub people: u64,
}

impl Tx {
    /// Takes away everything that is marked as sample, and what has been written to it since.
    pub async fn remove_samples(&mut self) -> Result<Removed> {
        let connection = self.connection();
        sqlx::query(
            "delete from sandbox_phones p using addresses a join contacts c on c.id = a.contact_id
              where c.sample and a.phone = p.number",
        )
        .execute(&mut *connection)
        .await?;
        // A sandbox phone that has written since is nobody's customer elsewhere.
        let contacts = sqlx::query(
            "delete from contacts c
              where c.sample
                 or (exists (select from addresses a join channels h on h.id = a.channel_id
                              where a.contact_id = c.id and h.sample)
                     and not exists (select from addresses a join channels h on h.id = a.channel_id
                                      where a.contact_id = c.id and not h.sample))",
        )
        .execute(&mut *connection)
        .await?;
        for table in ["ledger", "rejections"] {
            let sql = format!(
                "delete from {table} where connection_id in (select id from connections where sample)"
            );
            sqlx::query(&sql).execute(&mut *connection).await?;
        }
        let connections =
            sqlx::query("delete from connections where sample").execute(&mut *connection).await?;
        let people = self.remove_sample_people().await?;
        Ok(Removed { contacts: contacts.rows_affected(), connections: connections.rows_affected(), people })
    }

    /// Takes away the people and bots. Who has come to own something that stays, stays with it.
    async fn remove_sample_people(&mut self) -> Result<u64> {
        let connection = self.connection();
        sqlx::query(
            "delete from bots b where b.sample and not exists (select from channels where bot_id = b.id)
                and not exists (select from conversations where owner_id = b.id)",
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "delete from teams t where t.sample and not exists (select from channels where team_id = t.id)",
        )
        .execute(&mut *connection)
        .await?;
        let people = sqlx::query(
            "delete from agents a where a.sample and not exists (select from conversations where owner_id = a.id)",
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query("update desk set organisation = null where not exists (select from agents)")
            .execute(connection)
            .await?;
        Ok(people.rows_affected())
    }
}
