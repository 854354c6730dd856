//! Trying credentials: what the provider says of them, before they are stored and at any time after.

use std::collections::BTreeMap;

use contract::connection::{FoundNumber, TaskDone};
use contract::settings::ChangeRefused;
use contract::{ChannelId, ConnectionId};
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use super::channels::{Filled, checked_fields};
use super::{failed, refused, wrong};
use crate::Desk;
use crate::channels::client::Reach;
use crate::channels::{Account, Found, Provider, provider};
use crate::errands::{Ended, Errand};
use crate::store::channels::Connection;

/// The most numbers that are listed.
const MOST_NUMBERS: usize = 200;

/// Asks the provider about credentials that are not stored.
pub(super) async fn try_fields(
    desk: &Desk,
    word: &str,
    fields: Vec<(String, String)>,
) -> Result<TaskDone, ChangeRefused> {
    let provider = provider(word).ok_or_else(|| wrong("provider", "Choose a provider from the list."))?;
    let Filled { api_base, values } = checked_fields(desk, provider, fields)?;
    values_suffice(provider, &values)?;
    let values: BTreeMap<String, Vec<SecretString>> =
        values.into_iter().map(|(key, value)| (key, vec![value])).collect();
    let api_base = api_base.unwrap_or_else(|| provider.about().api_base.to_owned());
    let connection = Connection {
        // Its own for this one trial: nothing that is learned on the way is kept for another account.
        id: ConnectionId(Uuid::now_v7()),
        provider: word.to_owned(),
        account: Account::new(&api_base, values),
        sandbox: false,
    };
    let numbers = ask(desk, &connection, provider, "").await.map_err(|why| refused(why.to_string()))?;
    Ok(TaskDone::Holds { numbers })
}

/// Whether every field is there that a connection needs.
pub(super) fn values_suffice(
    provider: &dyn Provider,
    values: &BTreeMap<String, SecretString>,
) -> Result<(), ChangeRefused> {
    let about = provider.about();
    for field in &about.fields {
        let made_up = about.made_up == Some(field.key.as_str());
        let apart = field.key == super::channels::API_BASE;
        if !field.optional && !made_up && !apart && !values.contains_key(&field.key) {
            return Err(wrong(&field.key, format!("{} is missing.", field.label)));
        }
    }
    match provider.unproven(&|key| values.contains_key(key)) {
        Some((field, why)) => Err(wrong(field, why)),
        None => Ok(()),
    }
}

/// Asks the provider about a connection's credentials, and keeps what it said.
pub(super) async fn check(desk: &Desk, id: ConnectionId) -> Result<TaskDone, ChangeRefused> {
    desk.connections.forget();
    let connection = desk.connections.get(desk, id).await.map_err(failed)?;
    let Some(connection) = connection else {
        return Err(refused("This connection does not exist any more."));
    };
    let Some(provider) = provider(&connection.provider) else {
        return Err(refused("This build does not have the provider."));
    };
    let mut came = ask(desk, &connection, provider, "").await;
    if let Err(Trouble::NotAsked(_)) = &came
        && let Some(channel) = desk.store.provider_channels(id).await.map_err(failed)?.first()
    {
        // It cannot list the account's numbers, but it can say whether it knows one of them.
        came = ask(desk, &connection, provider, channel).await;
    }
    let error = came.as_ref().err().map(ToString::to_string);
    desk.store.note_check(id, error.as_deref()).await.map_err(failed)?;
    let numbers = came.map_err(|why| refused(why.to_string()))?;
    Ok(TaskDone::Holds { numbers })
}

/// Why credentials do not hold, or cannot be tried.
enum Trouble {
    /// There is nothing to ask with what is known.
    NotAsked(String),
    /// The provider, or the way to it, said no.
    Refused(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::NotAsked(why) | Trouble::Refused(why) => formatter.write_str(why),
        }
    }
}

async fn ask(
    desk: &Desk,
    connection: &Connection,
    provider: &'static dyn Provider,
    channel: &str,
) -> Result<Vec<FoundNumber>, Trouble> {
    let errand = Errand { connection, provider, channel };
    let name = provider.about().name;
    let answer = errand.run(desk, &|via| provider.check(via)).await.map_err(|ended| match ended {
        Ended::NotCarried(why) => Trouble::NotAsked(why),
        Ended::Call(error) => Trouble::Refused(format!(
            "{name} was not reached ({error}). Check the address its calls go to, and try again."
        )),
        Ended::Refused(fault) => Trouble::Refused(said(name, &fault)),
    })?;
    let found = provider.checked(&answer).map_err(|fault| Trouble::Refused(said(name, &fault)))?;
    Ok(found.into_iter().take(MOST_NUMBERS).map(number).collect())
}

fn said(name: &str, fault: &crate::channels::Fault) -> String {
    match fault.code.as_str() {
        "" => format!("{name} says: {}", fault.reason),
        code => format!("{name} says: {} ({code})", fault.reason),
    }
}

fn number(found: Found) -> FoundNumber {
    FoundNumber {
        provider_channel: found.channel,
        name: found.name,
        number: found.number,
        quality: found.quality,
        messaging_limit: found.messaging_limit,
        rate: found.rate,
    }
}

/// Where a connection's calls may go: by https to the provider's own hosts; to a host that the operator has named
/// also elsewhere and by http.
pub(super) fn checked_base(
    desk: &Desk,
    provider: &dyn Provider,
    typed: &str,
) -> Result<String, ChangeRefused> {
    let key = super::channels::API_BASE;
    let whole = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = desk.client.permitted(&whole, Reach::Public).map_err(|error| {
        wrong(
            key,
            format!("Calls cannot go there ({error}). Enter the https address that the provider shows you."),
        )
    })?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(key, "Enter the address without `?` and `#`."));
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).trim_end_matches('.');
    if !is_named(desk, host) && !provider.serves(host) {
        let name = provider.about().name;
        return Err(wrong(
            key,
            format!("{host} is none of {name}'s hosts. Enter the address that {name} shows you."),
        ));
    }
    Ok(plain(&url))
}

fn is_named(desk: &Desk, host: &str) -> bool {
    desk.config
        .allowed_hosts
        .iter()
        .any(|named| named.trim().trim_matches(['[', ']']).eq_ignore_ascii_case(host))
}

fn plain(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// The link, the QR code and the snippet with which customers begin to write to a channel.
pub(super) async fn click_to_chat(
    desk: &Desk,
    channel: ChannelId,
    text: &str,
) -> Result<TaskDone, ChangeRefused> {
    let number = desk.store.channel_number(channel).await.map_err(failed)?;
    let Some((provider_channel, number)) = number else {
        return Err(refused("This number does not exist any more."));
    };
    super::click::click_to_chat(&provider_channel, number.as_deref(), text)
}
