//! Tries to sign in, counted by key in windows of a minute. In the database, so that the counts hold across
//! servers and restarts.

use crate::store::{Result, Store};

impl Store {
    /// Counts one more try for each key, and tells how many each has had in this minute.
    pub async fn count_tries(&self, keys: &[String]) -> Result<Vec<(String, i32)>> {
        // Sorted, so that two who count the same keys lock the rows in the same order.
        let counted = sqlx::query_as(
            "insert into sign_in_tries (key, minute, tries)
             select key, date_trunc('minute', desk_now()), 1 from unnest($1::text[]) key order by key
             on conflict (key, minute) do update set tries = sign_in_tries.tries + 1
             returning key, tries",
        )
        .bind(keys)
        .fetch_all(self.pool())
        .await?;
        Ok(counted)
    }

    /// Forgets the counts of minutes long past.
    pub async fn sweep_tries(&self) -> Result<u64> {
        let gone = sqlx::query("delete from sign_in_tries where minute < desk_now() - interval '10 minutes'")
            .execute(self.pool())
            .await?;
        Ok(gone.rows_affected())
    }
}
