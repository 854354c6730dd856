//! Why a call is not answered as asked, in a provider's own words.

use axum::response::{IntoResponse, Response};

use super::failure::Trouble;
use super::field::Wrong;
use super::send::broken;
use crate::store;

/// An error of a provider's, which knows how each refusal is put.
pub(super) trait Words: Sized {
    /// What is said of a send that is not taken. A broken connection and a database that is away are none of these.
    fn of(trouble: &Trouble) -> Self;

    /// What is said of a call whose JSON is not what it must be.
    fn wrong(wrong: Wrong) -> Self;

    /// What is said while the provider is out of order.
    fn unavailable() -> Self;

    /// The answer.
    fn answer(self) -> Response;
}

/// Why a call is not answered as asked.
#[derive(Debug)]
pub(super) enum Refusal<E> {
    /// Refused, in the provider's words.
    Refused(E),
    /// Taken, but the connection closes.
    Broken,
    /// The database does not do its part; nothing was stored.
    Store(store::Error),
}

impl<E: Words> From<E> for Refusal<E> {
    fn from(error: E) -> Refusal<E> {
        Refusal::Refused(error)
    }
}

impl<E: Words> From<Wrong> for Refusal<E> {
    fn from(wrong: Wrong) -> Refusal<E> {
        Refusal::Refused(E::wrong(wrong))
    }
}

impl<E> From<store::Error> for Refusal<E> {
    fn from(error: store::Error) -> Refusal<E> {
        Refusal::Store(error)
    }
}

impl<E: Words> From<Trouble> for Refusal<E> {
    fn from(trouble: Trouble) -> Refusal<E> {
        match trouble {
            Trouble::Broken => Refusal::Broken,
            Trouble::Store(error) => Refusal::Store(error),
            trouble => Refusal::Refused(E::of(&trouble)),
        }
    }
}

impl<E: Words> IntoResponse for Refusal<E> {
    fn into_response(self) -> Response {
        match self {
            Refusal::Refused(error) => error.answer(),
            Refusal::Broken => broken(),
            Refusal::Store(error) => {
                tracing::warn!(%error, "the sandbox could not take a call");
                E::unavailable().answer()
            }
        }
    }
}
