//! What an answer means. Braze has no codes of its own; the HTTP status decides.

use serde_json::Value;

use crate::channels::json::{self, filled, list, plain};
use crate::channels::{Answer, Class, Fault, Outcome};

/// Longest reason that is kept, in characters.
const REASON: usize = 500;
/// Letters and digits in a row that may be a credential.
const SECRET: usize = 32;

/// Every status that is known, in order, with what an admin does about it. Others of 500 and above pass by
/// themselves; the rest does not. A key works on its own instance only, so a wrong address is a matter of
/// credentials too.
const STATUSES: &[(u16, Class, &str)] = &[
    (400, Class::Permanent, ""),
    (401, Class::Auth, "Check the REST API key and its permissions in the settings."),
    (403, Class::Auth, "This workspace may not use what was called: ask Braze for it."),
    (404, Class::Auth, "Check the REST endpoint in the settings: a key works on its own instance only."),
    (429, Class::Throttle, ""),
    (500, Class::Retry, ""),
    (502, Class::Retry, ""),
    (503, Class::Retry, ""),
    (504, Class::Retry, ""),
];

/// What an answer to a send means. Any 2xx is queued at Braze, which is not delivered; while Braze is being mended
/// it says `queued` and gives no id. Errors beside a success are minor and change nothing, unless they are about the
/// one recipient: then it is open whether anything was sent.
pub(super) fn outcome(answer: &Answer) -> Outcome {
    if !(200..300).contains(&answer.status) {
        return Outcome::Refused(of(answer));
    }
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let id = filled(&body, "dispatch_id");
    let word = filled(&body, "message").map(|word| word.trim().to_ascii_lowercase());
    let errors = errors(&body);
    if about_recipient(&errors) {
        return Outcome::Unknown { reason: format!("Braze has taken it, but says: {}", clean(&errors)) };
    }
    match (id, word.as_deref()) {
        (id, Some("success" | "queued")) => Outcome::Accepted { id: id.unwrap_or_default(), address: None },
        (Some(id), None) => Outcome::Accepted { id, address: None },
        (_, word) => Outcome::Unknown {
            reason: match word {
                Some(word) => format!("Braze answered {} and says: {}", answer.status, clean(word)),
                None => format!("Braze answered {} with something that is not its own.", answer.status),
            },
        },
    }
}

/// Reads a refusal.
pub(super) fn of(answer: &Answer) -> Fault {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let known =
        STATUSES.binary_search_by_key(&answer.status, |(status, ..)| *status).ok().map(|at| STATUSES[at]);
    let class = match (known, answer.status) {
        (Some((_, class, _)), _) => class,
        (None, 500..) => Class::Retry,
        (None, _) => Class::Permanent,
    };
    let words = words(&body);
    let words = match words.is_empty() {
        true => format!("Braze answered {} and gave no reason", answer.status),
        false => clean(&words),
    };
    let reason = match known {
        Some((_, _, hint)) if !hint.is_empty() => format!("{}. {hint}", words.trim_end_matches('.')),
        _ => words,
    };
    Fault { class, code: answer.status.to_string(), reason, retry_after: answer.retry_after }
}

/// What an answer says: its message, then its errors.
pub(super) fn words(body: &Value) -> String {
    let message =
        filled(body, "message").or_else(|| filled(body, "error")).map(|word| word.trim().to_owned());
    let errors = Some(errors(body)).filter(|errors| !errors.is_empty());
    message.into_iter().chain(errors).collect::<Vec<_>>().join(": ")
}

fn errors(body: &Value) -> String {
    let told = |error: &Value| plain(error).or_else(|| (!error.is_null()).then(|| error.to_string()));
    list(body, "errors").iter().filter_map(told).collect::<Vec<_>>().join("; ")
}

/// Whether something is said about whom it was for, and not about the campaign or the key.
pub(super) fn about_recipient(words: &str) -> bool {
    let words = words.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    has(&["recipient", "external_user_id", "external id", "external_id", "user"])
        && !has(&["campaign", "api key", "api_key", "permission"])
}

/// A reason that can be shown and stored: short, and without anything that looks like a key.
fn clean(words: &str) -> String {
    let part_of_word = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    let mut clean = String::new();
    let mut rest = words;
    while !rest.is_empty() {
        let end = rest.find(|letter| !part_of_word(letter)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let mixed = word.contains(|letter: char| letter.is_ascii_digit())
            && word.contains(|letter: char| letter.is_ascii_alphabetic());
        clean.push_str(if word.len() >= SECRET && mixed { "…" } else { word });
        let next = tail.find(part_of_word).unwrap_or(tail.len());
        clean.push_str(&tail[..next]);
        rest = &tail[next..];
    }
    clean.chars().take(REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_no_status_twice() {
        assert!(STATUSES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_reason_holds_no_key() {
        let key = "1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9";
        let body = format!(r#"{{"message":"Invalid API Key: {key}"}}"#);
        let fault = of(&Answer { status: 401, retry_after: None, body: body.into() });
        assert!(fault.reason.starts_with("Invalid API Key: …. Check"), "{}", fault.reason);
        assert_eq!(clean("Invalid Campaign ID"), "Invalid Campaign ID");
    }
}
