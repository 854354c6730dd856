//! The people who sign in. Where they are signed in is in [`sessions`], and how often they tried in [`tries`].

use contract::settings::Person;
use contract::{AgentId, Role, Time};
use uuid::Uuid;

use super::{Error, Result, Store, Tx, corrupt};

pub mod sessions;
pub mod tries;

/// Somebody who works at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Who.
    pub id: AgentId,
    /// The name that colleagues see.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
}

/// What signing in is checked against.
pub struct Credentials {
    /// Who.
    pub agent: Agent,
    /// The password's hash.
    pub password_hash: String,
    /// Whether they may sign in.
    pub active: bool,
    /// Counts the times they were signed out everywhere.
    pub session_epoch: i64,
}

/// Somebody who is to be let in.
pub struct NewAgent {
    /// The name that colleagues see.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The hash of their first password.
    pub password_hash: String,
}

/// What became of a wish to let somebody sign in no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deactivated {
    /// They are out, everywhere.
    Done,
    /// They are the last active admin, and stay.
    LastAdmin,
    /// There is no such person.
    NoSuchPerson,
}

type AgentRow = (Uuid, String, String, String);
type CredentialsRow = (Uuid, String, String, String, String, bool, i64);
type PersonRow = (Uuid, String, String, String, bool, Option<i64>);

/// The name of the constraint that keeps addresses unique.
pub const EMAIL_TAKEN: &str = "agents_email_key";

const CREDENTIALS: &str = "select id, name, email, role, password_hash, active, session_epoch from agents";

impl Store {
    /// The credentials of an address, written in whatever case.
    pub async fn agent_by_email(&self, email: &str) -> Result<Option<Credentials>> {
        let row = sqlx::query_as(&format!("{CREDENTIALS} where lower(email) = lower($1)"))
            .bind(email)
            .fetch_optional(self.pool())
            .await?;
        row.map(credentials).transpose()
    }

    /// The credentials of a person.
    pub async fn credentials(&self, id: AgentId) -> Result<Option<Credentials>> {
        let row = sqlx::query_as(&format!("{CREDENTIALS} where id = $1"))
            .bind(id.0)
            .fetch_optional(self.pool())
            .await?;
        row.map(credentials).transpose()
    }

    /// One person.
    pub async fn agent(&self, id: AgentId) -> Result<Option<Agent>> {
        let row = sqlx::query_as("select id, name, email, role from agents where id = $1")
            .bind(id.0)
            .fetch_optional(self.pool())
            .await?;
        row.map(agent).transpose()
    }

    /// Everybody, sorted by name; those who may no longer sign in too.
    pub async fn agents(&self) -> Result<Vec<Person>> {
        let rows: Vec<PersonRow> = sqlx::query_as(
            "select id, name, email, role, active, to_ms(last_seen)
               from agents order by lower(name), id",
        )
        .fetch_all(self.pool())
        .await?;
        rows.into_iter().map(person).collect()
    }

    /// How many admins may sign in.
    pub async fn count_admins(&self) -> Result<i64> {
        let count = sqlx::query_scalar("select count(*) from agents where role = 'admin' and active");
        Ok(count.fetch_one(self.pool()).await?)
    }

    /// The name of the organisation, once the desk is set up.
    pub async fn organisation(&self) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("select organisation from desk").fetch_one(self.pool()).await?)
    }

    /// Whether the desk waits for its first admin.
    pub async fn needs_setup(&self) -> Result<bool> {
        Ok(sqlx::query_scalar(NEEDS_SETUP).fetch_one(self.pool()).await?)
    }
}

// Admins who may no longer sign in count as well: nobody else may make themself the first admin.
const NEEDS_SETUP: &str = "select organisation is null or not exists (select from agents where role = 'admin') \
                           from desk";

impl Tx {
    /// Whether the desk waits for its first admin, asked under a lock: of two who want to set it up at once the
    /// second one waits and is then told no.
    pub async fn needs_setup(&mut self) -> Result<bool> {
        sqlx::query("select from desk for update").execute(self.connection()).await?;
        Ok(sqlx::query_scalar(NEEDS_SETUP).fetch_one(self.connection()).await?)
    }

    /// Names the organisation.
    pub async fn set_organisation(&mut self, name: &str) -> Result<()> {
        sqlx::query("update desk set organisation = $1").bind(name).execute(self.connection()).await?;
        Ok(())
    }

    /// Lets somebody in. Conflicts with [`EMAIL_TAKEN`] if somebody has that address already.
    pub async fn add_agent(&mut self, new: &NewAgent) -> Result<AgentId> {
        let id = Uuid::now_v7();
        sqlx::query("insert into agents (id, name, email, password_hash, role) values ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(&new.name)
            .bind(&new.email)
            .bind(&new.password_hash)
            .bind(new.role.as_str())
            .execute(self.connection())
            .await?;
        Ok(AgentId(id))
    }

    /// Lets somebody sign in again. Whether there is such a person.
    pub async fn activate(&mut self, id: AgentId) -> Result<bool> {
        let done = sqlx::query("update agents set active = true where id = $1")
            .bind(id.0)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Lets somebody sign in no longer, and signs them out everywhere; the last active admin stays.
    pub async fn deactivate(&mut self, id: AgentId) -> Result<Deactivated> {
        // All admins are locked, so that two of them cannot send each other away at once.
        let admins: Vec<Uuid> = sqlx::query_scalar(
            "select id from agents where role = 'admin' and active order by id for update",
        )
        .fetch_all(self.connection())
        .await?;
        if admins == [id.0] {
            return Ok(Deactivated::LastAdmin);
        }
        let done = sqlx::query("update agents set active = false where id = $1")
            .bind(id.0)
            .execute(self.connection())
            .await?;
        if done.rows_affected() == 0 {
            return Ok(Deactivated::NoSuchPerson);
        }
        self.raise_session_epoch(id).await?;
        self.delete_sessions(id, None).await?;
        Ok(Deactivated::Done)
    }

    /// Replaces a password's hash, provided that the old one is still this. Whether it was.
    pub async fn set_password(&mut self, id: AgentId, old_hash: &str, new_hash: &str) -> Result<bool> {
        let done = sqlx::query("update agents set password_hash = $3 where id = $1 and password_hash = $2")
            .bind(id.0)
            .bind(old_hash)
            .bind(new_hash)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Makes every session of a person void. Returns the epoch that sessions must carry from now on.
    pub async fn raise_session_epoch(&mut self, id: AgentId) -> Result<i64> {
        let epoch = sqlx::query_scalar(
            "update agents set session_epoch = session_epoch + 1 where id = $1 returning session_epoch",
        )
        .bind(id.0)
        .fetch_optional(self.connection())
        .await?;
        epoch.ok_or_else(|| Error::Broken("there is no such agent".to_owned()))
    }

    /// Deletes the sessions of a person, but not the one to keep.
    pub async fn delete_sessions(&mut self, id: AgentId, keep: Option<&[u8]>) -> Result<()> {
        sqlx::query(
            "with gone as (
               delete from sign_ins where agent_id = $1 and session_hash is distinct from $2
               returning session_hash
             )
             delete from tower_sessions.session using gone where id = encode(gone.session_hash, 'hex')",
        )
        .bind(id.0)
        .bind(keep)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

pub(super) fn agent((id, name, email, role): AgentRow) -> Result<Agent> {
    let role = role_of(&role)?;
    Ok(Agent { id: AgentId(id), name, email, role })
}

fn credentials(row: CredentialsRow) -> Result<Credentials> {
    let (id, name, email, role, password_hash, active, session_epoch) = row;
    Ok(Credentials { agent: agent((id, name, email, role))?, password_hash, active, session_epoch })
}

fn person((id, name, email, role, active, last_seen): PersonRow) -> Result<Person> {
    let role = role_of(&role)?;
    Ok(Person { id: AgentId(id), name, email, role, active, last_seen: last_seen.map(Time) })
}

fn role_of(word: &str) -> Result<Role> {
    Role::parse(word).ok_or_else(|| corrupt("agents", "role", word))
}
