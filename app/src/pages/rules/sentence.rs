//! A rule as a sentence: when, if, then.

use contract::rules::{After, Condition, Rule};
use leptos::prelude::*;

use super::words::Lexicon;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::inbox::words::Texts;

/// The sentence.
pub fn sentence(lexicon: &Lexicon, rule: &Rule) -> impl IntoView + use<> {
    let texts = use_i18n();
    let events: Vec<String> = rule.when.iter().map(|event| lexicon.event(event)).collect();
    let or = format!(" {} ", tu_string!(texts, rules.or));
    let acts = rule.then.iter().map(|act| {
        let (name, with) = lexicon.act(texts, act);
        let with = (!with.is_empty()).then(|| view! { ": " <bdi>{with}</bdi> });
        view! { <li><strong>{name}</strong>{with}</li> }
    });
    let acts = acts.collect_view();
    let after = match rule.after {
        After::Stop => tu_string!(texts, rules.then_stop),
        After::Continue => tu_string!(texts, rules.then_go_on),
    };
    view! {
        <dl class="sentence">
            <dt>{tu_string!(texts, rules.say_when)}</dt>
            <dd>{events.join(&or)}</dd>
            <dt>{tu_string!(texts, rules.say_if)}</dt>
            <dd>{condition(texts, lexicon, &rule.condition)}</dd>
            <dt>{tu_string!(texts, rules.say_then)}</dt>
            <dd>
                <ol class="sentence__acts">{acts}</ol>
                <p class="soft">{after}</p>
            </dd>
        </dl>
    }
}

fn condition(texts: Texts, lexicon: &Lexicon, part: &Condition) -> AnyView {
    let (label, parts) = match part {
        Condition::Is(test) => {
            let said = lexicon.test(texts, test);
            return view! {
                <span>
                    <strong>{said.fact}</strong> " " {said.operator} " " <bdi class="sentence__value">{said.value}</bdi>
                </span>
            }
            .into_any();
        }
        Condition::All(parts) if parts.is_empty() => {
            return view! { <span class="soft">{tu_string!(texts, rules.always)}</span> }.into_any();
        }
        Condition::All(parts) => (tu_string!(texts, rules.all_hold), parts),
        Condition::Any(parts) => (tu_string!(texts, rules.any_holds), parts),
        Condition::None(parts) => (tu_string!(texts, rules.none_holds), parts),
    };
    // A single one of "all" or "any" needs no list.
    if let ([one], Condition::All(_) | Condition::Any(_)) = (parts.as_slice(), part) {
        return condition(texts, lexicon, one);
    }
    let rows = parts.iter().map(|part| view! { <li>{condition(texts, lexicon, part)}</li> }).collect_view();
    view! {
        <span class="soft">{label}</span>
        <ul class="sentence__parts">{rows}</ul>
    }
    .into_any()
}
