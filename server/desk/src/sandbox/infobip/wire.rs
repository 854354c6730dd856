//! Webhooks: what customers write, and reports. All go to one address; which is which their shape tells.

use contract::Time;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::error;
use crate::channels::StatusWord;
use crate::sandbox::access::business;
use crate::sandbox::stand_in::{Between, News, Said, Written};

/// A moment as Infobip writes it: the offset has no colon.
pub(super) fn date(at: Time) -> String {
    let at = Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::UTC);
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f%z").to_string()
}

fn contact(between: &Between<'_>) -> Value {
    let party = between.party;
    let mut contact = json!({});
    for (key, value) in [
        ("name", party.name.clone()),
        ("phoneNumber", party.number.clone()),
        ("userId", party.user_id.clone()),
        ("username", party.username()),
    ] {
        if let Some(value) = value {
            contact[key] = json!(value);
        }
    }
    contact
}

/// What a customer has written.
pub(super) fn inbound(between: &Between<'_>, said: &Said<'_>, message: Value) -> Written {
    received(between, said.id, message)
}

fn received(between: &Between<'_>, id: &str, message: Value) -> Written {
    let result = json!({
        "from": between.party.key(),
        "to": business(between.number),
        "integrationType": "WHATSAPP",
        "receivedAt": date(between.at),
        "messageId": id,
        "message": message,
        "contact": contact(between),
        "price": { "pricePerMessage": 0, "currency": "EUR" },
    });
    Written::json(&json!({ "results": [result], "messageCount": 1, "pendingMessageCount": 0 }))
}

/// An emoji on a message; an empty one takes it off.
pub(super) fn reaction(between: &Between<'_>, id: &str, (message, emoji): (&str, &str)) -> Written {
    let action = if emoji.is_empty() { "REMOVED" } else { "ADDED" };
    let reaction =
        json!({ "type": "REACTION", "emoji": emoji, "action": action, "context": { "id": message } });
    received(between, id, reaction)
}

/// A report of delivery, or that it was seen.
pub(super) fn report(between: &Between<'_>, news: &News<'_>) -> Written {
    let at = date(between.at);
    if matches!(news.word, StatusWord::Read | StatusWord::Played) {
        // Here the end user is the one that it is from.
        let seen = json!({
            "messageId": news.id,
            "from": between.party.key(),
            "to": business(between.number),
            "sentAt": at,
            "seenAt": at,
            "contact": contact(between),
        });
        return Written::json(&json!({ "results": [seen] }));
    }
    let none = json!({
        "id": 0, "name": "NO_ERROR", "description": "No Error", "groupId": 0, "groupName": "OK",
        "permanent": false,
    });
    let (status, error) = match (news.failure, news.word) {
        (Some(failure), _) => error::reported(failure),
        (None, StatusWord::Sent) => (status(7, (1, "PENDING"), "PENDING_ENROUTE"), none),
        (None, _) => (status(5, (3, "DELIVERED"), "DELIVERED_TO_HANDSET"), none),
    };
    let result = json!({
        "bulkId": "",
        "messageId": news.id,
        "to": between.party.key(),
        "sentAt": at,
        "doneAt": at,
        "messageCount": 1,
        "price": { "pricePerMessage": 0, "currency": "EUR" },
        "callbackData": news.opaque,
        "status": status,
        "error": error,
        "contact": contact(between),
    });
    Written::json(&json!({ "results": [result] }))
}

fn status(id: u8, (group, group_name): (u8, &str), name: &str) -> Value {
    let description = name.replace('_', " ").to_lowercase();
    json!({ "id": id, "groupId": group, "groupName": group_name, "name": name, "description": description })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_milliseconds_and_an_offset_without_a_colon() {
        assert_eq!(date(Time(1_735_726_200_000)), "2025-01-01T10:10:00.000+0000");
    }
}
