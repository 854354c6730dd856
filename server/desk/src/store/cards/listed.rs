//! Rows by what one asks for, page by page: the latest news first.

use contract::{BotId, Card, ChannelId, ContactId, ConversationId, Stage, Time};
use uuid::Uuid;

use super::{JOINS, Row, SELECT};
use crate::store::journal::Channels;
use crate::store::{Result, Store};

/// Which conversations are asked for.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// In one of these stages.
    pub stages: Vec<Stage>,
    /// Of this channel.
    pub channel: Option<ChannelId>,
    /// Of this contact.
    pub contact: Option<ContactId>,
    /// With news since.
    pub updated_after: Option<Time>,
    /// Owned by this bot.
    pub owner: Option<BotId>,
    /// On these channels.
    pub reach: Channels,
    /// After this place.
    pub after: Option<ListedAfter>,
    /// How many, at most.
    pub limit: i64,
}

/// A place in the list.
#[derive(Debug, Clone, Copy)]
pub struct ListedAfter {
    /// When the last one before it had news.
    pub at: Time,
    /// Breaks ties.
    pub id: ConversationId,
}

impl Store {
    /// The conversations that are asked for, the latest news first. Each stage is read in the order of its index, so that
    /// a page costs as much as it holds.
    pub async fn listed(&self, listed: &Listed) -> Result<Vec<Card>> {
        let sql = format!(
            "{SELECT} from (select l.* from unnest($1::text[]) s(stage)
                             cross join lateral (
                               select * from conversations
                                where stage = s.stage
                                  and ($2::uuid is null or channel_id = $2)
                                  and ($3::uuid is null or contact_id = $3)
                                  and ($4::bigint is null or last_at > from_ms($4))
                                  and ($5::uuid is null or owner_kind = 'bot' and owner_id = $5)
                                  and (not $6 or exists (select from channels sc
                                                           join connections sn on sn.id = sc.connection_id
                                                          where sc.id = channel_id and sn.sandbox))
                                  and ($7::bigint is null or last_at <= from_ms($7)
                                       and (last_at < from_ms($7) or id > $8))
                                order by last_at desc, id limit $9) l
                             order by l.last_at desc, l.id limit $9) c
             {JOINS} order by c.last_at desc, c.id"
        );
        let stages: Vec<&str> = listed.stages.iter().map(|stage| stage.as_str()).collect();
        let rows: Vec<Row> = sqlx::query_as(&sql)
            .bind(stages)
            .bind(listed.channel.map(|id| id.0))
            .bind(listed.contact.map(|id| id.0))
            .bind(listed.updated_after.map(|at| at.0))
            .bind(listed.owner.map(|id| id.0))
            .bind(listed.reach == Channels::Sandbox)
            .bind(listed.after.map(|after| after.at.0))
            .bind(listed.after.map_or(Uuid::nil(), |after| after.id.0))
            .bind(listed.limit)
            .fetch_all(self.pool())
            .await?;
        rows.into_iter().map(Row::card).collect()
    }
}
