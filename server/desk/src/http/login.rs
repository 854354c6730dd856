//! Signing in and out, and the first run. Plain forms, so that they work before a script has loaded.

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use contract::Role;
use http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use tower_sessions::Session;
use url::Url;

use super::address::ClientAddress;
use super::error::{Code, Problem};
use super::origin::is_loopback;
use crate::auth::names::{is_email, is_name};
use crate::auth::{limits, passwords, sessions};
use crate::store::people::{EMAIL_TAKEN, NewAgent};
use crate::{Config, Desk, store};

/// Where one goes after signing in who wanted to go nowhere else.
const HOME: &str = "/inbox/waiting";

/// No form here is longer, in bytes.
const LONGEST_FORM: usize = 16 * 1024;

/// The routes of this file. Their pages (`GET`) are made elsewhere.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/login", post(login))
        .route("/logout", post(logout))
        .route("/setup", post(setup))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
}

/// Whether the desk waits for its first admin: only then there is a page `/setup`.
pub async fn needs_setup(desk: &Desk) -> store::Result<bool> {
    desk.store.needs_setup().await
}

#[derive(Deserialize)]
struct LoginForm {
    email: String,
    #[serde(deserialize_with = "secret")]
    password: SecretString,
    #[serde(default)]
    next: String,
}

/// Why somebody was not signed in, as the page is told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    Wrong,
    Throttled,
    Inactive,
    Insecure,
}

async fn login(
    State(desk): State<Desk>,
    session: Session,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    form: Result<Form<LoginForm>, FormRejection>,
) -> Result<Response, Problem> {
    let form = read(form)?;
    let back = |why| Ok(Redirect::to(&login_page(why, &form.next)).into_response());
    if !is_private(&desk.config) {
        return back(Refused::Insecure);
    }
    let email = form.email.trim();
    if !limits::may_sign_in(&desk, email, address).await? {
        return back(Refused::Throttled);
    }
    let known = if is_email(email) { desk.store.agent_by_email(email).await? } else { None };
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    let right = desk.passwords.check(form.password.clone(), hash).await;
    let Some(known) = known.filter(|_| right) else { return back(Refused::Wrong) };
    if !known.active {
        return back(Refused::Inactive);
    }
    sessions::sign_in(&desk, &session, &known, address, user_agent(&headers)).await?;
    Ok(Redirect::to(&local(&form.next)).into_response())
}

async fn logout(session: Session) -> Result<Response, Problem> {
    sessions::sign_out(&session).await?;
    Ok(Redirect::to("/login").into_response())
}

#[derive(Deserialize)]
struct SetupForm {
    organisation: String,
    name: String,
    email: String,
    #[serde(deserialize_with = "secret")]
    password: SecretString,
}

async fn setup(
    State(desk): State<Desk>,
    session: Session,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    form: Result<Form<SetupForm>, FormRejection>,
) -> Result<Response, Problem> {
    if !needs_setup(&desk).await? {
        return Err(Problem::new(Code::NotFound));
    }
    let back = |why: &str| Ok(Redirect::to(&format!("/setup?error={why}")).into_response());
    if !is_private(&desk.config) {
        return back("insecure");
    }
    let mut form = read(form)?;
    for text in [&mut form.organisation, &mut form.name, &mut form.email] {
        *text = text.trim().to_owned();
    }
    if let Err(why) = check_setup(&form) {
        return back(why);
    }
    if !limits::may_set_up(&desk, address).await? {
        return back("throttled");
    }
    match first_admin(&desk, &form).await? {
        Begun::TooLate => return Err(Problem::new(Code::NotFound)),
        Begun::EmailTaken => return back("email"),
        Begun::Done => {}
    }
    let Some(known) = desk.store.agent_by_email(&form.email).await? else {
        return Err(Problem::new(Code::Internal));
    };
    sessions::sign_in(&desk, &session, &known, address, user_agent(&headers)).await?;
    Ok(Redirect::to(HOME).into_response())
}

/// What became of a wish to be the first admin.
enum Begun {
    Done,
    TooLate,
    EmailTaken,
}

async fn first_admin(desk: &Desk, form: &SetupForm) -> Result<Begun, Problem> {
    let hash = desk.passwords.hash(form.password.clone()).await.map_err(|error| {
        tracing::error!("{error}");
        Problem::new(Code::Internal)
    })?;
    let mut tx = desk.store.begin().await?;
    if !tx.needs_setup().await? {
        return Ok(Begun::TooLate);
    }
    tx.set_organisation(&form.organisation).await?;
    let new = NewAgent {
        name: form.name.clone(),
        email: form.email.clone(),
        role: Role::Admin,
        password_hash: hash,
    };
    match tx.add_agent(&new).await {
        Err(error) if error.is_conflict(EMAIL_TAKEN) => return Ok(Begun::EmailTaken),
        other => other?,
    };
    tx.commit().await?;
    tracing::info!("the desk is set up");
    Ok(Begun::Done)
}

/// What is wrong with a form that sets the desk up, by its field.
fn check_setup(form: &SetupForm) -> Result<(), &'static str> {
    if !is_name(&form.organisation) {
        return Err("organisation");
    }
    if !is_name(&form.name) {
        return Err("name");
    }
    if !is_email(&form.email) {
        return Err("email");
    }
    let hints = [form.organisation.as_str(), &form.name, &form.email];
    passwords::strength(form.password.expose_secret(), &hints).map_err(|_| "weak")
}

/// Whether passwords and cookies travel unseen: encrypted, or on this very machine.
fn is_private(config: &Config) -> bool {
    config.https() || is_loopback(&config.public_url)
}

fn read<T>(form: Result<Form<T>, FormRejection>) -> Result<T, Problem> {
    match form {
        Ok(Form(form)) => Ok(form),
        Err(rejection) if rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Problem::new(Code::TooLarge))
        }
        Err(_) => Err(Problem::with(Code::BadRequest, "A field of the form is missing.")),
    }
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(SecretString::from)
}

fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn login_page(why: Refused, next: &str) -> String {
    let why = match why {
        Refused::Wrong => "wrong",
        Refused::Throttled => "throttled",
        Refused::Inactive => "inactive",
        Refused::Insecure => "insecure",
    };
    let next: String = url::form_urlencoded::byte_serialize(local(next).as_bytes()).collect();
    format!("/login?error={why}&next={next}")
}

/// The place to go on to: one of ours, or else the inbox. Browsers read `//host`, `/\host` and paths with tabs in
/// them as another site's address, and a path can become one of those when its dots are resolved.
pub fn local(next: &str) -> String {
    let odd = |c: char| c == '\\' || c.is_control();
    if !next.starts_with('/') || next.len() > 2048 || next.contains(odd) {
        return HOME.to_owned();
    }
    let resolved = Url::parse("http://desk.invalid/").and_then(|base| base.join(next));
    let Ok(url) = resolved else { return HOME.to_owned() };
    let place = &url[url::Position::BeforePath..];
    let own = url.host_str() == Some("desk.invalid") && url.port().is_none() && !place.starts_with("//");
    let goes_round = ["/login", "/logout", "/setup"].contains(&url.path());
    if own && !goes_round && url.path() != "/" { place.to_owned() } else { HOME.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_one_goes_on_to_a_place_of_ours_and_nowhere_else() {
        for place in
            ["/inbox/mine", "/c/5?at=7#m", "/inbox/mine?next=https://example.org", "/settings/people"]
        {
            assert_eq!(local(place), place);
        }
        assert_eq!(local("/suche?q=ä b"), "/suche?q=%C3%A4%20b");
        let elsewhere = [
            "",
            "/",
            "inbox",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/.//evil.example",
            "/..//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
            "/login?next=/login",
            "/logout",
            "@evil.example",
            ".evil.example",
        ];
        for place in elsewhere {
            assert_eq!(local(place), HOME, "{place:?}");
        }
        assert_eq!(local(&format!("/{}", "a".repeat(3000))), HOME);
    }

    #[test]
    fn the_page_is_told_why_and_where_to_go_on() {
        assert_eq!(login_page(Refused::Wrong, "/c/5?a=b&c"), "/login?error=wrong&next=%2Fc%2F5%3Fa%3Db%26c");
        assert_eq!(
            login_page(Refused::Throttled, "//evil.example"),
            "/login?error=throttled&next=%2Finbox%2Fwaiting"
        );
    }
}
