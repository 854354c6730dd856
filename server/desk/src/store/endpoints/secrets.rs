//! What signs that which is sent to an address, encrypted.

use contract::EndpointId;
use secrecy::SecretString;
use uuid::Uuid;

use crate::auth::seal::{Place, Seal};
use crate::store::{Error, Result, Store, Tx};

fn place(row: Uuid) -> Place {
    Place { table: "endpoint_secrets", column: "sealed", row }
}

impl Store {
    /// The secrets of an address that are valid now, opened, the current one first.
    pub async fn endpoint_secrets(&self, seal: &Seal, id: EndpointId) -> Result<Vec<SecretString>> {
        let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
            "select id, sealed from endpoint_secrets
              where endpoint_id = $1 and (valid_until is null or valid_until > desk_now())
              order by valid_until is not null, created_at desc",
        )
        .bind(id.0)
        .fetch_all(self.pool())
        .await?;
        let open = |(row, sealed): (Uuid, Vec<u8>)| {
            seal.open(&place(row), &sealed).map_err(|_| {
                Error::Broken(format!("endpoint_secrets {row} cannot be opened: is it the right secret key?"))
            })
        };
        rows.into_iter().map(open).collect()
    }

    /// Forgets secrets that were replaced and sign no more.
    pub async fn sweep_endpoint_secrets(&self) -> Result<u64> {
        let gone = sqlx::query("delete from endpoint_secrets where valid_until <= desk_now()")
            .execute(self.pool())
            .await?;
        Ok(gone.rows_affected())
    }
}

impl Tx {
    /// Signs with this secret from now on. The one before signs too, for a day.
    pub async fn put_endpoint_secret(&mut self, seal: &Seal, of: EndpointId, secret: &str) -> Result<()> {
        sqlx::query(
            "update endpoint_secrets set valid_until = desk_now() + interval '24 hours'
              where endpoint_id = $1 and valid_until is null",
        )
        .bind(of.0)
        .execute(self.connection())
        .await?;
        let row = Uuid::now_v7();
        sqlx::query("insert into endpoint_secrets (id, endpoint_id, sealed) values ($1, $2, $3)")
            .bind(row)
            .bind(of.0)
            .bind(seal.seal(&place(row), secret))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
