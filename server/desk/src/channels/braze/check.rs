//! Whether the credentials hold, with the one permission that a key for texts needs.
//!
//! Braze has no call that only looks and needs no more than `campaigns.trigger.send`, so the campaign for texts is
//! triggered for somebody who cannot exist, and for nobody who does not exist already: nobody is written to. A wrong
//! key, permission or address is answered with 401, 403 or 404 before the recipient is looked at.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fields::{filled, label};
use super::{fault, send};
use crate::channels::json;
use crate::channels::limits::refused;
use crate::channels::{Answer, Call, Fault, Found, NotCarried, Via};

/// Triggers the campaign for texts for nobody.
pub(super) fn check(via: &Via<'_>) -> Result<Call, NotCarried> {
    for key in ["rest_key", "campaign_text"] {
        if filled(via.account, key).is_none() {
            return refused(format!("Fill in “{}”: without it nothing can be checked.", label(key)));
        }
    }
    let campaign = filled(via.account, "campaign_text").unwrap_or_default();
    // Another one each time; nobody's id is made of a moment and a digest of it.
    let moment = via.at.as_nanosecond();
    let digest: String =
        Sha256::digest(moment.to_be_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let nobody = format!("baton-check-{moment}-{digest}");
    send::trigger(via.account, campaign, &nobody, json!({ "external_system_msg_body": "" }))
}

/// Braze lists no numbers; what it says about the recipient, or that it has queued it for nobody, proves the rest.
pub(super) fn checked(answer: &Answer) -> Result<Vec<Found>, Fault> {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let said = fault::words(&body);
    match answer.status {
        200..300 if body.is_object() => Ok(Vec::new()),
        400 if fault::about_recipient(&said) => Ok(Vec::new()),
        _ => Err(fault::of(answer)),
    }
}
