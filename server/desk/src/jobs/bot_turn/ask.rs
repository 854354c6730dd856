//! One turn: whether the bot may be asked, what it is given, and its answer.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use contract::{Body, BotId, ReasonCode};
use secrecy::SecretString;

use crate::bots::wire::Exchange;
use crate::bots::{self, Answer, Attached, BotError, Heard, Opening, Spoken, Wire, fit};
use crate::domain::Refused;
use crate::flows::Failed;
use crate::flows::bot_failure::Why;
use crate::jobs::marks::Mark;
use crate::media::link;
use crate::state::Desk;
use crate::store;
use crate::store::bots::{Said, Taken, Told, Turn};

type Secrets = BTreeMap<String, Vec<SecretString>>;

/// A bot was asked.
pub struct Asked {
    /// The last event that it has heard.
    pub heard_to: i64,
    /// The turn's name.
    pub id: String,
    /// Its calls.
    pub exchanges: Vec<Exchange>,
    /// The entries that it answered from.
    pub sources: Vec<String>,
    answer: Option<Result<Answer, BotError>>,
}

impl Asked {
    /// Its answer; once.
    pub fn take_answer(&mut self) -> Result<Answer, BotError> {
        self.answer.take().unwrap_or_else(|| Err(BotError::Failed("it has answered already".to_owned())))
    }
}

/// A bot's credentials; absent if they cannot be opened.
type Credentials = Option<Secrets>;

/// A turn with all that is fetched before the bot is asked.
pub struct Brought {
    /// The turn.
    pub turn: Turn,
    told: Told,
    /// Absent if the database did not give them.
    credentials: Option<Credentials>,
}

/// Fetches it for turns that are taken together: in one go, since they all wait for it.
pub async fn bring(desk: &Desk, taken: Vec<Taken>) -> Vec<Brought> {
    let calls_out = |turn: &Turn| bots::bot(&turn.kind).is_some_and(|bot| bot.about().calls_out);
    let callers: HashSet<BotId> =
        taken.iter().map(|one| &one.turn).filter(|turn| calls_out(turn)).map(|turn| turn.bot).collect();
    let mut found = HashMap::new();
    for bot in callers {
        let credentials = credentials(desk, bot).await;
        found.insert(
            bot,
            credentials.inspect_err(|error| tracing::warn!(%error, "a bot's credentials wait")).ok(),
        );
    }
    let brought = taken.into_iter().map(|Taken { turn, told }| {
        let credentials = found.get(&turn.bot).cloned().unwrap_or_else(|| Some(Some(Secrets::new())));
        Brought { turn, told, credentials }
    });
    brought.collect()
}

async fn credentials(desk: &Desk, bot: BotId) -> store::Result<Credentials> {
    match desk.store.bot_secrets(&desk.seal, bot).await {
        Err(store::Error::Broken(_)) => Ok(None),
        found => found.map(Some),
    }
}

/// Why a bot must not be asked, if it must not: it is switched off, is left alone, or has talked for too long.
pub async fn forbidden(desk: &Desk, turn: &Turn) -> store::Result<Option<Why>> {
    let no = |code, words: &str| Ok(Some(Why::new(code, words)));
    if !turn.terms.active {
        return no(ReasonCode::BreakerOpen, "The bot is switched off.");
    }
    if turn.terms.turns >= turn.terms.budget {
        return no(ReasonCode::TurnBudget, "The bot has had as many turns as it may have.");
    }
    // After its rest one turn is let through, by whichever process is first.
    if turn.health.open && !(turn.health.rested && desk.store.try_bot(turn).await?) {
        return no(ReasonCode::BreakerOpen, "The bot is left alone after too many failures.");
    }
    Ok(None)
}

/// Asks a bot, for no longer than its deadline.
pub async fn ask(desk: &Desk, brought: &mut Brought) -> Result<Asked, Failed> {
    let Told { heard, since, before } = std::mem::take(&mut brought.told);
    let turn = &brought.turn;
    let heard_to = heard.last().map_or(turn.heard_from, |last| last.seq);
    let id = format!("turn_{}_{}_{heard_to}", turn.conversation.0.simple(), turn.epoch);
    let mut asked = Asked { heard_to, id, exchanges: Vec::new(), sources: Vec::new(), answer: None };
    let Some(bot) = bots::bot(&turn.kind) else {
        let missing = format!("this build has no bot `{}`", turn.kind);
        asked.answer = Some(Err(BotError::Failed(missing)));
        return Ok(asked);
    };
    // What it should have heard was taken back.
    if heard.is_empty() {
        asked.answer = Some(Ok(Answer { memory: turn.memory.clone(), ..Answer::default() }));
        return Ok(asked);
    }
    let heard = heard.into_iter().map(|heard| hear(desk, turn, heard)).collect();
    let credentials = match brought.credentials.take() {
        Some(credentials) => credentials,
        None => credentials(desk, turn.bot).await?,
    };
    let Some(secrets) = credentials else {
        let unread = "its credentials cannot be read: is it the right secret key?".to_owned();
        asked.answer = Some(Err(BotError::Denied(unread)));
        return Ok(asked);
    };
    let mut given = given(turn, &asked.id, heard);
    match given.opening {
        Opening::Fallback => given.fallback = desk.store.fallback(turn.conversation).await?,
        Opening::Returned => given.settled = desk.store.settled_by_people(turn.conversation).await?,
        Opening::New | Opening::Ongoing => {}
    }
    if bot.about().calls_out {
        (given.since_ownership, given.before) = (spoken(since), spoken(before));
        // The customer sees that an answer is on its way.
        desk.bus.mark(Mark::Typing(turn.conversation));
    }
    let patience = Duration::from_millis(u64::try_from(turn.terms.deadline_ms).unwrap_or(0));
    let wire = Wire::new(desk.client.clone(), secrets, patience);
    let answer = tokio::time::timeout(patience, bot.answer(given, &wire)).await;
    let answer = answer.unwrap_or(Err(BotError::Late));
    asked.sources = answer.as_ref().map(|answer| answer.sources.clone()).unwrap_or_default();
    asked.exchanges = wire.exchanges();
    asked.answer = Some(answer);
    Ok(asked)
}

/// Why people take over after an error of the bot's.
pub fn failed(error: &BotError) -> Why {
    Why { code: error.reason(), words: error.to_string(), alert: matches!(error, BotError::Denied(_)) }
}

/// Why people take over where an answer was refused.
pub fn refused(refused: &Refused) -> Why {
    match refused {
        Refused::WindowClosed => {
            Why::new(ReasonCode::WindowClosing, "The bot answered after the customer's window had closed.")
        }
        Refused::NotCarried(why) | Refused::NoConsent(why) | Refused::Invalid(why) => {
            Why::new(ReasonCode::BotFailed, format!("The bot's answer could not be sent: {why}"))
        }
        other => Why::new(
            ReasonCode::BotFailed,
            format!("The bot's answer was refused: {}", other.code().as_str()),
        ),
    }
}

fn given(turn: &Turn, id: &str, heard: Vec<Heard>) -> bots::Turn {
    bots::Turn {
        id: id.to_owned(),
        bot: turn.bot,
        conversation: turn.conversation,
        number: turn.number,
        epoch: turn.epoch,
        definition: turn.definition.clone(),
        version: turn.definition_version,
        memory: turn.memory.clone(),
        heard,
        since_ownership: Vec::new(),
        before: Vec::new(),
        contact: turn.contact,
        contact_name: turn.contact_name.clone(),
        language: None,
        window_until: turn.window_until,
        opening: opening(turn),
        preview: false,
        fallback: None,
        settled: Vec::new(),
    }
}

/// A number that stands for a choice is that choice; a file gets an address under which it can be fetched for a while.
fn hear(desk: &Desk, turn: &Turn, heard: store::bots::Heard) -> Heard {
    let file = match &heard.body {
        Body::Media(media) => media.file.zip(media.stored.as_ref()).map(|(file, stored)| Attached {
            url: link::address(desk, file, turn.now),
            mime: stored.mime.clone(),
        }),
        _ => None,
    };
    let body = fit::typed(&turn.offered, &heard.body).unwrap_or(heard.body);
    Heard { message: heard.message, seq: heard.seq, body, at: heard.at, file }
}

fn spoken(said: Vec<Said>) -> Vec<Spoken> {
    said.into_iter().map(|said| Spoken { seq: said.seq, by: said.by, body: said.body, at: said.at }).collect()
}

fn opening(turn: &Turn) -> Opening {
    // A bot that keeps nothing in mind has begun all the same once it has had a turn.
    let fresh = turn.memory.is_null() && turn.terms.turns == 0;
    match turn.regained.as_deref() {
        Some("fallback" | "bot_keeps") => Opening::Fallback,
        _ if fresh && turn.regained.as_deref() != Some("return_to_bot") => Opening::New,
        Some("return_to_bot") => Opening::Returned,
        Some(_) => Opening::New,
        None => Opening::Ongoing,
    }
}
