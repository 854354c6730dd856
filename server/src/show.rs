//! `baton show conversation`: everything that is stored of a conversation.

use anyhow::{Context, Result, bail};
use contract::ConversationId;

use crate::database::Database;
use crate::out;
use crate::settings::Settings;

/// Prints a conversation as one JSON object.
pub async fn conversation(settings: &Settings, id: &str) -> Result<()> {
    let id: ConversationId = id
        .parse()
        .with_context(|| format!("`{id}` is no id of a conversation: it is the UUID in its address"))?;
    let database = Database::start(settings, |_| {}).await?;
    let shown = database.ready().await?.show_conversation(id).await?;
    database.stop().await?;
    let Some(shown) = shown else { bail!("there is no conversation {id}") };
    out::line(&serde_json::to_string_pretty(&shown)?);
    Ok(())
}
