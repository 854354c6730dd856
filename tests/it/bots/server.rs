//! A bot's own server: records every call and answers as it is told, or not at all.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

/// One call as it came in.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The path, with its query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Asked {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// What it answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status, `Retry-After`, and a body.
    Is(u16, Option<u32>, String),
    /// The same, late.
    After(Duration, u16, String),
    /// Half of an answer.
    Half,
}

/// JSON.
pub fn json(status: u16, body: &Value) -> Reply {
    Reply::Is(status, None, body.to_string())
}

type Answer = dyn Fn(&Asked) -> Reply + Send + Sync;

/// A server on a port of its own.
#[derive(Clone)]
pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<Mutex<Arc<Answer>>>,
}

impl Server {
    /// One that answers so.
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer: Arc<Answer> = Arc::new(answer);
        let server = Server { url, asked: Arc::default(), answer: Arc::new(Mutex::new(answer)) };
        let app = Router::new().fallback(take).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        server
    }

    /// From now on it answers so.
    pub fn then(&self, answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(answer);
    }

    /// Every call, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The body of the last call.
    pub fn last(&self) -> Value {
        self.asked().last().unwrap().json()
    }

    /// Waits until it was called so often.
    pub async fn until_asked(&self, count: usize) -> Vec<Asked> {
        tests::until(&format!("the bot is asked {count} times"), || async {
            let asked = self.asked();
            (asked.len() >= count).then_some(asked)
        })
        .await
    }
}

async fn take(State(server): State<Server>, headers: HeaderMap, uri: Uri, body: Bytes) -> Response {
    let body = String::from_utf8_lossy(&body).into_owned();
    let asked = Asked { path: uri.to_string(), headers, body };
    server.asked.lock().unwrap().push(asked.clone());
    let answer = server.answer.lock().unwrap().clone();
    match answer(&asked) {
        Reply::Is(status, wait, body) => {
            let mut response = plain(status, body);
            if let Some(wait) = wait {
                response.headers_mut().insert("retry-after", wait.into());
            }
            response
        }
        Reply::After(wait, status, body) => {
            tokio::time::sleep(wait).await;
            plain(status, body)
        }
        Reply::Half => {
            let half = [Ok(Bytes::from("{\"mess")), Err(std::io::Error::other("gone"))];
            Response::new(Body::from_stream(futures::stream::iter(half)))
        }
    }
}

fn plain(status: u16, body: String) -> Response {
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body).into_response()
}

/// A server that takes every connection and cuts it off without a word.
pub async fn resetting() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut some = [0; 64];
            let _read = stream.read(&mut some).await;
            // With unread bytes in it, a socket that is closed is reset.
            drop(stream);
        }
    });
    url
}
