//! What rules do in a piece of work: heard by nobody, and taken back by itself where it fails.

use contract::{Owner, Packet, Stage};

use super::super::{Outcome, slas};
use super::Work;
use super::heard::Loud;
use crate::domain::Conversation;
use crate::domain::rules::facts::Known;

/// How a piece of work stood when something aside was begun.
pub(in crate::flows) struct Aside {
    conversation: Conversation,
    placing: Option<Packet>,
    events: usize,
    deliveries: usize,
    held_back: usize,
    files: usize,
    used: Option<contract::TemplateId>,
    flags: (bool, bool, i64),
}

impl Work {
    /// Begins something that can be taken back without the rest. What was said so far is written first, so that it stays.
    pub(in crate::flows) async fn begin_aside(&mut self, name: &'static str) -> Outcome<Aside> {
        self.flush_messages().await?;
        self.tx.mark_place(name).await?;
        Ok(Aside {
            conversation: self.conversation.clone(),
            placing: self.placing.clone(),
            events: self.events.len(),
            deliveries: self.deliveries.len(),
            held_back: self.held_back.len(),
            files: self.files.len(),
            used: self.used,
            flags: (self.requeued, self.fetch, self.pause_ms),
        })
    }

    /// It stays.
    pub(in crate::flows) async fn keep_aside(&mut self, name: &'static str) -> Outcome<()> {
        Ok(self.tx.keep_place(name).await?)
    }

    /// It is taken back, as if it had never been begun.
    pub(in crate::flows) async fn drop_aside(&mut self, name: &'static str, aside: Aside) -> Outcome<()> {
        self.tx.return_to_place(name).await?;
        self.conversation = aside.conversation;
        self.placing = aside.placing;
        self.messages.clear();
        self.events.truncate(aside.events);
        self.deliveries.truncate(aside.deliveries);
        self.held_back.truncate(aside.held_back);
        self.files.truncate(aside.files);
        self.used = aside.used;
        (self.requeued, self.fetch, self.pause_ms) = aside.flags;
        Ok(())
    }

    /// What has happened, once.
    pub(in crate::flows) fn take_heard(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.heard.events)
    }

    /// Whether nobody hears what is done now.
    pub(in crate::flows) fn is_quiet(&self) -> bool {
        self.heard.loud == Loud::No
    }

    /// Nobody hears what is done from now on. Whether somebody did.
    pub(in crate::flows) fn hush(&mut self) -> Loud {
        self.heard.hush()
    }

    /// Whoever has heard before hears again.
    pub(in crate::flows) fn speak_up(&mut self, loud: Loud) {
        self.heard.loud = loud;
    }

    /// Where it stood before what rules are asked about, if it has moved.
    pub(in crate::flows) fn stood(&mut self, (stage, owner): (Stage, Owner)) {
        (self.was.stage, self.was.owner) = (stage, owner);
    }

    /// Sets the conversation's timers and what is promised in it, once all that they count from is written.
    pub(super) async fn arm_timers(&mut self) -> Outcome<()> {
        slas::tend(&mut self.tx, &self.conversation, self.now).await?;
        if self.rules.timed().is_empty() {
            return Ok(());
        }
        Ok(self.tx.arm_timers(&[self.conversation.id]).await?)
    }

    /// Everything that rules can ask.
    pub(in crate::flows) async fn known_to_rules(&mut self) -> Outcome<Known> {
        let known = self.tx.known_to_rules((&self.conversation, &self.was), self.now).await?;
        Ok(known)
    }
}
