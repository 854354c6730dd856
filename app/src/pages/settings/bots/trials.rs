//! Trying a draft on conversations that there were, a few at a time, so that it can be watched and stopped.

use contract::bots::{
    BotChange, BotDone, BotScreen, BotShown, BotTask, MOST_TRIED, TRIED_AT_ONCE, TestView, TrialPage,
    TrialResult, Verdict,
};
use contract::connection::{SettingsTask, TaskDone};
use contract::id::{BotId, ConversationId};
use contract::settings::SettingsChange;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

use super::super::ask_first::AskFirst;
use super::super::load::{Loaded, once};
use super::super::open_while;
use super::super::submit::Submission;
use super::{BotHead, conversation, page, shown};
use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Badge, Button, ButtonKind, ButtonSize, Empty, IconName, Tone};

mod keep;

use keep::Keeping;

/// Examples of a verdict that are shown.
const EXAMPLES: usize = 5;

/// A run.
#[derive(Clone, Copy)]
struct Run {
    id: BotId,
    loaded: Loaded,
    running: RwSignal<bool>,
    all: RwSignal<usize>,
    results: RwSignal<Vec<TrialResult>>,
    trouble: RwSignal<Option<String>>,
    /// The conversation that is to be kept as a test; empty: one whose address is typed.
    keeping: RwSignal<Option<Option<ConversationId>>>,
}

impl Run {
    /// Tries all of them, a few at a time, until somebody stops it or goes away.
    fn start(self, ids: Vec<ConversationId>) {
        self.running.set(true);
        self.all.set(ids.len());
        self.results.set(Vec::new());
        self.trouble.set(None);
        spawn_local(async move {
            for part in ids.chunks(TRIED_AT_ONCE) {
                let task = BotTask::Try { bot: self.id, conversations: part.to_vec() };
                let outcome = calls::run(SettingsTask::Bot(task)).await;
                if self.running.try_get_untracked() != Some(true) {
                    return;
                }
                match outcome {
                    Ok(TaskDone::Bot(BotDone::Tried { results })) => {
                        self.results.update(|all| all.extend(results));
                    }
                    Ok(_) => {}
                    Err(CallError::Change(refused)) => return self.end(refused.message),
                    Err(error) => return self.end(error.to_string()),
                }
            }
            self.running.set(false);
        });
    }

    fn end(self, why: String) {
        self.running.set(false);
        self.trouble.set(Some(why));
    }
}

/// The screen.
#[component]
pub(super) fn BotTrials(id: BotId) -> impl IntoView {
    let i18n = use_i18n();
    let run = Run {
        id,
        loaded: once(page(BotScreen::Trials(id))),
        running: RwSignal::new(false),
        all: RwSignal::new(0),
        results: RwSignal::new(Vec::new()),
        trouble: RwSignal::new(None),
        keeping: RwSignal::new(None),
    };
    let view = move |shown| match shown {
        BotShown::Trials(page) => Some(view! { <Page run=run page=page /> }.into_any()),
        _ => None,
    };
    view! {
        <Title text=tu_string!(i18n, bots.trials) />
        {shown(run.loaded, view)}
        <Outcome run=run />
        <Keeping run=run />
    }
}

#[component]
fn Page(run: Run, page: TrialPage) -> impl IntoView {
    let i18n = use_i18n();
    let possible = page.possible;
    let mut ids: Vec<ConversationId> = page.tests.iter().map(|test| test.conversation).collect();
    ids.extend(page.recent.iter().filter(|id| page.tests.iter().all(|test| test.conversation != **id)));
    ids.truncate(MOST_TRIED);
    let (count, ids) = (ids.len(), StoredValue::new(ids));
    let of = if page.draft.is_some() {
        tu_string!(i18n, bots.trial_of_draft)
    } else {
        tu_string!(i18n, bots.trial_of_live)
    };
    let press = move || match run.running.get_untracked() {
        true => run.running.set(false),
        false => run.start(ids.get_value()),
    };
    if !possible {
        return view! {
            <BotHead id=run.id name=page.name editable=false />
            <Empty
                icon=IconName::Ban
                title=tu_string!(i18n, bots.trials_impossible)
                text=tu_string!(i18n, bots.trials_impossible_text)
            />
        }
        .into_any();
    }
    view! {
        <BotHead id=run.id name=page.name editable=true>
            <Button
                kind=ButtonKind::Primary
                icon=Signal::derive(move || {
                    if run.running.get() { IconName::X } else { IconName::Play }
                })
                disabled=count == 0
                on_press=press
                attr:data-testid="run-trial"
            >
                {move || {
                    if run.running.get() {
                        tu_string!(i18n, bots.trial_stop)
                    } else {
                        tu_string!(i18n, bots.trial_run)
                    }
                }}
            </Button>
        </BotHead>
        <p class="soft small">{tu_string!(i18n, bots.trials_text)} " " {of}</p>
        <Tests run=run tests=page.tests />
        {(count == 0)
            .then(|| view! {
                <Empty
                    icon=IconName::Chat
                    title=tu_string!(i18n, bots.trial_none)
                    text=tu_string!(i18n, bots.trial_none_text)
                />
            })}
    }
    .into_any()
}

#[component]
fn Tests(run: Run, tests: Vec<TestView>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let none = tests.is_empty();
    let asked = RwSignal::new(None::<TestView>);
    let open = open_while(asked);
    let end = move || {
        let Some(test) = asked.with_untracked(|test| test.as_ref().map(|test| test.id)) else { return };
        submission.send(SettingsChange::Bot(BotChange::ForgetTest { test }), move || {
            open.set(false);
            run.loaded.again();
        });
    };
    let title = Signal::derive(move || {
        let name = asked.with(|test| test.as_ref().map(|test| test.name.clone()).unwrap_or_default());
        tu_string!(i18n, bots.forget_test_title, name = name).to_string()
    });
    let rows = tests
        .into_iter()
        .map(|test| {
            let about = test.clone();
            let forget = move || asked.set(Some(about.clone()));
            view! {
                <li class="places__row" data-testid="test">
                    <span class="line__grow">{conversation(test.conversation, test.name)}</span>
                    <Button kind=ButtonKind::Ghost size=ButtonSize::Small on_press=forget attr:data-testid="forget-test">
                        {tu_string!(i18n, bots.forget_test)}
                    </Button>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" data-testid="tests">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.tests)}</h3>
                <span class="line__grow"></span>
                <Button
                    size=ButtonSize::Small
                    icon=IconName::Plus
                    on_press=move || run.keeping.set(Some(None))
                    attr:data-testid="keep-test"
                >
                    {tu_string!(i18n, bots.keep_test)}
                </Button>
            </header>
            <p class="card__none soft">
                {if none { tu_string!(i18n, bots.no_tests) } else { tu_string!(i18n, bots.tests_text) }}
            </p>
            <ul>{rows}</ul>
        </section>
        <AskFirst
            open=open
            title=title
            text=tu_string!(i18n, bots.forget_test_text)
            label=tu_string!(i18n, bots.forget_test)
            submission=submission
            on_yes=end
            testid="forget-test-dialog"
        />
    }
}

/// How far the run is, how many did what, and examples.
#[component]
fn Outcome(run: Run) -> impl IntoView {
    let i18n = use_i18n();
    let progress = move || {
        let (done, all) = (run.results.with(Vec::len), run.all.get());
        let of = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        (all > 0).then(|| {
            view! {
                <div class="line line--wrap" role="status" data-testid="trial-progress">
                    <progress
                        max=all.to_string()
                        value=done.to_string()
                        aria-label=tu_string!(i18n, bots.trials)
                    ></progress>
                    <span class="tabular small">
                        {tu_string!(i18n, bots.trial_progress, done = of(done), all = of(all)).to_string()}
                    </span>
                </div>
            }
        })
    };
    let groups = move || {
        let results = run.results.get();
        let group = |verdict: Verdict| {
            let of: Vec<TrialResult> = results.iter().filter(|it| it.verdict == verdict).cloned().collect();
            (!of.is_empty()).then(|| view! { <VerdictGroup run=run verdict=verdict results=of /> })
        };
        Verdict::ALL.map(group).into_iter().flatten().collect_view()
    };
    view! {
        {progress}
        {move || {
            run.trouble
                .get()
                .map(|why| view! {
                    <p class="notice notice--negative" role="alert">
                        {tu_string!(i18n, bots.trial_failed)}
                        ": "
                        {why}
                    </p>
                })
        }}
        {groups}
    }
}

#[component]
fn VerdictGroup(run: Run, verdict: Verdict, results: Vec<TrialResult>) -> impl IntoView {
    let i18n = use_i18n();
    let count = i64::try_from(results.len()).unwrap_or(i64::MAX);
    let has_examples = !matches!(verdict, Verdict::Same | Verdict::Nothing);
    let more = i64::try_from(results.len().saturating_sub(EXAMPLES)).unwrap_or(i64::MAX);
    let examples = results
        .into_iter()
        .filter(|_| has_examples)
        .take(EXAMPLES)
        .map(|result| view! { <Example run=run result=result /> })
        .collect_view();
    view! {
        <section class="card" data-testid="verdict" data-verdict=verdict.as_str()>
            <header class="card__head">
                <Badge tone=tone(verdict)><span class="tabular">{count}</span></Badge>
                <h3 class="card__title">{word(verdict)}</h3>
            </header>
            {has_examples
                .then(|| view! {
                    <ul class="examples">{examples}</ul>
                    {(more > 0)
                        .then(|| view! {
                            <p class="card__foot faint small">
                                {tu_string!(i18n, bots.more_examples, count = more).to_string()}
                            </p>
                        })}
                })}
        </section>
    }
}

#[component]
fn Example(run: Run, result: TrialResult) -> impl IntoView {
    let i18n = use_i18n();
    let id = result.conversation;
    view! {
        <li class="example" data-testid="example">
            <dl class="facts">
                <dt>{tu_string!(i18n, bots.customer_wrote)}</dt>
                <dd class="example__text" dir="auto">{result.heard}</dd>
                <dt>{tu_string!(i18n, bots.bot_said)}</dt>
                <dd class="example__text" dir="auto">{result.before}</dd>
                <dt>{tu_string!(i18n, bots.draft_says)}</dt>
                <dd class="example__text" dir="auto">{result.after}</dd>
            </dl>
            <div class="line line--wrap small example__foot">
                {conversation(id, tu_string!(i18n, bots.open_conversation))}
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::Star
                    on_press=move || run.keeping.set(Some(Some(id)))
                >
                    {tu_string!(i18n, bots.keep_test)}
                </Button>
            </div>
        </li>
    }
}

fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::NotUnderstood => Tone::Negative,
        Verdict::HandsOff | Verdict::Keeps => Tone::Caution,
        Verdict::Differs => Tone::Accent,
        Verdict::Same => Tone::Positive,
        Verdict::Nothing => Tone::Neutral,
    }
}

fn word(verdict: Verdict) -> &'static str {
    let i18n = use_i18n();
    match verdict {
        Verdict::NotUnderstood => tu_string!(i18n, bots.verdict_not_understood),
        Verdict::HandsOff => tu_string!(i18n, bots.verdict_hands_off),
        Verdict::Keeps => tu_string!(i18n, bots.verdict_keeps),
        Verdict::Differs => tu_string!(i18n, bots.verdict_differs),
        Verdict::Same => tu_string!(i18n, bots.verdict_same),
        Verdict::Nothing => tu_string!(i18n, bots.verdict_nothing),
    }
}
