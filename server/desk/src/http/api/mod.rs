//! The public API, version 1: programs call it with a token, and it goes over the same flows as the browser.
//!
//! A call passes, in this order: who calls and how often ([`caller`]), the key under which it is done once ([`once`]),
//! and its handler, which asks whether the token is good for it and reaches what it is about. Every route is added
//! together with its description, so that the document cannot say anything else than what there is.
//!
//! | file | what is in it |
//! |---|---|
//! | [`caller`], [`rates`] | who calls, how often, and what they reach |
//! | [`once`] | `Idempotency-Key` |
//! | [`input`] | reading what is asked, with the place of what is wrong |
//! | [`events`] | the feed: by long poll and by WebSocket |
//! | [`conversations`], [`messages`], [`says`] | reading them, and writing to customers |
//! | [`verbs`], [`handoffs`] | what is done with a conversation |
//! | [`media`], [`contacts`], [`about`] | files, contacts, and what the desk is made of |
//! | [`chatwoot`] | the same under the paths and shapes of Chatwoot |
//! | [`document`] | the document about all of it, and the page that shows it |

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::{Code, Problem};
use crate::state::Desk;

mod about;
mod caller;
mod chatwoot;
mod contacts;
mod conversations;
mod document;
mod events;
mod handoffs;
mod input;
mod media;
mod messages;
mod once;
mod rates;
mod says;
mod verbs;

pub use rates::Rates;

/// The most bytes of a body, but for files.
const MOST: usize = 256 * 1024;

/// The answer of a handler.
type Answer<T> = Result<axum::Json<T>, Problem>;

/// Every call, with its description.
fn calls() -> OpenApiRouter<Desk> {
    let plain = OpenApiRouter::new()
        .routes(routes!(about::me))
        .routes(routes!(events::events))
        .routes(routes!(conversations::list, conversations::start))
        .routes(routes!(conversations::one))
        .routes(routes!(messages::list, messages::send))
        .routes(routes!(handoffs::latest, handoffs::hand_off))
        .routes(routes!(verbs::take))
        .routes(routes!(verbs::accept))
        .routes(routes!(verbs::decline))
        .routes(routes!(verbs::give_back))
        .routes(routes!(verbs::resolve))
        .routes(routes!(verbs::reopen))
        .routes(routes!(verbs::snooze))
        .routes(routes!(verbs::assign))
        .routes(routes!(verbs::transfer))
        .routes(routes!(verbs::priority))
        .routes(routes!(verbs::labels))
        .routes(routes!(verbs::typing))
        .routes(routes!(verbs::read))
        .routes(routes!(contacts::list))
        .routes(routes!(contacts::one))
        .routes(routes!(about::channels))
        .routes(routes!(about::bots))
        .routes(routes!(about::agents))
        .routes(routes!(about::templates))
        .routes(routes!(about::availability))
        .routes(routes!(media::fetch))
        .routes(routes!(chatwoot::message))
        .routes(routes!(chatwoot::status))
        .routes(routes!(chatwoot::assignment))
        .routes(routes!(chatwoot::priority))
        .routes(routes!(chatwoot::attributes))
        .layer(DefaultBodyLimit::max(MOST));
    let files = OpenApiRouter::new().routes(routes!(media::upload)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new().nest("/api/v1", plain.merge(files))
}

fn parts() -> (Router<Desk>, OpenApi) {
    let (router, mut document) =
        OpenApiRouter::with_openapi(document::frame()).merge(calls()).split_for_parts();
    document::finish(&mut document);
    (router, document)
}

/// The document that describes every call.
pub fn document() -> OpenApi {
    parts().1
}

/// The routes of the API.
pub fn routes(desk: &Desk) -> Router<Desk> {
    let (calls, document) = parts();
    calls
        .method_not_allowed_fallback(|| async { Problem::new(Code::MethodNotAllowed) })
        .route_layer(from_fn_with_state(desk.clone(), once::once))
        .route_layer(from_fn_with_state(desk.clone(), caller::admit))
        .route(
            "/api/v1/{*rest}",
            any(|| async { Problem::with(Code::NotFound, "There is no such call. See /api/docs.") }),
        )
        .merge(document::routes(document))
}
