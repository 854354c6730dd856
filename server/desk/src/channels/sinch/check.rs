//! Whether the credentials hold, and which app they reach.

use http::Method;
use serde_json::Value;

use super::access;
use super::fault;
use crate::channels::json::{self, filled, integer, list};
use crate::channels::{Answer, Class, Content, Fault, Found, NotCarried, Step, Via, phone};

/// Asks for the app: it is found only with the right key, project, region and id.
pub(super) fn check(via: &Via<'_>) -> Result<Step, NotCarried> {
    let url = format!("{}/apps/{}", access::project(via.account)?, access::app(via)?);
    access::with_token(via, Method::GET, url, Content::Nothing)
}

/// The app in the answer. Its channels have credentials of their own in it, which are not looked at.
pub(super) fn checked(answer: &Answer) -> Result<Vec<Found>, Fault> {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let error = body.get("error").is_some_and(|error| !error.is_null());
    if !(200..300).contains(&answer.status) || error {
        return Err(fault::fault_of(&body, answer));
    }
    let channels = list(&body, "channel_credentials");
    let whatsapp = channels.iter().find(|of| filled(of, "channel").as_deref() == Some("WHATSAPP"));
    if whatsapp.is_none() && !channels.is_empty() {
        return Err(Fault {
            class: Class::Permanent,
            code: "no_whatsapp".to_owned(),
            reason: "This app has no WhatsApp channel. Set it up in the Sinch dashboard, then check again."
                .to_owned(),
            retry_after: None,
        });
    }
    let bearer = whatsapp.and_then(|whatsapp| whatsapp.get("static_bearer"));
    let sender = bearer.and_then(|bearer| filled(bearer, "claimed_identity"));
    let limits = body.get("rate_limits").unwrap_or(&Value::Null);
    let rate = limits.get("outbound").and_then(integer).and_then(|rate| u32::try_from(rate).ok());
    let found = |channel| Found {
        channel,
        name: filled(&body, "display_name"),
        // Which number that is only Sinch knows; most senders go by its digits.
        number: sender.filter(|sender| phone::normalise(sender).is_some()),
        quality: None,
        messaging_limit: None,
        rate: rate.filter(|rate| *rate > 0),
    };
    Ok(filled(&body, "id").map(found).into_iter().collect())
}
