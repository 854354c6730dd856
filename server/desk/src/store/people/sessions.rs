//! Sessions and the list of them. A session's row has the SHA-256 of its id for a key: whoever reads the table
//! cannot sign in with it, and the list finds the row without knowing the id.
//!
//! All moments are the database's: servers with different clocks agree on when a session ends.

use contract::settings::SignIn;
use contract::{AgentId, Role, Time};
use uuid::Uuid;

use super::{Agent, agent};
use crate::store::{Result, Store, Tx};

/// What is stored of a session.
pub struct SessionRow {
    /// The SHA-256 of its id.
    pub hash: Vec<u8>,
    /// What it holds: a JSON object.
    pub data: String,
    /// How long it lasts from now on, unless it is used again.
    pub lasts_ms: i64,
}

/// A sign-in to be listed.
pub struct NewSignIn {
    /// The SHA-256 of the session's id.
    pub hash: Vec<u8>,
    /// Whose.
    pub agent: AgentId,
    /// From which network address.
    pub address: String,
    /// With what browser.
    pub user_agent: String,
}

/// Somebody found by their session.
pub struct Found {
    /// Who.
    pub agent: Agent,
    /// Counts the times they were signed out everywhere.
    pub session_epoch: i64,
    /// Whether it is time to note that they are here.
    pub stale: bool,
}

type FoundRow = (Uuid, String, String, String, i64, bool);

/// How often it is noted that somebody is here.
const NOTED_EVERY: &str = "interval '1 minute'";

/// A session counts while it has not ended, its person may sign in, and it was begun or renewed under the person's
/// present epoch.
const HOLDS: &str = "s.expiry_date > desk_now() and a.active
    and a.session_epoch = (convert_from(s.data, 'UTF8')::jsonb ->> 'epoch')::bigint";

impl Store {
    /// Stores a new session. Not if there is one with this id already: whether it was stored.
    pub async fn create_session(&self, row: &SessionRow) -> Result<bool> {
        let done = sqlx::query(
            "insert into tower_sessions.session (id, data, expiry_date)
             values (encode($1, 'hex'), convert_to($2, 'UTF8'), desk_now() + $3 * interval '1 millisecond')
             on conflict (id) do nothing",
        )
        .bind(&row.hash)
        .bind(&row.data)
        .bind(row.lasts_ms)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Stores what a session holds. One that was deleted meanwhile stays deleted.
    pub async fn save_session(&self, hash: &[u8], data: &str) -> Result<()> {
        sqlx::query(
            "update tower_sessions.session set data = convert_to($2, 'UTF8') where id = encode($1, 'hex')",
        )
        .bind(hash)
        .bind(data)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// What a session holds and how long it still lasts, in milliseconds.
    pub async fn load_session(&self, hash: &[u8]) -> Result<Option<(String, i64)>> {
        let row = sqlx::query_as(
            "select convert_from(data, 'UTF8'), to_ms(expiry_date) - to_ms(desk_now())
               from tower_sessions.session where id = encode($1, 'hex') and expiry_date > desk_now()",
        )
        .bind(hash)
        .fetch_optional(self.pool())
        .await?;
        Ok(row)
    }

    /// Deletes a session, and its line in the list.
    pub async fn delete_session(&self, hash: &[u8]) -> Result<()> {
        sqlx::query(
            "with listed as (delete from sign_ins where session_hash = $1)
             delete from tower_sessions.session where id = encode($1, 'hex')",
        )
        .bind(hash)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Lists a sign-in, and notes that the person is here.
    pub async fn add_sign_in(&self, new: &NewSignIn) -> Result<()> {
        sqlx::query(
            "with here as (update agents set last_seen = desk_now() where id = $2)
             insert into sign_ins (session_hash, agent_id, address, user_agent) values ($1, $2, $3, $4)",
        )
        .bind(&new.hash)
        .bind(new.agent.0)
        .bind(&new.address)
        .bind(&new.user_agent)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Whose session this is, if it holds.
    pub async fn find_session(&self, hash: &[u8]) -> Result<Option<Found>> {
        let row: Option<FoundRow> = sqlx::query_as(&format!(
            "select a.id, a.name, a.email, a.role, a.session_epoch, i.last_seen < desk_now() - {NOTED_EVERY}
               from tower_sessions.session s
               join sign_ins i on i.session_hash = $1
               join agents a on a.id = i.agent_id
              where s.id = encode($1, 'hex') and {HOLDS}"
        ))
        .bind(hash)
        .fetch_optional(self.pool())
        .await?;
        row.map(|(id, name, email, role, session_epoch, stale)| {
            Ok(Found { agent: agent((id, name, email, role))?, session_epoch, stale })
        })
        .transpose()
    }

    /// Whether a session still holds and its person still has this role.
    pub async fn session_holds(&self, hash: &[u8], id: AgentId, role: Role) -> Result<bool> {
        let holds = sqlx::query_scalar(&format!(
            "select exists (
               select from tower_sessions.session s join agents a on a.id = $2 and a.role = $3
                where s.id = encode($1, 'hex') and {HOLDS})"
        ))
        .bind(hash)
        .bind(id.0)
        .bind(role.as_str())
        .fetch_one(self.pool())
        .await?;
        Ok(holds)
    }

    /// Notes that somebody is here and lets the session last so long from now on, but never beyond the end that it
    /// holds itself. Does nothing if that was noted within the last minute.
    pub async fn touch_session(&self, hash: &[u8], lasts_ms: i64) -> Result<()> {
        sqlx::query(&format!(
            "with seen as (
               update sign_ins set last_seen = desk_now()
                where session_hash = $1 and last_seen < desk_now() - {NOTED_EVERY}
               returning agent_id
             ), here as (
               update agents set last_seen = desk_now() from seen where id = seen.agent_id
             )
             update tower_sessions.session s
                set expiry_date = least(desk_now() + $2 * interval '1 millisecond',
                                        from_ms((convert_from(s.data, 'UTF8')::jsonb ->> 'until')::bigint))
               from seen where s.id = encode($1, 'hex')"
        ))
        .bind(hash)
        .bind(lasts_ms)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The desk's clock, moved by so many milliseconds.
    pub async fn clock_plus(&self, ms: i64) -> Result<Time> {
        let at = sqlx::query_scalar("select to_ms(desk_now()) + $1").bind(ms).fetch_one(self.pool()).await?;
        Ok(Time(at))
    }

    /// Where somebody is signed in, the latest first; which one is the given session.
    pub async fn sign_ins(&self, id: AgentId, current: &[u8]) -> Result<Vec<SignIn>> {
        let rows: Vec<(i64, i64, String, String, bool)> = sqlx::query_as(&format!(
            "select to_ms(i.created_at), to_ms(i.last_seen), i.address, i.user_agent, i.session_hash = $2
               from sign_ins i
               join tower_sessions.session s on s.id = encode(i.session_hash, 'hex')
               join agents a on a.id = i.agent_id
              where i.agent_id = $1 and {HOLDS}
              order by i.last_seen desc, i.created_at desc"
        ))
        .bind(id.0)
        .bind(current)
        .fetch_all(self.pool())
        .await?;
        let sign_in = |(created_at, last_seen, address, agent, current)| SignIn {
            created_at: Time(created_at),
            last_seen: Time(last_seen),
            address,
            agent,
            current,
        };
        Ok(rows.into_iter().map(sign_in).collect())
    }

    /// Deletes the sessions that have ended, and the lines of the list whose session is gone.
    pub async fn sweep_sessions(&self) -> Result<u64> {
        let gone = sqlx::query("delete from tower_sessions.session where expiry_date <= desk_now()")
            .execute(self.pool())
            .await?;
        sqlx::query(
            "delete from sign_ins i where not exists
               (select from tower_sessions.session s where s.id = encode(i.session_hash, 'hex'))",
        )
        .execute(self.pool())
        .await?;
        Ok(gone.rows_affected())
    }
}

impl Tx {
    /// Lets one session hold under a new epoch.
    pub async fn keep_session(&mut self, hash: &[u8], epoch: i64) -> Result<()> {
        sqlx::query(
            "update tower_sessions.session
                set data = convert_to(jsonb_set(convert_from(data, 'UTF8')::jsonb, '{epoch}',
                                                to_jsonb($2::bigint))::text, 'UTF8')
              where id = encode($1, 'hex')",
        )
        .bind(hash)
        .bind(epoch)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
