//! Approved templates, filled in. Twilio sends them by their own id, and their variables by number: those of
//! the header first, then those of the text, then those of the buttons. A variable that has a name goes by it.

use std::collections::BTreeMap;

use contract::message::{ButtonValue, Parameter, Template, TemplateButton};

use super::limits::LIMITS;
use super::{rich, send};
use crate::channels::NotCarried;
use crate::channels::limits::{BUTTON, Carried, refused};

/// Whether a template can be sent as it is filled in. That the variables fit the template only Twilio knows.
pub(super) fn carries(template: &Template) -> Carried {
    sid(template)?;
    let parameters = template.header.iter().chain(&template.body);
    parameters.clone().try_for_each(|parameter| LIMITS.variable(parameter))?;
    LIMITS.variables(parameters)?;
    let button = |button| LIMITS.required("button's variable", value(button)?, BUTTON);
    template.buttons.iter().try_for_each(button)
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
            other => (None, other.words().unwrap_or_default().to_owned()),
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
