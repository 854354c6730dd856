//! What a message holds, as the customer sees it: each kind, with what can be tapped.

use contract::message::{
    Body, ButtonValue, CardEntry, Choice, ContactCard, Field, Location, Media, MediaKind, OrderItem, Template,
};
use contract::sandbox::PhoneAct;
use leptos::prelude::*;

use super::compose::{own_card, sample_place};
use super::handset::Handset;
use super::phone::Sheet;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::inbox::markup::{Marked, safe};
use crate::ui::{Avatar, Icon, IconName, IconSize};

/// What a message holds.
pub(super) fn content(handset: Handset, sheet: Sheet, id: &str, body: Body) -> AnyView {
    let i18n = use_i18n();
    match body {
        Body::Text { text } => words(None, text, None),
        Body::Media(media) => file(media),
        Body::Location(place) => location(place),
        Body::Contacts { cards } => cards.into_iter().map(card).collect_view().into_any(),
        Body::Buttons { text, header, footer, buttons } => {
            view! { {words(header, text, footer)} {choices(handset, id, buttons)} }.into_any()
        }
        Body::List { text, header, footer, button, .. } => {
            let id = id.to_owned();
            let open = move || sheet.0.set(Some(id.clone()));
            view! { {words(header, text, footer)} {tap(IconName::List, button, "menu", open)} }.into_any()
        }
        Body::LinkButton { text, header, footer, label, url } => {
            view! { {words(header, text, footer)} {link(label, url)} }.into_any()
        }
        Body::LocationRequest { text } => {
            let send = move || handset.send(sample_place(), |_| ());
            let label = tu_string!(i18n, sandbox.send_location).to_owned();
            view! { {words(None, text, None)} {tap(IconName::Pin, label, "location", send)} }.into_any()
        }
        Body::ContactRequest { text } => {
            let send = move || handset.send(own_card(handset), |_| ());
            let label = tu_string!(i18n, sandbox.share_contact).to_owned();
            view! { {words(None, text, None)} {tap(IconName::User, label, "contact", send)} }.into_any()
        }
        Body::Flow(flow) => view! {
            {words(flow.header, flow.text, flow.footer)}
            <span class="bubble__tap bubble__tap--dead">
                <Icon name=IconName::Template />
                {flow.label}
            </span>
            <span class="bubble__second">{tu_string!(i18n, sandbox.flow_text)}</span>
        }
        .into_any(),
        Body::Template(template) => filled(handset, id, template),
        Body::ButtonReply { title, .. } => words(None, title, None),
        Body::ListReply { title, description, .. } => words(None, title, description),
        Body::FlowReply { name, fields } => form(name, fields),
        Body::Order { text, items } => order(text, items),
        Body::System { text, .. } => view! { <span dir="auto">{text}</span> }.into_any(),
        Body::Unsupported { kind, detail } => view! {
            <em class="bubble__odd">{detail.unwrap_or(kind)}</em>
        }
        .into_any(),
    }
}

fn words(header: Option<String>, text: String, footer: Option<String>) -> AnyView {
    view! {
        {header.map(|header| view! { <strong class="bubble__header" dir="auto">{header}</strong> })}
        <div class="bubble__text" dir="auto">
            <Marked text=text />
        </div>
        {footer.map(|footer| view! { <span class="bubble__second" dir="auto">{footer}</span> })}
    }
    .into_any()
}

/// A line under a message that can be tapped.
fn tap(icon: IconName, label: String, hook: &'static str, on_tap: impl Fn() + 'static) -> impl IntoView {
    view! {
        <button class="bubble__tap" type="button" data-tap=hook on:click=move |_| on_tap()>
            <Icon name=icon />
            <span dir="auto">{label}</span>
        </button>
    }
}

fn choices(handset: Handset, id: &str, choices: Vec<Choice>) -> impl IntoView + use<> {
    let id = id.to_owned();
    choices
        .into_iter()
        .map(|choice| {
            let (message, key) = (id.clone(), choice.id.clone());
            let choose = move |_| {
                handset.act(PhoneAct::Choose { message: message.clone(), choice: key.clone() });
            };
            view! {
                <button class="bubble__tap" type="button" data-choice=choice.id on:click=choose>
                    <Icon name=IconName::Reply />
                    <span dir="auto">{choice.title}</span>
                </button>
            }
        })
        .collect_view()
}

fn link(label: String, url: String) -> AnyView {
    let words = view! {
        <Icon name=IconName::External />
        <span dir="auto">{label}</span>
    };
    if safe(&url) {
        view! { <a class="bubble__tap" href=url target="_blank" rel="noopener noreferrer nofollow">{words}</a> }.into_any()
    } else {
        view! { <span class="bubble__tap bubble__tap--dead">{words}</span> }.into_any()
    }
}

/// Where the sandbox keeps the bytes of what is on its phones.
const KEPT: &str = "/api/sandbox/files/";

fn file(media: Media) -> AnyView {
    let icon = match media.kind {
        MediaKind::Image | MediaKind::Sticker => IconName::Image,
        MediaKind::Video => IconName::Video,
        MediaKind::Audio | MediaKind::Voice => IconName::Mic,
        MediaKind::Document => IconName::Document,
    };
    let picture = matches!(media.kind, MediaKind::Image | MediaKind::Sticker);
    let large = picture || media.kind == MediaKind::Video;
    let word = media.kind.as_str();
    let name = media.file_name.or(media.mime).unwrap_or_else(|| word.to_owned());
    let tile = {
        let name = name.clone();
        view! {
            <span class="bubble__file" class:bubble__file--large=large data-media=word>
                <Icon name=icon size=IconSize::Large />
                <span class="truncate">{name}</span>
            </span>
        }
    };
    let shown = match media.link.filter(|link| link.starts_with(KEPT)) {
        Some(link) if picture => {
            view! { <img class="bubble__photo" data-media=word src=link alt=name /> }.into_any()
        }
        Some(link) => view! { <a href=link target="_blank" rel="noopener">{tile}</a> }.into_any(),
        None => tile.into_any(),
    };
    view! {
        {shown}
        {media
            .caption
            .filter(|caption| !caption.is_empty())
            .map(|caption| {
                view! {
                    <div class="bubble__text" dir="auto">
                        <Marked text=caption />
                    </div>
                }
            })}
    }
    .into_any()
}

fn location(place: Location) -> AnyView {
    let coordinates = format!("{:.5}, {:.5}", place.latitude, place.longitude);
    view! {
        <span class="bubble__map">
            <Icon name=IconName::Pin size=IconSize::Huge />
        </span>
        <strong class="bubble__header" dir="auto">{place.name.unwrap_or_else(|| coordinates.clone())}</strong>
        <span class="bubble__second" dir="auto">{place.address.unwrap_or(coordinates)}</span>
    }
    .into_any()
}

fn card(card: ContactCard) -> impl IntoView {
    let entries = card.phones.into_iter().chain(card.emails).map(|CardEntry { value, .. }| {
        view! { <span class="bubble__second">{value}</span> }
    });
    view! {
        <span class="bubble__card">
            <Avatar name=card.name.clone() />
            <span class="bubble__lines">
                <strong dir="auto">{card.name}</strong>
                {entries.collect_view()}
            </span>
        </span>
    }
}

/// A template's quick replies come without their labels, so that what they carry is shown.
fn filled(handset: Handset, id: &str, template: Template) -> AnyView {
    let replies = template.buttons.into_iter().filter_map(|button| match button.value {
        ButtonValue::Payload(payload) => {
            Some(Choice { id: payload.clone(), title: payload, description: None })
        }
        ButtonValue::UrlSuffix(_) | ButtonValue::CopyCode(_) | ButtonValue::FlowToken(_) => None,
    });
    let replies = choices(handset, id, replies.collect());
    view! { {words(None, template.text, None)} {replies} }.into_any()
}

fn form(name: Option<String>, fields: Vec<Field>) -> AnyView {
    let rows = fields.into_iter().map(|field| {
        view! {
            <dt>{field.name}</dt>
            <dd dir="auto">{field.value}</dd>
        }
    });
    view! {
        {name.map(|name| view! { <strong class="bubble__header">{name}</strong> })}
        <dl class="bubble__form">{rows.collect_view()}</dl>
    }
    .into_any()
}

fn order(text: Option<String>, items: Vec<OrderItem>) -> AnyView {
    let rows = items.into_iter().map(|item| {
        view! {
            <dt>{item.quantity} " × " {item.product}</dt>
            <dd class="tabular">{item.price} " " {item.currency}</dd>
        }
    });
    view! {
        <dl class="bubble__form">{rows.collect_view()}</dl>
        {text.map(|text| words(None, text, None))}
    }
    .into_any()
}
