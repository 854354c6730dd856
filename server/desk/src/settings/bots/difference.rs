//! What one definition changes of another, one line a value, with places that people understand: members of lists are
//! known by their ids and titles, so that an entry that has only moved has not changed.

use contract::bots::Difference;
use serde_json::Value;

/// Lines, at most.
const MOST: usize = 200;
/// Characters of a value that are shown.
const SHOWN: usize = 300;

/// The differences, in the order of what is there now.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&mut found, "", before, after);
    found.truncate(MOST);
    found
}

fn compare(found: &mut Vec<Difference>, place: &str, before: &Value, after: &Value) {
    if before == after || found.len() >= MOST {
        return;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                compare(found, &below(place, key), old.get(key).unwrap_or(&Value::Null), value);
            }
            for (key, value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
                compare(found, &below(place, key), value, &Value::Null);
            }
        }
        (Value::Array(old), Value::Array(new)) => lists(found, place, (old, new)),
        _ => found.push(Difference { place: place.to_owned(), before: shown(before), after: shown(after) }),
    }
}

fn lists(found: &mut Vec<Difference>, place: &str, (old, new): (&[Value], &[Value])) {
    // Plain words: what came and what went.
    if old.iter().chain(new).all(|value| !value.is_object() && !value.is_array()) {
        let missing = |from: &[Value], other: &[Value]| {
            let words = from.iter().filter(|value| !other.contains(value)).filter_map(shown);
            Some(words.collect::<Vec<_>>().join(", ")).filter(|words| !words.is_empty())
        };
        let (before, after) = (missing(old, new), missing(new, old));
        found.push(Difference { place: place.to_owned(), before, after });
        return;
    }
    let ids = |values: &[Value]| values.iter().map(id).collect::<Option<Vec<String>>>();
    let (Some(old_ids), Some(new_ids)) = (ids(old), ids(new)) else {
        for at in 0..old.len().max(new.len()) {
            let of = |values: &[Value]| values.get(at).cloned().unwrap_or(Value::Null);
            compare(found, &below(place, &(at + 1).to_string()), &of(old), &of(new));
        }
        return;
    };
    let known = |ids: &[String], values: &[Value], id: &str| {
        ids.iter().position(|other| other == id).and_then(|at| values.get(at).cloned())
    };
    for (id, value) in new_ids.iter().zip(new) {
        let before = known(&old_ids, old, id).unwrap_or(Value::Null);
        compare(found, &below(place, name(value).unwrap_or(id)), &before, value);
    }
    for (id, value) in old_ids.iter().zip(old).filter(|(id, _)| !new_ids.contains(id)) {
        compare(found, &below(place, name(value).unwrap_or(id)), value, &Value::Null);
    }
    let kept = |ids: &[String], others: &[String]| {
        ids.iter().filter(|id| others.contains(id)).cloned().collect::<Vec<_>>().join(", ")
    };
    let (before, after) = (kept(&old_ids, &new_ids), kept(&new_ids, &old_ids));
    if before != after {
        found.push(Difference { place: place.to_owned(), before: Some(before), after: Some(after) });
    }
}

fn id(value: &Value) -> Option<String> {
    let word = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    word("id").or_else(|| word("entry")).or_else(|| word("code"))
}

fn name(value: &Value) -> Option<&str> {
    value.get("title").and_then(Value::as_str)
}

fn below(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place} › {key}") }
}

fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(match text.chars().count() > SHOWN {
        true => format!("{}…", text.chars().take(SHOWN).collect::<String>()),
        false => text,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_is_known_by_its_id_wherever_it_stands() {
        let before = json!({ "entries": [{ "id": "a", "title": "A", "keywords": ["x"] }, { "id": "b", "title": "B" }] });
        let after = json!({ "entries": [{ "id": "b", "title": "B" }, { "id": "a", "title": "A", "keywords": ["x", "y"] }] });
        let found = differences(&before, &after);
        let lines: Vec<_> = found.iter().map(|one| (one.place.as_str(), one.after.as_deref())).collect();
        assert_eq!(lines, [("entries › A › keywords", Some("y")), ("entries", Some("b, a"))]);
        assert!(differences(&before, &before).is_empty());
    }

    #[test]
    fn what_came_and_what_went_is_told() {
        let found = differences(&json!({ "a": 1, "gone": "x" }), &json!({ "a": 2, "new": "y" }));
        let lines: Vec<_> = found
            .iter()
            .map(|one| (one.place.as_str(), one.before.as_deref(), one.after.as_deref()))
            .collect();
        assert_eq!(lines, [("a", Some("1"), Some("2")), ("new", None, Some("y")), ("gone", Some("x"), None)]);
    }
}
