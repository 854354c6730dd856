//! The feed: everything that happens, from a cursor on, by long poll or over a WebSocket.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::{IntoResponse, Response};
use contract::token::Scope;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::input::Asked;
use crate::http::error::{Code, Problem};
use crate::public::feed::{self, Page};
use crate::state::Desk;
use crate::store::journal::Cursor;

mod socket;

/// The longest wait, in seconds.
const LONGEST: u32 = 25;

/// From where, and how patiently.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// The `cursor` of the page, or of the event, that you have seen last. `beginning` is where everything begins; absent
    /// is now: only what happens from here on.
    after: Option<String>,
    /// How many seconds to wait for something to happen, at most 25.
    wait: Option<u32>,
}

/// Follow what happens.
///
/// Everything that the token may be told, oldest first, at least once: an event may come again, and its `id` tells. Go on
/// with the `cursor` of the answer; with `wait` the answer comes as soon as something has happened.
///
/// The same address is a WebSocket: each event is a text frame with one event, and a frame `{"cursor":"…"}` now and then
/// says from where to resume. A cursor that is void is answered with 410 `cursor_expired`: read the conversations anew.
#[utoipa::path(get, path = "/events", tag = "Events", params(Wish), responses((status = 200, body = Page)))]
pub(super) async fn events(
    State(desk): State<Desk>,
    caller: Caller,
    Asked(wish): Asked<Wish>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    caller.must(Scope::EventsRead)?;
    let wait = wish.wait.unwrap_or(0);
    if wait > LONGEST {
        return Err(Problem::at("wait", format!("at most {LONGEST} seconds")));
    }
    let after = from(&desk, wish.after.as_deref()).await?;
    if let Ok(upgrade) = upgrade {
        return Ok(socket::upgrade(desk, caller, after, upgrade));
    }
    let page = feed::follow(&desk, &caller.audience(), after, Duration::from_secs(wait.into())).await?;
    Ok(Json(page.map_err(|_| void())?).into_response())
}

async fn from(desk: &Desk, after: Option<&str>) -> Result<Cursor, Problem> {
    match after {
        None => Ok(feed::now(desk).await?),
        Some("beginning") => Ok(feed::beginning(desk).await?),
        Some(cursor) => cursor.parse().map_err(|()| {
            Problem::at("after", "this is no cursor: take the one of the last page, as it stands")
        }),
    }
}

fn void() -> Problem {
    let why = "The database was restored since. Read the conversations anew, and go on without a cursor.";
    Problem::with(Code::CursorExpired, why)
}
