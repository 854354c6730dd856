//! Routing rules: edited as a draft, tried, made live as one version, and brought back.
//!
//! | file | what is in it |
//! |---|---|
//! | `list` | the rules in their order |
//! | `state` | what is edited |
//! | `rule` | one rule: its sentence, its form, its place |
//! | `events` | what it listens to |
//! | `condition`, `tree` | what must hold |
//! | `act`, `ladder` | what is done |
//! | `value`, `pair` | a field for a value, whatever kind it is of |
//! | `publish` | going live, throwing away |
//! | `versions` | what was live, and bringing it back |
//! | `trial`, `sample` | asking the rules without doing anything |
//! | `simulate`, `outcome` | asking them about what has happened |
//! | `runs` | what a rule has done |

use contract::rules::{RuleChangeKind, RuleDifference, RuleScreen, RuleWords, RulesShown};
use contract::settings::{Settings, SettingsPage};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

use super::load::{Loaded, Trouble, once};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::not_found::NotFound;
use crate::ui::{Badge, Shape, Skeleton, Tone};

mod act;
mod condition;
mod events;
mod ladder;
mod list;
mod outcome;
mod pair;
mod publish;
mod rule;
mod runs;
mod sample;
mod simulate;
mod state;
mod tree;
mod trial;
mod value;
mod versions;

use list::RuleList;
use simulate::Simulate;
use trial::Trial;
use versions::Versions;

/// The screen that the address names.
#[component]
pub fn Rules() -> impl IntoView {
    let params = use_params_map();
    let screen = Memo::new(move |_| params.with(|params| params.get("screen").unwrap_or_default()));
    move || match screen.get().as_str() {
        "" => view! { <RuleList /> }.into_any(),
        "versions" => view! { <Versions /> }.into_any(),
        "test" => view! { <Trial /> }.into_any(),
        "simulate" => view! { <Simulate /> }.into_any(),
        _ => view! { <NotFound /> }.into_any(),
    }
}

fn page(screen: RuleScreen) -> SettingsPage {
    SettingsPage::Rules(screen)
}

/// What a screen shows once it is there, and what rules can be made of.
fn both(
    loaded: Loaded,
    view: impl Fn(RulesShown, RuleWords) -> Option<AnyView> + Send + Sync + 'static,
) -> impl IntoView {
    let i18n = use_i18n();
    let words = once(page(RuleScreen::Words));
    let known = move |loaded: Loaded| match loaded.get()? {
        Ok(Settings::Rules(shown)) => Some(Ok(*shown)),
        Ok(_) => None,
        Err(error) => Some(Err(view! { <Trouble error=error loaded=loaded /> }.into_any())),
    };
    let shown = move || match (known(loaded), known(words)) {
        (Some(Ok(shown)), Some(Ok(RulesShown::Words(words)))) => view(shown, words),
        (Some(Err(trouble)), _) | (_, Some(Err(trouble))) => Some(trouble),
        _ => None,
    };
    view! {
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) shape=Shape::Blocks count=3 /> }
        }>{shown}</Transition>
    }
}

/// The head of the screens, and the way between them.
#[component]
fn RulesHead(#[prop(optional)] children: Option<Children>) -> impl IntoView {
    let i18n = use_i18n();
    let place = |end: &str, label: &'static str| {
        view! {
            <A href=format!("/settings/rules{end}") exact=true attr:class="ways__way">
                {label}
            </A>
        }
    };
    view! {
        <header class="settings__head" data-testid="rules-page">
            <div class="settings__words">
                <h2 class="settings__title">{tu_string!(i18n, rules.title)}</h2>
                <p class="settings__text">{tu_string!(i18n, rules.text)}</p>
            </div>
            {children
                .map(|children| view! { <div class="settings__actions line line--wrap">{children()}</div> })}
        </header>
        <nav class="ways" aria-label=tu_string!(i18n, rules.title)>
            {place("", tu_string!(i18n, rules.title))}
            {place("/test", tu_string!(i18n, rules.test))}
            {place("/simulate", tu_string!(i18n, simulation.title))}
            {place("/versions", tu_string!(i18n, bots.versions))}
        </nav>
    }
}

/// What one set of rules changes of another.
fn differences(all: Vec<RuleDifference>) -> impl IntoView {
    let i18n = use_i18n();
    if all.is_empty() {
        return view! { <p class="faint small">{tu_string!(i18n, bots.no_changes)}</p> }.into_any();
    }
    let rows = all
        .into_iter()
        .map(|one| {
            let (tone, word) = match one.kind {
                RuleChangeKind::Added => (Tone::Positive, tu_string!(i18n, rules.added)),
                RuleChangeKind::Removed => (Tone::Negative, tu_string!(i18n, rules.taken_away)),
                RuleChangeKind::Changed => (Tone::Accent, tu_string!(i18n, rules.changed)),
                RuleChangeKind::Moved => (Tone::Neutral, tu_string!(i18n, rules.moved_rule)),
            };
            let parts: Vec<&str> = one.parts.iter().map(|part| part_word(part)).collect();
            view! {
                <li class="line line--wrap small">
                    <Badge tone=tone>{word}</Badge>
                    <bdi>{one.rule}</bdi>
                    {(!parts.is_empty()).then(|| view! { <span class="soft">{parts.join(", ")}</span> })}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="differences" data-testid="differences">{rows}</ul> }.into_any()
}

/// What a part of a rule is called.
fn part_word(part: &str) -> &str {
    let i18n = use_i18n();
    match part {
        "name" => tu_string!(i18n, rules.part_name),
        "active" => tu_string!(i18n, rules.part_active),
        "when" => tu_string!(i18n, rules.say_when),
        "if" => tu_string!(i18n, rules.say_if),
        "then" => tu_string!(i18n, rules.say_then),
        "after" => tu_string!(i18n, rules.after),
        other => other,
    }
}
