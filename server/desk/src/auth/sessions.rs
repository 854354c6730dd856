//! Signing in and out, and who a request comes from.
//!
//! A session is a row in the database and an encrypted cookie. It ends after 14 days without use, after 30 days
//! in any case, when its person signs out, changes their password elsewhere or may no longer sign in. All of that
//! is looked up at every request and at every command of a socket; nothing is remembered here.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use time::Duration;
use tower_sessions::cookie::{Key, SameSite};
use tower_sessions::{Expiry, SessionManagerLayer};

use super::session_rows::{SessionRows, hash, store_error};
use crate::http::error::{Code, Problem};
use crate::store::people::Credentials;
use crate::store::people::sessions::NewSignIn;
use crate::{Config, Desk, store};

pub use crate::store::people::Agent;
pub use tower_sessions::Session;

/// How long a session lasts without use, in milliseconds: 14 days.
pub const IDLE_MS: i64 = 14 * DAY_MS;
/// How long a session lasts at most, in milliseconds: 30 days.
pub const LONGEST_MS: i64 = 30 * DAY_MS;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The cookie's name where the desk is reached over https. Browsers take a cookie with this prefix only if it is
/// `Secure`, has the path `/` and no domain, so that no neighbouring host can plant one.
const COOKIE_HTTPS: &str = "__Host-baton";
/// The cookie's name where the desk is reached over http on this very machine.
const COOKIE_HTTP: &str = "baton";

/// The longest name of a browser that is kept, in characters.
const USER_AGENT: usize = 300;

/// Somebody who is signed in, as a request or a socket knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub agent: Agent,
    /// Counts the times they were signed out everywhere.
    pub session_epoch: i64,
    /// The SHA-256 of the session's id.
    pub session_hash: Vec<u8>,
}

/// Somebody who is signed in and opens a page. Everybody else is sent to the page where they sign in, and comes
/// back from there; while the desk has no admin, to the page where it is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageUser(pub SignedIn);

/// The name of the session's cookie.
pub fn cookie_name(config: &Config) -> &'static str {
    if config.https() { COOKIE_HTTPS } else { COOKIE_HTTP }
}

/// Whether a request carries a cookie of a session, valid or not.
pub fn has_cookie(headers: &HeaderMap) -> bool {
    let cookies =
        headers.get_all(header::COOKIE).iter().flat_map(|value| value.as_bytes().split(|b| *b == b';'));
    let names = cookies.map(|cookie| {
        let name = cookie.split(|b| *b == b'=').next().unwrap_or_default();
        name.trim_ascii()
    });
    names.into_iter().any(|name| name == COOKIE_HTTPS.as_bytes() || name == COOKIE_HTTP.as_bytes())
}

/// Gives a router its sessions: every route in it can take a [`Session`], a [`SignedIn`] or a [`PageUser`].
pub fn mount<S: Clone + Send + Sync + 'static>(desk: &Desk, router: Router<S>) -> Router<S> {
    // The cookie may live as long as a session at most does. That it ends sooner without use is the database's
    // to say, so that not every request needs to send the cookie anew.
    let sessions = SessionManagerLayer::new(SessionRows::new(desk.store.clone()))
        .with_name(cookie_name(&desk.config))
        .with_secure(desk.config.https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::milliseconds(LONGEST_MS)))
        .with_private(Key::from(&desk.seal.cookie_key()));
    router.layer(sessions).layer(axum::middleware::map_response(complete_removal))
}

/// A session that no cookie names yet, for whoever signs in without a request: a command line, a test.
pub fn without_cookie(desk: &Desk) -> Session {
    Session::new(None, Arc::new(SessionRows::new(desk.store.clone())), None)
}

/// Signs somebody in, whose password was right: the session gets a new id, and a line in the list of sign-ins.
pub async fn sign_in(
    desk: &Desk,
    session: &Session,
    who: &Credentials,
    address: IpAddr,
    user_agent: &str,
) -> store::Result<()> {
    let until = desk.store.clock_plus(LONGEST_MS).await?;
    session.cycle_id().await.map_err(store_error)?;
    session.clear().await;
    session.insert("epoch", who.session_epoch).await.map_err(store_error)?;
    session.insert("until", until.0).await.map_err(store_error)?;
    session.save().await.map_err(store_error)?;
    let Some(id) = session.id() else {
        return Err(store::Error::Broken("a saved session has no id".to_owned()));
    };
    let user_agent = user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT).collect();
    let new = NewSignIn { hash: hash(id), agent: who.agent.id, address: address.to_string(), user_agent };
    desk.store.add_sign_in(&new).await?;
    tracing::info!(agent = %who.agent.id, "signed in");
    Ok(())
}

/// Ends this session.
pub async fn sign_out(session: &Session) -> store::Result<()> {
    if session.id().is_some() {
        session.flush().await.map_err(store_error)?;
        tracing::info!("signed out");
    }
    Ok(())
}

/// Who this session belongs to, if it holds. Notes at most once a minute that they are here.
pub async fn signed_in(desk: &Desk, session: &Session) -> store::Result<Option<SignedIn>> {
    let Some(id) = session.id() else { return Ok(None) };
    let session_hash = hash(id);
    let Some(found) = desk.store.find_session(&session_hash).await? else { return Ok(None) };
    if found.stale {
        desk.store.touch_session(&session_hash, IDLE_MS).await?;
    }
    Ok(Some(SignedIn { agent: found.agent, session_epoch: found.session_epoch, session_hash }))
}

/// Whether somebody who was signed in before still is, in the same role and by the same session. Asked before
/// every command of a socket.
pub async fn still_valid(desk: &Desk, who: &SignedIn) -> store::Result<bool> {
    desk.store.session_holds(&who.session_hash, who.agent.id, who.agent.role).await
}

/// Notes that somebody is still here although no request comes from them: their socket is open. Does nothing more
/// often than once a minute.
pub async fn touch(desk: &Desk, who: &SignedIn) -> store::Result<()> {
    desk.store.touch_session(&who.session_hash, IDLE_MS).await
}

/// Deletes what has ended: sessions, tries to sign in, and replaced credentials.
pub async fn sweep(desk: &Desk) -> store::Result<()> {
    desk.store.sweep_sessions().await?;
    desk.store.sweep_tries().await?;
    desk.store.sweep_secrets().await?;
    Ok(())
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Desk: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<SignedIn, Problem> {
        let desk = Desk::from_ref(state);
        let session = parts.extensions.get::<Session>().ok_or_else(|| Problem::new(Code::Internal))?;
        signed_in(&desk, session).await?.ok_or_else(|| Problem::new(Code::SignedOut))
    }
}

impl<S> FromRequestParts<S> for PageUser
where
    S: Send + Sync,
    Desk: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<PageUser, Response> {
        let problem = match SignedIn::from_request_parts(parts, state).await {
            Ok(who) => return Ok(PageUser(who)),
            Err(problem) => problem,
        };
        if problem.code != Code::SignedOut {
            return Err(problem.into_response());
        }
        let waits = Desk::from_ref(state).store.needs_setup().await;
        match waits.map_err(Problem::from).map_err(IntoResponse::into_response)? {
            true => Err(Redirect::to("/setup").into_response()),
            false => Err(Redirect::to(&sign_in_page(parts)).into_response()),
        }
    }
}

/// The page where one signs in and comes back from to where one wanted to go.
fn sign_in_page(parts: &Parts) -> String {
    let wanted = parts.uri.path_and_query().map_or("/", |place| place.as_str());
    let next: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    format!("/login?next={next}")
}

/// Browsers take nothing for a cookie with the `__Host-` prefix that is not `Secure`, not even its removal, and
/// tower-sessions leaves that word out when it removes one.
async fn complete_removal(mut response: Response) -> Response {
    let incomplete = |value: &HeaderValue| {
        let text = value.as_bytes();
        text.starts_with(COOKIE_HTTPS.as_bytes()) && !text.windows(8).any(|part| part == b"; Secure")
    };
    if !response.headers().get_all(header::SET_COOKIE).iter().any(incomplete) {
        return response;
    }
    let cookies: Vec<HeaderValue> = response.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
    response.headers_mut().remove(header::SET_COOKIE);
    for cookie in cookies {
        let completed = match incomplete(&cookie) {
            true => {
                HeaderValue::from_bytes(&[cookie.as_bytes(), b"; Secure; HttpOnly; SameSite=Lax"].concat())
            }
            false => Ok(cookie),
        };
        if let Ok(cookie) = completed {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sessions_cookie_is_known_among_others() {
        let with = |cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(cookie));
            has_cookie(&headers)
        };
        assert!(with("baton=x"));
        assert!(with("theme=dark; __Host-baton=x"));
        assert!(with("theme=dark;baton=x"));
        assert!(!with("theme=baton; notbaton=1; baton2=x"));
        assert!(!has_cookie(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn the_removal_of_a_host_cookie_is_one_that_browsers_take() {
        let mut response = Response::new(axum::body::Body::empty());
        let headers = response.headers_mut();
        headers.append(header::SET_COOKIE, HeaderValue::from_static("theme=dark"));
        headers.append(header::SET_COOKIE, HeaderValue::from_static("__Host-baton=; Path=/; Max-Age=0"));
        let response = complete_removal(response).await;
        let cookies: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(cookies[0], "theme=dark");
        assert_eq!(cookies[1], "__Host-baton=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
    }
}
