//! Webhooks that are written with what became of them: kept and applied in one transaction.

use contract::Time;
use serde_json::json;

use super::{Entry, Incoming, Tally};

/// A webhook about to be written, at a place that was taken for it.
#[derive(Debug)]
pub struct NewEntry<'a> {
    /// Its place.
    pub entry: &'a Entry,
    /// When it came in.
    pub received_at: Time,
    /// The webhook.
    pub incoming: &'a Incoming,
    /// What became of its items; nothing if it is still to be applied.
    pub tally: Option<Tally>,
}

/// The statement that writes webhooks with what became of them; they are its parameter `n`, as [`entry_rows`], and
/// their [`bodies`] the one given after it.
pub(in crate::store) fn write_sql(n: u8, bodies: u8) -> String {
    format!(
        "insert into ledger (day, id, connection_id, received_at, content_type, tail, query, source, body, state, items,
                applied, duplicate, ignored, rejected, parked)
         overriding system value
         select x.day, x.id, x.connection_id, from_ms(x.received_at), x.content_type, x.tail, x.query, x.source, b.body,
                case when x.items is null then 'pending' else 'done' end, x.items, x.applied, x.duplicate, x.ignored,
                x.rejected, x.parked
           from json_to_recordset(${n}::text::json)
             as x(n bigint, day date, id bigint, connection_id uuid, received_at bigint, content_type text, tail text,
                  query text, source text, items integer, applied integer, duplicate integer, ignored integer,
                  rejected integer, parked integer)
           join unnest(${bodies}::bytea[]) with ordinality as b(body, n) on b.n = x.n"
    )
}

/// Webhooks without their bodies, as one parameter.
pub(in crate::store) fn entry_rows(entries: &[NewEntry<'_>]) -> String {
    let rows = entries.iter().zip(1..).map(|(new, n)| {
        let NewEntry { entry, incoming, .. } = new;
        let tally = new.tally.unwrap_or_default();
        json!({
            "n": n, "day": entry.day, "id": entry.id, "connection_id": incoming.connection,
            "received_at": new.received_at, "content_type": incoming.content_type, "tail": incoming.tail,
            "query": incoming.query, "source": incoming.source.as_str(), "items": new.tally.map(|tally| tally.items),
            "applied": tally.applied, "duplicate": tally.duplicate, "ignored": tally.ignored,
            "rejected": tally.rejected, "parked": tally.parked,
        })
    });
    crate::store::as_rows(&rows.collect::<Vec<_>>())
}

/// Their bodies, in the same order.
pub(in crate::store) fn bodies<'a>(entries: &[NewEntry<'a>]) -> Vec<&'a [u8]> {
    entries.iter().map(|new| new.incoming.body.as_ref()).collect()
}
