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
//! | [`verbs`], [`handoffs`], [`attributes`] | what is done with a conversation, and known of it |
//! | [`assignments`] | why somebody has a conversation, and somebody else has not |
//! | [`decisions`] | why a conversation is where it is |
//! | [`media`], [`contacts`], [`about`], [`availability`] | files, contacts, what the desk is made of, and who is there |
//! | [`reports`] | the numbers behind the charts |
//! | [`settings`] | how the desk is set up |
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
mod assignments;
mod attributes;
mod availability;
mod caller;
mod chatwoot;
mod contacts;
mod conversations;
mod decisions;
mod document;
mod events;
mod handoffs;
mod input;
mod media;
mod messages;
mod once;
mod rates;
mod reports;
mod says;
mod settings;
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
        .routes(routes!(decisions::list))
        .routes(routes!(assignments::list))
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
        .routes(routes!(attributes::read, attributes::set))
        .routes(routes!(verbs::typing))
        .routes(routes!(verbs::read))
        .routes(routes!(contacts::list))
        .routes(routes!(contacts::one, contacts::change))
        .routes(routes!(about::channels, settings::channels::add))
        .routes(routes!(about::bots, settings::bots::add))
        .routes(routes!(about::agents, settings::people::add))
        .routes(routes!(about::templates, settings::templates::submit))
        .routes(routes!(availability::availability))
        .routes(routes!(reports::conversations))
        .routes(routes!(reports::handoffs))
        .routes(routes!(media::fetch))
        .routes(routes!(chatwoot::message))
        .routes(routes!(chatwoot::status))
        .routes(routes!(chatwoot::assignment))
        .routes(routes!(chatwoot::priority))
        .routes(routes!(chatwoot::attributes));
    let plain = plain.merge(setup()).layer(DefaultBodyLimit::max(MOST));
    let files = OpenApiRouter::new().routes(routes!(media::upload)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new().nest("/api/v1", plain.merge(files))
}

/// The calls about how the desk is set up.
fn setup() -> OpenApiRouter<Desk> {
    use settings::{
        bots, channels, connections, deliveries, doors, flows, people, rules, slas, teams, templates, tokens,
        webhooks,
    };
    OpenApiRouter::new()
        .routes(routes!(connections::list, connections::connect))
        .routes(routes!(connections::one, connections::change))
        .routes(routes!(connections::check))
        .routes(routes!(templates::read))
        .routes(routes!(doors::list, doors::add))
        .routes(routes!(doors::remove))
        .routes(routes!(channels::one, channels::change))
        .routes(routes!(slas::list, slas::make))
        .routes(routes!(slas::one, slas::change, slas::remove))
        .routes(routes!(teams::list, teams::make))
        .routes(routes!(teams::one, teams::change, teams::remove))
        .routes(routes!(rules::read))
        .routes(routes!(rules::words))
        .routes(routes!(rules::versions))
        .routes(routes!(rules::keep))
        .routes(routes!(rules::discard))
        .routes(routes!(rules::check))
        .routes(routes!(rules::publish))
        .routes(routes!(rules::roll_back))
        .routes(routes!(rules::test))
        .routes(routes!(rules::simulations::begin))
        .routes(routes!(rules::simulations::one))
        .routes(routes!(rules::simulations::cancel))
        .routes(routes!(rules::simulations::runs))
        .routes(routes!(people::one, people::change))
        .routes(routes!(bots::one, bots::change, bots::remove))
        .routes(routes!(flows::read))
        .routes(routes!(flows::versions))
        .routes(routes!(flows::keep))
        .routes(routes!(flows::discard))
        .routes(routes!(flows::test))
        .routes(routes!(flows::publish))
        .routes(routes!(flows::roll_back))
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::one, webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks::recover))
        .routes(routes!(deliveries::test))
        .routes(routes!(deliveries::deliveries))
        .routes(routes!(deliveries::again))
        .routes(routes!(tokens::list, tokens::make))
        .routes(routes!(tokens::revoke))
        .routes(routes!(tokens::rotate))
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
