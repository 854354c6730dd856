//! Connections, their credentials and their channels.

use std::collections::{BTreeMap, HashMap};

use contract::settings::{ChangeRefused, ChannelSettings, ConnectionView, ProviderView, Settings};
use contract::{BotId, ChannelId, ConnectionId};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{failed, refused, wrong};
use crate::auth::names::is_name;
use crate::auth::seal::Place;
use crate::channels::{About, PROVIDERS, provider};
use crate::store::connections::{
    CHANNEL_TAKEN, Connected, NO_SUCH_BOT, NO_SUCH_CONNECTION, NewChannel, NewConnection, SealedField,
};
use crate::{Desk, store};

/// The longest value of a field of a connection, in bytes.
const LONGEST_FIELD: usize = 4096;

/// A channel somebody wants to set up.
pub(super) struct Wish {
    pub connection: ConnectionId,
    pub name: String,
    pub provider_channel: String,
    pub number: Option<String>,
    pub bot: Option<BotId>,
}

/// The screen with the connections.
pub(super) async fn page(desk: &Desk) -> store::Result<Settings> {
    let mut tokens = verify_tokens(desk).await?;
    let connections = desk.store.connected().await?.into_iter().map(|connected| {
        let token = tokens.remove(&connected.id);
        view(desk, connected, token)
    });
    let providers = PROVIDERS.iter().map(|provider| {
        let about = provider.about();
        ProviderView {
            provider: about.provider.to_owned(),
            name: about.name.to_owned(),
            channel_id_label: about.channel_id_label.to_owned(),
            fields: about.fields,
        }
    });
    Ok(Settings::Channels(ChannelSettings {
        connections: connections.collect(),
        providers: providers.collect(),
        bots: desk.store.bot_names().await?,
    }))
}

fn view(desk: &Desk, connected: Connected, verify_token: Option<String>) -> ConnectionView {
    let webhook_url = desk.config.public(&format!("/webhooks/{}/{}", connected.provider, connected.id));
    ConnectionView {
        id: connected.id,
        provider: connected.provider,
        name: connected.name,
        webhook_url,
        verify_token,
        api_base: connected.api_base,
        sandbox: connected.sandbox,
        last_webhook_at: connected.last_webhook_at,
        bad_signatures: connected.bad_signatures,
        channels: connected.channels,
        unknown_channels: connected.unknown_channels,
    }
}

/// The one kind of credential that is shown: the desk has made it up, and the admin types it at the provider.
async fn verify_tokens(desk: &Desk) -> store::Result<HashMap<ConnectionId, String>> {
    let keys: Vec<&str> = PROVIDERS.iter().filter_map(|provider| provider.about().made_up).collect();
    let mut tokens = HashMap::new();
    for field in desk.store.sealed_fields(&keys).await? {
        match desk.seal.open(&place(field.id), &field.sealed) {
            Ok(token) => {
                tokens.insert(field.connection, token.expose_secret().to_owned());
            }
            Err(error) => tracing::error!(secret = %field.id, "a stored secret does not open: {error}"),
        }
    }
    Ok(tokens)
}

/// Connects an account at a provider.
pub(super) async fn connect(
    desk: &Desk,
    word: &str,
    name: &str,
    fields: Vec<(String, String)>,
) -> Result<(), ChangeRefused> {
    let Some(provider) = provider(word) else {
        return Err(wrong("provider", "Choose a provider from the list."));
    };
    let about = provider.about();
    let name = checked_name(name)?;
    let mut values = checked_fields(&about, fields)?;
    for field in &about.fields {
        let made_up = about.made_up == Some(field.key.as_str());
        if !field.optional && !made_up && !values.contains_key(&field.key) {
            return Err(wrong(&field.key, format!("{} is missing.", field.label)));
        }
    }
    if let Some(key) = about.made_up {
        values.insert(key.to_owned(), made_up_token());
    }
    let id = ConnectionId(Uuid::now_v7());
    let new = NewConnection { id, provider: word.to_owned(), name, api_base: about.api_base.to_owned() };
    let stored = async {
        let mut tx = desk.store.begin().await?;
        tx.add_connection(&new).await?;
        put_all(desk, &mut tx, id, values).await?;
        tx.commit().await
    };
    stored.await.map_err(failed)
}

/// Replaces some of a connection's credentials.
pub(super) async fn replace_secrets(
    desk: &Desk,
    id: ConnectionId,
    fields: Vec<(String, String)>,
) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let word = tx.lock_connection(id).await.map_err(failed)?;
    let Some(provider) = word.as_deref().and_then(provider) else {
        return Err(refused("This connection does not exist any more."));
    };
    let values = checked_fields(&provider.about(), fields)?;
    if values.is_empty() {
        return Err(refused("Fill in what is to be replaced."));
    }
    put_all(desk, &mut tx, id, values).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    desk.connections.forget();
    Ok(())
}

async fn put_all(
    desk: &Desk,
    tx: &mut store::Tx,
    connection: ConnectionId,
    values: BTreeMap<String, SecretString>,
) -> store::Result<()> {
    for (field, value) in values {
        let id = Uuid::now_v7();
        let sealed = desk.seal.seal(&place(id), value.expose_secret());
        tx.put_secret(&SealedField { id, connection, field, sealed }).await?;
    }
    Ok(())
}

/// Sets up a channel.
pub(super) async fn add_channel(desk: &Desk, wish: Wish) -> Result<(), ChangeRefused> {
    let name = checked_name(&wish.name)?;
    let provider_channel = wish.provider_channel.trim().to_owned();
    if provider_channel.is_empty() || provider_channel.len() > 128 || has_control(&provider_channel) {
        return Err(wrong("provider_channel", "Enter the id that the provider shows for this number."));
    }
    let number = wish.number.map(|number| number.trim().to_owned()).filter(|number| !number.is_empty());
    if number.as_ref().is_some_and(|number| number.len() > 40 || has_control(number)) {
        return Err(wrong("number", "Write the number as people write it, in at most 40 characters."));
    }
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let word = tx.lock_connection(wish.connection).await.map_err(failed)?;
    let Some(provider) = word.as_deref().and_then(provider) else {
        return Err(refused("This connection does not exist any more."));
    };
    let rate = i32::try_from(provider.about().rate).unwrap_or(i32::MAX).clamp(1, 10_000);
    let new = NewChannel { connection: wish.connection, provider_channel, name, number, bot: wish.bot, rate };
    tx.add_channel(&new).await.map_err(misplaced)?;
    tx.commit().await.map_err(failed)
}

/// Lets a channel begin with another bot, or with none.
pub(super) async fn set_bot(desk: &Desk, id: ChannelId, bot: Option<BotId>) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.set_channel_bot(id, bot).await.map_err(misplaced)? {
        return Err(refused("This channel does not exist any more."));
    }
    tx.commit().await.map_err(failed)
}

/// Lets a paused channel send again.
pub(super) async fn resume(desk: &Desk, id: ChannelId) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.resume_channel(id).await.map_err(failed)? {
        return Err(refused("This channel does not exist any more."));
    }
    tx.commit().await.map_err(failed)?;
    // What was queued while it was paused goes out now, not when the job next looks by itself.
    desk.bus.deliveries();
    Ok(())
}

fn misplaced(error: store::Error) -> ChangeRefused {
    if error.is_conflict(CHANNEL_TAKEN) {
        wrong("provider_channel", "This connection has a channel with this id already.")
    } else if error.is_conflict(NO_SUCH_BOT) {
        wrong("bot", "This bot does not exist any more. Choose another one.")
    } else if error.is_conflict(NO_SUCH_CONNECTION) {
        refused("This connection does not exist any more.")
    } else {
        failed(error)
    }
}

fn checked_name(name: &str) -> Result<String, ChangeRefused> {
    let name = name.trim();
    if !is_name(name) {
        return Err(wrong("name", "Give it a name of at most 120 characters."));
    }
    Ok(name.to_owned())
}

/// The values that were filled in, each one a field that the provider describes. The field that the desk makes up
/// itself is not for others to choose.
fn checked_fields(
    about: &About,
    fields: Vec<(String, String)>,
) -> Result<BTreeMap<String, SecretString>, ChangeRefused> {
    let mut values = BTreeMap::new();
    for (key, value) in fields {
        let known = about.fields.iter().any(|field| field.key == key) && about.made_up != Some(key.as_str());
        if !known {
            return Err(wrong(&key, "This provider has no such field."));
        }
        let value = value.trim();
        if value.len() > LONGEST_FIELD || has_control(value) {
            return Err(wrong(&key, "This is too long, or has characters in it that cannot be seen."));
        }
        if !value.is_empty() && values.insert(key.clone(), SecretString::from(value)).is_some() {
            return Err(wrong(&key, "This field was given twice."));
        }
    }
    Ok(values)
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// 128 random bits as 32 hexadecimal digits.
fn made_up_token() -> SecretString {
    SecretString::from(format!("{:032x}", rand::random::<u128>()))
}

/// Where a credential is kept.
fn place(row: Uuid) -> Place {
    Place { table: "connection_secrets", column: "sealed", row }
}
