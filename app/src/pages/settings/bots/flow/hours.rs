//! When somebody is there.

use std::collections::BTreeMap;

use contract::bots::flow::{Day, Definition, Hours, Span};
use leptos::prelude::*;

use super::fields::{Keywords, Line, id_of, way};
use super::state::Editor;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, ButtonSize, IconName, Problem, Switch};

#[component]
pub(super) fn OpeningHours(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let has_hours = editor.definition.with_untracked(|it| it.hours.is_some());
    let turn = move |on: bool| {
        editor.reshape(move |definition| definition.hours = on.then(usual));
    };
    view! {
        <section class="card" data-testid="hours">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.hours)}</h3>
            </header>
            <div class="card__form card__form--wide">
                <Switch
                    label=tu_string!(i18n, bots.has_hours)
                    hint=tu_string!(i18n, bots.has_hours_hint)
                    on=has_hours
                    on_turn=turn
                    testid="has-hours"
                />
                {has_hours.then(|| view! { <Week editor=editor /> })}
            </div>
        </section>
    }
}

/// Monday to Friday from nine to five, for changing.
fn usual() -> Hours {
    let span = || vec![Span { from: "09:00".to_owned(), to: "17:00".to_owned() }];
    let week: BTreeMap<Day, Vec<Span>> = Day::ALL.into_iter().take(5).map(|day| (day, span())).collect();
    Hours { zone: "Europe/London".to_owned(), week, closed: Vec::new() }
}

#[component]
fn Week(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let days = Day::ALL.map(|day| view! { <OneDay editor=editor day=day /> }).collect_view();
    view! {
        <Line
            editor=editor
            way=way(|it: &mut Definition| it.hours.as_mut().map(|hours| &mut hours.zone))
            path="hours.zone"
            label=tu_string!(i18n, bots.zone)
            hint=tu_string!(i18n, bots.zone_hint)
        />
        <ul class="week">{days}</ul>
        <Keywords
            editor=editor
            way=way(|it: &mut Definition| it.hours.as_mut().map(|hours| &mut hours.closed))
            path="hours.closed"
            label=tu_string!(i18n, bots.closed_dates)
            hint=tu_string!(i18n, bots.closed_dates_hint)
        />
    }
}

#[component]
fn OneDay(editor: Editor, day: Day) -> impl IntoView {
    let i18n = use_i18n();
    let count = editor
        .definition
        .with_untracked(|it| it.hours.as_ref().and_then(|hours| hours.week.get(&day)).map_or(0, Vec::len));
    let add = move || {
        editor.reshape(move |definition| {
            if let Some(hours) = &mut definition.hours {
                let span = Span { from: "09:00".to_owned(), to: "17:00".to_owned() };
                hours.week.entry(day).or_default().push(span);
            }
        });
    };
    let spans = (0..count).map(|at| view! { <OneSpan editor=editor day=day at=at /> }).collect_view();
    view! {
        <li class="week__day" data-testid="day" data-day=day.as_str()>
            <span class="week__name">{name_of(day)}</span>
            <div class="week__spans">
                {spans}
                {(count == 0).then(|| view! { <span class="faint">{tu_string!(i18n, bots.closed_day)}</span> })}
            </div>
            <Button
                kind=ButtonKind::Ghost
                size=ButtonSize::Small
                icon=IconName::Plus
                label=format!("{} · {}", tu_string!(i18n, bots.add_span), name_of(day))
                on_press=add
            />
        </li>
    }
}

#[component]
fn OneSpan(editor: Editor, day: Day, at: usize) -> impl IntoView {
    let i18n = use_i18n();
    let path = format!("hours.week.{}.{at}", day.as_str());
    let time = move |key: &'static str, label: &'static str| {
        let initial = editor.definition.with_untracked(|it| {
            span_of(it, day, at).map(|span| if key == "from" { span.from.clone() } else { span.to.clone() })
        });
        let value = RwSignal::new(initial.unwrap_or_default());
        Effect::new(move |before: Option<String>| {
            let typed = value.get();
            if before.is_some_and(|before| before != typed) {
                editor.edit(|definition| {
                    let spans = definition.hours.as_mut().and_then(|hours| hours.week.get_mut(&day));
                    if let Some(span) = spans.and_then(|spans| spans.get_mut(at)) {
                        typed.clone_into(if key == "from" { &mut span.from } else { &mut span.to });
                    }
                });
            }
            typed
        });
        let name = format!("hours.week.{}.{at}.{key}", day.as_str());
        view! {
            <crate::ui::Field
                id=id_of(&name)
                name=name
                label=format!("{} {label}", name_of(day))
                bare=true
                mono=true
                placeholder="09:00"
                value=value
                autocomplete="off"
            />
        }
    };
    let remove = move || {
        editor.reshape(move |definition| {
            let Some(hours) = &mut definition.hours else { return };
            let Some(spans) = hours.week.get_mut(&day) else { return };
            spans.remove(at);
            if spans.is_empty() {
                hours.week.remove(&day);
            }
        });
    };
    view! {
        <div class="week__span">
            {time("from", tu_string!(i18n, bots.from))}
            <span aria-hidden="true">"–"</span>
            {time("to", tu_string!(i18n, bots.to))}
            <Button
                kind=ButtonKind::Ghost
                size=ButtonSize::Small
                icon=IconName::X
                label=format!("{} · {}", tu_string!(i18n, bots.remove_span), name_of(day))
                on_press=remove
            />
        </div>
        <Problem id=format!("{}-error", id_of(&path)) text=editor.problem(path) />
    }
}

fn span_of(definition: &Definition, day: Day, at: usize) -> Option<&Span> {
    definition.hours.as_ref()?.week.get(&day)?.get(at)
}

fn name_of(day: Day) -> &'static str {
    let i18n = use_i18n();
    match day {
        Day::Mon => tu_string!(i18n, bots.mon),
        Day::Tue => tu_string!(i18n, bots.tue),
        Day::Wed => tu_string!(i18n, bots.wed),
        Day::Thu => tu_string!(i18n, bots.thu),
        Day::Fri => tu_string!(i18n, bots.fri),
        Day::Sat => tu_string!(i18n, bots.sat),
        Day::Sun => tu_string!(i18n, bots.sun),
    }
}
