//! What a bot may.

use contract::bots::{BotChange, BotPage, BotTerms};
use contract::settings::SettingsChange;
use leptos::prelude::*;

use super::super::load::Loaded;
use super::super::submit::{FormError, Submission};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, Field, FieldKind, Switch, ToastKind, use_toasts};

/// The numbers, as they are typed.
#[derive(Clone, Copy)]
struct Typed {
    numbers: [RwSignal<String>; 8],
    reads_notes: RwSignal<bool>,
}

impl Typed {
    fn new(terms: &BotTerms) -> Typed {
        let some = |number: i32| Some(number);
        let numbers = [
            terms.quiet_ms,
            some(terms.burst_ms),
            some(terms.deadline_ms),
            some(terms.turn_budget),
            some(terms.breaker_errors),
            some(terms.breaker_slow_ms),
            terms.breaker_handoffs,
            some(terms.breaker_rest_ms),
        ];
        let text = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        Typed {
            numbers: numbers.map(|number| RwSignal::new(text(number))),
            reads_notes: RwSignal::new(terms.reads_notes),
        }
    }

    /// What was typed. What is no number is out of bounds, and refused as that.
    fn terms(self) -> BotTerms {
        let optional = |at: usize| {
            let text = self.numbers[at].get_untracked();
            match text.trim() {
                "" => None,
                text => Some(text.parse().unwrap_or(-1)),
            }
        };
        let number = |at: usize| optional(at).unwrap_or(-1);
        BotTerms {
            quiet_ms: optional(0),
            burst_ms: number(1),
            deadline_ms: number(2),
            turn_budget: number(3),
            breaker_errors: number(4),
            breaker_slow_ms: number(5),
            breaker_handoffs: optional(6),
            breaker_rest_ms: number(7),
            reads_notes: self.reads_notes.get_untracked(),
        }
    }
}

/// The card.
#[component]
pub(super) fn Terms(loaded: Loaded, page: BotPage) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let (id, calls_out) = (page.line.id, page.kind.calls_out);
    let typed = Typed::new(&page.terms);
    let numbers = numbers(typed, submission);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change = BotChange::SetTerms { bot: id, terms: typed.terms() };
        submission.send(SettingsChange::Bot(change), move || {
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.saved));
        });
    };
    view! {
        <section class="card" data-testid="bot-terms">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.terms)}</h3>
            </header>
            <form class="card__form card__form--wide" on:submit=send>
                <div class="pairs">{numbers}</div>
                {calls_out
                    .then(|| view! {
                        <Switch
                            label=tu_string!(i18n, bots.reads_notes)
                            hint=tu_string!(i18n, bots.reads_notes_hint)
                            on=typed.reads_notes
                            on_turn=move |on| typed.reads_notes.set(on)
                        />
                    })}
                <FormError text=submission.general() />
                <div class="line">
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        busy=submission.busy
                        attr:data-testid="save-terms"
                    >
                        {tu_string!(i18n, bots.save)}
                    </Button>
                </div>
            </form>
        </section>
    }
}

/// The numbers, each with its words.
fn numbers(typed: Typed, submission: Submission) -> impl IntoView {
    let i18n = use_i18n();
    let words = [
        ("quiet_ms", tu_string!(i18n, bots.quiet), tu_string!(i18n, bots.quiet_hint)),
        ("burst_ms", tu_string!(i18n, bots.burst), tu_string!(i18n, bots.burst_hint)),
        ("deadline_ms", tu_string!(i18n, bots.deadline), tu_string!(i18n, bots.deadline_hint)),
        ("turn_budget", tu_string!(i18n, bots.budget), tu_string!(i18n, bots.budget_hint)),
        ("breaker_errors", tu_string!(i18n, bots.errors), tu_string!(i18n, bots.errors_hint)),
        ("breaker_slow_ms", tu_string!(i18n, bots.slow), tu_string!(i18n, bots.slow_hint)),
        ("breaker_handoffs", tu_string!(i18n, bots.handoff_rate), tu_string!(i18n, bots.handoff_rate_hint)),
        ("breaker_rest_ms", tu_string!(i18n, bots.rest), tu_string!(i18n, bots.rest_hint)),
    ];
    words
        .into_iter()
        .zip(typed.numbers)
        .map(|((key, label, hint), value)| {
            view! {
                <Field
                    name=key
                    id=format!("term-{key}")
                    label=label
                    hint=hint
                    kind=FieldKind::Number
                    value=value
                    error=submission.error(key)
                    autocomplete="off"
                />
            }
        })
        .collect_view()
}
