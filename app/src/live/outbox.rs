//! What was asked and not yet answered. Each command goes out under its key until the server has said yes or
//! no, so a lost connection loses nothing and sends nothing twice. Replies and notes also survive a reload.

use std::cell::RefCell;

use contract::command::{Claim, Command, Request};
use contract::id::{AgentId, ClientId, ConversationId, FileId};
use contract::message::{Body, Media, MediaKind};
use serde::{Deserialize, Serialize};

use super::browser;
use crate::ui::order;

/// One command that waits for its answer.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The command.
    pub request: Request,
    /// How often the server was too busy for it.
    pub tries: u32,
}

#[derive(Default)]
struct Outbox {
    me: Option<AgentId>,
    waiting: Vec<Waiting>,
}

/// What is kept of a message: no more than it takes to ask again. (Reading whole commands back would make the
/// program larger for nothing.)
#[derive(Serialize, Deserialize)]
struct Kept {
    at: i64,
    id: ClientId,
    conversation: ConversationId,
    text: String,
    /// The file that the text stands beside.
    #[serde(default)]
    file: Option<FileId>,
    /// The epoch seen, for a reply.
    epoch: Option<i64>,
    take_over: bool,
}

impl Kept {
    fn of(request: &Request) -> Option<Kept> {
        let (text, file, epoch, take_over) = match &request.command {
            Command::Reply { epoch, body, claim, .. } => {
                let (text, file) = match body {
                    Body::Text { text } => (text.clone(), None),
                    Body::Media(media) => (media.caption.clone().unwrap_or_default(), media.file),
                    _ => return None,
                };
                (text, file, Some(*epoch), *claim == Claim::TakeOver)
            }
            Command::Note { text } => (text.clone(), None, None, false),
            _ => return None,
        };
        let (id, conversation) = (request.id, request.conversation);
        Some(Kept { at: browser::clock().0, id, conversation, text, file, epoch, take_over })
    }

    fn request(self) -> Request {
        let claim = if self.take_over { Claim::TakeOver } else { Claim::IfFree };
        let command = match self.epoch {
            Some(epoch) => {
                // What the file is like the desk knows.
                let body = match self.file {
                    Some(_) => Body::Media(Media {
                        file: self.file,
                        caption: Some(self.text),
                        ..Media::of(MediaKind::Document)
                    }),
                    None => Body::text(self.text),
                };
                Command::Reply { epoch, body, quoted: None, claim }
            }
            None => Command::Note { text: self.text },
        };
        Request { id: self.id, conversation: self.conversation, command }
    }
}

thread_local! {
    static OUTBOX: RefCell<Outbox> = RefCell::default();
}

fn prefix(me: AgentId) -> String {
    format!("baton.outbox.{me}.")
}

/// Takes up what this person wrote and what had not left when the page was closed.
pub fn open(me: AgentId) {
    OUTBOX.with_borrow_mut(|outbox| {
        if outbox.me == Some(me) {
            return;
        }
        outbox.me = Some(me);
        let mut kept: Vec<Kept> = browser::kept_keys(&prefix(me))
            .iter()
            .filter_map(|key| browser::kept(key))
            .filter_map(|text| contract::json::read(&text).ok())
            .collect();
        order::by_key(&mut kept, |kept| kept.at);
        outbox.waiting = kept.into_iter().map(|kept| Waiting { request: kept.request(), tries: 0 }).collect();
    });
}

/// Puts a command in.
pub fn put(request: Request) {
    OUTBOX.with_borrow_mut(|outbox| {
        if let (Some(me), Some(kept)) = (outbox.me, Kept::of(&request))
            && let Ok(text) = serde_json::to_string(&kept)
        {
            browser::keep(&format!("{}{}.{}", prefix(me), request.conversation, request.id), &text);
        }
        outbox.waiting.push(Waiting { request, tries: 0 });
    });
}

/// Takes a command out: it was done, or refused.
pub fn take(id: ClientId) -> Option<Waiting> {
    OUTBOX.with_borrow_mut(|outbox| {
        let at = outbox.waiting.iter().position(|waiting| waiting.request.id == id)?;
        let waiting = outbox.waiting.remove(at);
        if let Some(me) = outbox.me {
            browser::forget(&format!("{}{}.{id}", prefix(me), waiting.request.conversation));
        }
        Some(waiting)
    })
}

/// Counts one more time that the server was too busy, and answers with the count.
pub fn tried(id: ClientId) -> u32 {
    OUTBOX.with_borrow_mut(|outbox| {
        let found = outbox.waiting.iter_mut().find(|waiting| waiting.request.id == id);
        found.map_or(u32::MAX, |waiting| {
            waiting.tries += 1;
            waiting.tries
        })
    })
}

/// Everything that waits, in the order in which it was asked.
pub fn all() -> Vec<Request> {
    OUTBOX.with_borrow(|outbox| outbox.waiting.iter().map(|waiting| waiting.request.clone()).collect())
}

/// The messages that wait in one conversation, in order.
pub fn messages(conversation: ConversationId) -> Vec<Request> {
    let of_it = |request: &Request| request.conversation == conversation && survives(&request.command);
    all().into_iter().filter(of_it).collect()
}

fn survives(command: &Command) -> bool {
    matches!(command, Command::Reply { .. } | Command::Note { .. })
}
