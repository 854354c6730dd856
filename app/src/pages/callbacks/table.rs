//! The promises, a page at a time.

use contract::callback::{CallbackLine, CallbackPage, CallbackQuery, CallbackState};
use contract::conversation::Stage;
use contract::inbox::View;
use contract::team::Obstacle;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::keeper::Keeper;
use super::{Asked, address};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::inbox::words::{self, Texts};
use crate::ui::{
    Ago, AgoStyle, Badge, Button, ButtonKind, ButtonLink, ButtonSize, Choice, Empty, IconName, Select, Tone,
};

/// The filters, the promises, and the way to the others.
#[component]
pub(super) fn Table(
    query: CallbackQuery,
    page: CallbackPage,
    asked: RwSignal<Asked>,
    again: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let more = page.next.map(|next| address(CallbackQuery { after: Some(next), ..query }));
    let first = address(CallbackQuery { after: None, ..query });
    let body = if page.lines.is_empty() {
        none(i18n, query).into_any()
    } else {
        let people = StoredValue::new(page.people.clone());
        let rows = page.lines.into_iter().map(|line| row(i18n, line, asked, (people, again))).collect_view();
        table(i18n, query.state, rows).into_any()
    };
    view! {
        <section class="card" data-testid="callbacks">
            <Filters query=query teams=page.teams people=page.people />
            {body}
            <footer class="card__foot">
                {query
                    .after
                    .map(|_| view! {
                        <ButtonLink href=first icon=IconName::ArrowUp attr:data-testid="first">
                            {tu_string!(i18n, callbacks.first)}
                        </ButtonLink>
                    })}
                {more
                    .map(|more| view! {
                        <ButtonLink href=more icon=IconName::ArrowDown attr:data-testid="more">
                            {tu_string!(i18n, callbacks.more)}
                        </ButtonLink>
                    })}
            </footer>
        </section>
    }
}

fn none(i18n: Texts, query: CallbackQuery) -> impl IntoView {
    let filtered = query.team.is_some() || query.agent.is_some() || query.after.is_some();
    let (title, text) = match (filtered, query.state) {
        (true, _) => (tu_string!(i18n, callbacks.none_found), tu_string!(i18n, callbacks.none_found_text)),
        (false, CallbackState::Open) => {
            (tu_string!(i18n, callbacks.none_open), tu_string!(i18n, callbacks.none_open_text))
        }
        (false, _) => (tu_string!(i18n, callbacks.none_ended), tu_string!(i18n, callbacks.none_ended_text)),
    };
    view! { <Empty icon=IconName::CallBack title=title text=text /> }
}

#[component]
fn Filters(
    query: CallbackQuery,
    teams: Vec<(contract::TeamId, String)>,
    people: Vec<(contract::AgentId, String)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = StoredValue::new(use_navigate());
    let go = move |query: CallbackQuery| {
        let to = address(CallbackQuery { after: None, ..query });
        navigate.with_value(|navigate| navigate(&to, NavigateOptions::default()));
    };
    let states = CallbackState::ALL.map(|state| Choice::new(state.as_str(), state_word(i18n, state)));
    let all = |label: &'static str| std::iter::once(Choice::new("", label));
    let teams: Vec<Choice> = all(tu_string!(i18n, callbacks.all_teams))
        .chain(teams.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)))
        .collect();
    let people: Vec<Choice> = all(tu_string!(i18n, callbacks.all_people))
        .chain(people.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)))
        .collect();
    view! {
        <div class="filters">
            <Select
                name="state"
                label=tu_string!(i18n, callbacks.state)
                bare=true
                choices=states.to_vec()
                value=query.state.as_str().to_owned()
                on_choose=move |word: String| {
                    go(CallbackQuery { state: CallbackState::parse(&word).unwrap_or_default(), ..query });
                }
                testid="filter-state"
            />
            <Select
                name="team"
                label=tu_string!(i18n, callbacks.team)
                bare=true
                choices=teams
                value=query.team.map(|id| id.to_string()).unwrap_or_default()
                on_choose=move |id: String| go(CallbackQuery { team: id.parse().ok(), ..query })
                testid="filter-team"
            />
            <Select
                name="agent"
                label=tu_string!(i18n, callbacks.person)
                bare=true
                choices=people
                value=query.agent.map(|id| id.to_string()).unwrap_or_default()
                on_choose=move |id: String| go(CallbackQuery { agent: id.parse().ok(), ..query })
                testid="filter-agent"
            />
        </div>
    }
}

fn table(i18n: Texts, state: CallbackState, rows: impl IntoView) -> impl IntoView {
    let open = state == CallbackState::Open;
    view! {
        <div class="table-box">
            <table class="table table--stack table--pile">
                <thead>
                    <tr>
                        <th scope="col">{tu_string!(i18n, callbacks.due)}</th>
                        <th scope="col">{tu_string!(i18n, callbacks.customer)}</th>
                        <th scope="col">{tu_string!(i18n, callbacks.why)}</th>
                        <th scope="col">
                            {if open {
                                tu_string!(i18n, callbacks.holder)
                            } else {
                                tu_string!(i18n, callbacks.outcome)
                            }}
                        </th>
                        <th scope="col">
                            <span class="visually-hidden">{tu_string!(i18n, callbacks.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// The people, and what looks for news once something has changed.
type Around = (StoredValue<Vec<(contract::AgentId, String)>>, Callback<()>);

fn row(i18n: Texts, line: CallbackLine, asked: RwSignal<Asked>, (people, again): Around) -> impl IntoView {
    let open = line.state == CallbackState::Open;
    let view = if line.stage == Stage::Resolved { View::Resolved } else { View::All };
    let href = format!("/inbox/{}/{}", view.as_str(), line.conversation);
    let about = line.title.clone().or_else(|| line.handoff.map(|code| words::reason(i18n, code).to_owned()));
    view! {
        <tr data-testid="callback" data-conversation=line.conversation.to_string() data-overdue=line.overdue.then_some("true")>
            <td class="table__tight">
                <div class="callbacks__due">
                    <Ago at=line.due.0 style=AgoStyle::Full />
                    {line.overdue.then(|| view! { <Badge tone=Tone::Negative>{tu_string!(i18n, callbacks.overdue)}</Badge> })}
                </div>
            </td>
            <td>
                <a class="table__main" href=href.clone()><bdi dir="auto">{line.contact.clone()}</bdi></a>
                <div class="table__second">{line.address.clone()} " · " {line.channel.clone()}</div>
            </td>
            <td>
                <div>{obstacle(i18n, &line.reason)}</div>
                {about.map(|about| view! { <div class="table__second callbacks__about" dir="auto">{about}</div> })}
            </td>
            <td>
                {if open {
                    view! {
                        {holder(i18n, line.clone())}
                        <Keeper line=line.clone() people=people again=again />
                    }
                    .into_any()
                } else {
                    outcome(i18n, line.clone()).into_any()
                }}
            </td>
            <td class="table__end">
                {actions(i18n, line.clone(), href, asked)}
            </td>
        </tr>
    }
}

/// What can be done about it.
fn actions(i18n: Texts, line: CallbackLine, href: String, asked: RwSignal<Asked>) -> impl IntoView {
    let open = line.state == CallbackState::Open;
    let end = move |state: CallbackState| asked.set(Some((line.clone(), state)));
    let drop_it = end.clone();
    view! {
        <span class="line callbacks__actions">
            {open.then(|| view! {
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    on_press=move || drop_it(CallbackState::Dropped)
                    attr:data-testid="drop"
                >
                    {tu_string!(i18n, callbacks.drop)}
                </Button>
                <Button
                    kind=ButtonKind::Quiet
                    size=ButtonSize::Small
                    on_press=move || end(CallbackState::Kept)
                    attr:data-testid="keep"
                >
                    {tu_string!(i18n, callbacks.keep)}
                </Button>
            })}
            <ButtonLink href=href size=ButtonSize::Small attr:data-testid="open">
                {tu_string!(i18n, callbacks.open)}
            </ButtonLink>
        </span>
    }
}

/// Who has the conversation, and whether free text can be written there.
fn holder(i18n: Texts, line: CallbackLine) -> impl IntoView {
    let (icon, tone) = match line.stage {
        Stage::Bot => (IconName::Bot, Tone::Special),
        Stage::Waiting => (IconName::Clock, Tone::Caution),
        Stage::Assigned => (IconName::User, Tone::Accent),
        Stage::Snoozed => (IconName::AlarmClock, Tone::Neutral),
        Stage::Resolved => (IconName::CheckCircle, Tone::Positive),
    };
    let who = line.owner.clone().unwrap_or_else(|| words::stage(i18n, line.stage).to_owned());
    view! {
        <span class="line line--wrap">
            <Badge tone=tone icon=icon>{who}</Badge>
            {line.team.clone().map(|team| view! { <Badge icon=IconName::Users>{team}</Badge> })}
            {(!line.window_open).then(|| view! {
                <span title=tu_string!(i18n, callbacks.template_hint)>
                    <Badge tone=Tone::Caution icon=IconName::Template>{tu_string!(i18n, callbacks.template)}</Badge>
                </span>
            })}
        </span>
    }
}

/// What became of it, when, by whom, and what they had to say.
fn outcome(i18n: Texts, line: CallbackLine) -> impl IntoView {
    let tone = if line.state == CallbackState::Kept { Tone::Positive } else { Tone::Neutral };
    view! {
        <span class="line line--wrap">
            <Badge tone=tone>{state_word(i18n, line.state)}</Badge>
            {line.ended.map(|at| view! { <span class="faint small"><Ago at=at.0 /></span> })}
            {line.ended_by.clone().map(|name| view! { <span class="faint small"><bdi>{name}</bdi></span> })}
        </span>
        {line.note.clone().map(|note| view! { <div class="table__second callbacks__about" dir="auto">{note}</div> })}
    }
}

fn state_word(i18n: Texts, state: CallbackState) -> &'static str {
    match state {
        CallbackState::Open => tu_string!(i18n, callbacks.state_open),
        CallbackState::Kept => tu_string!(i18n, callbacks.state_kept),
        CallbackState::Dropped => tu_string!(i18n, callbacks.state_dropped),
    }
}

/// What kept people from answering.
fn obstacle(i18n: Texts, word: &str) -> &'static str {
    match Obstacle::parse(word) {
        Some(Obstacle::AfterHours) => tu_string!(i18n, callbacks.after_hours),
        Some(Obstacle::NobodyOnline) => tu_string!(i18n, callbacks.nobody_online),
        Some(Obstacle::QueueLong) => tu_string!(i18n, callbacks.queue_long),
        Some(Obstacle::AgentSilent) => tu_string!(i18n, callbacks.agent_silent),
        None => tu_string!(i18n, callbacks.promised),
    }
}
