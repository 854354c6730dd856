//! The WhatsApp Cloud API: the Graph API's calls, and webhooks as Meta writes and signs them.

use axum::Router;
use contract::template::TemplateInfo;
use secrecy::SecretString;
use serde_json::json;

mod content;
mod error;
mod graph;
mod interactive;
mod media;
mod read;
mod template;
mod templates;
#[cfg(test)]
mod tests;
mod wire;

use super::digits::wamid;
use super::stand_in::{Between, Deed, Miss, News, Posted, Sample, StandIn, Value, Written, pause_ms};
use crate::Desk;
use crate::channels::Account;

/// How long a webhook is tried: seven days.
const LONGEST_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The Cloud API's stand-in.
pub struct Meta;

impl StandIn for Meta {
    fn provider(&self) -> &'static str {
        "meta"
    }

    fn version(&self) -> &'static str {
        "/v25.0"
    }

    fn routes(&self) -> Router<Desk> {
        graph::routes()
    }

    fn message_id(&self, key: &str) -> String {
        wamid(key)
    }

    fn told(&self, between: &Between<'_>, deed: &Deed<'_>) -> Result<Option<Written>, String> {
        let (id, quoted, content) = match *deed {
            Deed::Said(said) => (said.id, said.quoted, content::said(&said)?),
            Deed::Reacted { id, message, emoji } => {
                let reaction = json!({ "message_id": message.id, "emoji": emoji });
                (id, None, json!({ "type": "reaction", "reaction": reaction }))
            }
            Deed::Revoked { id, message } => {
                (id, None, json!({ "type": "revoke", "revoke": { "original_message_id": message } }))
            }
            Deed::Edited { id, message, body } => {
                let mut content = content::content(body)?;
                // Meta's own stand-in for the id of the message inside.
                content["context"] = json!({ "id": "M0" });
                let edit = json!({ "original_message_id": message, "message": content });
                (id, None, json!({ "type": "edit", "edit": edit }))
            }
            Deed::Echoed { id, body } => {
                let sent = wire::Sent { id, quoted: None, content: content::content(body)? };
                return Ok(Some(wire::echo(between, &sent)));
            }
        };
        Ok(Some(wire::message(between, &wire::Sent { id, quoted, content })))
    }

    fn status(&self, between: &Between<'_>, news: &News<'_>) -> Option<Written> {
        Some(wire::status(between, news))
    }

    fn approved(&self, account: &Account, id: &str, template: &TemplateInfo) -> Option<Written> {
        Some(templates::approved(account, id, template))
    }

    fn proof(&self, posted: &Posted<'_>) -> Option<Vec<(&'static str, SecretString)>> {
        let signature = wire::signature(posted.account.current("app_secret"), posted.body.as_bytes())?;
        Some(vec![("x-hub-signature-256", SecretString::from(signature))])
    }

    /// At once, then more and more rarely, for seven days, whatever was answered (channels reference: delivery
    /// semantics of webhooks).
    fn again(&self, miss: &Miss<'_>) -> Option<i64> {
        (miss.age_ms <= LONGEST_MS).then(|| pause_ms(miss.attempts, &[200, 500, 1000, 2000], 60_000))
    }

    fn sample(&self) -> Sample {
        Sample {
            channel: "100000000000001",
            number: "+1 555-010-0000",
            name: "Sample shop",
            fields: &[("waba_id", Value::Is("100000000000002"))],
        }
    }
}
