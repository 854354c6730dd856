//! What was sent of a number lately, for whoever takes it over: what a customer may get depends on it.

use std::time::Duration;

use contract::ChannelId;
use sqlx::FromRow;

use crate::channels::Recipient;
use crate::store::{Result, Store};

/// A customer who was sent something lately.
#[derive(Debug, Clone)]
pub struct SentLately {
    /// Who.
    pub to: Recipient,
    /// How long ago each was sent, in milliseconds, the oldest first.
    pub ago_ms: Vec<i64>,
}

#[derive(FromRow)]
struct Row {
    phone: Option<String>,
    user_id: Option<String>,
    external_id: Option<String>,
    ago_ms: Vec<i64>,
}

impl Store {
    /// The customers whom a number has sent more than one message within so long. When one was sent the provider says, or
    /// else when it was written: whatever waited for long is counted as if it had not.
    pub async fn sent_lately(&self, channel: ChannelId, within: Duration) -> Result<Vec<SentLately>> {
        let rows: Vec<Row> = sqlx::query_as(
            "select a.phone, a.user_id, a.external_id,
                    array_agg(to_ms(desk_now()) - to_ms(least(x.at, desk_now())) order by x.at) as ago_ms
               from (select d.conversation_id, coalesce(d.sent_at, d.created_at) as at from deliveries d
                      where d.channel_id = $1 and d.state not in ('queued', 'cancelled')
                        and d.created_at > desk_now() - interval '1 hour') x
               join conversations c on c.id = x.conversation_id
               join addresses a on a.id = c.address_id
              where x.at > desk_now() - $2 * interval '1 millisecond'
              group by a.id having count(*) > 1",
        )
        .bind(channel.0)
        .bind(i64::try_from(within.as_millis()).unwrap_or(i64::MAX))
        .fetch_all(self.pool())
        .await?;
        let sent = rows.into_iter().map(|row| SentLately {
            to: Recipient { phone: row.phone, user_id: row.user_id, external_id: row.external_id },
            ago_ms: row.ago_ms,
        });
        Ok(sent.collect())
    }
}
