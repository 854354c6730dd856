//! The rules that are live, ready to be asked, in the memory of this process: whoever asks waits for nothing, and where
//! there are no rules nothing is asked at all.

use std::sync::{Arc, PoisonError, RwLock};

use crate::domain::rules::Compiled;
use crate::state::Desk;
use crate::store;

/// The rules of this process.
#[derive(Default)]
pub struct Rulebook {
    live: RwLock<Arc<Compiled>>,
}

impl Rulebook {
    /// The rules that are live, as far as this process knows. What another one has published holds here as soon as it is
    /// heard of; every decision names the version that it was made by.
    pub fn now(&self) -> Arc<Compiled> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the rules, if another version is live by now.
    pub async fn refresh(&self, desk: &Desk) -> store::Result<()> {
        if desk.store.rule_version_now().await? == self.now().version {
            return Ok(());
        }
        let (version, rules) = desk.store.live_rules().await?;
        let compiled = Arc::new(Compiled::new(version, rules));
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        // Two may read at once, and the later version may have come first.
        if live.version < version {
            *live = compiled;
        }
        Ok(())
    }
}
