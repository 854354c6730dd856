//! When events are due that time brings about, in each conversation, and who came and went.
//!
//! A timer is set in the transaction that changes what it counts from, under the conversation's lock, and told in one
//! that holds the lock too. It counts from an episode, which has a number that rises: none is told twice.

use contract::ConversationId;
use uuid::Uuid;

use crate::domain::rules::timed;
use crate::store::{Result, Store, Tx};

/// Conversations that are looked through in one go when other rules go live.
const AT_ONCE: i64 = 500;

/// Sets the timers of the conversations that $1 names.
///
/// Messages of the desk are no answers and begin nothing: what a rule says must not make it speak again. A person
/// answers people and what the bot has left; what the bot owes counts from the first message that nobody has answered.
const ARM: &str = "with w as (
      select event, split_part(event, '.', 1) as kind, since,
             coalesce(nullif(split_part(event, '.', 2), '')::bigint, 0) * interval '1 minute' as span
        from rule_timed where event not in ($2, $3)),
    c as (
      select c.id, c.stage, c.window_until, l.seq as last_seq, l.author_kind as last_by, l.received_at as last_at,
             a.seq as asked_seq, a.received_at as asked_at, b.seq as owed_seq, b.received_at as owed_at,
             coalesce(o.seq, 0) as owner_seq, coalesce(o.at, c.opened_at) as owner_at,
             coalesce(r.seq, 0) as begun_seq, coalesce(r.at, c.opened_at) as begun_at
        from conversations c
        left join lateral (select m.seq, m.author_kind, m.received_at from messages m
                            where m.conversation_id = c.id and not m.note and m.author_kind <> 'desk'
                              and not m.body ? 'system' order by m.seq desc limit 1) l on true
        left join lateral (select m.seq, m.received_at from messages m
                            where m.conversation_id = c.id and m.author_kind = 'contact' and not m.body ? 'system'
                              and m.seq > coalesce((select n.seq from messages n where n.conversation_id = c.id
                                    and not n.note and n.author_kind in ('agent', 'phone') order by n.seq desc limit 1), 0)
                            order by m.seq limit 1) a on true
        left join lateral (select m.seq, m.received_at from messages m
                            where m.conversation_id = c.id and m.author_kind = 'contact' and not m.body ? 'system'
                              and m.seq > coalesce((select n.seq from messages n where n.conversation_id = c.id
                                    and not n.note and n.author_kind in ('agent', 'phone', 'bot')
                                    order by n.seq desc limit 1), 0)
                            order by m.seq limit 1) b on true
        left join lateral (select e.seq, e.at from events e
                            where e.conversation_id = c.id and e.change ? 'owner_changed'
                            order by e.seq desc limit 1) o on true
        left join lateral (select e.seq, e.at from events e
                            where e.conversation_id = c.id and e.change ? 'owner_changed'
                              and e.change #>> '{owner_changed,from_stage}' = 'resolved'
                            order by e.seq desc limit 1) r on true
       where c.id = any($1)),
    due as (
      select c.id, w.event, e.episode, e.due_at
        from c cross join w cross join lateral (
          select to_ms(c.window_until) as episode, c.window_until - w.span as due_at
           where w.kind in ('window_closing', 'window_closed') and c.window_until is not null
           union all
          select c.last_seq, c.last_at + w.span
           where w.kind = 'idle_customer' and (c.stage = 'bot' and c.last_by in ('bot', 'agent', 'phone')
              or c.stage = 'assigned' and c.last_by in ('agent', 'phone'))
           union all
          select greatest(c.asked_seq, c.owner_seq), greatest(c.asked_at, c.owner_at) + w.span
           where w.kind = 'idle_agent' and c.stage = 'assigned' and c.asked_seq is not null
           union all
          select greatest(c.owed_seq, c.owner_seq), greatest(c.owed_at, c.owner_at) + w.span
           where w.kind = 'idle_bot' and c.stage = 'bot' and c.owed_seq is not null
           union all
          select c.begun_seq, c.begun_at + w.span where w.kind = 'timer') e
       where c.stage <> 'resolved' and e.due_at > w.since),
    gone as (
      delete from rule_timers t using c
       where t.conversation_id = c.id and t.due_at is not null and t.event not in ($2, $3)
         and not exists (select from due where due.id = t.conversation_id and due.event = t.event))
    insert into rule_timers as t (conversation_id, event, episode, due_at)
    select id, event, episode, due_at from due
        on conflict (conversation_id, event) do update set episode = excluded.episode, due_at = excluded.due_at
     where t.episode < excluded.episode";

/// Somebody comes or goes: the conversations that they have are told.
const ATTENDANCE: &str = "with changed as (
      insert into attendance as t (agent_id, online, since)
      select a.id, n.agent_id is not null, desk_now()
        from agents a
        left join (select distinct agent_id from presence where until > desk_now()) n on n.agent_id = a.id
        left join attendance k on k.agent_id = a.id
       where k.agent_id is null or k.online <> (n.agent_id is not null)
       order by a.id
          on conflict (agent_id) do update
         set online = excluded.online, since = excluded.since, changes = t.changes + 1
       where t.online <> excluded.online
      returning agent_id, online, since, changes)
    insert into rule_timers as t (conversation_id, event, episode, due_at)
    select c.id, w.event, to_ms(ch.since), ch.since
      from changed ch
      join rule_timed w on w.event = case when ch.online then $1 else $2 end
      join conversations c on c.owner_id = ch.agent_id and c.stage in ('assigned', 'snoozed')
     where ch.online or ch.changes > 0
     order by c.id
        on conflict (conversation_id, event) do update set episode = excluded.episode, due_at = excluded.due_at
     where t.episode < excluded.episode";

impl Tx {
    /// Writes down what rules listen to from now on, as far as time brings it about.
    pub(super) async fn listen_timed(&mut self, events: &[String]) -> Result<()> {
        sqlx::query("delete from rule_timed where event <> all($1)")
            .bind(events)
            .execute(self.connection())
            .await?;
        sqlx::query(
            "insert into rule_timed (event, since) select event, desk_now() from unnest($1::text[]) as x(event)
                 on conflict do nothing",
        )
        .bind(events)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Sets the timers of conversations whose locks this transaction holds, after everything else is written.
    pub async fn arm_timers(&mut self, ids: &[ConversationId]) -> Result<()> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        sqlx::query(ARM)
            .bind(ids)
            .bind(timed::ONLINE)
            .bind(timed::OFFLINE)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// The events that are due in a conversation whose lock this transaction holds, as far as they are among these. They
    /// are told by this, and by nobody else.
    pub async fn take_timers(&mut self, id: ConversationId, events: &[String]) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "with due as (select event, due_at from rule_timers
                           where conversation_id = $1 and event = any($2) and due_at <= desk_now()),
                  told as (update rule_timers t set due_at = null from due
                            where t.conversation_id = $1 and t.event = due.event)
             select event from due order by due_at, event",
        )
        .bind(id.0)
        .bind(events)
        .fetch_all(self.connection())
        .await?;
        Ok(rows.into_iter().map(|(event,)| event).collect())
    }
}

impl Store {
    /// Conversations in which one of these events is due, the longest overdue first.
    pub async fn timers_due(&self, events: &[String], limit: i64) -> Result<Vec<ConversationId>> {
        let rows: Vec<(Uuid,)> = sqlx::query_as(
            "select conversation_id from (
               select conversation_id, due_at from rule_timers
                where due_at <= (select desk_now()) and event = any($1) order by due_at limit $2) t
              group by conversation_id order by min(due_at)",
        )
        .bind(events)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// In how many milliseconds the next event is due.
    pub async fn next_timer_ms(&self) -> Result<Option<i64>> {
        let next = sqlx::query_scalar(
            "select to_ms(due_at) - to_ms(desk_now()) from rule_timers where due_at is not null order by due_at limit 1",
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(next)
    }

    /// Sets the timers of all conversations that are open, a piece at a time. Those that somebody works on just now are
    /// left out: whoever does sets theirs.
    pub async fn arm_all_timers(&self) -> Result<()> {
        let mut after = Uuid::nil();
        loop {
            let mut tx = self.begin().await?;
            let rows: Vec<(Uuid,)> = sqlx::query_as(
                "select id from conversations where stage <> 'resolved' and id > $1
                  order by id limit $2 for no key update skip locked",
            )
            .bind(after)
            .bind(AT_ONCE)
            .fetch_all(tx.connection())
            .await?;
            let ids: Vec<ConversationId> = rows.into_iter().map(|(id,)| ConversationId(id)).collect();
            let Some(last) = ids.last() else {
                tx.rollback().await?;
                break;
            };
            after = last.0;
            tx.arm_timers(&ids).await?;
            tx.commit().await?;
        }
        // What nobody listens to any more is due no more.
        sqlx::query("delete from rule_timers where due_at is not null and event not in (select event from rule_timed)")
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Looks who has come and who has gone since the last look, of whichever server, and has it told where they have
    /// conversations.
    pub async fn note_attendance(&self) -> Result<()> {
        sqlx::query(ATTENDANCE).bind(timed::ONLINE).bind(timed::OFFLINE).execute(self.pool()).await?;
        Ok(())
    }
}
