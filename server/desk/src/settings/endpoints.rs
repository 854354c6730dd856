//! Web addresses of others that are told what happens: made, tried, looked after.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::endpoint::{
    EndpointDone, EndpointPage, EndpointQuery, EndpointTask, EndpointWish, Endpoints, RECOVER_DAYS,
};
use contract::seat::SeatError;
use contract::settings::{ChangeRefused, Settings};
use contract::time::HOUR_MS;
use contract::{EndpointDeliveryId, EndpointId, Time};
use serde_json::json;
use uuid::Uuid;

use super::webhooks::indented;
use super::{failed, log, refused, wrong};
use crate::auth::names::is_name;
use crate::auth::sessions::SignedIn;
use crate::channels::client::Reach;
use crate::public::At;
use crate::public::event::{NAMES, TEST};
use crate::store::endpoints::NewEndpoint;
use crate::store::endpoints::reader::NewDelivery;
use crate::{Desk, store};

/// The most addresses that there can be: each is one more reader of the feed.
const MOST: usize = 50;
const GONE: &str = "This address does not exist any more.";

/// The addresses.
pub(super) async fn page(desk: &Desk) -> store::Result<Settings> {
    Ok(Settings::Endpoints(Endpoints { endpoints: desk.store.endpoints().await?, events: names() }))
}

/// One address and a page of what was sent to it.
pub(super) async fn one(desk: &Desk, query: EndpointQuery) -> Result<Settings, SeatError> {
    // The log first: how the address does is then no older than what is said of its deliveries.
    let (lines, next) = desk.store.endpoint_log(query).await.map_err(unavailable)?;
    let endpoint = desk.store.endpoint(query.endpoint).await.map_err(unavailable)?;
    let endpoint = endpoint.ok_or(SeatError::NotFound)?;
    Ok(Settings::Endpoint(Box::new(EndpointPage { endpoint, events: names(), lines, next })))
}

/// One delivery.
pub(super) async fn delivery(desk: &Desk, id: EndpointDeliveryId) -> Result<Settings, SeatError> {
    let found = desk.store.endpoint_delivery(id).await.map_err(unavailable)?;
    let mut found = found.ok_or(SeatError::NotFound)?;
    found.body = indented(&found.body);
    Ok(Settings::EndpointDelivery(Box::new(found)))
}

fn names() -> Vec<String> {
    NAMES.iter().map(|name| (*name).to_owned()).collect()
}

fn unavailable(error: store::Error) -> SeatError {
    log(&error);
    SeatError::Unavailable
}

/// Does something about an address.
pub(super) async fn run(
    desk: &Desk,
    who: &SignedIn,
    task: EndpointTask,
) -> Result<EndpointDone, ChangeRefused> {
    let done = match task {
        EndpointTask::Add { wish } => return add(desk, who, wish).await,
        EndpointTask::Rotate { endpoint } => return rotate(desk, endpoint).await,
        EndpointTask::Test { endpoint } => return test(desk, endpoint).await,
        EndpointTask::Change { endpoint, wish } => change(desk, endpoint, wish).await?,
        EndpointTask::Switch { endpoint, on } => switch(desk, endpoint, on).await?,
        EndpointTask::Remove { endpoint } => {
            let mut tx = desk.store.begin().await.map_err(failed)?;
            let removed = tx.remove_endpoint(endpoint).await.map_err(failed)?;
            tx.commit().await.map_err(failed)?;
            removed
        }
        EndpointTask::Recover { endpoint, since } => recover(desk, endpoint, since).await?,
        EndpointTask::Redeliver { delivery } => {
            let mut tx = desk.store.begin().await.map_err(failed)?;
            if !tx.redeliver(delivery).await.map_err(failed)? {
                return Err(refused("Its address is switched off or gone. Switch it on first."));
            }
            tx.commit().await.map_err(failed)?;
            desk.bus.endpoints();
            return Ok(EndpointDone::Begun { delivery });
        }
    };
    if done { Ok(EndpointDone::Done) } else { Err(refused(GONE)) }
}

/// A wish as it can be kept.
fn checked(desk: &Desk, wish: EndpointWish) -> Result<EndpointWish, ChangeRefused> {
    let (name, url) = (wish.name.trim(), wish.url.trim());
    if !is_name(name) {
        return Err(wrong("name", "Give it a name of at most 120 characters."));
    }
    if url.len() > 2_000 {
        return Err(wrong("url", "The address is longer than 2,000 characters."));
    }
    if let Err(error) = desk.client.permitted(url, Reach::Public) {
        return Err(wrong(
            "url",
            format!(
                "It cannot be sent anything there: {error}. Addresses begin with https:// and are public; a private \
                 one is possible when the server's setting allowed_hosts names its host."
            ),
        ));
    }
    let mut events = wish.events;
    events.sort_unstable();
    events.dedup();
    if let Some(odd) = events.iter().find(|event| !NAMES.contains(&event.as_str())) {
        return Err(wrong("events", format!("There is no event called {odd}.")));
    }
    // All of them is not a list: it holds for events that are yet to be invented.
    if events.len() == NAMES.len() {
        events.clear();
    }
    Ok(EndpointWish { name: name.to_owned(), url: url.to_owned(), events })
}

fn fresh_secret() -> String {
    format!("whsec_{}", STANDARD.encode(rand::random::<[u8; 32]>()))
}

async fn add(desk: &Desk, who: &SignedIn, wish: EndpointWish) -> Result<EndpointDone, ChangeRefused> {
    let wish = checked(desk, wish)?;
    if desk.store.endpoints().await.map_err(failed)?.len() >= MOST {
        return Err(refused(format!("There are {MOST} addresses already. Remove one that nobody needs.")));
    }
    let from = desk.store.cursor().await.map_err(failed)?;
    let (id, secret) = (EndpointId(Uuid::now_v7()), fresh_secret());
    let mut tx = desk.store.begin().await.map_err(failed)?;
    tx.add_endpoint(&NewEndpoint { id, wish, from, by: who.agent.id }).await.map_err(failed)?;
    tx.put_endpoint_secret(&desk.seal, id, &secret).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    tracing::info!(endpoint = %id, by = %who.agent.id, "an address is told what happens");
    Ok(EndpointDone::Secret { endpoint: id, secret })
}

async fn change(desk: &Desk, id: EndpointId, wish: EndpointWish) -> Result<bool, ChangeRefused> {
    let wish = checked(desk, wish)?;
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let found = tx.change_endpoint(id, &wish).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    Ok(found)
}

async fn switch(desk: &Desk, id: EndpointId, on: bool) -> Result<bool, ChangeRefused> {
    let from = desk.store.cursor().await.map_err(failed)?;
    let known = desk.store.endpoint(id).await.map_err(failed)?.is_some();
    let mut tx = desk.store.begin().await.map_err(failed)?;
    if on {
        tx.switch_endpoint_on(id, from).await.map_err(failed)?;
    } else {
        tx.switch_endpoint_off(id, None).await.map_err(failed)?;
    }
    tx.commit().await.map_err(failed)?;
    Ok(known)
}

async fn rotate(desk: &Desk, id: EndpointId) -> Result<EndpointDone, ChangeRefused> {
    if desk.store.endpoint(id).await.map_err(failed)?.is_none() {
        return Err(refused(GONE));
    }
    let secret = fresh_secret();
    let mut tx = desk.store.begin().await.map_err(failed)?;
    tx.put_endpoint_secret(&desk.seal, id, &secret).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    tracing::info!(endpoint = %id, "the secret of an address was replaced");
    Ok(EndpointDone::Secret { endpoint: id, secret })
}

/// Sends an event that means nothing, in the shape of all others.
async fn test(desk: &Desk, id: EndpointId) -> Result<EndpointDone, ChangeRefused> {
    let known = desk.store.endpoint(id).await.map_err(failed)?.ok_or_else(|| refused(GONE))?;
    if !known.active {
        return Err(refused("It is switched off. Switch it on first."));
    }
    let delivery = EndpointDeliveryId(Uuid::now_v7());
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let now = tx.now().await.map_err(failed)?;
    let body = json!({ "id": delivery, "type": TEST, "at": At(now) }).to_string();
    let new = NewDelivery { id: delivery, conversation: None, seq: None, event: TEST.to_owned(), body };
    tx.begin_test(id, &new).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    desk.bus.endpoints();
    Ok(EndpointDone::Begun { delivery })
}

async fn recover(desk: &Desk, id: EndpointId, since: Time) -> Result<bool, ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let now = tx.now().await.map_err(failed)?;
    let oldest = now.plus_ms(-i64::from(RECOVER_DAYS) * 24 * HOUR_MS);
    if since > now || since < oldest {
        return Err(wrong("since", format!("Choose a moment of the last {RECOVER_DAYS} days.")));
    }
    let from = desk.store.place_at(since).await.map_err(failed)?;
    if !tx.set_recovery(id, from).await.map_err(failed)? {
        return Err(refused("This address is switched off or gone. Switch it on first."));
    }
    tx.commit().await.map_err(failed)?;
    desk.bus.events();
    Ok(true)
}
