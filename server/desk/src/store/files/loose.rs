//! The store of files as the database knows it, and files whose message is gone.

use contract::FileId;
use sqlx::FromRow;
use uuid::Uuid;

use crate::store::{Result, Store};

/// The store of files that belongs to this database.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct FileStore {
    /// Its id, which is also written into it.
    pub id: Uuid,
    /// Where it is, for a person.
    pub place: String,
}

impl Store {
    /// The store of files that belongs to this database, once there is one.
    pub async fn file_store(&self) -> Result<Option<FileStore>> {
        Ok(sqlx::query_as("select id, place from file_store").fetch_optional(self.pool()).await?)
    }

    /// Makes a store the one that belongs to this database, unless there is one. The one that does.
    pub async fn add_file_store(&self, id: Uuid, place: &str) -> Result<FileStore> {
        sqlx::query("insert into file_store (id, place) values ($1, $2) on conflict do nothing")
            .bind(id)
            .bind(place)
            .execute(self.pool())
            .await?;
        Ok(sqlx::query_as("select id, place from file_store").fetch_one(self.pool()).await?)
    }

    /// Takes files whose bytes nobody needs any more: their message is erased, or was never written. From here on
    /// they cannot be sent; they are taken again until they are forgotten.
    pub async fn take_loose_files(&self, limit: i64) -> Result<Vec<FileId>> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "with loose as (
               select id from files
                where message_id is null
                  and (not uploaded or conversation_id is null or created_at < desk_now() - interval '24 hours')
                order by created_at limit $1 for update skip locked)
             update files f set state = 'failed', error = 'It was not sent in time.'
               from loose where f.id = loose.id returning f.id",
        )
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id,)| FileId(id)).collect())
    }

    /// Forgets a file whose bytes are deleted, unless it was sent meanwhile.
    pub async fn forget_file(&self, id: FileId) -> Result<()> {
        sqlx::query("delete from files where id = $1 and message_id is null")
            .bind(id.0)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
