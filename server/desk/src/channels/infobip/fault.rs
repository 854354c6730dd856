//! What became of a message, and why it failed: read from the status and the error of a report or an answer.

use serde_json::Value;

use super::codes::{DUPLICATE, DUPLICATE_STATUS, Group, group, known_code, known_status};
use crate::channels::json::{filled, integer};
use crate::channels::{Class, Fault};

/// Longest reason that is kept, in characters.
const REASON: usize = 500;
/// Letters and digits in a row that may be a credential; an id of a message has 36.
const SECRET: usize = 40;
/// The code of somebody who has opted out of marketing.
pub(super) const OPTED_OUT: &str = "7033";

/// What became of a message.
pub(super) enum Fate {
    /// On its way.
    Sent,
    /// On the phone.
    Delivered,
    /// It will not arrive.
    Failed(Fault),
}

/// What a status with its error says; none where it is no word that is known. A repeat of a message that was taken
/// before is sent.
pub(super) fn fate(status: &Value, error: &Value) -> Option<Fate> {
    if is_duplicate(status, error) {
        return Some(Fate::Sent);
    }
    Some(match group(status)? {
        Group::Taken => Fate::Sent,
        Group::Delivered => Fate::Delivered,
        Group::Failed => Fate::Failed(failed(status, error)),
    })
}

/// Whether Infobip says that it had this id of a message before.
pub(super) fn is_duplicate(status: &Value, error: &Value) -> bool {
    let id = |value: &Value| value.get("id").and_then(integer);
    let named = |value: &Value, name: &str| filled(value, "name").is_some_and(|given| given == name);
    id(status) == Some(DUPLICATE_STATUS)
        || id(error) == Some(DUPLICATE)
        || named(status, "REJECTED_DUPLICATE_MESSAGE_ID")
        || named(error, "EC_DUPLICATE_REQUEST")
}

/// Why a message has failed: its error, else (`NO_ERROR` or none) its status.
fn failed(status: &Value, error: &Value) -> Fault {
    if error.get("id").and_then(integer).is_some_and(|id| id != 0) || names_error(error).is_some() {
        return fault_of(error);
    }
    let class = status.get("id").and_then(integer).and_then(known_status).map(|(_, class)| class);
    let code = filled(status, "name").or_else(|| filled(status, "id")).unwrap_or_default();
    Fault {
        class: class.unwrap_or(Class::Permanent),
        reason: clean(&filled(status, "description").unwrap_or_else(|| code.clone())),
        code,
        retry_after: None,
    }
}

/// The code of an error that goes by its name alone.
fn names_error(error: &Value) -> Option<i64> {
    match filled(error, "name")?.as_str() {
        "EC_NO_SESSION" => Some(7_010),
        "EC_DUPLICATE_REQUEST" => Some(DUPLICATE),
        _ => None,
    }
}

/// Reads the error of a report: by the table, else by what it says of itself.
pub fn fault_of(error: &Value) -> Fault {
    let code = error.get("id").and_then(integer).or_else(|| names_error(error));
    let class = code.and_then(known_code).unwrap_or_else(|| {
        // What says that it is not permanent passes; what says nothing does not.
        match error.get("permanent").and_then(Value::as_bool) {
            Some(false) => Class::Retry,
            _ => Class::Permanent,
        }
    });
    let words = filled(error, "description").or_else(|| filled(error, "name"));
    let words = words.unwrap_or_else(|| "No reason given".to_owned());
    let reason = match code.and_then(advice) {
        Some(advice) => format!("{}. {advice}", words.trim_end_matches('.')),
        None => words,
    };
    let code = code.map(|code| code.to_string()).unwrap_or_default();
    Fault { class, code, reason: clean(&reason), retry_after: None }
}

/// What somebody can do about an error whose own words do not say.
fn advice(code: i64) -> Option<&'static str> {
    match code {
        4_103 | 4_104 => {
            Some("Infobip takes 20 messages an hour to one number, 6 of them alike: try again in an hour.")
        }
        7_029 => {
            Some("The customer's security code has changed: make sure who they are, then send it again.")
        }
        7_032 => Some("WhatsApp limits marketing to this customer: try again after 24 hours."),
        7_033 => Some("The customer has opted out of marketing."),
        _ => None,
    }
}

/// A reason that can be shown and stored: short, and without anything that looks like a credential.
pub(super) fn clean(words: &str) -> String {
    let words = words.replace('\0', "");
    let shown = |word: &str| {
        let mixed = word.contains(|letter: char| letter.is_ascii_digit())
            && word.contains(|letter: char| letter.is_ascii_alphabetic());
        if word.len() >= SECRET && mixed { "…".to_owned() } else { word.to_owned() }
    };
    words.split(' ').map(shown).collect::<Vec<_>>().join(" ").chars().take(REASON).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_goes_before_what_an_error_says_of_itself() {
        let class = |id: i64, permanent: bool| fault_of(&json!({ "id": id, "permanent": permanent })).class;
        assert_eq!(class(7_010, true), Class::Window);
        assert_eq!(class(7_082, true), Class::Retry);
        assert_eq!(class(7_002, false), Class::Permanent);
        assert_eq!(class(9_999, false), Class::Retry);
        assert_eq!(class(9_999, true), Class::Permanent);
        assert_eq!(fault_of(&json!({ "id": 9_999 })).class, Class::Permanent);
        assert_eq!(fault_of(&json!({ "name": "EC_NO_SESSION" })).code, "7010");
    }

    #[test]
    fn a_reason_holds_no_credentials_and_no_nul() {
        let key = "003026bbc133714df1834b8638bb496e-8f4b3d9a-e931-478d-a994-28a725159ab9";
        assert_eq!(clean(&format!("The key {key} is unknown\0.")), "The key … is unknown.");
        let id = "a28dd97c-1ffb-4fcf-99f1-0b557ed381da";
        assert_eq!(clean(id), id);
        assert_eq!(clean(&"word ".repeat(200)).chars().count(), REASON);
    }
}
