//! Calls to providers: the steps on the way to one, made in order, and what was learned on the way.
//!
//! A [`Provider`](crate::channels::Provider) says what to call next and what it needs first; here the calls are
//! made. What a need has brought (a token, the id of an upload) is kept in memory for as long as it holds; losing
//! it costs a call.

use std::time::{Duration, Instant};

use contract::ConnectionId;
use jiff::Timestamp;
use moka::sync::Cache;
use url::Url;

use crate::channels::client::{CallError, Reach};
use crate::channels::{Answer, Call, Content, Fault, Known, Need, NotCarried, Provider, Step, Via};
use crate::state::Desk;
use crate::store::channels::Connection;

/// The most things that one call may need first.
const MOST_NEEDS: usize = 6;
/// The most addresses that a file may be sent on to.
const MOST_REDIRECTS: usize = 3;
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
        let mut known = Known::new();
        let call = self.ready(desk, next, &mut known).await?;
        let answer = desk.client.send(call, self.reach()).await.map_err(Ended::Call)?;
        // A token can be withdrawn before its time: a refused call had no effect, so once more.
        if answer.status != 401 || known.remove(TOKEN).is_none() {
            return Ok(answer);
        }
        desk.lessons.forget(self.connection.id, TOKEN);
        let call = self.ready(desk, next, &mut known).await?;
        desk.client.send(call, self.reach()).await.map_err(Ended::Call)
    }

    /// Makes the calls on the way to a file, and hands the last answer over as it comes in. Every address is one
    /// of the provider's hosts, also behind redirects.
    pub async fn download(&self, desk: &Desk, next: Next<'_>) -> Result<reqwest::Response, Ended> {
        let mut known = Known::new();
        let call = self.ready(desk, next, &mut known).await?;
        let response = self.follow(desk, call).await?;
        let stale = matches!(response.status().as_u16(), 401 | 403 | 404 | 410) && !known.is_empty();
        if !stale {
            return Ok(response);
        }
        // What was learned before (a token, an address that lives for minutes) does not hold any more.
        for key in known.keys() {
            desk.lessons.forget(self.connection.id, key);
        }
        known.clear();
        let call = self.ready(desk, next, &mut known).await?;
        self.follow(desk, call).await
    }

    /// The call itself, once everything is known that it needs.
    async fn ready(&self, desk: &Desk, next: Next<'_>, known: &mut Known) -> Result<Call, Ended> {
        let callback = callback(desk, self.connection);
        for _ in 0..=MOST_NEEDS {
            let via = Via {
                account: &self.connection.account,
                channel: self.channel,
                callback: callback.as_deref(),
                known: &*known,
                at: Timestamp::now(),
            };
            match next(&via)? {
                Step::Call(call) => return Ok(call),
                Step::First(need) => {
                    let value = self.fill(desk, &need).await?;
                    known.insert(need.key, value);
                }
            }
        }
        Err(Ended::NotCarried(
            "The provider asks for one thing after the other and is never done.".to_owned(),
        ))
    }

    async fn follow(&self, desk: &Desk, mut call: Call) -> Result<reqwest::Response, Ended> {
        let about = self.provider.about();
        for _ in 0..=MOST_REDIRECTS {
            let url = desk.client.permitted(&call.url, self.reach()).map_err(Ended::Call)?;
            if !fetches_from(about.file_hosts, &self.connection.account.api_base, &url) {
                let host = url.host_str().unwrap_or_default();
                let why = format!("{host} is none of the hosts from which {} gives files", about.name);
                return Err(Ended::Call(CallError::Refused(why)));
            }
            let response = desk.client.download(call.clone(), self.reach()).await.map_err(Ended::Call)?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let to = response.headers().get(http::header::LOCATION).and_then(|to| to.to_str().ok());
            let Some(to) = to.and_then(|to| url.join(to).ok()) else { return Ok(response) };
            // Credentials are for the host that they were meant for.
            if to.origin() != url.origin() {
                call.headers.clear();
            }
            (call.method, call.content, call.url) = (http::Method::GET, Content::Nothing, to.into());
        }
        Err(Ended::NotCarried(
            "The provider sends from one address to the next and gives no file.".to_owned(),
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

/// Whether files may be fetched from an address: from the host of the connection's own calls, and from the hosts of
/// its provider; one that starts with a dot stands for all below it.
fn fetches_from(hosts: &[&str], api_base: &str, url: &Url) -> bool {
    let plain = |host: &str| host.trim_end_matches('.').to_ascii_lowercase();
    let Some(host) = url.host_str().map(plain) else { return false };
    let own = Url::parse(api_base).ok().and_then(|own| own.host_str().map(plain));
    own.as_deref() == Some(host.as_str())
        || hosts.iter().any(|known| match known.strip_prefix('.') {
            Some(_) => host.ends_with(&plain(known)),
            None => host == plain(known),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_from_the_providers_hosts_and_from_no_look_alike() {
        let hosts = ["lookaside.fbsbx.com", ".fbcdn.net"];
        let own = "https://graph.example:8443/v25.0";
        for (address, expected) in [
            ("https://lookaside.fbsbx.com/a?b", true),
            ("https://LOOKASIDE.fbsbx.com./a", true),
            ("https://scontent.xx.fbcdn.net/a", true),
            ("https://graph.example/a", true),
            ("https://fbcdn.net/a", false),
            ("https://evilfbcdn.net/a", false),
            ("https://x.fbcdn.net.evil.example/a", false),
            ("https://a.lookaside.fbsbx.com/a", false),
            ("https://lookaside.fbsbx.com.evil.example/a", false),
            ("https://lookaside.fbsbx.com@evil.example/a", false),
            ("https://evil.example/lookaside.fbsbx.com", false),
            ("https://sub.graph.example/a", false),
            ("data:text/plain,x", false),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(fetches_from(&hosts, own, &url), expected, "{address}");
        }
        assert!(!fetches_from(&[], "no address", &Url::parse("https://evil.example/").unwrap()));
    }
}
