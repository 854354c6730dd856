//! What becomes of a send: it is taken, put on the phone, and its statuses are queued, in one transaction.

use std::time::Duration;

use axum::body::{Body as HttpBody, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use contract::Body;
use contract::message::{Author, Reaction};
use contract::sandbox::Faults;
use contract::time::WINDOW_MS;

use super::access::Caller;
use super::failure::{Failure, Trouble};
use super::faults::{self, Mishap};
use super::party::Party;
use super::stand_in::{Between, Charge, News};
use super::{files, signals, thread_of};
use crate::Desk;
use crate::channels::StatusWord;
use crate::store;
use crate::store::sandbox::{Locked, New, NewFile, Phone, Webhook};

/// From the network to the phone, in milliseconds.
pub const TO_PHONE_MS: i64 = 150;
/// How long a phone shows that somebody types, unless a message ends it before.
const TYPING_MS: i64 = 25_000;
/// The constraint that no two messages have the same id.
const ID_TAKEN: &str = "sandbox_messages_pkey";

/// Something for a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sending {
    /// To whom.
    pub to: To,
    /// What.
    pub what: What,
    /// Comes back in statuses.
    pub opaque: Option<String>,
    /// The id that the business has given it, where it may.
    pub id: Option<String>,
    /// Where its statuses go: what stands behind the connection's address. Empty: to the usual place.
    pub target: String,
    /// Why it will not arrive, though it is taken.
    pub doomed: Option<Failure>,
}

impl Sending {
    /// A message, with nothing else to it.
    pub fn message(to: To, body: Body) -> Sending {
        let what = What::Message { body, quoted: None };
        Sending { to, what, opaque: None, id: None, target: String::new(), doomed: None }
    }
}

/// A recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// By number, digits only.
    Number(String),
    /// By business-scoped user id.
    User(String),
}

impl To {
    /// Digits or user id.
    pub fn key(&self) -> &str {
        match self {
            To::Number(key) | To::User(key) => key,
        }
    }

    /// The recipient that an address in any writing names.
    pub fn read(address: &str) -> Option<To> {
        let bare = address.trim();
        let bare = bare.strip_prefix("whatsapp:").unwrap_or(bare);
        if crate::channels::phone::is_user_id(bare) {
            return Some(To::User(bare.to_owned()));
        }
        crate::channels::phone::normalise(bare).map(To::Number)
    }
}

/// What goes to a customer.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A message.
    Message {
        /// What it says.
        body: Body,
        /// The id of the message it answers.
        quoted: Option<String>,
    },
    /// An emoji on a message; an empty one takes it off.
    Reaction {
        /// The id of that message.
        message: String,
        /// The emoji.
        emoji: String,
    },
}

/// What the customer sees of the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// That it has read.
    Read,
    /// That somebody is typing an answer; to answer a message with it marks that as read.
    Typing,
    /// That nobody is typing any more.
    Idle,
}

/// What is known about a send before anything is stored.
struct Case<'a> {
    caller: &'a Caller,
    wanted: &'a Sending,
    files: &'a [NewFile],
    phone: Option<Phone>,
    faults: &'a Faults,
}

/// Takes a send, and answers with its id once that is due.
pub async fn take(desk: &Desk, caller: &Caller, mut wanted: Sending) -> Result<String, Trouble> {
    if wanted.to.key() == caller.business() {
        return Err(Trouble::ToItself);
    }
    let line = &caller.number.line.provider_channel;
    if let What::Reaction { message, .. } = &wanted.what
        && desk.store.sandbox_message(line, message).await?.is_none()
    {
        return Err(Trouble::NoSuchMessage);
    }
    let faults = desk.store.sandbox_faults().await?;
    let mishap = faults::draw(desk, &faults).await?;
    if let Some(trouble) = mishap.refuses() {
        return Err(trouble);
    }
    let files = files::gather(desk, caller, &mut wanted).await?;
    let phone = desk.store.sandbox_phone(wanted.to.key()).await?;
    let case = Case { caller, wanted: &wanted, files: &files, phone, faults: &faults };
    let (tx, id) = case.store(desk).await.map_err(|error| match error.is_conflict(ID_TAKEN) {
        true => Trouble::SameId,
        false => Trouble::Store(error),
    })?;
    if let Err(error) = tx.commit().await {
        // It may be stored or not. An error would say that it is not, and be tried again.
        tracing::warn!(%error, "the sandbox does not know whether it has taken a send");
        return Err(Trouble::Broken);
    }
    signals::stir();
    pause(desk, faults.delay_ms).await;
    if mishap == Mishap::Dropped { Err(Trouble::Broken) } else { Ok(id) }
}

/// The customer's messages are read up to this one, and perhaps somebody is typing an answer. False if there is no
/// such message from a customer.
pub async fn mark_read(desk: &Desk, caller: &Caller, id: &str, sign: Sign) -> store::Result<bool> {
    let line = &caller.number.line.provider_channel;
    let found = if id.contains('\0') { None } else { desk.store.sandbox_message(line, id).await? };
    let Some((phone, _)) = found.filter(|(_, message)| message.mine) else { return Ok(false) };
    let thread = thread_of(&phone, &caller.number);
    let mut tx = desk.store.begin().await?;
    let locked = tx.sandbox_lock(&thread).await?;
    tx.sandbox_read_up_to(&thread, id).await?;
    if sign == Sign::Typing {
        tx.sandbox_typing(&thread, Some(locked.now.plus_ms(TYPING_MS))).await?;
    }
    tx.commit().await?;
    signals::stir();
    Ok(true)
}

/// Somebody is typing to a person, or has stopped. False if there is no such phone.
pub async fn typing(desk: &Desk, caller: &Caller, to: &To, sign: Sign) -> store::Result<bool> {
    let Some(phone) = desk.store.sandbox_phone(to.key()).await? else { return Ok(false) };
    let thread = thread_of(&phone.number, &caller.number);
    let mut tx = desk.store.begin().await?;
    let locked = tx.sandbox_lock(&thread).await?;
    let until = (sign == Sign::Typing).then(|| locked.now.plus_ms(TYPING_MS));
    tx.sandbox_typing(&thread, until).await?;
    tx.commit().await?;
    signals::stir();
    Ok(true)
}

impl Case<'_> {
    /// Puts everything into a transaction that is left open, and says under which id.
    async fn store(&self, desk: &Desk) -> store::Result<(store::Tx, String)> {
        let key = self.phone.as_ref().map_or(self.wanted.to.key(), |phone| &phone.number);
        let thread = thread_of(key, &self.caller.number);
        let id = self.wanted.id.clone().unwrap_or_else(|| self.caller.stand_in.message_id(key));
        let mut tx = desk.store.begin().await?;
        let locked = tx.sandbox_lock(&thread).await?;
        let failure = self.failure(locked);
        if failure.is_none() {
            for file in self.files {
                tx.sandbox_add_file(file).await?;
            }
            match &self.wanted.what {
                What::Message { body, quoted } => {
                    let new = New {
                        id: id.clone(),
                        mine: false,
                        body: body.clone(),
                        quoted: quoted.clone(),
                        status: if reads(self.faults) { StatusWord::Read } else { StatusWord::Delivered },
                        opaque: self.wanted.opaque.clone(),
                        target: self.wanted.target.clone(),
                    };
                    tx.sandbox_insert(&thread, &new, locked.now).await?;
                }
                What::Reaction { message, emoji } => {
                    if let Some(mut held) = tx.sandbox_held(&thread, message).await? {
                        react(&mut held.reactions, Author::Desk, emoji);
                        tx.sandbox_rewrite(&held).await?;
                    }
                }
            }
        }
        let webhooks = self.webhooks(&id, locked, failure.as_ref());
        tx.sandbox_enqueue(&thread, &webhooks).await?;
        Ok((tx, id))
    }

    /// Why it will not arrive, though it is taken: that is said in a status, never in the answer.
    fn failure(&self, locked: Locked) -> Option<Failure> {
        if self.phone.is_none() {
            return Some(Failure::Unreachable);
        }
        let open = locked.wrote_at.is_some_and(|wrote| locked.now.since_ms(wrote) < WINDOW_MS);
        if !self.is_template() && (!open || self.faults.expire_window) {
            return Some(Failure::Window);
        }
        self.wanted.doomed.clone()
    }

    fn is_template(&self) -> bool {
        matches!(&self.wanted.what, What::Message { body: Body::Template(_), .. })
    }

    /// The statuses and how many milliseconds later they come. Reading follows when somebody looks; where the
    /// order is to be wrong, the phone counts as looked at.
    fn words(&self, failure: Option<&Failure>) -> Vec<(StatusWord, i64)> {
        if failure.is_some() {
            return vec![(StatusWord::Failed, 0)];
        }
        if matches!(self.wanted.what, What::Reaction { .. }) {
            return vec![(StatusWord::Sent, 0)];
        }
        if !self.faults.reorder {
            return vec![(StatusWord::Sent, 0), (StatusWord::Delivered, TO_PHONE_MS)];
        }
        let mut words = vec![(StatusWord::Delivered, TO_PHONE_MS), (StatusWord::Sent, 2 * TO_PHONE_MS)];
        if reads(self.faults) {
            words.insert(0, (StatusWord::Read, 0));
        }
        words
    }

    fn webhooks(&self, id: &str, locked: Locked, failure: Option<&Failure>) -> Vec<Webhook> {
        let party = self.phone.as_ref().map_or_else(|| Party::from(&self.wanted.to), Party::from);
        let between = Between {
            number: &self.caller.number,
            account: &self.caller.account,
            party: &party,
            at: locked.now,
        };
        let charge = if self.is_template() { Charge::Template } else { Charge::Service };
        let webhook = |(word, after): (StatusWord, i64)| {
            let news = News {
                id,
                opaque: self.wanted.opaque.as_deref(),
                target: &self.wanted.target,
                word,
                charge: failure.is_none().then_some(charge),
                failure,
            };
            let written = self.caller.stand_in.status(&between, &news)?;
            Some(super::queued(written, None, locked.now.plus_ms(after)))
        };
        self.words(failure).into_iter().filter_map(webhook).collect()
    }
}

/// Whether what arrives is reported as read at once.
fn reads(faults: &Faults) -> bool {
    faults.reorder && !faults.no_read_receipts
}

/// Puts an emoji on a message, or takes it off where it is empty: one for each who reacts.
pub fn react(reactions: &mut Vec<Reaction>, author: Author, emoji: &str) {
    reactions.retain(|reaction| reaction.author != author);
    if !emoji.is_empty() {
        reactions.push(Reaction { author, emoji: emoji.to_owned() });
    }
}

async fn pause(desk: &Desk, ms: u32) {
    if ms > 0 {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(u64::from(ms))) => {}
            () = desk.stop.cancelled() => {}
        }
    }
}

/// An answer that breaks off before its first byte: the body fails at once, and the server closes the
/// connection.
pub fn broken() -> Response {
    let failed = std::io::Error::other("the sandbox was told to close the connection");
    let body = HttpBody::from_stream(futures::stream::iter([Err::<Bytes, _>(failed)]));
    ([(header::CONTENT_LENGTH, "1")], body).into_response()
}
