//! Versions of bots and their drafts.

use contract::bots::{DraftView, VersionList};
use contract::{AgentId, BotId, Time};
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;

use crate::store::{Result, Store, Tx};

/// What is edited of a bot.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it says and does.
    pub definition: Value,
    /// What is shown of it.
    pub view: DraftView,
}

/// One version.
#[derive(Debug, Clone)]
pub struct Version {
    /// Which.
    pub version: i32,
    /// What it says and does.
    pub definition: Value,
    /// What has changed, in its author's words.
    pub note: String,
    /// Who made it live.
    pub author: Option<String>,
    /// When.
    pub at: Time,
    /// The version that it brought back.
    pub restored: Option<i32>,
}

/// What is live from now on.
#[derive(Debug, Clone)]
pub struct NewVersion<'a> {
    /// Of which bot.
    pub bot: BotId,
    /// What it says and does.
    pub definition: &'a Value,
    /// What has changed.
    pub note: &'a str,
    /// Who makes it live.
    pub author: AgentId,
    /// The version that it brings back.
    pub restored: Option<i32>,
}

#[derive(FromRow)]
struct VersionRow {
    version: i32,
    definition: Json<Value>,
    note: String,
    author: Option<String>,
    at: i64,
    restored: Option<i32>,
}

#[derive(FromRow)]
struct DraftRow {
    definition: Json<Value>,
    revision: i64,
    base: i32,
    author: Option<String>,
    at: i64,
}

const DRAFT: &str = "select d.definition, d.revision, d.base, a.name as author, to_ms(d.updated_at) as at
                       from bot_drafts d left join agents a on a.id = d.author_id where d.bot_id = $1";

impl DraftRow {
    fn draft(self) -> Draft {
        let DraftRow { definition, revision, base, author, at } = self;
        Draft { definition: definition.0, view: DraftView { revision, base, author, at: Time(at) } }
    }
}

impl Store {
    /// What is edited of a bot.
    pub async fn bot_draft(&self, bot: BotId) -> Result<Option<Draft>> {
        let row: Option<DraftRow> = sqlx::query_as(DRAFT).bind(bot.0).fetch_optional(self.pool()).await?;
        Ok(row.map(DraftRow::draft))
    }

    /// A bot's latest versions, the latest first, and one more than are listed. What is live is among them also where
    /// nobody has written it down as a version: an older build did not.
    pub async fn bot_versions(&self, bot: BotId) -> Result<Vec<Version>> {
        let rows: Vec<VersionRow> = sqlx::query_as(
            "select v.version, v.definition, v.note, a.name as author, to_ms(v.created_at) as at, v.restored
               from (select version, definition, note, author_id, created_at, restored
                       from bot_versions where bot_id = $1
                     union all
                     select version, definition, '', null::uuid, created_at, null::integer from bots b
                      where id = $1 and not exists (select from bot_versions o
                                                     where o.bot_id = b.id and o.version = b.version)) v
               left join agents a on a.id = v.author_id
              order by v.version desc limit $2 + 1",
        )
        .bind(bot.0)
        .bind(VersionList::MOST)
        .fetch_all(self.pool())
        .await?;
        let version = |row: VersionRow| Version {
            version: row.version,
            definition: row.definition.0,
            note: row.note,
            author: row.author,
            at: Time(row.at),
            restored: row.restored,
        };
        Ok(rows.into_iter().map(version).collect())
    }
}

impl Tx {
    /// What is edited of a bot whose lock is held.
    pub async fn draft_of(&mut self, bot: BotId) -> Result<Option<Draft>> {
        let row: Option<DraftRow> =
            sqlx::query_as(DRAFT).bind(bot.0).fetch_optional(self.connection()).await?;
        Ok(row.map(DraftRow::draft))
    }

    /// Keeps what is edited of a bot whose lock is held. Says its revision now.
    pub async fn keep_draft(
        &mut self,
        bot: BotId,
        definition: &Value,
        base: i32,
        author: AgentId,
    ) -> Result<i64> {
        // A draft that was thrown away and begun anew goes on counting: an old page must not take it for its own.
        let revision = sqlx::query_scalar(
            "insert into bot_drafts as d (bot_id, definition, base, author_id, revision)
             values ($1, $2, $3, $4, to_ms(desk_now()))
                 on conflict (bot_id) do update
                set definition = excluded.definition, author_id = excluded.author_id, updated_at = desk_now(),
                    revision = d.revision + 1
             returning revision",
        )
        .bind(bot.0)
        .bind(Json(definition))
        .bind(base)
        .bind(author.0)
        .fetch_one(self.connection())
        .await?;
        Ok(revision)
    }

    /// Throws a draft away.
    pub async fn drop_draft(&mut self, bot: BotId) -> Result<()> {
        sqlx::query("delete from bot_drafts where bot_id = $1")
            .bind(bot.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// An older version of a bot.
    pub async fn bot_version(&mut self, bot: BotId, version: i32) -> Result<Option<Value>> {
        let row: Option<(Json<Value>,)> =
            sqlx::query_as("select definition from bot_versions where bot_id = $1 and version = $2")
                .bind(bot.0)
                .bind(version)
                .fetch_optional(self.connection())
                .await?;
        Ok(row.map(|(definition,)| definition.0))
    }

    /// Makes something live for a bot whose lock is held. What was live is kept, also where an older build had not
    /// written it down. Says the version.
    pub async fn go_live(&mut self, new: &NewVersion<'_>) -> Result<i32> {
        sqlx::query(
            "insert into bot_versions (bot_id, version, definition)
             select id, version, definition from bots where id = $1 on conflict do nothing",
        )
        .bind(new.bot.0)
        .execute(self.connection())
        .await?;
        let version: i32 = sqlx::query_scalar(
            "update bots set definition = $2, version = version + 1 where id = $1 returning version",
        )
        .bind(new.bot.0)
        .bind(Json(new.definition))
        .fetch_one(self.connection())
        .await?;
        sqlx::query(
            "insert into bot_versions (bot_id, version, definition, note, author_id, restored)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(new.bot.0)
        .bind(version)
        .bind(Json(new.definition))
        .bind(new.note)
        .bind(new.author.0)
        .bind(new.restored)
        .execute(self.connection())
        .await?;
        Ok(version)
    }
}
