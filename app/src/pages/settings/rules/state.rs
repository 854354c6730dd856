//! What is edited: the rules in their order. They are kept a moment after the last change.

use contract::connection::{SettingsTask, TaskDone};
use contract::id::RuleId;
use contract::rules::{Act, After, Condition, Rule, RuleDone, RuleFinding, RuleSetView, RuleTask, RuleWords};
use leptos::prelude::*;

use super::super::keeping::Keeping;
use crate::i18n::use_i18n;
use crate::live;
use crate::pages::inbox::words::Texts;
use crate::pages::rules::Lexicon;
use crate::ui::browser;

/// A rule that is edited. The key stays while it is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Which.
    pub key: usize,
    /// What it says.
    pub rule: RwSignal<Rule>,
    /// Changes when something in it comes, goes or moves: then its form is drawn anew.
    pub shape: RwSignal<u32>,
}

/// What somebody should look at, at its place in a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// In which rule; absent: it is about all of them.
    pub key: Option<usize>,
    /// Where in it: `.if.all[1].is.value`; empty: it is about the whole rule.
    pub place: String,
    /// What it is, in words.
    pub message: String,
    /// Whether the rules cannot go live with it.
    pub blocks: bool,
}

/// What is edited.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    /// The rules, in their order.
    pub rows: RwSignal<Vec<Row>>,
    /// What they can be made of.
    pub lexicon: StoredValue<Lexicon>,
    /// Which of them has its form open.
    pub open: RwSignal<Option<usize>>,
    /// What is wrong with them, or odd.
    pub findings: RwSignal<Vec<Found>>,
    /// The draft that was kept last; absent: there is none.
    pub revision: RwSignal<Option<i64>>,
    /// What has moved where, for those who do not see it.
    pub said: RwSignal<String>,
    /// Whether it is kept.
    pub keeping: Keeping,
    /// The texts, for handlers.
    pub texts: Texts,
    next: StoredValue<usize>,
    owner: StoredValue<Owner>,
}

impl Editor {
    /// Opens what the server has: the draft, else what is live.
    pub(super) fn begin(set: RuleSetView, words: RuleWords) -> Editor {
        let RuleSetView { live, draft, findings, .. } = set;
        let revision = RwSignal::new(draft.as_ref().map(|draft| draft.revision));
        let rules = draft.map_or(live, |draft| draft.rules);
        let rows: Vec<Row> = rules.into_iter().enumerate().map(|(key, rule)| Row::new(key, rule)).collect();
        let (next, findings) = (rows.len(), RwSignal::new(placed(findings, &rows)));
        let rows = RwSignal::new(rows);
        // The order in which they were sent: what the server says of places is about that.
        let sent = StoredValue::new(Vec::new());
        let task = move || {
            let sent_now = rows.get_untracked();
            let rules = sent_now.iter().map(|row| row.rule.get_untracked()).collect();
            sent.set_value(sent_now);
            SettingsTask::Rules(RuleTask::Save { revision: revision.get_untracked(), rules })
        };
        let kept = move |done| {
            if let TaskDone::Rules(RuleDone::Saved { revision: kept, findings: found }) = done {
                revision.set(Some(kept));
                findings.set(sent.with_value(|sent| placed(found, sent)));
            }
        };
        Editor {
            rows,
            lexicon: StoredValue::new(Lexicon::new(words)),
            open: RwSignal::new(None),
            findings,
            revision,
            said: RwSignal::new(String::new()),
            keeping: Keeping::begin(task, kept),
            texts: use_i18n(),
            next: StoredValue::new(next),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// The rules as they are now.
    pub(super) fn rules(self) -> Vec<Rule> {
        self.rows.with(|rows| rows.iter().map(|row| row.rule.get()).collect())
    }

    /// What rules can be made of.
    pub(super) fn lexicon(self) -> Lexicon {
        self.lexicon.get_value()
    }

    /// Where a rule stands now.
    pub(super) fn place(self, key: usize) -> Option<usize> {
        self.rows.with(|rows| rows.iter().position(|row| row.key == key))
    }

    /// Changes a value. Says nothing to the form, which shows it already.
    pub(super) fn edit(self, row: Row, change: impl FnOnce(&mut Rule)) {
        row.rule.update(change);
        self.keeping.changed();
    }

    /// Changes what a part of a rule is about. What was found in the rule was about what it was, and holds no longer.
    pub(super) fn replace(self, row: Row, change: impl FnOnce(&mut Rule)) {
        self.findings.update(|found| found.retain(|one| one.key != Some(row.key)));
        self.edit(row, change);
    }

    /// Changes what there is in a rule, so that its form is drawn anew.
    pub(super) fn reshape(self, row: Row, change: impl FnOnce(&mut Rule)) {
        browser::hold_focus(".rule__form");
        self.replace(row, change);
        row.shape.update(|shape| *shape = shape.wrapping_add(1));
    }

    /// Changes which rules there are, or their order.
    pub(super) fn arrange(self, change: impl FnOnce(&mut Vec<Row>)) {
        self.rows.update(change);
        self.keeping.changed();
    }

    /// Puts a rule in at a place.
    pub(super) fn insert(self, at: usize, rule: Rule) -> Row {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        // It lives as long as the editor, not as the rule whose button was pressed.
        let row = self.owner.get_value().with(|| Row::new(key, rule));
        self.arrange(|rows| rows.insert(at.min(rows.len()), row));
        row
    }

    /// What keeps the rules from going live with the value at a place, which is asked for whenever something was found.
    pub(super) fn problem(
        self,
        row: Row,
        place: impl Fn() -> String + Send + Sync + 'static,
    ) -> Signal<Option<String>> {
        Signal::derive(move || {
            let place = place();
            let here = |one: &&Found| one.key == Some(row.key) && one.blocks && one.place == place;
            self.findings.with(|found| found.iter().find(here).map(|one| one.message.clone()))
        })
    }

    /// What was found in a rule.
    pub(super) fn found(self, row: Row) -> Vec<Found> {
        self.findings.with(|found| found.iter().filter(|one| one.key == Some(row.key)).cloned().collect())
    }
}

impl Row {
    fn new(key: usize, rule: Rule) -> Row {
        Row { key, rule: RwSignal::new(rule), shape: RwSignal::new(0) }
    }
}

/// A rule that says nothing yet. Handlers only: its id is drawn by lot.
pub(super) fn fresh(name: String, act: &str) -> Rule {
    Rule {
        id: fresh_id(),
        name,
        active: true,
        when: Vec::new(),
        condition: Condition::default(),
        then: vec![Act { action: act.to_owned(), with: Default::default(), ladder: Vec::new() }],
        after: After::Stop,
    }
}

/// An id that no rule has. Handlers only.
pub(super) fn fresh_id() -> RuleId {
    RuleId(live::browser::fresh_id().0)
}

/// Findings at the rules that they are about, as these stood.
fn placed(findings: Vec<RuleFinding>, rows: &[Row]) -> Vec<Found> {
    let keys: Vec<usize> = rows.iter().map(|row| row.key).collect();
    let found = |finding: RuleFinding| {
        let (key, place) = split(&finding.path, &keys);
        Found { key, place, message: finding.message, blocks: finding.blocks }
    };
    findings.into_iter().map(found).collect()
}

/// `rules[2].if.all[1]`: the key of the third rule, and the rest.
fn split(path: &str, keys: &[usize]) -> (Option<usize>, String) {
    let number = path.strip_prefix("rules[").and_then(|rest| rest.split_once(']'));
    let found = number.and_then(|(at, rest)| Some((*keys.get(at.parse::<usize>().ok()?)?, rest)));
    match found {
        Some((key, rest)) => (Some(key), rest.to_owned()),
        None => (None, path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn findings_are_told_at_the_rule_that_stood_there() {
        let keys = [7, 3];
        assert_eq!(split("rules[1].if.all[0].is.value", &keys), (Some(3), ".if.all[0].is.value".to_owned()));
        assert_eq!(split("rules[0]", &keys), (Some(7), String::new()));
        assert_eq!(split("rules", &keys), (None, "rules".to_owned()));
        assert_eq!(split("rules[2].name", &keys).0, None, "there is no third one");
    }
}
