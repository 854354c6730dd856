//! Two addresses of a channel that are one person's.

use contract::{AddressId, Time};

use super::Address;
use crate::store::{Result, Tx};

impl Tx {
    /// An address without a history becomes another one: its names, and what its contact wishes. Both are locked.
    pub async fn join_addresses(&mut self, kept: &Address, gone: &Address) -> Result<()> {
        sqlx::query("update identities set address_id = $1 where address_id = $2")
            .bind(kept.id.0)
            .bind(gone.id.0)
            .execute(self.connection())
            .await?;
        sqlx::query(
            "update addresses k set phone = coalesce(k.phone, g.phone), user_id = coalesce(k.user_id, g.user_id),
                    parent_user_id = coalesce(k.parent_user_id, g.parent_user_id),
                    external_id = coalesce(k.external_id, g.external_id)
               from addresses g where k.id = $1 and g.id = $2",
        )
        .bind(kept.id.0)
        .bind(gone.id.0)
        .execute(self.connection())
        .await?;
        sqlx::query("delete from addresses where id = $1").bind(gone.id.0).execute(self.connection()).await?;
        if kept.contact == gone.contact {
            return Ok(());
        }
        sqlx::query("update consents set contact_id = $1 where contact_id = $2 and channel_id = $3")
            .bind(kept.contact.0)
            .bind(gone.contact.0)
            .bind(gone.channel.0)
            .execute(self.connection())
            .await?;
        // Whoever was blocked stays so, whatever they go by.
        sqlx::query(
            "update contacts k set blocked = true
               from contacts g where k.id = $1 and g.id = $2 and g.blocked and not k.blocked",
        )
        .bind(kept.contact.0)
        .bind(gone.contact.0)
        .execute(self.connection())
        .await?;
        // What is known of either is known of both; of two values the one holds that stays.
        sqlx::query(
            "insert into contact_attributes as k (contact_id, attributes)
             select $1, attributes from contact_attributes where contact_id = $2
                 on conflict (contact_id) do update set attributes = excluded.attributes || k.attributes",
        )
        .bind(kept.contact.0)
        .bind(gone.contact.0)
        .execute(self.connection())
        .await?;
        sqlx::query(
            "delete from contacts c where c.id = $1
                and not exists (select 1 from addresses a where a.contact_id = c.id)",
        )
        .bind(gone.contact.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Two with a history each are one person, says the provider.
    pub async fn note_same_people(&mut self, one: AddressId, other: AddressId, now: Time) -> Result<()> {
        sqlx::query(
            "insert into same_people (address_id, other_id, at)
             values ($1, $2, from_ms($3)), ($2, $1, from_ms($3)) on conflict do nothing",
        )
        .bind(one.0)
        .bind(other.0)
        .bind(now.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
