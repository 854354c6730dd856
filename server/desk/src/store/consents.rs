//! What customers wish about being written to first.

use contract::consent::{ConsentPolicy, ConsentRule, ConsentScope, ConsentState, ConsentView};
use contract::settings::{ConsentChannel, ConsentEntry};
use contract::{AgentId, ChannelId, ContactId, MessageId, Time};
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::{Result, Store, Tx, corrupt};
use crate::domain::consent::Wish;

/// A wish to be written down.
#[derive(Debug, Clone)]
pub struct NewConsent {
    /// Whose.
    pub contact: ContactId,
    /// On which channel.
    pub channel: ChannelId,
    /// What it is about.
    pub scope: ConsentScope,
    /// What they wish.
    pub state: ConsentState,
    /// What they agreed to or wrote.
    pub wording: String,
    /// How we know.
    pub source: Source,
    /// The message that says so.
    pub message: Option<MessageId>,
    /// What else proves it.
    pub evidence: Option<String>,
    /// Who has recorded it.
    pub by: Option<AgentId>,
    /// Since when it holds.
    pub at: Time,
}

/// How we know of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// An agent has pointed to a message.
    Message,
    /// The customer wrote a word such as STOP.
    StopWord,
    /// The provider says so.
    Provider,
    /// It came in a list.
    Import,
}

impl Source {
    fn as_str(self) -> &'static str {
        match self {
            Source::Message => "message",
            Source::StopWord => "stop_word",
            Source::Provider => "provider",
            Source::Import => "import",
        }
    }
}

fn scope(word: &str) -> Result<ConsentScope> {
    ConsentScope::parse(word).ok_or_else(|| corrupt("consents", "scope", word))
}

fn state(word: &str) -> Result<ConsentState> {
    ConsentState::parse(word).ok_or_else(|| corrupt("consents", "state", word))
}

/// A policy of its columns.
pub(super) fn policy(rule: &str, follow_up_days: i32, stop_closes: &str) -> Result<ConsentPolicy> {
    Ok(ConsentPolicy {
        rule: ConsentRule::parse(rule).ok_or_else(|| corrupt("channels", "consent_rule", rule))?,
        follow_up_days,
        stop_closes: scope(stop_closes)?,
    })
}

#[derive(FromRow)]
struct ViewRow {
    scope: String,
    state: String,
    source: String,
    wording: String,
    at: i64,
}

#[derive(FromRow)]
struct EntryRow {
    contact_name: String,
    channel_name: String,
    scope: String,
    state: String,
    wording: String,
    source: String,
    by_name: Option<String>,
    at: i64,
}

/// The latest wish of each scope of a conversation's contact on its channel, latest first.
pub(super) async fn standing(connection: &mut PgConnection, conversation: Uuid) -> Result<Vec<ConsentView>> {
    let rows: Vec<ViewRow> = sqlx::query_as(
        "select scope, state, source, wording, to_ms(at) as at
           from (select distinct on (o.scope) o.*
                   from conversations c
                   join consents o on o.contact_id = c.contact_id and o.channel_id = c.channel_id
                  where c.id = $1 order by o.scope, o.at desc, o.id desc) latest
          order by latest.at desc, latest.id desc",
    )
    .bind(conversation)
    .fetch_all(connection)
    .await?;
    let view = |row: ViewRow| {
        Ok(ConsentView {
            scope: scope(&row.scope)?,
            state: state(&row.state)?,
            source: row.source,
            wording: row.wording,
            at: Time(row.at),
        })
    };
    rows.into_iter().map(view).collect()
}

impl Tx {
    /// Writes wishes down.
    pub async fn add_consents(&mut self, consents: &[NewConsent]) -> Result<()> {
        if consents.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = consents
            .iter()
            .map(|one| {
                json!({
                    "id": Uuid::now_v7(), "contact_id": one.contact, "channel_id": one.channel,
                    "scope": one.scope.as_str(), "state": one.state.as_str(), "wording": one.wording,
                    "source": one.source.as_str(), "message_id": one.message, "evidence": one.evidence,
                    "by_id": one.by, "at": one.at,
                })
            })
            .collect();
        sqlx::query(
            "insert into consents (id, contact_id, channel_id, scope, state, wording, source, message_id, evidence,
                    by_id, at)
             select id, contact_id, channel_id, scope, state, wording, source, message_id, evidence, by_id, from_ms(at)
               from json_to_recordset($1::text::json)
                 as x(id uuid, contact_id uuid, channel_id uuid, scope text, state text, wording text, source text,
                      message_id uuid, evidence text, by_id uuid, at bigint)",
        )
        .bind(super::as_rows(&rows))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The latest wish of each kind of a contact on a channel, latest first; and how the channel treats consent.
    pub async fn wishes(
        &mut self,
        contact: ContactId,
        channel: ChannelId,
    ) -> Result<(ConsentPolicy, Vec<Wish>)> {
        let (rule, days, stop): (String, i32, String) =
            sqlx::query_as("select consent_rule, follow_up_days, stop_closes from channels where id = $1")
                .bind(channel.0)
                .fetch_one(self.connection())
                .await?;
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "select scope, state, to_ms(recorded_at)
               from (select distinct on (scope, state) scope, state, at, id, recorded_at
                       from consents where contact_id = $1 and channel_id = $2
                      order by scope, state, at desc, id desc) latest
              order by at desc, id desc",
        )
        .bind(contact.0)
        .bind(channel.0)
        .fetch_all(self.connection())
        .await?;
        let wish = |(about, wish, heard_at): (String, String, i64)| {
            Ok(Wish { scope: scope(&about)?, state: state(&wish)?, heard_at: Time(heard_at) })
        };
        Ok((policy(&rule, days, &stop)?, rows.into_iter().map(wish).collect::<Result<Vec<_>>>()?))
    }

    /// Lets a channel treat consent differently. Whether there is such a channel.
    pub async fn set_consent_policy(&mut self, channel: ChannelId, policy: ConsentPolicy) -> Result<bool> {
        let done = sqlx::query(
            "update channels set consent_rule = $2, follow_up_days = $3, stop_closes = $4 where id = $1",
        )
        .bind(channel.0)
        .bind(policy.rule.as_str())
        .bind(policy.follow_up_days)
        .bind(policy.stop_closes.as_str())
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// How each channel treats consent, sorted by name.
    pub async fn consent_channels(&self) -> Result<Vec<ConsentChannel>> {
        let rows: Vec<(Uuid, String, String, i32, String)> = sqlx::query_as(
            "select id, name, consent_rule, follow_up_days, stop_closes from channels order by lower(name), id",
        )
        .fetch_all(self.pool())
        .await?;
        let channel = |(id, name, rule, days, stop): (Uuid, String, String, i32, String)| {
            Ok(ConsentChannel { channel: ChannelId(id), name, policy: policy(&rule, days, &stop)? })
        };
        rows.into_iter().map(channel).collect()
    }

    /// The latest wishes of all customers, latest first, at most 100.
    pub async fn latest_consents(&self) -> Result<Vec<ConsentEntry>> {
        let rows: Vec<EntryRow> = sqlx::query_as(
            "select coalesce(nullif(trim(ct.profile_name), ''), '@' || ct.username, '+' || ad.phone, ad.user_id,
                             ad.external_id, '') as contact_name,
                    ch.name as channel_name, o.scope, o.state, o.wording, o.source, ag.name as by_name,
                    to_ms(o.at) as at
               from (select * from consents order by recorded_at desc, id desc limit 100) o
               join contacts ct on ct.id = o.contact_id
               join channels ch on ch.id = o.channel_id
               left join addresses ad on ad.contact_id = o.contact_id and ad.channel_id = o.channel_id
               left join agents ag on ag.id = o.by_id
              order by o.recorded_at desc, o.id desc",
        )
        .fetch_all(self.pool())
        .await?;
        let entry = |row: EntryRow| {
            Ok(ConsentEntry {
                contact_name: row.contact_name,
                channel_name: row.channel_name,
                scope: scope(&row.scope)?,
                state: state(&row.state)?,
                wording: row.wording,
                source: row.source,
                by: row.by_name,
                at: Time(row.at),
            })
        };
        rows.into_iter().map(entry).collect()
    }
}
