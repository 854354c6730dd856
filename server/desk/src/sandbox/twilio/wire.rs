//! Webhooks: forms, one message or one status in each.

use contract::Body;
use contract::message::{Media, MediaKind};
use serde_json::json;
use url::form_urlencoded::Serializer;

use super::error;
use crate::channels::StatusWord;
use crate::sandbox::access::business;
use crate::sandbox::party::Party;
use crate::sandbox::stand_in::{Between, News, Said, Written};

/// The type of every webhook.
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// The fields of a form, in order.
pub(super) type Fields = Vec<(&'static str, String)>;

/// An address as Twilio writes it: `whatsapp:+…`, or `whatsapp:` and a user id.
pub(super) fn address(key: &str) -> String {
    let number = key.bytes().all(|byte| byte.is_ascii_digit());
    if number { format!("whatsapp:+{key}") } else { format!("whatsapp:{key}") }
}

/// The address of the business.
pub(super) fn ours(between: &Between<'_>) -> String {
    address(&business(between.number))
}

fn form(fields: &Fields) -> Written {
    let mut form = Serializer::new(String::new());
    for (key, value) in fields {
        form.append_pair(key, value);
    }
    Written { body: form.finish(), content_type: FORM, target: String::new() }
}

/// A message of a customer.
pub(super) fn message(between: &Between<'_>, said: &Said<'_>) -> Result<Written, String> {
    let (kind, mut own) = content(between, said)?;
    if !own.iter().any(|(key, _)| *key == "Body") {
        own.insert(0, ("Body", String::new()));
    }
    let files = own.iter().filter(|(key, _)| *key == "MediaUrl0").count();
    let id = said.id.to_owned();
    let mut fields = vec![
        ("SmsMessageSid", id.clone()),
        ("NumMedia", files.to_string()),
        ("ProfileName", between.party.name.clone().unwrap_or_default()),
        ("MessageType", kind.to_owned()),
        ("SmsSid", id.clone()),
    ];
    fields.extend(between.party.number.clone().map(|number| ("WaId", number)));
    fields.push(("SmsStatus", "received".to_owned()));
    fields.append(&mut own);
    fields.extend([
        ("To", ours(between)),
        ("NumSegments", "1".to_owned()),
        ("ReferralNumMedia", "0".to_owned()),
        ("MessageSid", id),
        ("AccountSid", between.account.current("account_sid").to_owned()),
        ("From", address(between.party.key())),
        ("ApiVersion", "2010-04-01".to_owned()),
    ]);
    fields.extend(between.party.user_id.as_ref().map(|id| ("ExternalUserId", address(id))));
    if let Some(quoted) = said.quoted {
        fields.push(("OriginalRepliedMessageSid", quoted.to_owned()));
        let theirs = said.on.is_some_and(|on| on.mine);
        let sender = if theirs { address(between.party.key()) } else { ours(between) };
        fields.push(("OriginalRepliedMessageSender", sender));
    }
    fields.push(("ChannelMetadata", metadata(between.party)));
    Ok(form(&fields))
}

fn metadata(party: &Party) -> String {
    let context = json!({ "ProfileName": party.name, "WaId": party.number });
    json!({ "type": "whatsapp", "data": { "context": context } }).to_string()
}

/// The kind of a message, and the fields that hold it.
fn content(between: &Between<'_>, said: &Said<'_>) -> Result<(&'static str, Fields), String> {
    Ok(match said.body {
        Body::Text { text } if text.is_empty() => return Err("Write something first.".to_owned()),
        Body::Text { text } => ("text", vec![("Body", text.clone())]),
        Body::Media(media) => (kind_of(media), file(between, said.id, media)),
        Body::Location(place) => {
            let mut fields =
                vec![("Latitude", place.latitude.to_string()), ("Longitude", place.longitude.to_string())];
            fields.extend(place.address.clone().map(|address| ("Address", address)));
            fields.extend(place.name.clone().map(|name| ("Label", name)));
            ("location", fields)
        }
        Body::Contacts { .. } => {
            let url = media_url(between, said.id, &format!("ME{}", &said.id[2..]));
            ("contacts", vec![("MediaContentType0", "text/vcard".to_owned()), ("MediaUrl0", url)])
        }
        Body::ButtonReply { id, title } => {
            let template = said.on.is_some_and(|on| matches!(on.body, Body::Template(_)));
            let kind = if template { "button" } else { "interactive" };
            let fields =
                [("Body", title.clone()), ("ButtonText", title.clone()), ("ButtonPayload", id.clone())];
            (kind, fields.to_vec())
        }
        Body::ListReply { id, title, description } => {
            let mut fields =
                vec![("Body", title.clone()), ("ListId", id.clone()), ("ListTitle", title.clone())];
            fields.extend(description.clone().map(|text| ("ListDescription", text)));
            ("interactive", fields)
        }
        Body::FlowReply { fields, .. } => {
            let answers: serde_json::Map<_, _> =
                fields.iter().map(|field| (field.name.clone(), json!(field.value))).collect();
            ("interactive", vec![("FlowData", json!(answers).to_string())])
        }
        Body::Unsupported { .. } | Body::Order { .. } => ("unsupported", Vec::new()),
        _ => return Err("A customer cannot write a message of this kind.".to_owned()),
    })
}

/// What Twilio calls a kind of file.
fn kind_of(media: &Media) -> &'static str {
    if media.kind == MediaKind::Voice { "audio" } else { media.kind.as_str() }
}

fn media_url(between: &Between<'_>, message: &str, file: &str) -> String {
    let (base, account) = (&between.account.api_base, between.account.current("account_sid"));
    format!("{base}/2010-04-01/Accounts/{account}/Messages/{message}/Media/{file}")
}

/// A file; the words beside it, or a document's name, are the body.
fn file(between: &Between<'_>, message: &str, media: &Media) -> Fields {
    let body = media.caption.clone().or_else(|| media.file_name.clone()).unwrap_or_default();
    let mime = media.mime.clone().unwrap_or_default();
    let mime = mime.split(';').next().unwrap_or_default().to_owned();
    let url = media_url(between, message, media.id.as_deref().unwrap_or_default());
    vec![("Body", body), ("MediaContentType0", mime), ("MediaUrl0", url)]
}

/// A status.
pub(super) fn status(between: &Between<'_>, news: &News<'_>) -> Written {
    let told = news.failure.map(error::told);
    let word = match (news.word, told) {
        (_, Some((word, _, _))) => word,
        (StatusWord::Sent, _) => "sent",
        (StatusWord::Delivered, _) => "delivered",
        (StatusWord::Read | StatusWord::Played, _) => "read",
        (StatusWord::Failed, None) => "failed",
    };
    let mut fields = vec![
        ("SmsSid", news.id.to_owned()),
        ("SmsStatus", word.to_owned()),
        ("MessageStatus", word.to_owned()),
        ("ChannelToAddress", masked(between.party.key())),
        ("To", address(between.party.key())),
        ("ChannelPrefix", "whatsapp".to_owned()),
        ("MessageSid", news.id.to_owned()),
        ("AccountSid", between.account.current("account_sid").to_owned()),
        ("StructuredMessage", "false".to_owned()),
        ("From", ours(between)),
        ("ApiVersion", "2010-04-01".to_owned()),
        ("ChannelInstallSid", "XE00000000000000000000000000000001".to_owned()),
    ];
    if let Some((_, code, message)) = told {
        fields.push(("ErrorCode", code.to_string()));
        fields.push(("ErrorMessage", message.to_owned()));
    }
    if word == "read" {
        fields.push(("EventType", "READ".to_owned()));
    }
    form(&fields)
}

/// A number without its last four digits.
fn masked(key: &str) -> String {
    let kept: String = key.chars().take(key.chars().count().saturating_sub(4)).collect();
    format!("+{kept}XXXX")
}
