//! Plays a story by the rules of the domain and with the real bot, so that everything in it fits together.

use anyhow::{Context, Result, anyhow};
use contract::time::{HOUR_MS, MINUTE_MS};
use contract::{
    Actor, AddressId, AgentId, Author, Body, Change, ContactId, ConversationId, DeliveryState, Handoff,
    HandoffId, MessageId, Owner, Packet, ReasonCode, Stage, Time,
};
use desk::bots::{After, Heard, Opening, Turn, flow};
use desk::domain::Refused;
use desk::domain::conversation::{Conversation, Opening as Beginning};
use desk::store::journal::NewEvent;
use desk::store::messages::NewMessage;
use desk::store::sample::{SampleConversation, SamplePlace};
use desk::store::sandbox::Phone;
use serde_json::Value;
use uuid::Uuid;

use super::stories::{Act, Story};

/// Who takes part in all stories.
pub struct Cast<'a> {
    /// The number that customers write to, and its bot.
    pub place: &'a SamplePlace,
    /// Who answers; a story's first agent is the second of them, if there are several.
    pub agents: &'a [AgentId],
    /// Now.
    pub now: Time,
}

/// Plays a story.
pub fn play(cast: &Cast<'_>, story: &Story, phone: Phone) -> Result<SampleConversation> {
    let now = cast.now.plus_ms(-story.ago * MINUTE_MS);
    let conversation = Conversation::open(
        Beginning {
            id: ConversationId(Uuid::now_v7()),
            channel: cast.place.channel,
            contact: ContactId(Uuid::now_v7()),
            address: AddressId(Uuid::now_v7()),
            bot: Some(cast.place.bot),
            blocked: false,
        },
        now,
    );
    let mut stage = Scene {
        cast,
        now,
        conversation,
        messages: Vec::new(),
        events: Vec::new(),
        handoffs: Vec::new(),
        memory: Value::Null,
        answered: 0,
        name: phone.name.clone(),
    };
    stage.record(Actor::Contact, Change::Opened { stage: Stage::Bot });
    for act in &story.acts {
        stage.act(act).with_context(|| format!("the story of {}", story.name))?;
    }
    stage.tick();
    Ok(SampleConversation {
        phone,
        conversation: stage.conversation,
        messages: stage.messages,
        events: stage.events,
        handoffs: stage.handoffs,
        memory: (stage.memory, stage.answered),
    })
}

/// A story under way.
struct Scene<'a> {
    cast: &'a Cast<'a>,
    now: Time,
    conversation: Conversation,
    messages: Vec<NewMessage>,
    events: Vec<NewEvent>,
    handoffs: Vec<(Handoff, i64, i64)>,
    memory: Value,
    answered: i64,
    name: String,
}

impl Scene<'_> {
    fn act(&mut self, act: &Act) -> Result<()> {
        match act {
            Act::After(minutes) => self.now = self.now.plus_ms(minutes * MINUTE_MS),
            Act::Writes(text) => self.customer(Body::text(*text))?,
            Act::Taps(id, title) => {
                self.customer(Body::ButtonReply { id: (*id).to_owned(), title: (*title).to_owned() })?;
            }
            Act::Takes(agent) => self.take(*agent, "take")?,
            Act::Replies(agent, text) => self.reply(*agent, text)?,
            Act::Notes(agent, text) => {
                let author = Author::Agent(self.agent(*agent));
                self.say(author, Body::text(*text), None);
            }
            Act::Labels(labels) => {
                let added: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
                self.conversation.labels.extend(added.clone());
                self.conversation.labels.sort();
                self.record(self.owner(), Change::Labelled { added, removed: Vec::new() });
            }
            Act::Priority(priority) => {
                self.conversation.priority = *priority;
                self.record(self.owner(), Change::PriorityChanged { priority: *priority });
            }
            Act::Passes(to) => {
                let by = self.owner();
                let to = self.agent(*to);
                let change = allowed(self.conversation.give(to, "transfer", self.now))?;
                self.moved(by, change);
            }
            Act::Snoozes(hours) => {
                let (by, until) = (self.owner(), self.cast.now.plus_ms(hours * HOUR_MS));
                let change = allowed(self.conversation.snooze(until, self.now))?;
                self.moved(by, change);
                self.record(by, Change::Snoozed { until });
            }
            Act::Returns => {
                let by = self.owner();
                let change = allowed(self.conversation.return_to_bot(self.cast.place.bot, self.now))?;
                self.moved(by, change);
                self.bot(Vec::new(), Opening::Returned)?;
            }
            Act::Resolves => {
                let by = self.owner();
                let change = allowed(self.conversation.resolve(self.now))?;
                self.moved(by, change);
            }
        }
        Ok(())
    }

    /// The customer says something; the bot answers if it has the conversation.
    fn customer(&mut self, body: Body) -> Result<()> {
        let bot = Some(self.cast.place.bot);
        let change = match self.conversation.stage {
            Stage::Snoozed => self.conversation.wake("contact_wrote", self.now),
            Stage::Resolved => self.conversation.reopen_by_contact(bot, self.now),
            _ => None,
        };
        self.moved(Actor::Contact, change);
        // Whoever writes has read what was there.
        for message in self.messages.iter_mut().filter(|message| message.state.is_some()) {
            message.state = Some(DeliveryState::Read);
        }
        self.conversation.hear(self.now);
        let seq = self.say(Author::Contact, body.clone(), None);
        if self.conversation.stage == Stage::Bot {
            let opening = if self.answered == 0 { Opening::New } else { Opening::Ongoing };
            self.bot(vec![Heard::new(seq, body, self.now)], opening)?;
        }
        Ok(())
    }

    fn bot(&mut self, heard: Vec<Heard>, opening: Opening) -> Result<()> {
        let place = self.cast.place;
        self.answered = heard.last().map_or(self.answered, |heard| heard.seq);
        let answer = flow::answer(&Turn {
            memory: self.memory.take(),
            heard,
            contact_name: Some(self.name.clone()),
            opening,
            ..Turn::over(flow::default_definition(), 1)
        })?;
        self.memory = answer.memory;
        self.tick();
        for body in answer.messages {
            self.say(Author::Bot(place.bot), body, Some(DeliveryState::Delivered));
        }
        let by = Actor::Bot(place.bot);
        if let Some(packet) = answer.handoff {
            self.hand_off(by, packet)?;
        } else if answer.after == After::Resolve {
            let change = allowed(self.conversation.resolve(self.now))?;
            self.moved(by, change);
        }
        Ok(())
    }

    fn hand_off(&mut self, by: Actor, packet: Packet) -> Result<()> {
        let change = allowed(self.conversation.hand_off(self.now))?;
        let reason = packet.reason_code;
        let messages_before = i32::try_from(self.messages.iter().filter(|message| !message.note).count())?;
        let handoff = Handoff {
            id: HandoffId(Uuid::now_v7()),
            conversation: self.conversation.id,
            by,
            packet,
            created_at: self.now,
            ended_at: None,
            outcome: None,
            messages_before,
            unmet: Vec::new(),
            made: None,
        };
        self.conversation.handoff = Some(handoff.id);
        let created = Change::HandoffCreated { handoff: handoff.id, reason };
        self.handoffs.push((handoff, self.conversation.epoch, self.conversation.seq));
        self.record(by, created);
        self.moved(by, change);
        Ok(())
    }

    fn take(&mut self, agent: usize, cause: &str) -> Result<()> {
        let agent = self.agent(agent);
        if self.conversation.stage == Stage::Bot {
            self.hand_off(Actor::Agent(agent), Packet::because(ReasonCode::AgentTook))?;
        }
        let change = allowed(self.conversation.give(agent, cause, self.now))?;
        self.moved(Actor::Agent(agent), change);
        if self.conversation.unread > 0 {
            self.conversation.unread = 0;
            self.record(Actor::Agent(agent), Change::ReadByAgent);
        }
        Ok(())
    }

    fn reply(&mut self, agent: usize, text: &str) -> Result<()> {
        self.take(agent, "reply")?;
        self.say(Author::Agent(self.agent(agent)), Body::text(text), Some(DeliveryState::Delivered));
        Ok(())
    }

    /// Records a change of owner; a handoff ends when nobody waits any more.
    fn moved(&mut self, by: Actor, change: Option<Change>) {
        let Some(change) = change else { return };
        let Change::OwnerChanged { cause, from_stage, .. } = &change else { return };
        let outcome = match cause.as_str() {
            "take" | "reply" => "taken",
            "transfer" => "transferred",
            "return_to_bot" => "returned",
            "snooze" => "snoozed",
            _ => "resolved",
        };
        let waited = *from_stage == Stage::Waiting && self.conversation.stage != Stage::Waiting;
        self.record(by, change);
        if let Some(handoff) = self.conversation.handoff.take_if(|_| waited) {
            if let Some((row, ..)) = self.handoffs.iter_mut().find(|(row, ..)| row.id == handoff) {
                row.ended_at = Some(self.now);
                row.outcome = Some(outcome.to_owned());
            }
            self.record(by, Change::HandoffEnded { handoff, outcome: outcome.to_owned() });
        }
    }

    /// Writes a message; without a state a customer's is one that came in, anybody else's a note.
    fn say(&mut self, author: Author, body: Body, state: Option<DeliveryState>) -> i64 {
        self.tick();
        let id = MessageId(Uuid::now_v7());
        let inbound = author == Author::Contact;
        let seq = self.record(actor_of(author), Change::MessageCreated { message: id });
        self.conversation.last_sort_at = self.now;
        self.conversation.preview = Some(id);
        if inbound || state.is_some() {
            self.conversation.last_at = self.now;
        }
        self.messages.push(NewMessage {
            id,
            conversation: self.conversation.id,
            address: self.conversation.address,
            channel: self.conversation.channel,
            seq,
            sort_at: self.now,
            at: self.now,
            received_at: self.now,
            author,
            body,
            note: !inbound && state.is_none(),
            provider_id: inbound.then(|| format!("wamid.sample.{}", id.0.simple())),
            quoted: None,
            quoted_provider_id: None,
            referral: None,
            state,
            client_id: None,
            epoch: self.conversation.epoch,
            tag: None,
        });
        seq
    }

    fn record(&mut self, actor: Actor, change: Change) -> i64 {
        let (conversation, seq) = (self.conversation.id, self.conversation.next_seq());
        self.events.push(NewEvent { conversation, seq, at: self.now, actor, change });
        seq
    }

    /// A little later: nothing in a story happens at the same moment.
    fn tick(&mut self) {
        self.now = self.now.plus_ms(1_700);
    }

    fn agent(&self, number: usize) -> AgentId {
        self.cast.agents[number % self.cast.agents.len()]
    }

    fn owner(&self) -> Actor {
        match self.conversation.owner {
            Owner::Agent(agent) => Actor::Agent(agent),
            Owner::Bot(bot) => Actor::Bot(bot),
            Owner::Nobody => Actor::Desk,
        }
    }
}

/// A story that the domain does not allow is a mistake in the story.
fn allowed<T>(done: std::result::Result<T, Refused>) -> Result<T> {
    done.map_err(|refused| anyhow!("this is not allowed: {refused:?}"))
}

fn actor_of(author: Author) -> Actor {
    match author {
        Author::Contact => Actor::Contact,
        Author::Bot(bot) => Actor::Bot(bot),
        Author::Agent(agent) => Actor::Agent(agent),
        Author::Desk => Actor::Desk,
        Author::Phone => Actor::Phone,
    }
}

#[cfg(test)]
mod tests {
    use contract::{BotId, ChannelId, ConnectionId};

    use super::*;
    use crate::sample::stories;

    fn played() -> Vec<SampleConversation> {
        let place = SamplePlace {
            connection: ConnectionId(Uuid::now_v7()),
            channel: ChannelId(Uuid::now_v7()),
            provider_channel: "1".to_owned(),
            bot: BotId(Uuid::now_v7()),
        };
        let agents = [AgentId(Uuid::now_v7()), AgentId(Uuid::now_v7()), AgentId(Uuid::now_v7())];
        let cast = Cast { place: &place, agents: &agents, now: Time(1_700_000_000_000) };
        let phone = |name: &str| Phone { number: "1".into(), user_id: "US.1".into(), name: name.to_owned() };
        stories::all().iter().map(|story| play(&cast, story, phone(story.name)).unwrap()).collect()
    }

    #[test]
    fn the_events_of_every_story_are_gapless_and_its_messages_stand_at_theirs() {
        for sample in played() {
            let numbers: Vec<i64> = sample.events.iter().map(|event| event.seq).collect();
            assert_eq!(numbers, (1..=sample.conversation.seq).collect::<Vec<_>>());
            for message in &sample.messages {
                let event = &sample.events[usize::try_from(message.seq - 1).unwrap()];
                assert_eq!(event.change, Change::MessageCreated { message: message.id });
            }
            let open = sample.handoffs.iter().filter(|(handoff, ..)| handoff.ended_at.is_none()).count();
            assert_eq!(open, usize::from(sample.conversation.handoff.is_some()));
            assert_eq!(sample.conversation.handoff.is_some(), sample.conversation.stage == Stage::Waiting);
        }
    }

    #[test]
    fn no_story_reaches_into_the_future_and_every_stage_is_there() {
        let played = played();
        for sample in &played {
            assert!(
                sample.events.iter().all(|event| event.at < Time(1_700_000_000_000)),
                "{}",
                sample.phone.name
            );
        }
        for stage in Stage::ALL {
            let here = played.iter().filter(|sample| sample.conversation.stage == stage).count();
            assert!(here >= 3, "{stage:?}: {here}");
        }
        assert!((38..=45).contains(&played.len()), "{}", played.len());
    }
}
