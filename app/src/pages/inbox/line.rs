//! What happened between the messages, in a small line.

use contract::conversation::Stage;
use contract::event::{Actor, Change};
use contract::id::ConversationId;
use contract::thread::Line;
use leptos::prelude::*;

use super::consent::wish_words;
use super::words::{self, Texts};
use crate::i18n::{tu_string, use_i18n};
use crate::live::{Live, use_live};
use crate::ui::{Ago, AgoStyle, Icon, IconName, IconSize};

/// One line.
#[component]
pub fn LineView(id: ConversationId, conversation: ConversationId, seq: i64) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let line =
        live.thread(id).with_untracked(|slot| slot.ready().and_then(|thread| thread.line(conversation, seq)));
    line.map(|line| {
        let (icon, text) = words_of(i18n, live, &line);
        let until = match line.change {
            Change::Snoozed { until } => Some(until),
            _ => None,
        };
        view! {
            <p class="happened">
                <Icon name=icon size=IconSize::Small />
                <span>
                    <bdi>{text}</bdi>
                    {until.map(|until| view! { " " <Ago at=until.0 style=AgoStyle::Full /> })}
                </span>
                <Ago at=line.at.0 style=AgoStyle::Clock />
            </p>
        }
    })
}

fn words_of(i18n: Texts, live: Live, line: &Line) -> (IconName, String) {
    let who = actor(i18n, live, line);
    match &line.change {
        Change::OwnerChanged { cause, stage, .. } => owner(i18n, line, cause, *stage, who),
        Change::HandoffCreated { reason, .. } => {
            let reason = words::reason(i18n, *reason);
            (IconName::Hand, tu_string!(i18n, inbox.line_handoff, who = who, reason = reason).to_string())
        }
        Change::Snoozed { .. } => {
            (IconName::AlarmClock, tu_string!(i18n, inbox.line_snoozed, who = who).to_string())
        }
        Change::Labelled { added, removed } => {
            let text = match (added.is_empty(), removed.is_empty()) {
                (false, true) => {
                    tu_string!(i18n, inbox.line_labelled, who = who, labels = added.join(", ")).to_string()
                }
                (true, _) => tu_string!(i18n, inbox.line_unlabelled, who = who, labels = removed.join(", "))
                    .to_string(),
                (false, false) => tu_string!(
                    i18n,
                    inbox.line_relabelled,
                    who = who,
                    labels = added.join(", "),
                    removed = removed.join(", ")
                )
                .to_string(),
            };
            (IconName::Tag, text)
        }
        Change::PriorityChanged { priority } => {
            let priority = words::priority(i18n, *priority);
            (
                IconName::Flag,
                tu_string!(i18n, inbox.line_priority, who = who, priority = priority).to_string(),
            )
        }
        Change::ConsentChanged { scope, state } => {
            let (_, wish) = wish_words(i18n, *scope, *state);
            (IconName::Hand, tu_string!(i18n, inbox.line_consent, who = who, wish = wish).to_string())
        }
        other => (IconName::Info, other.name().replace('_', " ")),
    }
}

fn owner(i18n: Texts, line: &Line, cause: &str, stage: Stage, who: String) -> (IconName, String) {
    let to = line.to_name.clone().unwrap_or_default();
    let by_self = matches!((&line.change, line.actor), (Change::OwnerChanged { to, .. }, Actor::Agent(actor)) if to.agent() == Some(actor));
    if by_self && cause != "reopen" {
        return (IconName::Hand, tu_string!(i18n, inbox.line_took, who = who).to_string());
    }
    match (cause, stage) {
        ("take" | "reply", _) => (IconName::Hand, tu_string!(i18n, inbox.line_took, who = who).to_string()),
        ("transfer", _) => {
            (IconName::Transfer, tu_string!(i18n, inbox.line_transferred, who = who, to = to).to_string())
        }
        ("resolve", _) => {
            (IconName::CheckCircle, tu_string!(i18n, inbox.line_resolved, who = who).to_string())
        }
        ("reopen", _) => (IconName::Reopen, tu_string!(i18n, inbox.line_reopened, who = who).to_string()),
        ("return_to_bot", _) => {
            (IconName::Bot, tu_string!(i18n, inbox.line_returned, who = who, to = to).to_string())
        }
        ("snooze_ended", _) => (IconName::AlarmClock, tu_string!(i18n, inbox.line_woke).to_owned()),
        (_, Stage::Assigned) => {
            (IconName::User, tu_string!(i18n, inbox.line_assigned, who = who, to = to).to_string())
        }
        (_, Stage::Waiting) => (IconName::Clock, tu_string!(i18n, inbox.line_waiting, who = who).to_string()),
        (_, Stage::Bot) => {
            (IconName::Bot, tu_string!(i18n, inbox.line_returned, who = who, to = to).to_string())
        }
        (_, Stage::Snoozed) => {
            (IconName::AlarmClock, tu_string!(i18n, inbox.line_put_aside, who = who).to_string())
        }
        (_, Stage::Resolved) => {
            (IconName::CheckCircle, tu_string!(i18n, inbox.line_resolved, who = who).to_string())
        }
    }
}

fn actor(i18n: Texts, live: Live, line: &Line) -> String {
    match (line.actor, line.actor_name.clone()) {
        (Actor::Agent(id), _) if Some(id) == live.me.get_untracked() => {
            tu_string!(i18n, inbox.you).to_owned()
        }
        (_, Some(name)) => name,
        (Actor::Contact, None) => tu_string!(i18n, inbox.customer).to_owned(),
        (Actor::Bot(_), None) => tu_string!(i18n, inbox.bot).to_owned(),
        (Actor::Agent(_), None) => tu_string!(i18n, inbox.colleague).to_owned(),
        (Actor::Desk, None) => tu_string!(i18n, inbox.desk).to_owned(),
        (Actor::Provider, None) => tu_string!(i18n, inbox.provider).to_owned(),
        (Actor::Phone, None) => tu_string!(i18n, inbox.phone_app).to_owned(),
    }
}
