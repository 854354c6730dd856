//! A send that failed because the customer has told the provider that they want no such messages any more: that is
//! their wish here too.

use contract::Time;
use contract::consent::{ConsentScope, ConsentState};

use crate::channels::{self, Scope};
use crate::domain::Conversation;
use crate::store::consents::{NewConsent, Source};

/// What a failure says of the customer's wish, if it says anything.
pub(super) fn told(provider: &str, (code, reason): (&str, &str)) -> Option<ConsentScope> {
    channels::provider(provider)?.opted_out(code, reason).map(scope_of)
}

/// The scope as the desk calls it.
pub(super) fn scope_of(scope: Scope) -> ConsentScope {
    match scope {
        Scope::Marketing => ConsentScope::Marketing,
        Scope::All => ConsentScope::All,
    }
}

/// Why the message has failed, for a person: the provider's words alone leave open what it means.
pub(super) fn explained(scope: ConsentScope, reason: &str) -> String {
    let what = match scope {
        ConsentScope::Marketing => "no marketing messages",
        ConsentScope::All => "no messages",
    };
    format!("The customer has told the provider that they want {what} from this number any more: {reason}")
}

/// The wish, as it is written down.
pub(super) fn wish(
    conversation: &Conversation,
    scope: ConsentScope,
    (code, reason): (&str, &str),
    at: Time,
) -> NewConsent {
    NewConsent {
        contact: conversation.contact,
        channel: conversation.channel,
        scope,
        state: ConsentState::OptedOut,
        wording: reason.to_owned(),
        source: Source::Provider,
        message: None,
        evidence: Some(code.to_owned()),
        by: None,
        at,
    }
}
