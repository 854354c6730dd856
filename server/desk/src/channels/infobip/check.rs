//! Whether the credentials hold, and which numbers they reach.

use serde_json::Value;

use super::{answer, file, person, send};
use crate::channels::json::{self, filled, list};
use crate::channels::{Answer, Fault, Found, NotCarried, Step, Via, phone};

/// Asks for the quality of every sender of the account, or of the one of a channel. At most ten a second.
pub(super) fn check(via: &Via<'_>) -> Result<Step, NotCarried> {
    let all = format!("{}/whatsapp/1/senders/quality", via.account.api_base);
    let url = match via.channel {
        "" => all,
        _ => format!("{all}?senders={}", send::sender(via)?),
    };
    Ok(Step::Call(file::get(via.account, url)))
}

/// The senders in the answer.
pub(super) fn checked(answer: &Answer) -> Result<Vec<Found>, Fault> {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let senders = ["results", "senders"].into_iter().find(|key| body.get(key).is_some());
    match senders.filter(|_| (200..300).contains(&answer.status)) {
        Some(key) => Ok(list(&body, key).iter().filter_map(found).collect()),
        None => Err(answer::refusal(answer)),
    }
}

fn found(sender: &Value) -> Option<Found> {
    let number = filled(sender, "sender")?;
    Some(Found {
        number: phone::normalise(&number).map(|digits| format!("+{digits}")),
        channel: person::channel(&number),
        name: filled(sender, "displayName"),
        quality: filled(sender, "qualityRating"),
        messaging_limit: filled(sender, "currentLimit").or_else(|| filled(sender, "limit")),
        rate: None,
    })
}
