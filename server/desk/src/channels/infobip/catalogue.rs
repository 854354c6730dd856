//! The templates of a sender: listed all at once, and made (channels reference: sending).

use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader, TemplateInfo, TemplateStatus,
};
use serde_json::Value;

use super::{answer, draft, file, send};
use crate::channels::json::{self, filled, list, plain};
use crate::channels::templates::{Page, Templates};
use crate::channels::{Answer, Class, Fault, NotCarried, Step, Via};

/// The templates of Infobip.
pub(super) struct Catalogue;

impl Templates for Catalogue {
    /// There is one page only.
    fn list(&self, via: &Via<'_>, _page: Option<&str>) -> Result<Step, NotCarried> {
        let sender = send::sender(via)?;
        let url = format!("{}/whatsapp/2/senders/{sender}/templates", via.account.api_base);
        Ok(Step::Call(file::get(via.account, url)))
    }

    fn listed(&self, answer: &Answer) -> Result<Page, Fault> {
        let body = json::body(&answer.body).unwrap_or(Value::Null);
        if !(200..300).contains(&answer.status) || body.get("templates").is_none() {
            return Err(answer::refusal(answer));
        }
        Ok(Page { templates: list(&body, "templates").iter().filter_map(template).collect(), next: None })
    }

    fn takes(&self, wanted: &TemplateDraft) -> Result<(), NotCarried> {
        draft::takes(wanted)
    }

    /// At most 1,000 an hour.
    fn submit(&self, via: &Via<'_>, wanted: &TemplateDraft) -> Result<Step, NotCarried> {
        draft::takes(wanted)?;
        let path = format!("/whatsapp/2/senders/{}/templates", send::sender(via)?);
        Ok(send::post(via, &path, &draft::request(wanted)))
    }

    fn submitted(&self, answer: &Answer) -> Result<String, Fault> {
        let body = json::body(&answer.body).unwrap_or(Value::Null);
        match filled(&body, "id").filter(|_| (200..300).contains(&answer.status)) {
            Some(id) => Ok(id),
            None if (200..300).contains(&answer.status) => Err(Fault {
                class: Class::Permanent,
                code: answer.status.to_string(),
                reason: "Infobip took the template and did not say its id. Fetch the list to see it."
                    .to_owned(),
                retry_after: None,
            }),
            None => Err(answer::refusal(answer)),
        }
    }
}

/// Where a template stands; none for a word that is not known.
pub(super) fn status(word: &str) -> Option<TemplateStatus> {
    match word.to_ascii_uppercase().as_str() {
        "DRAFT" => Some(TemplateStatus::Draft),
        "PENDING" | "IN_APPEAL" => Some(TemplateStatus::Pending),
        "APPROVED" => Some(TemplateStatus::Approved),
        "REJECTED" => Some(TemplateStatus::Rejected),
        "PAUSED" => Some(TemplateStatus::Paused),
        "DISABLED" => Some(TemplateStatus::Disabled),
        "DELETED" | "PENDING_DELETION" => Some(TemplateStatus::Deleted),
        _ => None,
    }
}

fn template(raw: &Value) -> Option<TemplateInfo> {
    let structure = raw.get("structure").unwrap_or(&Value::Null);
    let body = wording(structure, "body").unwrap_or_default();
    let stands = filled(raw, "status").and_then(|word| status(&word));
    Some(TemplateInfo {
        id: filled(raw, "id"),
        name: filled(raw, "name")?,
        language: filled(raw, "language")?,
        category: filled(raw, "category").and_then(|category| TemplateCategory::parse(&category)),
        status: stands.unwrap_or(TemplateStatus::Unknown),
        reason: filled(raw, "rejectionReason").or_else(|| filled(raw, "reason")),
        quality: filled(raw, "quality"),
        header: structure.get("header").and_then(header),
        footer: wording(structure, "footer"),
        buttons: list(structure, "buttons").iter().filter(|raw| raw.is_object()).map(button).collect(),
        samples: samples(structure, &body),
        body,
    })
}

/// The text of a part, which may also stand there without an object around it.
fn wording(structure: &Value, part: &str) -> Option<String> {
    filled(structure, part).or_else(|| structure.get(part).and_then(|part| filled(part, "text")))
}

fn header(raw: &Value) -> Option<TemplateHeader> {
    match filled(raw, "format")?.to_ascii_uppercase().as_str() {
        "TEXT" => Some(TemplateHeader::Text { text: filled(raw, "text").unwrap_or_default() }),
        "IMAGE" => Some(TemplateHeader::Image),
        "VIDEO" => Some(TemplateHeader::Video),
        "DOCUMENT" => Some(TemplateHeader::Document),
        "LOCATION" => Some(TemplateHeader::Location),
        _ => None,
    }
}

fn button(raw: &Value) -> TemplateButtonInfo {
    let text = filled(raw, "text").unwrap_or_default();
    let kind = filled(raw, "type").unwrap_or_default();
    match kind.as_str() {
        "QUICK_REPLY" => TemplateButtonInfo::QuickReply { text },
        "URL" => TemplateButtonInfo::Url { text, url: filled(raw, "url").unwrap_or_default() },
        "PHONE_NUMBER" => {
            TemplateButtonInfo::Phone { text, number: filled(raw, "phoneNumber").unwrap_or_default() }
        }
        "COPY_CODE" => TemplateButtonInfo::CopyCode { text },
        "FLOW" => TemplateButtonInfo::Form { text },
        _ => TemplateButtonInfo::Other { text, kind },
    }
}

/// Samples for the variables of the body in their order, for that of the header, and for those of links.
fn samples(structure: &Value, body: &str) -> Vec<(String, String)> {
    let of = |part: &str| structure.get(part).unwrap_or(&Value::Null);
    let examples = list(of("body"), "examples").iter().filter_map(plain);
    let mut samples: Vec<_> = TemplateInfo::variables(body).into_iter().zip(examples).collect();
    samples.extend(filled(of("header"), "example").map(|example| ("header".to_owned(), example)));
    let buttons = list(structure, "buttons").iter().enumerate();
    samples.extend(
        buttons.filter_map(|(index, button)| Some((format!("button:{index}"), filled(button, "example")?))),
    );
    samples
}
