//! Promises as people see them, and ended by hand.

use contract::callback::{CallbackKey, CallbackLine, CallbackPage, CallbackQuery, CallbackState};
use contract::{AgentId, CallbackId, ConversationId, ReasonCode, TeamId, Time};
use sqlx::FromRow;
use uuid::Uuid;

use crate::store::{Result, Store, Tx, corrupt, words};

/// Promises on a page.
const PAGE: i64 = 50;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    conversation_id: Uuid,
    contact: String,
    address: String,
    channel: String,
    title: Option<String>,
    handoff: Option<String>,
    reason: String,
    due_at: i64,
    created_at: i64,
    state: String,
    stage: String,
    owner: Option<String>,
    team: Option<String>,
    keeper: Option<Uuid>,
    overdue: bool,
    window_open: bool,
    ended_at: Option<i64>,
    ended_by: Option<String>,
    note: Option<String>,
}

const SELECT: &str = "select k.id, k.conversation_id,
    coalesce(nullif(trim(ct.profile_name), ''), '@' || ct.username, '+' || ad.phone, ad.user_id) as contact,
    coalesce('+' || ad.phone, ad.user_id) as address, ch.name as channel, h.packet ->> 'title' as title,
    h.packet ->> 'reason_code' as handoff, k.reason, to_ms(k.due_at) as due_at, to_ms(k.created_at) as created_at,
    k.state, c.stage, coalesce(ag.name, bo.name) as owner, t.name as team,
    k.owner_id as keeper,
    k.state = 'open' and k.due_at <= desk_now() as overdue, coalesce(c.window_until > desk_now(), false) as window_open,
    to_ms(k.ended_at) as ended_at, e.name as ended_by, k.note
   from callbacks k
   join conversations c on c.id = k.conversation_id
   join channels ch on ch.id = c.channel_id
   join contacts ct on ct.id = c.contact_id
   join addresses ad on ad.id = c.address_id
   left join handoffs h on h.id = k.handoff_id
   left join teams t on t.id = coalesce(c.team_id, ch.team_id)
   left join agents ag on c.owner_kind = 'agent' and ag.id = c.owner_id
   left join bots bo on c.owner_kind = 'bot' and bo.id = c.owner_id
   left join agents e on e.id = k.ended_by";

/// $1 team, $2 agent.
const MATCHES: &str = "($1::uuid is null or coalesce(c.team_id, ch.team_id) = $1)
    and ($2::uuid is null or k.owner_id = $2 or c.owner_kind = 'agent' and c.owner_id = $2)";

impl Row {
    fn line(self) -> Result<CallbackLine> {
        Ok(CallbackLine {
            id: CallbackId(self.id),
            conversation: ConversationId(self.conversation_id),
            contact: self.contact,
            address: self.address,
            channel: self.channel,
            title: self.title,
            handoff: self.handoff.as_deref().and_then(ReasonCode::parse),
            reason: self.reason,
            due: Time(self.due_at),
            promised: Time(self.created_at),
            state: CallbackState::parse(&self.state)
                .ok_or_else(|| corrupt("callbacks", "state", &self.state))?,
            stage: words::stage(&self.stage)?,
            owner: self.owner,
            team: self.team,
            keeper: self.keeper.map(AgentId),
            overdue: self.overdue,
            window_open: self.window_open,
            ended: self.ended_at.map(Time),
            ended_by: self.ended_by,
            note: self.note,
        })
    }
}

impl Store {
    /// A page of promises: what is due first in front; of those that are over, what ended last.
    pub async fn callback_page(&self, query: CallbackQuery) -> Result<CallbackPage> {
        let (past, column, order) = match query.state {
            CallbackState::Open => (">", "due_at", "asc"),
            CallbackState::Kept | CallbackState::Dropped => ("<", "ended_at", "desc"),
        };
        let sql = format!(
            "{SELECT} where k.state = $3 and {MATCHES}
                and ($4::bigint is null or (k.{column}, k.id) {past} (from_ms($4), $5))
              order by k.{column} {order}, k.id {order} limit $6"
        );
        let rows: Vec<Row> = sqlx::query_as(&sql)
            .bind(query.team.map(|team| team.0))
            .bind(query.agent.map(|agent| agent.0))
            .bind(query.state.as_str())
            .bind(query.after.map(|key| key.at.0))
            .bind(query.after.map(|key| key.id.0))
            .bind(PAGE + 1)
            .fetch_all(self.pool())
            .await?;
        let mut lines = rows.into_iter().map(Row::line).collect::<Result<Vec<CallbackLine>>>()?;
        let more = lines.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        let last = more.then(|| lines.pop()).flatten();
        let next = last
            .and(lines.last())
            .map(|line| CallbackKey { at: line.ended.unwrap_or(line.due), id: line.id });
        let overdue: i64 = sqlx::query_scalar(
            "select count(*) from (select from callbacks where state = 'open' and due_at <= desk_now() limit $1) o",
        )
        .bind(CallbackPage::MOST)
        .fetch_one(self.pool())
        .await?;
        Ok(CallbackPage {
            lines,
            next,
            overdue,
            teams: self.team_names().await?,
            people: self.people_names().await?,
        })
    }

    /// The teams by name.
    async fn team_names(&self) -> Result<Vec<(TeamId, String)>> {
        let rows: Vec<(Uuid, String)> = sqlx::query_as("select id, name from teams order by lower(name), id")
            .fetch_all(self.pool())
            .await?;
        Ok(rows.into_iter().map(|(id, name)| (TeamId(id), name)).collect())
    }

    /// The people who can sign in, by name.
    async fn people_names(&self) -> Result<Vec<(AgentId, String)>> {
        let rows: Vec<(Uuid, String)> =
            sqlx::query_as("select id, name from agents where active order by lower(name), id")
                .fetch_all(self.pool())
                .await?;
        Ok(rows.into_iter().map(|(id, name)| (AgentId(id), name)).collect())
    }

    /// The conversation of a promise.
    pub async fn conversation_of_callback(&self, id: CallbackId) -> Result<Option<ConversationId>> {
        let found: Option<Uuid> = sqlx::query_scalar("select conversation_id from callbacks where id = $1")
            .bind(id.0)
            .fetch_optional(self.pool())
            .await?;
        Ok(found.map(ConversationId))
    }
}

/// A promise that nobody has kept yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenCallback {
    /// When it is due.
    pub due: Time,
    /// Who is to write back, if that is anybody in particular.
    pub keeper: Option<AgentId>,
}

impl Tx {
    /// A promise, if nobody has kept it yet. Locked until the end.
    pub async fn open_callback(&mut self, id: CallbackId) -> Result<Option<OpenCallback>> {
        let found: Option<(i64, Option<Uuid>)> = sqlx::query_as(
            "select to_ms(due_at), owner_id from callbacks where id = $1 and state = 'open' for no key update",
        )
        .bind(id.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(found.map(|(due, keeper)| OpenCallback { due: Time(due), keeper: keeper.map(AgentId) }))
    }

    /// Says who is to write back.
    pub async fn assign_callback(&mut self, id: CallbackId, to: Option<AgentId>) -> Result<()> {
        sqlx::query("update callbacks set owner_id = $2 where id = $1")
            .bind(id.0)
            .bind(to.map(|agent| agent.0))
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Ends a promise by hand, if it is still open. When it was due, if it was.
    pub async fn end_callback_by_hand(
        &mut self,
        id: CallbackId,
        state: CallbackState,
        (by, note): (AgentId, Option<&str>),
        now: Time,
    ) -> Result<Option<Time>> {
        let due: Option<i64> = sqlx::query_scalar(
            "update callbacks set state = $2, ended_by = $3, note = $4, ended_at = from_ms($5)
              where id = $1 and state = 'open' returning to_ms(due_at)",
        )
        .bind(id.0)
        .bind(state.as_str())
        .bind(by.0)
        .bind(note)
        .bind(now.0)
        .fetch_optional(self.connection())
        .await?;
        Ok(due.map(Time))
    }
}
