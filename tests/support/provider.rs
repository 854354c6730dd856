//! A provider that records what it is sent and asked, and answers as it is told.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::files::ProviderFiles;

/// How the provider behaves at a send.
#[derive(Debug, Clone)]
pub enum Mood {
    /// Takes it and answers.
    Accept,
    /// Takes it and closes the connection without an answer.
    AcceptSilently,
    /// Refuses it with a code of its own, under an HTTP status.
    Refuse { status: u16, code: u32, retry_after: Option<u32> },
    /// Waits before it answers, having taken it.
    AcceptAfter(Duration),
    /// Answers with 200 and something that is not JSON.
    Garbage,
    /// Answers with a page of HTML and a 5xx.
    Broken,
}

/// One send as the provider saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The provider's id that it was given, if it was taken.
    pub id: Option<String>,
    /// The body.
    pub body: Value,
    /// When.
    pub at: std::time::Instant,
}

#[derive(Default)]
struct Inner {
    moods: VecDeque<Mood>,
    usual: Option<Mood>,
    seen: Vec<Seen>,
    marks: Vec<Value>,
    /// Answers to questions, by path: one each, the last one for good.
    answers: HashMap<String, VecDeque<(u16, Value)>>,
    asked: Vec<String>,
    count: u64,
    kill_on_accept: Option<u32>,
}

/// A provider on a port of its own.
#[derive(Clone)]
pub struct Provider {
    pub url: String,
    /// Files that it gives and takes.
    pub files: ProviderFiles,
    pub(crate) shelf: crate::shelf::Shared,
    inner: Arc<Mutex<Inner>>,
}

impl Provider {
    pub async fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Mutex::new(Inner::default()));
        let files = ProviderFiles::default();
        let shelf = crate::shelf::Shared::default();
        let templates = Router::new()
            .route("/{account}/message_templates", get(crate::shelf::list).post(crate::shelf::make))
            .with_state(shelf.clone());
        let app = Router::new().route("/{line}/messages", post(send)).with_state(inner.clone());
        let asked = Router::new().fallback(ask).with_state((inner.clone(), files.clone()));
        let app = app.merge(asked);
        let app = app.merge(files.router(&url)).merge(templates);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Provider { url, files, shelf, inner }
    }

    /// How it behaves at the next sends, one each; afterwards as usual.
    pub fn then(&self, moods: impl IntoIterator<Item = Mood>) {
        self.inner.lock().unwrap().moods.extend(moods);
    }

    /// How it behaves as a rule.
    pub fn usually(&self, mood: Mood) {
        self.inner.lock().unwrap().usual = Some(mood);
    }

    /// Answers a question for this path, after those that it answers already.
    pub fn answer(&self, path: &str, status: u16, body: Value) {
        let mut inner = self.inner.lock().unwrap();
        inner.answers.entry(path.to_owned()).or_default().push_back((status, body));
    }

    /// Every question that it was asked, as path and query.
    pub fn asked(&self) -> Vec<String> {
        self.inner.lock().unwrap().asked.clone()
    }

    /// Kills this process, hard, as soon as it has taken the next message and before it answers.
    pub fn kill_on_accept(&self, pid: u32) {
        self.inner.lock().unwrap().kill_on_accept = Some(pid);
    }

    /// Every message it was sent, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.inner.lock().unwrap().seen.clone()
    }

    /// Every text that it has taken, in order.
    pub fn texts(&self) -> Vec<String> {
        let taken = self.seen().into_iter().filter(|seen| seen.id.is_some());
        taken.filter_map(|seen| seen.body["text"]["body"].as_str().map(str::to_owned)).collect()
    }

    /// Every mark of reading that it was sent.
    pub fn marks(&self) -> Vec<Value> {
        self.inner.lock().unwrap().marks.clone()
    }

    /// Waits until it has been sent so many messages.
    pub async fn until_seen(&self, count: usize) -> Vec<Seen> {
        crate::until(&format!("the provider is sent {count} messages"), || async {
            let seen = self.seen();
            (seen.len() >= count).then_some(seen)
        })
        .await
    }
}

async fn send(State(inner): State<Arc<Mutex<Inner>>>, Path(_line): Path<String>, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    if body.get("status").is_some() {
        inner.lock().unwrap().marks.push(body);
        return axum::Json(json!({"success": true})).into_response();
    }
    let (mood, id, kill) = note(&inner, body);
    if let Some(pid) = kill {
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
    match mood {
        Mood::Accept => taken(&id),
        Mood::AcceptAfter(wait) => {
            tokio::time::sleep(wait).await;
            taken(&id)
        }
        Mood::AcceptSilently => {
            let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("gone")) });
            Response::new(Body::from_stream(broken))
        }
        Mood::Refuse { status, code, retry_after } => {
            let error = json!({"error": {"message": "refused by the test", "code": code}});
            let mut answer = (StatusCode::from_u16(status).unwrap(), axum::Json(error)).into_response();
            if let Some(wait) = retry_after {
                answer.headers_mut().insert("retry-after", wait.into());
            }
            answer
        }
        Mood::Garbage => "surely <not> json".into_response(),
        Mood::Broken => (StatusCode::BAD_GATEWAY, "<html>bad gateway</html>").into_response(),
    }
}

async fn ask(State((inner, files)): State<(Arc<Mutex<Inner>>, ProviderFiles)>, uri: Uri) -> Response {
    if let Some(about) = files.about(uri.path().trim_start_matches('/')) {
        return about;
    }
    let mut inner = inner.lock().unwrap();
    inner.asked.push(uri.to_string());
    let Some(answers) = inner.answers.get_mut(uri.path()) else {
        let error = json!({"error": {"message": "no such thing", "code": 100}});
        return (StatusCode::BAD_REQUEST, axum::Json(error)).into_response();
    };
    let (status, body) = if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() };
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

fn note(inner: &Mutex<Inner>, body: Value) -> (Mood, String, Option<u32>) {
    let mut inner = inner.lock().unwrap();
    let usual = inner.usual.clone().unwrap_or(Mood::Accept);
    let mood = inner.moods.pop_front().unwrap_or(usual);
    inner.count += 1;
    let id = format!("wamid.test{}", inner.count);
    let takes = matches!(mood, Mood::Accept | Mood::AcceptSilently | Mood::AcceptAfter(_));
    let seen = Seen { id: takes.then(|| id.clone()), body, at: std::time::Instant::now() };
    inner.seen.push(seen);
    let kill = if takes { inner.kill_on_accept.take() } else { None };
    (mood, id, kill)
}

fn taken(id: &str) -> Response {
    axum::Json(json!({"messaging_product": "whatsapp", "messages": [{"id": id}]})).into_response()
}
