//! Filled forms. Infobip gives the answers as an object; they are shown in the order in which they were given.

use std::fmt;

use contract::message::Field;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::channels::json::plain;

/// The answers of a body in the order given, by their item's place in `results[]`.
pub(super) struct Answers(Vec<Option<Pairs>>);

impl Answers {
    /// Those of one item, where it has any.
    pub(super) fn of(&self, index: usize) -> Option<&Pairs> {
        self.0.get(index)?.as_ref()
    }
}

/// Reads a body once more for its answers only, since a [`Value`] keeps the members of an object in an order of
/// its own. Where anything is out of shape there are none, and the order is lost.
pub(super) fn answers(bytes: &[u8]) -> Answers {
    #[derive(Deserialize)]
    struct Body {
        results: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        message: Option<Reply>,
    }
    #[derive(Deserialize)]
    struct Reply {
        response: Option<Pairs>,
    }
    let wanted = b"\"response\"";
    if !bytes.windows(wanted.len()).any(|window| window == wanted) {
        return Answers(Vec::new());
    }
    let body = serde_json::from_slice::<Body>(bytes);
    let replies = body.map(|body| body.results).unwrap_or_default().into_iter();
    Answers(replies.map(|entry| entry.message.and_then(|message| message.response)).collect())
}

/// What was filled in: an object, or JSON in a string as Meta has it. What cannot be taken apart is shown as it
/// is; the form's own token is not shown.
pub(super) fn fields(response: Option<&Value>, ordered: Option<&Pairs>) -> Vec<Field> {
    let parsed;
    let pairs = match (ordered, response) {
        (Some(pairs), _) => pairs,
        (None, Some(Value::String(text))) => match serde_json::from_str(text) {
            Ok(pairs) => {
                parsed = pairs;
                &parsed
            }
            Err(_) => return whole(text),
        },
        (None, Some(Value::Object(members))) => {
            parsed = Pairs(members.iter().map(|(key, value)| (key.clone(), value.clone())).collect());
            &parsed
        }
        (None, None | Some(Value::Null)) => return Vec::new(),
        (None, Some(other)) => return whole(&other.to_string()),
    };
    pairs.0.iter().filter(|(name, _)| name != "flow_token").map(field).collect()
}

fn field((name, value): &(String, Value)) -> Field {
    let written = || if value.is_null() { String::new() } else { value.to_string() };
    Field { name: name.replace('\0', ""), value: plain(value).unwrap_or_else(written) }
}

fn whole(text: &str) -> Vec<Field> {
    let value = text.replace('\0', "");
    match value.trim().is_empty() {
        true => Vec::new(),
        false => vec![Field { name: "response".to_owned(), value }],
    }
}

/// The members of a JSON object in the order given.
pub(super) struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
