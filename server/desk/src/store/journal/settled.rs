//! The feed as it is handed out to programs: settled events alone, and only those that are for them.

use contract::BotId;
use sqlx::FromRow;

use super::{Place, Row, Told, hydrate};
use crate::store::{Result, Store};

/// Whom the feed is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Audience {
    /// Only what happened while a bot had the conversation, what it did, and what became of the conversation after it
    /// let go. Absent: everything.
    pub bot: Option<BotId>,
    /// Whether private notes may be told.
    pub notes: Notes,
    /// Which channels may be told of.
    pub reach: Channels,
}

/// Whether private notes may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Notes {
    /// They may not.
    #[default]
    Hidden,
    /// They may.
    Told,
}

/// Which channels may be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Channels {
    /// Those of the stand-ins alone.
    #[default]
    Sandbox,
    /// All.
    All,
}

/// What was found after a place.
#[derive(Debug)]
pub struct Settled {
    /// The events that may be told, oldest first.
    pub told: Vec<Told>,
    /// How far was looked: the next look begins here.
    pub to: Place,
    /// Whether there is more to look at.
    pub more: bool,
    /// Whether something is written after that which is not settled yet.
    pub waits: bool,
    /// The generation that holds now.
    pub generation: i64,
}

#[derive(FromRow)]
struct Looked {
    #[sqlx(flatten)]
    row: Row,
    shown: bool,
    generation: i64,
}

/// Looks at a page of the feed. A bot is told what happened while it had the conversation, what becomes of its own
/// messages, and who has the conversation later: the owner before an event is the one that the next change of owner took
/// it from, and after the last one the present one.
const LOOK: &str = "select e.conversation_id, e.seq, e.id, e.tx::text::bigint as tx, true as settled, to_ms(e.at) as at,
       e.actor_kind, e.actor_id, e.change, d.generation,
       ($5 or coalesce(n.sandbox, false)) and ($6 or not coalesce(m.note, false))
       and coalesce($4::uuid is null
            or coalesce(held.owner ->> 'id', case when held.owner is null then c.owner_id::text end) = $4::text
            or m.author_kind = 'bot' and m.author_id = $4
            or (e.change ? 'owner_changed' or e.change::text like '{\"handoff\\_%')
               and (c.owner_id = $4
                    or exists (select from events o
                                where o.conversation_id = e.conversation_id and o.change ? 'owner_changed'
                                  and $4::text in (o.change #>> '{owner_changed,from,id}',
                                                   o.change #>> '{owner_changed,to,id}'))), false) as shown
  from (select * from events
         where (tx, id) > ($1::text::xid8, $2) and tx < pg_snapshot_xmin(pg_current_snapshot())
         order by tx, id limit $3) e
  cross join desk d
  join conversations c on c.id = e.conversation_id
  join channels ch on ch.id = c.channel_id
  join connections n on n.id = ch.connection_id
  left join messages m on m.id = coalesce(e.change #>> '{message_created,message}', e.change #>> '{message_changed,message}',
                                          e.change #>> '{delivery_changed,message}')::uuid
  left join lateral (select o.change #> '{owner_changed,from}' as owner from events o
                      where $4::uuid is not null and o.conversation_id = e.conversation_id and o.seq >= e.seq
                        and o.change ? 'owner_changed'
                      order by o.seq limit 1) held on true
 order by e.tx, e.id";

impl Store {
    /// The settled events after a place that an audience may be told, as far as a look at so many goes.
    pub async fn settled(&self, after: Place, limit: i64, audience: &Audience) -> Result<Settled> {
        let mut connection = self.pool().acquire().await?;
        let rows: Vec<Looked> = sqlx::query_as(LOOK)
            .bind(after.tx.to_string())
            .bind(after.id)
            .bind(limit)
            .bind(audience.bot.map(|bot| bot.0))
            .bind(audience.reach == Channels::All)
            .bind(audience.notes == Notes::Told)
            .fetch_all(&mut *connection)
            .await?;
        let generation = match rows.first() {
            Some(first) => first.generation,
            None => super::now(&mut connection).await?.0.generation,
        };
        let more = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        let to = rows.last().map_or(after, |last| Place { tx: last.row.tx, id: last.row.id });
        let waits = !more
            && sqlx::query_scalar("select exists (select from events where (tx, id) > ($1::text::xid8, $2))")
                .bind(to.tx.to_string())
                .bind(to.id)
                .fetch_one(&mut *connection)
                .await?;
        let shown = rows.into_iter().filter(|looked| looked.shown).map(|looked| looked.row).collect();
        Ok(Settled { told: hydrate(&mut connection, shown).await?, to, more, waits, generation })
    }
}
