//! Consent: how each channel treats it, who wishes what, and lists of it from elsewhere.

use contract::consent::{ConsentPolicy, ConsentRule, ConsentScope, ConsentState};
use contract::id::ChannelId;
use contract::settings::{
    ConsentChannel, ConsentEntry, ConsentImport, ConsentSettings, ImportReport, Settings, SettingsChange,
    SettingsPage,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

use super::Head;
use super::load::{Loaded, Trouble, load};
use super::submit::{FormError, Submission};
use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::inbox::words::Texts;
use crate::ui::{
    Ago, Badge, Button, ButtonKind, Choice, Dialog, DialogSize, IconName, Select, Skeleton, TextArea, Tone,
};

/// How many days a follow-up can be allowed for.
const DAYS: [i32; 6] = [1, 3, 7, 14, 30, 90];

/// The screen of the consents.
#[component]
pub fn Consent() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(SettingsPage::Consent);
    let importing = RwSignal::new(false);
    let channels = RwSignal::new(Vec::<ConsentChannel>::new());
    let shown = move || match loaded.get()? {
        Ok(Settings::Consent(shown)) => {
            channels.set(shown.channels.clone());
            Some(page(loaded, shown).into_any())
        }
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, settings.consent) />
        <Head title=tu_string!(i18n, settings.consent) text=tu_string!(i18n, settings.consent_text)>
            <Button icon=IconName::Plus on_press=move || importing.set(true) attr:data-testid="import-consents">
                {tu_string!(i18n, settings.import)}
            </Button>
        </Head>
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) /> }
        }>{shown}</Transition>
        <Dialog
            open=importing
            title=tu_string!(i18n, settings.import)
            close=tu_string!(i18n, settings.close)
            size=DialogSize::Wide
            testid="import-dialog"
        >
            <Import channels=channels open=importing loaded=loaded />
        </Dialog>
    }
}

fn page(loaded: Loaded, shown: ConsentSettings) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let policies =
        shown.channels.into_iter().map(|channel| policy(loaded, submission, channel)).collect_view();
    let entries = shown.latest.into_iter().map(|entry| row(i18n, entry)).collect_view();
    view! {
        <FormError text=submission.general() />
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.policies)}</h3>
            </header>
            <div class="table-box">
                <table class="table table--stack table--pile">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, settings.number)}</th>
                            <th scope="col">{tu_string!(i18n, settings.rule)}</th>
                            <th scope="col">{tu_string!(i18n, settings.follow_up_days)}</th>
                            <th scope="col">{tu_string!(i18n, settings.stop_closes)}</th>
                        </tr>
                    </thead>
                    <tbody>{policies}</tbody>
                </table>
            </div>
        </section>
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.latest_wishes)}</h3>
            </header>
            <div class="table-box">
                <table class="table table--stack table--pile">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, settings.who)}</th>
                            <th scope="col">{tu_string!(i18n, settings.wish)}</th>
                            <th scope="col">{tu_string!(i18n, settings.wording)}</th>
                            <th scope="col">{tu_string!(i18n, settings.when)}</th>
                        </tr>
                    </thead>
                    <tbody>{entries}</tbody>
                </table>
            </div>
        </section>
    }
}

fn policy(loaded: Loaded, submission: Submission, one: ConsentChannel) -> impl IntoView {
    let i18n = use_i18n();
    let (channel, held) = (one.channel, one.policy);
    let set = move |policy: ConsentPolicy| {
        submission.send(SettingsChange::SetConsentPolicy { channel, policy }, move || loaded.again());
    };
    view! {
        <tr data-testid="consent-policy">
            <td class="table__main">{one.name}</td>
            <td data-label=tu_string!(i18n, settings.rule)>
                <Select
                    name="rule"
                    id=format!("rule-{channel}")
                    label=tu_string!(i18n, settings.rule)
                    bare=true
                    choices=rules(i18n)
                    value=held.rule.as_str().to_owned()
                    on_choose=move |chosen: String| {
                        if let Some(rule) = ConsentRule::parse(&chosen) {
                            set(ConsentPolicy { rule, ..held });
                        }
                    }
                    testid="consent-rule"
                />
            </td>
            <td data-label=tu_string!(i18n, settings.follow_up_days)>
                <Select
                    name="days"
                    id=format!("days-{channel}")
                    label=tu_string!(i18n, settings.follow_up_days)
                    bare=true
                    disabled=held.rule == ConsentRule::Strict
                    choices=days(held.follow_up_days)
                    value=held.follow_up_days.to_string()
                    on_choose=move |chosen: String| {
                        if let Ok(follow_up_days) = chosen.parse() {
                            set(ConsentPolicy { follow_up_days, ..held });
                        }
                    }
                />
            </td>
            <td data-label=tu_string!(i18n, settings.stop_closes)>
                <Select
                    name="stop"
                    id=format!("stop-{channel}")
                    label=tu_string!(i18n, settings.stop_closes)
                    bare=true
                    choices=scopes(i18n)
                    value=held.stop_closes.as_str().to_owned()
                    on_choose=move |chosen: String| {
                        if let Some(stop_closes) = ConsentScope::parse(&chosen) {
                            set(ConsentPolicy { stop_closes, ..held });
                        }
                    }
                />
            </td>
        </tr>
    }
}

fn rules(i18n: Texts) -> Vec<Choice> {
    vec![
        Choice::new(ConsentRule::Strict.as_str(), tu_string!(i18n, settings.rule_strict)),
        Choice::new(ConsentRule::FollowUp.as_str(), tu_string!(i18n, settings.rule_follow_up)),
    ]
}

/// The days to choose from, with those that hold now.
fn days(held: i32) -> Vec<Choice> {
    let mut days = DAYS.to_vec();
    days.push(held);
    days.sort_unstable();
    days.dedup();
    days.into_iter().map(|days| Choice::new(days.to_string(), days.to_string())).collect()
}

fn scopes(i18n: Texts) -> Vec<Choice> {
    vec![
        Choice::new(ConsentScope::All.as_str(), tu_string!(i18n, settings.scope_all)),
        Choice::new(ConsentScope::Marketing.as_str(), tu_string!(i18n, settings.scope_marketing)),
    ]
}

fn row(i18n: Texts, entry: ConsentEntry) -> impl IntoView {
    let tone = if entry.state == ConsentState::OptedIn { Tone::Positive } else { Tone::Negative };
    let state = match entry.state {
        ConsentState::OptedIn => tu_string!(i18n, settings.opted_in),
        ConsentState::OptedOut => tu_string!(i18n, settings.opted_out),
    };
    let scope = match entry.scope {
        ConsentScope::All => tu_string!(i18n, settings.scope_all),
        ConsentScope::Marketing => tu_string!(i18n, settings.scope_marketing),
    };
    let source = match entry.source.as_str() {
        "message" => tu_string!(i18n, settings.source_message),
        "stop_word" => tu_string!(i18n, settings.source_stop_word),
        "provider" => tu_string!(i18n, settings.source_provider),
        _ => tu_string!(i18n, settings.source_import),
    };
    view! {
        <tr data-testid="consent">
            <td>
                <div class="table__main"><bdi>{entry.contact_name}</bdi></div>
                <div class="table__second">{entry.channel_name}</div>
            </td>
            <td>
                <Badge tone=tone>{state}</Badge>
                <div class="table__second">{scope}</div>
            </td>
            <td>
                <div dir="auto">{entry.wording}</div>
                <div class="table__second">
                    {source}
                    {entry.by.map(|by| view! { " · " <bdi>{by}</bdi> })}
                </div>
            </td>
            <td class="faint"><Ago at=entry.at.0 /></td>
        </tr>
    }
}

/// A list from elsewhere: looked at first, then kept.
#[component]
fn Import(channels: RwSignal<Vec<ConsentChannel>>, open: RwSignal<bool>, loaded: Loaded) -> impl IntoView {
    let i18n = use_i18n();
    let first = channels.with_untracked(|channels| channels.first().map(|one| one.channel));
    let channel = RwSignal::new(first);
    let csv = RwSignal::new("address,scope,state,wording,source,time\n".to_owned());
    let report = RwSignal::new(None::<Result<ImportReport, ()>>);
    let busy = RwSignal::new(false);
    Effect::new(move |_| {
        channel.track();
        csv.track();
        report.set(None);
    });
    let ask = move |keep: bool| {
        let Some(channel) = channel.get_untracked() else { return };
        let import = ConsentImport { channel, csv: csv.get_untracked(), keep };
        busy.set(true);
        spawn_local(async move {
            let answer = calls::import(import).await;
            if busy.try_set(false).is_some() {
                return;
            }
            if answer.as_ref().is_ok_and(|report| report.kept) {
                open.set(false);
                loaded.again();
            }
            report.set(Some(answer.map_err(|_| ())));
        });
    };
    let good = move || {
        report.with(|report| matches!(report, Some(Ok(report)) if report.bad.is_empty() && report.good > 0))
    };
    let choices = move || {
        let choice = |one: ConsentChannel| Choice::new(one.channel.to_string(), one.name);
        channels.get().into_iter().map(choice).collect::<Vec<_>>()
    };
    view! {
        <div class="stack">
            <Select
                name="channel"
                id="import-channel"
                label=tu_string!(i18n, settings.number)
                choices=Signal::derive(choices)
                value=Signal::derive(move || channel.get().map(|id| id.to_string()).unwrap_or_default())
                on_choose=move |chosen: String| channel.set(chosen.parse::<ChannelId>().ok())
            />
            <TextArea
                name="csv"
                id="import-csv"
                label=tu_string!(i18n, settings.import_list)
                hint=tu_string!(i18n, settings.import_hint)
                value=csv
                rows=8
                testid="import-csv"
            />
            {move || report.get().map(|report| outcome(i18n, report))}
            <div class="dialog__foot">
                <Button kind=ButtonKind::Quiet on_press=move || open.set(false)>
                    {tu_string!(i18n, settings.cancel)}
                </Button>
                <Button busy=busy on_press=move || ask(false) attr:data-testid="import-check">
                    {tu_string!(i18n, settings.import_check)}
                </Button>
                <Button
                    kind=ButtonKind::Primary
                    busy=busy
                    disabled=Signal::derive(move || !good())
                    on_press=move || ask(true)
                    attr:data-testid="import-keep"
                >
                    {tu_string!(i18n, settings.import_keep)}
                </Button>
            </div>
        </div>
    }
}

fn outcome(i18n: Texts, report: Result<ImportReport, ()>) -> AnyView {
    let Ok(report) = report else {
        return view! { <p class="notice notice--negative" role="alert">{tu_string!(i18n, settings.not_reached)}</p> }
            .into_any();
    };
    let mistake = |(line, why): (u32, String)| {
        view! {
            <li>
                <span class="tabular">{tu_string!(i18n, settings.import_line, line = line).to_string()}</span>
                " "
                {why}
            </li>
        }
    };
    view! {
        <div role="status" data-testid="import-report">
            <p>{tu_string!(i18n, settings.import_good, count = report.good).to_string()}</p>
            <ul class="import-mistakes scroll">{report.bad.into_iter().map(mistake).collect_view()}</ul>
        </div>
    }
    .into_any()
}
