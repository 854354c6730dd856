//! What goes out for a message.

use contract::Body;

use super::super::Outcome;
use crate::channels::{Provider, text};
use crate::domain::Refused;

/// The most calls that one message may take.
const MOST_PARTS: usize = 10;

/// What goes out for a body, one call each: a text that is too long for one goes in several.
pub(super) fn parts(provider: &dyn Provider, body: &Body) -> Outcome<Vec<Body>> {
    let capabilities = provider.capabilities();
    let most = usize::try_from(capabilities.text).unwrap_or(usize::MAX);
    let parts = match body {
        Body::Text { text } if capabilities.text_unit.count(text) > most => {
            text::split(text, most, capabilities.text_unit).into_iter().map(Body::text).collect()
        }
        body => vec![body.clone()],
    };
    if parts.len() > MOST_PARTS {
        return Err(Refused::NotCarried(format!(
            "This is too long: it would go out as {} messages. Send it in pieces, or as a document.",
            parts.len()
        ))
        .into());
    }
    for part in &parts {
        provider.carries(part).map_err(|why| Refused::NotCarried(why.0))?;
    }
    Ok(parts)
}
