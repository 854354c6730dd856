//! What a bot was asked, page by page.

use contract::bots::{BotScreen, BotShown, CallCame, CallLine, CallLog, CallQuery};
use contract::id::BotId;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use super::super::load::once;
use super::phone::exchanges;
use super::{BotHead, came_tone, came_word, conversation, page, reason_words, shown};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, AgoStyle, Badge, ButtonLink, Choice, Empty, IconName, Select};

/// The screen.
#[component]
pub(super) fn BotCalls(id: BotId) -> impl IntoView {
    let i18n = use_i18n();
    let query = use_query_map();
    let query = Memo::new(move |_| {
        query.with(|query| CallQuery {
            bot: id,
            came: query.get("came").and_then(|word| CallCame::parse(&word)),
            before: query.get("before").and_then(|id| id.parse().ok()),
        })
    });
    let listed = move || {
        let query = query.get();
        let view = move |shown| match shown {
            BotShown::Calls(log) => Some(view! { <Log query=query log=log /> }.into_any()),
            _ => None,
        };
        shown(once(page(BotScreen::Calls(query))), view)
    };
    view! {
        <Title text=tu_string!(i18n, bots.calls) />
        {listed}
    }
}

#[component]
fn Log(query: CallQuery, log: CallLog) -> impl IntoView {
    let i18n = use_i18n();
    let none = log.lines.is_empty();
    let older = log.next.map(|next| address(CallQuery { before: Some(next), ..query }));
    let text =
        if log.calls_out { tu_string!(i18n, bots.calls_text) } else { tu_string!(i18n, bots.calls_built_in) };
    let rows = log.lines.into_iter().map(|line| view! { <Line line=line /> }).collect_view();
    view! {
        <BotHead id=query.bot name=log.name editable=!log.calls_out />
        <p class="soft small">{text}</p>
        <section class="card" data-testid="calls">
            <Filter query=query />
            {if none {
                view! {
                    <Empty
                        icon=IconName::List
                        title=tu_string!(i18n, bots.no_calls)
                        text=tu_string!(i18n, bots.no_calls_text)
                    />
                }
                    .into_any()
            } else {
                view! { <ul class="folds">{rows}</ul> }.into_any()
            }}
            <footer class="card__foot">
                {query
                    .before
                    .map(|_| view! {
                        <ButtonLink href=address(CallQuery { before: None, ..query }) icon=IconName::ArrowUp>
                            {tu_string!(i18n, bots.latest)}
                        </ButtonLink>
                    })}
                {older
                    .map(|older| view! {
                        <ButtonLink href=older icon=IconName::ArrowDown attr:data-testid="older">
                            {tu_string!(i18n, bots.older)}
                        </ButtonLink>
                    })}
            </footer>
        </section>
    }
}

#[component]
fn Filter(query: CallQuery) -> impl IntoView {
    let i18n = use_i18n();
    let navigate = StoredValue::new(use_navigate());
    let any = Choice::new("", tu_string!(i18n, bots.all_outcomes));
    let came = CallCame::ALL.into_iter().map(|came| Choice::new(came.as_str(), came_word(came)));
    let outcomes: Vec<Choice> = std::iter::once(any).chain(came).collect();
    view! {
        <div class="filters">
            <Select
                name="came"
                label=tu_string!(i18n, bots.outcome)
                bare=true
                choices=outcomes
                value=query.came.map(|came| came.as_str().to_owned()).unwrap_or_default()
                on_choose=move |came: String| {
                    let query = CallQuery { came: CallCame::parse(&came), before: None, ..query };
                    navigate.with_value(|navigate| navigate(&address(query), NavigateOptions::default()));
                }
                testid="filter-outcome"
            />
        </div>
    }
}

/// One turn: what came of it, and below it what was asked and answered.
#[component]
fn Line(line: CallLine) -> impl IntoView {
    let i18n = use_i18n();
    let sources = line.sources.join(", ");
    view! {
        <li>
            <details class="fold" data-testid="call">
                <summary class="fold__head">
                    <Ago at=line.at.0 style=AgoStyle::Full />
                    <Badge tone=came_tone(line.came)>{came_word(line.came)}</Badge>
                    {line.reason.map(|code| view! { <span class="soft small">{reason_words(&code)}</span> })}
                    <span class="line__grow"></span>
                    <span class="faint small tabular">
                        {tu_string!(i18n, bots.ms, ms = line.ms).to_string()}
                    </span>
                </summary>
                <div class="fold__body stack">
                    {line.error.map(|error| view! { <p class="notice notice--negative">{error}</p> })}
                    <p class="small line line--wrap">
                        {conversation(line.conversation, tu_string!(i18n, bots.conversation))}
                        <span class="mono faint">{line.turn}</span>
                        {(!sources.is_empty())
                            .then(|| view! {
                                <span class="soft">{tu_string!(i18n, bots.sources)} ": " {sources}</span>
                            })}
                    </p>
                    {exchanges(line.exchanges)}
                </div>
            </details>
        </li>
    }
}

fn address(query: CallQuery) -> String {
    let mut parts = Vec::new();
    parts.extend(query.came.map(|came| format!("came={}", came.as_str())));
    parts.extend(query.before.map(|id| format!("before={id}")));
    let base = format!("/settings/bots/{}/calls", query.bot);
    match parts.is_empty() {
        true => base,
        false => format!("{base}?{}", parts.join("&")),
    }
}
