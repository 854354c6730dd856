//! Drafts and versions. What goes live was looked at by whoever lets it, as it is: two who publish at once do not write
//! over each other.

use contract::BotId;
use contract::bots::flow::Definition;
use contract::bots::{BotDone, FlowPage, VersionList, VersionView};
use contract::settings::ChangeRefused;
use serde_json::Value;

use super::difference::differences;
use super::{day_ago, failed, gone, kind_of, refused, seen as as_seen, wrong};
use crate::auth::sessions::SignedIn;
use crate::bots::{self, flow};
use crate::store::Tx;
use crate::store::bots::{BotRecord, Draft, NewVersion};
use crate::{Desk, store};

/// Characters of a note, at most.
const NOTE: usize = 500;
/// The largest definition, in bytes.
const LARGEST: usize = 512 * 1024;

/// What somebody has looked at.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub revision: i64,
    pub version: i32,
}

/// What is to go live.
pub(super) struct Wish {
    pub seen: Seen,
    pub note: String,
    pub with_gaps: bool,
}

/// What a bot says and does, for editing; of another kind what a talk with it needs.
pub(super) async fn page(desk: &Desk, id: BotId) -> store::Result<Option<FlowPage>> {
    let Some(record) = desk.store.bot(id).await? else { return Ok(None) };
    let line = desk.store.bot_lines(Some(id), day_ago()).await?.into_iter().next().map(as_seen);
    let draft = desk.store.bot_draft(id).await?;
    let edited = draft.as_ref().map_or(&record.definition, |draft| &draft.definition);
    let (definition, unreadable) = match (record.kind.as_str(), read(edited)) {
        (flow::KIND, Ok(definition)) => (Some(definition), None),
        (flow::KIND, Err(why)) => (read(&flow::default_definition()).ok(), Some(why)),
        _ => (None, None),
    };
    Ok(Some(FlowPage {
        id,
        findings: definition.as_ref().map(flow::findings).unwrap_or_default(),
        kind: kind_of(&record),
        name: record.name,
        version: record.version,
        breaker: line.map(|line| line.breaker).unwrap_or_default(),
        definition,
        unreadable,
        draft: draft.map(|draft| draft.view),
    }))
}

/// The versions of a bot with what each has changed.
pub(super) async fn versions(desk: &Desk, id: BotId) -> store::Result<Option<VersionList>> {
    let Some(record) = desk.store.bot(id).await? else { return Ok(None) };
    let draft = desk.store.bot_draft(id).await?;
    let all = desk.store.bot_versions(id).await?;
    let listed = usize::try_from(VersionList::MOST).unwrap_or(usize::MAX);
    let view = |(at, one): (usize, &store::bots::Version)| VersionView {
        version: one.version,
        note: one.note.clone(),
        author: one.author.clone(),
        at: one.at,
        restored: one.restored,
        changes: all
            .get(at + 1)
            .map(|before| differences(&before.definition, &one.definition))
            .unwrap_or_default(),
        json: serde_json::to_string_pretty(&one.definition).unwrap_or_default(),
    };
    let changes = draft.as_ref().map(|draft| differences(&record.definition, &draft.definition));
    Ok(Some(VersionList {
        editable: record.kind == flow::KIND,
        name: record.name,
        live: record.version,
        draft: draft.map(|draft| draft.view),
        draft_changes: changes.unwrap_or_default(),
        versions: all.iter().enumerate().take(listed).map(view).collect(),
    }))
}

/// Keeps what was edited, whatever is wrong with it.
pub(super) async fn save(
    desk: &Desk,
    who: &SignedIn,
    id: BotId,
    (revision, definition): (Option<i64>, Definition),
) -> Result<BotDone, ChangeRefused> {
    let (mut tx, record) = locked(desk, id).await?;
    let draft = tx.draft_of(id).await.map_err(failed)?;
    unchanged(draft.as_ref(), revision)?;
    let revision = keep(&mut tx, who, &record, &definition).await?;
    tx.commit().await.map_err(failed)?;
    Ok(BotDone::Saved { revision, findings: flow::findings(&definition) })
}

/// Keeps a definition that was written elsewhere as the draft.
pub(super) async fn import(
    desk: &Desk,
    who: &SignedIn,
    id: BotId,
    (revision, text): (Option<i64>, String),
) -> Result<BotDone, ChangeRefused> {
    let definition: Definition = serde_json::from_str(&text)
        .map_err(|error| wrong("text", format!("This is no flow: {error}. Nothing was changed.")))?;
    save(desk, who, id, (revision, definition)).await
}

/// Keeps a definition as the draft of a bot whose lock is held.
pub(super) async fn keep(
    tx: &mut Tx,
    who: &SignedIn,
    record: &BotRecord,
    definition: &Definition,
) -> Result<i64, ChangeRefused> {
    let value = serde_json::to_value(definition).map_err(|_| refused("This cannot be kept."))?;
    if value.to_string().len() > LARGEST {
        return Err(refused("This flow is too large to be kept: 512 KB at most."));
    }
    if value.to_string().contains("\\u0000") {
        return Err(refused("There is a character in a text that cannot be kept."));
    }
    tx.keep_draft(record.id, &value, record.version, who.agent.id).await.map_err(failed)
}

/// Makes a draft live.
pub(super) async fn publish(desk: &Desk, who: &SignedIn, id: BotId, wish: Wish) -> Result<(), ChangeRefused> {
    let note = wish.note.trim();
    if note.chars().count() > NOTE || note.contains('\0') {
        return Err(wrong("note", "Say it in at most 500 characters."));
    }
    let (mut tx, record) = locked(desk, id).await?;
    let draft = tx.draft_of(id).await.map_err(failed)?;
    // Whoever was first has made the draft live, and it is gone: that is told rather than that there is none.
    still_live(&record, wish.seen.version)?;
    unchanged(draft.as_ref(), Some(wish.seen.revision))?;
    let Some(draft) = draft else { return Err(refused("There is no draft.")) };
    checked(&draft.definition, wish.with_gaps)?;
    let author = who.agent.id;
    let new = NewVersion { bot: id, definition: &draft.definition, note, author, restored: None };
    let version = tx.go_live(&new).await.map_err(failed)?;
    tx.drop_draft(id).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    tracing::info!(bot = %id, version, by = %who.agent.id, "a version of a bot went live");
    Ok(())
}

/// Makes an older version live again, as a new one.
pub(super) async fn restore(
    desk: &Desk,
    who: &SignedIn,
    id: BotId,
    (restored, seen): (i32, i32),
) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let record = tx.lock_bot(id).await.map_err(failed)?.ok_or_else(gone)?;
    still_live(&record, seen)?;
    let Some(definition) = tx.bot_version(id, restored).await.map_err(failed)? else {
        return Err(refused("This version does not exist."));
    };
    if let Some(bot) = bots::bot(&record.kind)
        && let Err(why) = bot.check(&definition)
    {
        return Err(refused(format!("This version cannot be used any more: {why}.")));
    }
    let author = who.agent.id;
    let new = NewVersion { bot: id, definition: &definition, note: "", author, restored: Some(restored) };
    let version = tx.go_live(&new).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    tracing::info!(bot = %id, version, restored, by = %who.agent.id, "an older version of a bot went live");
    Ok(())
}

/// Throws a draft away.
pub(super) async fn discard(desk: &Desk, id: BotId, revision: i64) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    tx.lock_bot(id).await.map_err(failed)?.ok_or_else(gone)?;
    let draft = tx.draft_of(id).await.map_err(failed)?;
    unchanged(draft.as_ref(), Some(revision))?;
    tx.drop_draft(id).await.map_err(failed)?;
    tx.commit().await.map_err(failed)
}

/// A bot that is edited here, with its lock.
pub(super) async fn locked(desk: &Desk, id: BotId) -> Result<(Tx, BotRecord), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let record = tx.lock_bot(id).await.map_err(failed)?.ok_or_else(gone)?;
    if record.kind != flow::KIND {
        return Err(refused("What this bot says is not edited here."));
    }
    Ok((tx, record))
}

/// What is edited of a bot, for adding to it: the draft, else what is live.
pub(super) fn edited(record: &BotRecord, draft: Option<&Draft>) -> Result<Definition, String> {
    read(draft.map_or(&record.definition, |draft| &draft.definition))
}

fn read(definition: &Value) -> Result<Definition, String> {
    serde_json::from_value(definition.clone()).map_err(|error| error.to_string())
}

fn unchanged(draft: Option<&Draft>, seen: Option<i64>) -> Result<(), ChangeRefused> {
    if draft.map(|draft| draft.view.revision) == seen {
        return Ok(());
    }
    let who = draft.and_then(|draft| draft.view.author.clone()).unwrap_or_else(|| "Somebody".to_owned());
    Err(wrong(
        "revision",
        format!(
            "{who} has changed the draft since you opened it. Nothing of yours was written over it; look at it first."
        ),
    ))
}

fn still_live(record: &BotRecord, seen: i32) -> Result<(), ChangeRefused> {
    if record.version == seen {
        return Ok(());
    }
    Err(wrong(
        "version",
        format!(
            "Version {} went live meanwhile. Nothing of yours was published; look at what has changed first.",
            record.version
        ),
    ))
}

/// Whether a definition can go live.
fn checked(definition: &Value, with_gaps: bool) -> Result<(), ChangeRefused> {
    let definition = read(definition).map_err(|why| refused(format!("The draft cannot be read: {why}.")))?;
    let found = flow::findings(&definition);
    if let Some(first) = found.iter().find(|finding| finding.blocks) {
        return Err(wrong(&first.path, format!("It cannot go live: {}.", first.message)));
    }
    if !found.is_empty() && !with_gaps {
        return Err(wrong(
            "with_gaps",
            format!("{} texts are missing in a language. Write them, or publish all the same.", found.len()),
        ));
    }
    Ok(())
}
