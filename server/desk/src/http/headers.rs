//! The headers that every answer carries, whatever made it: a page, a redirect, an error, a file.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};
use url::Url;

use super::origin::is_loopback;
use crate::{Config, Desk};

/// What an answer may do in a browser unless its handler says otherwise: nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Headers that are the same everywhere, and that no handler may say otherwise.
const ALWAYS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Not `no-referrer`: under that, browsers send `Origin: null` with our own forms.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), \
         display-capture=(), browsing-topics=()",
    ),
];

/// Two years, as the browsers' preload lists want it.
const STAY_ON_HTTPS: &str = "max-age=63072000; includeSubDomains";

/// A layer that gives every answer its security headers. It belongs outermost, so that nothing gets past it.
pub async fn secure(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
    // What is said to one person must not be found in a cache by the next; files say what holds for them.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if desk.config.https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(STAY_ON_HTTPS));
    }
    response
}

/// What a page of ours may do: run the scripts that carry this nonce and what they load, and talk to us.
///
/// A nonce that cannot stand in a header gives a policy under which nothing runs.
pub fn page_csp(nonce: &str, config: &Config) -> HeaderValue {
    let plain =
        !nonce.is_empty() && nonce.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(&b));
    let policy = format!(
        "default-src 'none'; \
         script-src 'strict-dynamic' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; \
         connect-src 'self' {sockets}; \
         img-src 'self' data:; \
         media-src 'self'; \
         font-src 'self'; \
         manifest-src 'self'; \
         form-action 'self'; \
         object-src 'none'; \
         base-uri 'none'; \
         frame-ancestors 'none'",
        sockets = sockets(&config.public_url),
    );
    let value = if plain { HeaderValue::from_str(&policy).ok() } else { None };
    value.unwrap_or(HeaderValue::from_static(NOTHING))
}

/// Where pages open their WebSocket. Not every browser counts it under `'self'`.
fn sockets(public: &Url) -> String {
    let scheme = if public.scheme() == "https" { "wss" } else { "ws" };
    let port = public.port().map(|port| format!(":{port}")).unwrap_or_default();
    // Opened by another name of this machine the page is the same one. An IPv6 address cannot stand in a policy.
    let hosts: Vec<&str> = match is_loopback(public) {
        true => vec!["localhost", "127.0.0.1"],
        false => public.host_str().into_iter().collect(),
    };
    let sources: Vec<String> = hosts.into_iter().map(|host| format!("{scheme}://{host}{port}")).collect();
    sources.join(" ")
}

#[cfg(test)]
mod tests {
    use secrecy::SecretSlice;

    use super::*;

    fn policy(public: &str, nonce: &str) -> String {
        let config = Config {
            public_url: public.parse().unwrap(),
            local_url: "http://127.0.0.1:8080".parse().unwrap(),
            trusted_proxies: Vec::new(),
            allowed_hosts: Vec::new(),
            sandbox: false,
            secret_key: SecretSlice::from(vec![1; 32]),
            ledger_days: 30,
            build: "test".to_owned(),
            database_connections: 1,
            media: crate::media::Place::Folder("nowhere".into()),
        };
        page_csp(nonce, &config).to_str().unwrap().to_owned()
    }

    #[test]
    fn a_page_runs_scripts_with_its_nonce_and_nothing_unsafe() {
        let policy = policy("https://desk.example.org", "bm9uY2U=");
        assert!(
            policy.contains("script-src 'strict-dynamic' 'nonce-bm9uY2U=' 'wasm-unsafe-eval';"),
            "{policy}"
        );
        assert!(policy.contains("connect-src 'self' wss://desk.example.org;"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        for end in ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"] {
            assert!(policy.contains(end), "{policy}");
        }
    }

    #[test]
    fn on_this_machine_the_socket_may_be_opened_by_either_name() {
        let policy = policy("http://127.0.0.1:8080", "abc");
        assert!(policy.contains("connect-src 'self' ws://localhost:8080 ws://127.0.0.1:8080;"), "{policy}");
    }

    #[test]
    fn a_nonce_that_would_break_out_of_the_policy_lets_nothing_run() {
        assert_eq!(policy("https://desk.example.org", "a' 'unsafe-inline"), NOTHING);
        assert_eq!(policy("https://desk.example.org", ""), NOTHING);
    }
}
