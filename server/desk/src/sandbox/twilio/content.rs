//! A content, filled in: what the customer gets. The variables of a content are numbered through, those of the header
//! first, then those of the text, then those of links.

use contract::Body;
use contract::message::{
    ButtonValue, Choice, Media, MediaKind, Parameter, Section, Template, TemplateButton,
};
use contract::template::{TemplateButtonInfo, TemplateHeader, TemplateInfo, TemplateStatus};
use serde_json::{Map, Value};

use super::error::TwilioError;
use crate::sandbox::failure::Failure;
use crate::sandbox::templates::{Known, fit};

type Result<T> = std::result::Result<T, TwilioError>;

/// A template that every account begins with, its variables numbered through.
pub(super) fn through(known: &Known) -> TemplateInfo {
    let mut info = known.info.clone();
    if !known.raw.is_null() {
        return info;
    }
    let mut next = 1;
    let mut number = |text: &str| {
        let names = TemplateInfo::variables(text);
        let first = next;
        next += names.len();
        TemplateInfo::filled(text, |name| {
            let place = names.iter().position(|known| known == name)?;
            Some(format!("{{{{{}}}}}", first + place))
        })
    };
    match &mut info.header {
        Some(TemplateHeader::Text { text }) => *text = number(text),
        Some(_) => drop(number("{{1}}")),
        None => {}
    }
    info.body = number(&info.body);
    for button in &mut info.buttons {
        if let TemplateButtonInfo::Url { url, .. } = button {
            *url = number(url);
        }
    }
    info
}

/// What a content says with its variables filled in. What was never submitted is an ordinary message; what was is a
/// template, which may not be fit to go.
pub(super) fn body(known: &Known, variables: &Map<String, Value>) -> Result<(Body, Option<Failure>)> {
    if known.info.status == TemplateStatus::Draft {
        return Ok((plain(&known.raw["types"], variables)?, None));
    }
    let info = through(known);
    let mut template = filled(known, &info, variables);
    let numbered = Known { info, ..known.clone() };
    let doomed = fit(&[numbered], &mut template).err().map(Failure::Template);
    Ok((Body::Template(template), doomed))
}

fn value(variables: &Map<String, Value>, name: &str) -> Option<String> {
    match variables.get(name)? {
        Value::String(text) => Some(text.replace('\0', "")),
        other => Some(other.to_string()),
    }
}

fn filled(known: &Known, info: &TemplateInfo, variables: &Map<String, Value>) -> Template {
    let parameters = |text: &str| -> Vec<Parameter> {
        let named = |name: String| Some(Parameter::Text { text: value(variables, &name)?, name: Some(name) });
        TemplateInfo::variables(text).into_iter().filter_map(named).collect()
    };
    let file = |kind| {
        let link = value(variables, "1")?;
        Some(Parameter::Media(Media { link: Some(link), ..Media::of(kind) }))
    };
    let header = match &info.header {
        Some(TemplateHeader::Text { text }) => parameters(text),
        Some(TemplateHeader::Image) => file(MediaKind::Image).into_iter().collect(),
        Some(TemplateHeader::Video) => file(MediaKind::Video).into_iter().collect(),
        Some(TemplateHeader::Document) => file(MediaKind::Document).into_iter().collect(),
        Some(TemplateHeader::Location) | None => Vec::new(),
    };
    let link = |(index, button): (u8, &TemplateButtonInfo)| match button {
        TemplateButtonInfo::Url { url, .. } => {
            let suffix = value(variables, TemplateInfo::variables(url).first()?)?;
            Some(TemplateButton { index, value: ButtonValue::UrlSuffix(suffix) })
        }
        _ => None,
    };
    Template {
        name: info.name.clone(),
        id: Some(known.id.clone()),
        language: info.language.clone(),
        text: String::new(),
        header,
        body: parameters(&info.body),
        buttons: (0..).zip(&info.buttons).filter_map(link).collect(),
    }
}

/// A content that nobody has approved: buttons, a menu, a link, a file or text.
fn plain(types: &Value, variables: &Map<String, Value>) -> Result<Body> {
    let fill =
        |text: &Value| TemplateInfo::filled(text.as_str().unwrap_or_default(), |name| value(variables, name));
    let text = |of: &Value| fill(&of["body"]);
    let list = |of: &Value, key: &str| of[key].as_array().cloned().unwrap_or_default();
    if let Some(quick) = types.get("twilio/quick-reply") {
        let button = |action: &Value| Choice {
            id: fill(&action["id"]),
            title: fill(&action["title"]),
            description: None,
        };
        let buttons: Vec<_> = list(quick, "actions").iter().map(button).collect();
        return Ok(Body::Buttons { text: text(quick), header: None, footer: None, buttons });
    }
    if let Some(picker) = types.get("twilio/list-picker") {
        let row = |item: &Value| Choice {
            id: fill(&item["id"]),
            title: fill(&item["item"]),
            description: item["description"].as_str().map(str::to_owned),
        };
        let rows = list(picker, "items").iter().map(row).collect();
        let sections = vec![Section { title: None, rows }];
        let button = fill(&picker["button"]);
        return Ok(Body::List { text: text(picker), header: None, footer: None, button, sections });
    }
    if let Some(call) = types.get("twilio/call-to-action") {
        let actions = list(call, "actions");
        let link = actions.iter().find(|action| action["type"] == "URL");
        let link = link.ok_or_else(|| TwilioError::new(63013, "A call to action needs a link"))?;
        let (label, url) = (fill(&link["title"]), fill(&link["url"]));
        return Ok(Body::LinkButton { text: text(call), header: None, footer: None, label, url });
    }
    if let Some(media) = types.get("twilio/media") {
        let link = list(media, "media").first().map(fill);
        let caption = Some(text(media)).filter(|text| !text.is_empty());
        return Ok(Body::Media(Media { link, caption, ..Media::of(MediaKind::Document) }));
    }
    match types.get("twilio/text") {
        Some(plain) => Ok(Body::Text { text: text(plain) }),
        None => Err(TwilioError::new(63013, "This content goes only once it is approved")),
    }
}
