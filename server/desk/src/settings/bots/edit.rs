//! Adding, changing, switching and removing bots.

use std::collections::BTreeMap;

use contract::BotId;
use contract::bots::{BotDone, BotTerms};
use contract::settings::ChangeRefused;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{failed, gone, refused, wrong};
use crate::Desk;
use crate::auth::names::is_name;
use crate::auth::sessions::SignedIn;
use crate::bots::{self, Bot, flow};
use crate::flows::{self, Failed};
use crate::store::Tx;
use crate::store::bots::{LiveBot, NewVersion, SealedSecret};

/// The longest value of a field, in bytes.
const LONGEST_FIELD: usize = 16 * 1024;

/// What is said to whoever has looked at something else than what is there.
pub(super) const MEANWHILE: &str =
    "Somebody has changed this bot since you looked. Nothing of yours was kept; look at it again first.";

/// A bot to be added.
pub(super) struct New {
    pub kind: String,
    pub name: String,
    pub fields: Vec<(String, String)>,
}

/// What is to be changed of one.
pub(super) struct Wish {
    pub version: i32,
    pub name: String,
    pub fields: Vec<(String, String)>,
}

/// What was filled in: members of the definition, and secrets. An empty member is to be left out.
#[derive(Default)]
struct Filled {
    values: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

/// Adds a bot. A built-in one begins with the flow of a new desk.
pub(super) async fn add(desk: &Desk, who: &SignedIn, new: New) -> Result<BotDone, ChangeRefused> {
    let Some(bot) = bots::bot(&new.kind) else {
        return Err(wrong("kind", "Choose a kind from the list."));
    };
    let name = checked_name(&new.name)?;
    let filled = checked_fields(bot, new.fields)?;
    for field in bot.about().fields.iter().filter(|field| !field.optional) {
        let values = if field.secret { &filled.secrets } else { &filled.values };
        if values.get(&field.key).is_none_or(String::is_empty) {
            return Err(wrong(&field.key, format!("{} is missing.", field.label)));
        }
    }
    let definition = match bot.kind() {
        flow::KIND => flow::default_definition(),
        _ => merged(&Value::Null, &filled.values),
    };
    checked(bot, &definition)?;
    let id = BotId(Uuid::now_v7());
    let live = LiveBot { id, name: &name, kind: bot.kind(), definition: &definition };
    let done = async {
        let mut tx = desk.store.begin().await?;
        tx.add_bot(&live, who.agent.id).await?;
        put_secrets(desk, &mut tx, id, &filled).await?;
        tx.commit().await
    };
    done.await.map_err(failed)?;
    tracing::info!(bot = %id, kind = bot.kind(), by = %who.agent.id, "a bot was added");
    Ok(BotDone::Added { bot: id })
}

/// Changes a bot's name, values and secrets.
pub(super) async fn edit(desk: &Desk, who: &SignedIn, id: BotId, wish: Wish) -> Result<(), ChangeRefused> {
    let name = checked_name(&wish.name)?;
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let record = tx.lock_bot(id).await.map_err(failed)?.ok_or_else(gone)?;
    let Some(bot) = bots::bot(&record.kind) else {
        return Err(refused("This build does not have this kind of bot."));
    };
    if record.version != wish.version {
        return Err(refused(MEANWHILE));
    }
    let filled = checked_fields(bot, wish.fields)?;
    for field in bot.about().fields.iter().filter(|field| !field.optional && !field.secret) {
        if filled.values.get(&field.key).is_some_and(String::is_empty) {
            return Err(wrong(&field.key, format!("{} is missing.", field.label)));
        }
    }
    let definition = merged(&record.definition, &filled.values);
    if name != record.name {
        tx.rename_bot(id, &name).await.map_err(failed)?;
    }
    if definition != record.definition {
        checked(bot, &definition)?;
        let author = who.agent.id;
        let new = NewVersion { bot: id, definition: &definition, note: "", author, restored: None };
        tx.go_live(&new).await.map_err(failed)?;
    }
    put_secrets(desk, &mut tx, id, &filled).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    tracing::info!(bot = %id, by = %who.agent.id, "a bot was changed");
    Ok(())
}

/// Lets a bot do more or less.
pub(super) async fn set_terms(desk: &Desk, id: BotId, terms: &BotTerms) -> Result<(), ChangeRefused> {
    if let Some((name, low, high)) = terms.wrong() {
        return Err(wrong(name, format!("Choose a number from {low} to {high}.")));
    }
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.set_bot_terms(id, terms).await.map_err(failed)? {
        return Err(gone());
    }
    tx.commit().await.map_err(failed)
}

/// Switches a bot on or off.
pub(super) async fn switch(desk: &Desk, who: &SignedIn, id: BotId, on: bool) -> Result<(), ChangeRefused> {
    let handed = flows::switch_bot::switch(desk, id, on).await.map_err(|error| match error {
        Failed::Store(error) => failed(error),
        Failed::Refused(_) => gone(),
    })?;
    tracing::info!(bot = %id, by = %who.agent.id, on, handed, "a bot was switched");
    Ok(())
}

/// Asks a bot again although it is left alone.
pub(super) async fn try_again(desk: &Desk, id: BotId) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    // One that is well already needs no trial.
    tx.end_rest(id).await.map_err(failed)?;
    tx.commit().await.map_err(failed)
}

/// Lists a bot no longer.
pub(super) async fn remove(desk: &Desk, who: &SignedIn, id: BotId) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    tx.lock_bot(id).await.map_err(failed)?.ok_or_else(gone)?;
    if !tx.remove_bot(id).await.map_err(failed)? {
        return Err(refused(
            "A channel begins with this bot. Choose another one for it on the page of the channels first.",
        ));
    }
    tx.commit().await.map_err(failed)?;
    tracing::info!(bot = %id, by = %who.agent.id, "a bot was removed");
    Ok(())
}

fn checked_name(name: &str) -> Result<String, ChangeRefused> {
    let name = name.trim();
    if !is_name(name) {
        return Err(wrong("name", "Give it a name of at most 120 characters."));
    }
    Ok(name.to_owned())
}

/// What was filled in, each a field that the kind describes.
fn checked_fields(bot: &dyn Bot, fields: Vec<(String, String)>) -> Result<Filled, ChangeRefused> {
    let described = bot.about().fields;
    let mut filled = Filled::default();
    for (key, value) in fields {
        let Some(field) = described.iter().find(|field| field.key == key) else {
            return Err(wrong(&key, "This kind of bot has no such field."));
        };
        let value = value.trim().to_owned();
        let odd = |c: char| c.is_control() && (field.secret || !matches!(c, '\n' | '\t' | '\r'));
        if value.len() > LONGEST_FIELD || value.chars().any(odd) {
            return Err(wrong(&key, "This is too long, or has characters in it that cannot be seen."));
        }
        if !field.secret {
            filled.values.insert(key, value);
        } else if !value.is_empty() {
            filled.secrets.insert(key, value);
        }
    }
    Ok(filled)
}

/// A definition with other values. Members that are no fields stay.
fn merged(definition: &Value, values: &BTreeMap<String, String>) -> Value {
    let mut members: Map<String, Value> = definition.as_object().cloned().unwrap_or_default();
    for (key, value) in values {
        let now = members.get(key).map(|now| now.as_str().map_or_else(|| now.to_string(), str::to_owned));
        match value.as_str() {
            "" => drop(members.remove(key)),
            // A number that was not touched stays a number.
            same if now.as_deref() == Some(same) => {}
            other => drop(members.insert(key.clone(), Value::from(other))),
        }
    }
    Value::Object(members)
}

/// Whether a definition can be used. What is wrong is told at the field that it names.
pub(super) fn checked(bot: &dyn Bot, definition: &Value) -> Result<(), ChangeRefused> {
    bot.check(definition).map_err(|why| {
        let about = bot.about();
        let named = about.fields.iter().find(|field| why.starts_with(&format!("{}:", field.label)));
        match named {
            Some(field) => wrong(&field.key, why.trim_start_matches(&format!("{}:", field.label)).trim()),
            None => refused(format!("It cannot be used like this: {why}.")),
        }
    })
}

async fn put_secrets(desk: &Desk, tx: &mut Tx, bot: BotId, filled: &Filled) -> crate::store::Result<()> {
    for (field, value) in &filled.secrets {
        tx.put_bot_secret(&SealedSecret::seal(&desk.seal, bot, field, value)).await?;
    }
    Ok(())
}
