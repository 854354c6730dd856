//! The side of a provider that gives files and takes uploads, in Meta's manner: an id leads to an address, the
//! address to the bytes, and an upload gets an id.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Multipart, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

/// How the bytes of a file are given.
#[derive(Debug, Clone)]
pub enum Giving {
    /// All of them.
    Bytes(Vec<u8>),
    /// A status without them.
    Status(u16),
    /// From another address.
    Redirect(String),
    /// A promise of so many bytes, and none of them.
    Promise(u64),
    /// All of them, after a while.
    After(Duration, Vec<u8>),
}

/// A file as it was uploaded.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The fields before it, in order.
    pub fields: Vec<(String, String)>,
    /// Its name.
    pub name: String,
    /// The type of its part.
    pub mime: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The length of the whole request, where it was told.
    pub length: Option<u64>,
}

#[derive(Default)]
struct Inner {
    url: String,
    usual: HashMap<String, Giving>,
    first: HashMap<String, VecDeque<Giving>>,
    asked: Vec<(String, Option<String>)>,
    taken: Vec<Taken>,
    wait: Duration,
}

/// The files of a provider.
#[derive(Clone, Default)]
pub struct ProviderFiles(Arc<Mutex<Inner>>);

impl ProviderFiles {
    /// Its routes, on a server at this address.
    pub fn router(&self, url: &str) -> Router {
        self.0.lock().unwrap().url = url.to_owned();
        Router::new()
            .route("/files/bytes/{id}", get(bytes))
            .route("/{line}/media", post(upload).layer(axum::extract::DefaultBodyLimit::disable()))
            .with_state(self.clone())
    }

    /// How a file is given.
    pub fn give(&self, id: &str, giving: Giving) {
        self.0.lock().unwrap().usual.insert(id.to_owned(), giving);
    }

    /// How a file is given at the next requests, one each; afterwards as usual.
    pub fn give_first(&self, id: &str, givings: impl IntoIterator<Item = Giving>) {
        self.0.lock().unwrap().first.entry(id.to_owned()).or_default().extend(givings);
    }

    /// The answer to whoever asks for the address of a file; none where there is no such file.
    pub fn about(&self, id: &str) -> Option<Response> {
        // Asked and let go of: the address asks again.
        let there = self.0.lock().unwrap().usual.contains_key(id);
        there.then(|| {
            let url = self.address(id);
            let about =
                json!({"url": url, "mime_type": "image/png", "id": id, "messaging_product": "whatsapp"});
            axum::Json(about).into_response()
        })
    }

    /// The address of a file's bytes.
    pub fn address(&self, id: &str) -> String {
        format!("{}/files/bytes/{id}", self.0.lock().unwrap().url)
    }

    /// Requests for bytes so far: the file and the credentials that came along.
    pub fn asked(&self) -> Vec<(String, Option<String>)> {
        self.0.lock().unwrap().asked.clone()
    }

    /// How long it takes to answer an upload.
    pub fn take_after(&self, wait: Duration) {
        self.0.lock().unwrap().wait = wait;
    }

    /// Files that were uploaded.
    pub fn taken(&self) -> Vec<Taken> {
        self.0.lock().unwrap().taken.clone()
    }
}

async fn bytes(State(files): State<ProviderFiles>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let giving = {
        let mut inner = files.0.lock().unwrap();
        let credentials = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        inner.asked.push((id.clone(), credentials));
        let first = inner.first.get_mut(&id).and_then(VecDeque::pop_front);
        first.or_else(|| inner.usual.get(&id).cloned())
    };
    match giving {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Giving::Bytes(bytes)) => bytes.into_response(),
        Some(Giving::After(wait, bytes)) => {
            tokio::time::sleep(wait).await;
            bytes.into_response()
        }
        Some(Giving::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Giving::Redirect(to)) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Some(Giving::Promise(length)) => {
            let body = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
            ([(header::CONTENT_LENGTH, length)], body).into_response()
        }
    }
}

async fn upload(State(files): State<ProviderFiles>, request: Request) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.map(|length| length.to_str().unwrap().parse().unwrap());
    let mut form = <Multipart as axum::extract::FromRequest<()>>::from_request(request, &()).await.unwrap();
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.unwrap() {
        let part = field.name().unwrap().to_owned();
        if part != "file" {
            fields.push((part, field.text().await.unwrap()));
            continue;
        }
        let (name, mime) = (field.file_name().unwrap().to_owned(), field.content_type().unwrap().to_owned());
        let bytes = field.bytes().await.unwrap().to_vec();
        let wait = {
            let mut inner = files.0.lock().unwrap();
            inner.taken.push(Taken { fields: fields.clone(), name, mime, bytes, length });
            inner.wait
        };
        tokio::time::sleep(wait).await;
    }
    let count = files.0.lock().unwrap().taken.len();
    axum::Json(json!({"id": format!("upload{count}")})).into_response()
}
