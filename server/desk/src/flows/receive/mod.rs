//! What customers and providers say: a batch of webhooks is one transaction, set-based from end to end.
//!
//! 1. Lock the ledger rows, so that no other server applies them too.
//! 2. Find or make contacts and addresses, and lock them: from here on nobody else opens or reopens these
//!    conversations.
//! 3. Find what the items speak of, and lock all those conversations in the order of their ids.
//! 4. Apply the items in memory, in the order of the bodies ([`apply`], [`progress`]).
//! 5. Write everything, a statement a table ([`write`]).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use contract::{
    Actor, AddressId, BotId, Change, ChannelId, ConnectionId, ContactId, ConversationId, Message, MessageId,
    Time,
};

use super::rules::batch::Heard;
use super::work::Wakes;
use super::{Outcome, rules, slas};
use crate::channels::{AccountEvent, Effect, Item, Malformed, News, Sender};
use crate::domain::Conversation;
use crate::live::hand::Written;
use crate::state::Desk;
use crate::store::batch::Begun;
use crate::store::channels::Channel;
use crate::store::contacts::{Address, Addresses, Learned};
use crate::store::files::NewFile;
use crate::store::journal::NewEvent;
use crate::store::ledger::{Entry, NewRejection, Pending, Tally};
use crate::store::messages::NewMessage;
use crate::store::outbox::Part;
use crate::store::repeats::{Seen, Sighting};
use crate::store::statuses::{MessageMoved, NewParked, Target};
use crate::store::{Own, Tx};

mod apply;
mod consent;
mod gather;
mod inbound;
mod late;
mod moved;
pub mod parked;
mod progress;
mod rated;
mod reading;
mod repeats;
pub mod replay;
mod straight;
mod turns;
mod write;

pub use late::Late;
pub use reading::{Providers, read};
pub use straight::{Straight, straight};

/// A webhook with what its provider made of it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The webhook.
    pub pending: Pending,
    /// Its items, in the order of the body.
    pub items: Result<Vec<Item>, Malformed>,
    /// Another name of the channel that it is about.
    pub also_named: Option<String>,
}

impl Parsed {
    /// A webhook with what its provider has just made of it. Messages without ids get one of ours.
    pub fn new(pending: Pending, mut items: Result<Vec<Item>, Malformed>) -> Parsed {
        if let Ok(items) = &mut items {
            repeats::name(&pending.entry, items);
        }
        Parsed { pending, items, also_named: None }
    }
}

impl Parsed {
    /// The same, about a channel that goes by another name too.
    pub fn also_named(self, name: Option<String>) -> Parsed {
        Parsed { also_named: name, ..self }
    }
}

/// Whether a batch is for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    Commit,
    /// It is rolled back: only to see whether it would hold.
    Rehearse,
}

/// A batch under way.
#[derive(Default)]
struct Batch {
    now: Time,
    channels: HashMap<(ConnectionId, String), Channel>,
    names: Addresses,
    addresses: HashMap<AddressId, Address>,
    /// Messages by the provider's ids, those of this batch included.
    known: HashMap<(ChannelId, String), (MessageId, ConversationId)>,
    /// Ids of effects that were applied before, those of this batch included.
    effects: HashSet<(ChannelId, String)>,
    targets: HashMap<(ChannelId, String), Target>,
    parts: Vec<Part>,
    conversations: HashMap<ConversationId, Conversation>,
    /// Those in which somebody has promised to write back, and nobody has yet.
    promised: HashSet<ConversationId>,
    /// Those in which the customer is asked how it was, and until when.
    rated: HashMap<ConversationId, Time>,
    opened: BTreeSet<ConversationId>,
    /// Those in which a customer has written for the first time.
    begun: BTreeSet<ConversationId>,
    touched: BTreeSet<ConversationId>,
    messages: Vec<NewMessage>,
    /// Files in them that are to be fetched.
    files: Vec<NewFile>,
    events: Vec<NewEvent>,
    /// What needs a statement of its own, after the messages are written.
    late: Vec<Late>,
    turns: BTreeMap<ConversationId, (BotId, i64)>,
    pointed: BTreeMap<AddressId, (ConversationId, Option<String>)>,
    renamed: BTreeMap<ContactId, (Option<String>, Option<String>)>,
    progress: progress::Ledger,
    moved: Vec<MessageMoved>,
    parked: Vec<NewParked>,
    /// Messages without ids: those of this batch, and equal ones that came in near them.
    seen: Vec<Seen>,
    sighted: Vec<Sighting>,
    rejections: Vec<NewRejection>,
    tallies: Vec<(Entry, Tally)>,
    /// Whether news about accounts was told before: it has no ids, so it is not told again.
    told: bool,
    paused: Vec<(ChannelId, String)>,
}

/// What others must be told of a batch once it is committed.
#[derive(Default)]
struct Aftermath {
    events: bool,
    /// What the screens of this process need not read back.
    written: Vec<Written>,
    turns: bool,
    files: bool,
    paused: Vec<(ChannelId, String)>,
    /// What rules are asked about.
    heard: Heard,
    /// In which conversations something has happened, where rules listen to what time brings about.
    timed: Vec<ConversationId>,
    /// Conversations in which something is promised, and the moment.
    promised: (Time, Vec<Conversation>),
    /// What they have done.
    ruled: Wakes,
}

/// Applies a batch of webhooks. On an error nothing of it is done.
pub async fn receive(desk: &Desk, batch: &[Parsed], mode: Mode) -> Outcome<()> {
    let mut tx = desk.store.begin_own(Own::Receive).await?;
    let mut news = match carry_out(desk, &mut tx, batch, None).await {
        Ok((news, _)) if mode == Mode::Commit => news,
        done => {
            // Awaited, so that the next look at these webhooks does not find them locked by this one.
            let rolled_back = tx.rollback().await;
            done?;
            return Ok(rolled_back?);
        }
    };
    let tx = news.ask_rules(desk, tx).await?;
    tx.commit().await?;
    news.tell(desk).await
}

impl Aftermath {
    /// Asks the rules about what the batch has brought, in its own transaction.
    async fn ask_rules(&mut self, desk: &Desk, mut tx: Tx) -> Outcome<Tx> {
        for conversation in &self.promised.1 {
            slas::tend(&mut tx, conversation, self.promised.0).await?;
        }
        if !self.timed.is_empty() {
            tx.arm_timers(&self.timed).await?;
        }
        let heard = std::mem::take(&mut self.heard);
        if heard.is_empty() {
            return Ok(tx);
        }
        let (tx, ruled, moved) = rules::batch::ask(desk, tx, heard).await?;
        // What screens were handed is no longer all that has happened there.
        self.written.retain(|written| !moved.contains(&written.conversation.id));
        self.ruled = ruled;
        Ok(tx)
    }

    async fn tell(self, desk: &Desk) -> Outcome<()> {
        if self.events {
            desk.hub.hand(self.written);
            desk.bus.events();
        }
        if self.turns {
            desk.bus.turns();
        }
        if self.files {
            desk.bus.files();
        }
        self.ruled.tell(desk);
        for (channel, reason) in self.paused {
            desk.store.pause_channel(channel, &reason).await?;
        }
        Ok(())
    }
}

/// Applies webhooks; `before` is what became of them the last time, if they are applied again.
async fn carry_out(
    desk: &Desk,
    tx: &mut Tx,
    batch: &[Parsed],
    before: Option<Tally>,
) -> Outcome<(Aftermath, Vec<(Entry, Tally)>)> {
    let entries: Vec<&Entry> = batch.iter().map(|parsed| &parsed.pending.entry).collect();
    let mut connections: Vec<ConnectionId> =
        batch.iter().map(|parsed| parsed.pending.incoming.connection).collect();
    connections.sort_unstable();
    connections.dedup();
    let Begun { locked, now, channels } = tx.begin_batch(&entries, &connections).await?;
    let locked: HashSet<Entry> = locked.into_iter().collect();
    let mine: Vec<&Parsed> = batch.iter().filter(|parsed| locked.contains(&parsed.pending.entry)).collect();
    if mine.is_empty() {
        return Ok((Aftermath::default(), Vec::new()));
    }
    let mut work = gather::gather(tx, &mine, channels, now).await?;
    work.told = before.is_some_and(|before| before.applied > 0);
    work.apply_all(&mine);
    let news = work.news(desk);
    let tallies = work.tallies.clone();
    write::write(tx, work, write::How::default()).await?;
    Ok((news, tallies))
}

impl Batch {
    /// Applies webhooks in memory, in the order in which they came in.
    fn apply_all(&mut self, webhooks: &[&Parsed]) {
        for parsed in webhooks {
            if !self.is_too_early(parsed) {
                self.apply(parsed);
            }
        }
        self.settle_progress();
    }

    /// What others must be told of it once it is committed.
    fn news(&mut self, desk: &Desk) -> Aftermath {
        Aftermath {
            heard: self.heard(desk),
            timed: self.timed(desk),
            promised: (self.now, self.promised()),
            ruled: Wakes::default(),
            events: !self.events.is_empty(),
            written: self.written(),
            turns: !self.turns.is_empty(),
            files: !self.files.is_empty(),
            paused: std::mem::take(&mut self.paused),
        }
    }

    /// What rules are asked about.
    fn heard(&self, desk: &Desk) -> Heard {
        rules::batch::heard(&desk.rules.now(), &self.events, |id| self.begun.contains(&id))
    }

    /// The conversations in which something is promised that may count otherwise now.
    fn promised(&self) -> Vec<Conversation> {
        let touched = self.touched.iter().filter_map(|id| self.conversations.get(id));
        touched.filter(|conversation| conversation.sla.is_some()).cloned().collect()
    }

    /// The conversations whose timers may be others now.
    fn timed(&self, desk: &Desk) -> Vec<ConversationId> {
        if desk.rules.now().timed().is_empty() { Vec::new() } else { self.touched.iter().copied().collect() }
    }

    /// The conversations in which nothing has happened but messages that customers wrote.
    fn written(&self) -> Vec<Written> {
        let mut written: BTreeMap<ConversationId, Option<Vec<Message>>> = BTreeMap::new();
        for event in &self.events {
            let message = match event.change {
                Change::MessageCreated { message } if event.actor == Actor::Contact => Some(message),
                _ => None,
            };
            let new = message.and_then(|id| self.messages.iter().find(|new| new.id == id)?.written());
            let messages = written.entry(event.conversation).or_insert_with(|| Some(Vec::new()));
            *messages = messages.take().zip(new).map(|(mut messages, new)| {
                messages.push(new);
                messages
            });
        }
        let whole = written.into_iter().filter_map(|(id, messages)| {
            let conversation = self.conversations.get(&id)?.clone();
            let known = !self.opened.contains(&id) && !self.renamed.contains_key(&conversation.contact);
            known.then_some(Written { conversation, messages: messages? })
        });
        whole.collect()
    }
}

/// A channel of a connection, for statuses that name none: they are looked for on all of its channels.
fn any_of(
    channels: &HashMap<(ConnectionId, String), Channel>,
    connection: ConnectionId,
) -> Option<ChannelId> {
    channels.values().filter(|channel| channel.connection == connection).map(|channel| channel.id).min()
}

/// The contacts of an item, where it has one.
fn learned(channel: &Channel, item: &Item) -> Option<Learned> {
    let (sender, makes) = match item {
        Item::Message(inbound) => (&inbound.contact, matches!(inbound.effect, Effect::Message(_))),
        // A wish holds, whether the customer has ever written here or not.
        Item::Event(AccountEvent { news: Some(News::Preference { contact, .. }), .. }) => (contact, true),
        _ => return None,
    };
    Some(Learned { channel: channel.id, sender: sender.clone(), makes })
}

/// The names of an item that somebody goes by from now on, and those that they went by where that is news.
fn moved(channel: &Channel, item: &Item) -> Vec<Learned> {
    let senders = match item {
        Item::Message(inbound) => match &inbound.effect {
            Effect::Moved { to, .. } => vec![to],
            _ => Vec::new(),
        },
        Item::Event(AccountEvent { news: Some(News::Moved { from, to }), .. }) => vec![from, to],
        _ => Vec::new(),
    };
    let learned = |sender: &Sender| Learned { channel: channel.id, sender: sender.clone(), makes: false };
    senders.into_iter().map(learned).collect()
}
