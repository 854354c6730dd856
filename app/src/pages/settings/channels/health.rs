//! How a connection does: what came in and went out, failures, wrong signatures, credentials, outages.

use contract::connection::{AccountNews, BacklogView, ConnectionPage, Sends};
use contract::id::ConnectionId;
use contract::settings::SettingsChange;
use contract::time::Time;
use leptos::prelude::*;

use super::super::submit::{Foot, FormError, Submission};
use super::Desk;
use super::one::Check;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, AgoStyle, Badge, Button, ButtonSize, Dialog, Field, FieldKind, IconName, Tone};

/// The card.
#[component]
pub(super) fn HealthCard(
    desk: Desk,
    check: Check,
    page: ConnectionPage,
    window: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let ConnectionPage { connection, provider, health, .. } = page;
    let id = connection.id;
    view! {
        <section class="card" data-testid="health">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.health)}</h3>
            </header>
            <dl class="facts">
                <dt>{tu_string!(i18n, settings.last_in)}</dt>
                <dd data-testid="last-in">{moment(connection.last_webhook_at, tu_string!(i18n, settings.never))}</dd>
                <dt>{tu_string!(i18n, settings.last_out)}</dt>
                <dd data-testid="last-out">{moment(health.last_out, tu_string!(i18n, settings.none_today))}</dd>
                <dt>{tu_string!(i18n, settings.failures)}</dt>
                <dd data-testid="failures"><Failures sends=health.sends /></dd>
                <dt>{tu_string!(i18n, settings.wrong_signatures)}</dt>
                <dd>{signatures(health.bad_signatures)}</dd>
                <dt>{tu_string!(i18n, settings.credentials)}</dt>
                <dd class="line line--wrap" data-testid="credentials">
                    <Credentials at=health.checked_at error=health.check_error />
                    <Button
                        size=ButtonSize::Small
                        busy=check.submission.busy
                        on_press=move || check.run(desk, id)
                    >
                        {tu_string!(i18n, settings.check_again)}
                    </Button>
                </dd>
                <dt>{tu_string!(i18n, settings.missed)}</dt>
                <dd data-testid="missed">
                    <Missed backlog=health.backlog has_list=provider.has_backlog />
                </dd>
                <dt>{tu_string!(i18n, settings.outages)}</dt>
                <dd data-testid="outages"><Outages outages=health.outages has_list=provider.has_backlog /></dd>
                <dt>{tu_string!(i18n, settings.account_news)}</dt>
                <dd data-testid="account-news">{news(health.news)}</dd>
                {provider
                    .has_doors
                    .then(|| view! {
                        <dt>{tu_string!(i18n, settings.repeat_window)}</dt>
                        <dd class="line line--wrap" data-testid="repeat-window">
                            <span class="tabular">{health.repeat_window_s} " s"</span>
                            <Button size=ButtonSize::Small on_press=move || window.set(true)>
                                {tu_string!(i18n, settings.change)}
                            </Button>
                        </dd>
                    })}
            </dl>
        </section>
    }
}

fn moment(at: Option<Time>, never: &'static str) -> AnyView {
    match at {
        Some(at) => view! { <Ago at=at.0 /> }.into_any(),
        None => view! { <span class="faint">{never}</span> }.into_any(),
    }
}

#[component]
fn Failures(sends: Sends) -> impl IntoView {
    let i18n = use_i18n();
    if sends.all == 0 {
        return view! { <span class="faint">{tu_string!(i18n, settings.none_today)}</span> }.into_any();
    }
    let rate = sends.failed_of_1000();
    let tone = match rate {
        0..10 => Tone::Positive,
        10..50 => Tone::Caution,
        _ => Tone::Negative,
    };
    view! {
        <span class="line line--wrap">
            <Badge tone=tone>{format!("{}.{} %", rate / 10, rate % 10)}</Badge>
            <span class="faint small">
                <span class="tabular">{sends.failed}</span>
                " / "
                <span class="tabular">{sends.all}</span>
                {sends
                    .since
                    .map(|since| view! {
                        " · "
                        {tu_string!(i18n, settings.since)}
                        " "
                        <Ago at=since.0 style=AgoStyle::Clock />
                    })}
            </span>
        </span>
    }
    .into_any()
}

fn signatures(hours: Vec<(Time, i64)>) -> AnyView {
    let i18n = use_i18n();
    if hours.is_empty() {
        return view! { <span class="faint">{tu_string!(i18n, settings.none_today)}</span> }.into_any();
    }
    let hours = hours
        .into_iter()
        .map(|(hour, count)| {
            view! {
                <li>
                    <Badge tone=Tone::Caution>{count}</Badge>
                    <span class="faint small"><Ago at=hour.0 style=AgoStyle::Clock /></span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="hours">{hours}</ul> }.into_any()
}

/// What the provider told of the account.
fn news(news: Vec<AccountNews>) -> AnyView {
    let i18n = use_i18n();
    if news.is_empty() {
        return view! { <span class="faint">{tu_string!(i18n, settings.no_account_news)}</span> }.into_any();
    }
    let rows = news
        .into_iter()
        .map(|one| {
            view! {
                <li class="small">
                    <span class="mono">{one.kind}</span>
                    " "
                    <span class="soft">{one.text}</span>
                    " "
                    <span class="faint"><Ago at=one.at.0 /></span>
                </li>
            }
        })
        .collect_view();
    view! { <ul>{rows}</ul> }.into_any()
}

#[component]
fn Credentials(at: Option<Time>, error: Option<String>) -> impl IntoView {
    let i18n = use_i18n();
    let (tone, words) = match (&at, &error) {
        (None, _) => (Tone::Neutral, tu_string!(i18n, settings.not_checked)),
        (_, None) => (Tone::Positive, tu_string!(i18n, settings.holds)),
        (_, Some(_)) => (Tone::Negative, tu_string!(i18n, settings.holds_not)),
    };
    view! {
        <Badge tone=tone>{words}</Badge>
        {at.map(|at| view! { <span class="faint small"><Ago at=at.0 /></span> })}
        {error.map(|error| view! { <span class="small soft">{error}</span> })}
    }
}

/// What can be fetched of what was missed, and what cannot.
#[component]
fn Missed(backlog: Option<BacklogView>, has_list: bool) -> impl IntoView {
    let i18n = use_i18n();
    if !has_list {
        return view! { <span class="soft small">{tu_string!(i18n, settings.no_list)}</span> }.into_any();
    }
    let backlog = backlog.unwrap_or_default();
    view! {
        <span class="line line--wrap">
            {match backlog.read_at {
                Some(at) => view! {
                    <span class="small soft">
                        {tu_string!(i18n, settings.list_read)}
                        " "
                        <Ago at=at.0 />
                        " · "
                        {tu_string!(i18n, settings.list_brought)}
                        " "
                        <span class="tabular">{backlog.brought}</span>
                    </span>
                }
                    .into_any(),
                None => view! { <span class="faint small">{tu_string!(i18n, settings.list_not_read)}</span> }.into_any(),
            }}
            {backlog
                .error
                .map(|error| view! {
                    <Badge tone=Tone::Caution icon=IconName::Alert>{tu_string!(i18n, settings.list_failed)}</Badge>
                    <span class="small soft">{error}</span>
                })}
        </span>
    }
    .into_any()
}

#[component]
fn Outages(outages: Vec<(Time, Time)>, has_list: bool) -> impl IntoView {
    let i18n = use_i18n();
    if outages.is_empty() {
        return view! { <span class="faint">{tu_string!(i18n, settings.no_outages)}</span> }.into_any();
    }
    let rows = outages
        .into_iter()
        .map(|(from, until)| {
            view! {
                <li class="small">
                    <Ago at=from.0 style=AgoStyle::Full />
                    " – "
                    <Ago at=until.0 style=AgoStyle::Full />
                </li>
            }
        })
        .collect_view();
    let words = if has_list {
        tu_string!(i18n, settings.outage_fetched)
    } else {
        tu_string!(i18n, settings.outage_lost)
    };
    view! {
        <ul>{rows}</ul>
        <p class="small soft">{words}</p>
    }
    .into_any()
}

/// Changing how long an equal message without an id can be a repeat.
#[component]
pub(super) fn RepeatWindow(desk: Desk, id: ConnectionId, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, settings.repeat_window)
            close=tu_string!(i18n, settings.close)
            testid="repeat-window-dialog"
        >
            <WindowForm desk=desk id=id open=open />
        </Dialog>
    }
}

#[component]
fn WindowForm(desk: Desk, id: ConnectionId, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let typed = RwSignal::new(String::new());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // What is no number is refused by the server, as a number out of bounds is.
        let seconds = typed.get_untracked().trim().parse().unwrap_or(-1);
        let change = SettingsChange::SetRepeatWindow { connection: id, seconds };
        submission.send(change, move || {
            open.set(false);
            desk.loaded.again();
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <Field
                name="seconds"
                id="repeat-window"
                label=tu_string!(i18n, settings.seconds)
                hint=tu_string!(i18n, settings.repeat_window_hint)
                kind=FieldKind::Number
                value=typed
                error=submission.error("seconds")
                autocomplete="off"
            />
            <FormError text=submission.general() />
            <Foot submission=submission open=open label=tu_string!(i18n, settings.save) />
        </form>
    }
}
