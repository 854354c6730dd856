//! Keeping a draft: a moment after the last change, or when somebody wishes. Nothing that was typed is lost without a word.

use std::sync::Arc;
use std::time::Duration;

use contract::connection::{SettingsTask, TaskDone};
use contract::settings::ChangeRefused;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonSize, CopyButton, Icon, IconName, browser};

/// How long after the last change it is kept.
const PAUSE: Duration = Duration::from_millis(900);

type Task = Arc<dyn Fn() -> SettingsTask + Send + Sync>;
type Kept = Arc<dyn Fn(TaskDone) + Send + Sync>;

/// A draft, and whether it is kept.
#[derive(Clone, Copy)]
pub(super) struct Keeping {
    /// Whether the server has it at present.
    pub busy: RwSignal<bool>,
    /// Whether something is not kept yet.
    pub dirty: RwSignal<bool>,
    /// Why it was not kept.
    pub refused: RwSignal<Option<ChangeRefused>>,
    changes: StoredValue<u32>,
    task: StoredValue<Task>,
    kept: StoredValue<Kept>,
}

impl Keeping {
    /// Begins. The first says what is to be kept now; the second hears what the server has said to it.
    pub(super) fn begin(
        task: impl Fn() -> SettingsTask + Send + Sync + 'static,
        kept: impl Fn(TaskDone) + Send + Sync + 'static,
    ) -> Keeping {
        let keeping = Keeping {
            busy: RwSignal::new(false),
            dirty: RwSignal::new(false),
            refused: RwSignal::new(None),
            changes: StoredValue::new(0),
            task: StoredValue::new(Arc::new(task)),
            kept: StoredValue::new(Arc::new(kept)),
        };
        Effect::new(move |_| browser::guard_leaving(keeping.dirty.get()));
        on_cleanup(move || {
            browser::guard_leaving(false);
            // Whoever goes elsewhere in the settings takes nothing along: what is not kept yet is kept now.
            if keeping.dirty.try_get_untracked() == Some(true) {
                let task = keeping.task.with_value(|task| task());
                spawn_local(async move { drop(calls::run(task).await) });
            }
        });
        keeping
    }

    /// Something has changed.
    pub(super) fn changed(self) {
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

    /// Keeps it; `then` runs once it is kept.
    pub(super) fn keep(self, then: impl FnOnce() + 'static) {
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
        let (mark, task) = (self.changes.get_value(), self.task.with_value(|task| task()));
        spawn_local(async move {
            let outcome = calls::run(task).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(done) => {
                    self.refused.set(None);
                    self.kept.with_value(Arc::clone)(done);
                    // What was typed meanwhile is kept in its turn.
                    if self.changes.get_value() == mark {
                        self.dirty.set(false);
                        then();
                    }
                }
                Err(CallError::Change(refused)) => self.refused.set(Some(refused)),
                // Without a message: the server was not reached, or does not know who asks.
                Err(_) => self.refused.set(Some(ChangeRefused { field: None, message: String::new() })),
            }
        });
    }

    /// Gives up what is not kept, before the page is loaded anew.
    pub(super) fn give_up(self) {
        self.dirty.set(false);
        browser::guard_leaving(false);
    }

    /// Where it stands, in a word or two. `there` is whether there is a draft at all.
    pub(super) fn words(self, there: bool) -> &'static str {
        let i18n = use_i18n();
        match (self.refused.get().is_some(), self.busy.get(), self.dirty.get(), there) {
            (true, false, ..) => tu_string!(i18n, bots.not_kept),
            (_, true, ..) => tu_string!(i18n, bots.keeping),
            (_, _, true, _) => tu_string!(i18n, bots.not_kept_yet),
            (_, _, _, true) => tu_string!(i18n, bots.kept),
            (_, _, _, false) => tu_string!(i18n, bots.no_draft),
        }
    }
}

/// Why it was not kept, and what can be done: nothing of mine or of theirs is lost.
#[component]
pub(super) fn NotKept(
    keeping: Keeping,
    /// What was typed here.
    mine: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        keeping.refused.get().map(|refused| {
            let is_theirs = refused.field.as_deref() == Some("revision");
            let load = move || {
                keeping.give_up();
                crate::live::browser::reload();
            };
            view! {
                <div class="notice notice--negative" role="alert" data-testid="not-kept">
                    <Icon name=IconName::Alert />
                    <span>
                        {if refused.message.is_empty() {
                            tu_string!(i18n, settings.not_reached).to_owned()
                        } else {
                            refused.message
                        }}
                    </span>
                    {is_theirs
                        .then(|| view! {
                            <CopyButton
                                text=mine
                                label=tu_string!(i18n, bots.copy_mine)
                                done=tu_string!(i18n, bots.copied)
                                shown=true
                            />
                            <Button size=ButtonSize::Small on_press=load attr:data-testid="load-theirs">
                                {tu_string!(i18n, bots.load_theirs)}
                            </Button>
                        })}
                    {(!is_theirs)
                        .then(|| view! {
                            <Button size=ButtonSize::Small on_press=move || keeping.keep(|| {})>
                                {tu_string!(i18n, settings.try_again)}
                            </Button>
                        })}
                </div>
            }
        })
    }
}
