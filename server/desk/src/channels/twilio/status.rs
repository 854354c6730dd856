//! What became of something we sent.

use url::form_urlencoded;

use super::fault;
use super::form::Form;
use super::send::MARK;
use super::{parse, person};
use crate::channels::{Item, Status, StatusWord};

/// Longest mark that is read back.
const LONGEST_MARK: usize = 512;
/// Words before WhatsApp has it. The desk knows as much from the answer to its call.
const BEFORE: &[&str] = &["accepted", "scheduled", "queued", "sending"];

/// Reads a status. Our mark stands in the query of the address that it came to, which is signed.
pub(super) fn read(form: &Form, query: &str, given: &str) -> Item {
    let channel = parse::channel(form, "From");
    let Some(id) = parse::id(form) else {
        return Item::Rejected { channel, id: None, reason: "no MessageSid".to_owned() };
    };
    let given = given.trim().to_ascii_lowercase();
    let word = match given.as_str() {
        "sent" => StatusWord::Sent,
        "delivered" => StatusWord::Delivered,
        "read" => StatusWord::Read,
        "failed" | "undelivered" | "canceled" => StatusWord::Failed,
        before if BEFORE.contains(&before) => {
            return Item::Ignored { channel, id: Some(id), reason: format!("status:{before}") };
        }
        _ => return Item::Ignored { channel, id: Some(id), reason: "unknown_status".to_owned() },
    };
    let fault = (word == StatusWord::Failed).then(|| match given.as_str() {
        "canceled" => fault::canceled(),
        _ => {
            let words = form.any(&["ErrorMessage", "ChannelStatusMessage"]);
            let code = form.filled("ErrorCode").and_then(|code| code.trim().parse().ok());
            fault::fault_of(code, words.as_deref(), None)
        }
    });
    Item::Status(Box::new(Status {
        channel: channel.unwrap_or_default(),
        id,
        word,
        at: None,
        recipient: form.filled("To").as_deref().and_then(person::address),
        opaque: mark(query),
        fault,
        price: None,
    }))
}

fn mark(query: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(key, _)| key == MARK)?;
    let value = value.replace('\0', "");
    (!value.is_empty() && value.len() <= LONGEST_MARK).then_some(value)
}
