//! What came of looking at rules: each of them with its conditions and the values that were compared, and what was done.

use contract::rules::{Done, Facts, Join, Kind, Looked, Outcome, Traced, Value, Verdict};
use leptos::prelude::*;

use super::words::Lexicon;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::inbox::words::Texts;
use crate::ui::{Ago, AgoStyle, Badge, Icon, IconName, IconSize, Tone};

/// The rules that were looked at, in their order. Those that held or could not be told are open.
pub fn looked(lexicon: &Lexicon, all: Vec<Looked>) -> impl IntoView + use<> {
    let texts = use_i18n();
    let row = |looked: Looked| {
        let (verdict, lexicon) = (looked.verdict, lexicon.clone());
        let head = view! {
            <Badge tone=tone(verdict) icon=icon(verdict)>{word(texts, verdict)}</Badge>
            <bdi>{looked.name}</bdi>
        };
        let body = match looked.condition {
            Some(condition) => view! {
                <details class="trace__rule" open=matches!(verdict, Verdict::Matched | Verdict::Failed)>
                    <summary class="trace__head">{head}</summary>
                    <div class="trace__body">{traced(texts, &lexicon, condition)}</div>
                </details>
            }
            .into_any(),
            None => view! { <p class="trace__head trace__head--bare">{head}</p> }.into_any(),
        };
        view! { <li data-testid="looked" data-verdict=key(verdict)>{body}</li> }
    };
    view! { <ol class="trace">{all.into_iter().map(row).collect_view()}</ol> }
}

/// What was done, or, of a trial, what would be.
pub fn done(lexicon: &Lexicon, all: Vec<Done>, trial: bool) -> impl IntoView + use<> {
    let texts = use_i18n();
    let row = |done: Done| {
        let (name, with) = lexicon.act(texts, &done.act);
        let (tone, word) = match (done.outcome, trial) {
            (Outcome::Done, true) => (Tone::Positive, tu_string!(texts, rules.would)),
            (Outcome::Done, false) => (Tone::Positive, tu_string!(texts, rules.done)),
            (Outcome::Instead, _) => (Tone::Caution, tu_string!(texts, rules.instead)),
            (Outcome::Refused, true) => (Tone::Negative, tu_string!(texts, rules.would_not)),
            (Outcome::Refused, false) => (Tone::Negative, tu_string!(texts, rules.refused)),
        };
        view! {
            <li data-testid="done">
                <Badge tone=tone>{word}</Badge>
                <span>
                    <strong>{name}</strong>
                    {(!with.is_empty()).then(|| view! { ": " <bdi>{with}</bdi> })}
                    {done.why.map(|why| view! { <span class="soft">" · " <bdi>{why}</bdi></span> })}
                </span>
            </li>
        }
    };
    view! { <ul class="trace__done">{all.into_iter().map(row).collect_view()}</ul> }
}

/// All that was known, fact by fact.
pub fn known(lexicon: &Lexicon, facts: Facts) -> impl IntoView + use<> {
    let texts = use_i18n();
    let row = |(fact, held): (&String, &Value)| {
        view! {
            <dt>{lexicon.fact_name(fact)}</dt>
            <dd>{value(texts, lexicon, fact, held)}</dd>
        }
    };
    view! { <dl class="trace__facts">{facts.are.iter().map(row).collect_view()}</dl> }
}

/// What a fact was.
fn value(texts: Texts, lexicon: &Lexicon, fact: &str, value: &Value) -> AnyView {
    let fact = lexicon.fact(fact);
    match (fact.map(|fact| fact.kind), value) {
        (Some(Kind::Time), Value::Number(at)) => view! { <Ago at=*at style=AgoStyle::Full /> }.into_any(),
        (_, value) => {
            let options = fact.map(|fact| fact.options.clone()).unwrap_or_default();
            view! { <bdi>{lexicon.value(texts, &options, value)}</bdi> }.into_any()
        }
    }
}

fn traced(texts: Texts, lexicon: &Lexicon, part: Traced) -> AnyView {
    let holds = part.holds;
    let label = match part.join {
        Join::Is => return tested(texts, lexicon, part).into_any(),
        Join::All if part.of.is_empty() => tu_string!(texts, rules.always),
        Join::All => tu_string!(texts, rules.all_hold),
        Join::Any => tu_string!(texts, rules.any_holds),
        Join::None => tu_string!(texts, rules.none_holds),
    };
    let rows = part.of.into_iter().map(|part| view! { <li>{traced(texts, lexicon, part)}</li> });
    let rows = rows.collect_view();
    view! {
        <p class="trace__line">{mark(texts, holds)} <span class="soft">{label}</span></p>
        <ul class="trace__parts">{rows}</ul>
    }
    .into_any()
}

/// A single test: what was asked, and what the fact was.
fn tested(texts: Texts, lexicon: &Lexicon, part: Traced) -> impl IntoView + use<> {
    let fact = part.test.as_ref().map(|test| test.fact.clone()).unwrap_or_default();
    let said = part.test.as_ref().map(|test| lexicon.test(texts, test));
    let before = (!part.before.is_nothing()).then(|| value(texts, lexicon, &fact, &part.before));
    let found = value(texts, lexicon, &fact, &part.found);
    view! {
        <p class="trace__line" data-testid="compared">
            {mark(texts, part.holds)}
            <span>
                {said
                    .map(|said| view! {
                        <strong>{said.fact}</strong> " " {said.operator} " " <bdi>{said.value}</bdi>
                    })}
                <span class="soft">
                    " · " {tu_string!(texts, rules.it_is)} " " {found}
                    {before.map(|before| view! { ", " {tu_string!(texts, rules.it_was)} " " {before} })}
                </span>
                {part.error.map(|error| view! { <span class="trace__error">" · " <bdi>{error}</bdi></span> })}
            </span>
        </p>
    }
}

fn mark(texts: Texts, holds: Option<bool>) -> impl IntoView {
    let (class, icon, word) = match holds {
        Some(true) => ("trace__mark trace__mark--yes", IconName::Check, tu_string!(texts, rules.holds)),
        Some(false) => ("trace__mark trace__mark--no", IconName::X, tu_string!(texts, rules.holds_not)),
        None => ("trace__mark trace__mark--odd", IconName::Question, tu_string!(texts, rules.unclear)),
    };
    view! {
        <span class=class>
            <Icon name=icon size=IconSize::Small />
            <span class="visually-hidden">{word} ": "</span>
        </span>
    }
}

fn key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Matched => "matched",
        Verdict::NotMatched => "not_matched",
        Verdict::Failed => "failed",
        Verdict::NotReached => "not_reached",
    }
}

fn word(texts: Texts, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Matched => tu_string!(texts, rules.matched),
        Verdict::NotMatched => tu_string!(texts, rules.not_matched),
        Verdict::Failed => tu_string!(texts, rules.failed),
        Verdict::NotReached => tu_string!(texts, rules.not_reached),
    }
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Matched => Tone::Positive,
        Verdict::NotMatched | Verdict::NotReached => Tone::Neutral,
        Verdict::Failed => Tone::Negative,
    }
}

fn icon(verdict: Verdict) -> IconName {
    match verdict {
        Verdict::Matched => IconName::Check,
        Verdict::NotMatched => IconName::X,
        Verdict::Failed => IconName::Alert,
        Verdict::NotReached => IconName::Minus,
    }
}
