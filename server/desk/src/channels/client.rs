//! The one HTTP client for everything that goes out to a provider or a bot.
//!
//! It goes nowhere inside our own network: a literal address is checked before anything is sent, and a name
//! when it is resolved, every address of it, so that a name that changes its mind gets nowhere either. It
//! follows no redirects and knows no proxy. What it says about a failure is exact about one thing: whether
//! the other side can have seen the call.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use jiff::Timestamp;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use secrecy::ExposeSecret;
use url::{Host, Url};

use super::{Answer, Call, Content};

/// How long connecting may take, names and TLS included.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a whole call may take.
const TOTAL: Duration = Duration::from_secs(15);
/// How long a file may take, on its way in or out: 100 MB over a slow line.
const FILE: Duration = Duration::from_secs(300);
/// The most that is read of an answer.
const BODY: usize = 256 * 1024;
/// The longest pause that another side can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a call may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses by https; to a host that the operator has named, wherever it is.
    Public,
    /// Also into our own network and by plain http: the built-in stand-ins for providers.
    Local,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It surely was not sent: no connection came about.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It may have been sent: no complete answer came back.
    #[error("no answer: {0}")]
    Unknown(String),
    /// The address is not allowed; nothing was sent.
    #[error("address not allowed: {0}")]
    Refused(String),
}

/// A file to be uploaded: its size in bytes, and its bytes.
pub type Opened = (u64, BoxStream<'static, std::io::Result<Bytes>>);

/// Where the bytes of uploads come from.
pub trait Source: Send + Sync + 'static {
    /// A file by its id. An error is why there is none.
    fn open(&self, file: &str) -> BoxFuture<'_, Result<Opened, String>>;
}

/// The client. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    public: reqwest::Client,
    local: reqwest::Client,
    allowed: Arc<[String]>,
    source: Option<Arc<dyn Source>>,
}

impl Client {
    /// A client that, beside public addresses, may reach these hosts, wherever they are.
    pub fn new(allowed_hosts: Vec<String>) -> Result<Client, reqwest::Error> {
        Client::with_limits(allowed_hosts, CONNECT, TOTAL)
    }

    fn with_limits(hosts: Vec<String>, connect: Duration, total: Duration) -> Result<Client, reqwest::Error> {
        let allowed: Arc<[String]> = hosts.iter().map(|host| host_name(host)).collect();
        let build = |reach| {
            reqwest::Client::builder()
                .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
                .redirect(Policy::none())
                .no_proxy()
                .referer(false)
                .connect_timeout(connect)
                .timeout(total)
                .tcp_nodelay(true)
                .tcp_keepalive(Duration::from_secs(30))
                .pool_idle_timeout(Duration::from_secs(50))
                .pool_max_idle_per_host(32)
                .dns_resolver(Arc::new(Guard { reach, allowed: Arc::clone(&allowed) }))
                .build()
        };
        Ok(Client { public: build(Reach::Public)?, local: build(Reach::Local)?, allowed, source: None })
    }

    /// The same client, whose uploads come from here.
    pub fn with_source(self, source: impl Source) -> Client {
        Client { source: Some(Arc::new(source)), ..self }
    }

    /// Makes a call and reads its answer, at most 256 KiB of it.
    pub async fn send(&self, call: Call, reach: Reach) -> Result<Answer, CallError> {
        let mut response = self.open(call, reach).await?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| pause(value, Timestamp::now()));
        let limited = || (status == 429).then(|| response.headers().get("x-ratelimit-reset")).flatten();
        let retry_after = retry_after.or_else(|| reset(limited()?.to_str().ok()?, Timestamp::now()));
        let mut body = BytesMut::new();
        while body.len() < BODY {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk[..chunk.len().min(BODY - body.len())]),
                Ok(None) => break,
                Err(error) => return Err(CallError::Unknown(cause(error))),
            }
        }
        Ok(Answer { status, retry_after, body: Bytes::from(body) })
    }

    /// Makes a call and hands over the answer as it comes in, for streams. Time runs until its end.
    pub async fn open(&self, call: Call, reach: Reach) -> Result<reqwest::Response, CallError> {
        let patience = if matches!(call.content, Content::Upload { .. }) { FILE } else { TOTAL };
        self.open_within(call, reach, patience).await
    }

    /// Makes a call for a file and hands its bytes over as they come in, for as long as a file may take.
    pub async fn download(&self, call: Call, reach: Reach) -> Result<reqwest::Response, CallError> {
        self.open_within(call, reach, FILE).await
    }

    async fn open_within(
        &self,
        call: Call,
        reach: Reach,
        patience: Duration,
    ) -> Result<reqwest::Response, CallError> {
        let url = self.permitted(&call.url, reach)?;
        let client = if reach == Reach::Public { &self.public } else { &self.local };
        let mut request = client.request(call.method, url);
        if patience != TOTAL {
            request = request.timeout(patience);
        }
        for (name, value) in &call.headers {
            let mut secret = HeaderValue::from_str(value.expose_secret())
                .map_err(|_| CallError::NotSent(format!("the header {name} cannot hold its value")))?;
            secret.set_sensitive(true);
            request = request.header(HeaderName::from_static(name), secret);
        }
        request = match call.content {
            Content::Nothing => request,
            Content::Bytes(kind, body) => request.header(http::header::CONTENT_TYPE, kind).body(body),
            Content::Upload { fields, part, file, mime, name } => {
                let file = self.part(&file, &mime, name).await.map_err(CallError::NotSent)?;
                let form = reqwest::multipart::Form::new();
                let form = fields.into_iter().fold(form, |form, (name, value)| form.text(name, value));
                request.multipart(form.part(part, file))
            }
        };
        request.send().await.map_err(failure)
    }

    /// A stored file as a part of a form: streamed, with its length, because some providers take no other.
    async fn part(&self, file: &str, mime: &str, name: String) -> Result<reqwest::multipart::Part, String> {
        let source = self.source.as_ref().ok_or("there is no store of files")?;
        let (length, bytes) = source.open(file).await?;
        let body = reqwest::Body::wrap_stream(bytes);
        let part = reqwest::multipart::Part::stream_with_length(body, length).file_name(name);
        part.mime_str(mime).map_err(|_| format!("`{mime}` is no type of a file"))
    }

    /// Whether an address may be called at all, as far as that can be told before its name is resolved.
    pub fn permitted(&self, address: &str, reach: Reach) -> Result<Url, CallError> {
        let refused = |reason: &str| Err(CallError::Refused(reason.to_owned()));
        let Ok(url) = Url::parse(address) else { return refused("it is no web address") };
        let Some(host) = url.host() else { return refused("it names no host") };
        if !url.username().is_empty() || url.password().is_some() {
            return refused("it holds a password");
        }
        let named = self.allowed.contains(&host_name(&host.to_string()));
        match url.scheme() {
            "https" => {}
            "http" if reach == Reach::Local || named => {}
            _ => return refused("it does not start with https"),
        }
        let literal = match host {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        match literal {
            Some(address) if !named && !within(reach, address) => refused("it lies inside a network"),
            _ => Ok(url),
        }
    }
}

/// A host's name as it is compared: lower case, without the dot of the root or an address's brackets.
fn host_name(host: &str) -> String {
    host.trim().trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase()
}

/// Resolves names, and lets through only the addresses that may be reached.
struct Guard {
    reach: Reach,
    allowed: Arc<[String]>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let named = self.allowed.contains(&host_name(name.as_str()));
        let reach = self.reach;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let known = !found.is_empty();
            let open: Vec<_> = found.into_iter().filter(|found| named || within(reach, found.ip())).collect();
            match open.is_empty() && known {
                true => Err(Box::new(Forbidden) as Box<dyn Error + Send + Sync>),
                false => Ok(Box::new(open.into_iter()) as Addrs),
            }
        })
    }
}

/// A name all of whose addresses are out of reach.
#[derive(Debug)]
struct Forbidden;

impl fmt::Display for Forbidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name leads inside a network")
    }
}

impl Error for Forbidden {}

fn within(reach: Reach, address: IpAddr) -> bool {
    match reach {
        Reach::Public => is_public(address),
        Reach::Local => is_public(address) || is_ours(address),
    }
}

/// Whether an address is one of the open internet: none of a machine, a network, a cloud's services, a group
/// or a document, and none that wraps another address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_public_v4(mapped),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        // This host, and a cloud's wire server that looks public.
        (0 | 127, _, _) => true,
        (168, 63, 129) => address == Ipv4Addr::new(168, 63, 129, 16),
        // Private, carriers' and link-local networks; the last hold the clouds' metadata.
        (10, _, _) | (192, 168, _) | (169, 254, _) => true,
        (172, 16..=31, _) | (100, 64..=127, _) => true,
        // Protocols, documents, relays, benchmarks.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        // Groups, reserved, everybody.
        (224..=255, _, _) => true,
        _ => false,
    };
    !special
}

/// Only `2000::/3` is handed out: that leaves out `::1`, ULA, link-local, multicast and NAT64.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let handed_out = first & 0xe000 == 0x2000;
    // Protocols and Teredo, documents (two ranges), 6to4.
    let special = (first == 0x2001 && (second < 0x200 || second == 0xdb8))
        || first == 0x2002
        || (first == 0x3fff && second < 0x1000);
    handed_out && !special
}

/// Whether an address is of this machine or of a private network. Metadata services are not.
fn is_ours(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => {
            // The one ULA with a cloud's metadata behind it.
            let metadata = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
            address.is_loopback() || (address.is_unique_local() && address != metadata)
        }
    }
}

/// `Retry-After`: seconds, or a date.
pub(crate) fn pause(value: &str, now: Timestamp) -> Option<Duration> {
    let seconds = match value.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let then = jiff::fmt::rfc2822::parse(value.trim()).ok()?.timestamp();
            u64::try_from(then.as_second() - now.as_second()).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// `X-RateLimit-Reset`, where that is the second at which a limit ends (Braze).
fn reset(value: &str, now: Timestamp) -> Option<Duration> {
    let left = value.trim().parse::<i64>().ok()?.checked_sub(now.as_second())?;
    // Others count the seconds from now, which is far in the past here.
    u64::try_from(left).ok().map(|left| Duration::from_secs(left).min(LONGEST_PAUSE))
}

/// Only what fails before there is a connection was surely not sent.
fn failure(error: reqwest::Error) -> CallError {
    if chain(&error).any(|error| error.is::<Forbidden>()) {
        return CallError::Refused(Forbidden.to_string());
    }
    let unsent = error.is_connect() || error.is_builder();
    let cause = cause(error);
    if unsent { CallError::NotSent(cause) } else { CallError::Unknown(cause) }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// The innermost reason; the outer ones repeat the address.
fn cause(error: reqwest::Error) -> String {
    let timeout = error.is_timeout();
    let error = error.without_url();
    let cause = chain(&error).last().map(ToString::to_string).unwrap_or_default();
    if timeout { "it took too long".to_owned() } else { cause }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
