//! Templates: contents of the Content API and WhatsApp's approval of them.
//!
//! A content is made first and submitted then. All variables of a content are numbered through: those of the
//! header first, then those of the text, then those of links.

use contract::template::{TemplateButtonInfo, TemplateDraft, TemplateHeader, TemplateInfo};
use serde_json::{Map, Value, json};

use super::limits::LIMITS;
use super::rich::New;
use super::send::{Pause, step};
use super::{access, fault, rich};
use crate::channels::json::{self, filled, list};
use crate::channels::limits::{refused, unique};
use crate::channels::templates::{Page, Templates};
use crate::channels::{Answer, Call, Fault, NotCarried, Step, Via};

mod listed;

/// The path of the list.
const LIST: &str = "/v1/ContentAndApprovals";
/// Longest text of a template.
const BODY: usize = 1_024;
/// Longest line above and below it.
const LINE: usize = 60;
/// Longest label of a button.
const LABEL: usize = 25;
/// Longest address of a button.
const URL: usize = 2_000;
/// Most buttons; of them, most that open a page.
const BUTTONS: (usize, usize) = (10, 2);

/// The contents of an account.
pub(super) struct Contents;

impl Templates for Contents {
    fn list(&self, via: &Via<'_>, page: Option<&str>) -> Result<Step, NotCarried> {
        let path = match page {
            Some(page) if page.starts_with(&format!("{LIST}?")) => page.to_owned(),
            Some(_) => return refused("Twilio names a next page that is none of its list of contents."),
            None => format!("{LIST}?PageSize=100"),
        };
        Ok(Step::Call(access::get(via.account, access::content(via.account, &path))))
    }

    fn listed(&self, answer: &Answer) -> Result<Page, Fault> {
        if !(200..300).contains(&answer.status) {
            return Err(fault::of_answer(answer));
        }
        let Ok(body) = json::body(&answer.body) else { return Err(fault::unreadable("list of contents")) };
        let templates = list(&body, "contents").iter().filter_map(listed::template).collect();
        let next = body.get("meta").and_then(|meta| filled(meta, "next_page_url"));
        // Only what stands behind the host is kept: the next call goes to the host that is known.
        let next = next.and_then(|next| Some(next[next.find(LIST)?..].to_owned()));
        Ok(Page { templates, next })
    }

    fn takes(&self, draft: &TemplateDraft) -> Result<(), NotCarried> {
        named(&draft.name)?;
        LIMITS.required("template's language", &draft.language, 16)?;
        if draft.category == contract::template::TemplateCategory::Authentication {
            return refused(
                "WhatsApp writes the text of sign-in codes itself. Make this template in the Twilio console.",
            );
        }
        LIMITS.required("template's text", &draft.body, BODY)?;
        draft.footer.as_deref().map_or(Ok(()), |footer| LIMITS.required("footer", footer, LINE))?;
        header(draft.header.as_ref())?;
        buttons(&draft.buttons)?;
        numbered(&draft.body)?;
        samples(draft)
    }

    fn submit(&self, via: &Via<'_>, draft: &TemplateDraft) -> Result<Step, NotCarried> {
        self.takes(draft)?;
        step(submission(via, draft))
    }

    /// Twilio's answer names the template, not the content: where it gives no id, the name stands in for it until
    /// the list tells the id.
    fn submitted(&self, answer: &Answer) -> Result<String, Fault> {
        let body = json::body(&answer.body).unwrap_or(Value::Null);
        let id = filled(&body, "sid").filter(|sid| rich::is_sid(sid)).or_else(|| filled(&body, "name"));
        match id.filter(|_| (200..300).contains(&answer.status)) {
            Some(id) => Ok(id),
            None => Err(fault::of_answer(answer)),
        }
    }
}

fn submission(via: &Via<'_>, draft: &TemplateDraft) -> Result<Call, Pause> {
    let content = content(draft).sid(via)?;
    let url = access::content(via.account, &format!("/v1/Content/{content}/ApprovalRequests/whatsapp"));
    let category = draft.category.as_str().to_ascii_uppercase();
    Ok(access::post_json(via.account, url, &json!({ "name": draft.name, "category": category })))
}

fn named(name: &str) -> Result<(), NotCarried> {
    LIMITS.required("template's name", name, 512)?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    match name.bytes().all(plain) {
        true => Ok(()),
        false => refused("The template's name takes lower-case letters, digits and underscores only."),
    }
}

fn header(header: Option<&TemplateHeader>) -> Result<(), NotCarried> {
    match header {
        None => Ok(()),
        Some(TemplateHeader::Text { text }) => {
            LIMITS.required("header", text, LINE)?;
            numbered(text)?;
            match TemplateInfo::variables(text).len() > 1 {
                true => refused("The header of a template has one variable at most."),
                false => Ok(()),
            }
        }
        Some(_) => refused(
            "Twilio keeps the file of a header in the template itself. Make this one in the Twilio console.",
        ),
    }
}

/// Variables are numbered from 1, in the order in which they stand.
fn numbered(text: &str) -> Result<(), NotCarried> {
    let found = TemplateInfo::variables(text);
    let expected = (1..=found.len()).map(|number| number.to_string());
    match found.iter().cloned().eq(expected) {
        true => Ok(()),
        false => refused("Variables are numbered in the order in which they stand: {{1}}, then {{2}}."),
    }
}

fn buttons(buttons: &[TemplateButtonInfo]) -> Result<(), NotCarried> {
    if buttons.len() > BUTTONS.0 {
        return refused(format!("A template takes {} buttons at most.", BUTTONS.0));
    }
    let links = buttons.iter().filter(|button| matches!(button, TemplateButtonInfo::Url { .. })).count();
    let phones = buttons.iter().filter(|button| matches!(button, TemplateButtonInfo::Phone { .. })).count();
    if links > BUTTONS.1 || phones > 1 {
        return refused(
            "A template takes two buttons at most that open a page, and one that calls a number.",
        );
    }
    let mut labels = Vec::new();
    for button in buttons {
        let (text, value) = match button {
            TemplateButtonInfo::QuickReply { text } => (text, None),
            TemplateButtonInfo::Url { text, url } => (text, Some(("button's link", url, URL))),
            TemplateButtonInfo::Phone { text, number } => (text, Some(("button's number", number, 20))),
            TemplateButtonInfo::CopyCode { .. }
            | TemplateButtonInfo::Form { .. }
            | TemplateButtonInfo::Other { .. } => {
                return refused("Buttons of this kind can be made in the Twilio console only.");
            }
        };
        LIMITS.required("button's label", text, LABEL)?;
        value.map_or(Ok(()), |(what, value, most)| LIMITS.required(what, value, most))?;
        if let TemplateButtonInfo::Url { url, .. } = button {
            link(url)?;
        }
        labels.push(text.as_str());
    }
    unique("buttons have the same label", labels.into_iter())
}

fn link(url: &str) -> Result<(), NotCarried> {
    let (fixed, variable) = url.split_once("{{").map_or((url, None), |(fixed, rest)| (fixed, Some(rest)));
    match fixed.starts_with("https://") && variable.is_none_or(|rest| rest == "1}}") {
        true => Ok(()),
        false => refused("A button's link starts with https:// and may end in {{1}}."),
    }
}

/// Every variable has a sample, which the people who approve it read.
fn samples(draft: &TemplateDraft) -> Result<(), NotCarried> {
    for name in variables(draft) {
        let sample = sample(draft, &name).unwrap_or_default();
        if sample.trim().is_empty() {
            return refused("Every variable needs a sample for the people at WhatsApp who approve it.");
        }
        LIMITS.within("variable's sample", sample, URL)?;
    }
    Ok(())
}

fn sample<'a>(draft: &'a TemplateDraft, name: &str) -> Option<&'a str> {
    draft.samples.iter().find(|(known, _)| known == name).map(|(_, sample)| sample.as_str())
}

/// The names of a draft's variables, in the order in which Twilio numbers them: `header`, `1`, `button:0`.
fn variables(draft: &TemplateDraft) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(TemplateHeader::Text { text }) = &draft.header {
        names.extend(TemplateInfo::variables(text).iter().map(|_| "header".to_owned()));
    }
    names.extend(TemplateInfo::variables(&draft.body));
    for (index, button) in draft.buttons.iter().enumerate() {
        if matches!(button, TemplateButtonInfo::Url { url, .. } if url.contains("{{")) {
            names.push(format!("button:{index}"));
        }
    }
    names
}

/// The content of a draft, its variables numbered through.
fn content(draft: &TemplateDraft) -> New {
    let names = variables(draft);
    let number = |name: &str| {
        let place = names.iter().position(|known| known == name)?;
        Some(format!("{{{{{}}}}}", place + 1))
    };
    let mut texts = Map::new();
    let body = TemplateInfo::filled(&draft.body, number);
    texts.insert("body".to_owned(), json!(body));
    if let Some(TemplateHeader::Text { text }) = &draft.header {
        texts.insert("header_text".to_owned(), json!(TemplateInfo::filled(text, |_| number("header"))));
    }
    if let Some(footer) = &draft.footer {
        texts.insert("footer".to_owned(), json!(footer));
    }
    let replies =
        draft.buttons.iter().filter(|button| matches!(button, TemplateButtonInfo::QuickReply { .. }));
    let kind = match (texts.len() > 1, draft.buttons.len(), replies.count()) {
        (false, 0, _) => "twilio/text",
        (false, all, replies) if all == replies => "twilio/quick-reply",
        (false, _, 0) => "twilio/call-to-action",
        _ => "whatsapp/card",
    };
    let action = |(index, button): (usize, &TemplateButtonInfo)| {
        action(kind, button, (index, number(&format!("button:{index}"))))
    };
    let actions: Vec<_> = draft.buttons.iter().enumerate().map(action).collect();
    if !actions.is_empty() {
        texts.insert("actions".to_owned(), json!(actions));
    }
    let samples = (1..)
        .zip(&names)
        .map(|(number, name): (u32, _)| (number.to_string(), json!(sample(draft, name).unwrap_or_default())));
    New {
        name: Some(draft.name.clone()),
        language: draft.language.clone(),
        types: json!({ kind: texts }),
        samples: Value::Object(samples.collect()),
    }
}

/// A button. Among buttons of several kinds each says its own.
fn action(kind: &str, button: &TemplateButtonInfo, (index, variable): (usize, Option<String>)) -> Value {
    match button {
        TemplateButtonInfo::Url { text, url } => {
            let url = TemplateInfo::filled(url, |_| variable.clone());
            json!({ "type": "URL", "title": text, "url": url })
        }
        TemplateButtonInfo::Phone { text, number } => {
            json!({ "type": "PHONE_NUMBER", "title": text, "phone": number })
        }
        TemplateButtonInfo::QuickReply { text }
        | TemplateButtonInfo::CopyCode { text }
        | TemplateButtonInfo::Form { text }
        | TemplateButtonInfo::Other { text, .. } => {
            let mut action = json!({ "title": text, "id": format!("button_{index}") });
            if kind == "whatsapp/card" {
                action["type"] = json!("QUICK_REPLY");
            }
            action
        }
    }
}
