//! Tokens of the public API, and what they reach.

use contract::token::{Mode, NewToken, Scope, TokenCard, TokenHolder};
use contract::{AgentId, BotId, ChannelId, ConversationId, Role, Time, TokenId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Result, Store, Tx, corrupt};
use crate::auth::tokens::{Holder, Key, Token};

/// Tokens on the list, at most.
const SHOWN: i64 = 500;

/// A token that has called, as it stands.
#[derive(Debug, Clone)]
pub struct Called {
    /// The token.
    pub token: Token,
    /// Why it is good no longer.
    pub over: Option<Over>,
    /// Whether its last use is to be written down.
    pub unseen: bool,
}

/// Why a token is good no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Its time is over.
    Expired,
    /// It was revoked, or its secret was replaced.
    Revoked,
    /// The bot is switched off, or the person may no longer sign in.
    HolderGone,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    mode: String,
    scopes: Vec<String>,
    rate: i32,
    expires_at: Option<i64>,
    expired: bool,
    revoked: bool,
    unseen: bool,
    bot_id: Option<Uuid>,
    bot_name: Option<String>,
    reads_notes: Option<bool>,
    agent_id: Option<Uuid>,
    agent_name: Option<String>,
    role: Option<String>,
    active: bool,
}

#[derive(FromRow)]
struct CardRow {
    id: Uuid,
    name: String,
    mode: String,
    scopes: Vec<String>,
    hint: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
    last_used_from: Option<String>,
    old_until: Option<i64>,
    bot_id: Option<Uuid>,
    agent_id: Option<Uuid>,
    holder_name: String,
}

/// The columns of [`Row`] but for `revoked`, of tables named as in [`JOINS`].
const COLUMNS: &str = "t.id, t.name, t.mode, t.scopes, t.rate, to_ms(t.expires_at) as expires_at,
    coalesce(t.expires_at <= n.now, false) as expired,
    coalesce(t.last_used_at < n.now - interval '1 minute', true) as unseen,
    t.bot_id, b.name as bot_name, b.reads_notes, t.agent_id, a.name as agent_name, a.role,
    coalesce(b.active, a.active, false) as active";

const JOINS: &str = "cross join (select desk_now() as now) n
    left join bots b on b.id = t.bot_id
    left join agents a on a.id = t.agent_id";

fn scopes(words: &[String]) -> Vec<Scope> {
    // One that a later build has made is none of this one's.
    words.iter().filter_map(|word| Scope::parse(word)).collect()
}

fn mode(word: &str) -> Result<Mode> {
    Mode::parse(word).ok_or_else(|| corrupt("api_tokens", "mode", word))
}

impl Row {
    fn called(self) -> Result<Called> {
        let holder = match (self.bot_id, self.agent_id) {
            (Some(id), _) => Holder::Bot {
                id: BotId(id),
                name: self.bot_name.unwrap_or_default(),
                reads_notes: self.reads_notes.unwrap_or(false),
            },
            (None, Some(id)) => {
                let word = self.role.unwrap_or_default();
                let role = Role::parse(&word).ok_or_else(|| corrupt("agents", "role", &word))?;
                Holder::Person { id: AgentId(id), name: self.agent_name.unwrap_or_default(), role }
            }
            (None, None) => return Err(corrupt("api_tokens", "agent_id", "nothing")),
        };
        let over = match (self.revoked, self.expired, self.active) {
            (true, ..) => Some(Over::Revoked),
            (_, true, _) => Some(Over::Expired),
            (.., false) => Some(Over::HolderGone),
            _ => None,
        };
        let token = Token {
            id: TokenId(self.id),
            name: self.name,
            mode: mode(&self.mode)?,
            holder,
            scopes: scopes(&self.scopes),
            expires_at: self.expires_at.map(Time),
            rate: u32::try_from(self.rate).unwrap_or(1),
        };
        Ok(Called { token, over, unseen: self.unseen })
    }
}

impl CardRow {
    fn card(self) -> Result<TokenCard> {
        let name = self.holder_name;
        let holder = match (self.bot_id, self.agent_id) {
            (Some(id), _) => TokenHolder::Bot { id: BotId(id), name },
            (None, Some(id)) => TokenHolder::Person { id: AgentId(id), name },
            (None, None) => return Err(corrupt("api_tokens", "agent_id", "nothing")),
        };
        Ok(TokenCard {
            id: TokenId(self.id),
            name: self.name,
            mode: mode(&self.mode)?,
            holder,
            scopes: scopes(&self.scopes),
            hint: self.hint,
            created_at: Time(self.created_at),
            expires_at: self.expires_at.map(Time),
            revoked_at: self.revoked_at.map(Time),
            last_used_at: self.last_used_at.map(Time),
            last_used_from: self.last_used_from,
            old_until: self.old_until.map(Time),
        })
    }
}

impl Store {
    /// The token of a secret, by its hash.
    pub async fn token(&self, hash: &[u8]) -> Result<Option<Called>> {
        let sql = format!(
            "select {COLUMNS}, t.revoked_at is not null or coalesce(k.valid_until <= n.now, false) as revoked
               from api_token_keys k join api_tokens t on t.id = k.token_id {JOINS}
              where k.hash = $1"
        );
        let row: Option<Row> = sqlx::query_as(&sql).bind(hash).fetch_optional(self.pool()).await?;
        row.map(Row::called).transpose()
    }

    /// A token by its id, as it stands now.
    pub async fn token_now(&self, id: TokenId) -> Result<Option<Called>> {
        let sql = format!(
            "select {COLUMNS}, t.revoked_at is not null as revoked from api_tokens t {JOINS} where t.id = $1"
        );
        let row: Option<Row> = sqlx::query_as(&sql).bind(id.0).fetch_optional(self.pool()).await?;
        row.map(Row::called).transpose()
    }

    /// Writes down that a token was used, at most once a minute.
    pub async fn token_used(&self, id: TokenId, from: &str) -> Result<()> {
        sqlx::query(
            "update api_tokens set last_used_at = desk_now(), last_used_from = $2
              where id = $1 and (last_used_at is null or last_used_at < desk_now() - interval '1 minute')",
        )
        .bind(id.0)
        .bind(from)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Every token, the latest first.
    pub async fn tokens(&self) -> Result<Vec<TokenCard>> {
        let rows: Vec<CardRow> = sqlx::query_as(
            "select t.id, t.name, t.mode, t.scopes, coalesce(k.hint, '') as hint, to_ms(t.created_at) as created_at,
                    to_ms(t.expires_at) as expires_at, to_ms(t.revoked_at) as revoked_at,
                    to_ms(t.last_used_at) as last_used_at, t.last_used_from, t.bot_id, t.agent_id,
                    coalesce(b.name, a.name, '') as holder_name,
                    (select to_ms(max(o.valid_until)) from api_token_keys o
                      where o.token_id = t.id and o.valid_until > desk_now()) as old_until
               from api_tokens t
               left join lateral (select hint from api_token_keys
                                   where token_id = t.id and valid_until is null limit 1) k on true
               left join bots b on b.id = t.bot_id
               left join agents a on a.id = t.agent_id
              order by t.id desc limit $1",
        )
        .bind(SHOWN)
        .fetch_all(self.pool())
        .await?;
        rows.into_iter().map(CardRow::card).collect()
    }

    /// Whether a token reaches a channel.
    pub async fn reaches_channel(&self, channel: ChannelId, mode: Mode) -> Result<bool> {
        let reached: Option<(bool,)> = sqlx::query_as(
            "select $2 or n.sandbox from channels ch join connections n on n.id = ch.connection_id where ch.id = $1",
        )
        .bind(channel.0)
        .bind(mode == Mode::Live)
        .fetch_optional(self.pool())
        .await?;
        Ok(reached.is_some_and(|(reached,)| reached))
    }

    /// Whether a token reaches a conversation: the channel, and, for a bot, one that it has or has had.
    pub async fn reaches(&self, of: ConversationId, mode: Mode, bot: Option<BotId>) -> Result<bool> {
        let reached: Option<(bool,)> = sqlx::query_as(
            "select ($2 or n.sandbox)
                    and ($3::uuid is null or coalesce(c.owner_id = $3, false)
                         or exists (select from events e
                                     where e.conversation_id = c.id and e.change ? 'owner_changed'
                                       and $3::text in (e.change #>> '{owner_changed,from,id}',
                                                        e.change #>> '{owner_changed,to,id}')))
               from conversations c
               join channels ch on ch.id = c.channel_id
               join connections n on n.id = ch.connection_id
              where c.id = $1",
        )
        .bind(of.0)
        .bind(mode == Mode::Live)
        .bind(bot.map(|bot| bot.0))
        .fetch_optional(self.pool())
        .await?;
        Ok(reached.is_some_and(|(reached,)| reached))
    }
}

impl Tx {
    /// Whether there is a bot, and it is not switched off.
    pub async fn is_active_bot(&mut self, id: BotId) -> Result<bool> {
        let found: Option<bool> = sqlx::query_scalar("select active from bots where id = $1")
            .bind(id.0)
            .fetch_optional(self.connection())
            .await?;
        Ok(found.unwrap_or(false))
    }

    /// Adds a token with its first secret.
    pub async fn add_token(
        &mut self,
        id: TokenId,
        new: &NewToken,
        by: Option<AgentId>,
        key: &Key,
    ) -> Result<()> {
        let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.as_str()).collect();
        sqlx::query(
            "insert into api_tokens (id, name, mode, bot_id, agent_id, scopes, created_by, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, desk_now() + $8 * interval '1 day')",
        )
        .bind(id.0)
        .bind(new.name.trim())
        .bind(new.mode.as_str())
        .bind(new.bot.map(|bot| bot.0))
        .bind(by.filter(|_| new.bot.is_none()).map(|agent| agent.0))
        .bind(scopes)
        .bind(by.map(|agent| agent.0))
        .bind(new.days.map(|days| i32::try_from(days).unwrap_or(i32::MAX)))
        .execute(self.connection())
        .await?;
        self.add_token_key(id, key).await
    }

    async fn add_token_key(&mut self, id: TokenId, key: &Key) -> Result<()> {
        sqlx::query("insert into api_token_keys (hash, token_id, hint) values ($1, $2, $3)")
            .bind(&key.hash)
            .bind(id.0)
            .bind(&key.hint)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Takes a token's lock, if it is not revoked.
    pub async fn lock_token(&mut self, id: TokenId) -> Result<Option<Mode>> {
        let found: Option<String> =
            sqlx::query_scalar("select mode from api_tokens where id = $1 and revoked_at is null for update")
                .bind(id.0)
                .fetch_optional(self.connection())
                .await?;
        found.as_deref().map(mode).transpose()
    }

    /// Gives a token another secret; the one before is good for so many hours, and those before that one no more.
    pub async fn replace_token_key(&mut self, id: TokenId, key: &Key, overlap_hours: u32) -> Result<()> {
        sqlx::query("delete from api_token_keys where token_id = $1 and valid_until is not null")
            .bind(id.0)
            .execute(self.connection())
            .await?;
        sqlx::query(
            "update api_token_keys set valid_until = desk_now() + $2 * interval '1 hour' where token_id = $1",
        )
        .bind(id.0)
        .bind(i32::try_from(overlap_hours).unwrap_or(0))
        .execute(self.connection())
        .await?;
        self.add_token_key(id, key).await
    }

    /// Ends a token. Whether there was one that was not revoked.
    pub async fn revoke_token(&mut self, id: TokenId) -> Result<bool> {
        let done =
            sqlx::query("update api_tokens set revoked_at = desk_now() where id = $1 and revoked_at is null")
                .bind(id.0)
                .execute(self.connection())
                .await?;
        Ok(done.rows_affected() == 1)
    }
}
