//! Twilio: accounts, messages and contents in one place, and webhooks that are forms, signed with their address.

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha1::Sha1;
use url::form_urlencoded;

mod calls;
mod content;
mod contents;
mod error;
mod files;
mod list;
mod send;
mod wire;

use super::digits::{hex, new_hex};
use super::stand_in::{Between, Deed, Miss, News, Posted, Sample, StandIn, Value, Written};
use crate::Desk;

/// What stands behind the connection's address, as the desk asks admins to enter it.
const CONFIGURED: &str = "#rc=5&rp=5xx,ct,rt";
/// Twilio tries for so long, whatever it was told.
const LONGEST_MS: i64 = 15_000;
/// The pause before another try.
const PAUSE_MS: i64 = 500;

/// Twilio's stand-in.
pub struct Twilio;

impl StandIn for Twilio {
    fn provider(&self) -> &'static str {
        "twilio"
    }

    fn routes(&self) -> Router<Desk> {
        calls::routes()
    }

    fn message_id(&self, _key: &str) -> String {
        format!("SM{}", new_hex())
    }

    fn file_id(&self) -> String {
        format!("ME{}", new_hex())
    }

    fn kind_by_type(&self) -> bool {
        true
    }

    fn template_id(&self, seed: &str) -> String {
        use sha2::Digest;
        format!("HX{}", hex(&sha2::Sha256::digest(seed.as_bytes())[..16]))
    }

    fn told(&self, between: &Between<'_>, deed: &Deed<'_>) -> Result<Option<Written>, String> {
        match deed {
            Deed::Said(said) => wire::message(between, said).map(|form| Some(form.at(CONFIGURED))),
            // Twilio passes none of these on.
            Deed::Reacted { .. } | Deed::Revoked { .. } | Deed::Edited { .. } => Ok(None),
            Deed::Echoed { .. } => {
                Err("Twilio does not tell what is written on the business's own phone app.".to_owned())
            }
        }
    }

    fn status(&self, between: &Between<'_>, news: &News<'_>) -> Option<Written> {
        let target = if news.target.is_empty() { CONFIGURED } else { news.target };
        Some(wire::status(between, news).at(target))
    }

    /// The base64 of HMAC-SHA1 over the address and the sorted fields of the form (channels reference: signature).
    fn proof(&self, posted: &Posted<'_>) -> Option<Vec<(&'static str, SecretString)>> {
        let signature = signature(posted.account.current("auth_token"), posted.url, posted.body)?;
        Some(vec![("x-twilio-signature", SecretString::from(signature))])
    }

    fn again(&self, miss: &Miss<'_>) -> Option<i64> {
        let rules = Rules::read(miss.target);
        let wanted = match miss.status {
            None => rules.tries("ct") || rules.tries("rt"),
            Some(400..=499) => rules.tries("4xx"),
            Some(_) => rules.tries("5xx"),
        };
        (wanted && miss.attempts < rules.count && miss.age_ms + PAUSE_MS < LONGEST_MS).then_some(PAUSE_MS)
    }

    fn sample(&self) -> Sample {
        Sample {
            channel: "15550100001",
            number: "+1 555-010-0001",
            name: "Twilio (sandbox)",
            fields: &[("account_sid", Value::Is("AC00000000000000000000000000000001"))],
        }
    }
}

/// `X-Twilio-Signature`; none without a secret.
fn signature(secret: &str, url: &str, form: &str) -> Option<String> {
    if secret.is_empty() {
        return None;
    }
    let mut pairs: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    pairs.sort_unstable();
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).ok()?.chain_update(url);
    for (key, value) in pairs {
        mac.update(key.as_bytes());
        mac.update(value.as_bytes());
    }
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

/// When a webhook is sent again: what the fragment of its address says.
struct Rules {
    count: u32,
    policy: String,
}

impl Rules {
    /// Without a word one more try, and that only where no connection came about.
    fn read(target: &str) -> Rules {
        let mut rules = Rules { count: 1, policy: "ct".to_owned() };
        let (_, fragment) = target.split_once('#').unwrap_or_default();
        for (key, value) in form_urlencoded::parse(fragment.as_bytes()) {
            match key.as_ref() {
                "rc" => rules.count = value.parse().unwrap_or(1).min(5),
                "rp" => rules.policy = value.into_owned(),
                _ => {}
            }
        }
        rules
    }

    fn tries(&self, what: &str) -> bool {
        self.policy.split(',').any(|word| word == what || word == "all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_published_vector() {
        let form = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(signature("12345", url, form).as_deref(), Some("RSOYDt4T1cUTdK1PDd93/VVr8B8="));
        assert_eq!(signature("", url, form), None);
    }

    #[test]
    fn webhooks_are_tried_again_as_the_address_says_and_never_for_long() {
        let again = |attempts, age_ms, status, target| {
            Twilio.again(&Miss { attempts, age_ms, status, target }).is_some()
        };
        assert!(again(0, 0, Some(503), CONFIGURED) && again(4, 10_000, None, CONFIGURED));
        assert!(!again(5, 10_000, Some(503), CONFIGURED), "five more tries and no sixth");
        assert!(!again(1, 14_900, Some(503), CONFIGURED), "15 seconds in all");
        assert!(!again(0, 0, Some(404), CONFIGURED));
        assert!(!again(0, 0, Some(503), "") && again(0, 0, None, ""), "by default only without a connection");
        assert!(again(0, 0, Some(404), "/x?y#rc=2&rp=all"));
    }
}
