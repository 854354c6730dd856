//! Who calls: known by a token, never by a cookie; how often; and what they reach.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contract::token::{Mode, Scope};
use contract::{BotId, Card, ConversationId};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};

use crate::auth::tokens::{self, Holder, Token};
use crate::flows::Agent;
use crate::http::address::ClientAddress;
use crate::http::error::{Code, Problem};
use crate::public::feed::{Audience, Channels, Notes};
use crate::state::Desk;
use crate::store::tokens::Over;

/// Who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Their token.
    pub token: Arc<Token>,
}

/// Lets in whoever has a token that is good, as often as they may.
pub(super) async fn admit(
    State(desk): State<Desk>,
    ClientAddress(address): ClientAddress,
    mut request: Request,
    next: Next,
) -> Response {
    let token = match known(&desk, request.headers(), &address.to_string()).await {
        Ok(token) => token,
        Err(problem) => return refused(problem),
    };
    let standing = desk.rates.count(token.id, token.rate);
    let mut response = match standing.wait {
        Some(_) => {
            let why = format!(
                "This token may make {} calls a second. Wait as long as Retry-After says.",
                token.rate
            );
            Problem::with(Code::Throttled, why).into_response()
        }
        None => {
            request.extensions_mut().insert(Caller { token: Arc::new(token) });
            next.run(request).await
        }
    };
    standing.tell(&mut response);
    response
}

/// The token of a request, if it is good.
async fn known(desk: &Desk, headers: &HeaderMap, address: &str) -> Result<Token, Problem> {
    let secret = given(headers).ok_or_else(|| {
        Problem::with(
            Code::Unauthorized,
            "Send a token: `Authorization: Bearer baton_live_…`. An admin makes one.",
        )
    })?;
    let unknown = || Problem::with(Code::Unauthorized, "There is no such token.");
    let hash = tokens::hash(secret).ok_or_else(unknown)?;
    let called = desk.store.token(&hash).await?.ok_or_else(unknown)?;
    let over = |why: &str| Err(Problem::with(Code::Unauthorized, why));
    match called.over {
        Some(Over::Expired) => return over("This token has expired. An admin can make another one."),
        Some(Over::Revoked) => {
            return over("This token was revoked or replaced. An admin can make another one.");
        }
        Some(Over::HolderGone) => {
            return over("The bot of this token is switched off, or its person may no longer sign in.");
        }
        None => {}
    }
    if called.unseen
        && let Err(error) = desk.store.token_used(called.token.id, address).await
    {
        tracing::warn!(error = %error, "a token's use could not be noted");
    }
    Ok(called.token)
}

/// The secret that a request carries.
fn given(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| {
        let (scheme, secret) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
    });
    bearer.or_else(|| headers.get("api_access_token").and_then(|value| value.to_str().ok()).map(str::trim))
}

fn refused(problem: Problem) -> Response {
    let unauthorized = problem.code == Code::Unauthorized;
    let mut response = problem.into_response();
    if unauthorized {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Problem> {
        // Every route stands behind `admit`.
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| Problem::new(Code::Unauthorized))
    }
}

impl Caller {
    /// Refuses what the token is not good for.
    pub(super) fn must(&self, scope: Scope) -> Result<(), Problem> {
        if tokens::may(&self.token, scope) {
            return Ok(());
        }
        let why = format!("This token lacks the scope {}.", scope.as_str());
        Err(Problem::with(Code::MissingScope, why).and("scope", scope))
    }

    /// The bot, if it is one.
    pub(super) fn bot(&self) -> Option<BotId> {
        self.token.holder.bot()
    }

    /// The person, where it is one.
    pub(super) fn agent(&self) -> Result<Agent, Problem> {
        match self.token.holder {
            Holder::Person { id, role, .. } => Ok(Agent { id, role }),
            Holder::Bot { .. } => {
                Err(Problem::with(Code::Forbidden, "This is for people, and the token is a bot's."))
            }
        }
    }

    /// What may be told to the caller.
    pub(super) fn audience(&self) -> Audience {
        let (bot, notes) = match &self.token.holder {
            Holder::Bot { id, reads_notes: false, .. } => (Some(*id), Notes::Hidden),
            Holder::Bot { id, .. } => (Some(*id), Notes::Told),
            Holder::Person { .. } => (None, Notes::Told),
        };
        let reach = if self.token.mode == Mode::Live { Channels::All } else { Channels::Sandbox };
        Audience { bot, notes, reach }
    }

    /// A conversation that the caller reaches. One that they do not reach is as if it were not there.
    pub(super) async fn conversation(&self, desk: &Desk, id: &str) -> Result<Card, Problem> {
        let id: ConversationId = id.parse().map_err(|_| missing())?;
        if !desk.store.reaches(id, self.token.mode, self.bot()).await? {
            return Err(missing());
        }
        desk.store.card(id).await?.ok_or_else(missing)
    }
}

/// There is no such thing, or not for the caller.
pub(super) fn missing() -> Problem {
    Problem::with(Code::NotFound, "There is no such thing, or this token does not reach it.")
}
