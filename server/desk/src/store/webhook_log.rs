//! The log of what came in: a page of it, one webhook of it, and taking one up again.

use bytes::Bytes;
use contract::settings::Rejection;
use contract::webhook::{LogQuery, Replayed, WebhookKey, WebhookLine};
use contract::{ConnectionId, Time};
use sqlx::FromRow;
use uuid::Uuid;

use super::ledger::{Entry, Incoming, Pending, Source, Tally};
use super::{Result, Store, Tx};

/// Webhooks of a page.
const PAGE: i64 = 50;
/// Webhooks that are looked through for a page at most; then it ends early and says where to go on.
const SEEN: i64 = 20_000;

/// The columns of a line, of tables named `l` (ledger) and `c` (its connection).
const COLUMNS: &str = "(l.day - date '1970-01-01')::int as day, l.id, to_ms(l.received_at) as received_at,
    l.connection_id, coalesce(c.name, '') as connection_name, l.source, octet_length(l.body)::bigint as bytes,
    l.items, l.applied, l.duplicate, l.ignored, l.rejected, l.parked";

#[derive(FromRow)]
struct LineRow {
    day: i32,
    id: i64,
    received_at: i64,
    connection_name: String,
    source: String,
    bytes: Option<i64>,
    items: Option<i32>,
    applied: i32,
    duplicate: i32,
    ignored: i32,
    rejected: i32,
    parked: i32,
}

impl LineRow {
    fn line(self) -> WebhookLine {
        WebhookLine {
            key: WebhookKey { day: self.day, id: self.id },
            at: Time(self.received_at),
            connection_name: self.connection_name,
            fetched: Source::parse(&self.source) == Source::Backlog,
            bytes: self.bytes,
            counts: self.items.map(|items| Replayed {
                items,
                applied: self.applied,
                duplicate: self.duplicate,
                ignored: self.ignored,
                rejected: self.rejected,
                pending: self.parked,
            }),
        }
    }
}

/// One webhook with its bytes, as long as they are kept.
pub struct Logged {
    /// What the log shows of it.
    pub line: WebhookLine,
    /// Its place and what it holds.
    pub pending: Pending,
    /// Whether its bytes are still there.
    pub kept: bool,
    /// What was rejected of it.
    pub rejections: Vec<(i32, Rejection)>,
}

#[derive(FromRow)]
struct LoggedRow {
    #[sqlx(flatten)]
    line: LineRow,
    connection_id: Uuid,
    text_day: String,
    attempts: i32,
    content_type: Option<String>,
    tail: String,
    query: String,
    body: Option<Vec<u8>>,
}

impl LoggedRow {
    fn logged(self, rejections: Vec<(i32, Rejection)>) -> Logged {
        let kept = self.body.is_some();
        let incoming = Incoming {
            connection: ConnectionId(self.connection_id),
            source: Source::parse(&self.line.source),
            content_type: self.content_type,
            tail: self.tail,
            query: self.query,
            body: Bytes::from(self.body.unwrap_or_default()),
        };
        let pending = Pending {
            entry: Entry { day: self.text_day, id: self.line.id },
            received_at: Time(self.line.received_at),
            attempts: self.attempts,
            incoming,
        };
        Logged { line: self.line.line(), pending, kept, rejections }
    }
}

impl Store {
    /// A page of the log, the latest first, and where the next one goes on.
    pub async fn webhook_log(&self, query: LogQuery) -> Result<(Vec<WebhookLine>, Option<WebhookKey>)> {
        let end = self.end_of_look(query).await?;
        let sql = format!(
            "select {COLUMNS} from ledger l left join connections c on c.id = l.connection_id
              where (l.day, l.id) < (coalesce(date '1970-01-01' + $1, date '9999-12-31'), coalesce($2, {}))
                and (l.day, l.id) >= (coalesce(date '1970-01-01' + $3, date '0001-01-01'), coalesce($4, 0))
                and ($5::uuid is null or l.connection_id = $5)
                and case $6 when 'applied' then l.applied > 0
                            when 'duplicate' then l.duplicate > 0
                            when 'ignored' then l.ignored > 0
                            when 'rejected' then l.rejected > 0
                            when 'pending' then l.items is null or l.parked > 0
                            else true end
              order by l.day desc, l.id desc limit $7",
            i64::MAX
        );
        let rows: Vec<LineRow> = sqlx::query_as(&sql)
            .bind(query.before.map(|key| key.day))
            .bind(query.before.map(|key| key.id))
            .bind(end.map(|key| key.day))
            .bind(end.map(|key| key.id))
            .bind(query.connection.map(|id| id.0))
            .bind(query.came.map(contract::webhook::Came::as_str))
            .bind(PAGE)
            .fetch_all(self.pool())
            .await?;
        let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
        let lines: Vec<WebhookLine> = rows.into_iter().map(LineRow::line).collect();
        let next = if full { lines.last().map(|line| line.key) } else { end };
        Ok((lines, next))
    }

    /// The last webhook that is looked at for a page, if there are so many.
    async fn end_of_look(&self, query: LogQuery) -> Result<Option<WebhookKey>> {
        let sql = format!(
            "select (day - date '1970-01-01')::int, id from ledger
              where (day, id) < (coalesce(date '1970-01-01' + $1, date '9999-12-31'), coalesce($2, {}))
              order by day desc, id desc offset $3 limit 1",
            i64::MAX
        );
        let found: Option<(i32, i64)> = sqlx::query_as(&sql)
            .bind(query.before.map(|key| key.day))
            .bind(query.before.map(|key| key.id))
            .bind(SEEN)
            .fetch_optional(self.pool())
            .await?;
        Ok(found.map(|(day, id)| WebhookKey { day, id }))
    }

    /// One webhook, if it is there.
    pub async fn logged(&self, key: WebhookKey) -> Result<Option<Logged>> {
        let sql = format!(
            "select {COLUMNS}, l.day::text as text_day, l.attempts, l.content_type, l.tail, l.query, l.body
               from ledger l left join connections c on c.id = l.connection_id
              where l.day = date '1970-01-01' + $1 and l.id = $2"
        );
        let row: Option<LoggedRow> =
            sqlx::query_as(&sql).bind(key.day).bind(key.id).fetch_optional(self.pool()).await?;
        let Some(row) = row else { return Ok(None) };
        let rejections: Vec<(i32, i64, String, String)> = sqlx::query_as(
            "select item, to_ms(at), reason, detail from rejections
              where ledger_day = date '1970-01-01' + $1 and ledger_id = $2 order by item, id limit 1000",
        )
        .bind(key.day)
        .bind(key.id)
        .fetch_all(self.pool())
        .await?;
        let rejection = |(item, at, reason, detail)| {
            (
                item,
                Rejection { at: Time(at), connection_name: row.line.connection_name.clone(), reason, detail },
            )
        };
        let rejections = rejections.into_iter().map(rejection).collect();
        Ok(Some(row.logged(rejections)))
    }
}

impl Tx {
    /// Takes a webhook up again that was applied before: what was rejected or waits of it is forgotten. What became
    /// of it the last time; nothing if it has not been applied yet or somebody else has it.
    pub async fn reopen_entry(&mut self, entry: &Entry) -> Result<Option<Tally>> {
        let row: Option<(i32, i32, i32, i32, i32, i32)> = sqlx::query_as(
            "update ledger set state = 'pending'
              where (day, id) in (select day, id from ledger where day = $1::date and id = $2 and state = 'done'
                                     for update skip locked)
             returning coalesce(items, 0), applied, duplicate, ignored, rejected, parked",
        )
        .bind(&entry.day)
        .bind(entry.id)
        .fetch_optional(self.connection())
        .await?;
        let Some((items, applied, duplicate, ignored, rejected, parked)) = row else { return Ok(None) };
        for table in ["rejections", "parked_statuses"] {
            let sql = format!("delete from {table} where ledger_day = $1::date and ledger_id = $2");
            sqlx::query(&sql).bind(&entry.day).bind(entry.id).execute(self.connection()).await?;
        }
        Ok(Some(Tally { items, applied, duplicate, ignored, rejected, parked }))
    }
}
