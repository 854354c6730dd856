//! Braze, which owns the number: a webhook campaign that fires on every message, and campaigns and messages that it
//! queues without a word about what becomes of them. No ids of WhatsApp, no times, no statuses.

use axum::Router;
use secrecy::SecretString;

mod calls;
mod error;
mod message;
mod read;
mod wire;

use super::digits::new_hex;
use super::infobip::shown;
use super::stand_in::{Between, Deed, Miss, News, Posted, Sample, StandIn, Value, Written};
use crate::Desk;

/// The pauses between the tries of a webhook, in milliseconds: a few within minutes (channels reference: inbound).
const PAUSES_MS: [i64; 4] = [2_000, 10_000, 30_000, 60_000];

/// Braze's stand-in.
pub struct Braze;

impl StandIn for Braze {
    fn provider(&self) -> &'static str {
        "braze"
    }

    fn routes(&self) -> Router<Desk> {
        calls::routes()
    }

    /// The id of a dispatch, which no webhook ever names.
    fn message_id(&self, _key: &str) -> String {
        new_hex()
    }

    fn file_id(&self) -> String {
        new_hex()
    }

    fn told(&self, between: &Between<'_>, deed: &Deed<'_>) -> Result<Option<Written>, String> {
        match deed {
            Deed::Said(said) => wire::said(between, said),
            // Braze passes none of these on.
            Deed::Reacted { .. } | Deed::Revoked { .. } | Deed::Edited { .. } => Ok(None),
            Deed::Echoed { .. } => {
                Err("Braze does not tell what is written on the business's own phone app.".to_owned())
            }
        }
    }

    fn status(&self, _between: &Between<'_>, _news: &News<'_>) -> Option<Written> {
        None
    }

    /// Nothing is signed: a key in a header, or a user and a password.
    fn proof(&self, posted: &Posted<'_>) -> Option<Vec<(&'static str, SecretString)>> {
        shown(posted.account)
    }

    /// A few times where there was no answer, 429 or 5xx; then it is lost.
    fn again(&self, miss: &Miss<'_>) -> Option<i64> {
        let passes = miss.status.is_none_or(|status| status == 429 || status >= 500);
        let pause = PAUSES_MS.get(usize::try_from(miss.attempts).unwrap_or(usize::MAX));
        pause.copied().filter(|_| passes)
    }

    fn sample(&self) -> Sample {
        Sample {
            channel: "sandbox",
            number: "+1 555-010-0004",
            name: "Braze (sandbox)",
            fields: &[
                ("api_base", Value::Base),
                ("webhook_key", Value::MadeUp),
                ("campaign_text", Value::Is("5a6d0c3e-0000-4000-8000-000000000004")),
                ("app_id", Value::Is("5a6d0c3e-0000-4000-8000-000000000005")),
                ("subscription_group_id", Value::Is("5a6d0c3e-0000-4000-8000-000000000006")),
                ("message_variation_id", Value::Is("5a6d0c3e-0000-4000-8000-000000000007")),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_are_tried_a_few_times_and_then_lost() {
        let again = |attempts, status| Braze.again(&Miss { attempts, age_ms: 0, status, target: "" });
        let pauses: Vec<_> = (0..5).map(|attempts| again(attempts, Some(500))).collect();
        assert_eq!(pauses, [Some(2_000), Some(10_000), Some(30_000), Some(60_000), None]);
        assert_eq!(again(0, Some(401)), None);
        assert_eq!(again(0, None), Some(2_000));
    }
}
