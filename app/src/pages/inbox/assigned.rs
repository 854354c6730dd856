//! Why somebody has a conversation, and why somebody else has not: asked for once somebody wants to know.

use contract::assignment::{Assignment, Choice, Considered, Waits, Why};
use contract::id::ConversationId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::words::Texts;
use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, AgoStyle, Button, ButtonSize};

/// The latest decisions, once it is opened.
#[component]
pub(super) fn Assigned(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let (open, known) = (RwSignal::new(false), RwSignal::new(None::<Result<Vec<Assignment>, CallError>>));
    let load = move || {
        spawn_local(async move {
            known.try_set(Some(calls::assignments(id).await));
        });
    };
    let toggled = move |_| {
        open.update(|open| *open = !*open);
        if open.get_untracked() {
            load();
        }
    };
    let shown = move || match known.get() {
        None => view! { <p class="faint">{tu_string!(i18n, inbox.loading)}</p> }.into_any(),
        Some(Ok(all)) if all.is_empty() => {
            view! { <p class="faint">{tu_string!(i18n, inbox.assigned_none)}</p> }.into_any()
        }
        Some(Ok(all)) => all.into_iter().map(|one| decision(i18n, one)).collect_view().into_any(),
        Some(Err(_)) => view! {
            <p class="faint" role="alert">
                {tu_string!(i18n, inbox.offline_text)} " "
                <Button size=ButtonSize::Small on_press=load>{tu_string!(i18n, common.retry)}</Button>
            </p>
        }
        .into_any(),
    };
    view! {
        <section class="side-part">
            <details data-testid="assigned" on:toggle=toggled>
                <summary>{tu_string!(i18n, inbox.assigned)}</summary>
                {shown}
            </details>
        </section>
    }
}

fn decision(i18n: Texts, one: Assignment) -> impl IntoView {
    let name = |considered: &Considered| {
        considered.name.clone().unwrap_or_else(|| tu_string!(i18n, inbox.assigned_gone).to_owned())
    };
    let came = match one.choice {
        Choice::Agent(agent) => {
            let chosen = one.considered.iter().find(|considered| considered.verdict.agent == agent);
            let chosen = chosen.map(&name).unwrap_or_default();
            tu_string!(i18n, inbox.assigned_agent, name = chosen).to_string()
        }
        Choice::Queue(Waits::Manual) => tu_string!(i18n, inbox.assigned_manual).to_owned(),
        Choice::Queue(Waits::TeamFull) => tu_string!(i18n, inbox.assigned_team_full).to_owned(),
        Choice::Queue(Waits::NobodyThere) => tu_string!(i18n, inbox.assigned_nobody_there).to_owned(),
        Choice::Queue(Waits::NobodyFree) => tu_string!(i18n, inbox.assigned_nobody_free).to_owned(),
        Choice::Bot => tu_string!(i18n, inbox.assigned_bot).to_owned(),
        Choice::Closed => tu_string!(i18n, inbox.assigned_closed).to_owned(),
    };
    let lines = one.considered.iter().map(|considered| {
        let place = considered.verdict.place.map(|place| format!(" ({place})"));
        let line = format!(": {}", why(i18n, considered.verdict.why));
        view! { <li data-why=considered.verdict.why.as_str()><bdi>{name(considered)}</bdi>{line}{place}</li> }
    });
    let lines = lines.collect_view();
    view! {
        <p>
            <Ago at=one.at.0 style=AgoStyle::Clock /> " " {came}
            {one.team_name.map(|team| view! { " (" <bdi>{team}</bdi> ")" })}
        </p>
        <ul class="side-list">{lines}</ul>
    }
}

fn why(i18n: Texts, why: Why) -> &'static str {
    match why {
        Why::Eligible => tu_string!(i18n, inbox.why_eligible),
        Why::Offline => tu_string!(i18n, inbox.why_offline),
        Why::Away => tu_string!(i18n, inbox.why_away),
        Why::AskedBefore => tu_string!(i18n, inbox.why_asked_before),
        Why::Full => tu_string!(i18n, inbox.why_full),
        Why::Unskilled => tu_string!(i18n, inbox.why_unskilled),
        Why::Elsewhere => tu_string!(i18n, inbox.why_elsewhere),
        Why::Busy => tu_string!(i18n, inbox.why_busy),
    }
}
