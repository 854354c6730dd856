//! What was sent to addresses, as an admin looks through it.

use contract::endpoint::{EndpointAttempt, EndpointDelivery, EndpointLine, EndpointQuery, EndpointState};
use contract::{ConversationId, EndpointDeliveryId, EndpointId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::{Result, Store, corrupt};

/// Deliveries of a page.
const PAGE: i64 = 50;

const COLUMNS: &str = "d.id, d.event, d.conversation_id, to_ms(d.created_at) as at, d.state, d.attempts,
    case when d.state = 'pending' then to_ms(d.due_at) end as due_at, a.status, a.error, a.ms";

const LAST: &str = "left join lateral (select status, error, ms from endpoint_attempts
    where delivery_id = d.id order by n desc limit 1) a on true";

#[derive(FromRow)]
struct LineRow {
    id: Uuid,
    event: String,
    conversation_id: Option<Uuid>,
    at: i64,
    state: String,
    attempts: i32,
    due_at: Option<i64>,
    status: Option<i32>,
    error: Option<String>,
    ms: Option<i32>,
}

impl LineRow {
    fn line(self) -> Result<EndpointLine> {
        let state = EndpointState::parse(&self.state);
        Ok(EndpointLine {
            id: EndpointDeliveryId(self.id),
            event: self.event,
            conversation: self.conversation_id.map(ConversationId),
            at: Time(self.at),
            state: state.ok_or_else(|| corrupt("endpoint_deliveries", "state", &self.state))?,
            attempts: self.attempts,
            due_at: self.due_at.map(Time),
            status: self.status,
            error: self.error,
            ms: self.ms,
        })
    }
}

#[derive(FromRow)]
struct DeliveryRow {
    #[sqlx(flatten)]
    line: LineRow,
    endpoint_id: Uuid,
    endpoint_name: String,
    url: String,
    body: String,
}

#[derive(FromRow)]
struct AttemptRow {
    n: i32,
    at: i64,
    ms: i32,
    request: Json<Vec<(String, String)>>,
    status: Option<i32>,
    headers: Json<Vec<(String, String)>>,
    response: Option<String>,
    error: Option<String>,
}

impl Store {
    /// A page of the log, the latest first, and where the next one goes on.
    pub async fn endpoint_log(
        &self,
        query: EndpointQuery,
    ) -> Result<(Vec<EndpointLine>, Option<EndpointDeliveryId>)> {
        let sql = format!(
            "select {COLUMNS} from endpoint_deliveries d {LAST}
              where d.endpoint_id = $1 and ($2::text is null or d.state = $2)
                and ($3::uuid is null or d.conversation_id = $3) and ($4::uuid is null or d.id < $4)
              order by d.id desc limit $5"
        );
        let rows: Vec<LineRow> = sqlx::query_as(&sql)
            .bind(query.endpoint.0)
            .bind(query.state.map(EndpointState::as_str))
            .bind(query.conversation.map(|id| id.0))
            .bind(query.before.map(|id| id.0))
            .bind(PAGE + 1)
            .fetch_all(self.pool())
            .await?;
        let mut lines = rows.into_iter().map(LineRow::line).collect::<Result<Vec<_>>>()?;
        let more = lines.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        lines.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let next = lines.last().filter(|_| more).map(|line| line.id);
        Ok((lines, next))
    }

    /// One delivery with every try, the latest first.
    pub async fn endpoint_delivery(&self, id: EndpointDeliveryId) -> Result<Option<EndpointDelivery>> {
        let sql = format!(
            "select {COLUMNS}, d.endpoint_id, e.name as endpoint_name, e.url, d.body
               from endpoint_deliveries d join endpoints e on e.id = d.endpoint_id {LAST} where d.id = $1"
        );
        let row: Option<DeliveryRow> = sqlx::query_as(&sql).bind(id.0).fetch_optional(self.pool()).await?;
        let Some(row) = row else { return Ok(None) };
        let tries: Vec<AttemptRow> = sqlx::query_as(
            "select n, to_ms(at) as at, ms, request, status, headers, response, error from endpoint_attempts
              where delivery_id = $1 order by n desc limit 100",
        )
        .bind(id.0)
        .fetch_all(self.pool())
        .await?;
        let attempts = tries.into_iter().map(|row| EndpointAttempt {
            n: row.n,
            at: Time(row.at),
            ms: row.ms,
            request: row.request.0,
            status: row.status,
            headers: row.headers.0,
            response: row.response,
            error: row.error,
        });
        Ok(Some(EndpointDelivery {
            line: row.line.line()?,
            endpoint: EndpointId(row.endpoint_id),
            endpoint_name: row.endpoint_name,
            url: row.url,
            body: row.body.clone(),
            raw: row.body,
            attempts: attempts.collect(),
        }))
    }
}
