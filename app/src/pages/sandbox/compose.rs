//! The line at the bottom of the phone: what the customer writes and attaches.

use contract::message::{Body, CardEntry, ContactCard, Location, Media, MediaKind};
use contract::sandbox::PhoneAct;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::handset::Handset;
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::ui::{Button, ButtonKind, Icon, IconName, Menu, MenuItem};

/// The line to write in.
#[component]
pub(super) fn Compose(handset: Handset) -> impl IntoView {
    let i18n = use_i18n();
    let text = RwSignal::new(String::new());
    // A message that is to be changed comes with its words.
    Effect::new(move |_| {
        if let Some(Body::Text { text: words }) = handset.editing.get().map(|message| message.body) {
            text.set(words);
        }
    });
    // What was typed before the page woke stays, so that only a change from outside is written.
    let node = NodeRef::<leptos::html::Textarea>::new();
    Effect::new(move |before: Option<()>| {
        let Some(area) = node.get() else { return };
        let wanted = text.get();
        if before.is_none() && wanted.is_empty() {
            text.set(area.value());
        } else if area.value() != wanted {
            area.set_value(&wanted);
        }
    });
    let send = move || send(handset, text);
    let key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        } else if event.key() == "Escape" {
            handset.answering.set(None);
            handset.editing.set(None);
        }
    };
    view! {
        <About handset=handset text=text />
        <div class="compose">
            <Attach handset=handset />
            <textarea
                class="compose__input"
                id="phone-input"
                rows="1"
                dir="auto"
                data-testid="phone-input"
                aria-label=tu_string!(i18n, sandbox.message)
                placeholder=tu_string!(i18n, sandbox.message)
                node_ref=node
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=key
            ></textarea>
            <button
                class="compose__send"
                type="button"
                data-testid="phone-send"
                aria-label=tu_string!(i18n, sandbox.send)
                title=tu_string!(i18n, sandbox.send)
                on:click=move |_| send()
            >
                <Icon name=IconName::Send />
            </button>
        </div>
    }
}

/// Sends what was typed, or puts it in place of the message that is being changed. It comes back if that fails.
fn send(handset: Handset, text: RwSignal<String>) {
    let words = text.get_untracked().trim().to_owned();
    if words.is_empty() {
        return;
    }
    text.set(String::new());
    browser::focus("#phone-input");
    let kept = words.clone();
    let back = move |done: bool| {
        if !done && text.try_with_untracked(String::is_empty) == Some(true) {
            text.set(kept);
        }
    };
    match handset.editing.try_update(Option::take).flatten() {
        Some(message) => handset.act_then(PhoneAct::Edit { message: message.id, text: words }, back),
        None => handset.send(Body::text(words), back),
    }
}

/// Which message is answered or changed.
#[component]
fn About(handset: Handset, text: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let (title, message) = match (handset.editing.get(), handset.answering.get()) {
            (Some(message), _) => (tu_string!(i18n, sandbox.editing), message),
            (None, Some(message)) => (tu_string!(i18n, sandbox.replying), message),
            (None, None) => return None,
        };
        let cancel = move || {
            handset.answering.set(None);
            if handset.editing.try_update(Option::take).flatten().is_some() {
                text.set(String::new());
            }
        };
        let words = message.body.words().unwrap_or(message.body.kind()).to_owned();
        Some(view! {
            <div class="compose__about">
                <span class="line__grow">
                    <strong>{title}</strong>
                    <span class="truncate" dir="auto">{words}</span>
                </span>
                <Button
                    kind=ButtonKind::Ghost
                    icon=IconName::X
                    label=tu_string!(i18n, sandbox.cancel)
                    on_press=cancel
                />
            </div>
        })
    }
}

#[component]
fn Attach(handset: Handset) -> impl IntoView {
    let i18n = use_i18n();
    let send = move |body: Body| handset.send(body, |_| ());
    view! {
        <Menu
            id="phone-attach"
            label=tu_string!(i18n, sandbox.attach)
            icon=IconName::Paperclip
            testid="phone-attach"
        >
            <MenuItem
                label=tu_string!(i18n, sandbox.image)
                icon=IconName::Image
                testid="attach-image"
                on_press=move || send(sample_file(MediaKind::Image, "photo.jpg", "image/jpeg"))
            />
            <MenuItem
                label=tu_string!(i18n, sandbox.document)
                icon=IconName::Document
                testid="attach-document"
                on_press=move || send(sample_file(MediaKind::Document, "order.pdf", "application/pdf"))
            />
            <MenuItem
                label=tu_string!(i18n, sandbox.voice)
                icon=IconName::Mic
                testid="attach-voice"
                on_press=move || send(sample_file(MediaKind::Voice, "voice.ogg", "audio/ogg"))
            />
            <MenuItem
                label=tu_string!(i18n, sandbox.location)
                icon=IconName::Pin
                testid="attach-location"
                on_press=move || send(sample_place())
            />
            <MenuItem
                label=tu_string!(i18n, sandbox.contact)
                icon=IconName::User
                testid="attach-contact"
                on_press=move || send(sample_card())
            />
        </Menu>
    }
}

/// A place to send.
pub(super) fn sample_place() -> Body {
    Body::Location(Location {
        latitude: 48.858_37,
        longitude: 2.294_48,
        name: Some("Tour Eiffel".to_owned()),
        address: Some("5 avenue Anatole France, 75007 Paris".to_owned()),
        url: None,
    })
}

/// The card of the phone's own owner, as it is sent when it was asked for.
pub(super) fn own_card(handset: Handset) -> Body {
    let phone = handset.view.with_untracked(|view| view.as_ref().map(|view| view.phone.clone()));
    let (name, number) = phone.map(|phone| (phone.name, phone.number)).unwrap_or_default();
    contact(name, &number, Some("contact_request".to_owned()))
}

fn sample_card() -> Body {
    contact("Maria Rossi".to_owned(), "390612345678", None)
}

fn contact(name: String, number: &str, origin: Option<String>) -> Body {
    let phone = CardEntry { value: format!("+{number}"), label: None, wa_id: Some(number.to_owned()) };
    let first_name = name.split_whitespace().next().map(str::to_owned);
    Body::Contacts {
        cards: vec![ContactCard { name, first_name, phones: vec![phone], origin, ..Default::default() }],
    }
}

fn sample_file(kind: MediaKind, name: &str, mime: &str) -> Body {
    Body::Media(Media { mime: Some(mime.to_owned()), file_name: Some(name.to_owned()), ..Media::of(kind) })
}
