//! Why a conversation is where it is: what rules have looked at, compared and done.

use contract::id::ConversationId;
use contract::rules::{Decision, DecisionQuery, Decisions, Verdict};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::calls::{self, CallError};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::rules::{Lexicon, done, known, looked};
use crate::ui::{Ago, AgoStyle, Badge, Button, ButtonSize, Tone};

/// What is known so far.
#[derive(Clone, Copy)]
struct Asked {
    id: ConversationId,
    decisions: RwSignal<Vec<Decision>>,
    /// Where the next page begins.
    next: RwSignal<Option<i64>>,
    lexicon: StoredValue<Option<Lexicon>>,
    /// Whether the first page is here.
    here: RwSignal<bool>,
    error: RwSignal<Option<CallError>>,
}

impl Asked {
    /// Fetches a page; the first one takes the place of all.
    fn fetch(self, before: Option<i64>) {
        let query = DecisionQuery { conversation: self.id, before };
        spawn_local(async move {
            match calls::decisions(query).await {
                Ok(page) => self.take(page, before.is_none()),
                Err(error) => drop(self.error.try_set(Some(error))),
            }
        });
    }

    fn take(self, page: Decisions, anew: bool) {
        if self.error.try_set(None).is_some() {
            return;
        }
        self.lexicon.set_value(Some(Lexicon::new(page.words)));
        self.next.set(page.next);
        self.decisions.update(|all| {
            if anew {
                all.clear();
            }
            all.extend(page.decisions);
        });
        self.here.set(true);
    }
}

/// The part of the details that is filled once somebody opens it. Whoever opens it again sees it anew.
#[component]
pub(super) fn Why(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let asked = Asked {
        id,
        decisions: RwSignal::new(Vec::new()),
        next: RwSignal::new(None),
        lexicon: StoredValue::new(None),
        here: RwSignal::new(false),
        error: RwSignal::new(None),
    };
    let open = RwSignal::new(false);
    let toggled = move |_| {
        open.update(|open| *open = !*open);
        if open.get_untracked() {
            asked.fetch(None);
        }
    };
    view! {
        <section class="side-part">
            <details class="why" data-testid="why" on:toggle=toggled>
                <summary class="why__head">{tu_string!(i18n, rules.why)}</summary>
                <div class="why__body" data-testid="decisions">
                    <Show when=move || !asked.here.get() && asked.error.with(Option::is_none)>
                        <p class="faint small">{tu_string!(i18n, inbox.loading)}</p>
                    </Show>
                    <Show when=move || asked.here.get() && asked.decisions.with(Vec::is_empty)>
                        <p class="soft small">{tu_string!(i18n, rules.why_none)}</p>
                    </Show>
                    {move || asked.here.get().then(|| view! { <All asked=asked /> })}
                    <Trouble asked=asked />
                    {move || asked.next.get().map(|next| view! {
                        <Button size=ButtonSize::Small on_press=move || asked.fetch(Some(next))>
                            {tu_string!(i18n, rules.why_more)}
                        </Button>
                    })}
                </div>
            </details>
        </section>
    }
}

#[component]
fn All(asked: Asked) -> impl IntoView {
    let rows = move || {
        let lexicon = asked.lexicon.get_value();
        let all = asked.decisions.get();
        lexicon.map(|lexicon| {
            let row = |decision| view! { <One lexicon=lexicon.clone() decision=decision /> };
            all.into_iter().map(row).collect_view()
        })
    };
    view! { <ol class="why__list">{rows}</ol> }
}

#[component]
fn Trouble(asked: Asked) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        asked.error.get().map(|_| {
            view! {
                <p class="faint small" role="alert">
                    {tu_string!(i18n, inbox.offline_text)} " "
                    <Button size=ButtonSize::Small on_press=move || asked.fetch(None)>
                        {tu_string!(i18n, common.retry)}
                    </Button>
                </p>
            }
        })
    }
}

/// One decision: what happened, which rules held, what was done; and below it everything that was looked at.
#[component]
fn One(lexicon: Lexicon, decision: Decision) -> impl IntoView {
    let i18n = use_i18n();
    let failed = decision.has_failed();
    let Decision { event, at, version, facts, trace, done: deeds, .. } = decision;
    let held: Vec<String> = trace
        .iter()
        .filter(|looked| looked.verdict == Verdict::Matched)
        .map(|looked| looked.name.clone())
        .collect();
    let rules = match held.is_empty() {
        true => tu_string!(i18n, rules.why_no_rule).to_owned(),
        false => held.join(", "),
    };
    view! {
        <li class="why__one" data-testid="decision">
            <p class="why__what"><strong>{lexicon.event(&event)}</strong> " " <Ago at=at.0 style=AgoStyle::Full /></p>
            <p class="small">
                <Badge>{tu_string!(i18n, bots.version, version = version).to_string()}</Badge> " "
                <bdi>{rules}</bdi>
            </p>
            {failed.then(|| view! {
                <p><Badge tone=Tone::Negative>{tu_string!(i18n, rules.why_failed)}</Badge></p>
            })}
            {done(&lexicon, deeds, false)}
            <details class="why__more">
                <summary class="why__head">{tu_string!(i18n, rules.looked_title)}</summary>
                {looked(&lexicon, trace)}
            </details>
            <details class="why__more">
                <summary class="why__head">{tu_string!(i18n, rules.known)}</summary>
                {known(&lexicon, facts)}
            </details>
        </li>
    }
}
