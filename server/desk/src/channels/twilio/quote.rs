//! Quoting, which Twilio cannot do: a line with the first words of the message stands above the answer. What
//! that message says is asked of Twilio, by its id.

use std::time::Duration;

use contract::capability::TextUnit;
use serde_json::Value;

use super::send::Pause;
use super::{access, fault, limits, message};
use crate::channels::json::{self, filled, integer};
use crate::channels::{Answer, Class, Fault, Learned, Need, Via};

/// What the keys of quoted words begin with.
pub(super) const KEY: &str = "quoted";
/// Longest quoted words, in characters.
const WORDS: usize = 60;
/// A message does not change.
const LIVES: Duration = Duration::from_secs(24 * 60 * 60);
/// Stands for a file without words.
const FILE: &str = "📎";

/// The text with the line above it. Where nothing is quoted, where the message has no words or where there is
/// no room, the text alone: it is what matters.
pub(super) fn above(via: &Via<'_>, text: &str, quoted: Option<&str>) -> Result<String, Pause> {
    let Some(sid) = quoted.and_then(message::sid) else { return Ok(text.to_owned()) };
    let key = format!("{KEY}:{sid}");
    let Some(words) = via.known.get(&key) else {
        let path = format!("{}/Messages/{sid}.json", access::account_path(via.account)?);
        let call = access::get(via.account, access::api(via.account, &path));
        return Err(Pause::First(Box::new(Need { key, call })));
    };
    let whole = format!("Re: {words}\n{text}");
    let fits = TextUnit::Utf16.count(&whole) <= limits::LIMITS.text;
    Ok(if words.is_empty() || !fits { text.to_owned() } else { whole })
}

/// The first words of a message, in one line; empty where it is gone or has none. A message that cannot be
/// quoted is no reason not to answer it.
pub(super) fn learn(answer: &Answer) -> Result<Learned, Fault> {
    let learned = |value| Ok(Learned { value, lives: LIVES });
    if (200..300).contains(&answer.status) {
        return learned(words(&json::body(&answer.body).unwrap_or(Value::Null)));
    }
    let fault = fault::of_answer(answer);
    if fault.class == Class::Permanent { learned(String::new()) } else { Err(fault) }
}

fn words(body: &Value) -> String {
    let text = filled(body, "body").unwrap_or_default();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        let files = body.get("num_media").and_then(integer).is_some_and(|count| count > 0);
        return if files { FILE.to_owned() } else { String::new() };
    }
    if text.chars().count() <= WORDS {
        return text;
    }
    let cut: String = text.chars().take(WORDS).collect();
    // Between words, unless there is only one.
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(cut, _)| cut);
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quoted_words_are_one_short_line() {
        assert_eq!(words(&json!({ "body": " Where\nis  it? " })), "Where is it?");
        assert_eq!(words(&json!({ "body": "", "num_media": "1" })), "📎");
        assert_eq!(words(&json!({ "body": null, "num_media": "0" })), "");
        let long = words(&json!({ "body": "one two ".repeat(20) }));
        assert!(long.ends_with("one…") || long.ends_with("two…"), "{long}");
        assert_eq!(words(&json!({ "body": "ö".repeat(61) })), format!("{}…", "ö".repeat(60)));
    }
}
