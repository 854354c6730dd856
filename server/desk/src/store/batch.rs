//! What every batch of webhooks asks and writes, folded into as few statements as its locks allow: at some hundred
//! webhooks a second, waiting for answers costs more than the work.

use std::collections::{HashMap, HashSet};

use contract::consent::ConsentScope;
use contract::{BotId, ChannelId, ConnectionId, ConversationId, MessageId, Time};
use sqlx::FromRow;
use uuid::Uuid;

use super::bots::history::{MOST, told_kinds};
use super::bots::queue::{queue_rows, queue_sql};
use super::bots::{Queued, Taken, claims};
use super::channels::Channel;
use super::contacts::Pointed;
use super::journal::NewEvent;
use super::ledger::{Entry, NewEntry, Tally};
use super::messages::{FIND, NewMessage};
use super::outbox::NewDelivery;
use super::{Result, Tx, contacts, conversations, journal, ledger, messages, outbox};
use crate::domain::Conversation;

/// Channels by their connection and the name that a provider calls them by.
pub type Channels = HashMap<(ConnectionId, String), Channel>;
/// Messages by their channel and the provider's id.
pub type Known = HashMap<(ChannelId, String), (MessageId, ConversationId)>;

/// How a batch begins.
#[derive(Debug, Default)]
pub struct Begun {
    /// The webhooks that are this batch's to apply, locked.
    pub locked: Vec<Entry>,
    /// The desk's clock.
    pub now: Time,
    /// The channels of their connections, under every name that each is reached by.
    pub channels: Channels,
}

/// What a batch leaves behind.
#[derive(Debug)]
pub struct Settled<'a> {
    /// Messages that nothing else speaks of yet.
    pub messages: &'a [NewMessage],
    /// What happened, in conversations whose locks it holds.
    pub events: &'a [NewEvent],
    /// Those conversations, as far as they are not new.
    pub changed: &'a [Conversation],
    /// The addresses whose latest conversation or message is another one now.
    pub pointed: &'a [Pointed],
    /// What became of each webhook.
    pub ledger: Outcomes<'a>,
    /// The turns that bots are to have, and the desk's clock.
    pub turns: (&'a [Queued], Time),
}

impl<'a> Settled<'a> {
    /// What happened in conversations, and nothing else.
    pub fn of(events: &'a [NewEvent], changed: &'a [Conversation]) -> Settled<'a> {
        let (ledger, turns) = (Outcomes::Kept(&[]), (&[] as &[Queued], Time(0)));
        Settled { messages: &[], events, changed, pointed: &[], ledger, turns }
    }
}

/// What a piece of work leaves behind, in conversations whose locks it holds.
#[derive(Debug)]
pub struct Left<'a> {
    /// Messages that nothing else speaks of yet.
    pub messages: &'a [NewMessage],
    /// What is to be sent.
    pub deliveries: &'a [NewDelivery],
    /// What happened.
    pub events: &'a [NewEvent],
    /// The conversations, as far as they have changed.
    pub changed: &'a [Conversation],
}

/// What became of webhooks.
#[derive(Debug)]
pub enum Outcomes<'a> {
    /// Of those that were kept before.
    Kept(&'a [(Entry, Tally)]),
    /// Of those that are kept by this.
    New(&'a [NewEntry<'a>]),
}

/// A webhook or a channel.
#[derive(FromRow)]
struct BegunRow {
    day: Option<String>,
    entry: Option<i64>,
    now: Option<i64>,
    id: Option<Uuid>,
    connection_id: Option<Uuid>,
    name: Option<String>,
    bot_id: Option<Uuid>,
    reopen_hours: Option<i32>,
    stop_closes: Option<String>,
    tag: Option<String>,
}

/// The places of a batch, `day`, `id` and `now` of `places`, and the channels of its connections, its parameter 1.
const PLACES_AND_CHANNELS: &str = "select day::text as day, id as entry, to_ms(now) as now, null::uuid as id,
            null::uuid as connection_id, null::text as name, null::uuid as bot_id, null::integer as reopen_hours,
            null::text as stop_closes, null::text as tag
       from places
     union all
     select null, null, null, ch.id, ch.connection_id, ch.provider_channel, b.id, ch.reopen_hours, ch.stop_closes, null
       from channels ch left join bots b on b.id = ch.bot_id and b.active
      where ch.connection_id = any($1)
     union all
     select null, null, null, ch.id, ch.connection_id, d.path, b.id, ch.reopen_hours, ch.stop_closes, d.tag
       from doors d join channels ch on ch.id = d.channel_id
       left join bots b on b.id = ch.bot_id and b.active
      where d.connection_id = any($1)";

impl BegunRow {
    fn channel(self) -> Option<((ConnectionId, String), Channel)> {
        let connection = ConnectionId(self.connection_id?);
        let channel = Channel {
            id: ChannelId(self.id?),
            connection,
            bot: self.bot_id.map(BotId),
            reopen_ms: i64::from(self.reopen_hours?) * contract::time::HOUR_MS,
            tag: self.tag,
            stop_closes: ConsentScope::parse(&self.stop_closes?).unwrap_or(ConsentScope::All),
        };
        Some(((connection, self.name?), channel))
    }
}

impl Begun {
    fn of(rows: Vec<BegunRow>) -> Begun {
        let mut begun = Begun::default();
        for mut row in rows {
            if let (Some(day), Some(id), Some(now)) = (row.day.take(), row.entry, row.now) {
                begun.locked.push(Entry { day, id });
                begun.now = Time(now);
            } else if let Some((name, channel)) = row.channel() {
                begun.channels.insert(name, channel);
            }
        }
        begun
    }
}

/// A conversation, once for each message of it that was asked for, or once.
#[derive(FromRow)]
struct HeldRow {
    #[sqlx(flatten)]
    conversation: conversations::Row,
    known_channel: Option<Uuid>,
    known_as: Option<String>,
    known_message: Option<Uuid>,
    promised: bool,
    rated_until: Option<i64>,
}

/// What the items of a batch speak of, locked.
#[derive(Debug, Default)]
pub struct Holding {
    /// Messages by the provider's ids.
    pub known: Known,
    /// Their conversations, and others that were asked for.
    pub conversations: HashMap<ConversationId, Conversation>,
    /// Those in which somebody has promised to write back, and nobody has yet.
    pub promised: HashSet<ConversationId>,
    /// Those in which the customer is asked how it was, and until when.
    pub rated: HashMap<ConversationId, Time>,
}

impl Tx {
    /// Takes the locks of webhooks that are still to be applied, one by one by their places (all that are pending may be
    /// many, and those that were until just now more), leaves out those that another process has taken or
    /// finished, and reads the channels of their connections.
    pub async fn begin_batch(&mut self, entries: &[&Entry], connections: &[ConnectionId]) -> Result<Begun> {
        let days: Vec<&str> = entries.iter().map(|entry| entry.day.as_str()).collect();
        let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
        let connections: Vec<Uuid> = connections.iter().map(|id| id.0).collect();
        let sql = format!(
            "with locked as materialized (
               select l.day, l.id
                 from (select d::date as day, i as id from unnest($2::text[], $3::bigint[]) as x(d, i) order by i) x
                cross join lateral (select l.day, l.id from ledger l
                                     where l.day = x.day and l.id = x.id and l.state = 'pending'
                                       for update skip locked) l),
             places as (select day, id, desk_now() as now from locked)
             {PLACES_AND_CHANNELS}"
        );
        let rows: Vec<BegunRow> =
            sqlx::query_as(&sql).bind(connections).bind(days).bind(ids).fetch_all(self.connection()).await?;
        Ok(Begun::of(rows))
    }

    /// Takes places in the ledger for webhooks that are not kept yet, and reads the channels of their connections. They
    /// are written with what becomes of them.
    pub async fn begin_new(&mut self, count: usize, connections: &[ConnectionId]) -> Result<Begun> {
        let connections: Vec<Uuid> = connections.iter().map(|id| id.0).collect();
        let sql = format!(
            "with clock as materialized (select desk_now() as now),
             places as (select (now at time zone 'UTC')::date as day, nextval('ledger_id_seq') as id, now
                          from clock, generate_series(1, $2))
             {PLACES_AND_CHANNELS}"
        );
        let rows: Vec<BegunRow> = sqlx::query_as(&sql)
            .bind(connections)
            .bind(i32::try_from(count).unwrap_or(i32::MAX))
            .fetch_all(self.connection())
            .await?;
        Ok(Begun::of(rows))
    }

    /// Finds the messages that carry these ids of a provider, what came in and what we sent, and takes the locks of
    /// their conversations and of others, in the order of their ids.
    pub async fn hold(
        &mut self,
        messages: &[(ChannelId, String)],
        conversations: &[ConversationId],
    ) -> Result<Holding> {
        let channels: Vec<Uuid> = messages.iter().map(|(channel, _)| channel.0).collect();
        let provider_ids: Vec<&str> = messages.iter().map(|(_, id)| id.as_str()).collect();
        let conversations: Vec<Uuid> = conversations.iter().map(|id| id.0).collect();
        let columns = conversations::COLUMNS;
        let sql = format!(
            "with known as materialized ({FIND}),
             locked as materialized (
               select {columns} from conversations c
                where c.id in (select unnest($3::uuid[]) union select conversation_id from known)
                order by c.id for no key update)
             select l.*, k.channel_id as known_channel, k.provider_id as known_as, k.id as known_message,
                    exists (select from callbacks p where p.conversation_id = l.id and p.state = 'open') as promised,
                    (select to_ms(g.until) from ratings g
                      where g.conversation_id = l.id and g.answered_at is null) as rated_until
               from locked l left join known k on k.conversation_id = l.id"
        );
        let rows: Vec<HeldRow> = sqlx::query_as(&sql)
            .bind(channels)
            .bind(provider_ids)
            .bind(conversations)
            .fetch_all(self.connection())
            .await?;
        let mut holding = Holding::default();
        for row in rows {
            let conversation = row.conversation.conversation()?;
            if let (Some(channel), Some(id), Some(message)) =
                (row.known_channel, row.known_as, row.known_message)
            {
                holding.known.insert((ChannelId(channel), id), (MessageId(message), conversation.id));
            }
            if let Some(until) = row.rated_until {
                holding.rated.insert(conversation.id, Time(until));
            }
            if row.promised {
                holding.promised.insert(conversation.id);
            }
            holding.conversations.insert(conversation.id, conversation);
        }
        Ok(holding)
    }

    /// Writes what a batch leaves behind. The turns that were taken with it: what their bots are told does not hold what
    /// this batch writes.
    pub async fn settle_batch(&mut self, settled: Settled<'_>) -> Result<Vec<Taken>> {
        let (queued, now) = settled.turns;
        let parts = format!(
            "with messages_written as ({}), events_written as ({}), conversations_saved as ({}),
                  addresses_pointed as ({})",
            messages::add_sql(5),
            journal::append_sql(1),
            conversations::save_sql(2),
            contacts::point_sql(3),
        );
        let (ledger, next) = match settled.ledger {
            Outcomes::Kept(_) => (ledger::settle_sql(4), 6),
            Outcomes::New(_) => (ledger::write_sql(4, 6), 7),
        };
        let sql = if queued.is_empty() {
            format!("{parts} {ledger}")
        } else {
            let (queue, taken) = queue_sql(next);
            format!("{parts}, ledger_written as ({ledger}), {queue} {taken}")
        };
        let query = sqlx::query_as(&sql)
            .bind(journal::event_rows(settled.events))
            .bind(conversations::conversation_rows(settled.changed))
            .bind(contacts::pointed_rows(settled.pointed));
        let messages = messages::message_rows(settled.messages);
        let query = match settled.ledger {
            Outcomes::Kept(tallies) => query.bind(ledger::tally_rows(tallies)).bind(messages),
            Outcomes::New(entries) => {
                query.bind(ledger::entry_rows(entries)).bind(messages).bind(ledger::bodies(entries))
            }
        };
        let query = match queued.is_empty() {
            true => query,
            false => query.bind(queue_rows(queued)).bind(now.0).bind(told_kinds()).bind(MOST),
        };
        let rows: Vec<claims::Row> = query.fetch_all(self.connection()).await?;
        rows.into_iter().map(claims::Row::taken).collect()
    }

    /// Writes what a piece of work on conversations leaves behind.
    pub async fn leave(&mut self, left: Left<'_>, now: Time) -> Result<()> {
        let Left { messages: said, deliveries, events, changed } = left;
        if said.is_empty() && deliveries.is_empty() && events.is_empty() && changed.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "with messages_written as ({}), deliveries_queued as ({}), events_written as ({}) {}",
            messages::add_sql(1),
            outbox::queue_sql(2, 5),
            journal::append_sql(3),
            conversations::save_sql(4),
        );
        sqlx::query(&sql)
            .bind(messages::message_rows(said))
            .bind(outbox::delivery_rows(deliveries))
            .bind(journal::event_rows(events))
            .bind(conversations::conversation_rows(changed))
            .bind(now.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
