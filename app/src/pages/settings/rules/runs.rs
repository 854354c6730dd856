//! What a rule has done: each time that it held or could not be told, with what was compared and what came of it.

use contract::id::RuleId;
use contract::rules::{Looked, RuleRun, RuleRuns, RuleScreen, RuleWords, RulesShown};
use leptos::prelude::*;

use super::super::load::once;
use super::{both, page};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::rules::{Lexicon, done, looked};
use crate::ui::{Ago, AgoStyle, Button, ButtonKind, ButtonSize, IconName};

/// What a rule has done, for its card, once somebody asks for it. `name` is what the rule is called now.
#[component]
pub(super) fn Past(rule: RuleId, #[prop(into)] name: String) -> impl IntoView {
    let i18n = use_i18n();
    let is_shown = RwSignal::new(false);
    let name = StoredValue::new(name);
    view! {
        <div>
            <Button
                kind=ButtonKind::Ghost
                size=ButtonSize::Small
                icon=IconName::Clock
                on_press=move || is_shown.update(|shown| *shown = !*shown)
                attr:aria-expanded=move || is_shown.get().to_string()
                attr:data-testid="rule-runs"
            >
                {tu_string!(i18n, simulation.runs)}
            </Button>
        </div>
        {move || is_shown.get().then(|| view! { <Runs rule=rule name=name.get_value() /> })}
    }
}

/// The latest, and earlier ones where somebody asks for them.
#[component]
fn Runs(rule: RuleId, #[prop(into)] name: String) -> impl IntoView {
    let i18n = use_i18n();
    let before = RwSignal::new(None::<i64>);
    let name = StoredValue::new(name);
    let shown = move || {
        let screen = RuleScreen::Runs { rule, before: before.get() };
        let view = move |shown, words| match shown {
            RulesShown::Runs(runs) => {
                let name = name.get_value();
                Some(view! { <Page runs=runs words=words name=name before=before /> }.into_any())
            }
            _ => None,
        };
        both(once(page(screen)), view)
    };
    view! {
        <section class="stack" data-testid="runs">
            <p class="soft small">{tu_string!(i18n, simulation.runs_text)}</p>
            {shown}
        </section>
    }
}

#[component]
fn Page(runs: RuleRuns, words: RuleWords, name: String, before: RwSignal<Option<i64>>) -> impl IntoView {
    let i18n = use_i18n();
    let lexicon = Lexicon::new(words);
    let (rule, next, none) = (runs.rule, runs.next, runs.runs.is_empty());
    let row = |run: RuleRun| {
        let RuleRun { conversation, event, at, version, verdict, condition, done: did } = run;
        let told = vec![Looked { rule, name: name.clone(), verdict, condition }];
        view! {
            <li data-testid="run">
                <p class="line line--wrap small">
                    <a href=format!("/inbox/all/{conversation}")>{lexicon.event(&event)}</a>
                    <span class="faint"><Ago at=at.0 style=AgoStyle::Full /></span>
                    <span class="faint">
                        {tu_string!(i18n, simulation.version, version = version).to_string()}
                    </span>
                </p>
                {looked(&lexicon, told)}
                {done(&lexicon, did, false)}
            </li>
        }
    };
    let rows = runs.runs.into_iter().map(row).collect_view();
    view! {
        {none.then(|| view! { <p class="soft small">{tu_string!(i18n, simulation.no_runs)}</p> })}
        <ol class="stack">{rows}</ol>
        {next
            .map(|next| view! {
                <div>
                    <Button
                        size=ButtonSize::Small
                        icon=IconName::ArrowDown
                        on_press=move || before.set(Some(next))
                        attr:data-testid="earlier-runs"
                    >
                        {tu_string!(i18n, simulation.earlier)}
                    </Button>
                </div>
            })}
    }
}
