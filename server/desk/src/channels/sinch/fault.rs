//! What an answer means, and what every code of Sinch's means.

use std::borrow::Cow;

use serde_json::Value;

use crate::channels::json::{self, filled, integer};
use crate::channels::{Answer, Class, Fault, Outcome, meta};

/// The codes of delivery reports, in order (channels reference: Sinch, delivery). Anything else will never work as
/// it is.
const CODES: &[(&str, Class)] = &[
    ("BAD_REQUEST", Class::Permanent),
    ("CHANNEL_BAD_CONFIGURATION", Class::Auth),
    ("CHANNEL_CONFIGURATION_MISSING", Class::Auth),
    ("CHANNEL_FAILURE", Class::Retry),
    ("CHANNEL_REJECT", Class::Permanent),
    ("CONTACT_NOT_FOUND", Class::Permanent),
    ("DELIVERY_REJECTED_DUE_TO_POLICY", Class::Permanent),
    ("DELIVERY_REPORT_TIME_OUT", Class::Retry),
    ("DELIVERY_TIMED_OUT", Class::Retry),
    ("INACTIVE_CREDENTIAL", Class::Auth),
    ("INTERNAL_ERROR", Class::Retry),
    // Our file could not be fetched: worth one more try, which the sender's limit sees to.
    ("MEDIA_NOT_REACHABLE", Class::Retry),
    ("MEDIA_TOO_LARGE", Class::Permanent),
    ("MEDIA_TYPE_UNSUPPORTED", Class::Permanent),
    ("MESSAGE_EXPIRED", Class::Retry),
    ("MESSAGE_SPLIT_REQUIRED", Class::Permanent),
    ("NO_CHANNELS_LEFT", Class::Permanent),
    ("NO_CHANNEL_IDENTITY_FOR_CONTACT", Class::Permanent),
    ("NO_PERMISSION", Class::Auth),
    ("NO_PROFILE_AVAILABLE", Class::Permanent),
    ("OUTSIDE_ALLOWED_SENDING_WINDOW", Class::Window),
    ("RATE_LIMITED", Class::Throttle),
    ("RECIPIENT_INVALID_CHANNEL_IDENTITY", Class::Permanent),
    ("RECIPIENT_NOT_OPTED_IN", Class::Permanent),
    ("RECIPIENT_NOT_REACHABLE", Class::Permanent),
    ("TEMPLATE_INSUFFICIENT_PARAMETERS", Class::Permanent),
    ("TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION", Class::Permanent),
    ("TEMPLATE_NOT_FOUND", Class::Permanent),
    ("UNKNOWN", Class::Retry),
    ("UNKNOWN_APP", Class::Auth),
    ("UNSUPPORTED_OPERATION", Class::Permanent),
];

/// The more exact codes beside them, in order: a refused file will be refused again, and a sender that is switched
/// off sends nothing.
const SUB_CODES: &[(&str, Class)] = &[
    ("ATTACHMENT_REJECTED", Class::Permanent),
    ("INACTIVE_SENDER", Class::Auth),
    ("MEDIA_TYPE_UNDETERMINED", Class::Permanent),
];

/// The HTTP statuses of refusals, in order; others from 500 on will pass, the rest will not.
const STATUSES: &[(u16, Class)] = &[
    (400, Class::Permanent),
    (401, Class::Auth),
    (403, Class::Auth),
    (404, Class::Permanent),
    (429, Class::Throttle),
    (500, Class::Retry),
    (501, Class::Retry),
    (503, Class::Retry),
];

fn of<K: Ord + Copy>(table: &[(K, Class)], code: K) -> Option<Class> {
    table.binary_search_by_key(&code, |(code, _)| *code).ok().map(|at| table[at].1)
}

/// What an answer to `messages:send` or `events:send` means. 2xx with an id: queued, which is not delivered. 2xx
/// without one may have been sent or not.
pub(super) fn outcome(answer: &Answer) -> Outcome {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let error = body.get("error").is_some_and(|error| !error.is_null());
    if !(200..300).contains(&answer.status) || error {
        return Outcome::Refused(fault_of(&body, answer));
    }
    match filled(&body, "message_id").or_else(|| filled(&body, "event_id")) {
        Some(id) => Outcome::Accepted { id, address: None },
        None => Outcome::Unknown {
            reason: format!("Sinch answered {} without the id of a message.", answer.status),
        },
    }
}

/// What a refusal means: by its HTTP status. The body says why, in the shape of the Conversation API
/// (`error.status`, `error.message`) or of the Provisioning API (`errorCode`, `message`, `resolution`).
pub(super) fn fault_of(body: &Value, answer: &Answer) -> Fault {
    let error = body.get("error").filter(|error| error.is_object()).unwrap_or(body);
    let status = answer.status;
    let code = filled(error, "status").or_else(|| filled(error, "errorCode"));
    let words =
        filled(error, "message").unwrap_or_else(|| format!("Sinch answered {status} and gave no reason"));
    let hint = match status {
        401 => "Check the key ID and the key secret.",
        403 => "Check that the access key belongs to the project, and that the project's bills are paid.",
        404 => "Check the region and the app ID: an app is found only in the region where it was made.",
        _ => "",
    };
    Fault {
        class: of(STATUSES, status).unwrap_or(if status >= 500 { Class::Retry } else { Class::Permanent }),
        code: code.unwrap_or_else(|| status.to_string()),
        reason: clean(&with_hint(&words, hint)),
        retry_after: answer.retry_after,
    }
}

/// What a refused request for a token means. Whatever is wrong with the access key, nothing can be sent with it.
pub(super) fn of_token(body: &Value, answer: &Answer) -> Fault {
    let word = filled(body, "error").or_else(|| filled(body, "errorCode"));
    let words = filled(body, "error_description").or_else(|| word.clone());
    let fault = fault_of(body, answer);
    let refused = (200..300).contains(&answer.status) || matches!(answer.status, 400..=404);
    let hint = "Check the key ID and the key secret.";
    let words = words.unwrap_or_else(|| "Sinch gave no token".to_owned());
    Fault {
        class: if refused { Class::Auth } else { fault.class },
        code: word.unwrap_or(fault.code),
        reason: clean(&with_hint(&words, hint)),
        retry_after: fault.retry_after,
    }
}

/// Whether a failure's reason is that the customer has stopped marketing messages: Sinch has no word of its own for
/// that, only WhatsApp's number.
pub(super) fn opted_out(reason: &str) -> bool {
    reason.contains("WhatsApp 131050")
}

/// What the `reason` of a failed delivery means. WhatsApp's own number, where there is one, says it best.
pub fn reported(reason: &Value) -> Fault {
    let code = filled(reason, "code").unwrap_or_default();
    let sub_code = filled(reason, "sub_code").filter(|code| code != "UNSPECIFIED_SUB_CODE");
    let number = reason.get("channel_code").and_then(integer);
    let description = filled(reason, "description").unwrap_or_else(|| "No reason given".to_owned());
    let class = meta::class(number, &description)
        .or_else(|| of(SUB_CODES, sub_code.as_deref()?))
        .or_else(|| of(CODES, code.as_str()))
        .unwrap_or(Class::Permanent);
    let details = [sub_code, number.map(|number| format!("WhatsApp {number}"))];
    let details: Vec<_> = details.into_iter().flatten().collect();
    let shown = match details.is_empty() {
        true => description,
        false => format!("{description} ({})", details.join(", ")),
    };
    Fault { class, code, reason: clean(&shown), retry_after: None }
}

fn with_hint<'a>(words: &'a str, hint: &str) -> Cow<'a, str> {
    match hint {
        "" => Cow::Borrowed(words),
        hint => Cow::Owned(format!("{}. {hint}", words.trim_end_matches('.'))),
    }
}

/// A reason that can be shown and stored.
fn clean(words: &str) -> String {
    meta::clean(words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(status: u16) -> Answer {
        Answer { status, retry_after: None, body: Default::default() }
    }

    #[test]
    fn the_tables_are_in_order_and_name_no_code_twice() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(SUB_CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(STATUSES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_reason_holds_no_credentials() {
        let token = format!("eyJ{}", "a1".repeat(40));
        let body =
            json!({ "error": { "message": format!("Invalid token {token}"), "status": "UNAUTHENTICATED" } });
        let fault = fault_of(&body, &answer(401));
        assert_eq!(fault.reason, "Invalid token …. Check the key ID and the key secret.");
        let fault = of_token(&json!({ "error_description": token }), &answer(401));
        assert!(!fault.reason.contains("a1a1"), "{}", fault.reason);
    }
}
