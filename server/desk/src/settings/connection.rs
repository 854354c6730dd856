//! One connection: how it is set up at the provider, how it does, and its doors.

use std::collections::HashMap;

use contract::connection::{ConnectionPage, Door};
use contract::seat::SeatError;
use contract::settings::{ChangeRefused, Settings};
use contract::{ChannelId, ConnectionId};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::channels::{has_control, place, provider_view, view};
use super::joins::joined;
use super::{failed, log, refused, wrong};
use crate::channels::{Provider, provider};
use crate::store::connections::Connected;
use crate::{Desk, store};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * contract::time::HOUR_MS;
/// The longest tag of a door, in characters.
const LONGEST_TAG: usize = 64;

/// The screen of a connection.
pub(super) async fn page(desk: &Desk, id: ConnectionId) -> Result<Settings, SeatError> {
    let shown = shown(desk, id).await.map_err(|error| {
        log(&error);
        SeatError::Unavailable
    })?;
    shown.map(|page| Settings::Connection(Box::new(page))).ok_or(SeatError::NotFound)
}

async fn shown(desk: &Desk, id: ConnectionId) -> store::Result<Option<ConnectionPage>> {
    let found = desk.store.connected().await?.into_iter().find(|connected| connected.id == id);
    let Some(connected) = found else { return Ok(None) };
    let Some(provider) = provider(&connected.provider) else { return Ok(None) };
    let Some(health) = desk.store.connection_health(id, day_ago()).await? else { return Ok(None) };
    let mut values = open_values(desk, provider, &connected).await?;
    let token = provider.about().made_up.and_then(|key| values.remove(key));
    let doors = desk
        .store
        .doors(id)
        .await?
        .into_iter()
        .map(|door| Door { url: format!("{}/{}", address(desk, &connected), door.path), ..door });
    Ok(Some(ConnectionPage {
        provider: provider_view(provider),
        values: values.into_iter().collect(),
        bots: desk.store.bot_names().await?,
        doors: doors.collect(),
        connection: view(desk, joined(desk, connected).await?, token),
        health,
    }))
}

/// The values that are shown: of fields that are no secrets, and the one that the desk has made up.
async fn open_values(
    desk: &Desk,
    provider: &dyn Provider,
    connected: &Connected,
) -> store::Result<HashMap<String, String>> {
    let about = provider.about();
    let open = about.fields.iter().filter(|field| !field.secret).map(|field| field.key.as_str());
    let keys: Vec<&str> = open.chain(about.made_up).collect();
    let mut values = HashMap::new();
    let sealed = desk.store.sealed_fields(&keys).await?;
    for field in sealed.into_iter().filter(|field| field.connection == connected.id) {
        match desk.seal.open(&place(field.id), &field.sealed) {
            Ok(value) => {
                values.insert(field.field, value.expose_secret().to_owned());
            }
            Err(error) => tracing::error!(secret = %field.id, "a stored value does not open: {error}"),
        }
    }
    Ok(values)
}

/// Where a connection's webhooks come in, without what is typed behind it.
fn address(desk: &Desk, connected: &Connected) -> String {
    desk.config.public(&format!("/webhooks/{}/{}", connected.provider, connected.id))
}

/// The lowest id (UUID v7) of 24 hours ago. Ids are made by this clock, not by the desk's.
fn day_ago() -> Uuid {
    let then = Timestamp::now().as_millisecond() - DAY_MS;
    Uuid::from_u128(u128::try_from(then).unwrap_or_default() << 80)
}

/// Makes a door.
pub(super) async fn add_door(
    desk: &Desk,
    connection: ConnectionId,
    channel: ChannelId,
    tag: &str,
) -> Result<(), ChangeRefused> {
    let tag = tag.trim();
    if tag.is_empty() || tag.chars().count() > LONGEST_TAG || has_control(tag) {
        return Err(wrong("tag", "Give it a tag of at most 64 characters: rules will know it by that."));
    }
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let word = tx.lock_connection(connection).await.map_err(failed)?;
    let Some(provider) = word.as_deref().and_then(provider) else {
        return Err(refused("This connection does not exist any more."));
    };
    if provider.about().has_ids {
        return Err(refused("This provider sends everything to one address."));
    }
    let path = format!("{:032x}", rand::random::<u128>());
    if !tx.add_door(connection, channel, (&path, tag)).await.map_err(failed)? {
        return Err(wrong(
            "channel",
            "Choose one of the connection's numbers. It can have 200 addresses at most.",
        ));
    }
    tx.commit().await.map_err(failed)
}

/// Takes a door away.
pub(super) async fn remove_door(
    desk: &Desk,
    connection: ConnectionId,
    path: &str,
) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.remove_door(connection, path).await.map_err(failed)? {
        return Err(refused("This address does not exist any more."));
    }
    tx.commit().await.map_err(failed)
}

/// Sets how long an equal message without an id can be a repeat.
pub(super) async fn set_repeat_window(
    desk: &Desk,
    connection: ConnectionId,
    seconds: i32,
) -> Result<(), ChangeRefused> {
    if !(0..=3_600).contains(&seconds) {
        return Err(wrong("seconds", "Choose a number of seconds between 0 and 3,600."));
    }
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.set_repeat_window(connection, seconds).await.map_err(failed)? {
        return Err(refused("This connection does not exist any more."));
    }
    tx.commit().await.map_err(failed)
}
