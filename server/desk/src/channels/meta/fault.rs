//! What an answer to a send means, and what every code of Meta's means.

use std::time::Duration;

use serde_json::Value;

use crate::channels::json::{self, filled, flag, integer, list};
use crate::channels::{Answer, Class, Fault, Outcome, phone};

/// Longest reason that is kept, in characters.
const REASON: usize = 500;
/// Letters and digits in a row that may be a credential.
const SECRET: usize = 32;
/// A number that was just deleted can be registered again after five minutes.
const REREGISTER: i64 = 133_015;

/// Every code that is known, in order. It is `error.code` that decides: throttling comes with 400, 403 or
/// 429, messages change and are translated, and subcodes are on their way out. Codes 200 to 299 are missing
/// permissions.
const CODES: &[(i64, Class)] = &[
    (0, Class::Auth),
    (1, Class::Retry),
    (2, Class::Retry),
    (3, Class::Auth),
    (4, Class::Throttle),
    (10, Class::Auth),
    (33, Class::Permanent),
    (100, Class::Permanent),
    (190, Class::Auth),
    (368, Class::Auth),
    (470, Class::Window),
    (501, Class::Permanent),
    (613, Class::Throttle),
    (80_007, Class::Throttle),
    (130_403, Class::Permanent),
    (130_429, Class::Throttle),
    (130_472, Class::Permanent),
    (130_497, Class::Permanent),
    (131_000, Class::Retry),
    (131_005, Class::Auth),
    (131_008, Class::Permanent),
    (131_009, Class::Permanent),
    // Meta could not fetch our link: worth one more try, which the sender's limit sees to.
    (131_014, Class::Retry),
    (131_016, Class::Retry),
    (131_021, Class::Permanent),
    (131_026, Class::Permanent),
    (131_030, Class::Permanent),
    (131_031, Class::Auth),
    (131_037, Class::Permanent),
    (131_042, Class::Permanent),
    (131_044, Class::Permanent),
    (131_045, Class::Permanent),
    (131_047, Class::Window),
    (131_048, Class::Throttle),
    (131_049, Class::Permanent),
    (131_050, Class::Permanent),
    (131_051, Class::Permanent),
    (131_052, Class::Permanent),
    // Permanent where the details speak of the file itself: see `class`.
    (MEDIA_UPLOAD, Class::Retry),
    (131_055, Class::Permanent),
    (131_056, Class::Pair),
    (131_057, Class::Retry),
    (131_060, Class::Permanent),
    (131_062, Class::Permanent),
    (131_063, Class::Permanent),
    (131_064, Class::Throttle),
    (132_000, Class::Permanent),
    (132_001, Class::Permanent),
    (132_005, Class::Permanent),
    (132_007, Class::Permanent),
    (132_008, Class::Permanent),
    (132_012, Class::Permanent),
    (132_015, Class::Permanent),
    (132_016, Class::Permanent),
    (132_018, Class::Permanent),
    (132_068, Class::Permanent),
    (132_069, Class::Throttle),
    (133_000, Class::Retry),
    (133_004, Class::Retry),
    (133_005, Class::Permanent),
    (133_006, Class::Permanent),
    (133_008, Class::Throttle),
    (133_009, Class::Throttle),
    (133_010, Class::Permanent),
    (REREGISTER, Class::Retry),
    (133_016, Class::Permanent),
    (134_011, Class::Permanent),
    (134_100, Class::Permanent),
    (134_101, Class::Retry),
    (134_102, Class::Permanent),
    (135_000, Class::Permanent),
    (136_024, Class::Permanent),
    (136_025, Class::Permanent),
    (137_000, Class::Permanent),
    (2_388_019, Class::Permanent),
    (2_388_039, Class::Permanent),
    (2_388_040, Class::Permanent),
    (2_388_047, Class::Permanent),
    (2_388_072, Class::Permanent),
    (2_388_073, Class::Permanent),
    (2_388_293, Class::Permanent),
    (2_388_299, Class::Permanent),
    (2_494_100, Class::Retry),
];

/// The customer has stopped marketing messages.
pub(super) const OPTED_OUT: &str = "131050";
/// Our file could not be fetched or taken.
const MEDIA_UPLOAD: i64 = 131_053;

/// What an answer to `POST …/messages` means. 2xx with a message's id: taken, which is not delivered. 2xx
/// with neither an id nor an error may have been sent or not.
pub(super) fn outcome(answer: &Answer) -> Outcome {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let error = body.get("error").filter(|error| error.is_object());
    if (200..300).contains(&answer.status) && error.is_none() {
        return accepted(&body).unwrap_or_else(|| Outcome::Unknown {
            reason: format!("WhatsApp answered {} without the id of a message.", answer.status),
        });
    }
    let fault = fault_of(error.unwrap_or(&Value::Null), Some(answer.status));
    Outcome::Refused(Fault { retry_after: answer.retry_after.or(fault.retry_after), ..fault })
}

fn accepted(body: &Value) -> Option<Outcome> {
    let id = list(body, "messages").first().and_then(|message| filled(message, "id"));
    if let Some(id) = id {
        return Some(Outcome::Accepted { id, address: address(body) });
    }
    // What marks as read or shows typing has no id.
    flag(body, "success").then(|| Outcome::Accepted { id: String::new(), address: None })
}

/// The number that Meta knows the recipient by, which may differ from the one that was written to; for a
/// recipient by user id, that.
fn address(body: &Value) -> Option<String> {
    let contact = list(body, "contacts").first()?;
    let wa_id = filled(contact, "wa_id").map(|id| id.trim().to_owned());
    wa_id
        .and_then(|id| if phone::is_user_id(&id) { Some(id) } else { phone::normalise(&id) })
        .or_else(|| filled(contact, "user_id").filter(|id| phone::is_user_id(id)))
}

/// Reads an error object: of an answer (with its HTTP status), of a status or of a whole webhook (without
/// one). An error without a code goes by the HTTP status.
pub fn fault_of(error: &Value, http: Option<u16>) -> Fault {
    let code = error.get("code").and_then(integer);
    let data = error.get("error_data").unwrap_or(&Value::Null);
    let details = match data {
        Value::String(text) if !text.trim().is_empty() => Some(text.replace('\0', "")),
        data => filled(data, "details").or_else(|| filled(error, "details")),
    };
    let words = filled(error, "message").or_else(|| filled(error, "title"));
    let words = words.map(|words| without_code(&words).to_owned());
    let transient = flag(error, "is_transient");
    let reason = match (words, details) {
        (Some(words), Some(details)) if words != details => format!("{words}: {details}"),
        (Some(words), _) => words,
        (None, Some(details)) => details,
        (None, None) => http.map_or("No reason given".to_owned(), |status| {
            format!("WhatsApp answered {status} and gave no reason")
        }),
    };
    Fault {
        class: class(code, &reason).unwrap_or_else(|| otherwise(code, http, transient)),
        code: code.or(http.map(i64::from)).map(|code| code.to_string()).unwrap_or_default(),
        reason: clean(&reason),
        retry_after: (code == Some(REREGISTER)).then_some(Duration::from_secs(300)),
    }
}

/// The class of a code that is known.
pub(in crate::channels) fn class(code: Option<i64>, words: &str) -> Option<Class> {
    let code = code?;
    if code == MEDIA_UPLOAD && about_the_file(words) {
        return Some(Class::Permanent);
    }
    if (200..300).contains(&code) {
        return Some(Class::Auth);
    }
    let at = CODES.binary_search_by_key(&code, |(code, _)| *code).ok()?;
    Some(CODES[at].1)
}

/// Whether a failed upload is the file's own fault: its type or its size.
fn about_the_file(words: &str) -> bool {
    let words = words.to_lowercase();
    ["mime", "unsupported", "not supported", "size", "too large", "too big", "format"]
        .iter()
        .any(|word| words.contains(word))
}

/// The class of anything else.
fn otherwise(code: Option<i64>, http: Option<u16>, transient: bool) -> Class {
    match (code, http) {
        (_, Some(500..)) => Class::Retry,
        _ if transient => Class::Retry,
        (None, Some(401)) => Class::Auth,
        (None, Some(429)) => Class::Throttle,
        _ => Class::Permanent,
    }
}

/// A message without the `(#131047) ` at its start.
fn without_code(words: &str) -> &str {
    words
        .strip_prefix("(#")
        .and_then(|rest| rest.split_once(')'))
        .filter(|(code, rest)| code.bytes().all(|byte| byte.is_ascii_digit()) && !rest.trim().is_empty())
        .map_or(words, |(_, rest)| rest.trim_start())
}

/// A reason that can be shown and stored: short, and without anything that looks like a credential (Meta
/// repeats a malformed token in its message).
pub(in crate::channels) fn clean(words: &str) -> String {
    let part_of_word = |letter: char| letter.is_ascii_alphanumeric() || "_-+=|~".contains(letter);
    let mut clean = String::new();
    let mut rest = words;
    while !rest.is_empty() {
        let end = rest.find(|letter| !part_of_word(letter)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let mixed = word.contains(|letter: char| letter.is_ascii_digit())
            && word.contains(|letter: char| letter.is_ascii_alphabetic());
        let secret = (word.len() >= SECRET && mixed) || (word.starts_with("EAA") && word.len() >= 8);
        clean.push_str(if secret { "…" } else { word });
        let next = tail.find(part_of_word).unwrap_or(tail.len());
        clean.push_str(&tail[..next]);
        rest = &tail[next..];
    }
    clean.chars().take(REASON).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_no_code_twice() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_reason_holds_no_credentials() {
        let token = "EAAGm0PX4ZCpsBAKZCZBqV0";
        let long = "a1".repeat(40);
        for secret in [token, long.as_str()] {
            let words = format!("Malformed access token {secret}.");
            let fault = fault_of(&json!({ "code": 190, "message": words }), Some(401));
            assert_eq!(fault.reason, "Malformed access token ….");
        }
        let plain = "Button title length invalid. Min length: 1, Max length: 20 (see /docs/graph-api)";
        assert_eq!(clean(plain), plain);
    }

    #[test]
    fn what_is_unknown_is_permanent_unless_it_says_that_it_will_pass() {
        let class = |error: Value, http| fault_of(&error, http).class;
        assert_eq!(class(json!({ "code": 999_999 }), Some(400)), Class::Permanent);
        assert_eq!(class(json!({ "code": 999_999, "is_transient": true }), Some(400)), Class::Retry);
        assert_eq!(class(json!({ "code": 999_999 }), Some(503)), Class::Retry);
        assert_eq!(class(json!({ "code": 131_026, "is_transient": true }), Some(500)), Class::Permanent);
        assert_eq!(class(Value::Null, Some(401)), Class::Auth);
        assert_eq!(class(Value::Null, Some(429)), Class::Throttle);
        assert_eq!(class(Value::Null, Some(302)), Class::Permanent);
        assert_eq!(class(json!({ "code": "131056" }), None), Class::Pair);
        assert_eq!(class(json!({ "code": 230 }), Some(403)), Class::Auth);
    }
}
