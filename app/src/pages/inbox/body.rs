//! What a message holds, for every kind there is.

use contract::message::{
    Body, CardEntry, Choice, ContactCard, Field, Location, OrderItem, Section, Template,
};
use leptos::prelude::*;

use super::file::{Of, file_view};
use super::markup::{Marked, outside};
use super::words::Texts;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Icon, IconName};

/// The content of a bubble.
#[component]
pub fn BodyView(
    body: Body,
    /// The message that it is the content of.
    of: Of,
) -> impl IntoView {
    let i18n = use_i18n();
    match body {
        Body::Text { text } => view! { <Marked text=text /> }.into_any(),
        Body::Media(media) => file_view(i18n, media, of),
        Body::Location(place) => location(i18n, place),
        Body::Contacts { cards } => cards.into_iter().map(contact_card).collect_view().into_any(),
        Body::Buttons { text, header, footer, buttons } => {
            framed(header, text, footer, choices(buttons.into_iter().map(|button| button.title).collect()))
        }
        Body::List { text, header, footer, button, sections } => {
            framed(header, text, footer, menu(i18n, button, sections))
        }
        Body::LinkButton { text, header, footer, label, url } => {
            let link = view! { <span class="choices"><span class="choices__choice">{outside(url, label)}</span></span> };
            framed(header, text, footer, link.into_any())
        }
        Body::LocationRequest { text } => {
            framed(None, text, None, asked(IconName::Pin, tu_string!(i18n, inbox.asks_location)))
        }
        Body::ContactRequest { text } => {
            framed(None, text, None, asked(IconName::Phone, tu_string!(i18n, inbox.asks_contact)))
        }
        Body::Flow(flow) => framed(flow.header, flow.text, flow.footer, choices(vec![flow.label])),
        Body::Template(template) => template_view(i18n, template),
        Body::ButtonReply { title, .. } => reply(title, None),
        Body::ListReply { title, description, .. } => reply(title, description),
        Body::FlowReply { name, fields } => form(i18n, name, fields),
        Body::Order { text, items } => order(i18n, text, items),
        Body::System { text, .. } => labelled(IconName::Info, text, None),
        Body::Unsupported { kind, detail } => {
            let text = tu_string!(i18n, inbox.unsupported, kind = kind).to_string();
            labelled(IconName::Question, text, detail)
        }
    }
}

/// An icon with a line or two beside it.
pub(super) fn labelled(icon: IconName, text: String, more: Option<String>) -> AnyView {
    view! {
        <div class="part">
            <span class="part__mark"><Icon name=icon /></span>
            <span class="part__words">
                <span dir="auto">{text}</span>
                {more.map(|more| view! { <span class="part__more" dir="auto">{more}</span> })}
            </span>
        </div>
    }
    .into_any()
}

fn location(i18n: Texts, place: Location) -> AnyView {
    let spot = format!("{:.5}, {:.5}", place.latitude, place.longitude);
    let map = format!(
        "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}",
        place.latitude, place.longitude
    );
    let name = place.name.unwrap_or_else(|| tu_string!(i18n, inbox.location).to_owned());
    let more = place.address.unwrap_or(spot);
    view! {
        {labelled(IconName::Pin, name, Some(more))}
        <p class="part__link">{outside(map, tu_string!(i18n, inbox.open_map).to_owned())}</p>
    }
    .into_any()
}

fn contact_card(card: ContactCard) -> AnyView {
    let entry = |start: &'static str| {
        move |entry: CardEntry| {
            let target =
                if start.is_empty() { entry.value.clone() } else { format!("{start}{}", entry.value) };
            view! { <li>{outside(target, entry.value)} {entry.label.map(|label| format!(" · {label}"))}</li> }
        }
    };
    view! {
        {labelled(IconName::User, card.name, card.company)}
        <ul class="part__list">
            {card.phones.into_iter().map(entry("tel:")).collect_view()}
            {card.emails.into_iter().map(entry("mailto:")).collect_view()}
            {card.urls.into_iter().map(entry("")).collect_view()}
        </ul>
    }
    .into_any()
}

/// Text between a line above and a small line below, with something at its end.
fn framed(header: Option<String>, text: String, footer: Option<String>, end: AnyView) -> AnyView {
    view! {
        {header.map(|header| view! { <p class="part__header" dir="auto">{header}</p> })}
        <Marked text=text />
        {footer.map(|footer| view! { <p class="part__footer" dir="auto">{footer}</p> })}
        {end}
    }
    .into_any()
}

fn choices(titles: Vec<String>) -> AnyView {
    let choice = |title: String| view! { <span class="choices__choice" dir="auto">{title}</span> };
    view! { <span class="choices">{titles.into_iter().map(choice).collect_view()}</span> }.into_any()
}

fn menu(i18n: Texts, button: String, sections: Vec<Section>) -> AnyView {
    let row = |row: Choice| {
        view! {
            <li>
                <span dir="auto">{row.title}</span>
                {row.description.map(|more| view! { <span class="part__more" dir="auto">{more}</span> })}
            </li>
        }
    };
    let section = move |section: Section| {
        view! {
            {section.title.map(|title| view! { <p class="part__header">{title}</p> })}
            <ul class="part__list">{section.rows.into_iter().map(row).collect_view()}</ul>
        }
    };
    view! {
        <details class="part__menu">
            <summary title=tu_string!(i18n, inbox.menu)>
                <Icon name=IconName::List />
                {button}
            </summary>
            {sections.into_iter().map(section).collect_view()}
        </details>
    }
    .into_any()
}

fn asked(icon: IconName, text: &'static str) -> AnyView {
    view! { <span class="choices"><span class="choices__choice"><Icon name=icon /> {text}</span></span> }
        .into_any()
}

fn template_view(i18n: Texts, template: Template) -> AnyView {
    let name = format!("{} · {}", template.name, template.language);
    view! {
        <p class="part__kind" title=name>
            <Icon name=IconName::Template />
            {tu_string!(i18n, inbox.template)}
        </p>
        <Marked text=template.text />
    }
    .into_any()
}

fn reply(title: String, more: Option<String>) -> AnyView {
    labelled(IconName::Reply, title, more)
}

fn form(i18n: Texts, name: Option<String>, fields: Vec<Field>) -> AnyView {
    let field = |field: Field| view! { <div><dt>{field.name}</dt><dd dir="auto">{field.value}</dd></div> };
    view! {
        {labelled(IconName::Document, name.unwrap_or_else(|| tu_string!(i18n, inbox.form).to_owned()), None)}
        <dl class="part__fields">{fields.into_iter().map(field).collect_view()}</dl>
    }
    .into_any()
}

fn order(i18n: Texts, text: Option<String>, items: Vec<OrderItem>) -> AnyView {
    let item = |item: OrderItem| {
        view! {
            <div>
                <dt>{item.quantity} " × " {item.product}</dt>
                <dd>{item.price} " " {item.currency}</dd>
            </div>
        }
    };
    view! {
        {labelled(IconName::Ledger, tu_string!(i18n, inbox.order).to_owned(), None)}
        <dl class="part__fields">{items.into_iter().map(item).collect_view()}</dl>
        {text.map(|text| view! { <Marked text=text /> })}
    }
    .into_any()
}
