//! Messaging Services: several numbers under one name, `MG…`.
//!
//! A webhook about one names the number and, beside it, the service; so does each message in the list of messages. The
//! list itself is asked for by number, which is why a service is asked for its numbers first (`ChannelSenders`, Messaging
//! API v1).

use serde_json::Value;

use super::form::Form;
use super::parse::{Kind, kind};
use super::{access, fault, person};
use crate::channels::backlog::Numbers;
use crate::channels::json::{self, filled, list};
use crate::channels::limits::refused;
use crate::channels::{Answer, Arrived, Fault, NotCarried, Step, Via};

/// Where services stand in the Messaging API.
const SERVICES: &str = "/v1/Services/";

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

/// The call for a page of the numbers of a service.
pub(super) fn numbers(via: &Via<'_>, page: Option<&str>) -> Result<Step, NotCarried> {
    let path = format!("{SERVICES}{}/ChannelSenders?", via.channel.trim());
    let address = match page {
        Some(page) if page.starts_with(&path) => page.to_owned(),
        Some(_) => {
            return refused("Twilio names a next page that is none of this Messaging Service's numbers.");
        }
        None => format!("{path}PageSize=100"),
    };
    Ok(Step::Call(access::get(via.account, access::messaging(via.account, &address))))
}

/// Its WhatsApp numbers, as far as they stand on this page.
pub(super) fn numbers_of(answer: &Answer) -> Result<Numbers, Fault> {
    if !(200..300).contains(&answer.status) {
        return Err(fault::of_answer(answer));
    }
    let Ok(body) = json::body(&answer.body) else { return Err(fault::unreadable("list of senders")) };
    let number = |sender: &Value| filled(sender, "sender").as_deref().and_then(person::number);
    let next = body.get("meta").and_then(|meta| filled(meta, "next_page_url"));
    // Only what stands behind the host is kept: the next call goes to the host that is known.
    let next = next.and_then(|next| Some(next[next.find(SERVICES)?..].to_owned()));
    Ok(Numbers { numbers: list(&body, "senders").iter().filter_map(number).collect(), next })
}
