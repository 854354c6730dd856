//! Which pages may make a browser send us something in the name of the person signed in: ours alone.
//!
//! What is compared is the configured public origin, never the `Host` of a request, which whoever sends it chooses.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, header};
use url::{Host, Url};

use super::error::{Code, Problem};
use crate::auth::sessions::has_cookie;
use crate::{Config, Desk};

/// Paths that are called by programs, not by browsers: they look at no cookie and carry a signature or a token.
const EXEMPT: [&str; 3] = ["/api/v1/", "/sandbox/", "/webhooks/"];

/// A layer that refuses requests which another site's page made a browser send.
pub async fn guard(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let exempt = EXEMPT.iter().any(|prefix| path.starts_with(prefix));
    if exempt || allowed(&desk.config, request.method(), request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!(path, "a request from another site's page was refused");
    Problem::with(Code::CrossOrigin, "Open the desk at its own address and try again.").into_response()
}

/// Whether a request with this method may be served, as far as its origin goes.
pub fn allowed(config: &Config, method: &Method, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE) {
        return true;
    }
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    if matches!(site, Some(b"same-origin" | b"none")) {
        return true;
    }
    match headers.get(header::ORIGIN) {
        Some(_) => comes_from_us(config, headers),
        // No browser that is still in use leaves both headers out: this is a program, and without a session's
        // cookie it acts in nobody's name.
        None => site.is_none() && !has_cookie(headers),
    }
}

/// Whether a WebSocket may be opened. Its handshake is a GET, which browsers let every page send, with the cookie:
/// so with a cookie the origin must be there and be ours.
pub fn websocket_allowed(config: &Config, headers: &HeaderMap) -> bool {
    match headers.contains_key(header::ORIGIN) {
        true => comes_from_us(config, headers),
        false => !has_cookie(headers),
    }
}

/// Whether the one `Origin` is the public one.
fn comes_from_us(config: &Config, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else { return false };
    let origin = origin.to_str().ok().and_then(|text| Url::parse(text).ok());
    origin.is_some_and(|origin| same(&origin, &config.public_url))
}

/// Whether two addresses have the same origin; the names of this very machine are one.
fn same(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.port_or_known_default() == other.port_or_known_default()
        && one.host().is_some()
        && (one.host() == other.host() || (is_loopback(one) && is_loopback(other)))
}

/// Whether an address is on this very machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use http::HeaderValue;
    use secrecy::SecretSlice;

    use super::*;

    fn config(public: &str) -> Config {
        Config {
            public_url: public.parse().unwrap(),
            local_url: "http://127.0.0.1:8080".parse().unwrap(),
            trusted_proxies: Vec::<IpAddr>::new(),
            allowed_hosts: Vec::new(),
            sandbox: false,
            secret_key: SecretSlice::from(vec![1; 32]),
            ledger_days: 30,
            build: "test".to_owned(),
            database_connections: 1,
            media: crate::media::Place::Folder("nowhere".into()),
        }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_our_own_pages_may_send_with_an_unsafe_method() {
        let config = config("https://desk.example.org");
        let table: &[(&[(&str, &str)], bool)] = &[
            (&[("sec-fetch-site", "same-origin"), ("cookie", "__Host-baton=x")], true),
            (&[("sec-fetch-site", "none"), ("cookie", "__Host-baton=x")], true),
            (&[("sec-fetch-site", "cross-site"), ("cookie", "__Host-baton=x")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site"), ("origin", "https://www.example.org")], false),
            (&[("origin", "https://desk.example.org"), ("cookie", "__Host-baton=x")], true),
            (&[("origin", "https://DESK.example.org:443")], true),
            (&[("origin", "http://desk.example.org"), ("cookie", "__Host-baton=x")], false),
            (&[("origin", "https://desk.example.org:8443")], false),
            (&[("origin", "https://desk.example.org.evil.example")], false),
            (&[("origin", "null"), ("cookie", "__Host-baton=x")], false),
            (&[("origin", ""), ("cookie", "__Host-baton=x")], false),
            (&[("cookie", "__Host-baton=x")], false),
            (&[("cookie", "theme=dark")], true),
            (&[("host", "desk.example.org"), ("cookie", "__Host-baton=x")], false),
            (&[], true),
        ];
        for (pairs, expected) in table {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()))
                .collect();
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                assert_eq!(allowed(&config, &method, &headers), *expected, "{method} {pairs:?}");
            }
            assert!(allowed(&config, &Method::GET, &headers));
        }
    }

    #[test]
    fn two_origins_at_once_are_none() {
        let config = config("https://desk.example.org");
        let mut two = headers(&[("origin", "https://desk.example.org")]);
        two.append("origin", HeaderValue::from_static("https://evil.example"));
        assert!(!allowed(&config, &Method::POST, &two));
        assert!(!websocket_allowed(&config, &two));
    }

    #[test]
    fn a_websocket_with_a_cookie_needs_our_origin_whatever_else_the_browser_says() {
        let config = config("https://desk.example.org");
        let with = |pairs| websocket_allowed(&config, &headers(pairs));
        assert!(with(&[("origin", "https://desk.example.org"), ("cookie", "__Host-baton=x")]));
        assert!(!with(&[("cookie", "__Host-baton=x")]));
        assert!(!with(&[("cookie", "__Host-baton=x"), ("sec-fetch-site", "same-origin")]));
        assert!(!with(&[("cookie", "__Host-baton=x"), ("origin", "https://evil.example")]));
        assert!(!with(&[("origin", "https://evil.example")]));
        assert!(with(&[]));
    }

    #[test]
    fn the_names_of_this_machine_are_one_on_the_same_port() {
        let config = config("http://127.0.0.1:8080");
        let with =
            |origin| websocket_allowed(&config, &headers(&[("origin", origin), ("cookie", "baton=x")]));
        assert!(with("http://localhost:8080"));
        assert!(with("http://127.0.0.1:8080"));
        assert!(with("http://[::1]:8080"));
        assert!(!with("http://localhost:8081"));
        assert!(!with("https://localhost:8080"));
        assert!(!with("http://localhost.evil.example:8080"));
    }
}
