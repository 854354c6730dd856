//! Templates: where they come from, making them, and what admins should know.

use contract::ConnectionId;
use contract::picker::{TemplateQuery, TemplateShelf};
use contract::settings::{ChangeRefused, Settings, TemplateSettings};
use contract::template::TemplateDraft;

use super::{failed, refused};
use crate::channels::client::CallError;
use crate::channels::{Fault, Provider, provider};
use crate::errands::{Ended, Errand};
use crate::flows::{self, Failed};
use crate::store::channels::Connection;
use crate::{Desk, store};

/// The longest words that are looked for, in characters.
const WORDS: usize = 100;

/// The screen of the templates.
pub(super) async fn page(desk: &Desk) -> store::Result<Settings> {
    let mut sources = Vec::new();
    for (mut source, word) in desk.store.template_sources().await? {
        let Some(provider) = provider(&word).filter(|provider| provider.templates().is_some()) else {
            continue;
        };
        source.creates = provider.capabilities().offers(contract::Feature::TemplateCreate);
        sources.push(source);
    }
    Ok(Settings::Templates(TemplateSettings { sources, alerts: desk.store.alerts().await? }))
}

/// One page of templates; without a channel or a connection, the channels that can send some.
pub async fn shelf(desk: &Desk, mut query: TemplateQuery) -> store::Result<TemplateShelf> {
    query.words = query.words.replace('\0', "").chars().take(WORDS).collect();
    query.language = query.language.replace('\0', "");
    let mut shelf = desk.store.templates(&query).await?;
    if query.channel.is_none() && query.connection.is_none() {
        let lines = desk.store.lines().await?.into_iter();
        let sends = |word: &str| {
            provider(word).is_some_and(|it| it.capabilities().offers(contract::Feature::Template))
        };
        shelf.lines = lines.filter(|(_, word)| sends(word)).map(|(line, _)| line).collect();
    }
    Ok(shelf)
}

/// Wants a list to be read at once.
pub(super) async fn sync(desk: &Desk, connection: ConnectionId) -> Result<(), ChangeRefused> {
    match desk.store.want_templates(connection).await.map_err(failed)? {
        true => Ok(()),
        false => Err(refused("This connection does not exist any more.")),
    }
}

/// Makes a template at the provider. The call comes first, for only what is there is listed here.
pub(super) async fn make(
    desk: &Desk,
    connection: ConnectionId,
    draft: TemplateDraft,
) -> Result<(), ChangeRefused> {
    let found = desk.connections.get(desk, connection).await.map_err(failed)?;
    let Some(found) = found else { return Err(refused("This connection does not exist any more.")) };
    let Some(provider) = provider(&found.provider) else {
        return Err(refused("This build does not have the provider of this connection."));
    };
    let id = submit(desk, &found, provider, &draft).await?;
    flows::templates::submitted(desk, connection, draft, id).await.map_err(|error| match error {
        Failed::Store(error) => failed(error),
        Failed::Refused(_) => {
            refused("Something went wrong. The template is at the provider; read the list anew.")
        }
    })
}

/// Asks the provider to make it. Answers with the provider's id of it.
async fn submit(
    desk: &Desk,
    connection: &Connection,
    provider: &'static dyn Provider,
    draft: &TemplateDraft,
) -> Result<String, ChangeRefused> {
    let Some(templates) = provider.templates() else {
        return Err(refused("This provider lets nobody make templates from outside."));
    };
    templates.takes(draft).map_err(|why| refused(why.0))?;
    let channels = desk.store.provider_channels(connection.id).await.map_err(failed)?;
    let channel = channels.first().map_or("", String::as_str);
    let errand = Errand { connection, provider, channel };
    let answer = errand.run(desk, &|via| templates.submit(via, draft)).await.map_err(|ended| match ended {
        Ended::NotCarried(why) => refused(why),
        Ended::Refused(fault) => not_taken(&fault),
        Ended::Call(CallError::Unknown(_)) => refused(
            "The provider did not answer, and may have it or not. Look at the list in a moment before you try again.",
        ),
        Ended::Call(error) => refused(format!("The provider was not reached, and nothing was made: {error}.")),
    })?;
    templates.submitted(&answer).map_err(|fault| not_taken(&fault))
}

fn not_taken(fault: &Fault) -> ChangeRefused {
    refused(format!("The provider has refused it. {}: {}", fault.code, fault.reason))
}

/// The alerts are seen.
pub(super) async fn see(desk: &Desk) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    tx.see_alerts().await.map_err(failed)?;
    tx.commit().await.map_err(failed)
}
