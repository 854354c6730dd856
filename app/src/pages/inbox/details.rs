//! The details beside the thread: who the customer is, and where the conversation stands.

use contract::conversation::{Card, Owner};
use contract::id::ConversationId;
use contract::thread::{ContactView, EarlierConversation};
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use super::assigned::Assigned;
use super::consent::Consents;
use super::why::Why;
use super::words;
use crate::i18n::{tu_string, use_i18n};
use crate::live::use_live;
use crate::pages::frame::{Ask, use_place};
use crate::pages::later::{Later, Part};
use crate::ui::{
    Ago, AgoStyle, Avatar, AvatarSize, Badge, Button, ButtonKind, ButtonSize, CopyButton, IconName,
};

/// The details of a conversation.
#[component]
pub fn Details(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let place = use_place();
    view! {
        <header class="bar">
            <h2 class="bar__title">{tu_string!(i18n, inbox.details)}</h2>
            <Button
                kind=ButtonKind::Ghost
                icon=IconName::X
                label=tu_string!(i18n, inbox.close_details)
                on_press=move || place.toggle_details()
            />
        </header>
        <Later part=move || sections(id) />
    }
}

/// Nobody begins with them: the first look is at the thread.
#[wasm_split(later, wasm_split_path = leptos::wasm_split, fallible)]
fn sections(id: ConversationId) -> Part {
    Ok(view! { <Sections id=id /> }.into_any())
}

#[component]
fn Sections(id: ConversationId) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let slot = live.thread(id);
    let contact =
        Memo::new(move |_| slot.with(|slot| slot.ready().map(|thread| thread.thread.contact.clone())));
    view! {
        {move || contact.get().map(|contact| view! { <Contact contact=contact /> })}
        {live.card(id).map(|card| view! { <Standing card=Memo::new(move |_| card.get()) /> })}
        <Why id=id />
        <Assigned id=id />
        {move || contact.get().map(|contact| view! { <Consents list=contact.consents /> })}
        {move || contact.get().map(|contact| view! {
            <Conversations title=tu_string!(i18n, inbox.earlier_conversations) list=contact.earlier />
            <Conversations
                title=tu_string!(i18n, inbox.same_person)
                hint=tu_string!(i18n, inbox.same_person_text)
                list=contact.same_person
            />
        })}
    }
}

#[component]
fn Contact(contact: ContactView) -> impl IntoView {
    let i18n = use_i18n();
    let address = |address: String| {
        view! {
            <li class="line">
                <span class="line__grow truncate tabular"><bdi>{address.clone()}</bdi></span>
                <CopyButton
                    text=address
                    label=tu_string!(i18n, inbox.copy)
                    done=tu_string!(i18n, inbox.copied)
                />
            </li>
        }
    };
    view! {
        <section class="side-part side-part--who">
            <Avatar name=contact.name.clone() key=contact.id.to_string() size=AvatarSize::Huge />
            <h3><bdi dir="auto">{contact.name.clone()}</bdi></h3>
            {contact.username.map(|name| view! { <p class="faint">"@" {name}</p> })}
        </section>
        <section class="side-part">
            <h4>{tu_string!(i18n, inbox.contact)}</h4>
            <ul class="side-list">{contact.addresses.into_iter().map(address).collect_view()}</ul>
            <dl class="standing">
                <div>
                    <dt>{tu_string!(i18n, inbox.first_seen)}</dt>
                    <dd>
                        <Ago at=contact.first_seen.0 style=AgoStyle::Relative />
                    </dd>
                </div>
            </dl>
        </section>
    }
}

#[component]
fn Standing(card: Memo<Card>) -> impl IntoView {
    let i18n = use_i18n();
    let live = use_live();
    let place = use_place();
    let holder = move || {
        let me = live.me.get();
        card.with(|card| match card.owner {
            Owner::Nobody => tu_string!(i18n, inbox.nobody).to_owned(),
            owner => words::holder(i18n, card.stage, owner, card.owner_name.clone(), me),
        })
    };
    let snoozed = move || card.with(|card| card.snoozed_until);
    let free = move || card.with(|card| card.free_until).filter(|until| *until > live.clock.now.get());
    let edit = move |what: Ask, label: &'static str| {
        view! {
            <Button
                kind=ButtonKind::Ghost
                size=ButtonSize::Small
                icon=IconName::Pencil
                label=label
                on_press=move || place.ask.set(Some(what))
            />
        }
    };
    view! {
        <section class="side-part">
            <h4>{tu_string!(i18n, inbox.conversation)}</h4>
            <dl class="standing">
                <div>
                    <dt>{tu_string!(i18n, inbox.stage)}</dt>
                    <dd>{move || words::stage(i18n, card.with(|card| card.stage))}</dd>
                </div>
                <div>
                    <dt>{tu_string!(i18n, inbox.owner)}</dt>
                    <dd><bdi>{holder}</bdi></dd>
                </div>
                <div>
                    <dt>{tu_string!(i18n, inbox.channel)}</dt>
                    <dd>{move || card.with(|card| card.channel_name.clone())}</dd>
                </div>
                {move || free().map(|until| view! {
                    <div>
                        <dt>{tu_string!(i18n, inbox.free_until)}</dt>
                        <dd><Ago at=until.0 style=AgoStyle::Full /></dd>
                    </div>
                })}
                {move || snoozed().map(|until| view! {
                    <div>
                        <dt>{tu_string!(i18n, inbox.snoozed_until)}</dt>
                        <dd><Ago at=until.0 style=AgoStyle::Full /></dd>
                    </div>
                })}
                <div>
                    <dt>{tu_string!(i18n, inbox.priority)}</dt>
                    <dd>
                        {move || words::priority(i18n, card.with(|card| card.priority))}
                        {edit(Ask::Priority, tu_string!(i18n, inbox.do_priority))}
                    </dd>
                </div>
                <div>
                    <dt>{tu_string!(i18n, inbox.labels)}</dt>
                    <dd class="standing__labels">
                        {move || {
                            card.with(|card| card.labels.clone())
                                .into_iter()
                                .map(|label| view! { <Badge>{label}</Badge> })
                                .collect_view()
                        }}
                        {edit(Ask::Label, tu_string!(i18n, inbox.do_label))}
                    </dd>
                </div>
            </dl>
        </section>
    }
}

/// Other conversations that matter here.
#[component]
fn Conversations(
    title: &'static str,
    #[prop(optional)] hint: &'static str,
    list: Vec<EarlierConversation>,
) -> impl IntoView {
    let entry = |earlier: EarlierConversation| {
        view! {
            <li>
                <a class="earlier" href=format!("/inbox/all/{}", earlier.id)>
                    <span class="truncate">{earlier.channel_name}</span>
                    <Ago at=earlier.opened_at.0 style=AgoStyle::Short />
                </a>
            </li>
        }
    };
    (!list.is_empty()).then(|| {
        view! {
            <section class="side-part">
                <h4>{title}</h4>
                {(!hint.is_empty()).then(|| view! { <p class="faint small">{hint}</p> })}
                <ul class="side-list">{list.into_iter().map(entry).collect_view()}</ul>
            </section>
        }
    })
}
