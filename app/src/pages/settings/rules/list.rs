//! The rules in their order, and adding one.

use contract::rules::{MOST_RULES, RuleScreen, RuleSetView, RuleWords, RulesShown};
use leptos::prelude::*;
use leptos_meta::Title;

use super::super::keeping::NotKept;
use super::super::load::once;
use super::act::first_action;
use super::condition::id_of;
use super::rule::OneRule;
use super::state::{Editor, fresh};
use super::{RulesHead, both, page, publish};
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::ui::{Ago, Button, Empty, Icon, IconName};

/// The screen.
#[component]
pub(super) fn RuleList() -> impl IntoView {
    let i18n = use_i18n();
    let view = move |set, words| match set {
        RulesShown::Set(set) => Some(view! { <Edited set=set words=words /> }.into_any()),
        _ => None,
    };
    view! {
        <Title text=tu_string!(i18n, rules.title) />
        {both(once(page(RuleScreen::Set)), view)}
    }
}

#[component]
fn Edited(set: RuleSetView, words: RuleWords) -> impl IntoView {
    let i18n = use_i18n();
    let version = set.version;
    let is_old = set.draft.as_ref().is_some_and(|draft| draft.base != version);
    let last = set.draft.as_ref().map(|draft| (draft.author.clone(), draft.at));
    let editor = Editor::begin(set, words);
    let mine = Signal::derive(move || serde_json::to_string_pretty(&editor.rules()).unwrap_or_default());
    let live = match version {
        0 => tu_string!(i18n, rules.never_live).to_owned(),
        _ => tu_string!(i18n, rules.live_now, version = version).to_string(),
    };
    view! {
        <RulesHead>
            <publish::Deeds editor=editor />
        </RulesHead>
        <p class="notice" data-testid="law">
            <Icon name=IconName::Info />
            <span>{tu_string!(i18n, rules.law)}</span>
        </p>
        <p class="soft small line line--wrap">
            <span data-testid="live-version">{live}</span>
            {last
                .map(|(author, at)| {
                    let author = author.map(|author| view! { " " {tu_string!(i18n, bots.by)} " " <bdi>{author}</bdi> });
                    view! { <span>{tu_string!(i18n, rules.draft_from)} " " <Ago at=at.0 /> {author}</span> }
                })}
        </p>
        {is_old
            .then(|| view! {
                <p class="notice notice--caution" data-testid="old-base">
                    <Icon name=IconName::Alert />
                    <span>{tu_string!(i18n, bots.old_base)}</span>
                </p>
            })}
        <NotKept keeping=editor.keeping mine=mine />
        <General editor=editor />
        <p class="visually-hidden" role="status" data-testid="moved">{move || editor.said.get()}</p>
        <All editor=editor />
    }
}

/// What is wrong with all of them together.
#[component]
fn General(editor: Editor) -> impl IntoView {
    move || {
        let found = editor.findings.with(|found| {
            found.iter().filter(|one| one.key.is_none()).map(|one| one.message.clone()).collect::<Vec<_>>()
        });
        found
            .into_iter()
            .map(|message| {
                view! {
                    <p class="notice notice--negative">
                        <Icon name=IconName::Alert />
                        <span>{message}</span>
                    </p>
                }
            })
            .collect_view()
    }
}

#[component]
fn All(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let full = Signal::derive(move || editor.rows.with(|rows| rows.len() >= MOST_RULES));
    let add = move || {
        let name = tu_string!(i18n, rules.new_rule).to_owned();
        let last = editor.rows.with_untracked(Vec::len);
        let row = editor.insert(last, fresh(name, &first_action(editor)));
        editor.open.set(Some(row.key));
        request_animation_frame(move || {
            browser::focus(&format!("#{}", id_of(row, ".name")));
        });
    };
    view! {
        <Show when=move || editor.rows.with(Vec::is_empty)>
            <Empty
                icon=IconName::Filter
                title=tu_string!(i18n, rules.none)
                text=tu_string!(i18n, rules.none_text)
            />
        </Show>
        <ol class="rules" aria-label=tu_string!(i18n, rules.title) data-testid="rules">
            <For each=move || editor.rows.get() key=|row| row.key let:row>
                <OneRule editor=editor row=row />
            </For>
        </ol>
        <div>
            <Button icon=IconName::Plus disabled=full on_press=add attr:data-testid="add-rule">
                {tu_string!(i18n, rules.add)}
            </Button>
        </div>
    }
}
