//! Trying a draft on conversations that there were. It only reads: what the draft would have said goes to the screen.

use contract::bots::flow::Definition;
use contract::bots::{BotDone, TRIED_AT_ONCE, TrialPage, TrialResult};
use contract::settings::ChangeRefused;
use contract::{BotId, ConversationId};
use uuid::Uuid;

use super::{drafts, failed, gone, refused, wrong};
use crate::auth::names::is_name;
use crate::auth::sessions::SignedIn;
use crate::bots::flow::replay::{Record, RecordedTurn, replay};
use crate::bots::{Heard, flow};
use crate::channels::provider;
use crate::store::bots::{NO_SUCH_CONVERSATION, Recorded, TEST_KEPT};
use crate::{Desk, store};

/// Characters of a text that are shown.
const SHOWN: usize = 500;

/// What a draft can be tried on.
pub(super) async fn page(desk: &Desk, id: BotId) -> store::Result<Option<TrialPage>> {
    let Some(record) = desk.store.bot(id).await? else { return Ok(None) };
    let possible = record.kind == flow::KIND;
    Ok(Some(TrialPage {
        name: record.name,
        possible,
        draft: desk.store.bot_draft(id).await?.map(|draft| draft.view),
        tests: desk.store.bot_tests(id).await?,
        recent: if possible { desk.store.recent_of_bot(id).await? } else { Vec::new() },
    }))
}

/// Tries the draft, or what is live where there is none, on a few conversations.
pub(super) async fn run(desk: &Desk, id: BotId, ids: &[ConversationId]) -> Result<BotDone, ChangeRefused> {
    let record = desk.store.bot(id).await.map_err(failed)?.ok_or_else(gone)?;
    if record.kind != flow::KIND {
        return Err(refused("Each message would be a call of this bot's, so it is not tried like this."));
    }
    if ids.len() > TRIED_AT_ONCE {
        return Err(refused("Too many conversations at once."));
    }
    let draft = desk.store.bot_draft(id).await.map_err(failed)?;
    let definition = drafts::edited(&record, draft.as_ref())
        .map_err(|why| refused(format!("The draft cannot be read: {why}.")))?;
    if let Some(first) = flow::findings(&definition).iter().find(|finding| finding.blocks) {
        return Err(refused(format!("The draft cannot be tried yet: {}.", first.message)));
    }
    let recorded = desk.store.recorded(id, ids).await.map_err(failed)?;
    // In the order that was asked for.
    let found = ids.iter().filter_map(|id| recorded.iter().find(|one| one.conversation == *id));
    Ok(BotDone::Tried { results: found.map(|one| tried(&definition, one)).collect() })
}

fn tried(definition: &Definition, recorded: &Recorded) -> TrialResult {
    let carrier = provider(&recorded.provider);
    let carries = |body: &contract::Body| carrier.is_none_or(|provider| provider.carries(body).is_ok());
    let replayed = replay(definition, &record(recorded), &carries);
    let (heard, before, after) = replayed.place.unwrap_or_default();
    TrialResult {
        conversation: recorded.conversation,
        verdict: replayed.verdict,
        heard: cut(&heard),
        before: cut(&before),
        after: cut(&after),
    }
}

/// Turns as they were: what the customer wrote before the bot said something is one.
fn record(recorded: &Recorded) -> Record {
    let mut turns: Vec<RecordedTurn> = Vec::new();
    for line in &recorded.lines {
        match (line.by_customer, turns.last_mut()) {
            (true, Some(turn)) if turn.said.is_empty() => {
                turn.heard.push(Heard::new(line.seq, line.body.clone(), line.at));
            }
            (true, _) => turns.push(RecordedTurn {
                heard: vec![Heard::new(line.seq, line.body.clone(), line.at)],
                said: Vec::new(),
            }),
            (false, Some(turn)) => turn.said.push(line.body.clone()),
            // Said before the customer wrote: no answer to anything.
            (false, None) => {}
        }
    }
    // What nobody has answered was no turn.
    turns.retain(|turn| !turn.said.is_empty());
    Record { name: recorded.name.clone(), handed_off: recorded.handed_off, turns }
}

/// Keeps a conversation as a test.
pub(super) async fn keep(
    desk: &Desk,
    who: &SignedIn,
    (bot, conversation): (BotId, ConversationId),
    name: &str,
) -> Result<(), ChangeRefused> {
    let name = name.trim();
    if !is_name(name) {
        return Err(wrong("name", "Give it a name of at most 120 characters."));
    }
    let (mut tx, _) = drafts::locked(desk, bot).await?;
    let kept = tx.keep_test(bot, conversation, (name, who.agent.id)).await;
    kept.map_err(|error| {
        if error.is_conflict(TEST_KEPT) {
            wrong("conversation", "This conversation is a test of this bot already.")
        } else if error.is_conflict(NO_SUCH_CONVERSATION) {
            wrong("conversation", "There is no such conversation.")
        } else {
            failed(error)
        }
    })?;
    tx.commit().await.map_err(failed)
}

/// Forgets a test.
pub(super) async fn forget(desk: &Desk, test: Uuid) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if !tx.forget_test(test).await.map_err(failed)? {
        return Err(refused("This test does not exist any more."));
    }
    tx.commit().await.map_err(failed)
}

/// The first characters of a text.
fn cut(text: &str) -> String {
    match text.chars().count() > SHOWN {
        true => format!("{}…", text.chars().take(SHOWN).collect::<String>()),
        false => text.to_owned(),
    }
}
