//! One provider's protocol, and what it is told.

use std::collections::BTreeMap;
use std::time::Duration;

use contract::capability::{Ability, Degree, Feature, FileRule};
use contract::message::{Media, MediaKind};
use contract::settings::SettingField;
use contract::{Body, Capabilities};
use http::HeaderMap;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::backlog::Backlog;
use super::templates::Templates;
use super::{Answer, Fault, Item, Learned, Malformed, Need, NotCarried, Outcome, Outgoing, Scope, Step};

/// One provider's protocol.
pub trait Provider: Send + Sync + 'static {
    /// What it is and what a connection needs.
    fn about(&self) -> About;

    /// What its channels can carry.
    fn capabilities(&self) -> Capabilities;

    /// Answers the provider's check of our webhook address: the text to send back, or none for a refusal.
    /// Providers without such a check get none.
    fn handshake(&self, _query: &[(String, String)], _account: &Account) -> Option<String> {
        None
    }

    /// Whether a webhook really comes from the provider: over the raw bytes, in constant time, against every
    /// secret that is valid now. Without a secret nothing is genuine.
    fn genuine(&self, hook: &Hook<'_>, account: &Account) -> bool;

    /// Our answer to a webhook that is kept.
    fn receipt(&self) -> Receipt {
        Receipt { content_type: "text/plain", body: "" }
    }

    /// What is missing among the fields that have a value for any webhook to be genuine: the field, and what to do.
    /// Where one field does it, that one is not optional, and nothing is asked here.
    fn unproven(&self, _has: &dyn Fn(&str) -> bool) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Reads a webhook. A bad item is rejected by itself; an error means that not even the items can be told
    /// apart.
    fn parse(&self, arrived: &Arrived<'_>) -> Result<Vec<Item>, Malformed>;

    /// Another name of the channel that something is about, beside the one in its items: a channel can stand for several
    /// numbers.
    fn also_named(&self, _arrived: &Arrived<'_>) -> Option<String> {
        None
    }

    /// Whether this can be carried by one call, before anything is stored: kinds, lengths and numbers of things.
    fn carries(&self, body: &Body) -> Result<(), NotCarried>;

    /// The next call on the way to sending something.
    fn call(&self, via: &Via<'_>, outgoing: &Outgoing) -> Result<Step, NotCarried>;

    /// What the provider's answer to a send means.
    fn outcome(&self, answer: &Answer) -> Outcome;

    /// What a failure with this code and reason says of the customer: which messages they do not want any more.
    fn opted_out(&self, _code: &str, _reason: &str) -> Option<Scope> {
        None
    }

    /// What the call for a [`Need`] has brought. Providers that need nothing are never asked.
    fn learn(&self, need: &Need, answer: &Answer) -> Result<Learned, Fault>;

    /// The next call on the way to the bytes of a file that a customer has sent. It goes only to hosts of
    /// [`About::file_hosts`] or to the connection's own.
    fn fetch(&self, via: &Via<'_>, media: &Media) -> Result<Step, NotCarried>;

    /// Files of customers that an account may fetch in a second, where the provider limits that.
    fn files_a_second(&self) -> Option<u32> {
        None
    }

    /// The next call on the way to a proof that the credentials hold, without any effect.
    fn check(&self, via: &Via<'_>) -> Result<Step, NotCarried>;

    /// What the check has found: the numbers of the account, where it lists them. An error is why the credentials
    /// do not hold.
    fn checked(&self, answer: &Answer) -> Result<Vec<Found>, Fault>;

    /// Whether its calls may go to this host (lower case, no dot at the end): the one of [`About::api_base`], and those
    /// that share its last two labels. A provider with more hosts than that says so itself.
    fn serves(&self, host: &str) -> bool {
        let own = self.about().api_base;
        let own = own.split_once("://").map_or(own, |(_, rest)| rest);
        let own = own.split(['/', ':']).next().unwrap_or_default();
        let domain = own.rmatch_indices('.').nth(1).map_or(own, |(at, _)| &own[at + 1..]);
        host == own || host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    }

    /// For how many hours a customer's join holds, where a channel is one for trying out that has to be joined.
    fn join_hours(&self, _channel: &str) -> Option<i32> {
        None
    }

    /// How many messages one customer may get of one number, where WhatsApp limits that.
    fn pair_limit(&self) -> Option<PairLimit> {
        None
    }

    /// How its templates are listed and made, where it has them.
    fn templates(&self) -> Option<&dyn Templates> {
        None
    }

    /// How what was missed is fetched, where that can be done.
    fn backlog(&self) -> Option<&dyn Backlog> {
        None
    }
}

/// [`Provider::unproven`] where a key in a header proves a webhook, or else a user and a password do.
pub(super) fn key_or_password(has: &dyn Fn(&str) -> bool) -> Option<(&'static str, &'static str)> {
    match (has("webhook_key"), has("webhook_user"), has("webhook_password")) {
        (true, false, false) | (_, true, true) => None,
        (_, true, false) => Some(("webhook_password", "Type the password that goes with this user.")),
        (_, false, true) => Some(("webhook_user", "Type the user that goes with this password.")),
        (false, false, false) => Some((
            "webhook_key",
            "Type a key, or a user and a password, that is shown with every webhook: without one nothing is taken.",
        )),
    }
}

/// How many messages one customer may get of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairLimit {
    /// So many at once.
    pub burst: u32,
    /// Then one in this time.
    pub every: Duration,
}

impl PairLimit {
    /// One in six seconds, and 45 at once that the time after pays for; above that WhatsApp answers 131056 (Meta), which
    /// is 63018 at Twilio. A few are left for what the desk does not know of (channels reference: throughput and
    /// limits).
    pub const WHATSAPP: PairLimit = PairLimit { burst: 40, every: Duration::from_secs(6) };
}

/// What a provider is and what a connection to it needs.
pub struct About {
    /// Its word in the registry, in SQL and in webhook addresses.
    pub provider: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Where its calls go, unless a connection says otherwise.
    pub api_base: &'static str,
    /// What a channel's own id is called there, and where to find it.
    pub channel_id_label: &'static str,
    /// The field that the desk makes up itself and the admin types at the provider, if it has one.
    pub made_up: Option<&'static str>,
    /// What stands behind our webhook address where it is typed at the provider (`#rc=5`); never sent, never signed.
    pub webhook_suffix: &'static str,
    /// What the admin does at the provider, one step a line.
    pub steps: &'static [&'static str],
    /// What a connection needs.
    pub fields: Vec<SettingField>,
    /// Messages a second that a number may send unless the provider says otherwise.
    pub rate: u32,
    /// Whether what comes in counts against that rate.
    pub rate_counts_inbound: bool,
    /// Hosts, beside that of the connection's own calls, from which files are fetched; one that starts with a dot
    /// stands for all below it.
    pub file_hosts: &'static [&'static str],
    /// Whether every item that comes in has an id. Where it has not, repeats are told apart otherwise.
    pub has_ids: bool,
}

/// One account at a provider: where its calls go, and its credentials by field. A field can have several
/// values while it is being replaced; the first is the current one.
#[derive(Clone)]
pub struct Account {
    /// Where its calls go, without a slash at the end.
    pub api_base: String,
    values: BTreeMap<String, Vec<SecretString>>,
}

impl Account {
    /// An account with these values, current ones first.
    pub fn new(api_base: &str, values: BTreeMap<String, Vec<SecretString>>) -> Account {
        Account { api_base: api_base.trim_end_matches('/').to_owned(), values }
    }

    /// The current value of a field; empty where there is none.
    pub fn current(&self, key: &str) -> &str {
        self.active(key).next().unwrap_or_default()
    }

    /// Every value of a field that is valid now.
    pub fn active(&self, key: &str) -> impl Iterator<Item = &str> {
        self.values.get(key).into_iter().flatten().map(|value| value.expose_secret())
    }
}

/// A webhook, as it is verified.
#[derive(Clone, Copy)]
pub struct Hook<'a> {
    /// Our address as the provider has it: public, with the query as it was sent, without a fragment.
    pub url: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its raw bytes.
    pub body: &'a [u8],
    /// When it came in.
    pub at: Timestamp,
}

/// A webhook that is genuine, as it is read.
#[derive(Clone, Copy)]
pub struct Arrived<'a> {
    /// Its content type.
    pub content_type: Option<&'a str>,
    /// What stood behind the connection in its path; empty where nothing did.
    pub tail: &'a str,
    /// Its query, as it was sent; empty where there was none.
    pub query: &'a str,
    /// Its raw bytes.
    pub body: &'a [u8],
    /// When it came in.
    pub at: Timestamp,
}

impl<'a> Arrived<'a> {
    /// A body by itself, as in `inspect`.
    pub fn body(body: &'a [u8], content_type: Option<&'a str>, at: Timestamp) -> Arrived<'a> {
        Arrived { content_type, tail: "", query: "", body, at }
    }
}

/// Our answer to a webhook that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its type.
    pub content_type: &'static str,
    /// What it says.
    pub body: &'static str,
}

/// What was learned for a connection before, by the keys of its [`Need`]s; what has expired is not there.
pub type Known = BTreeMap<String, String>;

/// Over what a call goes.
#[derive(Clone, Copy)]
pub struct Via<'a> {
    /// The account.
    pub account: &'a Account,
    /// The provider's own id of the channel; empty for calls about the account.
    pub channel: &'a str,
    /// The public address for news about what is sent, for providers that take one with each send. None where the
    /// desk cannot be reached from outside.
    pub callback: Option<&'a str>,
    /// What was learned before.
    pub known: &'a Known,
    /// The time, for requests that are signed or dated.
    pub at: Timestamp,
}

/// A number or sender that an account has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// The provider's own id of the channel.
    pub channel: String,
    /// What it is called.
    pub name: Option<String>,
    /// The number as people write it.
    pub number: Option<String>,
    /// How customers rate it, in the provider's word (`GREEN`).
    pub quality: Option<String>,
    /// How many people it may write to first, in the provider's word (`TIER_1K`).
    pub messaging_limit: Option<String>,
    /// Messages a second that it may send, where the provider says so.
    pub rate: Option<u32>,
}

/// Every feature, once: native unless it is named with what stands in for it or why it is missing.
pub(super) fn abilities(replaced: &[(Feature, &str)], missing: &[(Feature, &str)]) -> Vec<Ability> {
    let note = |notes: &[(Feature, &str)], feature| {
        notes.iter().find(|(named, _)| *named == feature).map(|(_, note)| (*note).to_owned())
    };
    let ability = |feature| match (note(replaced, feature), note(missing, feature)) {
        (Some(note), _) => Ability { feature, degree: Degree::Replaced, note },
        (None, Some(note)) => Ability { feature, degree: Degree::Missing, note },
        (None, None) => Ability { feature, degree: Degree::Native, note: String::new() },
    };
    Feature::ALL.into_iter().map(ability).collect()
}

/// A rule for files: kind, types, most bytes, longest caption.
pub(super) type FileRow = (MediaKind, &'static [&'static str], u64, u32);

/// Rules for files, as the desk's screens get them.
pub(super) fn file_rules(rules: &[FileRow]) -> Vec<FileRule> {
    rules
        .iter()
        .map(|(kind, types, most_bytes, caption)| FileRule {
            kind: *kind,
            types: types.iter().map(|mime| (*mime).to_owned()).collect(),
            most_bytes: *most_bytes,
            caption: *caption,
        })
        .collect()
}
