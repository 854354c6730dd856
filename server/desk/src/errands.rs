//! Calls to providers: the steps on the way to one, made in order, and what was learned on the way.
//!
//! A [`Provider`](crate::channels::Provider) says what to call next and what it needs first; here the calls are
//! made. What a need has brought (a token, the id of an upload) is kept in memory for as long as it holds; losing
//! it costs a call.

use std::time::{Duration, Instant};

use contract::ConnectionId;
use jiff::Timestamp;
use moka::sync::Cache;

use crate::channels::client::{CallError, Reach};
use crate::channels::{Answer, Fault, Known, Need, NotCarried, Provider, Step, Via};
use crate::state::Desk;
use crate::store::channels::Connection;

/// The most things that one call may need first.
const MOST_NEEDS: usize = 6;
/// Needs under this key are credentials: a call that is refused with 401 is tried once more with a new one.
const TOKEN: &str = "token";

/// What was learned for connections.
#[derive(Clone)]
pub struct Lessons(Cache<(ConnectionId, String), (String, Instant)>);

impl Default for Lessons {
    fn default() -> Lessons {
        // 30 days is the longest that anything holds at a provider.
        Lessons(Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(30 * 86_400)).build())
    }
}

impl Lessons {
    fn get(&self, connection: ConnectionId, key: &str) -> Option<String> {
        let (value, until) = self.0.get(&(connection, key.to_owned()))?;
        (Instant::now() < until).then_some(value)
    }

    fn put(&self, connection: ConnectionId, key: &str, value: &str, lives: Duration) {
        self.0.insert((connection, key.to_owned()), (value.to_owned(), Instant::now() + lives));
    }

    fn forget(&self, connection: ConnectionId, key: &str) {
        self.0.invalidate(&(connection, key.to_owned()));
    }
}

/// Why there is no answer to judge.
#[derive(Debug)]
pub enum Ended {
    /// The provider cannot carry it.
    NotCarried(String),
    /// A call did not come about, or its answer did not come back.
    Call(CallError),
    /// What was needed first was refused; the call itself was never made.
    Refused(Fault),
}

impl From<NotCarried> for Ended {
    fn from(why: NotCarried) -> Ended {
        Ended::NotCarried(why.0)
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ended::NotCarried(why) => formatter.write_str(why),
            Ended::Call(error) => error.fmt(formatter),
            Ended::Refused(fault) => write!(formatter, "{}: {}", fault.code, fault.reason),
        }
    }
}

/// An errand to a provider: over which connection and for which of its channels (empty: for the account).
#[derive(Clone, Copy)]
pub struct Errand<'a> {
    /// The connection.
    pub connection: &'a Connection,
    /// Its provider.
    pub provider: &'static dyn Provider,
    /// The provider's own id of the channel.
    pub channel: &'a str,
}

/// The next step of an errand, by what is known.
pub type Next<'a> = &'a (dyn Fn(&Via<'_>) -> Result<Step, NotCarried> + Sync);

impl Errand<'_> {
    /// Makes the calls until the last one is answered.
    pub async fn run(&self, desk: &Desk, next: Next<'_>) -> Result<Answer, Ended> {
        let (mut known, mut renewed) = (Known::new(), false);
        let callback = callback(desk, self.connection);
        for _ in 0..=MOST_NEEDS {
            let via = Via {
                account: &self.connection.account,
                channel: self.channel,
                callback: callback.as_deref(),
                known: &known,
                at: Timestamp::now(),
            };
            match next(&via)? {
                Step::First(need) => {
                    let value = self.fill(desk, &need).await?;
                    known.insert(need.key, value);
                }
                Step::Call(call) => {
                    let answer = desk.client.send(call, self.reach()).await.map_err(Ended::Call)?;
                    // A token can be withdrawn before its time: a refused call had no effect, so once more.
                    if answer.status == 401 && !renewed && known.remove(TOKEN).is_some() {
                        desk.lessons.forget(self.connection.id, TOKEN);
                        renewed = true;
                        continue;
                    }
                    return Ok(answer);
                }
            }
        }
        Err(Ended::NotCarried(
            "The provider asks for one thing after the other and is never done.".to_owned(),
        ))
    }

    /// Where its calls may go.
    pub fn reach(&self) -> Reach {
        if self.connection.sandbox { Reach::Local } else { Reach::Public }
    }

    async fn fill(&self, desk: &Desk, need: &Need) -> Result<String, Ended> {
        let id = self.connection.id;
        if let Some(value) = desk.lessons.get(id, &need.key) {
            return Ok(value);
        }
        let answer = desk.client.send(need.call.clone(), self.reach()).await.map_err(|error| {
            // However far this call came, the one that it was for was never made.
            Ended::Call(match error {
                CallError::Unknown(reason) => CallError::NotSent(reason),
                error => error,
            })
        })?;
        let learned = self.provider.learn(need, &answer).map_err(Ended::Refused)?;
        desk.lessons.put(id, &need.key, &learned.value, learned.lives);
        Ok(learned.value)
    }
}

/// Where a provider sends news of what was sent: our webhook, if it can reach us. The sandbox always can.
fn callback(desk: &Desk, connection: &Connection) -> Option<String> {
    let path = format!("/webhooks/{}/{}", connection.provider, connection.id);
    match connection.sandbox || desk.config.reachable() {
        true => Some(desk.config.public(&path)),
        false => None,
    }
}
