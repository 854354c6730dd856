//! What was sent to an address, delivery by delivery.

use contract::endpoint::{EndpointLine, EndpointPage, EndpointQuery, EndpointState, KEPT_DAYS};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;

use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, AgoStyle, Badge, ButtonLink, Choice, Empty, IconName, Select, Tone};

/// The log, a page at a time.
#[component]
pub(super) fn Log(query: EndpointQuery, page: EndpointPage) -> impl IntoView {
    let i18n = use_i18n();
    let older = page.next.map(|next| address(EndpointQuery { before: Some(next), ..query }));
    let filtered = query.state.is_some() || query.conversation.is_some() || query.before.is_some();
    let body =
        if page.lines.is_empty() { none(filtered).into_any() } else { table(query, page.lines).into_any() };
    view! {
        <section class="card" data-testid="endpoint-log">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, endpoints.log)}</h3>
                <span class="faint small">
                    {tu_string!(i18n, endpoints.log_text, days = KEPT_DAYS).to_string()}
                </span>
            </header>
            <Filters query=query />
            {body}
            <footer class="card__foot">
                {query
                    .before
                    .map(|_| view! {
                        <ButtonLink href=address(EndpointQuery { before: None, ..query }) icon=IconName::ArrowUp>
                            {tu_string!(i18n, endpoints.latest)}
                        </ButtonLink>
                    })}
                {older
                    .map(|older| view! {
                        <ButtonLink href=older icon=IconName::ArrowDown attr:data-testid="older">
                            {tu_string!(i18n, endpoints.older)}
                        </ButtonLink>
                    })}
            </footer>
        </section>
    }
}

fn none(filtered: bool) -> impl IntoView {
    let i18n = use_i18n();
    let (title, text) = if filtered {
        (tu_string!(i18n, endpoints.none_found), tu_string!(i18n, endpoints.none_found_text))
    } else {
        (tu_string!(i18n, endpoints.no_deliveries), tu_string!(i18n, endpoints.no_deliveries_text))
    };
    view! { <Empty icon=IconName::Send title=title text=text /> }
}

#[component]
fn Filters(query: EndpointQuery) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = StoredValue::new(use_navigate());
    let go = move |query: EndpointQuery| {
        navigate.with_value(|navigate| navigate(&address(query), NavigateOptions::default()));
    };
    let any = Choice::new("", tu_string!(i18n, endpoints.all_states));
    let states = EndpointState::ALL.into_iter().map(|state| Choice::new(state.as_str(), word(state)));
    let choices: Vec<Choice> = std::iter::once(any).chain(states).collect();
    view! {
        <div class="filters">
            <Select
                name="state"
                label=tu_string!(i18n, endpoints.outcome)
                bare=true
                choices=choices
                value=query.state.map(|state| state.as_str().to_owned()).unwrap_or_default()
                on_choose=move |word: String| {
                    go(EndpointQuery { state: EndpointState::parse(&word), before: None, ..query });
                }
                testid="filter-state"
            />
            {query
                .conversation
                .map(|_| view! {
                    <span class="line line--wrap">
                        <Badge>{tu_string!(i18n, endpoints.of_conversation)}</Badge>
                        <A href=address(EndpointQuery { conversation: None, before: None, ..query })>
                            {tu_string!(i18n, endpoints.all_conversations)}
                        </A>
                    </span>
                })}
        </div>
    }
}

fn table(query: EndpointQuery, lines: Vec<EndpointLine>) -> impl IntoView {
    let i18n = use_i18n();
    let rows = lines.into_iter().map(|line| view! { <Line query=query line=line /> }).collect_view();
    view! {
        <div class="table-box">
            <table class="table table--stack table--log">
                <thead>
                    <tr>
                        <th scope="col">{tu_string!(i18n, endpoints.when)}</th>
                        <th scope="col">{tu_string!(i18n, endpoints.event)}</th>
                        <th scope="col">{tu_string!(i18n, endpoints.outcome)}</th>
                        <th scope="col" class="table__end">{tu_string!(i18n, endpoints.attempts)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Line(query: EndpointQuery, line: EndpointLine) -> impl IntoView {
    let i18n = use_i18n();
    let of = line.conversation.filter(|_| query.conversation.is_none()).map(|conversation| {
        let href = address(EndpointQuery { conversation: Some(conversation), before: None, ..query });
        view! {
            <A href=href attr:class="faint small">
                {tu_string!(i18n, endpoints.conversation)}
            </A>
        }
    });
    view! {
        <tr data-testid="delivery" data-event=line.event.clone()>
            <td class="table__tight">
                <A href=format!("/settings/webhooks/deliveries/{}", line.id)>
                    <Ago at=line.at.0 style=AgoStyle::Full />
                </A>
            </td>
            <td>
                <span class="line line--wrap">
                    <span class="mono">{line.event.clone()}</span>
                    {of}
                </span>
            </td>
            <td>
                <Outcome line=line.clone() />
            </td>
            <td class="table__end tabular faint">{line.attempts}</td>
        </tr>
    }
}

/// How far a delivery has come, and what the last answer was.
#[component]
pub(super) fn Outcome(line: EndpointLine) -> impl IntoView {
    let i18n = use_i18n();
    let tone = match line.state {
        EndpointState::Pending => Tone::Caution,
        EndpointState::Delivered => Tone::Positive,
        EndpointState::Failed => Tone::Negative,
    };
    let answer = match (line.status, line.error) {
        (Some(status), _) => Some(status.to_string()),
        (None, Some(_)) => Some(tu_string!(i18n, endpoints.no_answer).to_owned()),
        (None, None) => None,
    };
    view! {
        <span class="line line--wrap" data-testid="delivery-state">
            <Badge tone=tone>{word(line.state)}</Badge>
            {answer.map(|answer| view! { <span class="faint small tabular">{answer}</span> })}
            {line
                .ms
                .map(|ms| view! {
                    <span class="faint small tabular">
                        {tu_string!(i18n, endpoints.ms, ms = ms).to_string()}
                    </span>
                })}
            {line
                .due_at
                .filter(|_| line.attempts > 0)
                .map(|at| view! {
                    <span class="faint small">{tu_string!(i18n, endpoints.next_try)} " " <Ago at=at.0 /></span>
                })}
        </span>
    }
}

fn word(state: EndpointState) -> &'static str {
    let i18n = use_i18n();
    match state {
        EndpointState::Pending => tu_string!(i18n, endpoints.pending),
        EndpointState::Delivered => tu_string!(i18n, endpoints.delivered),
        EndpointState::Failed => tu_string!(i18n, endpoints.failed),
    }
}

/// The address of a page of the log.
fn address(query: EndpointQuery) -> String {
    let mut parts = Vec::new();
    parts.extend(query.state.map(|state| format!("state={}", state.as_str())));
    parts.extend(query.conversation.map(|id| format!("conversation={id}")));
    parts.extend(query.before.map(|id| format!("before={id}")));
    let path = format!("/settings/webhooks/{}", query.endpoint);
    if parts.is_empty() { path } else { format!("{path}?{}", parts.join("&")) }
}
