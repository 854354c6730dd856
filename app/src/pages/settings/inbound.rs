//! What came in, webhook by webhook, with filters.

use contract::id::ConnectionId;
use contract::settings::{Settings, SettingsPage};
use contract::webhook::{Came, LogQuery, Replayed, WebhookLine, WebhookLog};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::Head;
use super::load::{Trouble, load, once};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, AgoStyle, Badge, ButtonLink, Choice, Empty, IconName, Select, Shape, Skeleton, Tone};

/// The screen of the log. Which webhooks it shows stands in its address.
#[component]
pub fn Inbound() -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let query = Memo::new(move |_| {
        query.with(|query| LogQuery {
            connection: query.get("connection").and_then(|id| id.parse().ok()),
            came: query.get("came").and_then(|word| Came::parse(&word)),
            before: query.get("before").and_then(|key| key.parse().ok()),
        })
    });
    view! {
        <Title text=tu_string!(i18n, settings.inbound) />
        <Head title=tu_string!(i18n, settings.inbound) text=tu_string!(i18n, settings.inbound_text) />
        {move || view! { <Listed query=query.get() /> }}
    }
}

#[component]
fn Listed(query: LogQuery) -> impl IntoView {
    let i18n = use_i18n();
    // The first page shows what comes in; a later one stays as it is.
    let page = SettingsPage::Inbound(query);
    let loaded = if query.before.is_none() { load(page) } else { once(page) };
    let shown = move || match loaded.get()? {
        Ok(Settings::Inbound(log)) => Some(view! { <Log query=query log=log /> }.into_any()),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) shape=Shape::Blocks count=3 /> }
        }>{shown}</Transition>
    }
}

#[component]
fn Log(query: LogQuery, log: WebhookLog) -> impl IntoView {
    let i18n = use_i18n();
    let none = log.lines.is_empty();
    let older = log.next.map(|next| address(LogQuery { before: Some(next), ..query }));
    let rows = log.lines.into_iter().map(|line| view! { <Line line=line /> }).collect_view();
    view! {
        <section class="card" data-testid="inbound">
            <Filters query=query connections=log.connections />
            {if none {
                view! {
                    <Empty
                        icon=IconName::Inbox
                        title=tu_string!(i18n, settings.no_webhooks)
                        text=tu_string!(i18n, settings.no_webhooks_text)
                    />
                }
                    .into_any()
            } else {
                view! {
                    <div class="table-box">
                        <table class="table table--stack table--log">
                            <thead>
                                <tr>
                                    <th scope="col">{tu_string!(i18n, settings.when)}</th>
                                    <th scope="col">{tu_string!(i18n, settings.connection)}</th>
                                    <th scope="col">{tu_string!(i18n, settings.outcome)}</th>
                                    <th scope="col" class="table__end">{tu_string!(i18n, settings.size)}</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
                    .into_any()
            }}
            <footer class="card__foot">
                {query
                    .before
                    .map(|_| view! {
                        <ButtonLink href=address(LogQuery { before: None, ..query }) icon=IconName::ArrowUp>
                            {tu_string!(i18n, settings.latest)}
                        </ButtonLink>
                    })}
                {older
                    .map(|older| view! {
                        <ButtonLink href=older icon=IconName::ArrowDown attr:data-testid="older">
                            {tu_string!(i18n, settings.older)}
                        </ButtonLink>
                    })}
            </footer>
        </section>
    }
}

#[component]
fn Filters(query: LogQuery, connections: Vec<(ConnectionId, String)>) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = StoredValue::new(use_navigate());
    let go = move |query: LogQuery| {
        navigate.with_value(|navigate| navigate(&address(query), NavigateOptions::default()));
    };
    let all = Choice::new("", tu_string!(i18n, settings.all_connections));
    let named = connections.into_iter().map(|(id, name)| Choice::new(id.to_string(), name));
    let connections: Vec<Choice> = std::iter::once(all).chain(named).collect();
    let any = Choice::new("", tu_string!(i18n, settings.all_outcomes));
    let came = Came::ALL.into_iter().map(|came| Choice::new(came.as_str(), word(came)));
    let outcomes: Vec<Choice> = std::iter::once(any).chain(came).collect();
    view! {
        <div class="filters">
            <Select
                name="connection"
                label=tu_string!(i18n, settings.connection)
                bare=true
                choices=connections
                value=query.connection.map(|id| id.to_string()).unwrap_or_default()
                on_choose=move |id: String| {
                    go(LogQuery { connection: id.parse().ok(), before: None, ..query });
                }
                testid="filter-connection"
            />
            <Select
                name="came"
                label=tu_string!(i18n, settings.outcome)
                bare=true
                choices=outcomes
                value=query.came.map(|came| came.as_str().to_owned()).unwrap_or_default()
                on_choose=move |came: String| {
                    go(LogQuery { came: Came::parse(&came), before: None, ..query });
                }
                testid="filter-outcome"
            />
        </div>
    }
}

#[component]
fn Line(line: WebhookLine) -> impl IntoView {
    let i18n = use_i18n();
    let key = line.key;
    view! {
        <tr data-testid="webhook" data-key=key.to_string()>
            <td class="table__tight">
                <A href=format!("/settings/inbound/{key}")>
                    <Ago at=line.at.0 style=AgoStyle::Full />
                </A>
            </td>
            <td>
                <span class="line line--wrap">
                    <span class="truncate">{line.connection_name}</span>
                    {line.fetched.then(|| view! { <Badge>{tu_string!(i18n, settings.fetched)}</Badge> })}
                </span>
            </td>
            <td>{counts(line.counts)}</td>
            <td class="table__end tabular faint">{line.bytes.map(|bytes| format!("{bytes} B"))}</td>
        </tr>
    }
}

/// What became of the items, one mark an outcome.
pub(super) fn counts(counts: Option<Replayed>) -> AnyView {
    let i18n = use_i18n();
    let Some(counts) = counts else {
        return view! { <Badge>{tu_string!(i18n, settings.not_read_yet)}</Badge> }.into_any();
    };
    let marks = Came::ALL
        .into_iter()
        .filter(|came| counts.of(*came) > 0)
        .map(|came| view! { <Badge tone=tone(came)>{counts.of(came)} " " {word(came)}</Badge> })
        .collect_view();
    view! { <span class="line line--wrap" data-testid="counts">{marks}</span> }.into_any()
}

fn tone(came: Came) -> Tone {
    match came {
        Came::Applied => Tone::Positive,
        Came::Rejected => Tone::Negative,
        Came::Pending => Tone::Caution,
        Came::Duplicate | Came::Ignored => Tone::Neutral,
    }
}

fn word(came: Came) -> &'static str {
    let i18n = use_i18n();
    match came {
        Came::Applied => tu_string!(i18n, settings.applied),
        Came::Duplicate => tu_string!(i18n, settings.duplicate),
        Came::Ignored => tu_string!(i18n, settings.ignored),
        Came::Rejected => tu_string!(i18n, settings.rejected),
        Came::Pending => tu_string!(i18n, settings.pending),
    }
}

/// The address of a page of the log.
fn address(query: LogQuery) -> String {
    let mut parts = Vec::new();
    parts.extend(query.connection.map(|id| format!("connection={id}")));
    parts.extend(query.came.map(|came| format!("came={}", came.as_str())));
    parts.extend(query.before.map(|key| format!("before={key}")));
    match parts.is_empty() {
        true => "/settings/inbound".to_owned(),
        false => format!("/settings/inbound?{}", parts.join("&")),
    }
}
