//! What is asked to be said, and how it is read: one flat object with what its type needs.

use contract::message::{
    ButtonValue, Choice, Location, Media, MediaKind, Parameter, Section, Template, TemplateButton,
};
use contract::{Body, FileId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::bots::kind_of;
use crate::http::error::Problem;

/// What a new message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// `text`.
    #[default]
    Text,
    /// A file: `media_id`, or `url` of a public file; with `caption` and `file_name`.
    Media,
    /// `text` with up to three `buttons`.
    Buttons,
    /// `text` with a menu: `sections` of up to ten rows in all, opened by `button`.
    List,
    /// `text` with a button `button` that opens `url`.
    Link,
    /// A `location`.
    Location,
    /// `text`, and a button by which the customer sends their location.
    LocationRequest,
    /// A `template`. It may go at any time; everything else only while the customer's window is open.
    Template,
    /// An `emoji` on the message `message_id`; an empty one takes it off.
    Reaction,
    /// `text` for colleagues alone.
    Note,
}

/// A message to write. What its type does not need must be left out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMessage {
    /// What it is.
    #[serde(default)]
    pub(super) r#type: Kind,
    /// The conversation's `epoch` that you have seen. A bot must name it. For a person, absent is the present one.
    pub(super) epoch: Option<i64>,
    /// The words.
    text: Option<String>,
    /// A line above the text, of buttons, lists and links.
    header: Option<String>,
    /// A small line below it.
    footer: Option<String>,
    /// The file, as `POST /api/v1/media` has named it.
    media_id: Option<Uuid>,
    /// The public https address of a file, or where a link leads.
    url: Option<String>,
    /// What the file at `url` is: `image`, `video`, `audio` or `document`; absent: by the end of its address.
    media_type: Option<String>,
    /// Text beside a file.
    caption: Option<String>,
    /// The file's name, of documents.
    file_name: Option<String>,
    /// One to three buttons.
    #[serde(default)]
    buttons: Vec<NewChoice>,
    /// The label that opens a menu or a link.
    button: Option<String>,
    /// The sections of a menu.
    #[serde(default)]
    sections: Vec<NewSection>,
    /// A place.
    location: Option<NewPlace>,
    /// A template, filled in.
    template: Option<NewTemplate>,
    /// The message that gets the emoji.
    pub(super) message_id: Option<Uuid>,
    /// The emoji.
    pub(super) emoji: Option<String>,
    /// The message that is answered.
    pub(super) reply_to: Option<Uuid>,
    /// For people: take the conversation over, whoever has it.
    #[serde(default)]
    pub(super) take_over: bool,
}

/// Something to choose.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewChoice {
    /// Comes back when it is chosen.
    id: String,
    /// What the customer sees.
    title: String,
    /// A second line, in menus.
    description: Option<String>,
}

/// A section of a menu.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSection {
    /// Its title; required when there are several.
    title: Option<String>,
    /// Its rows.
    rows: Vec<NewChoice>,
}

/// A place.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPlace {
    /// Degrees north.
    latitude: f64,
    /// Degrees east.
    longitude: f64,
    /// What it is called.
    name: Option<String>,
    /// Its postal address.
    address: Option<String>,
}

/// A template, filled in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTemplate {
    /// Its name.
    name: String,
    /// Its language (`en_US`).
    language: String,
    /// The values of the header's text, in order.
    #[serde(default)]
    header: Vec<Value>,
    /// The public address of the header's file.
    header_url: Option<String>,
    /// What the header's file is: `image`, `video` or `document`.
    header_type: Option<String>,
    /// The values of the text, in order.
    #[serde(default)]
    body: Vec<Value>,
    /// The values of its buttons.
    #[serde(default)]
    buttons: Vec<NewTemplateButton>,
}

/// One value of a template: text, or text with the variable's name.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = TemplateValue)]
pub(super) enum Value {
    /// By its place.
    Text(String),
    /// By its name.
    Named {
        /// The variable's name.
        name: String,
        /// The text.
        text: String,
    },
}

/// The value of one button of a template.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTemplateButton {
    /// Which button, from 0.
    index: u8,
    /// What it carries: `payload`, `url_suffix`, `copy_code` or `flow_token`.
    r#type: String,
    /// The value.
    value: String,
}

impl NewMessage {
    /// What it says. Not for reactions and notes.
    pub(super) fn body(&self) -> Result<Body, Problem> {
        Ok(match self.r#type {
            Kind::Text => Body::text(self.words()?),
            Kind::Media => Body::Media(self.media()?),
            Kind::Buttons => Body::Buttons {
                text: self.words()?,
                header: self.header.clone(),
                footer: self.footer.clone(),
                buttons: some(&self.buttons, "buttons")?.iter().map(NewChoice::read).collect(),
            },
            Kind::List => Body::List {
                text: self.words()?,
                header: self.header.clone(),
                footer: self.footer.clone(),
                button: needed(self.button.as_deref(), "button")?,
                sections: some(&self.sections, "sections")?.iter().map(NewSection::read).collect(),
            },
            Kind::Link => Body::LinkButton {
                text: self.words()?,
                header: self.header.clone(),
                footer: self.footer.clone(),
                label: needed(self.button.as_deref(), "button")?,
                url: needed(self.url.as_deref(), "url")?,
            },
            Kind::Location => Body::Location(self.place()?),
            Kind::LocationRequest => Body::LocationRequest { text: self.words()? },
            Kind::Template => {
                let template = self.template.clone().ok_or_else(|| missing("template"))?;
                Body::Template(template.read()?)
            }
            Kind::Reaction | Kind::Note => return Err(Problem::at("type", "this is nothing that is said")),
        })
    }

    /// Its words.
    pub(super) fn words(&self) -> Result<String, Problem> {
        needed(self.text.as_deref(), "text")
    }

    fn media(&self) -> Result<Media, Problem> {
        // What is uploaded is known here already: its kind is the one that it was taken as.
        let media = match (self.media_id, self.url.as_deref()) {
            (Some(id), None) => Media { file: Some(FileId(id)), ..Media::of(MediaKind::Document) },
            (None, Some(url)) => {
                web(url, "url")?;
                let mime =
                    self.media_type.as_deref().map(|word| media_type(word, "media_type")).transpose()?;
                Media { link: Some(url.to_owned()), ..Media::of(kind_of(mime, url)) }
            }
            _ => return Err(Problem::at("media_id", "give either media_id or url")),
        };
        Ok(Media { caption: self.caption.clone(), file_name: self.file_name.clone(), ..media })
    }

    fn place(&self) -> Result<Location, Problem> {
        let place = self.location.as_ref().ok_or_else(|| missing("location"))?;
        if !(-90.0..=90.0).contains(&place.latitude) {
            return Err(Problem::at("location.latitude", "between -90 and 90"));
        }
        if !(-180.0..=180.0).contains(&place.longitude) {
            return Err(Problem::at("location.longitude", "between -180 and 180"));
        }
        Ok(Location {
            latitude: place.latitude,
            longitude: place.longitude,
            name: place.name.clone(),
            address: place.address.clone(),
            url: None,
        })
    }
}

impl NewChoice {
    fn read(&self) -> Choice {
        Choice { id: self.id.clone(), title: self.title.clone(), description: self.description.clone() }
    }
}

impl NewSection {
    fn read(&self) -> Section {
        Section { title: self.title.clone(), rows: self.rows.iter().map(NewChoice::read).collect() }
    }
}

impl NewTemplate {
    /// The template as a message has it. Its text is written in when it is sent.
    pub(super) fn read(self) -> Result<Template, Problem> {
        let mut header: Vec<Parameter> = self.header.into_iter().map(Value::read).collect();
        if let Some(url) = self.header_url {
            web(&url, "template.header_url")?;
            let mime = self.header_type.as_deref();
            let mime = mime.map(|word| media_type(word, "template.header_type")).transpose()?;
            let kind = kind_of(mime, &url);
            header.push(Parameter::Media(Media { link: Some(url), ..Media::of(kind) }));
        }
        let buttons = self.buttons.into_iter().enumerate().map(|(at, button)| button.read(at));
        Ok(Template {
            name: self.name,
            id: None,
            language: self.language,
            text: String::new(),
            header,
            body: self.body.into_iter().map(Value::read).collect(),
            buttons: buttons.collect::<Result<_, _>>()?,
        })
    }
}

impl Value {
    fn read(self) -> Parameter {
        match self {
            Value::Text(text) => Parameter::Text { text, name: None },
            Value::Named { name, text } => Parameter::Text { text, name: Some(name) },
        }
    }
}

impl NewTemplateButton {
    fn read(self, at: usize) -> Result<TemplateButton, Problem> {
        let value = match self.r#type.as_str() {
            "payload" => ButtonValue::Payload(self.value),
            "url_suffix" => ButtonValue::UrlSuffix(self.value),
            "copy_code" => ButtonValue::CopyCode(self.value),
            "flow_token" => ButtonValue::FlowToken(self.value),
            _ => {
                let path = format!("template.buttons[{at}].type");
                return Err(Problem::at(&path, "one of payload, url_suffix, copy_code and flow_token"));
            }
        };
        Ok(TemplateButton { index: self.index, value })
    }
}

/// The first half of a type, for a word of ours.
fn media_type(word: &str, path: &str) -> Result<&'static str, Problem> {
    match word {
        "image" => Ok("image/"),
        "video" => Ok("video/"),
        "audio" => Ok("audio/"),
        "document" => Ok("application/"),
        _ => Err(Problem::at(path, "one of image, video, audio and document")),
    }
}

fn web(url: &str, path: &str) -> Result<(), Problem> {
    let public = url::Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.host().is_some());
    if public { Ok(()) } else { Err(Problem::at(path, "a public address that begins with https://")) }
}

fn needed(text: Option<&str>, path: &str) -> Result<String, Problem> {
    text.filter(|text| !text.trim().is_empty()).map(str::to_owned).ok_or_else(|| missing(path))
}

fn some<'a, T>(all: &'a [T], path: &str) -> Result<&'a [T], Problem> {
    if all.is_empty() { Err(missing(path)) } else { Ok(all) }
}

/// Something that the type needs is not there.
fn missing(path: &str) -> Problem {
    Problem::at(path, "this is needed here")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body(value: Value) -> Result<Body, Value> {
        let new: NewMessage = serde_json::from_value(value).unwrap();
        new.body().map_err(|problem| problem.more["errors"][0]["path"].clone())
    }

    #[test]
    fn each_type_says_what_it_lacks() {
        let table = [
            (json!({}), "text"),
            (json!({ "text": "  " }), "text"),
            (json!({ "type": "buttons", "text": "a" }), "buttons"),
            (json!({ "type": "list", "text": "a", "sections": [] }), "button"),
            (json!({ "type": "media" }), "media_id"),
            (json!({ "type": "media", "url": "http://example.org/a.png" }), "url"),
            (json!({ "type": "media", "url": "https://example.org/a", "media_type": "gif" }), "media_type"),
            (json!({ "type": "location" }), "location"),
            (
                json!({ "type": "location", "location": { "latitude": 91, "longitude": 0 } }),
                "location.latitude",
            ),
            (json!({ "type": "template" }), "template"),
        ];
        for (new, path) in table {
            assert_eq!(body(new.clone()), Err(json!(path)), "{new}");
        }
    }

    #[test]
    fn a_file_at_an_address_is_what_its_end_or_the_caller_says() {
        let kind = |value| match body(value) {
            Ok(Body::Media(media)) => media.kind,
            other => panic!("{other:?}"),
        };
        assert_eq!(kind(json!({ "type": "media", "url": "https://example.org/a.png?x" })), MediaKind::Image);
        let said = json!({ "type": "media", "url": "https://example.org/a", "media_type": "video" });
        assert_eq!(kind(said), MediaKind::Video);
        assert_eq!(kind(json!({ "type": "media", "url": "https://example.org/a" })), MediaKind::Document);
    }
}
