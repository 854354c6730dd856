//! Short news at the edge of the page, with a way back where there is one.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use super::button::{Button, ButtonKind, ButtonSize};
use super::icon::{Icon, IconName};

/// What a toast says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ToastKind {
    /// Something happened.
    #[default]
    Neutral,
    /// Something was done.
    Positive,
    /// Something was not done.
    Negative,
}

/// What undoes something. It outlives the part of the page that it came from, which may be gone by what was done.
type Undo = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Toast {
    id: u32,
    kind: ToastKind,
    text: String,
    undo: Option<(String, Undo)>,
}

/// Where toasts are shown. Cheap to copy into handlers.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
    held: StoredValue<bool>,
}

const STAYS: Duration = Duration::from_secs(8);
const STAYS_HELD: Duration = Duration::from_secs(3);

impl Toasts {
    /// Shows a sentence for eight seconds.
    pub fn show(self, kind: ToastKind, text: impl Into<String>) {
        self.add(kind, text.into(), None);
    }

    /// Shows that something was done, with a button that undoes it.
    pub fn show_with_undo(
        self,
        text: impl Into<String>,
        undo: impl Into<String>,
        on_undo: impl Fn() + Send + Sync + 'static,
    ) {
        self.add(ToastKind::Positive, text.into(), Some((undo.into(), Arc::new(on_undo))));
    }

    /// Undoes the latest thing that can be undone; tells whether there was one.
    pub fn undo_latest(self) -> bool {
        let latest =
            self.list.with_untracked(|list| list.iter().rev().find(|toast| toast.undo.is_some()).cloned());
        latest.is_some_and(|toast| {
            self.remove(toast.id);
            toast.undo.is_some_and(|(_, undo)| {
                undo();
                true
            })
        })
    }

    fn add(self, kind: ToastKind, text: String, undo: Option<(String, Undo)>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.list.update(|list| {
            list.push(Toast { id, kind, text, undo });
            let extra = list.len().saturating_sub(3);
            list.drain(..extra);
        });
        set_timeout(move || self.expire(id), STAYS);
    }

    /// Takes it away, unless somebody is reading or about to press: then a little later.
    fn expire(self, id: u32) {
        match self.held.try_get_value() {
            Some(true) => set_timeout(move || self.expire(id), STAYS_HELD),
            Some(false) => self.remove(id),
            None => {}
        }
    }

    fn remove(self, id: u32) {
        self.list.try_update(|list| list.retain(|toast| toast.id != id));
    }
}

/// Makes the toasts known to everything below. Once, at the root.
pub fn provide_toasts() -> Toasts {
    let toasts =
        Toasts { list: RwSignal::new(Vec::new()), next: StoredValue::new(0), held: StoredValue::new(false) };
    provide_context(toasts);
    toasts
}

/// The toasts of this page.
pub fn use_toasts() -> Toasts {
    use_context().unwrap_or_else(provide_toasts)
}

/// The place where toasts appear. Once, at the root, so that a screen reader knows it before the first one.
#[component]
pub fn ToastRegion(
    /// What the cross is called ("Dismiss").
    #[prop(into)]
    dismiss: Signal<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let hold = move |held: bool| move || toasts.held.set_value(held);
    let (enter, leave) = (hold(true), hold(false));
    view! {
        <div
            class="toasts"
            role="status"
            aria-live="polite"
            on:mouseenter=move |_| enter()
            on:mouseleave=move |_| leave()
            on:focusin=move |_| enter()
            on:focusout=move |_| leave()
        >
            <For each=move || toasts.list.get() key=|toast| toast.id let:toast>
                {card(toasts, toast, dismiss)}
            </For>
        </div>
    }
}

fn card(toasts: Toasts, toast: Toast, dismiss: Signal<String>) -> impl IntoView {
    let id = toast.id;
    let (class, icon) = match toast.kind {
        ToastKind::Neutral => ("toast", IconName::Info),
        ToastKind::Positive => ("toast toast--positive", IconName::CheckCircle),
        ToastKind::Negative => ("toast toast--negative", IconName::Alert),
    };
    let undo = toast.undo.map(|(words, undo)| {
        let press = move || {
            toasts.remove(id);
            undo();
        };
        view! {
            <span class="toast__undo">
                <Button kind=ButtonKind::Ghost size=ButtonSize::Small on_press=press attr:data-testid="toast-undo">
                    {words}
                </Button>
            </span>
        }
    });
    view! {
        <div class=class data-testid="toast">
            <Icon name=icon />
            <span class="toast__text">{toast.text}</span>
            <span class="toast__actions">
                {undo}
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::X
                    label=dismiss
                    on_press=move || toasts.remove(id)
                />
            </span>
        </div>
    }
}
