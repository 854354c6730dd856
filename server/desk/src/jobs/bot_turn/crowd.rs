//! How many turns are under way in this process: in all, and of each bot.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use contract::BotId;
use tokio::sync::Notify;

/// Turns that are under way at once.
const AT_ONCE: usize = 512;
/// Of these, of one bot.
const OF_ONE_BOT: usize = 128;

/// The turns under way.
#[derive(Clone, Default)]
pub struct Crowd(Arc<Parts>);

#[derive(Default)]
struct Parts {
    inside: Mutex<HashMap<BotId, usize>>,
    left: Notify,
}

/// A turn under way, until it is dropped.
pub struct Place {
    crowd: Crowd,
    bot: BotId,
}

impl Crowd {
    /// How many more turns can be taken now.
    pub fn room(&self) -> i64 {
        let inside: usize = self.0.inside.lock().unwrap_or_else(PoisonError::into_inner).values().sum();
        // Few at a time, so that several processes share a burst and no bot gets far more than its share.
        i64::try_from(AT_ONCE.saturating_sub(inside).min(32)).unwrap_or(0)
    }

    /// The bots that have enough to do.
    pub fn full(&self) -> Vec<BotId> {
        let inside = self.0.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.iter().filter(|(_, count)| **count >= OF_ONE_BOT).map(|(bot, _)| *bot).collect()
    }

    /// A turn begins.
    pub fn enter(&self, bot: BotId) -> Place {
        let mut inside = self.0.inside.lock().unwrap_or_else(PoisonError::into_inner);
        *inside.entry(bot).or_default() += 1;
        Place { crowd: self.clone(), bot }
    }

    /// Waits until a turn has ended that kept another one waiting.
    pub async fn has_room(&self) {
        self.0.left.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.crowd.0.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = inside.values().sum();
        let Some(count) = inside.get_mut(&self.bot) else { return };
        let was_full = *count >= OF_ONE_BOT || all >= AT_ONCE;
        *count -= 1;
        if *count == 0 {
            inside.remove(&self.bot);
        }
        if was_full {
            self.crowd.0.left.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_bot_that_has_enough_to_do_is_named_until_a_turn_of_its_ends() {
        let crowd = Crowd::default();
        let (slow, other) = (BotId(Uuid::from_u128(1)), BotId(Uuid::from_u128(2)));
        let mut places: Vec<_> = (0..OF_ONE_BOT).map(|_| crowd.enter(slow)).collect();
        let one = crowd.enter(other);
        assert_eq!((crowd.full(), crowd.room()), (vec![slow], 32));
        places.pop();
        assert!(crowd.full().is_empty());
        places.extend((0..AT_ONCE - OF_ONE_BOT).map(|_| crowd.enter(other)));
        assert_eq!(crowd.room(), 0);
        drop((places, one));
        assert_eq!(crowd.room(), 32);
    }
}
