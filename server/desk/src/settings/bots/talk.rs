//! Asking a bot without a trace: nothing is written, nobody is told, what it remembers travels with the talk. Of a kind
//! that calls somebody the other side is asked, and told that it is a preview.

use std::time::Duration;

use contract::bots::{
    BotDone, Preview, PreviewAfter, PreviewChoice, PreviewHeard, PreviewLine, PreviewPacket, Previewed,
};
use contract::message::{Media, MediaKind};
use contract::settings::ChangeRefused;
use contract::{Body, BotId, ContactId, ConversationId, MessageId, Packet, Time};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{failed, gone, refused, wrong};
use crate::Desk;
use crate::bots::{self, After, Answer, Bot, BotError, Heard, Opening, Speaker, Spoken, Turn, Wire, flow};
use crate::store::bots::BotRecord;

/// Characters that a customer can write, at most.
const LONGEST: usize = 4_096;
/// Lines of a talk that a bot is told, at most.
const LINES: usize = 50;
/// The largest memory, in bytes.
const MEMORY: usize = 64 * 1024;

/// Asks a bot once.
pub(super) async fn ask(desk: &Desk, id: BotId) -> Result<BotDone, ChangeRefused> {
    let heard = PreviewHeard::Words { text: "Hello".to_owned() };
    let preview = Preview {
        bot: id,
        definition: None,
        memory: String::new(),
        said: Vec::new(),
        heard,
        name: String::new(),
        language: String::new(),
        at: None,
    };
    self::preview(desk, preview).await
}

/// Says something to a bot.
pub(super) async fn preview(desk: &Desk, preview: Preview) -> Result<BotDone, ChangeRefused> {
    let record = desk.store.bot(preview.bot).await.map_err(failed)?.ok_or_else(gone)?;
    let Some(bot) = bots::bot(&record.kind) else {
        return Err(refused("This build does not have this kind of bot."));
    };
    if preview.definition.is_some() && record.kind != flow::KIND {
        return Err(refused("What this bot says is not edited here."));
    }
    let turn = turn(&record, &preview)?;
    let begun = tokio::time::Instant::now();
    let mut done = match record.kind.as_str() {
        flow::KIND => by_rules(&turn),
        _ => over_the_wire(desk, bot, turn).await?,
    };
    done.ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    Ok(BotDone::Previewed(Box::new(done)))
}

fn by_rules(turn: &Turn) -> Previewed {
    match flow::told(turn) {
        Ok((answer, decisions)) => Previewed { decisions, ..answered(answer) },
        Err(error) => Previewed { error: Some(error.to_string()), ..Previewed::default() },
    }
}

async fn over_the_wire(desk: &Desk, bot: &dyn Bot, turn: Turn) -> Result<Previewed, ChangeRefused> {
    let secrets = desk.store.bot_secrets(&desk.seal, turn.bot).await.map_err(failed)?;
    let terms = desk.store.bot_terms(turn.bot).await.map_err(failed)?.ok_or_else(gone)?;
    // A page is not kept waiting for longer than this, whatever the bot may take.
    let patience = u64::try_from(terms.deadline_ms).unwrap_or(0).min(25_000);
    let patience = Duration::from_millis(patience);
    let wire = Wire::new(desk.client.clone(), secrets, patience);
    let answer = tokio::time::timeout(patience, bot.answer(turn, &wire)).await;
    let mut done = match answer.unwrap_or(Err(BotError::Late)) {
        Ok(answer) => answered(answer),
        Err(error) => Previewed { error: Some(error.to_string()), ..Previewed::default() },
    };
    done.exchanges = wire.exchanges().into_iter().map(Into::into).collect();
    Ok(done)
}

/// What the bot is asked. Its conversation, its contact and its messages are nobody's.
fn turn(record: &BotRecord, preview: &Preview) -> Result<Turn, ChangeRefused> {
    let now = preview.at.unwrap_or_else(|| Time(Timestamp::now().as_millisecond()));
    if preview.memory.len() > MEMORY {
        return Err(refused("The bot remembers too much for a preview. Begin anew."));
    }
    let memory = match preview.memory.trim() {
        "" => Value::Null,
        text => serde_json::from_str(text).map_err(|_| refused("The preview is mixed up. Begin anew."))?,
    };
    let definition = match &preview.definition {
        Some(edited) => serde_json::to_value(edited).map_err(|_| refused("This cannot be tried."))?,
        None => record.definition.clone(),
    };
    let body = body(&preview.heard)?;
    let since: Vec<Spoken> =
        preview.said.iter().rev().take(LINES).rev().enumerate().map(spoken(now)).collect();
    let seq = i64::try_from(since.len()).unwrap_or(0) + 1;
    let heard = Heard { message: MessageId(Uuid::now_v7()), seq, body: body.clone(), at: now, file: None };
    let last = Spoken { seq, by: Speaker::Customer, body, at: now };
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(Turn {
        id: format!("preview_{}", Uuid::now_v7().simple()),
        bot: record.id,
        conversation: ConversationId(Uuid::nil()),
        contact: ContactId(Uuid::nil()),
        opening: if memory.is_null() && since.is_empty() { Opening::New } else { Opening::Ongoing },
        memory,
        heard: vec![heard],
        since_ownership: since.into_iter().chain([last]).collect(),
        contact_name: filled(&preview.name),
        language: filled(&preview.language),
        window_until: Some(now.plus_ms(contract::time::WINDOW_MS)),
        preview: true,
        ..Turn::over(definition, record.version)
    })
}

fn spoken(now: Time) -> impl Fn((usize, &PreviewLine)) -> Spoken {
    move |(at, line)| Spoken {
        seq: i64::try_from(at).unwrap_or(0) + 1,
        by: if line.by_bot { Speaker::Bot } else { Speaker::Customer },
        body: Body::text(line.text.clone()),
        at: now,
    }
}

fn body(heard: &PreviewHeard) -> Result<Body, ChangeRefused> {
    match heard {
        PreviewHeard::Words { text } => {
            let text = text.replace('\0', "");
            if text.trim().is_empty() || text.chars().count() > LONGEST {
                return Err(wrong("text", "Write something of at most 4,096 characters."));
            }
            Ok(Body::text(text))
        }
        PreviewHeard::Tap { id, title } => Ok(Body::ButtonReply { id: id.clone(), title: title.clone() }),
        PreviewHeard::Picture => Ok(Body::Media(Media::of(MediaKind::Image))),
    }
}

fn answered(answer: Answer) -> Previewed {
    Previewed {
        said: answer.messages.iter().map(line).collect(),
        handoff: answer.handoff.map(packet),
        after: match answer.after {
            After::Stay => PreviewAfter::Stay,
            After::Resolve => PreviewAfter::Resolve,
            After::Later => PreviewAfter::Later,
        },
        memory: answer.memory.to_string(),
        ..Previewed::default()
    }
}

fn line(body: &Body) -> PreviewLine {
    let choice = |choice: &contract::message::Choice| PreviewChoice {
        id: choice.id.clone(),
        title: choice.title.clone(),
        description: choice.description.clone(),
    };
    let (choices, menu) = match body {
        Body::Buttons { buttons, .. } => (buttons.iter().map(choice).collect(), None),
        Body::List { sections, button, .. } => {
            let rows = sections.iter().flat_map(|section| &section.rows).map(choice);
            (rows.collect(), Some(button.clone()))
        }
        _ => (Vec::new(), None),
    };
    let text = match body {
        Body::LinkButton { text, url, label, .. } => format!("{text}\n{label}: {url}"),
        Body::Media(media) => {
            let parts = [media.caption.as_deref(), media.link.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
        }
        other => other.words().map_or_else(|| format!("[{}]", other.kind()), str::to_owned),
    };
    PreviewLine { by_bot: true, text, choices, menu }
}

fn packet(packet: Packet) -> PreviewPacket {
    PreviewPacket {
        reason: packet.reason_code,
        why: packet.reason,
        title: packet.title,
        summary: packet.summary,
        suggested_reply: packet.suggested_reply,
        slots: packet.slots.into_iter().map(|slot| (slot.name, slot.value)).collect(),
    }
}
