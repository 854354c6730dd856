//! The templates of the project, by the Provisioning API. They are made in Sinch's dashboard.

use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader, TemplateInfo, TemplateStatus,
};
use http::Method;
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::access;
use super::{Sinch, fault};
use crate::channels::json::{self, filled, list, plain};
use crate::channels::limits::refused;
use crate::channels::templates::{Page, Templates};
use crate::channels::{Answer, Class, Content, Fault, NotCarried, Step, Via};

/// Templates on a page. A long one has some six kilobytes, and no more than 256 of an answer are read.
const PAGE: usize = 25;

const MADE_ELSEWHERE: &str =
    "Sinch's templates are made in its dashboard. Make this one there; it is listed here afterwards.";

impl Templates for Sinch {
    fn list(&self, via: &Via<'_>, page: Option<&str>) -> Result<Step, NotCarried> {
        let mut url = format!("{}/whatsapp/templates?pageSize={PAGE}", access::provisioning(via.account)?);
        if let Some(page) = page {
            url.push_str("&pageToken=");
            url.extend(byte_serialize(page.as_bytes()));
        }
        access::with_token(via, Method::GET, url, Content::Nothing)
    }

    fn listed(&self, answer: &Answer) -> Result<Page, Fault> {
        let body = json::body(&answer.body).unwrap_or(Value::Null);
        if !(200..300).contains(&answer.status) || !body.is_object() {
            return Err(fault::fault_of(&body, answer));
        }
        let next = ["nextPageToken", "next_page_token"].iter().find_map(|key| filled(&body, key));
        Ok(Page { templates: list(&body, "templates").iter().filter_map(template).collect(), next })
    }

    fn takes(&self, _draft: &TemplateDraft) -> Result<(), NotCarried> {
        refused(MADE_ELSEWHERE)
    }

    fn submit(&self, _via: &Via<'_>, _draft: &TemplateDraft) -> Result<Step, NotCarried> {
        refused(MADE_ELSEWHERE)
    }

    fn submitted(&self, _answer: &Answer) -> Result<String, Fault> {
        Err(Fault {
            class: Class::Permanent,
            code: "not_made_here".to_owned(),
            reason: MADE_ELSEWHERE.to_owned(),
            retry_after: None,
        })
    }
}

/// Reads one template. What it is made of stands in its details, for one that was never approved in its changes
/// (schema `WhatsappPartialTemplateDto` of the Provisioning API); Meta's own shape is read as well.
fn template(raw: &Value) -> Option<TemplateInfo> {
    let changes = raw.get("changes").unwrap_or(&Value::Null);
    let parts = [raw.get("details"), Some(raw), changes.get("details")].into_iter().flatten();
    let components = parts.map(|part| list(part, "components")).find(|components| !components.is_empty());
    let components = components.unwrap_or_default();
    let of = |kind: &str| {
        let has = |component: &&Value| {
            filled(component, "type").is_some_and(|found| found.eq_ignore_ascii_case(kind))
        };
        components.iter().find(has)
    };
    let (header, body) = (of("HEADER"), of("BODY"));
    let quality = filled(raw, "qualityScore").or_else(|| filled(raw, "quality_score"));
    let quality = quality.map(|word| word.trim_start_matches("QUALITY_SCORE_").to_owned());
    let reason = filled(raw, "rejectionCode").or_else(|| filled(raw, "rejected_reason"));
    Some(TemplateInfo {
        id: filled(raw, "whatsappId").or_else(|| filled(raw, "id")),
        name: filled(raw, "name")?,
        language: language(&filled(raw, "language")?),
        category: filled(raw, "category").as_deref().and_then(TemplateCategory::parse),
        status: status(raw, changes),
        reason: reason.filter(|reason| reason != "NONE"),
        quality: quality.filter(|quality| quality != "UNKNOWN"),
        header: header.and_then(read_header),
        body: body.and_then(|body| filled(body, "text")).unwrap_or_default(),
        footer: of("FOOTER").and_then(|footer| filled(footer, "text")),
        buttons: of("BUTTONS")
            .map(|part| list(part, "buttons").iter().filter_map(button).collect())
            .unwrap_or_default(),
        samples: samples(header, body),
    })
}

/// A language as it is sent: `EN_US` in the list is `en_US` in a message.
fn language(listed: &str) -> String {
    match listed.trim().split_once(['_', '-']) {
        Some((language, region)) => {
            format!("{}_{}", language.to_ascii_lowercase(), region.to_ascii_uppercase())
        }
        None => listed.trim().to_ascii_lowercase(),
    }
}

/// Its state; for one that was never approved there is only that of its changes.
fn status(raw: &Value, changes: &Value) -> TemplateStatus {
    let word = filled(raw, "state").or_else(|| filled(raw, "status")).or_else(|| filled(changes, "status"));
    match word.unwrap_or_default().to_ascii_uppercase().as_str() {
        "APPROVED" => TemplateStatus::Approved,
        "PENDING" | "IN_PROGRESS" | "SUBMIT" | "IN_APPEAL" => TemplateStatus::Pending,
        "DRAFT" => TemplateStatus::Draft,
        "REJECTED" => TemplateStatus::Rejected,
        "PAUSED" => TemplateStatus::Paused,
        "DISABLED" => TemplateStatus::Disabled,
        "DELETED" | "PENDING_DELETION" => TemplateStatus::Deleted,
        _ => TemplateStatus::Unknown,
    }
}

fn read_header(header: &Value) -> Option<TemplateHeader> {
    match filled(header, "format").unwrap_or_default().to_ascii_uppercase().as_str() {
        "IMAGE" => Some(TemplateHeader::Image),
        "VIDEO" => Some(TemplateHeader::Video),
        "DOCUMENT" => Some(TemplateHeader::Document),
        "LOCATION" => Some(TemplateHeader::Location),
        _ => Some(TemplateHeader::Text { text: filled(header, "text")? }),
    }
}

fn button(raw: &Value) -> Option<TemplateButtonInfo> {
    let kind = filled(raw, "type")?.to_ascii_uppercase();
    let text = filled(raw, "text").unwrap_or_default();
    Some(match kind.as_str() {
        "QUICK_REPLY" => TemplateButtonInfo::QuickReply { text },
        "URL" => TemplateButtonInfo::Url { text, url: filled(raw, "url").unwrap_or_default() },
        "PHONE_NUMBER" => {
            let number = filled(raw, "phoneNumber").or_else(|| filled(raw, "phone_number"));
            TemplateButtonInfo::Phone { text, number: number.unwrap_or_default() }
        }
        "COPY_CODE" => TemplateButtonInfo::CopyCode { text },
        "FLOW" => TemplateButtonInfo::Form { text },
        _ => TemplateButtonInfo::Other { text, kind },
    })
}

/// Samples, where they are listed: those of the body by the order of its variables, that of the header by its own
/// name.
fn samples(header: Option<&Value>, body: Option<&Value>) -> Vec<(String, String)> {
    let given = |part: Option<&Value>| -> Vec<String> {
        let part = part.unwrap_or(&Value::Null);
        list(part, "examples").iter().filter_map(plain).collect()
    };
    let text = body.and_then(|body| filled(body, "text")).unwrap_or_default();
    let mut samples: Vec<_> = TemplateInfo::variables(&text).into_iter().zip(given(body)).collect();
    samples.extend(given(header).into_iter().next().map(|sample| ("header".to_owned(), sample)));
    samples
}
