//! Writing back into Braze what became of a conversation.

use serde_json::json;

use super::send::post;
use crate::channels::limits::refused;
use crate::channels::{Account, Call, NotCarried};

/// Longest text of a custom attribute, in characters.
const ATTRIBUTE: usize = 255;

/// The call that writes outcome and reason of a conversation into the customer's profile, as the custom attributes
/// `baton_outcome` and `baton_reason` (`POST /users/track`; the key needs the permission `users.track`), for
/// segments and Canvases to go on with. Longer texts are cut at 255 characters, which is what an attribute holds. A
/// profile that does not exist is not made.
///
/// Errors: without Braze's own id of the customer, and without an outcome, there is nothing to write.
pub fn write_back(
    account: &Account,
    external_id: &str,
    outcome: &str,
    reason: &str,
) -> Result<Call, NotCarried> {
    if external_id.trim().is_empty() || outcome.trim().is_empty() {
        return refused("There is no customer of Braze's or no outcome to write back.");
    }
    let short =
        |text: &str| text.trim().chars().filter(|letter| *letter != '\0').take(ATTRIBUTE).collect::<String>();
    let attributes = json!({
        "external_id": external_id.trim(),
        "_update_existing_only": true,
        "baton_outcome": short(outcome),
        "baton_reason": short(reason),
    });
    post(account, "/users/track", &json!({ "attributes": [attributes] }))
}
