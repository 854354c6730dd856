//! A conversation's stages and owners. The only place where either changes.
//!
//! `epoch` rises by one at every change of owner. Only the owner writes to the customer, and a write names the
//! epoch it saw.

use contract::time::WINDOW_MS;
use contract::{
    AddressId, AgentId, BotId, Change, ChannelId, ContactId, ConversationId, HandoffId, MessageId, Owner,
    Priority, SlaId, Stage, Time,
};

use super::refused::Refused;

/// How long messages to somebody who came from an advertisement cost nothing (72 hours).
pub const FREE_MS: i64 = 3 * WINDOW_MS;

/// One conversation, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// The number it came in on.
    pub channel: ChannelId,
    /// Who wrote.
    pub contact: ContactId,
    /// How the provider names them.
    pub address: AddressId,
    /// Where it stands.
    pub stage: Stage,
    /// Who may write to the customer.
    pub owner: Owner,
    /// Counts changes of owner.
    pub epoch: i64,
    /// The number of its last event.
    pub seq: i64,
    /// How soon somebody should look.
    pub priority: Priority,
    /// Its labels, sorted.
    pub labels: Vec<String>,
    /// Messages from the customer that no agent has read.
    pub unread: i32,
    /// Its last message.
    pub preview: Option<MessageId>,
    /// When it last changed in a way the customer would notice.
    pub last_at: Time,
    /// The greatest place of its messages.
    pub last_sort_at: Time,
    /// Since when it has waited for somebody.
    pub waiting_since: Option<Time>,
    /// Until when free text may be sent.
    pub window_until: Option<Time>,
    /// Until when messages cost nothing; it says nothing about what may be sent.
    pub free_until: Option<Time>,
    /// Until when it is put aside.
    pub snoozed_until: Option<Time>,
    /// The agent who had it last.
    pub last_agent: Option<AgentId>,
    /// The open handoff.
    pub handoff: Option<HandoffId>,
    /// When it began.
    pub opened_at: Time,
    /// When it was resolved.
    pub resolved_at: Option<Time>,
    /// The promise about time that holds for it.
    pub sla: Option<SlaId>,
}

/// A new conversation's beginning.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// Its id.
    pub id: ConversationId,
    /// The number it came in on.
    pub channel: ChannelId,
    /// Who wrote.
    pub contact: ContactId,
    /// How the provider names them.
    pub address: AddressId,
    /// The bot that answers first, if the channel has one.
    pub bot: Option<BotId>,
    /// Whether the contact is blocked: then it begins resolved.
    pub blocked: bool,
}

impl Conversation {
    /// A conversation that begins now: with the channel's bot, else waiting for somebody.
    pub fn open(opening: Opening, now: Time) -> Conversation {
        let (stage, owner) = match (opening.blocked, opening.bot) {
            (true, _) => (Stage::Resolved, Owner::Nobody),
            (false, Some(bot)) => (Stage::Bot, Owner::Bot(bot)),
            (false, None) => (Stage::Waiting, Owner::Nobody),
        };
        Conversation {
            id: opening.id,
            channel: opening.channel,
            contact: opening.contact,
            address: opening.address,
            stage,
            owner,
            epoch: 1,
            seq: 0,
            priority: Priority::Normal,
            labels: Vec::new(),
            unread: 0,
            preview: None,
            last_at: now,
            last_sort_at: Time(0),
            waiting_since: (stage == Stage::Waiting).then_some(now),
            window_until: None,
            free_until: None,
            snoozed_until: None,
            last_agent: None,
            handoff: None,
            opened_at: now,
            resolved_at: (stage == Stage::Resolved).then_some(now),
            sla: None,
        }
    }

    /// A conversation that an agent begins now, for themself.
    pub fn begin(opening: Opening, agent: AgentId, now: Time) -> Conversation {
        Conversation {
            stage: Stage::Assigned,
            owner: Owner::Agent(agent),
            waiting_since: None,
            resolved_at: None,
            last_agent: Some(agent),
            ..Conversation::open(opening, now)
        }
    }

    /// Moves it to a stage and an owner, and says what to record. Nothing is recorded if both stay.
    fn to(&mut self, stage: Stage, owner: Owner, cause: &str, now: Time) -> Option<Change> {
        if (stage, owner) == (self.stage, self.owner) {
            return None;
        }
        let (from_stage, from) = (self.stage, self.owner);
        if owner != from {
            self.epoch += 1;
        }
        if let Owner::Agent(agent) = owner {
            self.last_agent = Some(agent);
        }
        self.stage = stage;
        self.owner = owner;
        if stage != Stage::Waiting {
            self.waiting_since = None;
        } else if from_stage != Stage::Waiting {
            self.waiting_since = Some(now);
        }
        if stage != Stage::Snoozed {
            self.snoozed_until = None;
        }
        self.resolved_at = (stage == Stage::Resolved).then_some(now);
        Some(Change::OwnerChanged {
            cause: cause.to_owned(),
            from_stage,
            from,
            stage,
            to: owner,
            epoch: self.epoch,
        })
    }

    /// Holds a command to the epoch that its sender saw.
    pub fn seen(&self, epoch: i64) -> Result<(), Refused> {
        if epoch == self.epoch {
            return Ok(());
        }
        Err(Refused::StaleEpoch { owner: self.owner, epoch: self.epoch })
    }

    /// Refuses what somebody other than the owner wants to do. What nobody owns is anybody's.
    pub fn mine_or_free(&self, agent: AgentId) -> Result<(), Refused> {
        match self.owner {
            Owner::Agent(owner) if owner != agent => {
                Err(Refused::NotOwner { owner: self.owner, epoch: self.epoch })
            }
            _ => Ok(()),
        }
    }

    /// An agent makes it theirs: from a bot or from the queue, not from a colleague.
    pub fn take(&mut self, agent: AgentId, now: Time) -> Result<Option<Change>, Refused> {
        match (self.stage, self.owner) {
            (Stage::Resolved, _) => Err(Refused::WrongStage { verb: "take" }),
            (_, Owner::Agent(owner)) if owner != agent => {
                Err(Refused::NotOwner { owner: self.owner, epoch: self.epoch })
            }
            _ => Ok(self.to(Stage::Assigned, Owner::Agent(agent), "take", now)),
        }
    }

    /// An agent accepts what they were offered: it still waits.
    pub fn accept(&mut self, agent: AgentId, now: Time) -> Result<Option<Change>, Refused> {
        if self.stage != Stage::Waiting {
            return Err(Refused::OfferOver);
        }
        Ok(self.to(Stage::Assigned, Owner::Agent(agent), "accept", now))
    }

    /// A bot has it because nobody else can: from the queue, or from an agent who says nothing.
    pub fn fall_back(&mut self, bot: BotId, cause: &str, now: Time) -> Option<Change> {
        match self.stage {
            Stage::Waiting | Stage::Assigned => self.to(Stage::Bot, Owner::Bot(bot), cause, now),
            Stage::Bot | Stage::Snoozed | Stage::Resolved => None,
        }
    }

    /// It becomes this agent's, whoever had it.
    pub fn give(&mut self, agent: AgentId, cause: &str, now: Time) -> Result<Option<Change>, Refused> {
        if self.stage == Stage::Resolved {
            return Err(Refused::WrongStage { verb: "assign" });
        }
        Ok(self.to(Stage::Assigned, Owner::Agent(agent), cause, now))
    }

    /// The bot lets go, and it waits for somebody.
    pub fn hand_off(&mut self, now: Time) -> Result<Option<Change>, Refused> {
        if self.stage != Stage::Bot {
            return Err(Refused::WrongStage { verb: "hand off" });
        }
        Ok(self.to(Stage::Waiting, Owner::Nobody, "hand_off", now))
    }

    /// The bot has it again.
    pub fn return_to_bot(&mut self, bot: BotId, now: Time) -> Result<Option<Change>, Refused> {
        match self.stage {
            Stage::Waiting | Stage::Assigned => {
                Ok(self.to(Stage::Bot, Owner::Bot(bot), "return_to_bot", now))
            }
            Stage::Bot | Stage::Snoozed | Stage::Resolved => {
                Err(Refused::WrongStage { verb: "return to the bot" })
            }
        }
    }

    /// A bot has it, whoever had it.
    pub fn give_to_bot(&mut self, bot: BotId, cause: &str, now: Time) -> Result<Option<Change>, Refused> {
        match self.stage {
            Stage::Bot | Stage::Waiting | Stage::Assigned => {
                Ok(self.to(Stage::Bot, Owner::Bot(bot), cause, now))
            }
            Stage::Snoozed | Stage::Resolved => Err(Refused::WrongStage { verb: "give to a bot" }),
        }
    }

    /// It is done.
    pub fn resolve(&mut self, now: Time) -> Result<Option<Change>, Refused> {
        if self.stage == Stage::Resolved {
            return Err(Refused::WrongStage { verb: "resolve" });
        }
        self.unread = 0;
        Ok(self.to(Stage::Resolved, Owner::Nobody, "resolve", now))
    }

    /// An agent opens it again, for themself.
    pub fn reopen(&mut self, agent: AgentId, now: Time) -> Result<Option<Change>, Refused> {
        if self.stage != Stage::Resolved {
            return Err(Refused::WrongStage { verb: "reopen" });
        }
        Ok(self.to(Stage::Assigned, Owner::Agent(agent), "reopen", now))
    }

    /// It is put aside. The agent who has it keeps it; a bot's cannot be put aside.
    pub fn snooze(&mut self, until: Time, now: Time) -> Result<Option<Change>, Refused> {
        match self.stage {
            Stage::Bot | Stage::Resolved => Err(Refused::WrongStage { verb: "snooze" }),
            _ if until <= now => Err(Refused::Invalid("choose a time that is still to come".to_owned())),
            _ => {
                let change = self.to(Stage::Snoozed, self.owner, "snooze", now);
                self.snoozed_until = Some(until);
                Ok(change)
            }
        }
    }

    /// It is no longer put aside: back to its agent, else into the queue.
    pub fn wake(&mut self, cause: &str, now: Time) -> Option<Change> {
        if self.stage != Stage::Snoozed {
            return None;
        }
        let stage = if self.owner.agent().is_some() { Stage::Assigned } else { Stage::Waiting };
        self.to(stage, self.owner, cause, now)
    }

    /// The agent who had it is gone: into the queue, or, where it is put aside, to nobody until it comes back.
    pub fn release(&mut self, cause: &str, now: Time) -> Option<Change> {
        match self.stage {
            Stage::Assigned => self.to(Stage::Waiting, Owner::Nobody, cause, now),
            Stage::Snoozed => {
                let until = self.snoozed_until;
                let change = self.to(Stage::Snoozed, Owner::Nobody, cause, now);
                self.snoozed_until = until;
                change
            }
            Stage::Bot | Stage::Waiting | Stage::Resolved => None,
        }
    }

    /// The customer has written again within the time in which that reopens it: to the bot, else into the
    /// queue.
    pub fn reopen_by_contact(&mut self, bot: Option<BotId>, now: Time) -> Option<Change> {
        if self.stage != Stage::Resolved {
            return None;
        }
        match bot {
            Some(bot) => self.to(Stage::Bot, Owner::Bot(bot), "contact_wrote", now),
            None => self.to(Stage::Waiting, Owner::Nobody, "contact_wrote", now),
        }
    }

    /// Somebody has answered on the business's own phone app. A bot must not go on, and nobody here needs to:
    /// it is put aside until the customer writes again. An agent who has it keeps it.
    pub fn answered_on_phone(&mut self, now: Time) -> Option<Change> {
        match self.stage {
            Stage::Bot | Stage::Waiting => {
                // A bot must lose it even though nobody takes it, so the owner changes first.
                let change = self.to(Stage::Snoozed, Owner::Nobody, "answered_on_phone", now);
                self.snoozed_until = Some(now.plus_ms(WINDOW_MS));
                change
            }
            Stage::Assigned | Stage::Snoozed | Stage::Resolved => None,
        }
    }

    /// The customer's message counts: it opens the window and, unless a bot or an agent reads along, is unread.
    pub fn hear(&mut self, at: Time) {
        let until = at.plus_ms(WINDOW_MS);
        self.window_until = Some(self.window_until.map_or(until, |known| known.max(until)));
        if self.stage != Stage::Bot {
            self.unread += 1;
        }
    }

    /// The customer came from an advertisement. That makes messages free of charge for a while; the window stays as
    /// long as it is.
    pub fn came_from_ad(&mut self, at: Time) {
        let until = at.plus_ms(FREE_MS);
        self.free_until = Some(self.free_until.map_or(until, |known| known.max(until)));
    }

    /// When the customer last wrote, as far as the window tells.
    pub fn wrote_at(&self) -> Option<Time> {
        self.window_until.map(|until| until.plus_ms(-WINDOW_MS))
    }

    /// The next event's number.
    pub fn next_seq(&mut self) -> i64 {
        self.seq += 1;
        self.seq
    }

    /// Whether free text may be sent at this moment.
    pub fn window_open(&self, now: Time) -> bool {
        self.window_until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests;
