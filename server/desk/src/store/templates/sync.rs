//! Reading a provider's list of templates: who reads it, what it held, and what is gone.

use std::collections::HashMap;

use contract::template::{TemplateCategory, TemplateInfo, TemplateStatus};
use contract::{ConnectionId, TemplateId};
use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

use super::{category, status};
use crate::domain::template::Standing;
use crate::store::{Result, Store, Tx};

/// How long a reading may go on without a sign of life, in seconds.
const LEASE_S: i32 = 120;

/// A reading of a connection's list that this process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Of which connection.
    pub connection: ConnectionId,
    /// Which reading.
    pub id: Uuid,
}

/// A template as it is known, locked.
#[derive(Debug, Clone)]
pub struct Known {
    /// Which.
    pub id: TemplateId,
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// What counts of it.
    pub standing: Standing,
    /// Whether it was ever sent from here.
    pub in_use: bool,
}

#[derive(FromRow)]
struct KnownRow {
    id: Uuid,
    name: String,
    language: String,
    status: String,
    category: Option<String>,
    in_use: bool,
}

impl KnownRow {
    fn known(self) -> Result<Known> {
        let standing =
            Standing { status: status(&self.status)?, category: category(self.category.as_deref()) };
        Ok(Known {
            id: TemplateId(self.id),
            name: self.name,
            language: self.language,
            standing,
            in_use: self.in_use,
        })
    }
}

/// What news says of a template. What is absent has not changed.
#[derive(Debug, Clone, Default)]
pub struct TemplateNews {
    /// Where it stands.
    pub status: Option<TemplateStatus>,
    /// What it is for.
    pub category: Option<TemplateCategory>,
    /// How customers like it.
    pub quality: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

const KNOWN: &str = "id, name, language, status, category, last_used_at is not null as in_use";

impl Store {
    /// Takes one connection whose list is due and that nobody reads, of one of these providers.
    pub async fn take_template_reading(&self, providers: &[&str]) -> Result<Option<Reading>> {
        let id = Uuid::now_v7();
        let found: Option<(Uuid,)> = sqlx::query_as(
            "update connections set templates_lease_until = desk_now() + $2 * interval '1 second',
                    templates_reading = $3, templates_began_at = desk_now()
              where id = (select id from connections
                           where provider = any($1) and templates_due_at <= desk_now()
                             and coalesce(templates_lease_until <= desk_now(), true)
                           order by templates_due_at limit 1 for update skip locked)
             returning id",
        )
        .bind(providers)
        .bind(LEASE_S)
        .bind(id)
        .fetch_optional(self.pool())
        .await?;
        Ok(found.map(|(connection,)| Reading { connection: ConnectionId(connection), id }))
    }

    /// Ends a reading that came to nothing, says why, and when it is tried again.
    pub async fn fail_template_reading(&self, reading: Reading, why: &str, again_s: i64) -> Result<()> {
        sqlx::query(
            "update connections set templates_lease_until = null, templates_reading = null, templates_error = $3,
                    templates_due_at = least(desk_now() + $4 * interval '1 second',
                                             case when templates_due_at > templates_began_at then templates_due_at end)
              where id = $1 and templates_reading = $2",
        )
        .bind(reading.connection.0)
        .bind(reading.id)
        .bind(why)
        .bind(again_s)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Wants a connection's list to be read at once. Whether there is such a connection.
    pub async fn want_templates(&self, connection: ConnectionId) -> Result<bool> {
        let done = sqlx::query("update connections set templates_due_at = desk_now() where id = $1")
            .bind(connection.0)
            .execute(self.pool())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Tx {
    /// Goes on with a reading. Whether it is still ours; if not, nothing of it counts any more.
    pub async fn keep_template_reading(&mut self, reading: Reading) -> Result<bool> {
        let done = sqlx::query(
            "update connections set templates_lease_until = desk_now() + $3 * interval '1 second'
              where id = $1 and templates_reading = $2",
        )
        .bind(reading.connection.0)
        .bind(reading.id)
        .bind(LEASE_S)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The templates of these names that are known, locked, by name and language.
    pub async fn known_templates(
        &mut self,
        connection: ConnectionId,
        names: &[&str],
    ) -> Result<HashMap<(String, String), Known>> {
        let sql = format!(
            "select {KNOWN} from templates where connection_id = $1 and name = any($2) order by id for update"
        );
        let rows: Vec<KnownRow> =
            sqlx::query_as(&sql).bind(connection.0).bind(names).fetch_all(self.connection()).await?;
        let known = rows.into_iter().map(KnownRow::known).collect::<Result<Vec<_>>>()?;
        Ok(known.into_iter().map(|known| ((known.name.clone(), known.language.clone()), known)).collect())
    }

    /// Writes templates as the provider has them. A category that was another one before is kept as such.
    pub async fn put_templates(
        &mut self,
        connection: ConnectionId,
        templates: &[&TemplateInfo],
    ) -> Result<()> {
        let rows: Vec<_> = templates
            .iter()
            .map(|info| {
                json!({
                    "id": Uuid::now_v7(), "provider_id": info.id, "name": info.name, "language": info.language,
                    "category": info.category.map(TemplateCategory::as_str), "status": info.status.as_str(),
                    "reason": info.reason, "quality": info.quality, "definition": info,
                })
            })
            .collect();
        sqlx::query(
            "insert into templates as t (id, connection_id, provider_id, name, language, category, status, reason,
                    quality, definition, synced_at)
             select x.id, $1, x.provider_id, x.name, x.language, x.category, x.status, x.reason, x.quality,
                    x.definition, desk_now()
               from json_to_recordset($2::text::json)
                 as x(id uuid, provider_id text, name text, language text, category text, status text, reason text,
                      quality text, definition jsonb)
                 on conflict (connection_id, name, language) do update
                set provider_id = excluded.provider_id, category = excluded.category, status = excluded.status,
                    previous_category = case when t.category <> excluded.category then t.category
                                             else t.previous_category end,
                    reason = excluded.reason, quality = excluded.quality, definition = excluded.definition,
                    synced_at = excluded.synced_at",
        )
        .bind(connection.0)
        .bind(crate::store::as_rows(&rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// What a reading has not found any more is gone at the provider. Says what that is.
    pub async fn drop_templates(&mut self, reading: Reading) -> Result<Vec<Known>> {
        let sql = format!(
            "with gone as (select {KNOWN} from templates
                            where connection_id = $1 and status <> 'deleted'
                              and synced_at < (select templates_began_at from connections
                                                where id = $1 and templates_reading = $2)
                            order by id for update)
             update templates t set status = 'deleted' from gone where t.id = gone.id
             returning gone.id, gone.name, gone.language, gone.status, gone.category, gone.in_use"
        );
        let rows: Vec<KnownRow> = sqlx::query_as(&sql)
            .bind(reading.connection.0)
            .bind(reading.id)
            .fetch_all(self.connection())
            .await?;
        rows.into_iter().map(KnownRow::known).collect()
    }

    /// Ends a reading that came to the end; the next one is due after so many seconds, or sooner if somebody has asked
    /// for it meanwhile.
    pub async fn end_template_reading(&mut self, reading: Reading, again_s: i64) -> Result<()> {
        sqlx::query(
            "update connections set templates_lease_until = null, templates_reading = null, templates_error = null,
                    templates_synced_at = desk_now(),
                    templates_due_at = least(desk_now() + $3 * interval '1 second',
                                             case when templates_due_at > templates_began_at then templates_due_at end)
              where id = $1 and templates_reading = $2",
        )
        .bind(reading.connection.0)
        .bind(reading.id)
        .bind(again_s)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The template that news is about, locked: by the provider's id of it, else by its name and language.
    pub async fn template_of_news(
        &mut self,
        connection: ConnectionId,
        provider_id: Option<&str>,
        name: Option<(&str, &str)>,
    ) -> Result<Option<Known>> {
        let sql = format!(
            "select {KNOWN} from templates
              where connection_id = $1 and (provider_id = $2 or (name = $3 and language = $4))
              order by provider_id = $2 desc nulls last limit 1 for update"
        );
        let row: Option<KnownRow> = sqlx::query_as(&sql)
            .bind(connection.0)
            .bind(provider_id)
            .bind(name.map(|(name, _)| name))
            .bind(name.map(|(_, language)| language))
            .fetch_optional(self.connection())
            .await?;
        row.map(KnownRow::known).transpose()
    }

    /// Writes what news says of a template.
    pub async fn change_template(&mut self, id: TemplateId, news: &TemplateNews) -> Result<()> {
        sqlx::query(
            "update templates
                set status = coalesce($2, status),
                    previous_category = case when category <> $3 then category else previous_category end,
                    category = coalesce($3, category), quality = coalesce($4, quality),
                    reason = case when $2 = 'approved' then $5 else coalesce($5, reason) end
              where id = $1",
        )
        .bind(id.0)
        .bind(news.status.map(TemplateStatus::as_str))
        .bind(news.category.map(TemplateCategory::as_str))
        .bind(&news.quality)
        .bind(&news.reason)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Wants a connection's list to be read soon: news has told of a change that it may not have told whole.
    pub async fn templates_changed(&mut self, connection: ConnectionId) -> Result<()> {
        sqlx::query(
            "update connections
                set templates_due_at = least(templates_due_at, desk_now() + interval '5 seconds')
              where id = $1",
        )
        .bind(connection.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
