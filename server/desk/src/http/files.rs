//! Files: shown to who may see their conversation, handed to providers that fetch by address, and taken from the
//! composer.
//!
//! What strangers have sent is never let act: it is shown in place only if its bytes are a picture, a sound or a
//! film, everything else is for saving, and nothing of it runs in our origin whatever a browser thinks of it.

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::get;
use contract::{Author, FileId};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::error::{Code, Problem};
use crate::auth::permission::{Permission, may};
use crate::auth::sessions::SignedIn;
use crate::media::files::{Part, StoreError};
use crate::media::link;
use crate::state::Desk;
use crate::store::files::Ready;

mod name;
mod range;
pub(in crate::http) mod upload;

use range::{Asked, asked};

/// Under this a file can do nothing, opened by itself.
const POWERLESS: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
/// Kept by the browser of who may see it, and asked for anew: who is signed out sees it no more.
const ASK: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Types that are named as they are, although they are only for saving; all others are bytes.
const NAMED: [&str; 14] = [
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/zip",
    "text/plain",
    "text/csv",
    "video/quicktime",
    "image/heif",
];

/// The routes of this file.
pub fn routes() -> Router<Desk> {
    Router::new()
        // Browsers.
        .route("/files", axum::routing::post(upload::upload).layer(DefaultBodyLimit::disable()))
        .route("/files/{id}", get(whole))
        .route("/files/{id}/thumbnail", get(thumbnail))
        // Providers.
        .route("/media/{token}", get(fetched))
}

/// A request for a file.
pub(in crate::http) struct Wish {
    pub(in crate::http) method: Method,
    pub(in crate::http) headers: HeaderMap,
}

async fn whole(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = visible(&desk, &who, &id).await?;
    serve(&desk, &file, &Wish { method, headers }).await
}

async fn thumbnail(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = visible(&desk, &who, &id).await?;
    serve_small(&desk, &file, &Wish { method, headers }).await
}

/// A provider fetches what we send. It has no cookie; the token is all that counts.
async fn fetched(
    State(desk): State<Desk>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (id, until) = link::open(&desk.seal, &token).ok_or_else(missing)?;
    let file = desk.store.ready_file(id).await?.filter(|file| file.now < until).ok_or_else(missing)?;
    serve(&desk, &file, &Wish { method, headers }).await
}

fn missing() -> Problem {
    Problem::new(Code::NotFound)
}

/// A file that this person may see: one of a conversation that they may see, or one that they have just uploaded.
async fn visible(desk: &Desk, who: &SignedIn, id: &str) -> Result<Ready, Problem> {
    let id: FileId = id.parse().map_err(|_| missing())?;
    let file = desk.store.ready_file(id).await?.ok_or_else(missing)?;
    // Whoever works in the inbox sees every conversation so far.
    let seen = may(who.agent.role, Permission::Work) && file.conversation.is_some();
    let theirs = file.uploaded_by == Some(Author::Agent(who.agent.id));
    if seen && (file.message.is_some() || theirs) { Ok(file) } else { Err(missing()) }
}

/// A file, or the part of it that is asked for.
pub(in crate::http) async fn serve(desk: &Desk, file: &Ready, wish: &Wish) -> Result<Response, Problem> {
    let size = u64::try_from(file.kept.size).unwrap_or(0);
    let mut response = about(file, named(&file.kept.mime), Part::Whole);
    if is_known(&mut response, wish) {
        return Ok(response);
    }
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let range = match asked(&wish.headers, &response.headers()[header::ETAG], size) {
        Asked::Everything => 0..size,
        Asked::Range(range) => {
            let told = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            tell_range(&mut response, StatusCode::PARTIAL_CONTENT, &told);
            range
        }
        Asked::Beyond => {
            tell_range(&mut response, StatusCode::RANGE_NOT_SATISFIABLE, &format!("bytes */{size}"));
            return Ok(response);
        }
    };
    response.headers_mut().insert(header::CONTENT_LENGTH, (range.end - range.start).into());
    if wish.method != Method::HEAD {
        let range = (range != (0..size)).then_some(range);
        let reading = desk.files.read(file.id, Part::Whole, range).await;
        *response.body_mut() = Body::from_stream(reading.map_err(|error| unread(file, &error))?.bytes);
    }
    Ok(response)
}

/// A small picture, whole.
async fn serve_small(desk: &Desk, file: &Ready, wish: &Wish) -> Result<Response, Problem> {
    let (mime, ..) = file.kept.thumbnail.ok_or_else(missing)?;
    let mut response = about(file, mime, Part::Thumbnail);
    if !is_known(&mut response, wish) {
        let bytes = desk.files.read_small(file.id, Part::Thumbnail).await;
        let bytes = bytes.map_err(|error| unread(file, &error))?;
        response.headers_mut().insert(header::CONTENT_LENGTH, bytes.len().into());
        *response.body_mut() = Body::from(bytes);
    }
    Ok(response)
}

/// What is said of a file, whatever is given of it.
fn about(file: &Ready, mime: &'static str, part: Part) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CONTENT_DISPOSITION, name::disposition(file, mime, part));
    headers.insert(header::CONTENT_SECURITY_POLICY, POWERLESS);
    headers.insert(header::CACHE_CONTROL, ASK);
    headers.insert(header::ETAG, tag(file, part));
    response
}

/// Whether the caller has these bytes already; then the answer says so.
fn is_known(response: &mut Response, wish: &Wish) -> bool {
    let tag = response.headers()[header::ETAG].to_str().unwrap_or_default();
    let known = wish.headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let known =
        known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    known
}

fn tell_range(response: &mut Response, status: StatusCode, range: &str) {
    *response.status_mut() = status;
    if let Ok(range) = HeaderValue::from_str(range) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
}

fn unread(file: &Ready, error: &StoreError) -> Problem {
    tracing::error!(file = %file.id, error = %error, "a file cannot be read");
    match error {
        StoreError::Missing => missing(),
        StoreError::Failed(_) => Problem::with(Code::Unavailable, "The store of files does not answer."),
    }
}

/// The name of a type that a browser may hear.
fn named(mime: &str) -> &'static str {
    let known = NAMED.into_iter().find(|known| *known == mime);
    known.or_else(|| contract::file::shown(mime)).unwrap_or("application/octet-stream")
}

/// The same for the same bytes.
fn tag(file: &Ready, part: Part) -> HeaderValue {
    let mut tag = String::from(if part == Part::Whole { "\"" } else { "\"t" });
    for byte in file.kept.sha256.iter().take(16) {
        tag.push_str(&format!("{byte:02x}"));
    }
    tag.push('"');
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
}
