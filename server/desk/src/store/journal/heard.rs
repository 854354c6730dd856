//! The feed as the hub hears it: each event once, and of what it speaks only what this process has not in hand.

use std::collections::{HashMap, HashSet};

use contract::{Card, ConversationId, Event, Message};
use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use uuid::Uuid;

use super::{Depth, Place, Row, SpokenOf, Told, conversations_of, look, tell_all};
use crate::store::{Own, Result, Store, cards};

/// One event of the feed, as the hub hears it.
#[derive(Debug)]
pub struct Heard {
    /// Its place.
    pub place: Place,
    /// Whether a cursor may move past it.
    pub settled: bool,
    /// The event, unless it was told before.
    pub event: Option<Event>,
}

impl From<Told> for Heard {
    fn from(told: Told) -> Heard {
        Heard { place: told.place, settled: told.settled, event: Some(told.event) }
    }
}

/// What of the feed need not be read.
#[derive(Debug, Default)]
pub struct Spared {
    /// The ids of events that were told before.
    pub told: HashSet<i64>,
    /// What is in hand of others.
    pub hands: Vec<Hand>,
}

/// A conversation of which this process has just written all that is new: some messages. It has them in hand.
#[derive(Debug, Clone)]
pub struct Hand {
    /// Its row, after them.
    pub card: Card,
    /// The messages.
    pub messages: Vec<Message>,
}

impl Hand {
    /// Whether these events of the conversation tell of what is in hand, and of nothing else.
    fn fits(&self, rows: &[Row]) -> bool {
        let mine = || rows.iter().filter(|row| row.conversation_id == self.card.id.0);
        let held = |row: &Row| {
            let message = row.change.message();
            message.is_some_and(|id| self.messages.iter().any(|one| one.id == id && one.seq == row.seq))
        };
        mine().all(held) && mine().map(|row| row.seq).max() == Some(self.card.seq)
    }
}

/// Whoever follows the feed for as long as the process runs. It keeps its connection: to give one back costs a question
/// to the database, and it asks some hundred times a second.
pub struct Follower<'a> {
    store: &'a Store,
    connection: Option<PoolConnection<Postgres>>,
}

impl Store {
    /// Somebody who follows the feed.
    pub fn follower(&self) -> Follower<'_> {
        Follower { store: self, connection: None }
    }
}

impl Follower<'_> {
    /// The events after a place, oldest first, at most `limit`. What was told before is not read again, nor what is in
    /// hand; the rest is read on two connections at once, for somebody looks at a screen and waits.
    pub async fn hear(
        &mut self,
        (after, limit): (Place, i64),
        depth: Depth,
        spared: impl FnOnce(&[(Place, ConversationId)]) -> Spared,
    ) -> Result<Vec<Heard>> {
        let mut one = match self.connection.take() {
            Some(connection) => connection,
            None => self.store.own(Own::Feed).acquire().await?,
        };
        let rows = look(&mut one, after, limit).await?;
        let places: Vec<_> =
            rows.iter().map(|row| (row.place(), ConversationId(row.conversation_id))).collect();
        let Spared { told, mut hands } = spared(&places);
        let (known, new): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| told.contains(&row.id));
        hands.retain(|hand| hand.fits(&new));
        let in_hand: HashSet<Uuid> = hands.iter().map(|hand| hand.card.id.0).collect();
        let read: Vec<&Row> = new.iter().filter(|row| !in_hand.contains(&row.conversation_id)).collect();
        let conversations = conversations_of(read.iter().copied());
        let (mut cards, mut spoken_of) = match depth {
            _ if read.is_empty() => (HashMap::new(), SpokenOf::default()),
            Depth::Cards => (cards::by_ids(&mut one, &conversations).await?, SpokenOf::default()),
            Depth::Full => {
                let mut other = self.store.own(Own::Feed).acquire().await?;
                tokio::try_join!(cards::by_ids(&mut one, &conversations), SpokenOf::by(&mut other, &read))?
            }
        };
        self.connection = Some(one);
        for Hand { card, messages } in hands {
            cards.insert(card.id.0, card);
            spoken_of.messages.extend(messages.into_iter().map(|message| (message.id.0, message)));
        }
        let again = known.iter().map(|row| Heard { place: row.place(), settled: row.settled, event: None });
        let mut heard: Vec<Heard> = again.collect();
        heard.extend(tell_all(new, &cards, &spoken_of)?.into_iter().map(Heard::from));
        heard.sort_unstable_by_key(|one| one.place);
        Ok(heard)
    }
}
