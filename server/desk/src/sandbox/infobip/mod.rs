//! Infobip: an address for every kind of message, and webhooks that show a key or sign in.

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::template::TemplateInfo;
use secrecy::SecretString;

mod calls;
mod content;
mod error;
mod interactive;
mod read;
mod templates;
mod wire;

use super::digits::{new_hex, wamid};
use super::stand_in::{Between, Deed, Miss, News, Posted, Sample, StandIn, Value, Written, pause_ms};
use crate::Desk;
use crate::channels::Account;

/// How long a webhook is tried. Infobip publishes no schedule; some hours are assumed.
const LONGEST_MS: i64 = 12 * 60 * 60 * 1000;

/// Infobip's stand-in.
pub struct Infobip;

impl StandIn for Infobip {
    fn provider(&self) -> &'static str {
        "infobip"
    }

    fn routes(&self) -> Router<Desk> {
        calls::routes()
    }

    fn message_id(&self, key: &str) -> String {
        wamid(key)
    }

    fn file_id(&self) -> String {
        new_hex()
    }

    fn told(&self, between: &Between<'_>, deed: &Deed<'_>) -> Result<Option<Written>, String> {
        match deed {
            Deed::Said(said) => {
                content::said(between, said).map(|message| Some(wire::inbound(between, said, message)))
            }
            Deed::Reacted { id, message, emoji } => {
                Ok(Some(wire::reaction(between, id, (&message.id, emoji))))
            }
            // Infobip passes neither on.
            Deed::Revoked { .. } | Deed::Edited { .. } => Ok(None),
            Deed::Echoed { .. } => {
                Err("Infobip does not tell what is written on the business's own phone app.".to_owned())
            }
        }
    }

    fn status(&self, between: &Between<'_>, news: &News<'_>) -> Option<Written> {
        Some(wire::report(between, news).at(news.target))
    }

    fn approved(&self, _account: &Account, id: &str, template: &TemplateInfo) -> Option<Written> {
        Some(templates::approved(id, template))
    }

    /// Nothing is signed: a key in a header, or a user and a password.
    fn proof(&self, posted: &Posted<'_>) -> Option<Vec<(&'static str, SecretString)>> {
        shown(posted.account)
    }

    /// Again and again whatever was answered, more and more rarely.
    fn again(&self, miss: &Miss<'_>) -> Option<i64> {
        (miss.age_ms <= LONGEST_MS).then(|| pause_ms(miss.attempts, &[500, 1_000, 5_000], 300_000))
    }

    fn sample(&self) -> Sample {
        Sample {
            channel: "15550100003",
            number: "+1 555-010-0003",
            name: "Infobip (sandbox)",
            fields: &[("api_base", Value::Base), ("webhook_key", Value::MadeUp)],
        }
    }
}

/// The header that proves a webhook: the key where there is one, else user and password.
pub(super) fn shown(account: &Account) -> Option<Vec<(&'static str, SecretString)>> {
    let key = account.current("webhook_key");
    if !key.is_empty() {
        return Some(vec![("x-baton-key", SecretString::from(key))]);
    }
    let (user, password) = (account.current("webhook_user"), account.current("webhook_password"));
    if user.is_empty() || password.is_empty() {
        return None;
    }
    let pair = STANDARD.encode(format!("{user}:{password}"));
    Some(vec![("authorization", SecretString::from(format!("Basic {pair}")))])
}
