//! Whether the credentials hold, and which numbers they reach.

use http::Method;
use serde_json::Value;

use super::fault;
use super::upload::bearer;
use crate::channels::json::{self, filled, list};
use crate::channels::limits::refused;
use crate::channels::{Answer, Call, Content, Fault, Found, NotCarried, Step, Via};

/// What is asked of every number.
const FIELDS: &str = "id,verified_name,display_phone_number,quality_rating,throughput,messaging_limit_tier";

/// Lists the account's numbers, or asks for the one number of a channel.
pub(super) fn check(via: &Via<'_>) -> Result<Step, NotCarried> {
    let account = via.account.current("waba_id");
    let base = &via.account.api_base;
    let url = match (account, via.channel) {
        ("", "") => {
            return refused(
                "Fill in the WhatsApp Business account ID: without it the numbers cannot be listed.",
            );
        }
        ("", channel) => format!("{base}/{channel}?fields={FIELDS}"),
        (account, _) if account.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{base}/{account}/phone_numbers?limit=100&fields={FIELDS}")
        }
        _ => return refused("The WhatsApp Business account ID has digits only."),
    };
    let headers = vec![bearer(via.account)];
    Ok(Step::Call(Call { method: Method::GET, url, headers, content: Content::Nothing }))
}

/// The numbers in the answer.
pub(super) fn checked(answer: &Answer) -> Result<Vec<Found>, Fault> {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    if !(200..300).contains(&answer.status) || body.get("error").is_some() {
        return Err(fault::fault_of(body.get("error").unwrap_or(&Value::Null), Some(answer.status)));
    }
    let numbers = if body.get("data").is_some() { list(&body, "data") } else { std::slice::from_ref(&body) };
    Ok(numbers.iter().filter_map(found).collect())
}

fn found(number: &Value) -> Option<Found> {
    let level = number.get("throughput").and_then(|throughput| filled(throughput, "level"));
    Some(Found {
        channel: filled(number, "id")?,
        name: filled(number, "verified_name"),
        number: filled(number, "display_phone_number"),
        quality: filled(number, "quality_rating"),
        messaging_limit: filled(number, "messaging_limit_tier"),
        rate: level.and_then(|level| rate_of(&level)),
    })
}

/// Messages a second of a level of throughput.
pub(super) fn rate_of(level: &str) -> Option<u32> {
    match level {
        "HIGH" => Some(1_000),
        "STANDARD" => Some(80),
        _ => None,
    }
}
