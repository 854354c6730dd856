//! What came of trying the rules on what has happened.

use contract::rules::{
    Act, Against, SimulatedAct, SimulatedEvent, SimulatedExample, SimulatedMove, SimulatedRule,
    SimulationResult,
};
use leptos::prelude::*;

use crate::i18n::{tu_string, use_i18n};
use crate::pages::rules::Lexicon;
use crate::ui::{Ago, Badge, Icon, IconName, Tone};

/// All of it.
#[component]
pub(super) fn Outcome(
    result: SimulationResult,
    looked: i64,
    against: Against,
    lexicon: Lexicon,
) -> impl IntoView {
    let i18n = use_i18n();
    let SimulationResult { events, rules, acts, changed, moves, other_moves } = result;
    let without: i64 = events.iter().map(|event| event.without).sum();
    let differs = match changed {
        0 => tu_string!(i18n, simulation.unchanged).to_owned(),
        changed => tu_string!(i18n, simulation.changed, count = changed).to_string(),
    };
    view! {
        <p class="notice" data-testid="simulation-honest">
            <Icon name=IconName::Info />
            <span>
                {tu_string!(i18n, simulation.looked, count = looked).to_string()}
                {(without > 0)
                    .then(|| format!(" {}", tu_string!(i18n, simulation.without, count = without)))} " "
                {tu_string!(i18n, simulation.no_queues)}
            </span>
        </p>
        <section class="card" data-testid="simulation-moves">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, simulation.moves)}</h3>
            </header>
            <p class="card__none soft" data-testid="simulation-changed">{differs}</p>
            <Moves moves=moves lexicon=lexicon.clone() />
            {(other_moves > 0)
                .then(|| view! {
                    <p class="card__foot faint small">
                        {tu_string!(i18n, simulation.other_moves, count = other_moves).to_string()}
                    </p>
                })}
        </section>
        <Rules rules=rules lexicon=lexicon.clone() />
        <Acts acts=acts against=against lexicon=lexicon.clone() />
        <Events events=events lexicon=lexicon />
    }
}

#[component]
fn Moves(moves: Vec<SimulatedMove>, lexicon: Lexicon) -> impl IntoView {
    let i18n = use_i18n();
    if moves.is_empty() {
        return ().into_any();
    }
    let row = |one: SimulatedMove| {
        let is_same = one.from == one.to;
        let to = match is_same {
            true => view! { <span class="soft">{tu_string!(i18n, simulation.same_place)}</span> }.into_any(),
            false => place(&lexicon, one.to.as_ref()),
        };
        view! {
            <tr data-testid="move">
                <td>{place(&lexicon, one.from.as_ref())}</td>
                <td>{to}</td>
                <td class="table__end tabular">{one.count}</td>
                <td>{examples(&lexicon, one.examples)}</td>
            </tr>
        }
    };
    let rows = moves.into_iter().map(row).collect_view();
    view! {
        <div class="table-box">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{tu_string!(i18n, simulation.from)}</th>
                        <th scope="col">{tu_string!(i18n, simulation.to)}</th>
                        <th scope="col" class="table__end">{tu_string!(i18n, simulation.count)}</th>
                        <th scope="col">{tu_string!(i18n, simulation.examples)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Rules(rules: Vec<SimulatedRule>, lexicon: Lexicon) -> impl IntoView {
    let i18n = use_i18n();
    let row = |rule: SimulatedRule| {
        view! {
            <tr data-testid="simulated-rule">
                <td class="table__main">
                    <bdi>{rule.name}</bdi>
                    {(!rule.active).then(|| view! { " " <Badge>{tu_string!(i18n, simulation.off)}</Badge> })}
                </td>
                <td class="table__end tabular">{rule.matched}</td>
                <td class="table__end tabular">
                    {match rule.failed {
                        0 => "0".into_any(),
                        failed => view! { <Badge tone=Tone::Negative>{failed}</Badge> }.into_any(),
                    }}
                </td>
                <td>{examples(&lexicon, rule.examples)}</td>
            </tr>
        }
    };
    let rows = rules.into_iter().map(row).collect_view();
    view! {
        <section class="card" data-testid="simulation-rules">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, simulation.rules)}</h3>
            </header>
            <div class="table-box">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, simulation.rule)}</th>
                            <th scope="col" class="table__end">{tu_string!(i18n, simulation.holds)}</th>
                            <th scope="col" class="table__end">{tu_string!(i18n, simulation.unclear)}</th>
                            <th scope="col">{tu_string!(i18n, simulation.examples)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Acts(acts: Vec<SimulatedAct>, against: Against, lexicon: Lexicon) -> impl IntoView {
    let i18n = use_i18n();
    let otherwise = match against {
        Against::Live => tu_string!(i18n, simulation.otherwise_live),
        Against::Recorded => tu_string!(i18n, simulation.otherwise_recorded),
    };
    let done = acts.into_iter().filter(|one| one.would > 0 || one.otherwise > 0);
    let row = |one: SimulatedAct| {
        view! {
            <tr data-testid="simulated-act">
                <td>
                    {place(&lexicon, Some(&one.act))}
                    {one.why.map(|why| view! { <p class="table__second">{why}</p> })}
                </td>
                <td class="table__end tabular">{one.would}</td>
                <td class="table__end tabular">{one.otherwise}</td>
            </tr>
        }
    };
    let rows = done.map(row).collect_view();
    view! {
        <section class="card" data-testid="simulation-acts">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, simulation.places)}</h3>
            </header>
            <div class="table-box">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, simulation.places)}</th>
                            <th scope="col" class="table__end">{tu_string!(i18n, simulation.would)}</th>
                            <th scope="col" class="table__end">{otherwise}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

#[component]
fn Events(events: Vec<SimulatedEvent>, lexicon: Lexicon) -> impl IntoView {
    let i18n = use_i18n();
    let row = |one: SimulatedEvent| {
        view! {
            <tr data-testid="simulated-event">
                <td>{lexicon.event(&one.event)}</td>
                <td class="table__end tabular">{one.looked}</td>
                <td class="table__end tabular">{one.without}</td>
            </tr>
        }
    };
    let rows = events.into_iter().map(row).collect_view();
    view! {
        <section class="card" data-testid="simulation-events">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, simulation.events)}</h3>
            </header>
            <div class="table-box">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, simulation.event)}</th>
                            <th scope="col" class="table__end">{tu_string!(i18n, simulation.with_facts)}</th>
                            <th scope="col" class="table__end">{tu_string!(i18n, simulation.without_facts)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

/// Where something goes, or what is done with it.
fn place(lexicon: &Lexicon, act: Option<&Act>) -> AnyView {
    let i18n = use_i18n();
    match act {
        None => view! { <span class="soft">{tu_string!(i18n, simulation.no_rule)}</span> }.into_any(),
        Some(act) => {
            let (name, with) = lexicon.act(i18n, act);
            let with = (!with.is_empty()).then(|| view! { ": " <bdi>{with}</bdi> });
            view! { <span><strong>{name}</strong>{with}</span> }.into_any()
        }
    }
}

/// Conversations, each with what happened there and when.
fn examples(lexicon: &Lexicon, all: Vec<SimulatedExample>) -> AnyView {
    let i18n = use_i18n();
    if all.is_empty() {
        return ().into_any();
    }
    let count = all.len();
    let row = |one: SimulatedExample| {
        view! {
            <li class="line line--wrap small">
                <a href=format!("/inbox/all/{}", one.conversation)>
                    {lexicon.event(&one.event)}
                </a>
                <span class="faint"><Ago at=one.at.0 /></span>
            </li>
        }
    };
    let rows = all.into_iter().map(row).collect_view();
    view! {
        <details class="fold fold--inner">
            <summary class="fold__head small">{tu_string!(i18n, simulation.examples)} " (" {count} ")"</summary>
            <ul class="fold__body">{rows}</ul>
        </details>
    }
    .into_any()
}
