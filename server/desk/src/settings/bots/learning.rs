//! What a bot did not understand or let go of, in groups, and answers to it.

use std::collections::{BTreeMap, BTreeSet};

use contract::bots::flow::{Definition, Entry, Say, Step};
use contract::bots::{AnswerTo, Group, LearningPage, Teachable};
use contract::settings::ChangeRefused;
use contract::{Body, BotId};
use sha2::{Digest, Sha256};

use super::{drafts, failed, wrong};
use crate::auth::sessions::SignedIn;
use crate::bots::flow;
use crate::store::bots::{LOOKED_AT, Lesson};
use crate::{Desk, store};

/// Groups of a page.
const GROUPS: usize = 200;
/// Conversations of a group that are linked.
const LINKED: usize = 5;
/// Characters of a text that are shown.
const SHOWN: usize = 200;
/// Characters of a keyword, at most.
const KEYWORD: usize = 120;

/// The screen.
pub(super) async fn page(desk: &Desk, id: BotId, days: i32) -> store::Result<Option<LearningPage>> {
    let Some(record) = desk.store.bot(id).await? else { return Ok(None) };
    let days = days.clamp(1, 90);
    let lessons = desk.store.lessons(id, days).await?;
    let hidden: BTreeSet<String> = desk.store.dismissals(id).await?.into_iter().collect();
    let mut teachable = Vec::new();
    let mut own = None;
    for bot in desk.store.bots_of_kind(flow::KIND).await? {
        let draft = desk.store.bot_draft(bot.id).await?;
        let Ok(definition) = drafts::edited(&bot, draft.as_ref()) else { continue };
        let entry = |entry: &Entry| (entry.id.clone(), entry.title.clone());
        let entries = definition.entries.iter().map(entry).collect();
        let at = if bot.id == id { 0 } else { teachable.len() };
        teachable.insert(at, Teachable { bot: bot.id, name: bot.name, entries });
        if bot.id == id {
            own = Some(definition);
        }
    }
    let looked_at = usize::try_from(LOOKED_AT).unwrap_or(usize::MAX);
    Ok(Some(LearningPage {
        name: record.name,
        days,
        more: lessons.len() >= looked_at,
        groups: groups(&lessons, &hidden, own.as_ref()),
        teachable,
    }))
}

/// What was written in the same words, the largest group first; those at the end in which people were wished for.
fn groups(lessons: &[Lesson], hidden: &BTreeSet<String>, flow: Option<&Definition>) -> Vec<Group> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for lesson in lessons {
        let text = text(&lesson.body);
        let key = key(&text);
        let group = groups.entry(key.clone()).or_insert_with(|| Group {
            hidden: hidden.contains(&key),
            known: flow.and_then(|flow| flow::entry(flow, &text)).map(|entry| entry.title.clone()),
            key,
            text: text.chars().take(SHOWN).collect(),
            misses: 0,
            handoffs: 0,
            reasons: Vec::new(),
            last_at: lesson.at,
            conversations: Vec::new(),
        });
        match &lesson.reason {
            None => group.misses += 1,
            Some(reason) => {
                group.handoffs += 1;
                if !group.reasons.contains(reason) {
                    group.reasons.push(reason.clone());
                }
            }
        }
        if group.conversations.len() < LINKED && !group.conversations.contains(&lesson.conversation) {
            group.conversations.push(lesson.conversation);
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    let size = |group: &Group| std::cmp::Reverse(group.misses + group.handoffs);
    groups.sort_by_key(|group| (was_wished(group), size(group), group.text.clone()));
    groups.truncate(GROUPS);
    groups
}

/// Whether there is nothing to learn from a group: its customers wished for a person, and got one.
fn was_wished(group: &Group) -> bool {
    let wished = |code: &String| matches!(code.as_str(), "customer_asked" | "keyword");
    group.misses == 0 && group.reasons.iter().all(wished)
}

fn text(body: &Body) -> String {
    let words = body.words().map(str::trim).filter(|words| !words.is_empty());
    words.map_or_else(|| format!("[{}]", body.kind()), str::to_owned)
}

/// The group of a text: a hash of its folded words, so that what customers write is kept in one place only.
fn key(text: &str) -> String {
    let folded = flow::folded(text);
    let words = if folded.is_empty() { text } else { &folded };
    Sha256::digest(words.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Hides a group, or shows it again.
pub(super) async fn dismiss(
    desk: &Desk,
    bot: BotId,
    (key, hidden): (&str, bool),
) -> Result<(), ChangeRefused> {
    if key.len() != 32 || !key.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(wrong("key", "There is no such group."));
    }
    let mut tx = desk.store.begin().await.map_err(failed)?;
    tx.lock_bot(bot).await.map_err(failed)?.ok_or_else(super::gone)?;
    tx.dismiss(bot, key, hidden).await.map_err(failed)?;
    tx.commit().await.map_err(failed)
}

/// Lets the draft of a built-in bot know an answer. Where there is no draft it begins with what is live.
pub(super) async fn add_answer(
    desk: &Desk,
    who: &SignedIn,
    bot: BotId,
    (keyword, to): (String, AnswerTo),
) -> Result<(), ChangeRefused> {
    let keyword = keyword.trim().to_owned();
    if flow::folded(&keyword).is_empty() || keyword.chars().count() > KEYWORD {
        return Err(wrong("keyword", "Give it words of at most 120 characters that customers write."));
    }
    let (mut tx, record) = drafts::locked(desk, bot).await?;
    let draft = tx.draft_of(bot).await.map_err(failed)?;
    let mut definition = drafts::edited(&record, draft.as_ref())
        .map_err(|why| wrong("bot", format!("The draft of this bot cannot be read: {why}.")))?;
    put(&mut definition, keyword, to)?;
    drafts::keep(&mut tx, who, &record, &definition).await?;
    tx.commit().await.map_err(failed)
}

fn put(definition: &mut Definition, keyword: String, to: AnswerTo) -> Result<(), ChangeRefused> {
    match to {
        AnswerTo::Entry { id } => {
            let entry = definition.entries.iter_mut().find(|entry| entry.id == id);
            let entry = entry.ok_or_else(|| wrong("entry", "Choose an entry from the list."))?;
            if !entry.keywords.contains(&keyword) {
                entry.keywords.push(keyword);
            }
        }
        AnswerTo::New { title, text } => {
            let (title, text) = (title.trim(), text.trim());
            if title.is_empty() || title.chars().count() > 60 {
                return Err(wrong("title", "Give it a title of at most 60 characters."));
            }
            if text.is_empty() || text.chars().count() > 4_096 {
                return Err(wrong("text", "Write an answer of at most 4,096 characters."));
            }
            let say = Say { text: text.into(), ..Say::default() };
            definition.entries.push(Entry {
                id: free_id(definition, title),
                title: title.to_owned(),
                keywords: vec![keyword],
                steps: vec![Step::Say(say)],
            });
        }
    }
    Ok(())
}

/// An id that no entry has, made of a title.
fn free_id(definition: &Definition, title: &str) -> String {
    let words: String = flow::folded(title).replace(' ', "-");
    let plain: String = words.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
    let base = if plain.is_empty() { "answer".to_owned() } else { plain };
    let taken = |id: &str| definition.entries.iter().any(|entry| entry.id == id);
    let mut ids = std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}-{n}")));
    ids.find(|id| !taken(id)).unwrap_or(base)
}
