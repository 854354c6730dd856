//! What is edited, and keeping it: a moment after the last change, or when somebody wishes. Nothing that was typed is lost
//! without a word.

use std::time::Duration;

use contract::bots::flow::{Definition, Text};
use contract::bots::{BotDone, BotTask, Finding, FlowPage};
use contract::connection::{SettingsTask, TaskDone};
use contract::id::BotId;
use contract::settings::ChangeRefused;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::calls::{self, CallError};
use crate::ui::browser;

/// How long after the last change it is kept.
const PAUSE: Duration = Duration::from_millis(900);

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
    /// Whether the server has it at present.
    pub busy: RwSignal<bool>,
    /// Whether something is not kept yet.
    pub dirty: RwSignal<bool>,
    /// Why it was not kept.
    pub refused: RwSignal<Option<ChangeRefused>>,
    changes: StoredValue<u32>,
}

impl Editor {
    /// Opens what the server has.
    pub(super) fn begin(page: FlowPage) -> Editor {
        let FlowPage { id, version, definition, draft, findings, .. } = page;
        let editor = Editor {
            id,
            version,
            definition: RwSignal::new(definition.unwrap_or_else(empty)),
            shape: RwSignal::new(0),
            part: RwSignal::new(Part::Greeting),
            language: RwSignal::new(String::new()),
            findings: RwSignal::new(findings),
            revision: RwSignal::new(draft.map(|draft| draft.revision)),
            busy: RwSignal::new(false),
            dirty: RwSignal::new(false),
            refused: RwSignal::new(None),
            changes: StoredValue::new(0),
        };
        Effect::new(move |_| browser::guard_leaving(editor.dirty.get()));
        on_cleanup(move || {
            browser::guard_leaving(false);
            // Whoever goes elsewhere in the settings takes nothing along: what is not kept yet is kept now.
            if editor.dirty.try_get_untracked() == Some(true) {
                let task = editor.task();
                spawn_local(async move { drop(calls::run(SettingsTask::Bot(task)).await) });
            }
        });
        editor
    }

    /// Changes a value. Says nothing to the form, which shows it already.
    pub(super) fn edit(self, change: impl FnOnce(&mut Definition)) {
        self.definition.update(change);
        self.changed();
    }

    /// Changes what there is, so that the form is drawn anew.
    pub(super) fn reshape(self, change: impl FnOnce(&mut Definition)) {
        browser::hold_focus(".flow__part");
        self.edit(change);
        self.shape.update(|shape| *shape = shape.wrapping_add(1));
    }

    fn changed(self) {
        self.dirty.set(true);
        let mark = self.changes.with_value(|changes| changes.wrapping_add(1));
        self.changes.set_value(mark);
        set_timeout(
            move || {
                // Only the last change of several keeps them all.
                if self.changes.try_get_value() == Some(mark) && self.dirty.try_get_untracked() == Some(true)
                {
                    self.keep(|| {});
                }
            },
            PAUSE,
        );
    }

    fn task(self) -> BotTask {
        BotTask::Save {
            bot: self.id,
            revision: self.revision.get_untracked(),
            definition: Box::new(self.definition.get_untracked()),
        }
    }

    /// Keeps the draft; `then` runs once it is kept.
    pub(super) fn keep(self, then: impl FnOnce() + 'static) {
        self.send(self.task(), then);
    }

    /// Sends something that becomes the draft.
    pub(super) fn send(self, task: BotTask, then: impl FnOnce() + 'static) {
        if self.busy.get_untracked() {
            // It is tried again when the answer is there.
            self.changes.update_value(|changes| *changes = changes.wrapping_add(1));
            set_timeout(
                move || {
                    if self.dirty.try_get_untracked() == Some(true) {
                        self.keep(then);
                    }
                },
                PAUSE,
            );
            return;
        }
        self.busy.set(true);
        let mark = self.changes.get_value();
        spawn_local(async move {
            let outcome = calls::run(SettingsTask::Bot(task)).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(TaskDone::Bot(BotDone::Saved { revision, findings })) => {
                    self.revision.set(Some(revision));
                    self.findings.set(findings);
                    self.refused.set(None);
                    // What was typed meanwhile is kept in its turn.
                    if self.changes.get_value() == mark {
                        self.dirty.set(false);
                        then();
                    }
                }
                Ok(_) => {}
                Err(CallError::Change(refused)) => self.refused.set(Some(refused)),
                // Without a message: the server was not reached, or does not know who asks.
                Err(_) => self.refused.set(Some(ChangeRefused { field: None, message: String::new() })),
            }
        });
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
