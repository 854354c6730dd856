//! What was recorded at some time, and what was decided about it: for counting of what no facts are kept.

use contract::{Change, ConversationId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::rules::simulation::missed::{Decided, Recorded};
use crate::store::{Result, Store, Tx, words};

/// How far around the events that are counted others are read, in milliseconds: what happens at once is not of quite
/// the same moment.
const AROUND_MS: i64 = 1_000;
/// How much later something can be decided than it was recorded, in milliseconds.
const LATER_MS: i64 = 10_000;

#[derive(FromRow)]
struct Row {
    conversation_id: Uuid,
    seq: i64,
    tx: i64,
    actor_kind: String,
    actor_id: Option<Uuid>,
    change: Json<Change>,
    is_first: bool,
    counts: bool,
}

impl Store {
    /// What was recorded between two moments, with what was decided about it. At most so much of either.
    pub async fn recorded_between(
        &self,
        (from, until): (Time, Time),
        most: i64,
    ) -> Result<(Vec<Recorded>, Vec<Decided>)> {
        let mut tx = self.begin_snapshot().await?;
        let recorded = tx.recorded((from, until), most).await?;
        let decided = tx.decided((from, until), most).await?;
        tx.rollback().await?;
        Ok((recorded, decided))
    }
}

impl Tx {
    async fn recorded(&mut self, (from, until): (Time, Time), most: i64) -> Result<Vec<Recorded>> {
        // How far messages came is most of what is recorded, and nothing that rules hear of but where they failed.
        let rows: Vec<Row> = sqlx::query_as(
            "select e.conversation_id, e.seq, e.tx::text::bigint as tx, e.actor_kind, e.actor_id, e.change,
                    e.actor_kind = 'contact' and e.change ? 'message_created'
                      and not exists (select from messages m where m.conversation_id = e.conversation_id
                                         and m.author_kind = 'contact' and m.seq < e.seq) as is_first,
                    e.at >= from_ms($1) and e.at < from_ms($2) as counts
               from events e
              where e.at >= from_ms($1 - $3) and e.at < from_ms($2 + $3)
                and coalesce(e.change -> 'delivery_changed' ->> 'state', 'failed') = 'failed'
              limit $4",
        )
        .bind(from.0)
        .bind(until.0)
        .bind(AROUND_MS)
        .bind(most)
        .fetch_all(self.connection())
        .await?;
        let recorded = |row: Row| {
            Ok(Recorded {
                conversation: ConversationId(row.conversation_id),
                seq: row.seq,
                tx: row.tx,
                actor: words::actor(&row.actor_kind, row.actor_id)?,
                change: row.change.0,
                is_first: row.is_first,
                counts: row.counts,
            })
        };
        rows.into_iter().map(recorded).collect()
    }

    async fn decided(&mut self, (from, until): (Time, Time), most: i64) -> Result<Vec<Decided>> {
        let rows: Vec<(Uuid, i64, String, bool)> = sqlx::query_as(
            "select conversation_id, seq, event, done <> '[]' from rule_decisions
              where at >= from_ms($1 - $3) and at < from_ms($2 + $4) limit $5",
        )
        .bind(from.0)
        .bind(until.0)
        .bind(AROUND_MS)
        .bind(LATER_MS)
        .bind(most)
        .fetch_all(self.connection())
        .await?;
        let decided = |(conversation, seq, event, acted)| Decided {
            conversation: ConversationId(conversation),
            seq,
            event,
            acted,
        };
        Ok(rows.into_iter().map(decided).collect())
    }
}
