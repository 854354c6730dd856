//! What an answer to a send means, and what every code of Twilio's means.

use serde_json::Value;

use crate::channels::json::{self, filled, flag, integer};
use crate::channels::{Answer, Class, Fault, Outcome};

mod codes;

use codes::CODES;

/// Longest reason that is kept, in characters.
const REASON: usize = 500;
/// An auth token or a secret is exactly this many hexadecimal digits. SIDs have two letters more, and those of
/// accounts (`AC…`) are hexadecimal as well.
const SECRET: usize = 32;
/// The customer has written STOP, and Twilio keeps to it for every message of the number.
pub(super) const OPTED_OUT: &str = "21610";
/// Something went wrong at Twilio: whether the call was carried out is not told.
const UNCLEAR: &[i64] = &[20_500, 20_503];

/// What an answer to a send means. A message's id: taken, which is not delivered. 2xx with neither an id nor an
/// error, and an error of Twilio's own, may have been sent or not: there is no key that would make a second try
/// harmless.
pub(super) fn outcome(answer: &Answer) -> Outcome {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    if (200..300).contains(&answer.status) {
        return taken(&body).unwrap_or_else(|| Outcome::Unknown {
            reason: format!("Twilio answered {} without the id of a message.", answer.status),
        });
    }
    let code = body.get("code").and_then(integer);
    if answer.status >= 500 && code.and_then(known).is_none_or(|(code, ..)| UNCLEAR.contains(code)) {
        return Outcome::Unknown {
            reason: format!("Twilio answered {}: something went wrong there.", answer.status),
        };
    }
    Outcome::Refused(of_answer(answer))
}

fn taken(body: &Value) -> Option<Outcome> {
    let code = body.get("error_code").and_then(integer).filter(|code| *code != 0);
    if code.is_some() {
        return Some(Outcome::Refused(fault_of(code, filled(body, "error_message").as_deref(), None)));
    }
    if let Some(id) = filled(body, "sid") {
        // `to` is what was written to, not what Twilio knows the recipient by.
        return Some(Outcome::Accepted { id, address: None });
    }
    // What shows typing has no id.
    flag(body, "success").then(|| Outcome::Accepted { id: String::new(), address: None })
}

/// The fault of an answer that is not 2xx.
pub(super) fn of_answer(answer: &Answer) -> Fault {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let words = filled(&body, "message");
    let fault = fault_of(body.get("code").and_then(integer), words.as_deref(), Some(answer.status));
    Fault { retry_after: answer.retry_after, ..fault }
}

/// A fault by its code and words, as an answer (with its HTTP status) or a status gives them. Without words
/// there are ours.
pub fn fault_of(code: Option<i64>, words: Option<&str>, http: Option<u16>) -> Fault {
    let known = code.and_then(known);
    let words = words.map(str::trim).filter(|words| !words.is_empty()).map(clean);
    let ours = || match (known, http) {
        (Some((_, _, meaning)), _) => (*meaning).to_owned(),
        (None, Some(status)) => format!("Twilio answered {status} and gave no reason"),
        (None, None) => "Twilio gave no reason".to_owned(),
    };
    Fault {
        class: known.map_or_else(|| otherwise(http), |(_, class, _)| *class),
        code: code.or(http.map(i64::from)).map(|code| code.to_string()).unwrap_or_default(),
        reason: words.unwrap_or_else(ours),
        retry_after: None,
    }
}

/// An answer that says that all is well and cannot be read.
pub(super) fn unreadable(what: &str) -> Fault {
    let reason = format!("Twilio's {what} cannot be read");
    Fault { class: Class::Retry, code: String::new(), reason, retry_after: None }
}

/// A message that somebody withdrew at Twilio before it left.
pub(super) fn canceled() -> Fault {
    Fault {
        class: Class::Permanent,
        code: "canceled".to_owned(),
        reason: "It was cancelled at Twilio before it left".to_owned(),
        retry_after: None,
    }
}

fn known(code: i64) -> Option<&'static (i64, Class, &'static str)> {
    let at = CODES.binary_search_by_key(&code, |(code, ..)| *code).ok()?;
    CODES.get(at)
}

/// The class of a code that is not known, or of none.
fn otherwise(http: Option<u16>) -> Class {
    match http {
        Some(401 | 403) => Class::Auth,
        Some(429) => Class::Throttle,
        Some(408 | 500..) => Class::Retry,
        _ => Class::Permanent,
    }
}

/// A reason that can be shown and stored: short, without NUL and without anything that looks like a token.
fn clean(words: &str) -> String {
    let mut clean = String::new();
    for word in words.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let secret = bare.len() == SECRET && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        if secret {
            clean.push('…');
        }
        clean.push_str(if secret { &word[bare.len()..] } else { word });
    }
    clean.replace('\0', "").chars().take(REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_no_code_twice() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(CODES.iter().all(|(_, _, words)| words.len() > 10 && !words.ends_with('.')));
    }

    #[test]
    fn a_reason_holds_no_credentials_and_keeps_the_ids() {
        let token = "0123456789abcdef0123456789abcdef";
        let words = format!("Token {token}, account AC{token}: bad\0");
        assert_eq!(
            fault_of(Some(20_003), Some(&words), None).reason,
            format!("Token …, account AC{token}: bad")
        );
        assert_eq!(fault_of(None, Some(&"ö".repeat(600)), None).reason.chars().count(), 500);
    }

    #[test]
    fn what_is_unknown_is_permanent_unless_the_status_says_otherwise() {
        let class = |code, http| fault_of(code, None, http).class;
        assert_eq!(class(Some(99_999), Some(400)), Class::Permanent);
        assert_eq!(class(Some(99_999), None), Class::Permanent);
        assert_eq!(class(None, Some(401)), Class::Auth);
        assert_eq!(class(None, Some(403)), Class::Auth);
        assert_eq!(class(None, Some(429)), Class::Throttle);
        assert_eq!(class(None, Some(408)), Class::Retry);
        assert_eq!(class(None, Some(502)), Class::Retry);
        assert_eq!(class(Some(63_016), Some(500)), Class::Window);
    }
}
