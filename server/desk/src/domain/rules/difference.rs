//! What two sets of rules differ in.

use contract::RuleId;
use contract::rules::{Rule, RuleChangeKind, RuleDifference};

/// What has become of rules, in the order in which they stand now; those that are gone come last.
pub fn differences(before: &[Rule], after: &[Rule]) -> Vec<RuleDifference> {
    let mut found = Vec::new();
    let stayed: Vec<RuleId> = kept(before, after);
    let was: Vec<RuleId> = kept(after, before);
    let moved = moved(&was, &stayed);
    for rule in after {
        let difference = |kind, parts| RuleDifference { rule: rule.name.clone(), kind, parts };
        let Some(old) = before.iter().find(|old| old.id == rule.id) else {
            found.push(difference(RuleChangeKind::Added, Vec::new()));
            continue;
        };
        let parts = parts(old, rule);
        if !parts.is_empty() {
            found.push(difference(RuleChangeKind::Changed, parts));
        }
        if moved.contains(&rule.id) {
            found.push(difference(RuleChangeKind::Moved, Vec::new()));
        }
    }
    let gone = before.iter().filter(|old| !after.iter().any(|rule| rule.id == old.id));
    found.extend(gone.map(|old| RuleDifference {
        rule: old.name.clone(),
        kind: RuleChangeKind::Removed,
        parts: Vec::new(),
    }));
    found
}

/// The rules of the second set that are in the first too, in the order of the second.
fn kept(first: &[Rule], second: &[Rule]) -> Vec<RuleId> {
    let ids = second.iter().map(|rule| rule.id);
    ids.filter(|id| first.iter().any(|rule| rule.id == *id)).collect()
}

/// Those that stand at another place among the rest. The longest part that keeps its order is what has stayed.
fn moved(before: &[RuleId], after: &[RuleId]) -> Vec<RuleId> {
    let place = |id: &RuleId| before.iter().position(|old| old == id).unwrap_or(usize::MAX);
    let places: Vec<usize> = after.iter().map(place).collect();
    // The longest rising row that ends at each place, and what stands before that in it.
    let mut best: Vec<(usize, Option<usize>)> = Vec::new();
    for at in 0..places.len() {
        let longest =
            (0..at).filter(|earlier| places[*earlier] < places[at]).max_by_key(|earlier| best[*earlier].0);
        best.push((longest.map_or(1, |earlier| best[earlier].0 + 1), longest));
    }
    let mut at = (0..best.len()).max_by_key(|at| best[*at].0);
    let mut stays = Vec::new();
    while let Some(here) = at {
        stays.push(after[here]);
        at = best[here].1;
    }
    after.iter().filter(|id| !stays.contains(id)).copied().collect()
}

fn parts(before: &Rule, after: &Rule) -> Vec<String> {
    let same = [
        ("name", before.name == after.name),
        ("active", before.active == after.active),
        ("when", before.when == after.when),
        ("if", before.condition == after.condition),
        ("then", before.then == after.then),
        ("after", before.after == after.after),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(part, _)| part.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::rule;
    use super::*;

    fn kinds(before: &[Rule], after: &[Rule]) -> Vec<(String, RuleChangeKind)> {
        differences(before, after).into_iter().map(|one| (one.rule, one.kind)).collect()
    }

    #[test]
    fn what_is_new_gone_changed_and_moved_is_told() {
        let [a, b, c, d] = [1, 2, 3, 4].map(|number| rule(number, &format!("rule {number}")));
        let before = [a.clone(), b.clone(), c.clone()];
        assert!(differences(&before, &before).is_empty());
        let renamed = Rule { name: "another".to_owned(), active: false, ..b.clone() };
        let after = [c.clone(), a.clone(), renamed, d];
        let told = differences(&before, &after);
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!((told[0].rule.as_str(), told[0].kind), ("rule 3", RuleChangeKind::Moved));
        assert_eq!(told[1].parts, ["name", "active"]);
        assert_eq!((told[2].rule.as_str(), told[2].kind), ("rule 4", RuleChangeKind::Added));
        let gone = kinds(&before, &[a, c]);
        assert_eq!(gone, [("rule 2".to_owned(), RuleChangeKind::Removed)]);
    }
}
