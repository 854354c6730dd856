//! What is edited. It is kept a moment after the last change.

use contract::bots::flow::{Definition, Text};
use contract::bots::{BotDone, BotTask, Finding, FlowPage};
use contract::connection::{SettingsTask, TaskDone};
use contract::id::BotId;
use leptos::prelude::*;

use super::super::super::keeping::Keeping;
use crate::ui::browser;

/// A part of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages::settings::bots) enum Part {
    /// How it begins.
    Greeting,
    /// What it says at other times.
    Texts,
    /// The languages that it speaks.
    Languages,
    /// When somebody is there.
    Hours,
    /// One of its entries.
    Entry(usize),
}

/// What is edited.
#[derive(Clone, Copy)]
pub(in crate::pages::settings::bots) struct Editor {
    /// Of which bot.
    pub id: BotId,
    /// The version that was live when it was opened.
    pub version: i32,
    /// What it says and does.
    pub definition: RwSignal<Definition>,
    /// Changes when something comes, goes or moves: then the form is drawn anew.
    pub shape: RwSignal<u32>,
    /// Which part is on the screen.
    pub part: RwSignal<Part>,
    /// In which language texts are edited; empty: the flow's own.
    pub language: RwSignal<String>,
    /// What is wrong, and what is missing.
    pub findings: RwSignal<Vec<Finding>>,
    /// The draft that was kept last; absent: there is none.
    pub revision: RwSignal<Option<i64>>,
    /// Whether it is kept.
    pub keeping: Keeping,
}

impl Editor {
    /// Opens what the server has.
    pub(super) fn begin(page: FlowPage) -> Editor {
        let FlowPage { id, version, definition, draft, findings, .. } = page;
        let definition = RwSignal::new(definition.unwrap_or_else(empty));
        let revision = RwSignal::new(draft.map(|draft| draft.revision));
        let findings = RwSignal::new(findings);
        let task = move || {
            SettingsTask::Bot(BotTask::Save {
                bot: id,
                revision: revision.get_untracked(),
                definition: Box::new(definition.get_untracked()),
            })
        };
        let kept = move |done| {
            if let TaskDone::Bot(BotDone::Saved { revision: kept, findings: found }) = done {
                revision.set(Some(kept));
                findings.set(found);
            }
        };
        Editor {
            id,
            version,
            definition,
            shape: RwSignal::new(0),
            part: RwSignal::new(Part::Greeting),
            language: RwSignal::new(String::new()),
            findings,
            revision,
            keeping: Keeping::begin(task, kept),
        }
    }

    /// Changes a value. Says nothing to the form, which shows it already.
    pub(super) fn edit(self, change: impl FnOnce(&mut Definition)) {
        self.definition.update(change);
        self.keeping.changed();
    }

    /// Changes what there is, so that the form is drawn anew.
    pub(super) fn reshape(self, change: impl FnOnce(&mut Definition)) {
        browser::hold_focus(".flow__part");
        self.edit(change);
        self.shape.update(|shape| *shape = shape.wrapping_add(1));
    }

    /// What is edited, as it is now.
    pub(in crate::pages::settings::bots) fn definition(self) -> Definition {
        self.definition.get_untracked()
    }

    /// The same as if it were closed: without any hours. A flow without hours is never closed.
    pub(in crate::pages::settings::bots) fn closed(self) -> Definition {
        let mut definition = self.definition.get_untracked();
        if let Some(hours) = &mut definition.hours {
            hours.week.clear();
        }
        definition
    }

    /// What is wrong with the value at a path, or missing there in the language that is edited.
    pub(super) fn problem(self, path: impl Into<String>) -> Signal<Option<String>> {
        let path = path.into();
        Signal::derive(move || {
            let language = self.language.get();
            let in_language = format!("{path}@{language}");
            self.findings.with(|found| {
                let here =
                    |it: &&Finding| it.path == path || (!language.is_empty() && it.path == in_language);
                found.iter().find(here).map(|it| it.message.clone())
            })
        })
    }

    /// The texts of a language, while one is edited that is not the flow's own.
    pub(super) fn in_language(self, text: &Text) -> String {
        let language = self.language.get_untracked();
        match language.is_empty() {
            true => text.own.clone(),
            false => text.variants.get(&language).cloned().unwrap_or_default(),
        }
    }

    /// Puts a text where it belongs.
    pub(super) fn put(self, text: &mut Text, words: String) {
        let language = self.language.get_untracked();
        if language.is_empty() {
            text.own = words;
        } else if words.trim().is_empty() {
            text.variants.remove(&language);
        } else {
            text.variants.insert(language, words);
        }
    }
}

/// Stands where nothing was given to edit.
fn empty() -> Definition {
    Definition {
        language: "en".to_owned(),
        languages: Vec::new(),
        hours: None,
        greeting: contract::bots::flow::Greeting {
            hello: Text::default(),
            ask: Default::default(),
            keywords: Vec::new(),
        },
        entries: Vec::new(),
        not_understood: Default::default(),
        patience: 2,
        not_read: Default::default(),
        returned: Default::default(),
        joining: Text::default(),
        joining_closed: None,
    }
}
