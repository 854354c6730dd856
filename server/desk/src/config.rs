//! What the desk is told from outside. Read and checked by the process; see `baton serve --help`.

use std::net::IpAddr;

use secrecy::SecretSlice;
use url::Url;

/// The desk's configuration.
pub struct Config {
    /// Where browsers and providers reach the desk. Never derived from a request.
    pub public_url: Url,
    /// Where the desk is reached on this machine: the stand-ins send their webhooks here.
    pub local_url: Url,
    /// Network addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Hosts that outgoing calls may reach although their addresses are private, by name.
    pub allowed_hosts: Vec<String>,
    /// Whether the built-in stand-in for WhatsApp is switched on.
    pub sandbox: bool,
    /// 32 bytes from which the keys for cookies and stored secrets are made.
    pub secret_key: SecretSlice<u8>,
    /// How long the bodies of webhooks are kept, in days.
    pub ledger_days: u16,
    /// The build, as browsers are told it.
    pub build: String,
    /// Connections that this process may hold to the database.
    pub database_connections: u32,
    /// Where files are kept.
    pub media: crate::media::Place,
}

impl Config {
    /// Whether browsers reach the desk over https: then cookies are `Secure` and browsers are told to stay.
    pub fn https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Whether the public address can be reached from outside: providers can fetch from it and report to it.
    pub fn reachable(&self) -> bool {
        let inside = match self.public_url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => !crate::channels::client::is_public(address.into()),
            Some(url::Host::Ipv6(address)) => !crate::channels::client::is_public(address.into()),
            None => true,
        };
        self.https() && !inside
    }

    /// The public address of a path (which begins with a slash).
    pub fn public(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
