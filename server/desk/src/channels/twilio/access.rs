//! Where calls go, and with which credentials.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use secrecy::SecretString;
use serde_json::Value;

use super::form;
use crate::channels::limits::refused;
use crate::channels::{Account, Call, Content, NotCarried};

/// The host of accounts and messages.
pub(super) const API: &str = "https://api.twilio.com";
/// The host of contents: buttons, menus, templates.
const CONTENT: &str = "https://content.twilio.com";
/// The host of typing.
const MESSAGING: &str = "https://messaging.twilio.com";

/// What a header is called and holds.
type Header = (&'static str, SecretString);

/// The header of every call: by the API key where there is a whole one, else by the account's auth token.
pub(super) fn authorization(account: &Account) -> Header {
    match (account.current("api_key_sid"), account.current("api_key_secret")) {
        ("", _) | (_, "") => by_token(account),
        (key, secret) => basic(key, secret),
    }
}

/// The header of a call that proves the auth token.
pub(super) fn by_token(account: &Account) -> Header {
    basic(account.current("account_sid"), account.current("auth_token"))
}

fn basic(user: &str, password: &str) -> Header {
    let pair = STANDARD.encode(format!("{}:{}", user.trim(), password.trim()));
    ("authorization", SecretString::from(format!("Basic {pair}")))
}

/// Whether calls are made with an API key.
pub(super) fn has_key(account: &Account) -> bool {
    !account.current("api_key_sid").is_empty() && !account.current("api_key_secret").is_empty()
}

/// The path of the account, `/2010-04-01/Accounts/AC…`.
pub(super) fn account_path(account: &Account) -> Result<String, NotCarried> {
    let sid = account.current("account_sid").trim();
    match !sid.is_empty() && sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        true => Ok(format!("/2010-04-01/Accounts/{sid}")),
        false => refused("The account SID of this connection is not right. An admin can correct it."),
    }
}

/// An address at the host of accounts and messages.
pub(super) fn api(account: &Account, path: &str) -> String {
    format!("{}{path}", account.api_base)
}

/// An address at the host of contents. A stand-in for Twilio has everything in one place.
pub(super) fn content(account: &Account, path: &str) -> String {
    format!("{}{path}", beside(account, CONTENT))
}

/// An address at the host of typing.
pub(super) fn messaging(account: &Account, path: &str) -> String {
    format!("{}{path}", beside(account, MESSAGING))
}

fn beside<'a>(account: &'a Account, host: &'a str) -> &'a str {
    if account.api_base == API { host } else { &account.api_base }
}

/// A call that reads.
pub(super) fn get(account: &Account, url: String) -> Call {
    Call { method: Method::GET, url, headers: vec![authorization(account)], content: Content::Nothing }
}

/// A call that sends a form.
pub(super) fn post_form(account: &Account, url: String, fields: &[(&'static str, String)]) -> Call {
    let form = form::written(fields.iter().map(|(key, value)| (*key, value.as_str())));
    let content = Content::Bytes(form::TYPE, form);
    Call { method: Method::POST, url, headers: vec![authorization(account)], content }
}

/// A call that sends JSON.
pub(super) fn post_json(account: &Account, url: String, body: &Value) -> Call {
    let content = Content::Bytes("application/json", body.to_string().into_bytes());
    Call { method: Method::POST, url, headers: vec![authorization(account)], content }
}
