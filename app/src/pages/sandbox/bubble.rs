//! One message on the phone, with its ticks, its emoji and what can be done with it.

use contract::message::Body;
use contract::sandbox::{PhoneAct, PhoneMessage};
use leptos::prelude::*;

use super::card::content;
use super::handset::Handset;
use super::phone::Sheet;
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::ui::{Ago, AgoStyle, ButtonSize, Icon, IconName, Menu, MenuItem, MenuRow, MenuSeparator};

/// The emoji at hand.
const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/// One message.
#[component]
pub(super) fn Bubble(handset: Handset, sheet: Sheet, id: String) -> impl IntoView {
    let key = id.clone();
    let message = Memo::new(move |_| handset.message(&key));
    let mine = Memo::new(move |_| message.with(|it| it.as_ref().is_some_and(|it| it.mine)));
    let status =
        Memo::new(move |_| message.with(|it| it.as_ref().map(|it| it.status.clone()).unwrap_or_default()));
    let body = Memo::new(move |_| message.with(|it| it.as_ref().map(|it| it.body.clone())));
    let news = Memo::new(move |_| body.with(|body| matches!(body, Some(Body::System { .. }))));
    let at = Memo::new(move |_| message.with(|it| it.as_ref().map(|it| it.at.0).unwrap_or_default()));
    let message_id = StoredValue::new(id.clone());
    view! {
        <div
            class="bubble"
            class:bubble--mine=move || mine.get()
            class:bubble--news=move || news.get()
            data-testid="phone-message"
            data-message-id=message_id.get_value()
            data-mine=move || mine.get().to_string()
            data-status=move || status.get()
        >
            <Quote handset=handset message=message />
            {move || body.get().map(|body| content(handset, sheet, &message_id.get_value(), body))}
            <span class="bubble__foot">
                <Ago at=at style=AgoStyle::Clock />
                <Show when=move || mine.get()>
                    <Ticks status=status />
                </Show>
            </span>
            <Reactions message=message />
            <Actions handset=handset message=message id=id />
        </div>
    }
}

#[component]
fn Quote(handset: Handset, message: Memo<Option<PhoneMessage>>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let quoted = message.with(|it| it.as_ref().and_then(|it| it.quoted.clone()))?;
        let text = handset.message(&quoted).map_or_else(
            || tu_string!(i18n, sandbox.earlier_message).to_owned(),
            |it| it.body.words().unwrap_or(it.body.kind()).to_owned(),
        );
        Some(view! { <blockquote class="bubble__quote"><span dir="auto">{text}</span></blockquote> })
    }
}

#[component]
fn Ticks(status: Memo<String>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let (icon, class, words) = match status.get().as_str() {
            "read" => (IconName::CheckCheck, "ticks ticks--read", tu_string!(i18n, sandbox.read)),
            "delivered" => (IconName::CheckCheck, "ticks", tu_string!(i18n, sandbox.delivered)),
            "failed" => (IconName::Alert, "ticks ticks--failed", tu_string!(i18n, sandbox.failed)),
            _ => (IconName::Check, "ticks", tu_string!(i18n, sandbox.sent)),
        };
        view! {
            <span class=class title=words>
                <Icon name=icon />
                <span class="visually-hidden">{words}</span>
            </span>
        }
    }
}

#[component]
fn Reactions(message: Memo<Option<PhoneMessage>>) -> impl IntoView {
    let emoji = Memo::new(move |_| {
        message.with(|it| {
            let reactions = it.as_ref().map(|it| it.reactions.as_slice()).unwrap_or_default();
            reactions.iter().map(|reaction| reaction.emoji.clone()).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || emoji.with(|emoji| !emoji.is_empty())>
            <span class="bubble__reactions" data-testid="phone-reactions">
                {move || emoji.get().join(" ")}
            </span>
        </Show>
    }
}

/// What can be done with a message.
#[component]
fn Actions(handset: Handset, message: Memo<Option<PhoneMessage>>, id: String) -> impl IntoView {
    let i18n = use_i18n();
    let key = StoredValue::new(id.clone());
    let mine = Memo::new(move |_| message.with(|it| it.as_ref().is_some_and(|it| it.mine)));
    let is_text = Memo::new(move |_| {
        message.with(|it| it.as_ref().is_some_and(|it| matches!(it.body, Body::Text { .. })))
    });
    let react = move |emoji: &str| {
        handset.act(PhoneAct::React { message: key.get_value(), emoji: emoji.to_owned() });
    };
    let begin = move |kept: RwSignal<Option<PhoneMessage>>, other: RwSignal<Option<PhoneMessage>>| {
        other.set(None);
        kept.set(message.get_untracked());
        browser::focus("#phone-input");
    };
    let emoji = EMOJI.map(|emoji| view! { <MenuItem label=emoji on_press=move || react(emoji) /> });
    view! {
        <span class="bubble__menu">
            <Menu
                id=format!("actions-{id}")
                label=tu_string!(i18n, sandbox.actions)
                icon=IconName::ChevronDown
                size=ButtonSize::Small
                testid="phone-message-menu"
            >
                <MenuRow>{emoji.collect_view()}</MenuRow>
                <MenuItem
                    label=tu_string!(i18n, sandbox.take_off)
                    icon=IconName::X
                    testid="phone-unreact"
                    on_press=move || react("")
                />
                <MenuSeparator />
                <MenuItem
                    label=tu_string!(i18n, sandbox.reply)
                    icon=IconName::Reply
                    testid="phone-reply"
                    on_press=move || {
                        begin(handset.answering, handset.editing);
                    }
                />
                <Show when=move || mine.get()>
                    <Show when=move || is_text.get()>
                        <MenuItem
                            label=tu_string!(i18n, sandbox.edit)
                            icon=IconName::Pencil
                            testid="phone-edit"
                            on_press=move || {
                                begin(handset.editing, handset.answering);
                            }
                        />
                    </Show>
                    <MenuItem
                        label=tu_string!(i18n, sandbox.revoke)
                        icon=IconName::Trash
                        danger=true
                        testid="phone-revoke"
                        on_press=move || handset.act(PhoneAct::Revoke { message: key.get_value() })
                    />
                </Show>
            </Menu>
        </span>
    }
}
