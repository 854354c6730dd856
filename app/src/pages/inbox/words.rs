//! The words of the inbox for the words of the contract, and short forms of times.

use contract::conversation::{Owner, Priority, Stage};
use contract::handoff::ReasonCode;
use contract::id::AgentId;
use contract::inbox::View;
use contract::message::{DeliveryState, MediaKind};
use contract::time::{HOUR_MS, MINUTE_MS, Time};
use leptos::prelude::*;
use leptos_i18n::I18nContext;

use crate::i18n::*;
use crate::live::clock::Clock;

/// The texts.
pub type Texts = I18nContext<Locale>;

/// A view.
pub fn view(i18n: Texts, view: View) -> &'static str {
    match view {
        View::Mine => tu_string!(i18n, inbox.view_mine),
        View::Waiting => tu_string!(i18n, inbox.view_waiting),
        View::All => tu_string!(i18n, inbox.view_all),
        View::Bot => tu_string!(i18n, inbox.view_bot),
        View::Snoozed => tu_string!(i18n, inbox.view_snoozed),
        View::Resolved => tu_string!(i18n, inbox.view_resolved),
    }
}

/// What stands in a view that is empty: title and text.
pub fn empty(i18n: Texts, view: View) -> (&'static str, &'static str) {
    match view {
        View::Mine => (tu_string!(i18n, inbox.empty_mine_title), tu_string!(i18n, inbox.empty_mine)),
        View::Waiting => (tu_string!(i18n, inbox.empty_waiting_title), tu_string!(i18n, inbox.empty_waiting)),
        View::All => (tu_string!(i18n, inbox.empty_all_title), tu_string!(i18n, inbox.empty_all)),
        View::Bot => (tu_string!(i18n, inbox.empty_bot_title), tu_string!(i18n, inbox.empty_bot)),
        View::Snoozed => (tu_string!(i18n, inbox.empty_snoozed_title), tu_string!(i18n, inbox.empty_snoozed)),
        View::Resolved => {
            (tu_string!(i18n, inbox.empty_resolved_title), tu_string!(i18n, inbox.empty_resolved))
        }
    }
}

/// A stage.
pub fn stage(i18n: Texts, stage: Stage) -> &'static str {
    match stage {
        Stage::Bot => tu_string!(i18n, inbox.stage_bot),
        Stage::Waiting => tu_string!(i18n, inbox.stage_waiting),
        Stage::Assigned => tu_string!(i18n, inbox.stage_assigned),
        Stage::Snoozed => tu_string!(i18n, inbox.stage_snoozed),
        Stage::Resolved => tu_string!(i18n, inbox.stage_resolved),
    }
}

/// Who has it, in words.
pub fn holder(
    i18n: Texts,
    stage_of: Stage,
    owner: Owner,
    name: Option<String>,
    me: Option<AgentId>,
) -> String {
    match (owner, name) {
        (Owner::Agent(id), _) if Some(id) == me => tu_string!(i18n, inbox.you).to_owned(),
        (Owner::Agent(_) | Owner::Bot(_), Some(name)) => name,
        _ => stage(i18n, stage_of).to_owned(),
    }
}

/// A priority.
pub fn priority(i18n: Texts, priority: Priority) -> &'static str {
    match priority {
        Priority::Low => tu_string!(i18n, inbox.priority_low),
        Priority::Normal => tu_string!(i18n, inbox.priority_normal),
        Priority::High => tu_string!(i18n, inbox.priority_high),
        Priority::Urgent => tu_string!(i18n, inbox.priority_urgent),
    }
}

/// Why a bot let go.
pub fn reason(i18n: Texts, reason: ReasonCode) -> &'static str {
    match reason {
        ReasonCode::CustomerAsked => tu_string!(i18n, inbox.reason_customer_asked),
        ReasonCode::Keyword => tu_string!(i18n, inbox.reason_keyword),
        ReasonCode::NotUnderstood => tu_string!(i18n, inbox.reason_not_understood),
        ReasonCode::LowConfidence => tu_string!(i18n, inbox.reason_low_confidence),
        ReasonCode::BotFailed => tu_string!(i18n, inbox.reason_bot_failed),
        ReasonCode::BotTimeout => tu_string!(i18n, inbox.reason_bot_timeout),
        ReasonCode::TurnBudget => tu_string!(i18n, inbox.reason_turn_budget),
        ReasonCode::BreakerOpen => tu_string!(i18n, inbox.reason_breaker_open),
        ReasonCode::Rule => tu_string!(i18n, inbox.reason_rule),
        ReasonCode::AgentTook => tu_string!(i18n, inbox.reason_agent_took),
        ReasonCode::WindowClosing => tu_string!(i18n, inbox.reason_window_closing),
        ReasonCode::Policy => tu_string!(i18n, inbox.reason_policy),
        ReasonCode::Sensitive => tu_string!(i18n, inbox.reason_sensitive),
        ReasonCode::OutOfScope => tu_string!(i18n, inbox.reason_out_of_scope),
        ReasonCode::Other => tu_string!(i18n, inbox.reason_other),
    }
}

/// How far a message has come.
pub fn delivery(i18n: Texts, state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Queued => tu_string!(i18n, inbox.state_queued),
        DeliveryState::Sending => tu_string!(i18n, inbox.state_sending),
        DeliveryState::Accepted => tu_string!(i18n, inbox.state_accepted),
        DeliveryState::Sent => tu_string!(i18n, inbox.state_sent),
        DeliveryState::Delivered => tu_string!(i18n, inbox.state_delivered),
        DeliveryState::Read => tu_string!(i18n, inbox.state_read),
        DeliveryState::Failed => tu_string!(i18n, inbox.state_failed),
        DeliveryState::Uncertain => tu_string!(i18n, inbox.state_uncertain),
        DeliveryState::Cancelled => tu_string!(i18n, inbox.state_cancelled),
    }
}

/// A kind of file.
pub fn media(i18n: Texts, kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => tu_string!(i18n, inbox.media_image),
        MediaKind::Video => tu_string!(i18n, inbox.media_video),
        MediaKind::Audio => tu_string!(i18n, inbox.media_audio),
        MediaKind::Voice => tu_string!(i18n, inbox.media_voice),
        MediaKind::Document => tu_string!(i18n, inbox.media_document),
        MediaKind::Sticker => tu_string!(i18n, inbox.media_sticker),
    }
}

/// An amount of bytes.
pub fn size(i18n: Texts, bytes: u64) -> String {
    match bytes {
        ..1_048_576 => tu_string!(i18n, inbox.size_kb, count = bytes.div_ceil(1_024)).to_string(),
        _ => {
            let tenths = bytes * 10 / 1_048_576;
            let count = match tenths % 10 {
                0 => (tenths / 10).to_string(),
                tenth => format!("{}.{tenth}", tenths / 10),
            };
            tu_string!(i18n, inbox.size_mb, count = count).to_string()
        }
    }
}

/// How long ago, as short as it can be said.
pub fn age(i18n: Texts, clock: Clock, at: Time) -> String {
    let ms = clock.now.get().since_ms(at).max(0);
    match ms {
        ..MINUTE_MS => tu_string!(i18n, inbox.age_now).to_owned(),
        MINUTE_MS..HOUR_MS => minutes(i18n, ms),
        _ if ms < 24 * HOUR_MS => hours(i18n, ms),
        _ => tu_string!(i18n, inbox.age_days, count = ms / (24 * HOUR_MS)).to_string(),
    }
}

fn minutes(i18n: Texts, ms: i64) -> String {
    tu_string!(i18n, inbox.age_minutes, count = ms / MINUTE_MS).to_string()
}

fn hours(i18n: Texts, ms: i64) -> String {
    tu_string!(i18n, inbox.age_hours, count = ms / HOUR_MS).to_string()
}

/// How long something takes or lasts: `4m`, `2h 10m`, `3d`.
pub fn span(i18n: Texts, ms: i64) -> String {
    let ms = ms.max(0);
    match ms {
        ..HOUR_MS => minutes(i18n, ms),
        _ if ms < 24 * HOUR_MS => {
            let rest = ms % HOUR_MS;
            if rest < MINUTE_MS {
                hours(i18n, ms)
            } else {
                format!("{} {}", hours(i18n, ms), minutes(i18n, rest))
            }
        }
        _ => tu_string!(i18n, inbox.age_days, count = ms / (24 * HOUR_MS)).to_string(),
    }
}

/// Minutes and seconds that are left.
pub fn countdown(ms: i64) -> String {
    let seconds = ms.max(0) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
