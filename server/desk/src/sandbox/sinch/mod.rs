//! Sinch's Conversation API, in dispatch mode: tokens, messages, events, apps and templates in one place, and webhooks
//! that are signed with a nonce and a time.

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha2::Sha256;

mod access;
mod calls;
mod content;
mod error;
mod files;
mod list;
mod read;
mod template;
mod wire;

use super::digits::ulid;
use super::stand_in::{Between, Deed, Miss, News, Posted, Sample, StandIn, Value, Written, pause_ms};
use crate::Desk;

/// The pause after the first failure, in milliseconds; it doubles from then on.
const FIRST_MS: i64 = 5_000;
/// The last pause: 81,920 seconds (channels reference: webhooks). After it a webhook is lost.
const LAST_MS: i64 = 81_920_000;
/// The failures that are followed by a pause: from 5 seconds it doubles 14 times.
const PAUSES: u32 = 15;

/// The Conversation API's stand-in.
pub struct Sinch;

impl StandIn for Sinch {
    fn provider(&self) -> &'static str {
        "sinch"
    }

    fn routes(&self) -> Router<Desk> {
        calls::routes()
    }

    fn message_id(&self, _key: &str) -> String {
        ulid(jiff::Timestamp::now().as_millisecond())
    }

    fn file_id(&self) -> String {
        super::digits::new_hex()
    }

    fn kind_by_type(&self) -> bool {
        true
    }

    fn told(&self, between: &Between<'_>, deed: &Deed<'_>) -> Result<Option<Written>, String> {
        match deed {
            Deed::Said(said) => wire::said(between, said).map(Some),
            Deed::Reacted { id, message, emoji } => {
                Ok(Some(wire::reaction(between, id, (&message.id, emoji))))
            }
            // Sinch passes neither on.
            Deed::Revoked { .. } | Deed::Edited { .. } => Ok(None),
            Deed::Echoed { .. } => {
                Err("Sinch does not tell what is written on the business's own phone app.".to_owned())
            }
        }
    }

    fn status(&self, between: &Between<'_>, news: &News<'_>) -> Option<Written> {
        Some(wire::status(between, news).at(news.target))
    }

    /// The base64 of HMAC-SHA256 over body, `.`, nonce, `.` and time (channels reference: signature).
    fn proof(&self, posted: &Posted<'_>) -> Option<Vec<(&'static str, SecretString)>> {
        let nonce = ulid(posted.at.as_millisecond());
        let time = posted.at.as_second().to_string();
        let secret = posted.account.current("webhook_secret");
        let signature = signature(secret, posted.body, (&nonce, &time))?;
        Some(vec![
            ("x-sinch-webhook-signature", SecretString::from(signature)),
            ("x-sinch-webhook-signature-algorithm", SecretString::from("HmacSHA256")),
            ("x-sinch-webhook-signature-nonce", SecretString::from(nonce)),
            ("x-sinch-webhook-signature-timestamp", SecretString::from(time)),
        ])
    }

    /// After 5, 10, 20 seconds and so on where there was no answer, 429 or 5xx; never after another 4xx.
    fn again(&self, miss: &Miss<'_>) -> Option<i64> {
        let passes = miss.status.is_none_or(|status| status == 429 || status >= 500);
        (passes && miss.attempts < PAUSES).then(|| pause_ms(miss.attempts, &[FIRST_MS], LAST_MS))
    }

    fn sample(&self) -> Sample {
        Sample {
            channel: "01SANDB0X00000000000000APP",
            number: "+1 555-010-0002",
            name: "Sinch (sandbox)",
            fields: &[
                ("project_id", Value::Is("5a6d0c3e-0000-4000-8000-000000000002")),
                ("app_id", Value::Is("01SANDB0X00000000000000APP")),
                ("key_id", Value::Is("5a6d0c3e-0000-4000-8000-000000000003")),
            ],
        }
    }
}

/// `x-sinch-webhook-signature`; none without a secret.
fn signature(secret: &str, body: &str, (nonce, time): (&str, &str)) -> Option<String> {
    if secret.is_empty() {
        return None;
    }
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?.chain_update(body);
    let mac = mac.chain_update(".").chain_update(nonce).chain_update(".").chain_update(time);
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_over_body_nonce_and_time() {
        // Worked out with another implementation: openssl dgst -sha256 -hmac.
        let signature = |secret| signature(secret, "{}", ("01FJA8B4A7BM43YGWSG9GBV067", "1634579353"));
        assert_eq!(
            signature("foo_secret1234").as_deref(),
            Some("lrSuriuOmIHYOeQxRlu6ftTqZoAI3Z5ZiW6cKEnJP1w=")
        );
        assert_eq!(signature(""), None);
    }

    #[test]
    fn webhooks_are_tried_again_for_a_day_unless_they_were_refused() {
        let again = |attempts, status| Sinch.again(&Miss { attempts, age_ms: 0, status, target: "" });
        let pauses: Vec<_> = (0..4).map(|attempts| again(attempts, Some(503))).collect();
        assert_eq!(pauses, [Some(5_000), Some(10_000), Some(20_000), Some(40_000)]);
        assert_eq!(again(14, None), Some(LAST_MS));
        assert_eq!(again(15, None), None);
        assert_eq!(again(0, Some(429)), Some(5_000));
        assert_eq!(again(0, Some(404)), None);
    }
}
