//! What a bot may answer from, for kinds that have a list of it.

use contract::BotId;
use contract::bots::FaqEntry;
use contract::settings::ChangeRefused;
use serde_json::Value;

use super::{edit, failed, gone, refused, wrong};
use crate::Desk;
use crate::auth::sessions::SignedIn;
use crate::bots::{self, Bot, faq};
use crate::store::bots::NewVersion;

/// The entries of a definition; none for kinds that have no list.
pub(super) fn of(bot: &dyn Bot, definition: &Value) -> Vec<FaqEntry> {
    let list = bot.entries().and_then(|member| definition.get(member));
    list.and_then(|list| serde_json::from_value(list.clone()).ok()).unwrap_or_default()
}

/// Puts other entries in the place of a bot's, as a new version.
pub(super) async fn set(
    desk: &Desk,
    who: &SignedIn,
    (id, version): (BotId, i32),
    entries: Vec<FaqEntry>,
) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let record = tx.lock_bot(id).await.map_err(failed)?.ok_or_else(gone)?;
    let Some((bot, member)) = bots::bot(&record.kind).and_then(|bot| Some((bot, bot.entries()?))) else {
        return Err(refused("This kind of bot has no list to answer from."));
    };
    if record.version != version {
        return Err(refused(edit::MEANWHILE));
    }
    let entries = faq::named(entries);
    if let Some((field, why)) = faq::wrong(&entries) {
        return Err(wrong(&field, format!("{why}.")));
    }
    let mut definition = record.definition.clone();
    let list = serde_json::to_value(&entries).unwrap_or_default();
    if let Some(members) = definition.as_object_mut() {
        members.insert(member.to_owned(), list);
    }
    if definition != record.definition {
        edit::checked(bot, &definition)?;
        let author = who.agent.id;
        let new = NewVersion { bot: id, definition: &definition, note: "", author, restored: None };
        tx.go_live(&new).await.map_err(failed)?;
    }
    tx.commit().await.map_err(failed)?;
    tracing::info!(bot = %id, by = %who.agent.id, entries = entries.len(), "what a bot answers from was changed");
    Ok(())
}
