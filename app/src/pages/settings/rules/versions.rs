//! What was live: each version with what it has changed, and bringing an older one back.

use contract::rules::{RuleChange, RuleScreen, RuleVersion, RuleVersions, RuleWords, RulesShown};
use contract::settings::SettingsChange;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::super::load::{Loaded, load};
use super::super::open_while;
use super::super::submit::{FormError, Submission};
use super::{RulesHead, both, differences, page};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::rules::{Lexicon, sentence};
use crate::ui::{
    Ago, AgoStyle, Badge, Button, ButtonKind, ButtonLink, ButtonSize, Dialog, Empty, Icon, IconName,
    ToastKind, Tone, use_toasts,
};

/// The version that is to come back, and the one that was live when somebody wished so.
type Restored = RwSignal<Option<(i32, i32)>>;

/// The screen: one page of versions, below the one that the address names.
#[component]
pub(super) fn Versions() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let below = Memo::new(move |_| query.with(|query| query.get("below").and_then(|word| word.parse().ok())));
    let listed = move || {
        let below = below.get();
        let loaded = load(page(RuleScreen::Versions(below)));
        let restoring: Restored = RwSignal::new(None);
        let view = move |shown, words| match shown {
            RulesShown::Versions(list) => {
                Some(view! { <Page below=below list=list words=words restoring=restoring /> }.into_any())
            }
            _ => None,
        };
        view! {
            {both(loaded, view)}
            <Restoring loaded=loaded restoring=restoring />
        }
    };
    view! {
        <Title text=tu_string!(i18n, bots.versions) />
        {listed}
    }
}

#[component]
fn Page(below: Option<i32>, list: RuleVersions, words: RuleWords, restoring: Restored) -> impl IntoView {
    let i18n = use_i18n();
    let (live, none) = (list.live, list.versions.is_empty());
    let lexicon = Lexicon::new(words);
    let rows = list
        .versions
        .into_iter()
        .map(|version| view! { <Version version=version live=live lexicon=lexicon.clone() restoring=restoring /> })
        .collect_view();
    view! {
        <RulesHead />
        <p class="soft small">{tu_string!(i18n, rules.versions_text)}</p>
        <section class="card">
            {if none {
                view! {
                    <Empty
                        icon=IconName::Clock
                        title=tu_string!(i18n, rules.no_versions)
                        text=tu_string!(i18n, rules.no_versions_text)
                    />
                }
                    .into_any()
            } else {
                view! { <ul class="folds">{rows}</ul> }.into_any()
            }}
            <footer class="card__foot">
                {below
                    .map(|_| view! {
                        <ButtonLink href="/settings/rules/versions" icon=IconName::ArrowUp>
                            {tu_string!(i18n, bots.latest)}
                        </ButtonLink>
                    })}
                {list
                    .next
                    .map(|next| view! {
                        <ButtonLink
                            href=format!("/settings/rules/versions?below={next}")
                            icon=IconName::ArrowDown
                            attr:data-testid="older"
                        >
                            {tu_string!(i18n, bots.older)}
                        </ButtonLink>
                    })}
            </footer>
        </section>
    }
}

#[component]
fn Version(version: RuleVersion, live: i32, lexicon: Lexicon, restoring: Restored) -> impl IntoView {
    let i18n = use_i18n();
    let number = version.version;
    let author =
        version.author.map(|author| view! { " " {tu_string!(i18n, bots.by)} " " <bdi>{author}</bdi> });
    let rules = version.rules.iter().map(|rule| {
        view! {
            <li class="rule__old" class:rule--off=!rule.active>
                <strong><bdi>{rule.name.clone()}</bdi></strong>
                {(!rule.active).then(|| view! { " " <Badge>{tu_string!(i18n, rules.off)}</Badge> })}
                {sentence(&lexicon, rule)}
            </li>
        }
    });
    let rules = rules.collect_view();
    view! {
        <li>
            <details class="fold" data-testid="version" data-version=number.to_string()>
                <summary class="fold__head">
                    <strong>{tu_string!(i18n, bots.version, version = number).to_string()}</strong>
                    {(number == live)
                        .then(|| view! { <Badge tone=Tone::Positive>{tu_string!(i18n, bots.live)}</Badge> })}
                    {version
                        .restored
                        .map(|older| view! {
                            <Badge icon=IconName::Undo>
                                {tu_string!(i18n, bots.restored, version = older).to_string()}
                            </Badge>
                        })}
                    <span class="soft truncate">{version.note}</span>
                    <span class="line__grow"></span>
                    <span class="faint small"><Ago at=version.at.0 style=AgoStyle::Full /> {author}</span>
                </summary>
                <div class="fold__body stack">
                    {differences(version.changes)}
                    {(number != live)
                        .then(|| view! {
                            <div>
                                <Button
                                    size=ButtonSize::Small
                                    icon=IconName::Undo
                                    on_press=move || restoring.set(Some((number, live)))
                                    attr:data-testid="restore"
                                >
                                    {tu_string!(i18n, bots.restore)}
                                </Button>
                            </div>
                        })}
                    <details class="fold fold--inner">
                        <summary class="fold__head small">{tu_string!(i18n, rules.all_of_it)}</summary>
                        <ol class="rules rules--old">{rules}</ol>
                    </details>
                </div>
            </details>
        </li>
    }
}

/// Asks before an older version is made live.
#[component]
fn Restoring(loaded: Loaded, restoring: Restored) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let open = open_while(restoring);
    Effect::new(move |_| {
        restoring.track();
        submission.clear();
    });
    let title = Signal::derive(move || {
        let version = restoring.get().map_or(0, |(restored, _)| restored);
        tu_string!(i18n, bots.restore_title, version = version).to_string()
    });
    let go = move || {
        let Some((to, version)) = restoring.get_untracked() else { return };
        submission.send(SettingsChange::Rules(RuleChange::Rollback { to, version }), move || {
            open.set(false);
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.published));
        });
    };
    view! {
        <Dialog open=open title=title close=tu_string!(i18n, settings.close) testid="restore-dialog">
            <p class="soft">
                <Icon name=IconName::Undo />
                " "
                {tu_string!(i18n, bots.restore_text)}
            </p>
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Primary busy=submission.busy on_press=go attr:data-testid="submit">
                    {tu_string!(i18n, bots.restore)}
                </Button>
            </div>
        </Dialog>
    }
}
