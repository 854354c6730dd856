//! Labels.

use contract::Change;

use super::Outcome;
use super::work::Work;
use crate::domain::Refused;

/// The most labels that a conversation can have.
const MOST: usize = 20;
/// The longest label, in characters.
const LONGEST: usize = 40;

/// Puts labels on and takes them off. What is there already, or not there, changes nothing.
pub fn label(work: &mut Work, add: &[String], remove: &[String]) -> Outcome<()> {
    let labels = &mut work.conversation.labels;
    let mut added = Vec::new();
    for label in add {
        let label = label.trim().to_lowercase();
        if label.is_empty() || label.chars().count() > LONGEST || label.contains('\0') {
            return Err(Refused::Invalid(format!("A label has 1 to {LONGEST} characters.")).into());
        }
        if !labels.contains(&label) {
            labels.push(label.clone());
            added.push(label);
        }
    }
    let removed: Vec<String> = remove.iter().filter(|label| labels.contains(label)).cloned().collect();
    labels.retain(|label| !removed.contains(label));
    labels.sort();
    if labels.len() > MOST {
        return Err(Refused::Invalid(format!("A conversation has at most {MOST} labels.")).into());
    }
    if !added.is_empty() || !removed.is_empty() {
        work.record(Change::Labelled { added, removed });
    }
    Ok(())
}
