//! Going live, throwing a draft away, importing and exporting; and what is wrong with what is edited.

use contract::bots::{BotChange, BotTask};
use contract::settings::SettingsChange;
use leptos::prelude::*;

use super::super::super::ask_first::AskFirst;
use super::super::super::keeping::NotKept;
use super::super::super::submit::{FormError, Submission};
use super::index::part_of;
use super::state::Editor;
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::ui::{
    Button, ButtonKind, Dialog, DialogSize, Icon, IconName, Menu, MenuItem, Switch, TextArea, ToastKind,
    copy_text, use_toasts,
};

/// What can be done with the draft, and whether it is kept.
#[component]
pub(super) fn Deeds(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let [publishing, discarding, importing] = [(), (), ()].map(|()| RwSignal::new(false));
    let none = Signal::derive(move || editor.revision.get().is_none() && !editor.keeping.dirty.get());
    let open = move || match editor.keeping.dirty.get_untracked() {
        true => editor.keeping.keep(move || publishing.set(true)),
        false => publishing.set(true),
    };
    let export = move || {
        copy_text(&json(editor));
        toasts.show(ToastKind::Positive, tu_string!(i18n, bots.copied));
    };
    view! {
        <span class="faint small" role="status" data-testid="draft-state" data-dirty=move || editor.keeping.dirty.get().to_string()>
            {move || editor.keeping.words(editor.revision.get().is_some())}
        </span>
        <Button
            icon=IconName::Check
            busy=editor.keeping.busy
            disabled=Signal::derive(move || !editor.keeping.dirty.get())
            on_press=move || editor.keeping.keep(|| {})
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
        <Menu id="flow-menu" label=tu_string!(i18n, settings.more) icon=IconName::Dots testid="flow-menu">
            <MenuItem icon=IconName::Copy label=tu_string!(i18n, bots.export) on_press=export />
            <MenuItem
                icon=IconName::Document
                label=tu_string!(i18n, bots.import)
                on_press=move || importing.set(true)
                testid="import"
            />
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
        <Importing editor=editor open=importing />
    }
}

fn json(editor: Editor) -> String {
    editor.definition.with_untracked(|it| serde_json::to_string_pretty(it).unwrap_or_default())
}

/// Why it was not kept, and what can be done.
#[component]
pub(super) fn Conflict(editor: Editor) -> impl IntoView {
    let mine = Signal::derive(move || {
        editor.definition.with(|it| serde_json::to_string_pretty(it).unwrap_or_default())
    });
    view! { <NotKept keeping=editor.keeping mine=mine /> }
}

/// What is to be mended, each leading to where it is; and how many variants are missing.
#[component]
pub(super) fn Findings(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let rows = move || {
        let wrong = editor
            .findings
            .with(|found| found.iter().filter(|it| it.blocks).take(12).cloned().collect::<Vec<_>>());
        (!wrong.is_empty()).then(|| {
            let rows = wrong
                .into_iter()
                .map(|finding| {
                    let part = part_of(&finding.path);
                    let go = move |_| {
                        if let Some(part) = part {
                            editor.part.set(part);
                        }
                    };
                    view! {
                        <li>
                            <button class="finding" type="button" on:click=go>
                                {finding.message}
                            </button>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <div class="notice notice--caution notice--list" data-testid="findings">
                    <strong>{tu_string!(i18n, bots.problems)}</strong>
                    <ul>{rows}</ul>
                </div>
            }
        })
    };
    let gaps = move || editor.findings.with(|found| found.iter().filter(|it| !it.blocks).count());
    view! {
        {rows}
        {move || {
            let gaps = gaps();
            (gaps > 0)
                .then(|| view! {
                    <p class="notice" data-testid="gaps">
                        <Icon name=IconName::Info />
                        <span><span class="tabular">{gaps}</span> " " {tu_string!(i18n, bots.gaps)}</span>
                    </p>
                })
        }}
    }
}

#[component]
fn Publishing(editor: Editor, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let note = RwSignal::new(String::new());
    let with_gaps = RwSignal::new(false);
    let has_gaps = move || editor.findings.with(|found| found.iter().any(|it| !it.blocks));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change = BotChange::Publish {
            bot: editor.id,
            revision: editor.revision.get_untracked().unwrap_or_default(),
            version: editor.version,
            note: note.get_untracked(),
            with_gaps: with_gaps.get_untracked(),
        };
        submission.send(SettingsChange::Bot(change), move || {
            open.set(false);
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.published));
            crate::ui::browser::guard_leaving(false);
            browser::go(&format!("/settings/bots/{}/versions", editor.id));
        });
    };
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, bots.publish_title)
            close=tu_string!(i18n, settings.close)
            testid="publish-dialog"
        >
            <form class="stack" on:submit=send>
                <p class="soft">{tu_string!(i18n, bots.publish_text)}</p>
                <TextArea
                    name="note"
                    label=tu_string!(i18n, bots.note)
                    note=tu_string!(i18n, settings.optional)
                    value=note
                    error=submission.error("note")
                />
                {move || {
                    has_gaps()
                        .then(|| view! {
                            <Switch
                                label=tu_string!(i18n, bots.with_gaps)
                                on=with_gaps
                                on_turn=move |on| with_gaps.set(on)
                                testid="with-gaps"
                            />
                        })
                }}
                <FormError text=submission.general() />
                <div class="dialog__foot">
                    <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                    <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                        {tu_string!(i18n, bots.publish)}
                    </Button>
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn Discarding(editor: Editor, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let end = move || {
        let Some(revision) = editor.revision.get_untracked() else { return };
        let change = BotChange::Discard { bot: editor.id, revision };
        submission.send(SettingsChange::Bot(change), move || {
            editor.keeping.give_up();
            browser::reload();
        });
    };
    view! {
        <AskFirst
            open=open
            title=tu_string!(i18n, bots.discard_title)
            text=tu_string!(i18n, bots.discard_text)
            label=tu_string!(i18n, bots.discard)
            submission=submission
            on_yes=end
            testid="discard-dialog"
        />
    }
}

#[component]
fn Importing(editor: Editor, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let text = RwSignal::new(String::new());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let revision = editor.revision.get_untracked();
        let task = BotTask::Import { bot: editor.id, revision, text: text.get_untracked() };
        submission.run(contract::connection::SettingsTask::Bot(task), move |_| {
            editor.keeping.give_up();
            browser::reload();
        });
    };
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, bots.import)
            close=tu_string!(i18n, settings.close)
            size=DialogSize::Wide
            testid="import-dialog"
        >
            <form class="stack" on:submit=send>
                <p class="soft small">{tu_string!(i18n, bots.import_text)}</p>
                <TextArea
                    name="text"
                    id="import-text"
                    label=tu_string!(i18n, bots.json)
                    rows=10
                    value=text
                    error=submission.error("text")
                />
                <FormError text=submission.general() />
                <div class="dialog__foot">
                    <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                    <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                        {tu_string!(i18n, bots.import)}
                    </Button>
                </div>
            </form>
        </Dialog>
    }
}
