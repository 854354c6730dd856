//! What came in, and what became of it, summed up.

use contract::Time;
use contract::settings::{LedgerView, Rejection};

use crate::store::{Result, Store};

/// Rejected items that are listed.
const LISTED: i64 = 100;

impl Store {
    /// The sums over the ledger, from one statement, so that they fit together.
    pub async fn ledger_view(&self) -> Result<LedgerView> {
        let sums: (i64, i64, i64, i64, i64, i64) = sqlx::query_as(
            "select coalesce(sum(coalesce(items, 1)), 0)::bigint,
                    coalesce(sum(applied), 0)::bigint,
                    coalesce(sum(duplicate), 0)::bigint,
                    coalesce(sum(ignored), 0)::bigint,
                    coalesce(sum(rejected), 0)::bigint,
                    coalesce(sum(parked + case when items is null then 1 else 0 end), 0)::bigint
               from ledger",
        )
        .fetch_one(self.pool())
        .await?;
        let (received, applied, duplicate, ignored, rejected, pending) = sums;
        let rejections = self.rejections().await?;
        Ok(LedgerView { received, applied, duplicate, ignored, rejected, pending, rejections })
    }

    async fn rejections(&self) -> Result<Vec<Rejection>> {
        let rows: Vec<(i64, String, String, String)> = sqlx::query_as(
            "select to_ms(r.at), coalesce(c.name, ''), r.reason, r.detail
               from rejections r left join connections c on c.id = r.connection_id
              order by r.at desc, r.id desc limit $1",
        )
        .bind(LISTED)
        .fetch_all(self.pool())
        .await?;
        let rejection = |(at, connection_name, reason, detail)| Rejection {
            at: Time(at),
            connection_name,
            reason,
            detail,
        };
        Ok(rows.into_iter().map(rejection).collect())
    }
}
