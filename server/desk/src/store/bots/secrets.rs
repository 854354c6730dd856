//! The credentials of bots, encrypted one by one.

use std::collections::BTreeMap;

use contract::BotId;
use secrecy::SecretString;
use uuid::Uuid;

use crate::auth::seal::{Place, Seal};
use crate::store::{Error, Result, Store, Tx};

/// A credential, encrypted.
pub struct SealedSecret {
    /// Its own id. Made up by the caller, because the encryption is bound to it: see [`SealedSecret::place`].
    pub id: Uuid,
    /// Of which bot.
    pub bot: BotId,
    /// Which field it is the value of.
    pub field: String,
    /// The value.
    pub sealed: Vec<u8>,
}

impl SealedSecret {
    /// Where the credential with an id is kept.
    pub fn place(id: Uuid) -> Place {
        Place { table: "bot_secrets", column: "sealed", row: id }
    }

    /// Encrypts a credential.
    pub fn seal(seal: &Seal, bot: BotId, field: &str, value: &str) -> SealedSecret {
        let id = Uuid::now_v7();
        let sealed = seal.seal(&SealedSecret::place(id), value);
        SealedSecret { id, bot, field: field.to_owned(), sealed }
    }
}

impl Store {
    /// The credentials of a bot that are valid now, opened: by field, the current one first.
    pub async fn bot_secrets(&self, seal: &Seal, bot: BotId) -> Result<BTreeMap<String, Vec<SecretString>>> {
        let rows: Vec<(Uuid, String, Vec<u8>)> = sqlx::query_as(
            "select id, field, sealed from bot_secrets
              where bot_id = $1 and (valid_until is null or valid_until > desk_now())
              order by field, valid_until is not null, created_at desc",
        )
        .bind(bot.0)
        .fetch_all(self.pool())
        .await?;
        let mut values: BTreeMap<String, Vec<SecretString>> = BTreeMap::new();
        for (row, field, sealed) in rows {
            let value = seal.open(&SealedSecret::place(row), &sealed).map_err(|_| {
                Error::Broken(format!("bot_secrets {row} cannot be opened: is it the right secret key?"))
            })?;
            values.entry(field).or_default().push(value);
        }
        Ok(values)
    }

    /// Which fields of a bot have a value.
    pub async fn bot_secret_fields(&self, bot: BotId) -> Result<Vec<String>> {
        let fields = sqlx::query_scalar(
            "select distinct field from bot_secrets where bot_id = $1 and valid_until is null order by field",
        )
        .bind(bot.0)
        .fetch_all(self.pool())
        .await?;
        Ok(fields)
    }

    /// Forgets credentials that were replaced and are no longer valid.
    pub async fn sweep_bot_secrets(&self) -> Result<u64> {
        let gone = sqlx::query("delete from bot_secrets where valid_until <= desk_now()")
            .execute(self.pool())
            .await?;
        Ok(gone.rows_affected())
    }
}

impl Tx {
    /// Stores a credential. The one that it replaces stays valid for a day, so that both sides can change it one after
    /// the other.
    pub async fn put_bot_secret(&mut self, new: &SealedSecret) -> Result<()> {
        sqlx::query(
            "update bot_secrets set valid_until = desk_now() + interval '24 hours'
              where bot_id = $1 and field = $2 and valid_until is null",
        )
        .bind(new.bot.0)
        .bind(&new.field)
        .execute(self.connection())
        .await?;
        sqlx::query("insert into bot_secrets (id, bot_id, field, sealed) values ($1, $2, $3, $4)")
            .bind(new.id)
            .bind(new.bot.0)
            .bind(&new.field)
            .bind(&new.sealed)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
