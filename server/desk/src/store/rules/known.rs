//! Everything that rules can ask of a conversation, in one statement.

use contract::rules::RuleNames;
use contract::team::Placing;
use contract::{AgentId, Body, BotId, ChannelId, ConversationId, Packet, TeamId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::Conversation;
use crate::domain::attributes::Attributes;
use crate::domain::rules::facts::{Counts, Customer, Known, Promise, Said};
use crate::store::{Result, Store, Tx};

/// As many are counted of what has no end.
const COUNTED: i64 = 100;

#[derive(FromRow)]
struct Row {
    provider: String,
    team: Option<Uuid>,
    zone: Option<String>,
    team_placement: Option<Json<Placing>>,
    channel_placement: Json<Placing>,
    language: Option<String>,
    profile_name: Option<String>,
    username: Option<String>,
    phone: Option<String>,
    user_id: Option<String>,
    consent: Option<String>,
    marketing: Option<String>,
    blocked: bool,
    contact_attributes: Option<Json<Attributes>>,
    attributes: Option<Json<Attributes>>,
    body: Option<Json<Body>>,
    referral: Option<String>,
    tag: Option<String>,
    is_first: Option<bool>,
    said_at: Option<i64>,
    packet: Option<Json<Packet>>,
    first_reply_at: Option<i64>,
    last_reply_at: Option<i64>,
    rating: Option<i64>,
    sla: Option<String>,
    sla_told: Option<String>,
    sla_broken: Option<bool>,
    sla_due: Option<i64>,
    conversations: i64,
    handoffs: i64,
    failed: i64,
    queue: i64,
    online: i64,
}

/// $1 conversation, $2 how many are counted.
const KNOWN: &str = "select n.provider, coalesce(c.team_id, ch.team_id) as team, t.zone, t.placement as team_placement,
    ch.placement as channel_placement, c.language, ct.profile_name, ct.username, ad.phone, ad.user_id,
    (select o.state from consents o where o.contact_id = c.contact_id and o.channel_id = c.channel_id
        and o.scope = 'all' order by o.at desc, o.id desc limit 1) as consent,
    (select o.state from consents o where o.contact_id = c.contact_id and o.channel_id = c.channel_id
        and o.scope = 'marketing' order by o.at desc, o.id desc limit 1) as marketing, ct.blocked,
    ca.attributes as contact_attributes, s.slots as attributes, m.body, m.referral, m.tag, m.is_first, m.said_at,
    h.packet, to_ms(r.first) as first_reply_at, to_ms(r.last) as last_reply_at,
    (select o.score::bigint from ratings o where o.conversation_id = c.id and o.answered_at is not null
      order by o.answered_at desc limit 1) as rating, sl.name as sla, k.told as sla_told, k.broken as sla_broken, to_ms(k.due) as sla_due,
    (select count(*) from (select from conversations o where o.contact_id = c.contact_id and o.id <> c.id limit $2) o)
      as conversations,
    (select count(*) from handoffs o where o.conversation_id = c.id) as handoffs,
    (select count(*) from (select from messages o where o.conversation_id = c.id and o.state = 'failed' limit $2) o)
      as failed,
    (select count(*) from (select from conversations o where o.stage = 'waiting' and o.id <> c.id
        and (t.id is null or o.team_id = t.id) limit $2) o) as queue,
    (select count(*) from (select p.agent_id from presence p join agents a on a.id = p.agent_id
        where p.until > desk_now() and a.active and a.put_away is null
          and (t.id is null or exists (select from team_members b where b.team_id = t.id and b.agent_id = a.id))
        group by p.agent_id having not bool_and(p.away)) p) as online
   from conversations c
   join channels ch on ch.id = c.channel_id
   join connections n on n.id = ch.connection_id
   join contacts ct on ct.id = c.contact_id
   join addresses ad on ad.id = c.address_id
   left join teams t on t.id = coalesce(c.team_id, ch.team_id)
   left join contact_attributes ca on ca.contact_id = c.contact_id
   left join conversation_slots s on s.conversation_id = c.id
   left join lateral (select l.body, coalesce(l.referral ->> 'source_id', l.referral ->> 'headline') as referral,
                             l.tag, to_ms(l.at) as said_at,
                             not exists (select from messages e where e.conversation_id = c.id
                                            and e.author_kind = 'contact' and e.seq < l.seq) as is_first
                        from messages l
                       where l.conversation_id = c.id and l.author_kind = 'contact' and l.revoked_at is null
                       order by l.seq desc limit 1) m on true
   left join lateral (select o.packet from handoffs o where o.conversation_id = c.id
                       order by o.created_at desc limit 1) h on true
   left join lateral (select min(o.at) as first, max(o.at) as last from messages o
                       where o.conversation_id = c.id and o.author_kind in ('agent', 'phone') and not o.note) r on true
   left join slas sl on sl.id = c.sla_id
   left join lateral (select (array_agg(o.target order by greatest(o.warned_at, o.breached_at) desc)
                                filter (where coalesce(o.warned_at, o.breached_at) is not null))[1] as told,
                             bool_or(o.breached_at is not null) as broken, min(o.due_at) as due
                        from sla_clocks o where o.conversation_id = c.id) k on c.sla_id is not null
  where c.id = $1";

impl Row {
    fn known(self, conversation: Conversation, before: Conversation, now: Time) -> Known {
        let message = self.body.map(|body| Said {
            body: body.0,
            referral: self.referral,
            tag: self.tag,
            first: self.is_first == Some(true),
            at: Time(self.said_at.unwrap_or_default()),
        });
        let of_team = self.team_placement.and_then(|placing| placing.0.hours);
        Known {
            now,
            conversation,
            before,
            provider: self.provider,
            team: self.team.map(TeamId),
            language: self.language,
            customer: Customer {
                name: self.profile_name,
                username: self.username,
                phone: self.phone,
                user_id: self.user_id,
                consent: self.consent,
                marketing: self.marketing,
                blocked: self.blocked,
                attributes: self.contact_attributes.map(|known| known.0).unwrap_or_default(),
            },
            attributes: self.attributes.map(|known| known.0).unwrap_or_default(),
            message,
            packet: self.packet.map(|packet| packet.0),
            counts: Counts {
                conversations: self.conversations,
                rating: self.rating,
                handoffs: self.handoffs,
                failed: self.failed,
                queue: self.queue,
                online: self.online,
            },
            promise: Promise {
                name: self.sla,
                told: self.sla_told,
                broken: self.sla_broken == Some(true),
                due: self.sla_due.map(Time),
            },
            first_reply_at: self.first_reply_at.map(Time),
            last_reply_at: self.last_reply_at.map(Time),
            hours: of_team.or(self.channel_placement.0.hours),
            zone: self.zone,
        }
    }
}

impl Tx {
    /// Everything that rules can ask of a conversation whose lock this transaction holds, beside what the flow has in
    /// hand: the conversation as it is, and as it was.
    pub async fn known_to_rules(
        &mut self,
        (conversation, before): (&Conversation, &Conversation),
        now: Time,
    ) -> Result<Known> {
        let row: Row =
            sqlx::query_as(KNOWN).bind(conversation.id.0).bind(COUNTED).fetch_one(self.connection()).await?;
        Ok(row.known(conversation.clone(), before.clone(), now))
    }
}

impl Store {
    /// Everything that rules can ask of a conversation as it is now, without a lock.
    pub async fn known_to_rules(&self, id: ConversationId) -> Result<Option<Known>> {
        let mut tx = self.begin_snapshot().await?;
        let Some((conversation, now)) = tx.conversation_now(id).await? else { return Ok(None) };
        let known = tx.known_to_rules((&conversation, &conversation), now).await?;
        tx.rollback().await?;
        Ok(Some(known))
    }

    /// Whom and what rules can name.
    pub async fn rule_names(&self) -> Result<RuleNames> {
        let rows: Vec<(String, Uuid, String)> = sqlx::query_as(
            "select 'team', id, name from teams
             union all select 'agent', id, name from agents where active
             union all select 'bot', id, name from bots where removed_at is null
             union all select 'channel', id, name from channels
              order by 3, 2",
        )
        .fetch_all(self.pool())
        .await?;
        let mut names = RuleNames::default();
        for (kind, id, name) in rows {
            match kind.as_str() {
                "team" => names.teams.push((TeamId(id), name)),
                "agent" => names.agents.push((AgentId(id), name)),
                "bot" => names.bots.push((BotId(id), name)),
                _ => names.channels.push((ChannelId(id), name)),
            }
        }
        Ok(names)
    }
}
