//! What a message becomes: which kind it goes as, and the parts that both ways of sending share.

use contract::Body;
use contract::message::{
    ButtonValue, CardEntry, Choice, ContactCard, Location, Media, MediaKind, Parameter, Section, Template,
};
use serde_json::{Map, Value, json};

use super::fields::address;

/// How a message goes. Each kind can have a campaign of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Image,
    Buttons,
    List,
    Template,
    /// A form; no campaign can open one that is chosen only when it is sent.
    Form,
}

impl Kind {
    /// What a body goes as: as text, where Braze has nothing of its own for it.
    pub(super) fn of(body: &Body) -> Kind {
        match body {
            Body::Media(media) if media.kind == MediaKind::Image => Kind::Image,
            Body::Buttons { .. } => Kind::Buttons,
            Body::List { .. } => Kind::List,
            Body::Template(_) => Kind::Template,
            Body::Flow(_) => Kind::Form,
            _ => Kind::Text,
        }
    }

    /// The field with the kind's campaign.
    pub(super) fn campaign(self) -> Option<&'static str> {
        match self {
            Kind::Text => Some("campaign_text"),
            Kind::Image => Some("campaign_image"),
            Kind::Buttons => Some("campaign_buttons"),
            Kind::List => Some("campaign_list"),
            Kind::Template => Some("campaign_template"),
            Kind::Form => None,
        }
    }

    /// What it is called for people, in the plural.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Text => "texts",
            Kind::Image => "pictures",
            Kind::Buttons => "buttons",
            Kind::List => "menus",
            Kind::Template => "templates",
            Kind::Form => "forms",
        }
    }
}

/// A message as plain text, for what goes as such. None for what does not.
pub(super) fn in_words(body: &Body) -> Option<String> {
    match body {
        Body::Text { text } | Body::ContactRequest { text } => Some(text.clone()),
        Body::LinkButton { text, header, footer, label, url } => {
            let link = format!("{label}: {url}");
            Some(lines([header.as_deref(), Some(text), Some(link.as_str()), footer.as_deref()]))
        }
        Body::Location(place) => Some(location(place)),
        Body::Contacts { cards } => Some(cards.iter().map(card).collect::<Vec<_>>().join("\n\n")),
        Body::Media(media) if media.kind != MediaKind::Image => {
            Some(lines([media.caption.as_deref(), media.file_name.as_deref(), address(media)]))
        }
        _ => None,
    }
}

fn lines<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let filled = parts.into_iter().flatten().filter(|part| !part.trim().is_empty());
    filled.collect::<Vec<_>>().join("\n")
}

fn location(place: &Location) -> String {
    let map = format!("https://www.google.com/maps?q={},{}", place.latitude, place.longitude);
    lines([place.name.as_deref(), place.address.as_deref(), Some(map.as_str()), place.url.as_deref()])
}

fn card(card: &ContactCard) -> String {
    let entry = |entry: &CardEntry| match entry.label.as_deref().filter(|label| !label.trim().is_empty()) {
        Some(label) => format!("{label}: {}", entry.value),
        None => entry.value.clone(),
    };
    let entries: Vec<String> = card.phones.iter().chain(&card.emails).chain(&card.urls).map(entry).collect();
    let named = [Some(card.name.as_str()), card.company.as_deref()];
    lines(named.into_iter().chain(entries.iter().map(|entry| Some(entry.as_str()))))
}

/// The file in the header of a template.
pub(super) fn header_file(template: &Template) -> Option<&Media> {
    template.header.iter().find_map(|parameter| match parameter {
        Parameter::Media(media) => Some(media),
        _ => None,
    })
}

/// How text is written: as it is, or so that it is no Liquid.
pub(super) type Written = fn(&str) -> String;

/// Buttons in order. Their ids do not go out: what comes back is the label.
pub(super) fn buttons(buttons: &[Choice], written: Written) -> Value {
    buttons.iter().map(|button| json!({ "text": written(&button.title) })).collect()
}

/// A menu. Braze wants a title for every section, so a single one without takes the menu's own label.
pub(super) fn list(label: &str, sections: &[Section], written: Written) -> Value {
    let row = |row: &Choice| {
        let mut object = json!({ "row_title": written(&row.title) });
        if let Some(description) = &row.description {
            object["row_description"] = json!(written(description));
        }
        object
    };
    let section = |section: &Section| {
        let rows: Vec<Value> = section.rows.iter().map(row).collect();
        json!({ "section_title": written(section.title.as_deref().unwrap_or(label)), "list_rows": rows })
    };
    let sections: Vec<Value> = sections.iter().map(section).collect();
    json!({ "list_button_text": written(label), "list_sections": sections })
}

/// A template. Variables go by their place from 0, those of buttons by the button's. Payloads of quick replies and
/// tokens of forms are not passed on by Braze, which shows what was tapped by its label.
pub(super) fn template(template: &Template, written: Written) -> Value {
    let mut object = Map::new();
    object.insert("template_name".to_owned(), json!(template.name));
    object.insert("template_language_code".to_owned(), json!(template.language));
    let variables = |parameters: &[Parameter]| -> Map<String, Value> {
        let words = parameters.iter().filter_map(Parameter::words);
        (0..).zip(words).map(|(at, words): (u32, _)| (at.to_string(), json!(written(words)))).collect()
    };
    let of_buttons = template.buttons.iter().filter_map(|button| match &button.value {
        ButtonValue::UrlSuffix(value) | ButtonValue::CopyCode(value) => {
            Some((button.index.to_string(), json!(written(value))))
        }
        ButtonValue::Payload(_) | ButtonValue::FlowToken(_) => None,
    });
    for (key, variables) in [
        ("header_variables", variables(&template.header)),
        ("body_variables", variables(&template.body)),
        ("button_variables", of_buttons.collect()),
    ] {
        if !variables.is_empty() {
            object.insert(key.to_owned(), Value::Object(variables));
        }
    }
    if let Some(link) = header_file(template).and_then(address) {
        object.insert("header_media_uri".to_owned(), json!(link));
    }
    Value::Object(object)
}
