//! What becomes of a send: it is taken, put on the phone, and its statuses are queued, in one transaction.

use std::time::Duration;

use axum::Json;
use axum::body::{Body as HttpBody, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use contract::message::{Author, Reaction};
use contract::sandbox::Faults;
use contract::time::WINDOW_MS;
use contract::{Body, Time};
use serde_json::{Value, json};

use super::faults::{self, Mishap};
use super::graph::read::{Sending, Sign, To, What};
use super::graph::{Failure, GraphError};
use super::wire::{self, News, Party};
use super::{signals, thread_of};
use crate::Desk;
use crate::channels::StatusWord;
use crate::store;
use crate::store::sandbox::{Locked, New, Number, Phone, Webhook};

/// From the network to the phone, in milliseconds.
pub const TO_PHONE_MS: i64 = 150;
/// How long a phone shows that somebody types, unless a message ends it before.
const TYPING_MS: i64 = 25_000;

/// What is known about a send before anything is stored.
struct Case<'a> {
    number: &'a Number,
    wanted: &'a Sending,
    phone: Option<Phone>,
    faults: &'a Faults,
}

/// Takes a send and answers it.
pub async fn take(desk: &Desk, number: &Number, wanted: Sending) -> Result<Response, Failure> {
    if wanted.to.key() == wire::business(number) {
        return Err(GraphError::new(131021, "Sender and recipient must be different.").into());
    }
    if let What::Reaction { message, .. } = &wanted.what
        && desk.store.sandbox_message(&number.line.provider_channel, message).await?.is_none()
    {
        return Err(GraphError::value("reaction['message_id']", "is not a message of this number").into());
    }
    let faults = desk.store.sandbox_faults().await?;
    let mishap = faults::draw(desk, &faults).await?;
    if let Mishap::Refused(code) = mishap {
        return Err(faults::refusal(code).into());
    }
    let phone = desk.store.sandbox_phone(wanted.to.key()).await?;
    let case = Case { number, wanted: &wanted, phone, faults: &faults };
    let (tx, id) = case.store(desk).await?;
    if let Err(error) = tx.commit().await {
        // It may be stored or not. An error would say that it is not, and be tried again.
        tracing::warn!(%error, "the sandbox does not know whether it has taken a send");
        return Ok(broken());
    }
    signals::stir();
    pause(desk, faults.delay_ms).await;
    if mishap == Mishap::Dropped {
        return Ok(broken());
    }
    Ok(Json(answer(&wanted, &id)).into_response())
}

/// The customer's messages are read up to this one, and perhaps somebody is typing an answer.
pub async fn mark_read(desk: &Desk, number: &Number, id: &str, sign: Sign) -> Result<(), Failure> {
    let found = desk.store.sandbox_message(&number.line.provider_channel, id).await?;
    let Some((phone, _)) = found.filter(|(_, message)| message.mine) else {
        return Err(GraphError::value("message_id", "is not a message from a customer").into());
    };
    let thread = thread_of(&phone, number);
    let mut tx = desk.store.begin().await?;
    let locked = tx.sandbox_lock(&thread).await?;
    tx.sandbox_read_up_to(&thread, id).await?;
    if sign == Sign::Typing {
        tx.sandbox_typing(&thread, Some(locked.now.plus_ms(TYPING_MS))).await?;
    }
    tx.commit().await?;
    signals::stir();
    Ok(())
}

impl Case<'_> {
    /// Puts everything into a transaction that is left open, and says under which id.
    async fn store(&self, desk: &Desk) -> store::Result<(store::Tx, String)> {
        let key = self.phone.as_ref().map_or(self.wanted.to.key(), |phone| &phone.number);
        let thread = thread_of(key, self.number);
        let id = wire::wamid(key);
        let mut tx = desk.store.begin().await?;
        let locked = tx.sandbox_lock(&thread).await?;
        let error = self.error(locked);
        let words = self.words(error.as_ref());
        if error.is_none() {
            match &self.wanted.what {
                What::Message { body, quoted } => {
                    let new = New {
                        id: id.clone(),
                        mine: false,
                        body: body.clone(),
                        quoted: quoted.clone(),
                        status: if reads(self.faults) { StatusWord::Read } else { StatusWord::Delivered },
                        opaque: self.wanted.opaque.clone(),
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
        let webhooks: Vec<Webhook> = words
            .into_iter()
            .map(|(word, after)| self.status(&id, word, (locked.now, after), error.as_ref()))
            .collect();
        tx.sandbox_enqueue(&thread, &webhooks).await?;
        Ok((tx, id))
    }

    /// Why it will not arrive, though it is taken: Meta says so in a status, never in its answer.
    fn error(&self, locked: Locked) -> Option<GraphError> {
        if self.phone.is_none() {
            return Some(GraphError::new(131026, "Message Undeliverable."));
        }
        let template = matches!(&self.wanted.what, What::Message { body: Body::Template(_), .. });
        let open = locked.wrote_at.is_some_and(|wrote| locked.now.since_ms(wrote) < WINDOW_MS);
        (!template && (!open || self.faults.expire_window)).then(|| {
            GraphError::new(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer last \
                 replied to this number.",
            )
        })
    }

    /// The statuses and how many milliseconds later they come. Reading follows when somebody looks; where the
    /// order is to be wrong, the phone counts as looked at.
    fn words(&self, error: Option<&GraphError>) -> Vec<(StatusWord, i64)> {
        if error.is_some() {
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

    fn status(
        &self,
        id: &str,
        word: StatusWord,
        (now, after): (Time, i64),
        error: Option<&GraphError>,
    ) -> Webhook {
        let party = self.phone.as_ref().map_or_else(|| Party::from(&self.wanted.to), Party::from);
        let template = matches!(&self.wanted.what, What::Message { body: Body::Template(_), .. });
        let price = if template { ("utility", "regular") } else { ("service", "free_customer_service") };
        let news = News {
            id,
            opaque: self.wanted.opaque.as_deref(),
            at: now,
            word,
            price: error.is_none().then_some(price),
            error,
        };
        Webhook { body: wire::status(self.number, &party, &news), own: None, due: now.plus_ms(after) }
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

/// Meta's answer to a send that it has taken.
fn answer(wanted: &Sending, id: &str) -> Value {
    let contact = match &wanted.to {
        To::Number { input, digits } => json!({ "input": input, "wa_id": digits }),
        To::User(id) => json!({ "input": id, "user_id": id }),
    };
    let mut message = json!({ "id": id });
    if matches!(&wanted.what, What::Message { body: Body::Template(_), .. }) {
        message["message_status"] = json!("accepted");
    }
    json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [message] })
}

/// An answer that breaks off before its first byte: the body fails at once, and the server closes the
/// connection.
fn broken() -> Response {
    let failed = std::io::Error::other("the sandbox was told to close the connection");
    let body = HttpBody::from_stream(futures::stream::iter([Err::<Bytes, _>(failed)]));
    ([(header::CONTENT_LENGTH, "1")], body).into_response()
}
