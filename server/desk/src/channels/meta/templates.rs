//! The account's templates: listing them. Making one is in [`draft`](super::draft).

use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader, TemplateInfo, TemplateStatus,
};
use http::Method;
use serde_json::Value;

use super::upload::bearer;
use super::{Meta, draft, fault};
use crate::channels::json::{self, filled, list, plain};
use crate::channels::limits::refused;
use crate::channels::templates::{Page, Templates};
use crate::channels::{Answer, Call, Class, Content, Fault, NotCarried, Step, Via};

/// What is asked of every template.
const FIELDS: &str =
    "id,name,language,status,category,components,parameter_format,quality_score,rejected_reason";
/// Templates on a page. Meta takes 100; at most 256 KiB of an answer are read, and a template with its samples in a
/// script that is escaped letter by letter can have 8 KiB.
const ON_A_PAGE: u32 = 25;

impl Templates for Meta {
    fn list(&self, via: &Via<'_>, page: Option<&str>) -> Result<Step, NotCarried> {
        let mut url = format!("{}?limit={ON_A_PAGE}&fields={FIELDS}", address(via)?);
        if let Some(page) = page {
            url.push_str("&after=");
            url.push_str(&escaped(page));
        }
        let headers = vec![bearer(via.account)];
        Ok(Step::Call(Call { method: Method::GET, url, headers, content: Content::Nothing }))
    }

    fn listed(&self, answer: &Answer) -> Result<Page, Fault> {
        let body = read(answer)?;
        let paging = body.get("paging").unwrap_or(&Value::Null);
        // The last page names no next one, though its cursor is still there.
        let next = filled(paging, "next").and_then(|_| filled(paging.get("cursors")?, "after"));
        Ok(Page { templates: list(&body, "data").iter().filter_map(template).collect(), next })
    }

    fn takes(&self, draft: &TemplateDraft) -> Result<(), NotCarried> {
        draft::takes(draft)
    }

    fn submit(&self, via: &Via<'_>, draft: &TemplateDraft) -> Result<Step, NotCarried> {
        draft::takes(draft)?;
        let body = draft::object(draft).to_string().into_bytes();
        Ok(Step::Call(Call {
            method: Method::POST,
            url: address(via)?,
            headers: vec![bearer(via.account)],
            content: Content::Bytes("application/json", body),
        }))
    }

    fn submitted(&self, answer: &Answer) -> Result<String, Fault> {
        let body = read(answer)?;
        filled(&body, "id").ok_or_else(|| unreadable("Meta has taken the template and named no id of it."))
    }
}

/// Where the account's templates are.
fn address(via: &Via<'_>) -> Result<String, NotCarried> {
    let account = via.account.current("waba_id");
    if account.is_empty() {
        return refused(
            "The WhatsApp Business account ID is missing: without it the templates cannot be listed. Add it under \
             Replace secrets.",
        );
    }
    if !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return refused(
            "The WhatsApp Business account ID has digits only. Correct it under Replace secrets.",
        );
    }
    Ok(format!("{}/{account}/message_templates", via.account.api_base))
}

/// A cursor, as it stands in a query.
fn escaped(cursor: &str) -> String {
    use std::fmt::Write as _;
    cursor.bytes().fold(String::new(), |mut escaped, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte))
            }
            byte => _ = write!(escaped, "%{byte:02X}"),
        }
        escaped
    })
}

/// The body of an answer that holds no error.
fn read(answer: &Answer) -> Result<Value, Fault> {
    let body = json::body(&answer.body);
    let error = body.as_ref().ok().and_then(|body| body.get("error")).filter(|error| error.is_object());
    if error.is_some() || !(200..300).contains(&answer.status) {
        return Err(fault::fault_of(error.unwrap_or(&Value::Null), Some(answer.status)));
    }
    body.map_err(|_| unreadable("Meta's answer cannot be read."))
}

fn unreadable(reason: &str) -> Fault {
    Fault { class: Class::Retry, code: String::new(), reason: reason.to_owned(), retry_after: None }
}

/// One template. One without a name or a language is left out.
fn template(raw: &Value) -> Option<TemplateInfo> {
    let components = list(raw, "components");
    let component = |kind: &str| components.iter().find(|component| is(component, "type", kind));
    let header = component("HEADER").and_then(header);
    let body = component("BODY").and_then(|body| filled(body, "text")).unwrap_or_default();
    let buttons: Vec<_> = component("BUTTONS").map(|raw| list(raw, "buttons")).unwrap_or_default().to_vec();
    let more = ["CAROUSEL", "LIMITED_TIME_OFFER"].into_iter().find(|kind| component(kind).is_some());
    let standing = filled(raw, "status").map_or(TemplateStatus::Unknown, |word| status(&word));
    let quality = raw.get("quality_score").and_then(|score| filled(score, "score").or_else(|| plain(score)));
    let reason = filled(raw, "rejected_reason").filter(|reason| reason != "NONE");
    Some(TemplateInfo {
        id: filled(raw, "id"),
        name: filled(raw, "name")?,
        language: filled(raw, "language")?,
        category: filled(raw, "category").and_then(|word| TemplateCategory::parse(&word)),
        status: if more.is_some() { TemplateStatus::Unknown } else { standing },
        reason: match more {
            Some(kind) => {
                Some(format!("{kind}: it can be sent with values that only Meta's own tools fill in."))
            }
            None => reason,
        },
        quality: quality.filter(|word| word != "UNKNOWN"),
        samples: samples(component("HEADER"), component("BODY"), &buttons),
        header,
        body,
        footer: component("FOOTER").and_then(|footer| filled(footer, "text")),
        buttons: buttons.iter().map(button).collect(),
    })
}

fn is(raw: &Value, key: &str, word: &str) -> bool {
    filled(raw, key).is_some_and(|found| found.eq_ignore_ascii_case(word))
}

/// What a template can be called, here and in news of it. Which of the words let it be sent, the reference says:
/// approved, and flagged or reinstated, which follow on it.
pub(super) fn status(word: &str) -> TemplateStatus {
    match word.to_ascii_uppercase().as_str() {
        "APPROVED" | "FLAGGED" | "REINSTATED" => TemplateStatus::Approved,
        "PENDING" | "IN_APPEAL" => TemplateStatus::Pending,
        "REJECTED" => TemplateStatus::Rejected,
        "PAUSED" => TemplateStatus::Paused,
        "DISABLED" | "LOCKED" | "ARCHIVED" => TemplateStatus::Disabled,
        "DELETED" | "PENDING_DELETION" => TemplateStatus::Deleted,
        _ => TemplateStatus::Unknown,
    }
}

fn header(raw: &Value) -> Option<TemplateHeader> {
    match filled(raw, "format")?.to_ascii_uppercase().as_str() {
        "TEXT" => Some(TemplateHeader::Text { text: filled(raw, "text")? }),
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
    match kind.to_ascii_uppercase().as_str() {
        "QUICK_REPLY" => TemplateButtonInfo::QuickReply { text },
        "URL" => TemplateButtonInfo::Url { text, url: filled(raw, "url").unwrap_or_default() },
        "PHONE_NUMBER" => {
            TemplateButtonInfo::Phone { text, number: filled(raw, "phone_number").unwrap_or_default() }
        }
        "COPY_CODE" => TemplateButtonInfo::CopyCode { text },
        "FLOW" => TemplateButtonInfo::Form { text },
        _ => TemplateButtonInfo::Other { text, kind },
    }
}

/// Samples by the names of their variables: `1` or `order_id` in the text, `header`, `button:0`.
fn samples(header: Option<&Value>, body: Option<&Value>, buttons: &[Value]) -> Vec<(String, String)> {
    let example =
        |raw: Option<&Value>| raw.and_then(|raw| raw.get("example")).cloned().unwrap_or(Value::Null);
    let (header, body) = (example(header), example(body));
    let mut samples = Vec::new();
    // One list of values for each way to fill the text in; the first one tells enough.
    let values = list(&body, "body_text").first().map(|row| match row {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    });
    for (number, value) in (1_u32..).zip(values.unwrap_or_default()) {
        samples.extend(plain(value).map(|value| (number.to_string(), value)));
    }
    for named in list(&body, "body_text_named_params") {
        samples.extend(filled(named, "param_name").zip(filled(named, "example")));
    }
    let named =
        || list(&header, "header_text_named_params").first().and_then(|named| filled(named, "example"));
    let line = list(&header, "header_text").first().and_then(plain).or_else(named);
    samples.extend(line.map(|value| ("header".to_owned(), value)));
    for (index, button) in buttons.iter().enumerate() {
        let value = list(button, "example").first().and_then(plain);
        samples.extend(value.map(|value| (format!("button:{index}"), value)));
    }
    samples
}
