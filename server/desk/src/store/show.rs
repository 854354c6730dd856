//! What is stored, shown as it is: a conversation, and the state of the database as a whole.

use contract::ConversationId;
use serde_json::Value;
use sqlx::types::Json;

use super::{Result, Store};

/// The database, as `doctor` looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The server's version, such as 150004.
    pub version: i32,
    /// Whether the locale can tell letters outside ASCII, where that can be asked.
    pub letters: Option<bool>,
    /// Migrations that have been made, and how many failed half-way; none on a database that never saw us.
    pub migrations: Option<(i64, i64)>,
    /// How long the oldest writing transaction of the whole server has been open, in milliseconds. It holds the
    /// feed back.
    pub oldest_writer_ms: Option<i64>,
    /// Whether this role may see what others run; without that `oldest_writer_ms` knows our own only.
    pub sees_others: bool,
}

/// What waits in the database, as `doctor` looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// Webhooks that have not been looked at.
    pub pending: i64,
    /// Since when the oldest of them waits, in milliseconds.
    pub pending_ms: Option<i64>,
    /// Webhooks in the partition of last resort, because a day's own was not there.
    pub in_default: i64,
    /// Connections to the sandbox.
    pub sandboxes: i64,
    /// Connections whose calls go over plain http to somewhere else.
    pub plain_http: i64,
    /// Stored secrets.
    pub secrets: i64,
}

impl Store {
    /// Everything that is stored of a conversation, row by row; none if there is no such conversation.
    pub async fn show_conversation(&self, id: ConversationId) -> Result<Option<Value>> {
        let shown: Option<(Json<Value>,)> = sqlx::query_as(
            "select json_build_object(
               'conversation', to_json(c),
               'contact', (select to_json(p) from contacts p where p.id = c.contact_id),
               'address', (select to_json(a) from addresses a where a.id = c.address_id),
               'channel', (select json_build_object('id', h.id, 'name', h.name, 'provider', n.provider,
                                                    'provider_channel', h.provider_channel)
                             from channels h join connections n on n.id = h.connection_id where h.id = c.channel_id),
               'messages', coalesce((select json_agg(to_json(m) order by m.sort_at, m.seq)
                                       from messages m where m.conversation_id = c.id), '[]'),
               'deliveries', coalesce((select json_agg(to_json(d) order by d.ord)
                                         from deliveries d where d.conversation_id = c.id), '[]'),
               'files', coalesce((select json_agg(to_json(f) order by f.created_at, f.id)
                                    from files f where f.conversation_id = c.id), '[]'),
               'events', coalesce((select json_agg(to_json(e) order by e.seq)
                                     from events e where e.conversation_id = c.id), '[]'),
               'handoffs', coalesce((select json_agg(to_json(o) order by o.created_at, o.id)
                                       from handoffs o where o.conversation_id = c.id), '[]'))
               from conversations c where c.id = $1",
        )
        .bind(id.0)
        .fetch_optional(self.pool())
        .await?;
        Ok(shown.map(|(shown,)| shown.0))
    }

    /// How the database is. Works on one that was never migrated.
    pub async fn health(&self) -> Result<Health> {
        let (version, trigrams, migrated, sees_others): (i32, bool, bool, bool) = sqlx::query_as(
            "select current_setting('server_version_num')::int, to_regproc('show_trgm') is not null,
                    to_regclass('_sqlx_migrations') is not null,
                    pg_has_role(current_user, 'pg_read_all_stats', 'usage')",
        )
        .fetch_one(self.pool())
        .await?;
        let letters = match trigrams {
            true => Some(
                sqlx::query_scalar("select cardinality(show_trgm('日本')) > 0")
                    .fetch_one(self.pool())
                    .await?,
            ),
            false => None,
        };
        let migrations = match migrated {
            true => Some(
                sqlx::query_as("select count(*), count(*) filter (where not success) from _sqlx_migrations")
                    .fetch_one(self.pool())
                    .await?,
            ),
            false => None,
        };
        let oldest_writer_ms = sqlx::query_scalar(
            "select (extract(epoch from max(clock_timestamp() - xact_start)) * 1000)::bigint
               from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(Health { version, letters, migrations, oldest_writer_ms, sees_others })
    }

    /// What waits. The schema must be there.
    pub async fn backlog(&self) -> Result<Backlog> {
        let (pending, pending_ms, in_default): (i64, Option<i64>, i64) = sqlx::query_as(
            "select count(*), to_ms(desk_now()) - to_ms(min(received_at)), (select count(*) from ledger_default)
               from ledger where state = 'pending'",
        )
        .fetch_one(self.pool())
        .await?;
        let (sandboxes, plain_http, secrets): (i64, i64, i64) = sqlx::query_as(
            "select count(*) filter (where sandbox), count(*) filter (where not sandbox and api_base like 'http:%'),
                    (select count(*) from connection_secrets) from connections",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(Backlog { pending, pending_ms, in_default, sandboxes, plain_http, secrets })
    }
}
