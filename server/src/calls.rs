//! What the screens may ask: their server functions, for whoever is signed in.

use std::sync::Arc;

use app::Theme;
use app::calls::CallError;
use axum::body::to_bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::RefusalCode;
use contract::seat::{Seat, SeatError};
use desk::Desk;
use desk::auth::sessions::SignedIn;
use desk::http::headers;
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;

use crate::sandbox;

/// The path below which the server functions lie.
pub const PATH: &str = "/api/ui/";

/// How much of an answer is read to find out why a call was refused.
const REFUSAL: usize = 64 * 1024;

/// Gives the answer of a server function the status that says why it was refused, where it was: Leptos calls every
/// refusal a fault of the server.
pub async fn with_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, REFUSAL).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(error) = serde_json::from_slice::<CallError>(&body) {
        parts.status = status_of(&error);
    }
    Response::from_parts(parts, body.into())
}

fn status_of(error: &CallError) -> StatusCode {
    match error {
        CallError::Seat(SeatError::SignedOut) => StatusCode::UNAUTHORIZED,
        CallError::Seat(SeatError::NotFound) => StatusCode::NOT_FOUND,
        CallError::Seat(SeatError::Forbidden) => StatusCode::FORBIDDEN,
        CallError::Seat(SeatError::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        CallError::Change(_) | CallError::Sandbox(_) => StatusCode::UNPROCESSABLE_ENTITY,
        CallError::Command(refusal) => match refusal.code {
            RefusalCode::NotFound => StatusCode::NOT_FOUND,
            RefusalCode::NotOwner
            | RefusalCode::StaleEpoch
            | RefusalCode::WrongStage
            | RefusalCode::OfferOver => StatusCode::CONFLICT,
            RefusalCode::WindowClosed
            | RefusalCode::NoConsent
            | RefusalCode::NotCarried
            | RefusalCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalCode::Forbidden => StatusCode::FORBIDDEN,
            RefusalCode::SignedOut => StatusCode::UNAUTHORIZED,
            RefusalCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        },
        CallError::Offline => StatusCode::BAD_REQUEST,
    }
}

/// Who has sent a request; put into it by the guard of the pages.
#[derive(Clone)]
pub struct Visitor(pub Option<SignedIn>);

/// Puts into the context of a request what its screens and server functions may use: the seat of the person
/// signed in, the sandbox's phones where it is on, the theme, and the page's own policy.
pub fn provide(desk: &Desk) {
    let Some(parts) = use_context::<axum::http::request::Parts>() else {
        // The routes are being listed.
        return;
    };
    if let Some(Visitor(Some(who))) = parts.extensions.get::<Visitor>().cloned() {
        provide_context::<Arc<dyn Seat>>(desk::seat::seat(desk, who));
    }
    if let Some(phones) = sandbox::phones(desk) {
        provide_context(phones);
    }
    provide_context(theme(&parts.headers));
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) {
        let policy = headers::page_csp(&nonce, &desk.config);
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

fn theme(headers: &HeaderMap) -> Theme {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == Theme::COOKIE).map(|(_, word)| Theme::parse(word)).unwrap_or_default()
}
