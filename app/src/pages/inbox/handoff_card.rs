//! What the bot passes on, so that nobody has to say anything twice. On top of the thread until it is settled.

use contract::conversation::Stage;
use contract::handoff::{Handoff, MadeSummary, Packet, ReasonCode};
use contract::id::ConversationId;
use leptos::prelude::*;

use super::course::course;
use super::words::{self, Texts};
use crate::i18n::{tu_string, use_i18n};
use crate::live::drafts::Mode;
use crate::live::{browser, use_live};
use crate::pages::frame::use_place;
use crate::pages::later::AtRest;
use crate::ui::{Badge, Button, ButtonKind, ButtonSize, Icon, IconName, ToastKind, Tone, use_toasts};

/// The card of the open handoff, or of the last one while the conversation is with an agent.
#[component]
pub fn HandoffCard(id: ConversationId) -> impl IntoView {
    let live = use_live();
    let slot = live.thread(id);
    let shown = Memo::new_with_compare(
        move |_| {
            slot.with(|slot| {
                let thread = &slot.ready()?.thread;
                let handoff = thread.handoff.clone()?;
                let current = handoff.conversation == thread.card.id
                    && (handoff.ended_at.is_none() || thread.card.stage == Stage::Assigned);
                // An agent who stepped in has read the thread: there is nothing to pass on.
                let empty =
                    handoff.packet.reason_code == ReasonCode::AgentTook && handoff.packet.summary.is_none();
                (current && !empty).then_some((handoff, thread.card.waiting_since))
            })
        },
        |before, now| before != now,
    );
    move || shown.get().map(|(handoff, waiting)| view! { <Shown id=id handoff=handoff waiting=waiting /> })
}

#[component]
fn Shown(id: ConversationId, handoff: Handoff, waiting: Option<contract::Time>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let Handoff { id: handoff, packet, created_at, messages_before, ended_at, unmet, made, .. } = handoff;
    let waited = move || {
        let until = ended_at.unwrap_or_else(|| live.clock.now.get());
        words::span(i18n, until.since_ms(waiting.unwrap_or(created_at)))
    };
    let title = packet.title.clone().unwrap_or_else(|| words::reason(i18n, packet.reason_code).to_owned());
    let reason = packet.title.is_some().then(|| words::reason(i18n, packet.reason_code));
    let count = tu_string!(i18n, inbox.handoff_messages, count = messages_before).to_string();
    view! {
        <details class="handoff" open=true data-testid="handoff-card">
            <summary class="handoff__head">
                <span class="handoff__mark"><Icon name=IconName::Hand /></span>
                <strong class="handoff__title" dir="auto">{title}</strong>
                {reason.map(|reason| view! { <Badge tone=Tone::Special>{reason}</Badge> })}
                <span class="handoff__waited" title=tu_string!(i18n, inbox.waited)>
                    <Icon name=IconName::Clock />
                    <span class="tabular">{waited}</span>
                </span>
            </summary>
            <div class="handoff__body">
                {packet.reason.clone().map(|text| view! { <p dir="auto" class="handoff__reason">{text}</p> })}
                {packet.summary.clone().map(|text| view! { <p dir="auto" class="handoff__summary">{text}</p> })}
                {made.filter(|_| packet.summary.is_none()).map(|made| by_machine(i18n, made))}
                {slots(i18n, id, &packet)}
                {tried(i18n, &packet)}
                {suggestion(i18n, id, &packet)}
                {(!unmet.is_empty()).then(|| {
                    let what = tu_string!(i18n, inbox.unmet, what = unmet.join(", ")).to_string();
                    view! { <p dir="auto" class="handoff__reason">{what}</p> }
                })}
                <p class="handoff__facts">{facts(i18n, &packet, count)}</p>
                <AtRest part=move || course(handoff) />
            </div>
        </details>
    }
}

/// A summary that a machine has made, and that it has.
fn by_machine(i18n: Texts, made: MadeSummary) -> impl IntoView {
    let title = tu_string!(i18n, inbox.summary_made_by, model = made.model).to_string();
    view! {
        <div class="handoff__made" data-testid="made-summary">
            <span title=title>
                <Badge tone=Tone::Caution icon=IconName::Bot>{tu_string!(i18n, inbox.summary_made)}</Badge>
            </span>
            <p dir="auto" class="handoff__summary">{made.text}</p>
        </div>
    }
}

/// What the bot has learned: each a chip that copies itself.
fn slots(i18n: Texts, id: ConversationId, packet: &Packet) -> Option<AnyView> {
    let toasts = use_toasts();
    let live = use_live();
    let chip = move |field: contract::message::Field| {
        let value = field.value.clone();
        let insert = field.value.clone();
        let name = tu_string!(i18n, inbox.copy_value, name = field.name.clone()).to_string();
        view! {
            <span class="slot">
                <button
                    class="slot__copy"
                    type="button"
                    title=name
                    data-testid="slot"
                    on:click=move |_| {
                        browser::copy(&value);
                        toasts.show(ToastKind::Positive, tu_string!(i18n, inbox.copied));
                    }
                >
                    <span class="slot__name">{field.name}</span>
                    <bdi class="slot__value">{field.value}</bdi>
                    <Icon name=IconName::Copy />
                </button>
                <button
                    class="slot__use"
                    type="button"
                    title=tu_string!(i18n, inbox.use_in_reply)
                    on:click=move |_| use_text(live, id, &insert, false)
                >
                    <Icon name=IconName::Plus />
                    <span class="visually-hidden">{tu_string!(i18n, inbox.use_in_reply)}</span>
                </button>
            </span>
        }
    };
    (!packet.slots.is_empty()).then(|| {
        view! { <div class="slots">{packet.slots.clone().into_iter().map(chip).collect_view()}</div> }
            .into_any()
    })
}

fn tried(i18n: Texts, packet: &Packet) -> Option<AnyView> {
    (!packet.tried.is_empty()).then(|| {
        let tried = packet.tried.clone().into_iter().map(|step| view! { <li dir="auto">{step}</li> });
        view! {
            <div class="handoff__tried">
                <h3>{tu_string!(i18n, inbox.tried)}</h3>
                <ol>{tried.collect_view()}</ol>
            </div>
        }
        .into_any()
    })
}

fn suggestion(i18n: Texts, id: ConversationId, packet: &Packet) -> Option<AnyView> {
    let live = use_live();
    let place = use_place();
    let text = packet.suggested_reply.clone()?;
    let used = text.clone();
    let press = Callback::new(move |()| {
        place.note.set(false);
        use_text(live, id, &used, true);
    });
    Some(
        view! {
            <div class="suggestion">
                <div class="suggestion__text">
                    <h3>{tu_string!(i18n, inbox.suggested)}</h3>
                    <p dir="auto">{text}</p>
                </div>
                <Button kind=ButtonKind::Quiet size=ButtonSize::Small on_press=press attr:data-testid="use-suggestion">
                    {tu_string!(i18n, inbox.use_it)}
                </Button>
            </div>
        }
        .into_any(),
    )
}

/// The rest, in a small line: what is missing is left out.
fn facts(i18n: Texts, packet: &Packet, messages: String) -> String {
    let confidence = packet.confidence.map(|sure| {
        let percent = (sure.clamp(0.0, 1.0) * 100.0).round();
        tu_string!(i18n, inbox.confidence, percent = percent).to_string()
    });
    let parts = [
        packet.intent.clone(),
        packet.sentiment.clone(),
        packet.language.clone(),
        confidence,
        packet.bot_version.clone(),
        Some(messages),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Puts a text into the reply that is being written, or in its place.
fn use_text(live: crate::live::Live, id: ConversationId, text: &str, whole: bool) {
    let draft = live.draft(id, Mode::Reply).get_untracked();
    let text = match (whole || draft.is_empty(), draft.ends_with(char::is_whitespace)) {
        (true, _) => text.to_owned(),
        (false, true) => format!("{draft}{text}"),
        (false, false) => format!("{draft} {text}"),
    };
    live.write(id, Mode::Reply, text);
    request_animation_frame(|| {
        browser::focus("[data-testid=composer]");
    });
}
