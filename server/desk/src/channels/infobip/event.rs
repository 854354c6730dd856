//! News about customers, templates and payments. These stand at the top of a body, one for each webhook, and have
//! no ids of their own.

use contract::template::TemplateCategory;
use jiff::Timestamp;
use serde_json::Value;

use super::{catalogue, content, person, time};
use crate::channels::json::filled;
use crate::channels::{AccountEvent, Effect, Inbound, Item, News, Scope, Sender};

/// Changes of templates that are known.
const CHANGES: [&str; 3] = ["TEMPLATE_STATUS_UPDATE", "TEMPLATE_CATEGORY_UPDATE", "TEMPLATE_QUALITY_UPDATE"];

/// A customer's security code has changed. `from` is our number, the customer is in the content. The new code's
/// hash tells one change from the next, and a repeat from a change.
pub(super) fn identity(body: &Value, content: &Value, now: Timestamp) -> Item {
    let channel = filled(body, "from").map(|from| person::channel(&from));
    let rejected = |channel, reason: &str| Item::Rejected { channel, id: None, reason: reason.to_owned() };
    let contact = person::customer(filled(content, "userNumber").as_deref(), content);
    let Some(who) = person::address(&contact) else { return rejected(channel, "no sender") };
    let Some(channel) = channel else { return rejected(None, "no from") };
    let created = time::moment(body.get("createdAt"), now);
    let mark = filled(content, "hash").or_else(|| filled(body, "createdAt")).unwrap_or_default();
    Item::Message(Box::new(Inbound {
        channel,
        id: format!("user_identity_changed:{who}:{mark}"),
        repeat: None,
        contact: Sender { name: None, username: None, ..contact },
        echo: false,
        at: created.at,
        whole_seconds: created.whole_seconds,
        quoted: None,
        referral: None,
        forwarded: false,
        effect: Effect::Notice {
            kind: "user_identity_changed".to_owned(),
            text: filled(content, "description").unwrap_or_default(),
        },
    }))
}

/// Whether a change is one of a template that is known.
pub(super) fn of_template(change: &Value) -> bool {
    filled(change, "type").is_some_and(|kind| CHANGES.contains(&kind.as_str()))
}

/// A template stands elsewhere, is for something else, or is liked differently. `NONE` is what Infobip writes for
/// no reason at all.
pub(super) fn template(body: &Value, change: &Value, now: Timestamp) -> Item {
    let word = |key: &str| filled(change, key);
    let reason = word("reason").filter(|reason| reason != "NONE");
    let (name, language) = (filled(body, "messageTemplateName"), filled(body, "messageTemplateLanguage"));
    let head = word("newStatus").or_else(|| word("newCategory")).or_else(|| word("newQualityScore"));
    let before = word("previousCategory").or_else(|| word("previousQualityScore"));
    let words = [
        head,
        before.map(|before| format!("before: {before}")),
        name.clone(),
        language.clone(),
        reason.as_ref().map(|reason| format!("reason: {reason}")),
    ];
    Item::Event(AccountEvent {
        channel: None,
        id: filled(body, "messageTemplateId"),
        kind: word("type").unwrap_or_default(),
        text: words.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        at: time::moment(body.get("timestamp"), now).at,
        news: Some(News::Template {
            name,
            language,
            status: word("newStatus").and_then(|status| catalogue::status(&status)),
            category: word("newCategory").and_then(|category| TemplateCategory::parse(&category)),
            quality: word("newQualityScore"),
            reason,
        }),
    })
}

/// A customer wants no more marketing messages, or wants them again.
pub(super) fn preference(body: &Value, content: &Value, now: Timestamp) -> Item {
    let channel = filled(content, "sender").or_else(|| filled(body, "from"));
    let channel = channel.map(|number| person::channel(&number));
    let contact = person::customer(filled(content, "from").as_deref(), content);
    let contact = Sender { name: None, username: None, ..contact };
    let Some(who) = person::address(&contact) else {
        return Item::Rejected { channel, id: None, reason: "no sender".to_owned() };
    };
    let wish = filled(content, "notificationMessagesStatus").unwrap_or_default();
    let wanted = match wish.to_ascii_lowercase().as_str() {
        "stop" => Some(false),
        "resume" => Some(true),
        _ => None,
    };
    let words = [Some(wish), filled(content, "description")];
    Item::Event(AccountEvent {
        channel,
        id: Some(who),
        kind: "notificationMessagesStatus".to_owned(),
        text: words.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        at: time::moment(body.get("createdAt"), now).at,
        news: wanted.map(|wanted| News::Preference { contact, scope: Scope::Marketing, wanted }),
    })
}

/// A payment went on. What is attached to it may be a list or an object; all of it is told.
pub(super) fn payment(body: &Value, content: &Value, now: Timestamp) -> Item {
    let number = filled(content, "sender").or_else(|| filled(body, "from"));
    Item::Event(AccountEvent {
        channel: number.map(|number| person::channel(&number)),
        id: filled(content, "paymentId").or_else(|| filled(content, "referenceId")),
        kind: "payment".to_owned(),
        text: content::told(content, &["type"]),
        at: time::moment(body.get("createdAt"), now).at,
        news: None,
    })
}
