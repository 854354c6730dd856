//! What stands between the desk and its providers: everything that the one says to the other passes here, and is
//! kept.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Something that was said, and what was answered: nothing yet, or no status where the answer broke off.
#[derive(Debug, Clone)]
pub struct Heard {
    pub method: Method,
    /// Path and query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub status: Option<u16>,
    pub answer: Vec<u8>,
    pub took: Option<Duration>,
}

impl Heard {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What a form has in a field.
    pub fn form(&self, key: &str) -> Option<String> {
        let form = String::from_utf8_lossy(&self.body);
        let url = reqwest::Url::parse(&format!("http://form.example?{form}")).unwrap();
        url.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
    }
}

/// Where things go on to.
#[derive(Default)]
struct Ends {
    desk: String,
    stand_ins: String,
}

#[derive(Clone)]
pub struct Tap {
    pub url: String,
    http: reqwest::Client,
    ends: Arc<Mutex<Ends>>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Tap {
    pub async fn open() -> Tap {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let tap = Tap { url, http, ends: Arc::default(), heard: Arc::default() };
        let app = Router::new().fallback(pass).with_state(tap.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        tap
    }

    /// Calls below `/sandbox` go to the stand-ins, all others to the desk.
    pub fn leads_to(&self, desk: &str, stand_ins: &str) {
        *self.ends.lock().unwrap() = Ends { desk: desk.to_owned(), stand_ins: stand_ins.to_owned() };
    }

    /// How much has passed.
    pub fn mark(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    /// What has passed below a path since a mark.
    pub fn since(&self, mark: usize, below: &str) -> Vec<Heard> {
        let heard = self.heard.lock().unwrap();
        heard[mark..].iter().filter(|heard| heard.path.starts_with(below)).cloned().collect()
    }

    /// Keeps what was said, in the order in which it was.
    fn keep(&self, parts: &Parts, (path, headers, body): (&str, &HeaderMap, &Bytes)) -> usize {
        let mut heard = self.heard.lock().unwrap();
        heard.push(Heard {
            method: parts.method.clone(),
            path: path.to_owned(),
            headers: headers.clone(),
            body: body.to_vec(),
            status: None,
            answer: Vec::new(),
            took: None,
        });
        heard.len() - 1
    }

    /// Says something once more, as it is now.
    pub async fn again(&self, heard: &Heard) -> u16 {
        let url = format!("{}{}", self.url, heard.path);
        let request = self.http.request(heard.method.clone(), url).headers(heard.headers.clone());
        request.body(heard.body.clone()).send().await.unwrap().status().as_u16()
    }
}

async fn pass(State(tap): State<Tap>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.to_string();
    let to = {
        let ends = tap.ends.lock().unwrap();
        if path.starts_with("/sandbox/") { ends.stand_ins.clone() } else { ends.desk.clone() }
    };
    let mut headers = parts.headers.clone();
    for own in [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
        headers.remove(own);
    }
    let begun = Instant::now();
    let place = tap.keep(&parts, (&path, &headers, &body));
    let call = tap.http.request(parts.method, format!("{to}{path}")).headers(headers).body(body);
    let whole = async {
        let answer = call.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
    };
    let whole = whole.await.ok();
    let mut heard = tap.heard.lock().unwrap();
    heard[place].took = Some(begun.elapsed());
    if let Some((status, _, bytes)) = &whole {
        heard[place].status = Some(status.as_u16());
        heard[place].answer = bytes.to_vec();
    }
    drop(heard);
    whole.map_or_else(broken, answer)
}

fn answer((status, mut headers, bytes): (StatusCode, HeaderMap, Bytes)) -> Response {
    headers.remove(header::TRANSFER_ENCODING);
    headers.remove(header::CONNECTION);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    (status, headers, bytes).into_response()
}

/// An answer that breaks off, as the one did that came.
fn broken() -> Response {
    let failed = futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("it broke off"))]);
    ([(header::CONTENT_LENGTH, "1")], Body::from_stream(failed)).into_response()
}
