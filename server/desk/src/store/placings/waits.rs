//! How long people have to wait now, queue by queue.

use contract::course::QueueWait;
use sqlx::FromRow;

use crate::domain::wait::{self, COUNTED, Waited};
use crate::store::{Result, Store};

#[derive(FromRow)]
struct Row {
    name: Option<String>,
    waiting: i64,
    ahead: Vec<i32>,
    ms: Vec<i64>,
}

impl Row {
    fn wait(self) -> QueueWait {
        let measured: Vec<Waited> =
            self.ahead.iter().zip(&self.ms).map(|(ahead, ms)| Waited { ahead: *ahead, ms: *ms }).collect();
        let ahead = i32::try_from(self.waiting).unwrap_or(i32::MAX);
        QueueWait { team: self.name, waiting: self.waiting, minutes: wait::minutes(&measured, ahead) }
    }
}

impl Store {
    /// How long somebody has to expect to wait who comes now: for the queues in which anybody waits, the longest first.
    pub async fn queue_waits(&self) -> Result<Vec<QueueWait>> {
        let rows: Vec<Row> = sqlx::query_as(
            "with waiting as (select team_id, count(*) as waiting
                                from (select team_id from conversations where stage = 'waiting' limit $1) w
                               group by team_id)
             select t.name, w.waiting, coalesce(m.ahead, '{}') as ahead, coalesce(m.ms, '{}') as ms
               from waiting w
               left join teams t on t.id = w.team_id
               cross join lateral (
                 select array_agg(ahead) as ahead, array_agg(ms) as ms
                   from ((select ahead, to_ms(ended_at) - to_ms(created_at) as ms from handoffs
                           where team_id = w.team_id and ended_at > desk_now() - interval '4 hours'
                             and ahead is not null and outcome in ('taken', 'accepted')
                           order by ended_at desc limit 40)
                         union all
                         (select ahead, to_ms(ended_at) - to_ms(created_at) from handoffs
                           where team_id is null and w.team_id is null
                             and ended_at > desk_now() - interval '4 hours'
                             and ahead is not null and outcome in ('taken', 'accepted')
                           order by ended_at desc limit 40)) taken) m",
        )
        .bind(COUNTED)
        .fetch_all(self.pool())
        .await?;
        let mut waits: Vec<QueueWait> = rows.into_iter().map(Row::wait).collect();
        waits.sort_by(|one, other| (other.minutes, &other.team).cmp(&(one.minutes, &one.team)));
        Ok(waits)
    }
}
