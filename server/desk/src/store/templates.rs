//! Templates as the providers have them: reading them for the picker, the settings and the send.

use contract::picker::{LineChoice, TemplateCard, TemplateQuery, TemplateShelf};
use contract::settings::TemplateSource;
use contract::template::{TemplateButtonInfo, TemplateCategory, TemplateInfo, TemplateStatus};
use contract::{ChannelId, ConnectionId, TemplateId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Result, Store, Tx, corrupt};

pub mod sync;

/// A template as a send is held to it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Which.
    pub id: TemplateId,
    /// What it is, its status and category as they are now.
    pub info: TemplateInfo,
}

#[derive(FromRow)]
struct CardRow {
    id: Uuid,
    connection_id: Uuid,
    category: Option<String>,
    previous_category: Option<String>,
    status: String,
    reason: Option<String>,
    quality: Option<String>,
    definition: Json<TemplateInfo>,
    used: i64,
    last_used_at: Option<i64>,
}

#[derive(FromRow)]
struct StoredRow {
    id: Uuid,
    definition: Json<TemplateInfo>,
    status: String,
    category: Option<String>,
    reason: Option<String>,
}

#[derive(FromRow)]
struct SourceRow {
    id: Uuid,
    name: String,
    provider: String,
    templates: i64,
    synced_at: Option<i64>,
    error: Option<String>,
    syncing: bool,
}

fn category(word: Option<&str>) -> Option<TemplateCategory> {
    word.and_then(TemplateCategory::parse)
}

fn status(word: &str) -> Result<TemplateStatus> {
    TemplateStatus::parse(word).ok_or_else(|| corrupt("templates", "status", word))
}

impl CardRow {
    fn card(self) -> Result<TemplateCard> {
        let info = self.definition.0;
        Ok(TemplateCard {
            id: TemplateId(self.id),
            connection: ConnectionId(self.connection_id),
            slots: info.slots(),
            header: info.header_text().map(str::to_owned),
            buttons: info.buttons.iter().map(|button| TemplateButtonInfo::label(button).to_owned()).collect(),
            provider_id: info.id,
            name: info.name,
            language: info.language,
            category: category(self.category.as_deref()),
            previous_category: category(self.previous_category.as_deref()),
            status: status(&self.status)?,
            reason: self.reason,
            quality: self.quality,
            body: info.body,
            footer: info.footer,
            used: self.used,
            last_used_at: self.last_used_at.map(Time),
        })
    }
}

/// What stands between the words that are looked for and `like`.
fn like(words: &str) -> String {
    let escaped = words.trim().to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

impl Store {
    /// One page of templates. For a channel each name comes once, in the wanted language where it has that, else in
    /// the same language of another country, else in English, else in any; those that can be sent come first.
    pub async fn templates(&self, query: &TemplateQuery) -> Result<TemplateShelf> {
        let page = TemplateShelf::PAGE;
        let once = if query.channel.is_some() { "distinct on (t.name)" } else { "" };
        let sql = format!(
            "select id, connection_id, category, previous_category, status, reason, quality, definition, used,
                    to_ms(last_used_at) as last_used_at
               from (select {once} t.*
                       from templates t
                      where ($1::uuid is null
                             or t.connection_id = (select connection_id from channels where id = $1))
                        and ($2::uuid is null or t.connection_id = $2)
                        and ($3 = '%%' or lower(t.name) like $3 or lower(t.definition ->> 'body') like $3)
                        and ($1::uuid is not null or $4 = '' or t.language = $4)
                        and ($5::text is null or t.category = $5)
                        and (t.status = $6 or ($6::text is null and t.status <> 'deleted'))
                      order by t.name, t.status <> 'approved',
                               case when t.language = $4 then 0
                                    when $4 <> '' and split_part(t.language, '_', 1) = split_part($4, '_', 1) then 1
                                    when t.language like 'en%' then 2 else 3 end, t.language, t.id) t
              order by t.status <> 'approved', t.name, t.language, t.id
              offset $7 limit $8"
        );
        let rows: Vec<CardRow> = sqlx::query_as(&sql)
            .bind(query.channel.map(|id| id.0))
            .bind(query.connection.map(|id| id.0))
            .bind(like(&query.words))
            .bind(&query.language)
            .bind(query.category.map(TemplateCategory::as_str))
            .bind(query.status.map(TemplateStatus::as_str))
            .bind(i64::from(query.skip))
            .bind(i64::from(page) + 1)
            .fetch_all(self.pool())
            .await?;
        let mut templates = rows.into_iter().map(CardRow::card).collect::<Result<Vec<_>>>()?;
        let whole = usize::try_from(page).unwrap_or(usize::MAX);
        let more = templates.len() > whole;
        templates.truncate(whole);
        Ok(TemplateShelf {
            templates,
            more,
            languages: self.template_languages(query).await?,
            lines: Vec::new(),
        })
    }

    async fn template_languages(&self, query: &TemplateQuery) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "select distinct language from templates
              where status <> 'deleted'
                and ($1::uuid is null or connection_id = (select connection_id from channels where id = $1))
                and ($2::uuid is null or connection_id = $2)
              order by language",
        )
        .bind(query.channel.map(|id| id.0))
        .bind(query.connection.map(|id| id.0))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(language,)| language).collect())
    }

    /// The channels from which somebody can be written to first, with the word of their provider, sorted by name.
    pub async fn lines(&self) -> Result<Vec<(LineChoice, String)>> {
        let rows: Vec<(Uuid, String, Option<String>, String)> = sqlx::query_as(
            "select ch.id, ch.name, ch.number, n.provider
               from channels ch join connections n on n.id = ch.connection_id
              order by lower(ch.name), ch.id",
        )
        .fetch_all(self.pool())
        .await?;
        let line =
            |(id, name, number, provider)| (LineChoice { channel: ChannelId(id), name, number }, provider);
        Ok(rows.into_iter().map(line).collect())
    }

    /// The connections and how far the reading of their templates is, with the word of their provider, by name.
    pub async fn template_sources(&self) -> Result<Vec<(TemplateSource, String)>> {
        let rows: Vec<SourceRow> = sqlx::query_as(
            "select n.id, n.name, n.provider, to_ms(n.templates_synced_at) as synced_at, n.templates_error as error,
                    (select count(*) from templates t where t.connection_id = n.id and t.status <> 'deleted')
                      as templates,
                    n.templates_due_at <= desk_now() or coalesce(n.templates_lease_until > desk_now(), false)
                      as syncing
               from connections n order by lower(n.name), n.id",
        )
        .fetch_all(self.pool())
        .await?;
        let source = |row: SourceRow| {
            let source = TemplateSource {
                connection: ConnectionId(row.id),
                name: row.name,
                creates: false,
                templates: row.templates,
                synced_at: row.synced_at.map(Time),
                error: row.error,
                syncing: row.syncing,
            };
            (source, row.provider)
        };
        Ok(rows.into_iter().map(source).collect())
    }
}

impl Tx {
    /// The template of a name and a language on a channel's connection.
    pub async fn template(
        &mut self,
        channel: ChannelId,
        name: &str,
        language: &str,
    ) -> Result<Option<Stored>> {
        let row: Option<StoredRow> = sqlx::query_as(
            "select t.id, t.definition, t.status, t.category, t.reason
               from channels ch join templates t on t.connection_id = ch.connection_id
              where ch.id = $1 and t.name = $2 and t.language = $3",
        )
        .bind(channel.0)
        .bind(name)
        .bind(language)
        .fetch_optional(self.connection())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Stored {
            id: TemplateId(row.id),
            info: TemplateInfo {
                status: status(&row.status)?,
                category: category(row.category.as_deref()),
                reason: row.reason,
                ..row.definition.0
            },
        }))
    }

    /// Counts one use of a template. The row is locked until the commit, so it comes last.
    pub async fn count_use(&mut self, template: TemplateId, now: Time) -> Result<()> {
        sqlx::query("update templates set used = used + 1, last_used_at = from_ms($2) where id = $1")
            .bind(template.0)
            .bind(now.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
