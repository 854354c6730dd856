//! Bots: the list, one bot, its calls, versions and drafts, talks that leave no trace, and what it did not understand.
//!
//! | file | what is in it |
//! |---|---|
//! | `edit` | adding, changing, switching and removing |
//! | `entries` | what it may answer from |
//! | `drafts` | drafts, versions, going live |
//! | `difference` | what one definition changes of another, in words |
//! | `talk` | asking a bot without a trace |
//! | `trial` | trying a draft on conversations that there were |
//! | `summaries` | summaries that a machine makes of handoffs |
//! | `learning` | what was not understood, and answers to it |

use contract::bots::{
    BotChange, BotDone, BotList, BotPage, BotScreen, BotShown, BotTask, CallLog, CallQuery, KindView,
};
use contract::seat::SeatError;
use contract::settings::{ChangeRefused, Settings};
use contract::{BotId, ConversationId};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{failed, log, refused, wrong};
use crate::auth::sessions::SignedIn;
use crate::bots::{self, BOTS, Bot};
use crate::store::bots::BotRecord;
use crate::{Desk, store};

mod difference;
mod drafts;
mod edit;
mod entries;
mod learning;
mod summaries;
mod talk;
mod trial;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * contract::time::HOUR_MS;

/// Keeps a conversation as a test.
pub async fn keep_test(
    desk: &Desk,
    who: &SignedIn,
    (bot, conversation): (BotId, ConversationId),
    name: &str,
) -> Result<(), ChangeRefused> {
    trial::keep(desk, who, (bot, conversation), name).await
}

/// A screen about bots.
pub(super) async fn page(desk: &Desk, screen: BotScreen) -> Result<Settings, SeatError> {
    let shown = shown(desk, screen).await.map_err(|error| {
        log(&error);
        SeatError::Unavailable
    })?;
    shown.map(|shown| Settings::Bots(Box::new(shown))).ok_or(SeatError::NotFound)
}

async fn shown(desk: &Desk, screen: BotScreen) -> store::Result<Option<BotShown>> {
    Ok(match screen {
        BotScreen::All => Some(BotShown::All(list(desk).await?)),
        BotScreen::One(bot) => one(desk, bot).await?.map(|page| BotShown::One(Box::new(page))),
        BotScreen::Calls(query) => calls(desk, query).await?.map(BotShown::Calls),
        BotScreen::Flow(bot) => drafts::page(desk, bot).await?.map(|page| BotShown::Flow(Box::new(page))),
        BotScreen::Versions(bot) => drafts::versions(desk, bot).await?.map(BotShown::Versions),
        BotScreen::Trials(bot) => trial::page(desk, bot).await?.map(BotShown::Trials),
        BotScreen::Learning { bot, days } => learning::page(desk, bot, days).await?.map(BotShown::Learning),
        BotScreen::Summaries => Some(BotShown::Summaries(Box::new(summaries::page(desk).await?))),
    })
}

/// Changes a bot.
pub(super) async fn change(desk: &Desk, who: &SignedIn, change: BotChange) -> Result<(), ChangeRefused> {
    match change {
        BotChange::Edit { bot, version, name, fields } => {
            edit::edit(desk, who, bot, edit::Wish { version, name, fields }).await
        }
        BotChange::SetEntries { bot, version, entries } => {
            entries::set(desk, who, (bot, version), entries).await
        }
        BotChange::SetTerms { bot, terms } => edit::set_terms(desk, bot, &terms).await,
        BotChange::SetActive { bot, active } => edit::switch(desk, who, bot, active).await,
        BotChange::TryAgain { bot } => edit::try_again(desk, bot).await,
        BotChange::Remove { bot } => edit::remove(desk, who, bot).await,
        BotChange::Publish { bot, revision, version, note, with_gaps } => {
            let seen = drafts::Seen { revision, version };
            drafts::publish(desk, who, bot, drafts::Wish { seen, note, with_gaps }).await
        }
        BotChange::Restore { bot, restored, version } => {
            drafts::restore(desk, who, bot, (restored, version)).await
        }
        BotChange::Discard { bot, revision } => drafts::discard(desk, bot, revision).await,
        BotChange::KeepTest { bot, conversation, name } => {
            trial::keep(desk, who, (bot, conversation), &name).await
        }
        BotChange::ForgetTest { test } => trial::forget(desk, test).await,
        BotChange::Dismiss { bot, key, hidden } => learning::dismiss(desk, bot, (&key, hidden)).await,
        BotChange::AddAnswer { bot, keyword, to } => {
            learning::add_answer(desk, who, bot, (keyword, to)).await
        }
        BotChange::SetSummaries { terms, key } => summaries::set(desk, who, terms, &key).await,
    }
}

/// Tries something with a bot.
pub(super) async fn run(desk: &Desk, who: &SignedIn, task: BotTask) -> Result<BotDone, ChangeRefused> {
    match task {
        BotTask::Add { kind, name, fields } => edit::add(desk, who, edit::New { kind, name, fields }).await,
        BotTask::Ask { bot } => talk::ask(desk, bot).await,
        BotTask::Save { bot, revision, definition } => {
            drafts::save(desk, who, bot, (revision, *definition)).await
        }
        BotTask::Import { bot, revision, text } => drafts::import(desk, who, bot, (revision, text)).await,
        BotTask::Preview(preview) => talk::preview(desk, *preview).await,
        BotTask::Try { bot, conversations } => trial::run(desk, bot, &conversations).await,
        BotTask::Summarise { sample } => summaries::attempt(desk, &sample).await,
    }
}

async fn list(desk: &Desk) -> store::Result<BotList> {
    let bots = desk.store.bot_lines(None, day_ago()).await?.into_iter().map(seen).collect();
    Ok(BotList { bots, kinds: BOTS.iter().map(|bot| kind_view(*bot)).collect() })
}

async fn one(desk: &Desk, bot: BotId) -> store::Result<Option<BotPage>> {
    let Some(line) = desk.store.bot_lines(Some(bot), day_ago()).await?.into_iter().next() else {
        return Ok(None);
    };
    let (Some(record), Some(terms)) = (desk.store.bot(bot).await?, desk.store.bot_terms(bot).await?) else {
        return Ok(None);
    };
    let kind = kind_of(&record);
    Ok(Some(BotPage {
        values: values(&record.definition, &kind),
        secrets: desk.store.bot_secret_views(bot).await?,
        entries: bots::bot(&record.kind)
            .map(|kind| entries::of(kind, &record.definition))
            .unwrap_or_default(),
        conversations: desk.store.bot_conversations(bot).await?,
        line: seen(line),
        kind,
        terms,
    }))
}

async fn calls(desk: &Desk, query: CallQuery) -> store::Result<Option<CallLog>> {
    let Some(record) = desk.store.bot(query.bot).await? else { return Ok(None) };
    let (lines, next) = desk.store.bot_calls(&query).await?;
    let calls_out = kind_of(&record).calls_out;
    Ok(Some(CallLog { name: record.name, calls_out, lines, next }))
}

/// Turns of kinds that call nobody are not written down, so that there is nothing to count.
fn seen(mut line: contract::bots::BotLine) -> contract::bots::BotLine {
    if !bots::bot(&line.kind).is_some_and(|bot| bot.about().calls_out) {
        line.day.turns = None;
    }
    line
}

/// The kind of a bot; one that this build lacks has no fields.
fn kind_of(record: &BotRecord) -> KindView {
    match bots::bot(&record.kind) {
        Some(bot) => kind_view(bot),
        None => KindView {
            kind: record.kind.clone(),
            name: record.kind.clone(),
            what: "This build does not have this kind of bot.".to_owned(),
            calls_out: true,
            fields: Vec::new(),
            has_entries: false,
        },
    }
}

fn kind_view(bot: &dyn Bot) -> KindView {
    let about = bot.about();
    KindView {
        kind: bot.kind().to_owned(),
        name: about.name.to_owned(),
        what: about.what.to_owned(),
        calls_out: about.calls_out,
        fields: about.fields,
        has_entries: bot.entries().is_some(),
    }
}

/// The values of the fields that are no secrets.
fn values(definition: &Value, kind: &KindView) -> Vec<(String, String)> {
    let open = kind.fields.iter().filter(|field| !field.secret);
    let value = |key: &str| match definition.get(key)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    open.filter_map(|field| Some((field.key.clone(), value(&field.key)?))).collect()
}

/// The lowest id (UUID v7) of 24 hours ago. Ids are made by this clock, not by the desk's.
fn day_ago() -> Uuid {
    let then = Timestamp::now().as_millisecond() - DAY_MS;
    Uuid::from_u128(u128::try_from(then).unwrap_or_default() << 80)
}

fn gone() -> ChangeRefused {
    refused("This bot does not exist any more.")
}
