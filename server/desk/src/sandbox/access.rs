//! Who calls: credentials, and the numbers that they open.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::ConnectionId;
use subtle::ConstantTimeEq;

use super::stand_in::StandIn;
use crate::channels::{Account, phone};
use crate::store::sandbox::Number;
use crate::{Desk, store};

/// Who calls: a number of the business, and the account that it belongs to.
#[derive(Clone)]
pub struct Caller {
    /// Which provider is called.
    pub stand_in: &'static dyn StandIn,
    /// The number.
    pub number: Number,
    /// Its account.
    pub account: Account,
}

impl Caller {
    /// The connection.
    pub fn connection(&self) -> ConnectionId {
        self.number.connection
    }

    /// The business's number, digits only.
    pub fn business(&self) -> String {
        business(&self.number)
    }

    /// What stands behind the connection's address in the address for news that a send names. The sandbox calls
    /// nobody but the desk: an address that is not the connection's stands for its usual place.
    pub fn target(&self, desk: &Desk, address: Option<&str>) -> String {
        let path = format!("/webhooks/{}/{}", self.stand_in.provider(), self.number.connection);
        let behind = address.and_then(|address| address.strip_prefix(&desk.config.public(&path)));
        let behind = behind.filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        behind.unwrap_or_default().to_owned()
    }

    /// Whether a call names this number: by its own id, or by the number in any writing.
    pub fn goes_by(&self, given: &str) -> bool {
        let normal = phone::normalise(given);
        self.number.line.provider_channel == given || normal.is_some_and(|digits| digits == self.business())
    }
}

/// The business's number, digits only; its id at the provider where it has none.
pub fn business(number: &Number) -> String {
    let written = number.written.as_deref().and_then(phone::normalise);
    let written = written.or_else(|| phone::normalise(&number.line.provider_channel));
    written.unwrap_or_else(|| number.line.provider_channel.clone())
}

/// Everybody who could call, oldest number first.
pub async fn callers(desk: &Desk, stand_in: &'static dyn StandIn) -> store::Result<Vec<Caller>> {
    let mut callers = Vec::new();
    for number in desk.store.sandbox_numbers().await? {
        if number.provider != stand_in.provider() {
            continue;
        }
        if let Some(account) = desk.store.account(&desk.seal, number.connection).await? {
            callers.push(Caller { stand_in, number, account });
        }
    }
    Ok(callers)
}

/// Whether what was given is one of the values of a field; an empty one is nobody's.
pub fn holds(account: &Account, field: &str, given: &str) -> bool {
    account.active(field).fold(false, |held, ours| {
        let same = bool::from(ours.as_bytes().ct_eq(given.as_bytes()));
        held | (same && !ours.is_empty())
    })
}

/// What stands behind a scheme (`Bearer`, `App`) in `Authorization`.
pub fn behind<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (given, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    (given.eq_ignore_ascii_case(scheme) && !rest.is_empty()).then_some(rest)
}

/// User and password of `Authorization: Basic`.
pub fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let bytes = STANDARD.decode(behind(headers, "basic")?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
