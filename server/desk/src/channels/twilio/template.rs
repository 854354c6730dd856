//! Approved templates, filled in. Twilio sends them by their own id, and their variables by number: those of
//! the header first, then those of the text, then those of the buttons. A variable that has a name goes by it.

use std::collections::BTreeMap;

use contract::message::{ButtonValue, MediaKind, Parameter, Template, TemplateButton};

use super::limits::{self, Carried, refused, required};
use super::{rich, send};
use crate::channels::NotCarried;

/// Longest text of a template with its variables filled in.
const BODY: usize = 1_024;
/// Longest value of a button.
const BUTTON: usize = 2_000;
/// Spaces in a row that WhatsApp takes no more of in a variable.
const SPACES: &str = "     ";

/// Whether a template can be sent as it is filled in. That the variables fit the template only Twilio knows.
pub(super) fn carries(template: &Template) -> Carried {
    sid(template)?;
    let parameters = template.header.iter().chain(&template.body);
    for parameter in parameters.clone() {
        carries_parameter(parameter)?;
    }
    let total: usize = parameters.map(|parameter| words(parameter).chars().count()).sum();
    if total > BODY {
        return refused(format!(
            "The variables have {total} characters in all, and a template takes at most {BODY}."
        ));
    }
    template.buttons.iter().try_for_each(|button| required("button's variable", value(button)?, BUTTON))
}

/// The template's id.
pub(super) fn sid(template: &Template) -> Result<String, NotCarried> {
    match template.id.as_deref().filter(|sid| rich::is_sid(sid)) {
        Some(sid) => Ok(sid.to_owned()),
        None => refused(
            "Twilio sends templates by their own id, and this one has none yet. Load the list of templates \
             again and choose it there.",
        ),
    }
}

/// WhatsApp takes no line breaks, no tabs and no more than four spaces in a row.
fn carries_parameter(parameter: &Parameter) -> Carried {
    if let Parameter::Media(media) = parameter {
        return match media.kind {
            MediaKind::Image | MediaKind::Video | MediaKind::Document => limits::source(media),
            _ => refused("A template takes a picture, a film or a document."),
        };
    }
    let words = words(parameter);
    required("template's variable", words, BODY)?;
    match words.contains(['\n', '\r', '\t']) || words.contains(SPACES) {
        true => refused(
            "A template's variable can hold no line breaks, no tabs and at most four spaces in a row.",
        ),
        false => Ok(()),
    }
}

fn words(parameter: &Parameter) -> &str {
    match parameter {
        Parameter::Text { text, .. } => text,
        Parameter::Currency { fallback, .. } | Parameter::DateTime { fallback } => fallback,
        Parameter::Media(_) => "",
    }
}

fn value(button: &TemplateButton) -> Result<&str, NotCarried> {
    match &button.value {
        ButtonValue::UrlSuffix(value) | ButtonValue::CopyCode(value) => Ok(value),
        ButtonValue::Payload(_) => {
            refused("Twilio keeps the payloads of buttons in the template itself. Send it without one.")
        }
        ButtonValue::FlowToken(_) => {
            refused("Twilio keeps the tokens of forms in the template itself. Send it without one.")
        }
    }
}

/// What stands in the variables, by their numbers or names.
pub(super) fn variables(template: &Template) -> Result<BTreeMap<String, String>, NotCarried> {
    let mut given: Vec<(Option<&str>, String)> = Vec::new();
    for parameter in template.header.iter().chain(&template.body) {
        given.push(match parameter {
            Parameter::Text { text, name } => (name.as_deref(), text.clone()),
            Parameter::Media(media) => (None, send::public(media)?),
            other => (None, words(other).to_owned()),
        });
    }
    for button in &template.buttons {
        given.push((None, value(button)?.to_owned()));
    }
    let numbered = (1_u32..).zip(given);
    let variable = |(number, (name, value)): (u32, (Option<&str>, String))| {
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        (name.map_or_else(|| number.to_string(), str::to_owned), value)
    };
    Ok(numbered.map(variable).collect())
}
