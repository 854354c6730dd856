//! The thread's header: who it is, who has it, and what can be done with it.

use contract::command::Command;
use contract::conversation::{Card, Stage};
use contract::id::ConversationId;
use leptos::prelude::*;

use super::menu::rest;
use super::words;
use crate::i18n::{tu_string, use_i18n};
use crate::live::use_live;
use crate::pages::frame::{Ask, can_return, can_take, keys_of, use_place};
use crate::pages::later::AtRest;
use crate::ui::{Avatar, AvatarSize, Badge, Button, ButtonKind, IconName, Menu, Tone};

/// The header.
#[component]
pub fn Header(id: ConversationId) -> impl IntoView {
    let live = use_live();
    live.card(id).map(|card| {
        let card = Memo::new(move |_| card.get());
        view! {
            <header class="bar thread-bar">
                <Back />
                <Who card=card />
                <Actions id=id card=card />
            </header>
        }
    })
}

/// Back to the list, where only one pane fits.
#[component]
fn Back() -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    let back =
        move || place.go(format!("/inbox/{}", place.view.get_untracked().unwrap_or_default().as_str()));
    view! {
        <span class="narrow-only">
            <Button
                kind=ButtonKind::Ghost
                icon=IconName::ArrowLeft
                label=tu_string!(i18n, inbox.back)
                on_press=back
            />
        </span>
    }
}

#[component]
fn Who(card: Memo<Card>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let name = Memo::new(move |_| card.with(|card| card.contact_name.clone()));
    let (id, contact) = card.with_untracked(|card| (card.id, card.contact.to_string()));
    let holder = move || {
        card.with(|card| words::holder(i18n, card.stage, card.owner, card.owner_name.clone(), live.me.get()))
    };
    let tone = Signal::derive(move || match card.with(|card| card.stage) {
        Stage::Bot => Tone::Special,
        Stage::Waiting => Tone::Caution,
        Stage::Assigned => Tone::Accent,
        Stage::Snoozed => Tone::Neutral,
        Stage::Resolved => Tone::Positive,
    });
    let icon = Signal::derive(move || {
        Some(match card.with(|card| card.stage) {
            Stage::Bot => IconName::Bot,
            Stage::Waiting => IconName::Clock,
            Stage::Assigned => IconName::User,
            Stage::Snoozed => IconName::AlarmClock,
            Stage::Resolved => IconName::CheckCircle,
        })
    });
    view! {
        <Avatar name=name key=contact size=AvatarSize::Regular />
        <div class="who">
            <h2 class="who__name truncate"><bdi dir="auto">{move || name.get()}</bdi></h2>
            <p class="who__line truncate">
                <span data-testid="stage" data-stage=move || card.with(|card| card.stage.as_str())>
                    <Badge tone=tone icon=icon>{holder}</Badge>
                </span>
                <span class="truncate">{move || card.with(|card| card.channel_name.clone())}</span>
                {move || card.with(|card| card.labels.clone()).into_iter().map(|label| view! { <Badge>{label}</Badge> }).collect_view()}
            </p>
        </div>
        <Viewers id=id />
    }
}

/// Colleagues who look at this, too.
#[component]
fn Viewers(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    move || {
        let names: Vec<String> = live.company(id).into_iter().map(|(name, _)| name).collect();
        (!names.is_empty()).then(|| {
            let title = tu_string!(i18n, inbox.is_viewing, name = names.join(", ")).to_string();
            let tip = title.clone();
            view! {
                <span class="viewers" title=tip data-testid="viewers">
                    {names.into_iter().take(3).map(|name| view! { <Avatar name=name size=AvatarSize::Small /> }).collect_view()}
                    <span class="visually-hidden">{title}</span>
                </span>
            }
        })
    }
}

/// What can be done: the likely thing in front, the rest beside it.
#[component]
fn Actions(id: ConversationId, card: Memo<Card>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let place = use_place();
    let busy = Signal::derive(move || live.acting(id));
    let takeable = Memo::new(move |_| {
        live.me.track();
        card.with(|card| can_take(&place, card))
    });
    let resolved = Memo::new(move |_| card.with(|card| card.stage == Stage::Resolved));
    let returnable = Memo::new(move |_| card.with(can_return));
    let epoch = move || card.with_untracked(|card| card.epoch);
    let ask = move |command: Command| {
        live.ask(id, command);
    };
    let open = move |what: Ask| Callback::new(move |()| place.ask.set(Some(what)));
    view! {
        <div class="thread-actions" role="toolbar" aria-label=tu_string!(i18n, inbox.actions)>
            <Show when=move || takeable.get()>
                <Button
                    kind=ButtonKind::Primary
                    icon=IconName::Hand
                    busy=busy
                    keys=keys_of("take")
                    on_press=Callback::new(move |()| ask(Command::Take { epoch: epoch() }))
                    attr:data-testid="action-take"
                >
                    {move || if card.with(|card| card.stage == Stage::Waiting) {
                        tu_string!(i18n, inbox.take)
                    } else {
                        tu_string!(i18n, inbox.take_over)
                    }}
                </Button>
            </Show>
            <Show when=move || !resolved.get()>
                <span class="wide-only line">
                    <Button
                        kind=ButtonKind::Ghost
                        icon=IconName::Transfer
                        label=tu_string!(i18n, inbox.do_transfer)
                        keys=keys_of("transfer")
                        on_press=open(Ask::Transfer)
                        attr:data-testid="action-transfer"
                    />
                    <Show when=move || returnable.get()>
                        <Button
                            kind=ButtonKind::Ghost
                            icon=IconName::Bot
                            label=tu_string!(i18n, inbox.do_return)
                            keys=keys_of("return")
                            on_press=open(Ask::ReturnToBot)
                            attr:data-testid="action-return"
                        />
                    </Show>
                    <Button
                        kind=ButtonKind::Ghost
                        icon=IconName::AlarmClock
                        label=tu_string!(i18n, inbox.do_snooze)
                        keys=keys_of("snooze")
                        on_press=open(Ask::Snooze)
                        attr:data-testid="action-snooze"
                    />
                </span>
                <Button
                    kind=ButtonKind::Quiet
                    icon=IconName::Check
                    busy=busy
                    keys=keys_of("resolve")
                    on_press=Callback::new(move |()| ask(Command::Resolve { epoch: epoch() }))
                    attr:data-testid="action-resolve"
                >
                    {tu_string!(i18n, inbox.resolve)}
                </Button>
            </Show>
            <Show when=move || resolved.get()>
                <Button
                    kind=ButtonKind::Primary
                    icon=IconName::Reopen
                    busy=busy
                    on_press=Callback::new(move |()| ask(Command::Reopen))
                    attr:data-testid="action-reopen"
                >
                    {tu_string!(i18n, inbox.reopen)}
                </Button>
            </Show>
            <More resolved=resolved returnable=returnable />
        </div>
    }
}

/// The rest of what can be done, in a menu: on a narrow screen, all of it.
#[component]
fn More(resolved: Memo<bool>, returnable: Memo<bool>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Menu id="thread-more" label=tu_string!(i18n, inbox.more_actions) icon=IconName::Dots testid="action-more">
            <AtRest part=move || rest(resolved, returnable) />
        </Menu>
    }
}
