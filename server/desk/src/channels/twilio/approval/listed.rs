//! Reading one content of the list.

use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateHeader, TemplateInfo, TemplateStatus,
};
use serde_json::Value;

use crate::channels::json::{filled, list, plain};
use crate::channels::twilio::rich;

/// The types of a content, the richest first: it is that which WhatsApp shows.
const TYPES: &[&str] = &[
    "whatsapp/authentication",
    "whatsapp/card",
    "twilio/card",
    "twilio/list-picker",
    "twilio/quick-reply",
    "twilio/call-to-action",
    "twilio/media",
    "twilio/text",
];
/// What WhatsApp writes around a sign-in code.
const CODE: &str = "{{1}} is your verification code.";

/// A template. None for what is no content, or holds nothing.
pub(super) fn template(raw: &Value) -> Option<TemplateInfo> {
    let id = filled(raw, "sid").filter(|sid| rich::is_sid(sid))?;
    let (kind, holds) = held(raw)?;
    let approval = raw.get("approval_requests").unwrap_or(&Value::Null);
    let body = match kind {
        "whatsapp/authentication" => CODE.to_owned(),
        _ => filled(holds, "body").or_else(|| filled(holds, "title")).unwrap_or_default(),
    };
    Some(TemplateInfo {
        id: Some(id),
        name: filled(approval, "name").or_else(|| filled(raw, "friendly_name"))?,
        language: filled(raw, "language").unwrap_or_default(),
        category: filled(approval, "category").as_deref().and_then(TemplateCategory::parse),
        status: status(filled(approval, "status").as_deref()),
        reason: filled(approval, "rejection_reason"),
        quality: None,
        header: header(holds),
        body,
        footer: filled(holds, "footer").or_else(|| filled(holds, "subtitle")),
        buttons: buttons(kind, holds),
        samples: samples(raw),
    })
}

/// The type that is shown, and what it holds; for a type that is not known yet, that.
fn held(raw: &Value) -> Option<(&str, &Value)> {
    let types = raw.get("types")?.as_object()?;
    let known = TYPES.iter().find_map(|kind| Some((*kind, types.get(*kind)?)));
    let (kind, holds) = known.or_else(|| types.iter().next().map(|(kind, holds)| (kind.as_str(), holds)))?;
    holds.is_object().then_some((kind, holds))
}

/// Without approval a content can be sent only within the customer's 24 hours.
fn status(word: Option<&str>) -> TemplateStatus {
    match word.map(str::to_ascii_lowercase).as_deref() {
        None | Some("unsubmitted") => TemplateStatus::Draft,
        Some("received" | "pending") => TemplateStatus::Pending,
        Some("approved") => TemplateStatus::Approved,
        Some("rejected") => TemplateStatus::Rejected,
        Some("paused") => TemplateStatus::Paused,
        Some("disabled") => TemplateStatus::Disabled,
        Some(_) => TemplateStatus::Unknown,
    }
}

/// The line at the top. A file that is a part of the template needs nothing when it is sent; one whose whole
/// address is a variable is chosen then; one with a variable in its address is shown by that.
fn header(holds: &Value) -> Option<TemplateHeader> {
    if let Some(text) = filled(holds, "header_text") {
        return Some(TemplateHeader::Text { text });
    }
    let address = list(holds, "media").first().and_then(plain)?;
    if !address.contains("{{") {
        return None;
    }
    let whole = address.trim().starts_with("{{") && address.trim().ends_with("}}");
    Some(if whole { TemplateHeader::Image } else { TemplateHeader::Text { text: address } })
}

fn buttons(kind: &str, holds: &Value) -> Vec<TemplateButtonInfo> {
    if let Some(text) = filled(holds, "button") {
        return vec![TemplateButtonInfo::Other { text, kind: "list".to_owned() }];
    }
    list(holds, "actions").iter().filter_map(|action| button(kind, action)).collect()
}

fn button(kind: &str, action: &Value) -> Option<TemplateButtonInfo> {
    let text = filled(action, "title").or_else(|| filled(action, "copy_code_text"))?;
    let of = filled(action, "type").map(|word| word.to_ascii_uppercase());
    Some(match of.as_deref() {
        None | Some("QUICK_REPLY") => TemplateButtonInfo::QuickReply { text },
        Some("URL") => TemplateButtonInfo::Url { text, url: filled(action, "url")? },
        Some("PHONE_NUMBER") => TemplateButtonInfo::Phone { text, number: filled(action, "phone")? },
        // The code of a sign-in is a variable of the text: the button has none of its own.
        Some("COPY_CODE") if kind != "whatsapp/authentication" => TemplateButtonInfo::CopyCode { text },
        Some(other) => TemplateButtonInfo::Other { text, kind: other.to_owned() },
    })
}

/// Samples by the variables' numbers, in their order.
fn samples(raw: &Value) -> Vec<(String, String)> {
    let variables = raw.get("variables").and_then(Value::as_object);
    let sample = |(name, sample): (&String, &Value)| Some((name.replace('\0', ""), plain(sample)?));
    let mut samples: Vec<_> = variables.into_iter().flatten().filter_map(sample).collect();
    samples.sort_by_key(|(name, _)| (name.parse().unwrap_or(u32::MAX), name.clone()));
    samples
}
