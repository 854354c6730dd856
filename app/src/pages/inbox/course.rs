//! What is known of a handoff beyond its card: the rest of the packet, whom it goes to, and who was asked.

use contract::course::{Answered, Asked, Course, CourseRung, Who};
use contract::handoff::{OnTimeout, Target};
use contract::id::HandoffId;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;

use super::words::{self, Texts};
use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::later::Part;
use crate::ui::{Ago, AgoStyle, Button, ButtonSize};

/// The part of the card that is fetched once somebody opens it.
#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
pub fn course(handoff: HandoffId) -> Part {
    let i18n = use_i18n();
    let (open, known) = (RwSignal::new(false), RwSignal::new(None::<Result<Course, CallError>>));
    let load = move || {
        spawn_local(async move {
            known.try_set(Some(calls::course(handoff).await));
        });
    };
    // What is shown while it is open is as it was then; whoever opens it again sees it anew.
    let toggled = move |_| {
        open.update(|open| *open = !*open);
        if open.get_untracked() {
            load();
        }
    };
    let shown = move || match known.get() {
        None => view! { <p class="handoff__facts">{tu_string!(i18n, inbox.loading)}</p> }.into_any(),
        Some(Ok(course)) => all(i18n, course).into_any(),
        Some(Err(_)) => view! {
            <p class="handoff__facts" role="alert">
                {tu_string!(i18n, inbox.offline_text)} " "
                <Button size=ButtonSize::Small on_press=load>{tu_string!(i18n, common.retry)}</Button>
            </p>
        }
        .into_any(),
    };
    Ok(view! {
        <details class="handoff__more" data-testid="handoff-more" on:toggle=toggled>
            <summary class="handoff__facts">{tu_string!(i18n, inbox.course)}</summary>
            <div class="handoff__body" data-testid="course">{shown}</div>
        </details>
    }
    .into_any())
}

fn all(i18n: Texts, course: Course) -> impl IntoView {
    let facts: Vec<(&'static str, String)> = [
        course.by.clone().map(|name| (tu_string!(i18n, inbox.course_by), name)),
        (!course.skills.is_empty())
            .then(|| (tu_string!(i18n, inbox.course_skills), course.skills.join(", "))),
        course.target.as_ref().map(|target| (tu_string!(i18n, inbox.course_target), wanted(i18n, target))),
        course.priority.map(|priority| {
            (tu_string!(i18n, inbox.course_priority), words::priority(i18n, priority).to_owned())
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let told = told(i18n, &course);
    let none = facts.is_empty() && told.is_empty() && course.rungs.is_empty() && course.asked.is_empty();
    let facts = facts.into_iter().map(|(name, value)| part(name, view! { <p dir="auto">{value}</p> }));
    let late = course.timeout_s.map(|seconds| late(i18n, seconds, course.on_timeout));
    view! {
        {none.then(|| view! { <p class="handoff__facts">{tu_string!(i18n, inbox.course_none)}</p> })}
        {facts.collect_view()}
        {late}
        {(!told.is_empty()).then(|| {
            let lines = told.into_iter().map(|text| view! { <p dir="auto">{text}</p> }).collect_view();
            part(tu_string!(i18n, inbox.course_told), lines)
        })}
        {(!course.rungs.is_empty()).then(|| {
            part(tu_string!(i18n, inbox.course_ladder), ladder(i18n, course.rungs, course.step))
        })}
        {(!course.asked.is_empty()).then(|| {
            let asked = course.asked.into_iter().map(|asked| view! { <li>{once(i18n, asked)}</li> });
            part(tu_string!(i18n, inbox.course_asked), view! { <ol>{asked.collect_view()}</ol> })
        })}
    }
}

fn part(name: impl Into<String>, what: impl IntoView) -> impl IntoView {
    let name: String = name.into();
    view! {
        <div class="handoff__tried">
            <h3>{name}</h3>
            {what}
        </div>
    }
}

/// What is done if nobody has it in time.
fn late(i18n: Texts, seconds: i32, instead: OnTimeout) -> impl IntoView {
    let span = words::countdown(i64::from(seconds) * 1_000);
    let name = tu_string!(i18n, inbox.course_timeout, span = span).to_string();
    let what = match instead {
        OnTimeout::NextStep => tu_string!(i18n, inbox.course_next_step),
        OnTimeout::BotKeeps => tu_string!(i18n, inbox.course_bot_keeps),
        OnTimeout::Callback => tu_string!(i18n, inbox.course_callback),
    };
    part(name, view! { <p>{what}</p> })
}

fn wanted(i18n: Texts, target: &Target) -> String {
    match target {
        Target::Agent(name) => name.clone(),
        Target::Team(name) => tu_string!(i18n, inbox.course_team, name = name.clone()).to_string(),
    }
}

/// Who is asked one after the other, the one under way marked.
fn ladder(i18n: Texts, rungs: Vec<CourseRung>, step: usize) -> impl IntoView {
    let rung = |(at, rung): (usize, CourseRung)| {
        let who = match rung.who {
            Who::Agent(name) => name,
            Who::Team(name) => tu_string!(i18n, inbox.course_team, name = name).to_string(),
            Who::Skilled => tu_string!(i18n, inbox.course_skilled).to_owned(),
            Who::BotKeeps => tu_string!(i18n, inbox.course_bot_keeps).to_owned(),
            Who::Callback => tu_string!(i18n, inbox.course_callback).to_owned(),
        };
        let seconds = rung.seconds.map(|seconds| words::countdown(i64::from(seconds) * 1_000));
        let now = (at == step).then(|| tu_string!(i18n, inbox.course_now).to_owned());
        let beside: Vec<String> = seconds.into_iter().chain(now).collect();
        let beside = if beside.is_empty() { String::new() } else { format!(" ({})", beside.join(", ")) };
        view! { <li aria-current=(at == step).then_some("step")><bdi>{who}</bdi>{beside}</li> }
    };
    view! { <ol>{rungs.into_iter().enumerate().map(rung).collect_view()}</ol> }
}

fn told(i18n: Texts, course: &Course) -> Vec<String> {
    let texts = &course.told;
    let told = [
        texts
            .agent_available
            .clone()
            .map(|text| tu_string!(i18n, inbox.course_available, text = text).to_string()),
        texts
            .agent_unavailable
            .clone()
            .map(|text| tu_string!(i18n, inbox.course_unavailable, text = text).to_string()),
        texts.after_hours.clone().map(|text| tu_string!(i18n, inbox.course_closed, text = text).to_string()),
    ];
    told.into_iter().flatten().collect()
}

fn once(i18n: Texts, asked: Asked) -> impl IntoView {
    let answer = match asked.answer {
        Answered::Open => tu_string!(i18n, inbox.asked_open),
        Answered::Accepted => tu_string!(i18n, inbox.asked_accepted),
        Answered::Declined => tu_string!(i18n, inbox.asked_declined),
        Answered::Lapsed => tu_string!(i18n, inbox.asked_lapsed),
        Answered::Withdrawn => tu_string!(i18n, inbox.asked_withdrawn),
    };
    let reason = asked.reason.map(|reason| format!(": {reason}"));
    view! {
        <span data-answer=asked.answer.as_str()>
            <bdi>{asked.who}</bdi> ", " <Ago at=asked.at.0 style=AgoStyle::Clock /> ", " {answer}
            <bdi>{reason}</bdi>
        </span>
    }
}
