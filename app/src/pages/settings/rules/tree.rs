//! Conditions as a tree: getting to a part of it, and changing what is there. A place is the way from the root, by number.

use contract::rules::{Condition, Join, Test};

/// What stands at a place.
pub(super) fn at<'a>(root: &'a Condition, place: &[usize]) -> Option<&'a Condition> {
    place.iter().try_fold(root, |part, number| parts(part).get(*number))
}

/// The same, to change it.
pub(super) fn at_mut<'a>(root: &'a mut Condition, place: &[usize]) -> Option<&'a mut Condition> {
    place.iter().try_fold(root, |part, number| parts_mut(part)?.get_mut(*number))
}

/// The test that stands at a place.
pub(super) fn test<'a>(root: &'a Condition, place: &[usize]) -> Option<&'a Test> {
    match at(root, place)? {
        Condition::Is(test) => Some(test),
        _ => None,
    }
}

/// The parts of a group; a single test has none.
pub(super) fn parts(part: &Condition) -> &[Condition] {
    match part {
        Condition::All(parts) | Condition::Any(parts) | Condition::None(parts) => parts,
        Condition::Is(_) => &[],
    }
}

fn parts_mut(part: &mut Condition) -> Option<&mut Vec<Condition>> {
    match part {
        Condition::All(parts) | Condition::Any(parts) | Condition::None(parts) => Some(parts),
        Condition::Is(_) => None,
    }
}

/// How a part is put together.
pub(super) fn join(part: &Condition) -> Join {
    match part {
        Condition::All(_) => Join::All,
        Condition::Any(_) => Join::Any,
        Condition::None(_) => Join::None,
        Condition::Is(_) => Join::Is,
    }
}

/// Puts a group together in another way.
pub(super) fn rejoin(part: &mut Condition, join: Join) {
    let Some(parts) = parts_mut(part).map(std::mem::take) else { return };
    *part = match join {
        Join::All | Join::Is => Condition::All(parts),
        Join::Any => Condition::Any(parts),
        Join::None => Condition::None(parts),
    };
}

/// Adds a part at the end of a group. A single test becomes a group of both.
pub(super) fn add(root: &mut Condition, place: &[usize], new: Condition) {
    let Some(part) = at_mut(root, place) else { return };
    match parts_mut(part) {
        Some(parts) => parts.push(new),
        None => *part = Condition::All(vec![std::mem::take(part), new]),
    }
}

/// Takes a part away. Without the root nothing is asked.
pub(super) fn remove(root: &mut Condition, place: &[usize]) {
    let Some((last, group)) = place.split_last() else {
        *root = Condition::default();
        return;
    };
    if let Some(parts) = at_mut(root, group).and_then(parts_mut)
        && *last < parts.len()
    {
        parts.remove(*last);
    }
}

/// Where it is, as findings name it: `.if.all[1].is`.
pub(super) fn path(root: &Condition, place: &[usize]) -> String {
    let (mut path, mut part) = (".if".to_owned(), Some(root));
    for number in place {
        let word = part.map_or("all", |part| word(join(part)));
        path.push_str(&format!(".{word}[{number}]"));
        part = part.and_then(|part| parts(part).get(*number));
    }
    if matches!(part, Some(Condition::Is(_))) {
        path.push_str(".is");
    }
    path
}

/// The word of a join.
pub(super) fn word(join: Join) -> &'static str {
    match join {
        Join::All => "all",
        Join::Any => "any",
        Join::None => "none",
        Join::Is => "is",
    }
}

#[cfg(test)]
mod tests {
    use contract::rules::Value;

    use super::*;

    fn known(fact: &str) -> Condition {
        Condition::Is(Test { fact: fact.to_owned(), operator: "set".to_owned(), value: Value::Nothing })
    }

    #[test]
    fn parts_are_found_by_the_way_and_named_as_findings_name_them() {
        let root = Condition::All(vec![known("a"), Condition::None(vec![known("b"), known("c")])]);
        assert_eq!(at(&root, &[1, 1]), Some(&known("c")));
        assert_eq!(at(&root, &[0, 0]), None, "a test has no parts");
        assert_eq!(path(&root, &[]), ".if");
        assert_eq!(path(&root, &[0]), ".if.all[0].is");
        assert_eq!(path(&root, &[1]), ".if.all[1]");
        assert_eq!(path(&root, &[1, 1]), ".if.all[1].none[1].is");
        assert_eq!(path(&known("a"), &[]), ".if.is");
    }

    #[test]
    fn parts_are_added_and_taken_away() {
        let mut root = known("a");
        add(&mut root, &[], known("b"));
        assert_eq!(root, Condition::All(vec![known("a"), known("b")]));
        add(&mut root, &[], Condition::Any(vec![known("c")]));
        add(&mut root, &[2], known("d"));
        remove(&mut root, &[2, 0]);
        remove(&mut root, &[0]);
        assert_eq!(root, Condition::All(vec![known("b"), Condition::Any(vec![known("d")])]));
        remove(&mut root, &[7]);
        remove(&mut root, &[1, 0, 3]);
        assert_eq!(parts(&root).len(), 2, "what is not there is not taken away");
        remove(&mut root, &[]);
        assert_eq!(root, Condition::default());
    }

    #[test]
    fn a_group_is_put_together_in_another_way() {
        let mut root = Condition::All(vec![known("a")]);
        rejoin(&mut root, Join::None);
        assert_eq!(root, Condition::None(vec![known("a")]));
        let mut single = known("a");
        rejoin(&mut single, Join::Any);
        assert_eq!(single, known("a"));
    }
}
