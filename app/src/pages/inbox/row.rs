//! One row of the list.

use contract::conversation::{Card, Owner, Priority, Stage};
use contract::id::ConversationId;
use contract::inbox::View;
use contract::message::Author;
use contract::time::{HOUR_MS, MINUTE_MS};
use leptos::prelude::*;

use super::list::row_id;
use super::words;
use crate::i18n::{tu_string, use_i18n};
use crate::live::use_live;
use crate::pages::frame::use_place;
use crate::ui::{Ago, AgoStyle, Avatar, AvatarSize, Badge, Count, Icon, IconName, IconSize, Tone};

const SOON_MS: i64 = 2 * HOUR_MS;
const LAST_MS: i64 = 15 * MINUTE_MS;

/// A row: who, what last, and what it needs.
#[component]
pub fn Row(id: ConversationId, view: View, position: Signal<String>, size: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let place = use_place();
    let signal = live.card(id)?;
    let card = Memo::new(move |_| signal.get());
    let chosen = Memo::new(move |_| place.conversation.get() == Some(id));
    let unread = Memo::new(move |_| card.with(|card| i64::from(card.unread)));
    let name = Memo::new(move |_| card.with(|card| card.contact_name.clone()));
    let stage = move || card.with(|card| card.stage.as_str());
    let contact = card.with_untracked(|card| card.contact.to_string());
    Some(view! {
        <a
            class="row"
            class:row--unread=move || { unread.get() > 0 }
            id=row_id(id)
            role="option"
            tabindex="-1"
            href=format!("/inbox/{}/{id}", view.as_str())
            aria-selected=move || chosen.get().to_string()
            aria-posinset=move || position.get()
            aria-setsize=move || size.get()
            data-conversation=id.to_string()
            data-stage=stage
        >
            <Avatar name=name key=contact size=AvatarSize::Large />
            <span class="row__main">
                <span class="row__line">
                    <bdi class="row__name truncate" dir="auto">{move || name.get()}</bdi>
                    {move || urgency(i18n, card.with(|card| card.priority))}
                    <span class="row__time">
                        <Ago at=Signal::derive(move || card.with(|card| card.last_at.0)) style=AgoStyle::Short />
                    </span>
                </span>
                <span class="row__line">
                    <span class="row__preview truncate" dir="auto">{move || preview(i18n, id, card)}</span>
                    <span class="row__chips">
                        {move || chips(i18n, view, card)}
                        <Count value=unread tone=Tone::Loud label=tu_string!(i18n, inbox.unread) />
                    </span>
                </span>
            </span>
        </a>
    })
}

fn urgency(i18n: words::Texts, priority: Priority) -> Option<AnyView> {
    let class = match priority {
        Priority::Urgent => "row__flag row__flag--urgent",
        Priority::High => "row__flag",
        Priority::Normal | Priority::Low => return None,
    };
    let word = words::priority(i18n, priority);
    Some(
        view! {
            <span class=class title=word>
                <Icon name=IconName::Flag size=IconSize::Small />
                <span class="visually-hidden">{word}</span>
            </span>
        }
        .into_any(),
    )
}

/// The last line: who is typing, else who wrote what.
fn preview(i18n: words::Texts, id: ConversationId, card: Memo<Card>) -> AnyView {
    let live = use_live();
    if let Some((name, _)) = live.company(id).into_iter().find(|(_, typing)| *typing) {
        let text = tu_string!(i18n, inbox.is_replying, name = name).to_string();
        return view! { <span class="row__typing">{text}</span> }.into_any();
    }
    let me = live.me.get();
    card.with(|card| {
        let Some(preview) = card.preview.clone() else { return ().into_any() };
        let mark = match (preview.note, preview.author) {
            (true, _) => Some(view! { <Icon name=IconName::Lock size=IconSize::Small /> }.into_any()),
            (false, Author::Bot(_)) => {
                Some(view! { <Icon name=IconName::Bot size=IconSize::Small /> }.into_any())
            }
            (false, Author::Phone) => {
                Some(view! { <Icon name=IconName::Phone size=IconSize::Small /> }.into_any())
            }
            (false, Author::Agent(_)) => {
                Some(view! { <Icon name=IconName::Reply size=IconSize::Small /> }.into_any())
            }
            _ => None,
        };
        let by_me = matches!(preview.author, Author::Agent(agent) if Some(agent) == me);
        let who = if preview.note {
            Some(tu_string!(i18n, inbox.preview_note))
        } else {
            by_me.then(|| tu_string!(i18n, inbox.preview_you))
        };
        view! {
            {mark}
            {who.map(|who| view! { <span class="row__who">{who} " "</span> })}
            {preview.text}
        }
        .into_any()
    })
}

fn chips(i18n: words::Texts, view: View, card: Memo<Card>) -> AnyView {
    let live = use_live();
    let now = live.clock.now.get();
    card.with(|card| {
        let wait = card.waiting_since.filter(|_| card.stage == Stage::Waiting).map(|since| {
            let ms = now.since_ms(since);
            let tone = match ms {
                ..300_000 => Tone::Neutral,
                300_000..900_000 => Tone::Caution,
                _ => Tone::Negative,
            };
            view! {
                <span class="row__chip" title=tu_string!(i18n, inbox.waiting_for)>
                    <Badge tone=tone icon=IconName::Clock>{words::span(i18n, ms)}</Badge>
                </span>
            }
        });
        let left = card.window_until.map(|until| until.since_ms(now));
        let window =
            left.filter(|left| *left > 0 && *left <= SOON_MS && card.stage != Stage::Resolved).map(|left| {
                let tone = if left <= LAST_MS { Tone::Negative } else { Tone::Caution };
                view! {
                    <span class="row__chip" title=tu_string!(i18n, inbox.window_left)>
                        <Badge tone=tone icon=IconName::AlarmClock>{words::span(i18n, left)}</Badge>
                    </span>
                }
            });
        let callback = card.callback_at.map(|at| {
            let tone = if at < now { Tone::Negative } else { Tone::Neutral };
            view! {
                <span class="row__chip" title=tu_string!(i18n, inbox.callback_at)>
                    <Badge tone=tone icon=IconName::CallBack><Ago at=at.0 style=AgoStyle::Clock /></Badge>
                </span>
            }
        });
        let holder = (view == View::All && card.stage == Stage::Assigned)
            .then(|| match card.owner {
                Owner::Agent(id) => card.owner_name.clone().map(|name| (id, name)),
                _ => None,
            })
            .flatten()
            .map(|(id, name)| {
                let tip = name.clone();
                view! {
                    <span class="row__holder" title=tip>
                        <Avatar name=name.clone() key=id.to_string() size=AvatarSize::Tiny />
                        <span class="visually-hidden">{name}</span>
                    </span>
                }
            });
        let bot = (view == View::All && card.stage == Stage::Bot)
            .then(|| view! { <Badge tone=Tone::Special>{tu_string!(i18n, inbox.stage_bot)}</Badge> });
        view! { {callback} {wait} {window} {bot} {holder} }.into_any()
    })
}
