//! How far a message has come, and what to do when it has not arrived.

use contract::command::{Claim, Command, RefusalCode, Verdict};
use contract::id::ConversationId;
use contract::message::DeliveryState;
use leptos::prelude::*;

use super::words;
use crate::i18n::{tu_string, use_i18n};
use crate::live::{Bubble, Live, Local, use_live};
use crate::ui::{Button, ButtonKind, ButtonSize, Icon, IconName, IconSize};

/// The tick: a clock, one tick, two, two in colour; for trouble, a sign. Its name says it in words.
#[component]
pub fn Delivery(shown: Memo<Bubble>) -> impl IntoView {
    let i18n = use_i18n();
    let state = Memo::new(move |_| {
        shown.with(|shown| match &shown.local {
            Some(Local::Waiting) => Some(DeliveryState::Queued),
            Some(Local::Refused(_)) => Some(DeliveryState::Failed),
            None => shown.message.state,
        })
    });
    let waiting_note = move || shown.with(|shown| shown.message.note && shown.local == Some(Local::Waiting));
    move || {
        let state = if waiting_note() { Some(DeliveryState::Queued) } else { state.get() }?;
        let (icon, class) = match state {
            DeliveryState::Queued | DeliveryState::Sending => (IconName::Clock, "tick"),
            DeliveryState::Accepted | DeliveryState::Sent => (IconName::Check, "tick"),
            DeliveryState::Delivered => (IconName::CheckCheck, "tick"),
            DeliveryState::Read => (IconName::CheckCheck, "tick tick--read"),
            DeliveryState::Failed => (IconName::Alert, "tick tick--failed"),
            DeliveryState::Uncertain => (IconName::Question, "tick tick--uncertain"),
            DeliveryState::Cancelled => (IconName::Ban, "tick"),
        };
        let word = words::delivery(i18n, state);
        Some(view! {
            <span class=class title=word>
                <Icon name=icon size=IconSize::Small />
                <span class="visually-hidden">{word}</span>
            </span>
        })
    }
}

#[derive(Clone, PartialEq)]
enum Kind {
    Refused { reason: String, taken: bool },
    Failed { reason: Option<String> },
    Uncertain { reason: Option<String> },
    Delayed { reason: String },
    Cancelled { reason: Option<String> },
}

fn kind(shown: &Bubble) -> Option<Kind> {
    if let Some(Local::Refused(refusal)) = &shown.local {
        let taken =
            matches!(refusal.code, RefusalCode::NotOwner | RefusalCode::StaleEpoch) && !shown.message.note;
        return Some(Kind::Refused { reason: refusal.message.clone(), taken });
    }
    if shown.local.is_some() {
        return None;
    }
    let reason = shown.message.failure.as_ref().map(|failure| failure.reason.clone());
    match shown.message.state? {
        DeliveryState::Failed => Some(Kind::Failed { reason }),
        DeliveryState::Uncertain => Some(Kind::Uncertain { reason }),
        DeliveryState::Cancelled => Some(Kind::Cancelled { reason }),
        DeliveryState::Queued | DeliveryState::Sending => reason.map(|reason| Kind::Delayed { reason }),
        _ => None,
    }
}

/// Why a message did not arrive, in words, and what can be done about it.
#[component]
pub fn Trouble(id: ConversationId, shown: Memo<Bubble>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let kind = Memo::new(move |_| shown.with(kind));
    move || {
        let (reason, actions) = match kind.get()? {
            Kind::Refused { reason, taken } => (reason, refused(live, shown, taken)),
            Kind::Failed { reason } => (
                reason.unwrap_or_else(|| tu_string!(i18n, inbox.state_failed).to_owned()),
                retry(live, id, shown),
            ),
            Kind::Uncertain { reason } => (
                reason.unwrap_or_else(|| tu_string!(i18n, inbox.uncertain_text).to_owned()),
                settle(live, id, shown),
            ),
            Kind::Delayed { reason } => (reason, ().into_any()),
            Kind::Cancelled { reason } => {
                (reason.unwrap_or_else(|| tu_string!(i18n, inbox.state_cancelled).to_owned()), ().into_any())
            }
        };
        let loud = matches!(kind.get_untracked(), Some(Kind::Refused { .. } | Kind::Failed { .. }));
        Some(view! {
            <div
                class="trouble"
                class:trouble--loud=loud
                role=loud.then_some("alert")
                data-testid="trouble"
            >
                <span class="trouble__reason" dir="auto">{reason}</span>
                <span class="trouble__actions">{actions}</span>
            </div>
        })
    }
}

fn small(testid: &'static str, text: &'static str, press: impl Fn() + Send + Sync + 'static) -> AnyView {
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            on_press=Callback::new(move |()| press())
            attr:data-testid=testid
        >
            {text}
        </Button>
    }
    .into_any()
}

fn refused(live: Live, shown: Memo<Bubble>, taken: bool) -> AnyView {
    let i18n = use_i18n();
    let again = move |over: bool| {
        let Some(request) = shown.with_untracked(|shown| shown.request.clone()) else { return };
        let epoch = live.card(request.conversation).map(|card| card.with_untracked(|card| card.epoch));
        live.unwrite(&request);
        live.again(request, |command| {
            if let Command::Reply { epoch: seen, claim, .. } = command {
                *seen = epoch.unwrap_or(*seen);
                *claim = if over { Claim::TakeOver } else { *claim };
            }
        });
    };
    let discard = move || {
        if let Some(request) = shown.with_untracked(|shown| shown.request.clone()) {
            live.discard(request.conversation, request.id);
        }
    };
    let first = if taken {
        small("take-over-send", tu_string!(i18n, inbox.take_over_and_send), move || again(true))
    } else {
        small("try-again", tu_string!(i18n, inbox.retry), move || again(false))
    };
    view! {
        {first}
        {small("discard", tu_string!(i18n, inbox.discard), discard)}
    }
    .into_any()
}

fn retry(live: Live, id: ConversationId, shown: Memo<Bubble>) -> AnyView {
    let i18n = use_i18n();
    let press = move || {
        let message = shown.with_untracked(|shown| shown.message.id);
        if let Some(card) = live.card(id) {
            let epoch = card.with_untracked(|card| card.epoch);
            live.ask(id, Command::Retry { epoch, message });
        }
    };
    view! { {small("retry", tu_string!(i18n, inbox.retry), press)} {copy(shown)} }.into_any()
}

fn copy(shown: Memo<Bubble>) -> Option<AnyView> {
    let i18n = use_i18n();
    let text = shown.with_untracked(|shown| shown.message.body.words().map(str::to_owned))?;
    Some(small("copy", tu_string!(i18n, inbox.copy), move || crate::live::browser::copy(&text)))
}

fn settle(live: Live, id: ConversationId, shown: Memo<Bubble>) -> AnyView {
    let i18n = use_i18n();
    let press = move |verdict: Verdict| {
        let message = shown.with_untracked(|shown| shown.message.id);
        move || {
            live.ask(id, Command::Settle { message, verdict });
        }
    };
    view! {
        {small("send-again", tu_string!(i18n, inbox.send_again), press(Verdict::SendAgain))}
        {small("leave-it", tu_string!(i18n, inbox.leave_it), press(Verdict::Leave))}
    }
    .into_any()
}
