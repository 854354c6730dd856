//! The feed: everything that has happened, oldest first, at least once, from a cursor on. Only what is settled is handed
//! out, so that a cursor never skips anything.

use contract::{Actor, BotId, Change, ConversationId};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use tokio::time::{Duration, Instant};

use super::Event;
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store::Result;
use crate::store::journal::{Cursor, Place};

pub use crate::store::journal::{Audience, Channels, Notes};

/// Events that are looked at for one page, at most: what may not be told counts.
const LOOKED_AT: i64 = 500;
/// How soon one looks again for what is written and not settled yet.
const SETTLING: Duration = Duration::from_millis(50);
/// How often one looks although nothing was heard of.
const LOOK: Duration = Duration::from_secs(1);

/// A page of the feed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Page {
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// Where to go on. It moves although there may be no event: what is not for you is left out.
    pub cursor: String,
    /// Whether there is more at once.
    pub more: bool,
    /// Whether something is written that is not settled yet.
    #[serde(skip)]
    pub unsettled: bool,
}

/// The cursor belongs to an earlier life of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Void;

/// Where the feed stands now: what happens from here on comes after it.
pub async fn now(desk: &Desk) -> Result<Cursor> {
    desk.store.cursor().await
}

/// Where the feed begins.
pub async fn beginning(desk: &Desk) -> Result<Cursor> {
    let generation = desk.store.cursor().await?.generation;
    Ok(Cursor { generation, place: Place::default() })
}

/// The page after a cursor, as of now.
pub async fn read(
    desk: &Desk,
    audience: &Audience,
    after: Cursor,
) -> Result<std::result::Result<Page, Void>> {
    let settled = desk.store.settled(after.place, LOOKED_AT, audience).await?;
    if settled.generation != after.generation {
        return Ok(Err(Void));
    }
    let at = |place: Place| Cursor { generation: after.generation, place }.to_string();
    let address = desk.config.public_url.as_str();
    let events = settled.told.iter().map(|told| {
        let mut event = Event::of(&told.event, at(told.place), address);
        if let Some(bot) = audience.bot {
            withhold(&mut event, told.event.handoff.as_deref().map(|handoff| handoff.by), bot);
        }
        event
    });
    let mut events: Vec<Event> = events.collect();
    add_attributes(desk, &mut events).await?;
    Ok(Ok(Page { events, cursor: at(settled.to), more: settled.more, unsettled: settled.waits }))
}

/// The next page after a cursor that has something in it, as soon as there is one; else what there is when the time is
/// over or the desk stops.
pub async fn follow(
    desk: &Desk,
    audience: &Audience,
    mut after: Cursor,
    wait: Duration,
) -> Result<std::result::Result<Page, Void>> {
    let until = Instant::now() + wait;
    let mut woken = desk.bus.listen(Topic::Events);
    loop {
        // Seen before the look, so that a wake-up during it is not lost.
        woken.borrow_and_update();
        let page = match read(desk, audience, after).await? {
            Ok(page) => page,
            Err(void) => return Ok(Err(void)),
        };
        let over = desk.stop.is_cancelled() || Instant::now() >= until;
        if !page.events.is_empty() || over {
            return Ok(Ok(page));
        }
        let Ok(next) = page.cursor.parse() else { return Ok(Ok(page)) };
        after = next;
        if page.more {
            continue;
        }
        let pause = if page.unsettled { SETTLING } else { LOOK };
        tokio::select! {
            () = desk.stop.cancelled() => {}
            _ = woken.changed(), if !page.unsettled => {}
            () = tokio::time::sleep_until(until.min(Instant::now() + pause)) => {}
        }
    }
}

/// Says what is known of a conversation where that has changed.
async fn add_attributes(desk: &Desk, events: &mut [Event]) -> Result<()> {
    let name = Change::AttributesChanged.name();
    let changed = events.iter().filter(|event| event.r#type == name);
    let mut changed: Vec<_> = changed.map(|event| ConversationId(event.conversation_id)).collect();
    changed.sort_unstable();
    changed.dedup();
    let known = desk.store.attributes_of(&changed).await?;
    for event in events.iter_mut().filter(|event| event.r#type == name) {
        let of = known.get(&ConversationId(event.conversation_id));
        event.change.insert("attributes".to_owned(), json!(of.cloned().unwrap_or_default()));
    }
    Ok(())
}

/// What one bot has passed on is no business of another one.
fn withhold(event: &mut Event, by: Option<Actor>, bot: BotId) {
    if matches!(by, Some(Actor::Bot(other)) if other != bot) {
        event.handoff = None;
    }
}
