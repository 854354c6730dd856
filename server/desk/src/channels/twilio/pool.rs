//! Messaging Services: several numbers under one name, `MG…`.
//!
//! A webhook about one names the number and, beside it, the service; so does each message in the list of messages. The
//! list itself is asked for by number, which is why a service is asked for its numbers first (`ChannelSenders`, Messaging
//! API v1).

use serde_json::Value;

use super::form::Form;
use super::parse::{Kind, kind};
use super::{access, fault, person};
use crate::channels::json::{self, filled, list};
use crate::channels::{Answer, Arrived, Class, Fault, Step, Via};

/// Whether a channel is a Messaging Service.
pub(super) fn is_service(channel: &str) -> bool {
    let channel = channel.trim();
    channel.starts_with("MG") && channel.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The service that a webhook, or a page of the list of messages, is about.
pub(super) fn named(arrived: &Arrived<'_>) -> Option<String> {
    let sid = match arrived.content_type.and_then(kind) {
        Some(Kind::Json) => {
            let body = json::body(arrived.body).ok()?;
            list(&body, "messages").iter().find_map(|message| filled(message, "messaging_service_sid"))
        }
        _ => Form::read(arrived.body).ok()?.filled("MessagingServiceSid"),
    };
    sid.map(|sid| sid.trim().to_owned()).filter(|sid| is_service(sid))
}

/// The call for the numbers of a service.
pub(super) fn numbers(via: &Via<'_>) -> Step {
    let path = format!("/v1/Services/{}/ChannelSenders?PageSize=100", via.channel.trim());
    Step::Call(access::get(via.account, access::messaging(via.account, &path)))
}

/// Its WhatsApp numbers. One that has none lists nothing, and somebody must know.
pub(super) fn numbers_of(answer: &Answer) -> Result<Vec<String>, Fault> {
    if !(200..300).contains(&answer.status) {
        return Err(fault::of_answer(answer));
    }
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let number = |sender: &Value| filled(sender, "sender").as_deref().and_then(person::number);
    let numbers: Vec<_> = list(&body, "senders").iter().filter_map(number).collect();
    match numbers.is_empty() {
        true => Err(Fault {
            class: Class::Permanent,
            code: "no_numbers".to_owned(),
            reason: "The Messaging Service names no WhatsApp number, so that what was missed cannot be fetched. Set up \
                     its numbers by themselves"
                .to_owned(),
            retry_after: None,
        }),
        false => Ok(numbers),
    }
}
