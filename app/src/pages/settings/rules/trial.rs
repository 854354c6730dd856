//! Asking the rules without doing anything: about facts that are made up, or about a conversation as it is now.

use contract::connection::{SettingsTask, TaskDone};
use contract::inbox::View;
use contract::rules::{
    RuleDone, RuleScreen, RuleSetView, RuleTask, RuleTrial, RuleTried, RuleWords, RulesShown, TrialFacts,
    Verdict,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

use super::super::conversation_at;
use super::super::load::once;
use super::super::submit::{FormError, Submission};
use super::sample::{Sample, SampleFields};
use super::{RulesHead, both, page};
use crate::calls;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::rules::{Lexicon, done, known, looked};
use crate::ui::{Button, ButtonKind, Choice, Field, FieldKind, IconName, Select};

/// The event that most rules listen to.
const USUAL: &str = "message_in";

/// The screen.
#[component]
pub(super) fn Trial() -> impl IntoView {
    let i18n = use_i18n();
    let view = move |set, words| match set {
        RulesShown::Set(set) => Some(view! { <Page set=set words=words /> }.into_any()),
        _ => None,
    };
    view! {
        <Title text=tu_string!(i18n, rules.test) />
        {both(once(page(RuleScreen::Set)), view)}
    }
}

/// What is asked.
#[derive(Clone, Copy)]
struct Asked {
    event: RwSignal<String>,
    /// How many minutes, of an event that takes them.
    minutes: RwSignal<String>,
    /// Whether it is what is live rather than what is edited.
    of_live: RwSignal<bool>,
    /// Whether it is about a conversation rather than a sample.
    of_conversation: RwSignal<bool>,
    address: RwSignal<String>,
    sample: Sample,
    tried: RwSignal<Option<RuleTried>>,
}

impl Asked {
    /// The event, with its minutes where it takes them.
    fn named(self) -> String {
        self.event.get_untracked().replace('*', self.minutes.get_untracked().trim())
    }
}

#[component]
fn Page(set: RuleSetView, words: RuleWords) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let lexicon = Lexicon::new(words);
    let asked = Asked {
        event: RwSignal::new(USUAL.to_owned()),
        minutes: RwSignal::new("30".to_owned()),
        of_live: RwSignal::new(false),
        of_conversation: RwSignal::new(false),
        address: RwSignal::new(String::new()),
        sample: Sample::new(),
        tried: RwSignal::new(None),
    };
    let odd = RwSignal::new(None::<String>);
    let live = StoredValue::new(set.live);
    let run = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let on = match asked.of_conversation.get_untracked() {
            false => Some(TrialFacts::Sample(asked.sample.facts())),
            true => conversation_at(&asked.address.get_untracked()).map(TrialFacts::Conversation),
        };
        let Some(on) = on else {
            odd.set(Some(tu_string!(i18n, bots.no_such_address).to_owned()));
            return;
        };
        odd.set(None);
        // Without any rules it is what is edited, as the server has it.
        let rules = asked.of_live.get_untracked().then(|| live.get_value());
        let trial = RuleTrial { rules, event: asked.named(), on };
        submission.run(SettingsTask::Rules(RuleTask::Try(Box::new(trial))), move |done| {
            if let TaskDone::Rules(RuleDone::Tried(tried)) = done {
                asked.tried.set(Some(*tried));
            }
        });
    };
    let told = submission.error("conversation_id");
    let error = Signal::derive(move || odd.get().or_else(|| told.get()));
    let answers = lexicon.clone();
    view! {
        <RulesHead />
        <p class="soft small">{tu_string!(i18n, rules.test_text)}</p>
        <form class="card rule__body" on:submit=run data-testid="trial">
            <div class="pairs">
                <Event asked=asked lexicon=lexicon.clone() error=submission.error("event") />
                <Which asked=asked has_draft=set.draft.is_some() />
                <About asked=asked />
            </div>
            {move || match asked.of_conversation.get() {
                true => view! { <Conversation asked=asked error=error /> }.into_any(),
                false => view! { <SampleFields sample=asked.sample lexicon=lexicon.clone() /> }.into_any(),
            }}
            <FormError text=submission.general() />
            <div>
                <Button
                    kind=ButtonKind::Primary
                    icon=IconName::Play
                    submit=true
                    busy=submission.busy
                    attr:data-testid="run-trial"
                >
                    {tu_string!(i18n, rules.run_test)}
                </Button>
            </div>
        </form>
        <p class="visually-hidden" role="status">
            {move || asked.tried.with(|tried| tried.as_ref().map(summary))}
        </p>
        {move || asked.tried.get().map(|tried| view! { <Tried tried=tried lexicon=answers.clone() /> })}
    }
}

#[component]
fn Event(asked: Asked, lexicon: Lexicon, error: Signal<Option<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let events = lexicon.vocabulary().events.iter();
    let choices: Vec<Choice> =
        events.map(|event| Choice::new(event.key.clone(), event.name.clone())).collect();
    view! {
        <Select
            name="event"
            id="trial-event"
            label=tu_string!(i18n, rules.say_when)
            choices=choices
            value=asked.event
            on_choose=move |event| asked.event.set(event)
            error=error
            testid="trial-event"
        />
        <Show when=move || asked.event.with(|event| event.ends_with('*'))>
            <Field
                name="minutes"
                id="trial-minutes"
                label=tu_string!(i18n, rules.timed_minutes)
                kind=FieldKind::Number
                value=asked.minutes
                autocomplete="off"
            />
        </Show>
    }
}

/// Which rules are asked.
#[component]
fn Which(asked: Asked, has_draft: bool) -> impl IntoView {
    let i18n = use_i18n();
    let edited =
        if has_draft { tu_string!(i18n, rules.the_draft) } else { tu_string!(i18n, rules.the_draft_none) };
    let choices = vec![Choice::new("draft", edited), Choice::new("live", tu_string!(i18n, rules.the_live))];
    view! {
        <Select
            name="rules"
            id="trial-rules"
            label=tu_string!(i18n, rules.which)
            choices=choices
            value=Signal::derive(move || if asked.of_live.get() { "live" } else { "draft" }.to_owned())
            on_choose=move |chosen: String| asked.of_live.set(chosen == "live")
        />
    }
}

/// What they are asked about.
#[component]
fn About(asked: Asked) -> impl IntoView {
    let i18n = use_i18n();
    let choices = vec![
        Choice::new("sample", tu_string!(i18n, rules.a_sample)),
        Choice::new("conversation", tu_string!(i18n, rules.a_conversation)),
    ];
    let value = move || if asked.of_conversation.get() { "conversation" } else { "sample" }.to_owned();
    view! {
        <Select
            name="on"
            id="trial-on"
            label=tu_string!(i18n, rules.about)
            choices=choices
            value=Signal::derive(value)
            on_choose=move |chosen: String| asked.of_conversation.set(chosen == "conversation")
            testid="trial-on"
        />
    }
}

/// One of the latest conversations, or one by its address.
#[component]
fn Conversation(asked: Asked, error: Signal<Option<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let none = Choice::new("", tu_string!(i18n, rules.choose));
    let latest = RwSignal::new(vec![none.clone()]);
    // Without the list there is still the address.
    spawn_local(async move {
        if let Ok(inbox) = calls::inbox(View::All).await {
            let named = inbox.cards.into_iter().map(|card| {
                Choice::new(card.id.to_string(), format!("{} · {}", card.contact_name, card.channel_name))
            });
            latest.try_set(std::iter::once(none).chain(named).collect());
        }
    });
    let chosen = move || {
        let address = asked.address.get();
        let id = conversation_at(&address).map(|id| id.to_string()).unwrap_or_default();
        let is_listed = latest.with(|latest| latest.iter().any(|choice| choice.value == id));
        if is_listed { id } else { String::new() }
    };
    view! {
        <div class="pairs">
            <Select
                name="latest"
                id="trial-latest"
                label=tu_string!(i18n, rules.latest)
                choices=latest
                value=Signal::derive(chosen)
                on_choose=move |id| asked.address.set(id)
                testid="trial-latest"
            />
            <Field
                name="conversation"
                id="trial-conversation"
                label=tu_string!(i18n, rules.address)
                hint=tu_string!(i18n, rules.address_hint)
                value=asked.address
                error=error
                autocomplete="off"
            />
        </div>
    }
}

fn summary(tried: &RuleTried) -> String {
    let i18n = use_i18n();
    let count = tried.trace.len();
    let held = tried.trace.iter().filter(|looked| looked.verdict == Verdict::Matched).count();
    tu_string!(i18n, rules.summary, count = count, held = held).to_string()
}

/// What came of it.
#[component]
fn Tried(tried: RuleTried, lexicon: Lexicon) -> impl IntoView {
    let i18n = use_i18n();
    let RuleTried { facts, trace, would } = tried;
    let (nobody, nothing) = (trace.is_empty(), would.is_empty());
    view! {
        <section class="card" data-testid="tried">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, rules.would_title)}</h3>
            </header>
            <div class="rule__body" data-testid="would">
                {nothing.then(|| view! { <p class="soft">{tu_string!(i18n, rules.would_nothing)}</p> })}
                {done(&lexicon, would, true)}
            </div>
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, rules.looked_title)}</h3>
            </header>
            <div class="rule__body">
                {nobody.then(|| view! { <p class="soft">{tu_string!(i18n, rules.nobody_listens)}</p> })}
                {looked(&lexicon, trace)}
                <details class="fold fold--inner">
                    <summary class="fold__head small">{tu_string!(i18n, rules.known)}</summary>
                    {known(&lexicon, facts)}
                </details>
            </div>
        </section>
    }
}
