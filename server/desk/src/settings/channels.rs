//! Connections, their credentials and their channels.

use std::collections::{BTreeMap, HashMap};

use contract::connection::{NewConnection, NewNumber};
use contract::settings::{
    ChangeRefused, ChannelSettings, ConnectionView, ProviderView, SettingField, Settings,
};
use contract::{BotId, ChannelId, ConnectionId};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::joins::joined;
use super::trials::{checked_base, values_suffice};
use super::{failed, refused, wrong};
use crate::auth::names::is_name;
use crate::auth::seal::Place;
use crate::channels::{About, PROVIDERS, Provider, provider};
use crate::store::connections::{
    CHANNEL_TAKEN, Connected, NO_SUCH_BOT, NO_SUCH_CONNECTION, NewAccount, NewChannel, SealedField,
};
use crate::{Desk, store};

/// The longest value of a field of a connection, in bytes.
const LONGEST_FIELD: usize = 4096;

/// The field that says where a connection's calls go. It is kept with the connection and is no secret.
pub(super) const API_BASE: &str = "api_base";
/// The most numbers that are set up at once.
const MOST_NUMBERS: usize = 200;

/// What was filled in for a connection.
pub(super) struct Filled {
    /// Where its calls go, where that was said.
    pub api_base: Option<String>,
    /// The other fields.
    pub values: BTreeMap<String, SecretString>,
}

/// The screen with the connections.
pub(super) async fn page(desk: &Desk) -> store::Result<Settings> {
    let mut tokens = verify_tokens(desk).await?;
    let mut connections = Vec::new();
    for connected in desk.store.connected().await? {
        let token = tokens.remove(&connected.id);
        connections.push(view(desk, joined(desk, connected).await?, token));
    }
    let providers = PROVIDERS.iter().map(|provider| provider_view(*provider));
    Ok(Settings::Channels(ChannelSettings {
        connections,
        providers: providers.collect(),
        bots: desk.store.bot_names().await?,
    }))
}

/// A provider as it describes itself. Where its calls go is a field like any other.
pub(super) fn provider_view(provider: &dyn Provider) -> ProviderView {
    let about = provider.about();
    let mut fields = about.fields;
    fields.retain(|field| about.made_up != Some(field.key.as_str()));
    match fields.iter_mut().find(|field| field.key == API_BASE) {
        Some(field) => (field.secret, field.optional) = (false, true),
        None => fields.push(SettingField {
            key: API_BASE.to_owned(),
            label: "Address for calls".to_owned(),
            help: format!("Leave it empty for {}.", about.api_base),
            secret: false,
            optional: true,
        }),
    }
    ProviderView {
        provider: about.provider.to_owned(),
        name: about.name.to_owned(),
        channel_id_label: about.channel_id_label.to_owned(),
        fields,
        steps: about.steps.iter().map(|step| (*step).to_owned()).collect(),
        has_doors: !about.has_ids,
        has_backlog: provider.backlog().is_some(),
    }
}

pub(super) fn view(desk: &Desk, connected: Connected, verify_token: Option<String>) -> ConnectionView {
    let suffix = provider(&connected.provider).map_or("", |provider| provider.about().webhook_suffix);
    let path = format!("/webhooks/{}/{}", connected.provider, connected.id);
    let webhook_url = format!("{}{suffix}", desk.config.public(&path));
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

/// Connects an account at a provider, with the numbers that were chosen.
pub(super) async fn connect(desk: &Desk, new: NewConnection) -> Result<ConnectionId, ChangeRefused> {
    let Some(provider) = provider(&new.provider) else {
        return Err(wrong("provider", "Choose a provider from the list."));
    };
    let about = provider.about();
    let name = checked_name(&new.name)?;
    let Filled { api_base, mut values } = checked_fields(desk, provider, new.fields)?;
    values_suffice(provider, &values)?;
    if let Some(key) = about.made_up {
        values.insert(key.to_owned(), made_up_token());
    }
    if new.numbers.len() > MOST_NUMBERS {
        return Err(refused("Choose at most 200 numbers; the others can be added afterwards."));
    }
    let id = ConnectionId(Uuid::now_v7());
    let numbers: Result<Vec<NewChannel>, ChangeRefused> =
        new.numbers.into_iter().map(|number| checked_number(&about, id, number)).collect();
    let numbers = numbers?;
    let api_base = api_base.unwrap_or_else(|| about.api_base.to_owned());
    let account = NewAccount { id, provider: new.provider, name, api_base };
    let stored = async {
        let mut tx = desk.store.begin().await?;
        tx.add_connection(&account).await?;
        put_all(desk, &mut tx, id, values).await?;
        for number in &numbers {
            tx.add_channel(number).await?;
        }
        tx.commit().await
    };
    stored.await.map_err(misplaced)?;
    Ok(id)
}

/// Replaces some of a connection's values.
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
    let Filled { api_base, values } = checked_fields(desk, provider, fields)?;
    if values.is_empty() && api_base.is_none() {
        return Err(refused("Fill in what is to be replaced."));
    }
    put_all(desk, &mut tx, id, values).await.map_err(failed)?;
    if let Some(api_base) = api_base {
        tx.set_api_base(id, &api_base).await.map_err(failed)?;
    }
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
pub(super) async fn add_channel(
    desk: &Desk,
    connection: ConnectionId,
    wish: NewNumber,
) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let word = tx.lock_connection(connection).await.map_err(failed)?;
    let Some(provider) = word.as_deref().and_then(provider) else {
        return Err(refused("This connection does not exist any more."));
    };
    let new = checked_number(&provider.about(), connection, wish)?;
    tx.add_channel(&new).await.map_err(misplaced)?;
    tx.commit().await.map_err(failed)
}

fn checked_number(
    about: &About,
    connection: ConnectionId,
    wish: NewNumber,
) -> Result<NewChannel, ChangeRefused> {
    let name = checked_name(&wish.name)?;
    let provider_channel = wish.provider_channel.trim().to_owned();
    if provider_channel.is_empty() || provider_channel.len() > 128 || has_control(&provider_channel) {
        return Err(wrong("provider_channel", "Enter the id that the provider shows for this number."));
    }
    let number = wish.number.map(|number| number.trim().to_owned()).filter(|number| !number.is_empty());
    if number.as_ref().is_some_and(|number| number.len() > 40 || has_control(number)) {
        return Err(wrong("number", "Write the number as people write it, in at most 40 characters."));
    }
    let rate = i32::try_from(wish.rate.unwrap_or(about.rate)).unwrap_or(i32::MAX).clamp(1, 10_000);
    Ok(NewChannel { connection, provider_channel, name, number, bot: wish.bot, rate })
}

/// Lets a channel begin with another bot, or with none.
pub(super) async fn set_bot(desk: &Desk, id: ChannelId, bot: Option<BotId>) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.set_channel_bot(id, bot).await.map_err(misplaced)? {
        return Err(refused("This channel does not exist any more."));
    }
    tx.commit().await.map_err(failed)
}

/// Lets customers of a channel see that somebody is typing, or not.
pub(super) async fn show_typing(desk: &Desk, id: ChannelId, on: bool) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.show_typing(id, on).await.map_err(failed)? {
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
pub(super) fn checked_fields(
    desk: &Desk,
    provider: &dyn Provider,
    fields: Vec<(String, String)>,
) -> Result<Filled, ChangeRefused> {
    let about = provider.about();
    let mut filled = Filled { api_base: None, values: BTreeMap::new() };
    for (key, value) in fields {
        let described = key == API_BASE || about.fields.iter().any(|field| field.key == key);
        if !described || about.made_up == Some(key.as_str()) {
            return Err(wrong(&key, "This provider has no such field."));
        }
        let value = value.trim();
        if value.len() > LONGEST_FIELD || has_control(value) {
            return Err(wrong(&key, "This is too long, or has characters in it that cannot be seen."));
        }
        let twice = match (value, key.as_str()) {
            ("", _) => false,
            (value, API_BASE) => filled.api_base.replace(checked_base(desk, provider, value)?).is_some(),
            (value, _) => filled.values.insert(key.clone(), SecretString::from(value)).is_some(),
        };
        if twice {
            return Err(wrong(&key, "This field was given twice."));
        }
    }
    Ok(filled)
}

pub(super) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// 128 random bits as 32 hexadecimal digits.
fn made_up_token() -> SecretString {
    SecretString::from(format!("{:032x}", rand::random::<u128>()))
}

/// Where a credential is kept.
pub(super) fn place(row: Uuid) -> Place {
    Place { table: "connection_secrets", column: "sealed", row }
}
