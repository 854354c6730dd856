//! Templates that are made from here: what can be submitted, and how.

use contract::template::{TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader, TemplateInfo};
use serde_json::{Value, json};

use super::limits::{CODE, LIMITS};
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

/// Whether Infobip takes a draft, as far as that can be known before.
pub(super) fn takes(draft: &TemplateDraft) -> Carried {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    LIMITS.required("template's name", &draft.name, NAME)?;
    if !draft.name.bytes().all(plain) {
        return refused("A template's name has lower-case letters, digits and underscores only.");
    }
    LIMITS.required("template's language", &draft.language, 16)?;
    if draft.category == TemplateCategory::Authentication {
        return refused(
            "WhatsApp writes the text of templates for sign-in codes itself. Make this one in Infobip's portal.",
        );
    }
    LIMITS.required("template's text", &draft.body, BODY)?;
    numbered(&draft.body)?;
    for variable in TemplateInfo::variables(&draft.body) {
        sample(draft, &variable).map_or_else(|| no_sample(&format!("{{{{{variable}}}}}")), |_| Ok(()))?;
    }
    header(draft)?;
    if let Some(footer) = draft.footer.as_deref() {
        LIMITS.required("footer", footer, LINE)?;
        if !TemplateInfo::variables(footer).is_empty() {
            return refused("The footer of a template can hold no variables.");
        }
    }
    if draft.buttons.len() > BUTTONS {
        return refused(format!(
            "A template has at most {BUTTONS} buttons, and this has {}.",
            draft.buttons.len()
        ));
    }
    draft.buttons.iter().enumerate().try_for_each(|(index, info)| button(draft, index, info))
}

/// Variables go by their places: 1, 2, 3, in any order of appearance and none left out.
fn numbered(text: &str) -> Carried {
    let mut places: Vec<_> =
        TemplateInfo::variables(text).iter().map(|name| name.parse::<usize>().ok()).collect();
    places.sort_unstable();
    match places.into_iter().eq((1..).map(Some).take(TemplateInfo::variables(text).len())) {
        true => Ok(()),
        false => refused("Infobip numbers the variables of a template: write {{1}}, {{2}} and so on."),
    }
}

fn header(draft: &TemplateDraft) -> Carried {
    let Some(TemplateHeader::Text { text }) = &draft.header else { return Ok(()) };
    LIMITS.required("header", text, LINE)?;
    numbered(text)?;
    match TemplateInfo::variables(text).len() {
        0 => Ok(()),
        1 if sample(draft, "header").is_some() => Ok(()),
        1 => no_sample("the header's variable"),
        _ => refused("The header of a template has one variable at most."),
    }
}

fn button(draft: &TemplateDraft, index: usize, info: &TemplateButtonInfo) -> Carried {
    match info {
        TemplateButtonInfo::QuickReply { text } => LIMITS.required("button's label", text, LABEL),
        TemplateButtonInfo::Url { text, url } => {
            LIMITS.required("button's label", text, LABEL)?;
            LIMITS.web_address(url)?;
            let varies = !TemplateInfo::variables(url).is_empty();
            match varies && sample(draft, &format!("button:{index}")).is_none() {
                true => no_sample("the link's variable"),
                false => Ok(()),
            }
        }
        TemplateButtonInfo::Phone { text, number } => {
            LIMITS.required("button's label", text, LABEL)?;
            LIMITS.required("button's number", number, 20)
        }
        TemplateButtonInfo::CopyCode { .. } => match sample(draft, &format!("button:{index}")) {
            Some(code) => LIMITS.required("sample of the code", code, CODE),
            None => no_sample("the code"),
        },
        TemplateButtonInfo::Form { .. } | TemplateButtonInfo::Other { .. } => {
            refused("Templates with this kind of button are made in Infobip's portal.")
        }
    }
}

fn no_sample(what: &str) -> Carried {
    refused(format!("WhatsApp wants a sample for {what}: write what could stand there."))
}

fn sample<'a>(draft: &'a TemplateDraft, name: &str) -> Option<&'a str> {
    let sample = draft.samples.iter().find(|(known, _)| known == name).map(|(_, sample)| sample.as_str());
    sample.filter(|sample| !sample.trim().is_empty())
}

/// What creates and submits a template.
pub(super) fn request(draft: &TemplateDraft) -> Value {
    let mut body = json!({ "text": draft.body });
    let mut variables = TemplateInfo::variables(&draft.body);
    variables.sort_by_key(|name| name.parse::<usize>().unwrap_or(usize::MAX));
    if !variables.is_empty() {
        body["examples"] =
            variables.iter().map(|name| json!(sample(draft, name).unwrap_or_default())).collect();
    }
    let mut structure = json!({ "body": body, "type": "TEXT" });
    if let Some(header) = &draft.header {
        structure["header"] = header_of(draft, header);
        if !matches!(header, TemplateHeader::Text { .. }) {
            structure["type"] = json!("MEDIA");
        }
    }
    if let Some(footer) = &draft.footer {
        structure["footer"] = json!({ "text": footer });
    }
    if !draft.buttons.is_empty() {
        let buttons = draft.buttons.iter().enumerate();
        structure["buttons"] = buttons.map(|(index, info)| button_of(draft, index, info)).collect();
    }
    json!({
        "name": draft.name,
        "language": draft.language,
        "category": draft.category.as_str().to_ascii_uppercase(),
        "structure": structure,
    })
}

/// A header; the sample of a file is its address.
fn header_of(draft: &TemplateDraft, header: &TemplateHeader) -> Value {
    let mut object = match header {
        TemplateHeader::Text { text } => json!({ "format": "TEXT", "text": text }),
        TemplateHeader::Image => json!({ "format": "IMAGE" }),
        TemplateHeader::Video => json!({ "format": "VIDEO" }),
        TemplateHeader::Document => json!({ "format": "DOCUMENT" }),
        TemplateHeader::Location => return json!({ "format": "LOCATION" }),
    };
    if let Some(sample) = sample(draft, "header") {
        object["example"] = json!(sample);
    }
    object
}

fn button_of(draft: &TemplateDraft, index: usize, info: &TemplateButtonInfo) -> Value {
    let mut object = match info {
        TemplateButtonInfo::QuickReply { text } => json!({ "type": "QUICK_REPLY", "text": text }),
        TemplateButtonInfo::Url { text, url } => json!({ "type": "URL", "text": text, "url": url }),
        TemplateButtonInfo::Phone { text, number } => {
            json!({ "type": "PHONE_NUMBER", "text": text, "phoneNumber": number })
        }
        TemplateButtonInfo::CopyCode { .. } => json!({ "type": "COPY_CODE" }),
        TemplateButtonInfo::Form { text } => json!({ "type": "FLOW", "text": text }),
        TemplateButtonInfo::Other { text, kind } => json!({ "type": kind, "text": text }),
    };
    if let Some(sample) = sample(draft, &format!("button:{index}")) {
        object["example"] = json!(sample);
    }
    object
}
