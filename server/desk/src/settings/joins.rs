//! What a provider says of each of its numbers: whether customers see that somebody is typing, and, where a number is
//! for trying out, that customers have to join it and that their join ends by itself.

use contract::capability::Feature;
use contract::settings::Joins;
use contract::time::HOUR_MS;

use crate::channels::provider;
use crate::store::connections::Connected;
use crate::{Desk, store};

/// A connection whose channels say what its provider can show, and until when customers stay joined, where they have to join. Whoever wrote had joined
/// by then, so that this is the latest end; when exactly they joined, only the provider knows.
pub(super) async fn joined(desk: &Desk, mut connected: Connected) -> store::Result<Connected> {
    let Some(provider) = provider(&connected.provider) else { return Ok(connected) };
    for channel in &mut connected.channels {
        channel.typing = channel.typing.filter(|_| provider.capabilities().offers(Feature::Typing));
        let Some(hours) = provider.join_hours(&channel.provider_channel) else { continue };
        let heard = desk.store.last_heard(channel.id).await?;
        let end_by = heard.map(|heard| heard.plus_ms(i64::from(hours) * HOUR_MS));
        channel.joins = Some(Joins { hours, end_by });
    }
    Ok(connected)
}
