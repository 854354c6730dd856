//! Making the rules live, and throwing the draft away.

use contract::rules::{RuleChange, RuleDifference, RuleScreen, RuleSetView, RulesShown};
use contract::settings::{Settings, SettingsChange};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::submit::{FormError, Submission};
use super::state::Editor;
use super::{differences, page};
use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::ui::{
    Button, ButtonKind, Dialog, DialogSize, IconName, Menu, MenuItem, TextArea, ToastKind, use_toasts,
};

/// What can be done with the draft, and whether it is kept.
#[component]
pub(super) fn Deeds(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let keeping = editor.keeping;
    let [publishing, discarding] = [(), ()].map(|()| RwSignal::new(false));
    let none = Signal::derive(move || editor.revision.get().is_none() && !keeping.dirty.get());
    let open = move || match keeping.dirty.get_untracked() {
        true => keeping.keep(move || publishing.set(true)),
        false => publishing.set(true),
    };
    view! {
        <span
            class="faint small"
            role="status"
            data-testid="draft-state"
            data-dirty=move || keeping.dirty.get().to_string()
        >
            {move || keeping.words(editor.revision.get().is_some())}
        </span>
        <Button
            icon=IconName::Check
            busy=keeping.busy
            disabled=Signal::derive(move || !keeping.dirty.get())
            on_press=move || keeping.keep(|| {})
            attr:data-testid="keep-draft"
        >
            {tu_string!(i18n, bots.keep_now)}
        </Button>
        <Button
            kind=ButtonKind::Primary
            icon=IconName::Zap
            disabled=none
            on_press=open
            attr:data-testid="publish"
        >
            {tu_string!(i18n, bots.publish)}
        </Button>
        <Menu id="rules-menu" label=tu_string!(i18n, settings.more) icon=IconName::Dots testid="rules-menu">
            <MenuItem
                icon=IconName::Trash
                label=tu_string!(i18n, bots.discard)
                danger=true
                disabled=none
                on_press=move || discarding.set(true)
                testid="discard"
            />
        </Menu>
        <Publishing editor=editor open=publishing />
        <Discarding editor=editor open=discarding />
    }
}

/// Asks before the draft goes live, and shows what it changes of what is live now.
#[component]
fn Publishing(editor: Editor, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, rules.publish_title)
            close=tu_string!(i18n, settings.close)
            size=DialogSize::Wide
            testid="publish-dialog"
        >
            <PublishForm editor=editor open=open />
        </Dialog>
    }
}

#[component]
fn PublishForm(editor: Editor, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let note = RwSignal::new(String::new());
    // What is live at this moment: the difference that is looked at is the one to that version.
    let seen = RwSignal::new(None::<(i32, Vec<RuleDifference>)>);
    spawn_local(async move {
        if let Some(set) = set_now().await {
            seen.try_set(Some((set.version, set.changes)));
        }
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some((version, _)) = seen.get_untracked() else { return };
        let change = RuleChange::Publish {
            revision: editor.revision.get_untracked().unwrap_or_default(),
            version,
            note: note.get_untracked(),
        };
        submission.send(SettingsChange::Rules(change), move || {
            open.set(false);
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.published));
            editor.keeping.give_up();
            browser::go("/settings/rules/versions");
        });
    };
    // Where it is wrong is told by path, and shown at the rule: here it is said in general.
    let general = submission.general();
    let blocked = move || editor.findings.with(|found| found.iter().any(|one| one.blocks));
    view! {
        <form class="stack" on:submit=send>
            <p class="soft">{tu_string!(i18n, rules.publish_text)}</p>
            {move || match seen.get() {
                None => view! { <p class="soft small">{tu_string!(i18n, settings.loading)}</p> }.into_any(),
                Some((_, changes)) => differences(changes).into_any(),
            }}
            {move || {
                blocked()
                    .then(|| view! {
                        <p class="notice notice--caution" data-testid="blocked">
                            <span>{tu_string!(i18n, rules.blocked)}</span>
                        </p>
                    })
            }}
            <TextArea
                name="note"
                id="publish-note"
                label=tu_string!(i18n, bots.note)
                note=tu_string!(i18n, settings.optional)
                value=note
                error=submission.error("note")
            />
            <FormError text=general />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button
                    kind=ButtonKind::Primary
                    submit=true
                    busy=submission.busy
                    disabled=Signal::derive(move || seen.with(Option::is_none))
                    attr:data-testid="submit"
                >
                    {tu_string!(i18n, bots.publish)}
                </Button>
            </div>
        </form>
    }
}

/// The rules as the server has them at this moment.
async fn set_now() -> Option<RuleSetView> {
    let answer: Result<Settings, CallError> = calls::settings(page(RuleScreen::Set)).await;
    match answer {
        Ok(Settings::Rules(shown)) => match *shown {
            RulesShown::Set(set) => Some(set),
            _ => None,
        },
        _ => None,
    }
}

#[component]
fn Discarding(editor: Editor, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let end = move || {
        let Some(revision) = editor.revision.get_untracked() else { return };
        submission.send(SettingsChange::Rules(RuleChange::Discard { revision }), move || {
            editor.keeping.give_up();
            browser::reload();
        });
    };
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, bots.discard_title)
            close=tu_string!(i18n, settings.close)
            testid="discard-dialog"
        >
            <p class="soft">{tu_string!(i18n, bots.discard_text)}</p>
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Danger busy=submission.busy on_press=end attr:data-testid="submit">
                    {tu_string!(i18n, bots.discard)}
                </Button>
            </div>
        </Dialog>
    }
}
