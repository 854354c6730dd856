//! What flags, environment and file say, checked: a value that cannot be used is refused at the start, with the
//! reason and what to do.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::sandbox;

pub use stand_ins::StandInFlags;

/// The file that is read when no other is named.
const FILE: &str = "baton.toml";

/// Where the data is. Every command that needs the database has these flags.
#[derive(Args, Serialize, Clone, Default)]
#[command(next_help_heading = "Settings")]
pub struct StoreFlags {
    /// The TOML file with settings; ./baton.toml if it is there.
    #[arg(long, env = "BATON_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// A Postgres (15 to 18) to use instead of one of our own.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    #[serde(skip_serializing_if = "none_or_empty")]
    database_url: Option<String>,
    /// Where our own Postgres and the secret key are kept: .baton in a checkout, else
    /// ~/.local/share/baton; as root below /var/lib/baton.
    #[arg(long, env = "BATON_DATA_DIR", value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// The folder with the programs of Postgres (`initdb`, `postgres`), where they are not found.
    #[arg(long, env = "BATON_PG_BIN", value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pg_bin: Option<PathBuf>,
    /// 64 hexadecimal digits that cookies and stored secrets are encrypted with; otherwise those in
    /// DATA_DIR/secret.key, which is made at the first start. Whoever runs several servers gives all the same.
    #[arg(long, env = "BATON_SECRET_KEY", value_name = "HEX", hide_env_values = true)]
    #[serde(skip_serializing_if = "none_or_empty")]
    secret_key: Option<String>,
}

/// How the desk runs and is reached.
#[derive(Args, Serialize, Clone, Default)]
#[command(next_help_heading = "Settings")]
pub struct DeskFlags {
    #[command(flatten)]
    #[serde(flatten)]
    store: StoreFlags,
    /// The network address and port to listen on [default: 127.0.0.1:3000].
    #[arg(long, env = "BATON_LISTEN", value_name = "ADDRESS:PORT")]
    #[serde(skip_serializing_if = "none_or_empty")]
    listen: Option<String>,
    /// The port alone, when the address is right. 0 lets the system choose one.
    #[arg(long, env = "BATON_PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    /// Where browsers and providers reach the desk, such as https://desk.example.org [default:
    /// http://127.0.0.1:PORT]. Cookies are for this address only.
    #[arg(long, env = "BATON_PUBLIC_URL", value_name = "URL")]
    #[serde(skip_serializing_if = "none_or_empty")]
    public_url: Option<String>,
    /// Network addresses of proxies in front, whose X-Forwarded-For is believed; separated by commas.
    #[arg(long, env = "BATON_TRUSTED_PROXIES", value_name = "ADDRESSES", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_proxies: Option<Vec<String>>,
    /// Hosts that our calls may reach although their addresses are private; separated by commas.
    #[arg(long, env = "BATON_ALLOWED_HOSTS", value_name = "HOSTS", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_hosts: Option<Vec<String>>,
    /// How long the bodies of webhooks are kept, in days [default: 14].
    #[arg(long, env = "BATON_LEDGER_DAYS", value_name = "DAYS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger_days: Option<u16>,
    /// The folder with the front end that `cargo xtask build` has made [default: target/site].
    #[arg(long, env = "BATON_SITE", value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<PathBuf>,
    /// Switch on the stand-in for WhatsApp at /sandbox. Only on a desk that nobody reaches from elsewhere.
    #[arg(long, env = "BATON_SANDBOX", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<bool>,
    /// Fill an empty database with a sample shop and people who can sign in; switches the sandbox on.
    #[arg(long, env = "BATON_SAMPLE", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<bool>,
    #[command(flatten)]
    #[serde(flatten)]
    media: media::MediaFlags,
    /// The form of the log [default: text].
    #[arg(long, env = "BATON_LOG", value_name = "FORM", value_parser = ["text", "json"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
}

/// A command that needs the database alone.
impl From<StoreFlags> for DeskFlags {
    fn from(store: StoreFlags) -> DeskFlags {
        DeskFlags { store, ..DeskFlags::default() }
    }
}

#[expect(clippy::ref_option, reason = "the shape that serde asks for")]
fn none_or_empty(text: &Option<String>) -> bool {
    text.as_ref().is_none_or(|text| text.is_empty())
}

/// Everything as it was said, file and flags together. A key of the file that is not here is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    database_url: Option<String>,
    data_dir: Option<PathBuf>,
    pg_bin: Option<PathBuf>,
    secret_key: Option<String>,
    #[serde(default = "default_listen")]
    listen: String,
    port: Option<u16>,
    public_url: Option<String>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    #[serde(default)]
    allowed_hosts: Vec<String>,
    #[serde(default = "default_ledger_days")]
    ledger_days: u16,
    #[serde(default = "default_site")]
    site: PathBuf,
    #[serde(default)]
    sandbox: bool,
    #[serde(default)]
    sample: bool,
    #[serde(default)]
    log: LogFormat,
    #[serde(default)]
    media_store: media::Kind,
    media_dir: Option<PathBuf>,
    media_bucket: Option<String>,
    media_prefix: Option<String>,
    media_endpoint: Option<String>,
    media_region: Option<String>,
    media_access_key: Option<String>,
    media_secret_key: Option<String>,
}

fn default_listen() -> String {
    "127.0.0.1:3000".to_owned()
}

fn default_ledger_days() -> u16 {
    14
}

fn default_site() -> PathBuf {
    PathBuf::from("target/site")
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What the process was told, checked.
pub struct Settings {
    /// Another Postgres than our own.
    pub database_url: Option<String>,
    /// Where our own Postgres and the secret key are kept.
    pub data_dir: PathBuf,
    /// The programs of Postgres.
    pub pg_bin: Option<PathBuf>,
    /// The secret key, where it is not in the data directory.
    pub secret_key: Option<SecretString>,
    /// What to listen on.
    pub listen: SocketAddr,
    /// Where the desk is reached; otherwise where it listens.
    pub public_url: Option<Url>,
    /// Proxies that are believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Hosts that may have private addresses.
    pub allowed_hosts: Vec<String>,
    /// How long the bodies of webhooks are kept.
    pub ledger_days: u16,
    /// The front end.
    pub site: PathBuf,
    /// Whether the stand-in for WhatsApp is on.
    pub sandbox: bool,
    /// Whether an empty database is filled.
    pub sample: bool,
    /// The form of the log.
    pub log: LogFormat,
    /// Where files are kept.
    pub media: desk::media::Place,
}

impl Settings {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// The first value that cannot be used, with the reason and what to do.
    pub fn read(flags: DeskFlags) -> Result<Settings> {
        let named = flags.store.config.clone();
        if let Some(file) = named.as_ref().filter(|file| !file.is_file()) {
            bail!("there is no file {}: name another with --config, or leave it out", file.display());
        }
        let file = named.unwrap_or_else(|| PathBuf::from(FILE));
        let from_file = if file.is_file() { Figment::from(Toml::file_exact(file)) } else { Figment::new() };
        let said = from_file.merge(Serialized::defaults(flags)).extract();
        check(said.context("a setting cannot be used (see `baton serve --help` for what there is)")?)
    }

    /// Where the desk is reached, once it listens on this address: publicly, and on this machine.
    pub fn reached(&self, bound: SocketAddr) -> Result<(Url, Url)> {
        let ip = match bound.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let local = format!("http://{}", SocketAddr::new(ip, bound.port()));
        let local = Url::parse(&local).with_context(|| format!("{local} is no address"))?;
        Ok((self.public_url.clone().unwrap_or_else(|| local.clone()), local))
    }

    /// Whether nobody reaches the desk from another machine.
    pub fn is_private(&self) -> bool {
        self.listen.ip().is_loopback() && self.public_url.as_ref().is_none_or(is_loopback)
    }

    /// Refuses what would let strangers in, unless the desk is private.
    pub fn must_be_private(&self, what: &str) -> Result<()> {
        if self.is_private() {
            return Ok(());
        }
        let public = self.public_url.as_ref().map_or_else(|| "not set".to_owned(), Url::to_string);
        bail!(
            "{what} is for a desk that nobody reaches from another machine, because anybody who does could use \
             it. This one listens on {} and its public_url is {public}. Listen on 127.0.0.1 with a public_url of \
             this machine, or leave {what} out.",
            self.listen
        )
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn check(mut said: Said) -> Result<Settings> {
    let mut listen: SocketAddr = said.listen.parse().with_context(|| {
        format!("listen is `{}`: write an IP address and a port, such as 127.0.0.1:3000", said.listen)
    })?;
    if let Some(port) = said.port {
        listen.set_port(port);
    }
    if said.ledger_days == 0 || said.ledger_days > 3650 {
        bail!("ledger_days is {}: choose 1 to 3650 days", said.ledger_days);
    }
    let data_dir = match said.data_dir.take() {
        Some(folder) => folder,
        None => embedded::default_data_dir(&std::env::current_dir().context("finding the current folder")?),
    };
    let data_dir = std::path::absolute(data_dir).context("finding the data directory")?;
    let media = media::check(&mut said, &data_dir)?;
    let settings = Settings {
        database_url: said.database_url.map(check_database_url).transpose()?,
        data_dir,
        pg_bin: said.pg_bin,
        secret_key: said.secret_key.map(check_secret_key).transpose()?,
        listen,
        public_url: said.public_url.as_deref().map(check_public_url).transpose()?,
        trusted_proxies: said
            .trusted_proxies
            .iter()
            .map(|proxy| check_proxy(proxy))
            .collect::<Result<_>>()?,
        allowed_hosts: said.allowed_hosts.iter().map(|host| check_host(host)).collect::<Result<_>>()?,
        ledger_days: said.ledger_days,
        site: said.site,
        sandbox: said.sandbox || said.sample,
        sample: said.sample,
        log: said.log,
        media,
    };
    let wanted = [(settings.sample, "sample"), (settings.sandbox, "sandbox")];
    if let Some((_, what)) = wanted.into_iter().find(|(wanted, _)| *wanted) {
        sandbox::must_be_here(what)?;
        settings.must_be_private(what)?;
    }
    Ok(settings)
}

fn check_database_url(url: String) -> Result<String> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(url);
    }
    // The value is not repeated: it may hold a password.
    bail!("database_url does not begin with postgres://: write postgres://USER:PASSWORD@HOST:5432/NAME")
}

fn check_secret_key(key: String) -> Result<SecretString> {
    if key.len() == 64 && key.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(SecretString::from(key));
    }
    bail!("secret_key is not 64 hexadecimal digits: make one with `openssl rand -hex 32`, or leave it out")
}

fn check_public_url(text: &str) -> Result<Url> {
    let url = Url::parse(text).with_context(|| {
        format!("public_url is `{text}`: write where the desk is reached, such as https://desk.example.org")
    })?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let named = url.username().is_empty() && url.password().is_none() && url.host().is_some();
    if !matches!(url.scheme(), "http" | "https") || !bare || !named {
        bail!(
            "public_url is `{text}`: write scheme and host, and a port where it is an unusual one, and nothing \
             else, such as https://desk.example.org"
        );
    }
    Ok(url)
}

fn check_proxy(text: &str) -> Result<IpAddr> {
    text.trim()
        .parse()
        .with_context(|| format!("trusted_proxies names `{text}`: write IP addresses, no names"))
}

fn check_host(text: &str) -> Result<String> {
    let host = text.trim();
    if host.is_empty() || host.contains(['/', ':', '@', ' ']) {
        bail!("allowed_hosts names `{text}`: write host names alone, without scheme, port or path");
    }
    Ok(host.to_ascii_lowercase())
}

mod media;
mod stand_ins;
#[cfg(test)]
mod tests;
