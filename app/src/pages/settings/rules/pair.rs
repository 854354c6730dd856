//! Fields that go in pairs: two numbers, and a length of time.

use contract::rules::Value;
use leptos::prelude::*;

use super::value::{About, each};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Choice, Field, FieldKind, Select};

/// The measures of a length of time, in seconds.
const MEASURES: [i64; 4] = [1, 60, 3_600, 86_400];

/// Two numbers, of which the first is told too while the second is not there yet: then something is wrong with it.
pub(super) fn two(about: About, value: &Value, on_value: Callback<Value>) -> impl IntoView {
    let i18n = use_i18n();
    let held = each(value);
    let end = |at: usize| RwSignal::new(held.get(at).cloned().unwrap_or_default());
    let (from, to) = (end(0), end(1));
    Effect::new(move |before: Option<(String, String)>| {
        let now = (from.get(), to.get());
        if before.is_some_and(|before| before != now) {
            let ends = [&now.0, &now.1].into_iter().filter_map(|end| end.trim().parse().ok());
            let ends: Vec<i64> = ends.collect();
            on_value.run(if ends.is_empty() { Value::Nothing } else { Value::Numbers(ends) });
        }
        now
    });
    let field = |value: RwSignal<String>, id: String, label: String, error: MaybeProp<String>| {
        view! {
            <Field
                name=id.clone()
                id=id
                label=label
                kind=FieldKind::Number
                value=value
                error=error
                autocomplete="off"
            />
        }
    };
    let from_label = format!("{} · {}", about.label, tu_string!(i18n, rules.from));
    view! {
        <div class="values">
            {field(from, about.id.clone(), from_label, about.error.into())}
            {field(to, format!("{}-to", about.id), tu_string!(i18n, rules.to).to_owned(), MaybeProp::default())}
        </div>
    }
}

/// A length of time: a number and a measure.
pub(super) fn span(about: About, value: &Value, told: impl Fn(Option<i64>) + 'static) -> impl IntoView {
    let i18n = use_i18n();
    let held = if let Value::Number(seconds) = value { Some(*seconds) } else { None };
    let exact = |seconds: i64| MEASURES.into_iter().rev().find(|measure| seconds % measure == 0);
    let measure = held.filter(|seconds| *seconds > 0).and_then(exact).unwrap_or(60);
    let count = RwSignal::new(held.map(|seconds| (seconds / measure).to_string()).unwrap_or_default());
    let measure = RwSignal::new(measure.to_string());
    Effect::new(move |before: Option<(String, String)>| {
        let now = (count.get(), measure.get());
        if before.is_some_and(|before| before != now) {
            let number = now.0.trim().parse::<i64>().ok();
            let unit = now.1.parse::<i64>().unwrap_or(1);
            told(number.map(|number| number.saturating_mul(unit)));
        }
        now
    });
    let names = [
        tu_string!(i18n, rules.seconds),
        tu_string!(i18n, rules.minutes),
        tu_string!(i18n, rules.hours),
        tu_string!(i18n, rules.days),
    ];
    let measures = MEASURES.into_iter().zip(names);
    let measures: Vec<Choice> =
        measures.map(|(measure, name)| Choice::new(measure.to_string(), name)).collect();
    view! {
        <div class="values">
            <Field
                name=about.id.clone()
                id=about.id.clone()
                label=about.label
                kind=FieldKind::Number
                value=count
                error=about.error
                autocomplete="off"
            />
            <Select
                name=format!("{}-measure", about.id)
                id=format!("{}-measure", about.id)
                label=tu_string!(i18n, rules.measure)
                choices=measures
                value=measure
                on_choose=move |chosen| measure.set(chosen)
            />
        </div>
    }
}
