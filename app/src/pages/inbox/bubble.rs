//! One message.

use contract::id::ConversationId;
use contract::message::{Author, Message};
use leptos::prelude::*;

use super::body::BodyView;
use super::delivery::{Delivery, Trouble};
use super::file::Of;
use super::words::Texts;
use crate::i18n::{tu_string, use_i18n};
use crate::live::{Bubble, BubbleKey, Local, use_live};
use crate::ui::{Ago, AgoStyle, Avatar, AvatarSize, Icon, IconName, IconSize};

/// A message: its author, what it holds, when, and how far it has come.
#[component]
pub fn BubbleView(id: ConversationId, bubble: BubbleKey) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let signal = live
        .thread(id)
        .with_untracked(|slot| slot.ready().and_then(|thread| thread.bubbles.get(&bubble).cloned()));
    signal.map(|signal| {
        let shown = Memo::new(move |_| signal.get());
        let content = Memo::new(move |_| shown.with(Content::of));
        let author = move || shown.with(|shown| author_word(shown.message.author));
        let state = move || shown.with(state_word);
        let reactions = Memo::new(move |_| shown.with(|shown| shown.message.reactions.clone()));
        view! {
            <article
                class="message"
                class:message--head=move || shown.with(|shown| shown.head)
                class:message--out=move || shown.with(|shown| shown.message.author != Author::Contact)
                class:message--note=move || shown.with(|shown| shown.message.note)
                data-message-id=move || shown.with(|shown| shown.message.id.to_string())
                data-author=author
                data-state=state
                data-kind=move || shown.with(|shown| shown.message.body.kind())
            >
                {move || shown.with(|shown| shown.head).then(|| head(i18n, id, shown))}
                <div class="said" dir="auto">
                    {move || content.get().view(i18n)}
                    <span class="said__foot">
                        {move || {
                            shown
                                .with(|shown| shown.message.edited_at.is_some() && shown.message.revoked_at.is_none())
                                .then(|| view! { <span class="said__edited">{tu_string!(i18n, inbox.edited)}</span> })
                        }}
                        <Ago at=Signal::derive(move || shown.with(|shown| shown.message.at.0)) style=AgoStyle::Clock />
                        <Delivery shown=shown />
                    </span>
                </div>
                {move || {
                    let reactions = reactions.get();
                    (!reactions.is_empty())
                        .then(|| {
                            view! {
                                <span class="message__reactions" aria-label=tu_string!(i18n, inbox.reactions)>
                                    {reactions
                                        .into_iter()
                                        .map(|reaction| view! { <span>{reaction.emoji}</span> })
                                        .collect_view()}
                                </span>
                            }
                        })
                }}
                <Trouble id=id shown=shown />
            </article>
        }
    })
}

/// What a bubble shows between its author and its time: drawn anew only when this changes.
#[derive(Clone, PartialEq)]
struct Content {
    message: Message,
}

impl Content {
    fn of(shown: &Bubble) -> Content {
        let mut message = shown.message.clone();
        // What is drawn elsewhere does not count.
        message.state = None;
        message.failure = None;
        message.reactions.clear();
        message.version = 0;
        message.seq = 0;
        message.epoch = 0;
        Content { message }
    }

    fn view(self, i18n: Texts) -> AnyView {
        let message = self.message;
        if message.revoked_at.is_some() {
            return view! {
                <p class="said__gone">
                    <Icon name=IconName::Ban size=IconSize::Small />
                    {tu_string!(i18n, inbox.revoked)}
                </p>
            }
            .into_any();
        }
        let quoted = message.quoted.map(|quoted| {
            view! {
                <blockquote class="said__quoted" dir="auto">
                    {if quoted.text.is_empty() { tu_string!(i18n, inbox.quoted).to_owned() } else { quoted.text }}
                </blockquote>
            }
        });
        view! {
            {quoted}
            <BodyView body=message.body of=Of { conversation: message.conversation, message: message.id } />
        }
        .into_any()
    }
}

/// Who wrote this group of messages.
fn head(i18n: Texts, id: ConversationId, shown: Memo<Bubble>) -> AnyView {
    let live = use_live();
    let (author, note) = shown.with(|shown| (shown.message.author, shown.message.note));
    let me = live.me.get_untracked();
    let card = live.card(id);
    let name = match author {
        Author::Contact => card.map(|card| card.with(|card| card.contact_name.clone())).unwrap_or_default(),
        Author::Agent(agent) if Some(agent) == me => tu_string!(i18n, inbox.you).to_owned(),
        Author::Agent(agent) => live.agents.with(|agents| {
            let known = agents.iter().find(|other| other.id == agent);
            known.map_or_else(|| tu_string!(i18n, inbox.colleague).to_owned(), |agent| agent.name.clone())
        }),
        Author::Bot(_) => tu_string!(i18n, inbox.bot).to_owned(),
        Author::Desk => tu_string!(i18n, inbox.desk).to_owned(),
        Author::Phone => tu_string!(i18n, inbox.phone_app).to_owned(),
    };
    let mark = match author {
        Author::Bot(_) => view! { <Icon name=IconName::Bot size=IconSize::Small /> }.into_any(),
        Author::Desk => view! { <Icon name=IconName::Zap size=IconSize::Small /> }.into_any(),
        Author::Phone => view! { <Icon name=IconName::Phone size=IconSize::Small /> }.into_any(),
        Author::Agent(agent) => {
            let known = live.agents.with(|agents| agents.iter().find(|other| other.id == agent).cloned());
            let name = known.map_or_else(|| name.clone(), |agent| agent.name);
            view! { <Avatar name=name key=agent.to_string() size=AvatarSize::Tiny /> }.into_any()
        }
        Author::Contact => ().into_any(),
    };
    let private = note.then(|| {
        view! {
            <span class="message__private">
                <Icon name=IconName::Lock size=IconSize::Small />
                {tu_string!(i18n, inbox.private_note)}
            </span>
        }
    });
    view! {
        <header class="message__head">
            {mark}
            <bdi class="message__author">{name}</bdi>
            {private}
        </header>
    }
    .into_any()
}

fn author_word(author: Author) -> &'static str {
    match author {
        Author::Contact => "contact",
        Author::Bot(_) => "bot",
        Author::Agent(_) => "agent",
        Author::Desk => "desk",
        Author::Phone => "phone",
    }
}

fn state_word(shown: &Bubble) -> &'static str {
    match (&shown.local, shown.message.state) {
        (Some(Local::Waiting), _) => "pending",
        (Some(Local::Refused(_)), _) => "refused",
        (None, Some(state)) => state.as_str(),
        (None, None) if shown.message.note => "note",
        (None, None) => "received",
    }
}
