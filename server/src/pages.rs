//! The screens, rendered here: who may see which, and the files that they need.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use desk::Desk;
use desk::auth::sessions::{PageUser, SignedIn};
use desk::http::error::{Code, Problem};
use leptos::config::{Env, LeptosOptions};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower::ServiceExt;
use tower_http::CompressionLevel;
use tower_http::compression::predicate::{NotForContentType, Predicate};
use tower_http::compression::{CompressionLayer, DefaultPredicate};
use tower_http::services::ServeDir;

use crate::calls::{self, Visitor};

/// Where one goes who is signed in and wanted to sign in.
const HOME: &str = "/inbox/waiting";
/// The folder of the files whose names hold a hash of what is in them.
const PKG: &str = "pkg";
/// Such a file never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Other files may be kept, but are asked for anew.
const ASK: HeaderValue = HeaderValue::from_static("no-cache");
/// How hard brotli tries at a page: an inbox of 96 kB becomes a tenth of that within two milliseconds.
const EFFORT: CompressionLevel = CompressionLevel::Precise(5);

/// The routes of the screens, their server functions and their files.
pub fn router(desk: &Desk, site: &Path) -> Router {
    let options = options(site);
    let routes = generate_route_list(app::App);
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let context = {
        let desk = desk.clone();
        move || calls::provide(&desk)
    };
    let state = Pages { desk: desk.clone(), options, files: site.to_path_buf() };
    Router::new()
        .leptos_routes_with_context(&state, routes, context, shell)
        .route("/api/ui/{*call}", any(unknown_call))
        .route("/pkg/{*file}", get(file))
        .fallback(file_or_page)
        .layer(middleware::from_fn_with_state(state.clone(), guard))
        .layer(CompressionLayer::new().quality(EFFORT).compress_when(worth_it()))
        .layer(middleware::from_fn(uncompressed_for_strangers))
        .with_state(state)
}

/// What the routes share.
#[derive(Clone)]
struct Pages {
    desk: Desk,
    options: LeptosOptions,
    files: PathBuf,
}

impl axum::extract::FromRef<Pages> for LeptosOptions {
    fn from_ref(pages: &Pages) -> LeptosOptions {
        pages.options.clone()
    }
}

impl axum::extract::FromRef<Pages> for Desk {
    fn from_ref(pages: &Pages) -> Desk {
        pages.desk.clone()
    }
}

/// The names of the front end's files hold hashes if the build has left a list of them beside this program.
fn options(site: &Path) -> LeptosOptions {
    let hashed = std::env::current_exe().is_ok_and(|program| program.with_file_name("hash.txt").is_file());
    let env = if cfg!(debug_assertions) { Env::DEV } else { Env::PROD };
    LeptosOptions::builder()
        .output_name("baton")
        .site_root(site.to_string_lossy())
        .site_pkg_dir(PKG)
        .env(env)
        .hash_files(hashed)
        .build()
}

/// What a path needs before it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// Nothing: files, and what looks after itself.
    Open,
    /// A server function: it says itself that nobody is signed in.
    Call,
    /// The page where one signs in: not for who has done so.
    Login,
    /// The first run: only while the desk waits for its first admin.
    Setup,
    /// The stand-in for WhatsApp.
    Sandbox,
    /// A page of the desk: for who is signed in.
    Desk,
}

fn door(path: &str) -> Door {
    let below =
        |folder: &str| path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    match path {
        "/login" => Door::Login,
        "/setup" => Door::Setup,
        "/" => Door::Desk,
        _ if path.starts_with(calls::PATH) => Door::Call,
        _ if below("/sandbox") => Door::Sandbox,
        _ if below("/inbox") || below("/settings") || below("/callbacks") => Door::Desk,
        _ => Door::Open,
    }
}

/// What is compressed: not problems, which are short, and whose body is written anew further out.
fn worth_it() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/problem+json"))
}

/// What another site has made a browser ask for is not compressed: from its length, and from texts of their own that
/// they put beside it, strangers could guess at what else is on the page (BREACH).
async fn uncompressed_for_strangers(mut request: Request, next: Next) -> Response {
    if request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

/// Lets in who may come in, and sends the others where they belong.
async fn guard(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let door = door(request.uri().path());
    if door == Door::Open {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let visitor = match admit(door, &pages, &mut parts).await {
        Ok(visitor) => visitor,
        Err(elsewhere) => return *elsewhere,
    };
    parts.extensions.insert(visitor);
    let response = next.run(Request::from_parts(parts, body)).await;
    if door == Door::Call { calls::with_status(response).await } else { response }
}

/// Who comes in; otherwise the answer that they get instead. Boxed, because a response is large.
async fn admit(
    door: Door,
    pages: &Pages,
    parts: &mut axum::http::request::Parts,
) -> Result<Visitor, Box<Response>> {
    use axum::extract::FromRequestParts;
    if door == Door::Desk {
        let PageUser(who) = PageUser::from_request_parts(parts, pages).await.map_err(Box::new)?;
        return Ok(Visitor(Some(who)));
    }
    let who = match SignedIn::from_request_parts(parts, pages).await {
        Ok(who) => Some(who),
        Err(problem) if problem.code == Code::SignedOut => None,
        Err(problem) => return Err(Box::new(problem.into_response())),
    };
    let needs_setup = async || {
        let asked = pages.desk.store.needs_setup().await;
        asked.map_err(|error| Box::new(Problem::from(error).into_response()))
    };
    match door {
        Door::Login if who.is_some() => Err(Box::new(Redirect::to(HOME).into_response())),
        Door::Login if needs_setup().await? => Err(Box::new(Redirect::to("/setup").into_response())),
        Door::Setup if !needs_setup().await? => Err(not_found()),
        Door::Sandbox if !pages.desk.config.sandbox => Err(not_found()),
        _ => Ok(Visitor(who)),
    }
}

fn not_found() -> Box<Response> {
    Box::new(Problem::new(Code::NotFound).into_response())
}

/// The server functions are among the routes of Leptos; what ends here is none of them.
async fn unknown_call() -> Problem {
    Problem::new(Code::NotFound)
}

/// A file whose name holds a hash.
async fn file(State(pages): State<Pages>, request: Request) -> Response {
    let hashed = pages.options.hash_files;
    match served(&pages.files, request).await {
        Some(mut response) => {
            let age = if hashed { FOREVER } else { ASK };
            response.headers_mut().insert(header::CACHE_CONTROL, age);
            response
        }
        None => Problem::new(Code::NotFound).into_response(),
    }
}

/// A file beside the pages (the icon, say), else the page that says that there is nothing here.
async fn file_or_page(State(pages): State<Pages>, method: Method, uri: Uri, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), axum::body::Body::empty());
    if matches!(method, Method::GET | Method::HEAD)
        && let Some(mut response) = served(&pages.files, again).await
    {
        response.headers_mut().insert(header::CACHE_CONTROL, ASK);
        return response;
    }
    let wants_page = parts
        .headers
        .get(header::ACCEPT)
        .is_some_and(|kinds| kinds.to_str().is_ok_and(|kinds| kinds.contains("text/html")));
    if !wants_page || method != Method::GET {
        tracing::debug!(path = uri.path(), "there is nothing here");
        return Problem::new(Code::NotFound).into_response();
    }
    missing(&pages, Request::from_parts(parts, body)).await
}

/// The page that says that there is nothing here.
async fn missing(pages: &Pages, request: Request) -> Response {
    let options = pages.options.clone();
    let desk = pages.desk.clone();
    let render = leptos_axum::render_app_async_with_context(
        move || calls::provide(&desk),
        move || app::shell(options.clone()),
    );
    let mut response = render(request).await.into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// A file of the front end, compressed if the browser takes that; none if there is no such file.
async fn served(files: &Path, request: Request) -> Option<Response> {
    let folder =
        ServeDir::new(files).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    match folder.oneshot(request).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => None,
        Ok(response) => Some(response.into_response()),
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_its_door() {
        for (path, expected) in [
            ("/", Door::Desk),
            ("/inbox", Door::Desk),
            ("/inbox/mine/1", Door::Desk),
            ("/settings/people", Door::Desk),
            ("/callbacks", Door::Desk),
            ("/inboxes", Door::Open),
            ("/login", Door::Login),
            ("/setup", Door::Setup),
            ("/sandbox", Door::Sandbox),
            ("/api/ui/me", Door::Call),
            ("/pkg/baton.js", Door::Open),
            ("/favicon.svg", Door::Open),
        ] {
            assert_eq!(door(path), expected, "{path}");
        }
    }
}
