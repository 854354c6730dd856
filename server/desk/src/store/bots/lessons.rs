//! What bots did not understand or let go of, and conversations that drafts are tried on.

use contract::bots::{MOST_TRIED, TestOf, TestView};
use contract::{AgentId, Body, BotId, ConversationId, Time};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::{Result, Store, Tx};

/// What is looked at, at most, of what was not understood and of what was let go.
pub const LOOKED_AT: i64 = 2_000;
/// Messages of a conversation that are tried, at most.
const MESSAGES: i64 = 200;

/// The constraint that a conversation is kept as a test of a bot once.
pub const TEST_KEPT: &str = "bot_tests_once";
/// The constraint that a test's conversation exists.
pub const NO_SUCH_CONVERSATION: &str = "bot_tests_conversation_id_fkey";

/// Something that a bot did not understand or let go of.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// Why it let go; absent: it only did not understand.
    pub reason: Option<String>,
    /// In which conversation.
    pub conversation: ConversationId,
    /// What the customer had written last.
    pub body: Body,
    /// When.
    pub at: Time,
}

/// A conversation as far as its bot had it: what was said, oldest first.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Which.
    pub conversation: ConversationId,
    /// The word of the channel's provider.
    pub provider: String,
    /// What the customer calls themself.
    pub name: Option<String>,
    /// Whether the bot let go at the end.
    pub handed_off: bool,
    /// What was said.
    pub lines: Vec<RecordedLine>,
}

/// One message.
#[derive(Debug, Clone)]
pub struct RecordedLine {
    /// The number of its event.
    pub seq: i64,
    /// Whether the customer wrote it, and not the bot.
    pub by_customer: bool,
    /// What it says.
    pub body: Body,
    /// When.
    pub at: Time,
}

#[derive(FromRow)]
struct HeadRow {
    id: Uuid,
    provider: String,
    name: Option<String>,
    end_seq: Option<i64>,
    handed_off: bool,
}

impl Tx {
    /// A bot has not understood what it heard up to an event.
    pub async fn note_miss(&mut self, conversation: ConversationId, bot: BotId, seq: i64) -> Result<()> {
        sqlx::query(
            "insert into bot_misses (conversation_id, seq, bot_id, at) values ($1, $2, $3, desk_now())
                 on conflict do nothing",
        )
        .bind(conversation.0)
        .bind(seq)
        .bind(bot.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Keeps a conversation as a test. Conflicts with [`TEST_KEPT`] and [`NO_SUCH_CONVERSATION`].
    pub async fn keep_test(
        &mut self,
        bot: BotId,
        conversation: ConversationId,
        (name, author): (&str, AgentId),
    ) -> Result<()> {
        sqlx::query(
            "insert into bot_tests (id, bot_id, conversation_id, name, author_id) values ($1, $2, $3, $4, $5)",
        )
        .bind(Uuid::now_v7())
        .bind(bot.0)
        .bind(conversation.0)
        .bind(name)
        .bind(author.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Forgets a test. Whether there was one.
    pub async fn forget_test(&mut self, test: Uuid) -> Result<bool> {
        let done =
            sqlx::query("delete from bot_tests where id = $1").bind(test).execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Hides a group of what was not understood, or shows it again.
    pub async fn dismiss(&mut self, bot: BotId, key: &str, hidden: bool) -> Result<()> {
        let sql = match hidden {
            true => "insert into bot_dismissals (bot_id, key) values ($1, $2) on conflict do nothing",
            false => "delete from bot_dismissals where bot_id = $1 and key = $2",
        };
        sqlx::query(sql).bind(bot.0).bind(key).execute(self.connection()).await?;
        Ok(())
    }
}

impl Store {
    /// What a bot did not understand or let go of in the last days, the latest first. Of each there is as much as is
    /// looked at.
    pub async fn lessons(&self, bot: BotId, days: i32) -> Result<Vec<Lesson>> {
        let rows: Vec<(Option<String>, Uuid, Json<Body>, i64)> = sqlx::query_as(
            "select x.reason, x.conversation_id, m.body, to_ms(x.at)
               from ((select null as reason, conversation_id, seq, at from bot_misses
                       where bot_id = $1 and at > desk_now() - $2 * interval '1 day'
                       order by at desc limit $3)
                     union all
                     (select packet ->> 'reason_code', conversation_id, to_seq, created_at from handoffs
                       where by_kind = 'bot' and by_id = $1 and created_at > desk_now() - $2 * interval '1 day'
                       order by created_at desc limit $3)) x
               join lateral (select body from messages
                              where conversation_id = x.conversation_id and seq <= x.seq
                                and author_kind = 'contact' and revoked_at is null
                              order by seq desc limit 1) m on true
              order by x.at desc",
        )
        .bind(bot.0)
        .bind(days)
        .bind(LOOKED_AT)
        .fetch_all(self.pool())
        .await?;
        let lesson = |(reason, conversation, body, at): (_, _, Json<Body>, _)| Lesson {
            reason,
            conversation: ConversationId(conversation),
            body: body.0,
            at: Time(at),
        };
        Ok(rows.into_iter().map(lesson).collect())
    }

    /// The groups of a bot that nobody wants to see.
    pub async fn dismissals(&self, bot: BotId) -> Result<Vec<String>> {
        let keys = sqlx::query_scalar("select key from bot_dismissals where bot_id = $1")
            .bind(bot.0)
            .fetch_all(self.pool())
            .await?;
        Ok(keys)
    }

    /// Forgets what was not understood so many days ago.
    pub async fn forget_misses(&self, days: i32) -> Result<u64> {
        let gone = sqlx::query("delete from bot_misses where at < desk_now() - $1 * interval '1 day'")
            .bind(days)
            .execute(self.pool())
            .await?;
        Ok(gone.rows_affected())
    }

    /// The bots of which a conversation can be a test: that of its channel in front, then by name. Those that can be tried
    /// alone.
    pub async fn tests_of(&self, conversation: ConversationId) -> Result<Vec<TestOf>> {
        let rows: Vec<(Uuid, String, Option<String>, bool)> = sqlx::query_as(
            "select b.id, b.name, t.name, ch.bot_id is not distinct from b.id as own
               from conversations c join channels ch on ch.id = c.channel_id
               cross join bots b
               left join bot_tests t on t.bot_id = b.id and t.conversation_id = c.id
              where c.id = $1 and b.kind = 'flow' and b.removed_at is null
              order by own desc, lower(b.name), b.id",
        )
        .bind(conversation.0)
        .fetch_all(self.pool())
        .await?;
        let of = |(bot, name, kept, own)| TestOf { bot: BotId(bot), name, kept, own };
        Ok(rows.into_iter().map(of).collect())
    }

    /// The tests of a bot, sorted by name.
    pub async fn bot_tests(&self, bot: BotId) -> Result<Vec<TestView>> {
        let rows: Vec<(Uuid, String, Uuid, Option<String>, i64)> = sqlx::query_as(
            "select t.id, t.name, t.conversation_id, a.name, to_ms(t.created_at)
               from bot_tests t left join agents a on a.id = t.author_id
              where t.bot_id = $1 order by lower(t.name), t.id limit $2",
        )
        .bind(bot.0)
        .bind(most())
        .fetch_all(self.pool())
        .await?;
        let view = |(id, name, conversation, author, at)| TestView {
            id,
            name,
            conversation: ConversationId(conversation),
            author,
            at: Time(at),
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// The conversations of the last 7 days on channels that begin with a bot, the latest first.
    pub async fn recent_of_bot(&self, bot: BotId) -> Result<Vec<ConversationId>> {
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "select c.id from conversations c join channels ch on ch.id = c.channel_id
              where c.stage = any(array['bot', 'waiting', 'assigned', 'snoozed', 'resolved'])
                and c.last_at > desk_now() - interval '7 days' and ch.bot_id = $1
              order by c.last_at desc, c.id limit $2",
        )
        .bind(bot.0)
        .bind(most())
        .fetch_all(self.pool())
        .await?;
        Ok(ids.into_iter().map(ConversationId).collect())
    }

    /// Conversations as far as this bot had them: up to the first handoff, or the first word of a person.
    pub async fn recorded(&self, bot: BotId, ids: &[ConversationId]) -> Result<Vec<Recorded>> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let heads: Vec<HeadRow> = sqlx::query_as(
            "select c.id, n.provider, ct.profile_name as name, least(h.to_seq, p.seq) as end_seq,
                    coalesce(h.by_id = $2 and (p.seq is null or h.to_seq < p.seq), false) as handed_off
               from conversations c
               join channels ch on ch.id = c.channel_id
               join connections n on n.id = ch.connection_id
               join contacts ct on ct.id = c.contact_id
               left join lateral (select to_seq, by_id from handoffs where conversation_id = c.id
                                   order by created_at, id limit 1) h on true
               left join lateral (select seq from messages
                                   where conversation_id = c.id and author_kind in ('agent', 'phone') and not note
                                   order by seq limit 1) p on true
              where c.id = any($1)",
        )
        .bind(&ids)
        .bind(bot.0)
        .fetch_all(self.pool())
        .await?;
        let mut recorded = Vec::new();
        for head in heads {
            recorded.push(self.lines_of(bot, head).await?);
        }
        Ok(recorded)
    }

    async fn lines_of(&self, bot: BotId, head: HeadRow) -> Result<Recorded> {
        let rows: Vec<(i64, String, Json<Body>, i64)> = sqlx::query_as(
            "select seq, author_kind, body, to_ms(at) from messages
              where conversation_id = $1 and seq <= $2 and revoked_at is null
                and (author_kind = 'contact' or author_kind = 'bot' and author_id = $3)
              order by seq limit $4",
        )
        .bind(head.id)
        .bind(head.end_seq.unwrap_or(i64::MAX))
        .bind(bot.0)
        .bind(MESSAGES)
        .fetch_all(self.pool())
        .await?;
        let line = |(seq, author, body, at): (i64, String, Json<Body>, i64)| RecordedLine {
            seq,
            by_customer: author == "contact",
            body: body.0,
            at: Time(at),
        };
        Ok(Recorded {
            conversation: ConversationId(head.id),
            provider: head.provider,
            name: head.name,
            handed_off: head.handed_off,
            lines: rows.into_iter().map(line).collect(),
        })
    }
}

fn most() -> i64 {
    i64::try_from(MOST_TRIED).unwrap_or(i64::MAX)
}
