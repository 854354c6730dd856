//! The feed, read for each address, becomes deliveries. What was read and how far is one commit, so that nothing is
//! begun twice or left out.

use std::time::Duration;

use contract::{ConversationId, EndpointDeliveryId, EndpointId};
use uuid::Uuid;

use crate::live::bus::Topic;
use crate::public::Event;
use crate::public::feed::{self, Audience, Channels, Notes, Page};
use crate::state::Desk;
use crate::store::endpoints::reader::{NewDelivery, Reader};
use crate::store::journal::{Cursor, Place};
use crate::store::{self, Tx};

/// How often it looks by itself.
const LOOK: Duration = Duration::from_secs(1);
/// What happens within so long is read in one go.
const GATHER: Duration = Duration::from_millis(200);

/// Which of the two readers of an address.
#[derive(Clone, Copy)]
enum Which {
    GoesOn,
    Recovers,
}

/// Reads, for as long as the process runs.
pub(super) async fn run(desk: &Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Events);
    loop {
        woken.borrow_and_update();
        for endpoint in desk.store.told_endpoints().await? {
            // The one that recovers goes first: what failed earlier is begun earlier.
            for which in [Which::Recovers, Which::GoesOn] {
                while read(desk, endpoint, which).await? && !desk.stop.is_cancelled() {}
            }
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(GATHER) => {}
        }
    }
}

/// Reads one page for an address. Says whether there is more at once.
async fn read(desk: &Desk, endpoint: EndpointId, which: Which) -> store::Result<bool> {
    let mut tx = desk.store.begin().await?;
    let reader = match which {
        Which::GoesOn => tx.take_reader(endpoint).await?,
        Which::Recovers => tx.take_recovery(endpoint).await?,
    };
    // Another process has it, or it is told nothing any more.
    let Some(reader) = reader else {
        tx.rollback().await?;
        return Ok(false);
    };
    // Notes stay inside, here as everywhere.
    let audience = Audience { bot: None, notes: Notes::Hidden, reach: Channels::All };
    let Ok(page) = feed::read(desk, &audience, reader.after).await? else {
        return start_anew(desk, tx, &reader).await;
    };
    let to: Cursor = page.cursor.parse().unwrap_or(reader.after);
    if to == reader.after && reader.until.is_none() {
        tx.rollback().await?;
        return Ok(false);
    }
    let (new, done) = deliveries(&reader, page, to);
    let to = if done { reader.until.map_or(to, |place| Cursor { place, ..to }) } else { to };
    tx.begin_deliveries(&reader, &new.begun).await?;
    tx.move_reader(&reader, to).await?;
    tx.commit().await?;
    if !new.begun.is_empty() {
        desk.bus.endpoints();
    }
    Ok(new.more && !done)
}

/// The database was restored: what the reader knew of the feed is void. What lies between is not known any more.
async fn start_anew(desk: &Desk, mut tx: Tx, reader: &Reader) -> store::Result<bool> {
    let now = feed::now(desk).await?;
    let to = reader.until.map_or(now, |place| Cursor { place, ..now });
    tx.move_reader(reader, to).await?;
    tx.commit().await?;
    Ok(false)
}

struct New {
    begun: Vec<NewDelivery>,
    more: bool,
}

/// The deliveries that come of a page, and whether the reader has come to its end.
fn deliveries(reader: &Reader, page: Page, to: Cursor) -> (New, bool) {
    let before_end = |event: &Event| {
        let place = event.cursor.parse::<Cursor>().map_or(Place::default(), |cursor| cursor.place);
        reader.until.is_none_or(|until| place <= until)
    };
    let wanted =
        |event: &Event| reader.events.is_empty() || reader.events.iter().any(|name| name == event.r#type);
    let done = reader.until.is_some_and(|until| to.place >= until || !page.more);
    let more = page.more;
    let events = page.events.into_iter().filter(|event| before_end(event) && wanted(event));
    (New { begun: events.filter_map(|event| delivery(&event)).collect(), more }, done)
}

fn delivery(event: &Event) -> Option<NewDelivery> {
    Some(NewDelivery {
        id: EndpointDeliveryId(Uuid::now_v7()),
        conversation: Some(ConversationId(event.conversation_id)),
        seq: Some(event.seq),
        event: event.r#type.to_owned(),
        body: serde_json::to_string(event).ok()?,
    })
}
