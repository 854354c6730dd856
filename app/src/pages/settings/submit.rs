//! Sending a change of the configuration, and showing where it was refused.

use std::future::Future;

use contract::connection::{SettingsTask, TaskDone};
use contract::settings::{ChangeRefused, SettingsChange};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_i18n::I18nContext;

use crate::calls::{self, CallError};
use crate::i18n::{Locale, tu_string, use_i18n};
use crate::live::browser;
use crate::ui::{Button, ButtonKind, Icon, IconName};

/// One form: whether it is on its way, and what was wrong with it.
#[derive(Clone, Copy)]
pub(in crate::pages) struct Submission {
    /// Whether the server has it at present.
    pub(in crate::pages) busy: RwSignal<bool>,
    refused: RwSignal<Option<ChangeRefused>>,
    fields: StoredValue<Vec<String>>,
    i18n: I18nContext<Locale>,
}

impl Submission {
    pub(in crate::pages) fn new() -> Submission {
        Submission {
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
            fields: StoredValue::new(Vec::new()),
            i18n: use_i18n(),
        }
    }

    /// What is wrong with this field.
    pub(in crate::pages) fn error(self, field: impl Into<String>) -> Signal<Option<String>> {
        let field = field.into();
        self.fields.update_value(|fields| {
            if !fields.contains(&field) {
                fields.push(field.clone());
            }
        });
        Signal::derive(move || {
            let refused = self.refused.get()?;
            refused.field.is_some_and(|it| is_about(&it, &field)).then_some(refused.message)
        })
    }

    /// What is wrong with the whole, or with something that has no field here.
    pub(in crate::pages) fn general(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            let refused = self.refused.get()?;
            let has_place = refused.field.is_some_and(|it| {
                self.fields.with_value(|fields| fields.iter().any(|field| is_about(&it, field)))
            });
            (!has_place).then_some(refused.message)
        })
    }

    /// Forgets what was wrong.
    pub(in crate::pages) fn clear(self) {
        self.refused.set(None);
    }

    /// Sends a change; `done` runs when it was made.
    pub(in crate::pages) fn send(self, change: SettingsChange, done: impl FnOnce() + 'static) {
        self.begin(calls::change(change), move |()| done());
    }

    /// Has something tried; `done` hears what came of it, if it could be.
    pub(in crate::pages) fn run(self, task: SettingsTask, done: impl FnOnce(TaskDone) + 'static) {
        self.begin(calls::run(task), done);
    }

    /// Makes a call; `done` hears what came of it.
    pub(in crate::pages) fn begin<T: 'static>(
        self,
        call: impl Future<Output = Result<T, CallError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let outcome = call.await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(value) => {
                    self.clear();
                    done(value);
                }
                Err(error) if error.signed_out() => {
                    browser::go(&format!("/login?next={}", browser::here()));
                }
                Err(CallError::Change(refused)) => {
                    self.refused.set(Some(refused));
                    request_animation_frame(|| _ = browser::focus("[aria-invalid='true']"));
                }
                Err(_) => self.refused.set(Some(ChangeRefused {
                    field: None,
                    message: tu_string!(self.i18n, settings.not_reached).to_owned(),
                })),
            }
        });
    }
}

/// Fields of a provider may be named with their group (`fields.app_secret`).
fn is_about(told: &str, field: &str) -> bool {
    told == field || told.strip_suffix(field).is_some_and(|rest| rest.ends_with('.'))
}

/// What is wrong with a whole form, above its buttons.
#[component]
pub(in crate::pages) fn FormError(text: Signal<Option<String>>) -> impl IntoView {
    move || {
        text.get().map(|text| {
            view! {
                <p class="notice notice--negative" role="alert" data-testid="form-error">
                    <Icon name=IconName::Alert />
                    <span>{text}</span>
                </p>
            }
        })
    }
}

/// The buttons at the end of a dialog.
#[component]
pub(in crate::pages) fn Foot(
    submission: Submission,
    open: RwSignal<bool>,
    label: &'static str,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="dialog__foot">
            <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
            <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                {label}
            </Button>
        </div>
    }
}
