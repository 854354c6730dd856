//! Where calls go, and the token that lets them in.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::fault;
use crate::channels::json::{self, filled, integer};
use crate::channels::limits::refused;
use crate::channels::{Account, Answer, Call, Content, Fault, Learned, Need, NotCarried, Step, Via};

/// The key of the bearer token among what is known of a connection.
const TOKEN: &str = "token";
/// The start of the key for an app's processing mode.
pub(super) const MODE: &str = "mode:";
/// Sinch's own hosts for the Conversation API stand below this; an app lives in one region only.
const REGIONAL: &str = ".conversation.api.sinch.com";
/// The regions there are.
const REGIONS: &[&str] = &["us", "eu", "br"];
/// Where tokens come from, whatever the region.
const AUTH: &str = "https://auth.sinch.com";
/// Where templates are listed, whatever the region.
const PROVISIONING: &str = "https://provisioning.api.sinch.com";
/// A token lives for an hour; five minutes less, so that none ends on its way.
const TOKEN_LIVES: i64 = 3_600;
const TOKEN_MARGIN: i64 = 300;
/// How long an app's processing mode is believed.
const MODE_LIVES: Duration = Duration::from_secs(60 * 60);

/// Whether the calls go to Sinch itself. Anything else (a stand-in) serves everything from one place.
fn is_own(account: &Account) -> bool {
    Url::parse(&account.api_base).is_ok_and(|url| {
        url.scheme() == "https" && url.host_str().is_some_and(|host| host.ends_with(REGIONAL))
    })
}

/// The Conversation API of the connection's project, in its region.
pub(super) fn project(account: &Account) -> Result<String, NotCarried> {
    let host = match account.current("region").trim() {
        "" => account.api_base.clone(),
        region if !REGIONS.contains(&region) => {
            return refused("The region of a Sinch app is us, eu or br. An admin can correct it.");
        }
        region if is_own(account) => format!("https://{region}{REGIONAL}"),
        _ => account.api_base.clone(),
    };
    Ok(format!("{host}/v1/projects/{}", word(account.current("project_id"), "project ID")?))
}

/// The Provisioning API of the connection's project.
pub(super) fn provisioning(account: &Account) -> Result<String, NotCarried> {
    let host = if is_own(account) { PROVISIONING } else { account.api_base.as_str() };
    Ok(format!("{host}/v1/projects/{}", word(account.current("project_id"), "project ID")?))
}

/// The app that a call is for: the channel, else the one of the connection.
pub(super) fn app<'a>(via: &Via<'a>) -> Result<&'a str, NotCarried> {
    let account: &'a Account = via.account;
    let app = if via.channel.is_empty() { account.current("app_id") } else { via.channel };
    word(app, "app ID")
}

/// An id that cannot lead elsewhere when it stands in an address.
fn word<'a>(id: &'a str, what: &str) -> Result<&'a str, NotCarried> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match !id.is_empty() && id.bytes().all(plain) {
        true => Ok(id),
        false => {
            refused(format!("The {what} of this Sinch connection is not right. An admin can correct it."))
        }
    }
}

/// A call with the bearer token, or the token first.
pub(super) fn with_token(
    via: &Via<'_>,
    method: Method,
    url: String,
    content: Content,
) -> Result<Step, NotCarried> {
    let Some(token) = via.known.get(TOKEN) else { return Ok(Step::First(token(via.account)?)) };
    let headers = vec![("authorization", SecretString::from(format!("Bearer {token}")))];
    Ok(Step::Call(Call { method, url, headers, content }))
}

/// OAuth 2 with the access key: tokens that we would sign ourselves are not taken.
fn token(account: &Account) -> Result<Need, NotCarried> {
    let (key, secret) = (account.current("key_id"), account.current("key_secret"));
    if key.is_empty() || secret.is_empty() {
        return refused("The access key of this Sinch connection is missing. An admin can enter it.");
    }
    let host = if is_own(account) { AUTH } else { account.api_base.as_str() };
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:{secret}")));
    Ok(Need {
        key: TOKEN.to_owned(),
        call: Call {
            method: Method::POST,
            url: format!("{host}/oauth2/token"),
            headers: vec![("authorization", SecretString::from(basic))],
            content: Content::Bytes(
                "application/x-www-form-urlencoded",
                b"grant_type=client_credentials".to_vec(),
            ),
        },
    })
}

/// The token, or an app's processing mode.
pub(super) fn learn(need: &Need, answer: &Answer) -> Result<Learned, Fault> {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let fine = (200..300).contains(&answer.status);
    if need.key.starts_with(MODE) {
        let mode = filled(&body, "processing_mode").filter(|_| fine);
        return mode
            .map(|value| Learned { value, lives: MODE_LIVES })
            .ok_or_else(|| fault::fault_of(&body, answer));
    }
    let Some(value) = filled(&body, "access_token").filter(|_| fine) else {
        return Err(fault::of_token(&body, answer));
    };
    let lives = body.get("expires_in").and_then(integer).unwrap_or(TOKEN_LIVES).max(0);
    let lives = (lives - TOKEN_MARGIN).max(lives / 2);
    Ok(Learned { value, lives: Duration::from_secs(u64::try_from(lives).unwrap_or(0)) })
}
