//! What has come in, listed afterwards: with fewer words than a webhook has.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use contract::{Body, Time};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::calls::{Asked, Given, of_account};
use super::error::{Result, TwilioError};
use super::wire::address;
use crate::Desk;
use crate::sandbox::access::Caller;
use crate::store::sandbox::Past;

/// Messages on a page unless the call says how many.
const PAGE: i64 = 50;

/// A moment as Twilio writes it, by RFC 2822.
pub(super) fn date(at: Timestamp) -> Option<String> {
    jiff::fmt::rfc2822::to_string(&at.to_zoned(TimeZone::UTC)).ok()
}

/// The messages of customers to a number, or to all of the account, newest first.
pub(super) async fn messages(
    State(desk): State<Desk>,
    Path(account): Path<String>,
    Query(asked): Asked,
    headers: HeaderMap,
) -> Result<Response> {
    let found = of_account(&desk, &account, &headers).await?;
    let number = |key: &str| asked.get(key).and_then(|text| text.parse::<i64>().ok());
    let most = number("PageSize").unwrap_or(PAGE).clamp(1, 1000);
    let before = number("PageToken").unwrap_or(i64::MAX);
    let to = asked.get("To");
    let mut past = Vec::new();
    for caller in found.iter().filter(|caller| to.is_none_or(|to| caller.goes_by(to))) {
        let line = &caller.number.line.provider_channel;
        let some = desk.store.sandbox_past(line, since(&asked), before, most).await?;
        past.extend(some.into_iter().map(|past| (caller, past)));
    }
    past.sort_by_key(|(_, past)| std::cmp::Reverse(past.place));
    past.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let path = format!("/2010-04-01/Accounts/{account}/Messages.json");
    let full = i64::try_from(past.len()).is_ok_and(|count| count == most);
    let next = past.last().filter(|_| full).map(|(_, last)| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("PageSize", &most.to_string()).append_pair("PageToken", &last.place.to_string());
        for key in ["To", "DateSent>"] {
            if let Some(value) = asked.get(key) {
                query.append_pair(key, value);
            }
        }
        format!("{path}?{}", query.finish())
    });
    let messages: Vec<Value> = past.iter().map(|(caller, past)| shown(caller, past)).collect();
    Ok(Json(json!({ "messages": messages, "page_size": most, "next_page_uri": next })).into_response())
}

/// From when: `DateSent>=…`, a moment or a day. `DateSent=` names a day too, and stands for the time from there on.
fn since(asked: &Given) -> Time {
    let given =
        asked.get("DateSent>").or_else(|| asked.get("DateSent")).map(String::as_str).unwrap_or_default();
    let whole: Option<Timestamp> = given.parse().ok();
    let day = || format!("{given}T00:00:00Z").parse::<Timestamp>().ok();
    Time(whole.or_else(day).map_or(0, Timestamp::as_millisecond))
}

/// One message of a customer.
pub(super) async fn message(
    State(desk): State<Desk>,
    Path((account, message)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let sid = message.strip_suffix(".json").unwrap_or(&message);
    let found = of_account(&desk, &account, &headers).await?;
    for caller in &found {
        let line = &caller.number.line.provider_channel;
        if let Some((number, held)) = desk.store.sandbox_message(line, sid).await? {
            let past =
                Past { place: 0, number, id: held.id, body: held.body, at: held.at, quoted: held.quoted };
            let mut message = shown(caller, &past);
            if !held.mine {
                let (from, to) = (message["to"].take(), message["from"].take());
                message["from"] = from;
                message["to"] = to;
                message["direction"] = json!("outbound-api");
                message["status"] = json!(held.status);
            }
            return Ok(Json(message).into_response());
        }
    }
    Err(TwilioError::missing(&format!("/2010-04-01/Accounts/{account}/Messages/{sid}.json")).into())
}

fn shown(caller: &Caller, past: &Past) -> Value {
    let account = caller.account.current("account_sid");
    let at = Timestamp::from_millisecond(past.at.0).ok().and_then(date);
    let files = matches!(past.body, Body::Media(_) | Body::Contacts { .. });
    let words = match &past.body {
        Body::Media(media) => media.caption.clone().or_else(|| media.file_name.clone()),
        Body::Location(_) | Body::Contacts { .. } | Body::Order { .. } => None,
        body => body.words().map(str::to_owned),
    };
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{}", past.id);
    json!({
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": words.unwrap_or_default(),
        "date_created": at,
        "date_sent": at,
        "date_updated": at,
        "direction": "inbound",
        "error_code": null,
        "error_message": null,
        "from": address(&past.number),
        "messaging_service_sid": null,
        "num_media": if files { "1" } else { "0" },
        "num_segments": "1",
        "sid": past.id,
        "status": "received",
        "subresource_uris": { "media": format!("{uri}/Media.json") },
        "to": address(&caller.business()),
        "uri": format!("{uri}.json"),
    })
}
