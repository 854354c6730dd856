//! What programs know of a contact or a conversation, name by name: a customer number, an order, a plan.

use std::collections::BTreeMap;

/// What is known.
pub type Attributes = BTreeMap<String, String>;
/// What is to be known: a value, or nothing any more.
pub type Changes = BTreeMap<String, Option<String>>;

/// Attributes of one contact or conversation, at most.
pub const MOST: usize = 50;
/// The longest name, in characters.
pub const NAME: usize = 60;
/// The longest value, in characters.
pub const VALUE: usize = 1_000;
/// Bytes of all names and values together, at most: a handoff can carry so much.
pub const BYTES: usize = 4_096;

/// What is known after a change. What is wrong with it: the attribute, and why.
pub fn change(known: &Attributes, changes: &Changes) -> Result<Attributes, (String, String)> {
    let mut after = known.clone();
    for (name, value) in changes {
        let wrong = |why: String| Err((name.clone(), why));
        if name.trim().is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            return wrong(format!("a name has 1 to {NAME} characters that can be seen"));
        }
        let Some(value) = value else {
            after.remove(name);
            continue;
        };
        if value.chars().count() > VALUE || value.contains('\0') {
            return wrong(format!("a value has at most {VALUE} characters"));
        }
        after.insert(name.clone(), value.clone());
        if after.len() > MOST {
            return wrong(format!("there are at most {MOST} attributes: take away what nobody needs"));
        }
        if after.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > BYTES {
            return wrong(format!("all attributes together have at most {BYTES} bytes"));
        }
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(all: &[(&str, Option<&str>)]) -> Changes {
        all.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()
    }

    #[test]
    fn what_is_set_is_kept_beside_the_rest_and_nothing_takes_away() {
        let known =
            change(&Attributes::new(), &changes(&[("plan", Some("gold")), ("order", Some("7"))])).unwrap();
        let after =
            change(&known, &changes(&[("plan", Some("basic")), ("order", None), ("none", None)])).unwrap();
        assert_eq!(after, Attributes::from([("plan".to_owned(), "basic".to_owned())]));
    }

    #[test]
    fn what_is_too_much_is_refused_with_its_name() {
        let many: Vec<String> = (0..=MOST).map(|number| format!("name{number:02}")).collect();
        let many: Vec<(&str, Option<&str>)> = many.iter().map(|name| (name.as_str(), Some("x"))).collect();
        let (long, wide) = ("x".repeat(VALUE + 1), "x".repeat(VALUE));
        let table = [
            (changes(&[("", Some("x"))]), ""),
            (changes(&[("a\nb", Some("x"))]), "a\nb"),
            (changes(&[("a", Some(&long))]), "a"),
            (changes(&[("a", Some("\0"))]), "a"),
            (changes(&many), "name50"),
            (changes(&["a", "b", "c", "d", "e"].map(|name| (name, Some(wide.as_str())))), "e"),
        ];
        for (wish, name) in table {
            assert_eq!(change(&Attributes::new(), &wish).unwrap_err().0, name);
        }
    }
}
