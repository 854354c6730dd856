//! A template to be made: what Meta takes, and how it is written.

use contract::template::{TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader, TemplateInfo};
use serde_json::{Value, json};

use super::limits::LIMITS;
use crate::channels::limits::{Carried, refused};

/// Longest name.
const NAME: usize = 512;
/// Longest text.
const BODY: usize = 1_024;
/// Longest header and footer.
const LINE: usize = 60;
/// Longest label of a button.
const LABEL: usize = 25;
/// Most buttons.
const BUTTONS: usize = 10;
/// Longest address.
const URL: usize = 2_000;

/// Whether Meta would look at it.
pub(super) fn takes(draft: &TemplateDraft) -> Carried {
    LIMITS.required("template's name", &draft.name, NAME)?;
    let in_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !draft.name.bytes().all(in_name) {
        return refused("The name of a template has small letters, digits and underscores only.");
    }
    let in_language = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !(2..=10).contains(&draft.language.len()) || !draft.language.bytes().all(in_language) {
        return refused("The language is a code such as en, en_US or pt_BR.");
    }
    if draft.category == TemplateCategory::Authentication {
        return refused(
            "Meta writes the text of templates for codes itself. Make this one in WhatsApp Manager.",
        );
    }
    header(draft)?;
    body(draft)?;
    if let Some(footer) = &draft.footer {
        LIMITS.required("footer", footer, LINE)?;
        if !TemplateInfo::variables(footer).is_empty() {
            return refused("The footer takes no variables.");
        }
    }
    if draft.buttons.len() > BUTTONS {
        return refused("A template has at most 10 buttons.");
    }
    draft.buttons.iter().enumerate().try_for_each(|(index, one)| button(draft, index, one))
}

fn header(draft: &TemplateDraft) -> Carried {
    let text = match &draft.header {
        None | Some(TemplateHeader::Location) => return Ok(()),
        Some(TemplateHeader::Text { text }) => text,
        Some(TemplateHeader::Image | TemplateHeader::Video | TemplateHeader::Document) => {
            return refused(
                "Meta wants a sample file for a template with a file at its top. Make this one in WhatsApp Manager; \
                 it appears here by itself.",
            );
        }
    };
    LIMITS.required("header", text, LINE)?;
    match TemplateInfo::variables(text).as_slice() {
        [] => Ok(()),
        [_] => sample(draft, "header", "the header's variable"),
        _ => refused("The header takes one variable at most."),
    }
}

fn body(draft: &TemplateDraft) -> Carried {
    LIMITS.required("text", &draft.body, BODY)?;
    let names = TemplateInfo::variables(&draft.body);
    let text = draft.body.trim();
    if text.starts_with("{{") || text.ends_with("}}") {
        return refused("A variable can stand neither at the beginning nor at the end of the text.");
    }
    if text.split("}}").skip(1).any(|rest| rest.trim_start().starts_with("{{")) {
        return refused("Two variables cannot stand side by side. Put words between them.");
    }
    if numbered(&names) {
        let mut numbers: Vec<usize> = names.iter().filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        if numbers.iter().enumerate().any(|(at, number)| *number != at + 1) {
            return refused("The variables are numbered from {{1}} on without a gap.");
        }
    } else if names.iter().any(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())) {
        return refused("The names of variables have small letters, digits and underscores only.");
    } else if names.iter().any(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        return refused("Variables are either all numbered or all named.");
    }
    names.iter().try_for_each(|name| sample(draft, name, &format!("{{{{{name}}}}}")))
}

fn numbered(names: &[String]) -> bool {
    names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
}

fn button(draft: &TemplateDraft, index: usize, button: &TemplateButtonInfo) -> Carried {
    LIMITS.required("button's label", button.label(), LABEL)?;
    let key = format!("button:{index}");
    match button {
        TemplateButtonInfo::QuickReply { .. } => Ok(()),
        TemplateButtonInfo::Url { url, .. } => {
            LIMITS.within("button's address", url, URL)?;
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return refused("The address of a button begins with https://.");
            }
            match TemplateInfo::variables(url).as_slice() {
                [] => Ok(()),
                [_] if url.ends_with("}}") => sample(draft, &key, "the button's address"),
                _ => refused("The address of a button takes one variable, at its end."),
            }
        }
        TemplateButtonInfo::Phone { number, .. } => LIMITS.required("button's number", number, 20),
        TemplateButtonInfo::CopyCode { .. } => sample(draft, &key, "the code to copy"),
        TemplateButtonInfo::Form { .. } | TemplateButtonInfo::Other { .. } => {
            refused("Buttons of this kind are made in WhatsApp Manager.")
        }
    }
}

fn sample(draft: &TemplateDraft, key: &str, of: &str) -> Carried {
    match value(draft, key).trim().is_empty() {
        true => refused(format!("Meta wants a sample for {of}, to see what it is about.")),
        false => Ok(()),
    }
}

fn value<'a>(draft: &'a TemplateDraft, key: &str) -> &'a str {
    draft.samples.iter().find(|(known, _)| known == key).map_or("", |(_, value)| value.as_str())
}

/// The body of the call that makes it.
pub(super) fn object(draft: &TemplateDraft) -> Value {
    let names = TemplateInfo::variables(&draft.body);
    let mut components = Vec::new();
    match &draft.header {
        Some(TemplateHeader::Text { text }) => {
            let mut header = json!({ "type": "HEADER", "format": "TEXT", "text": text });
            let sample = value(draft, "header");
            match TemplateInfo::variables(text).first() {
                None => {}
                Some(name) if numbered(std::slice::from_ref(name)) => {
                    header["example"] = json!({ "header_text": [sample] });
                }
                Some(name) => {
                    let named = json!([{ "param_name": name, "example": sample }]);
                    header["example"] = json!({ "header_text_named_params": named });
                }
            }
            components.push(header);
        }
        Some(TemplateHeader::Location) => components.push(json!({ "type": "HEADER", "format": "LOCATION" })),
        _ => {}
    }
    components.push(text(draft, &names));
    components.extend(draft.footer.as_ref().map(|footer| json!({ "type": "FOOTER", "text": footer })));
    if !draft.buttons.is_empty() {
        let buttons: Vec<_> =
            draft.buttons.iter().enumerate().map(|(at, one)| button_of(draft, at, one)).collect();
        components.push(json!({ "type": "BUTTONS", "buttons": buttons }));
    }
    json!({
        "name": draft.name,
        "language": draft.language,
        "category": draft.category.as_str().to_ascii_uppercase(),
        "parameter_format": if numbered(&names) { "POSITIONAL" } else { "NAMED" },
        "components": components,
    })
}

fn text(draft: &TemplateDraft, names: &[String]) -> Value {
    let mut body = json!({ "type": "BODY", "text": draft.body });
    if names.is_empty() {
        return body;
    }
    if numbered(names) {
        let values: Vec<_> = (1..=names.len()).map(|number| value(draft, &number.to_string())).collect();
        body["example"] = json!({ "body_text": [values] });
    } else {
        let named: Vec<_> =
            names.iter().map(|name| json!({ "param_name": name, "example": value(draft, name) })).collect();
        body["example"] = json!({ "body_text_named_params": named });
    }
    body
}

fn button_of(draft: &TemplateDraft, index: usize, button: &TemplateButtonInfo) -> Value {
    let sample = value(draft, &format!("button:{index}"));
    match button {
        TemplateButtonInfo::Url { text, url } if TemplateInfo::variables(url).is_empty() => {
            json!({ "type": "URL", "text": text, "url": url })
        }
        TemplateButtonInfo::Url { text, url } => {
            // Meta wants the whole address as it will be.
            let whole = TemplateInfo::filled(url, |_| Some(sample.to_owned()));
            json!({ "type": "URL", "text": text, "url": url, "example": [whole] })
        }
        TemplateButtonInfo::Phone { text, number } => {
            json!({ "type": "PHONE_NUMBER", "text": text, "phone_number": number })
        }
        TemplateButtonInfo::CopyCode { .. } => json!({ "type": "COPY_CODE", "example": sample }),
        other => json!({ "type": "QUICK_REPLY", "text": other.label() }),
    }
}
