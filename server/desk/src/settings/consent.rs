//! Consent: how each channel treats it, who wishes what, and lists of it from elsewhere.

use contract::ChannelId;
use contract::consent::ConsentPolicy;
use contract::settings::{ChangeRefused, ConsentSettings, Settings};

use super::{failed, refused, wrong};
use crate::{Desk, store};

/// The screen of the consents.
pub(super) async fn page(desk: &Desk) -> store::Result<Settings> {
    Ok(Settings::Consent(ConsentSettings {
        channels: desk.store.consent_channels().await?,
        latest: desk.store.latest_consents().await?,
    }))
}

/// Lets a channel treat consent differently.
pub(super) async fn set_policy(
    desk: &Desk,
    channel: ChannelId,
    policy: ConsentPolicy,
) -> Result<(), ChangeRefused> {
    if !(1..=365).contains(&policy.follow_up_days) {
        return Err(wrong("follow_up_days", "Enter a number of days from 1 to 365."));
    }
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.set_consent_policy(channel, policy).await.map_err(failed)? {
        return Err(refused("This channel does not exist any more."));
    }
    tx.commit().await.map_err(failed)
}
