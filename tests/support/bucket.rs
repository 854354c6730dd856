//! A bucket that speaks as much of the S3 protocol as the desk uses, and asks nobody who they are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use regex::Regex;
use tokio::net::TcpListener;

#[derive(Default)]
struct Inner {
    /// By key, the bucket's name included.
    objects: BTreeMap<String, Bytes>,
    /// Parts of objects that are being written, by upload and number.
    parts: BTreeMap<(String, u32), Bytes>,
    uploads: u32,
    /// Every call: its method and its address.
    asked: Vec<String>,
    unsigned: u32,
}

/// A bucket on a port of its own.
#[derive(Clone)]
pub struct Bucket {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Bucket {
    pub async fn start() -> Bucket {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Mutex::new(Inner::default()));
        let app = Router::new().fallback(take).with_state(inner.clone());
        let app = app.layer(axum::extract::DefaultBodyLimit::disable());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Bucket { url, inner }
    }

    /// The keys of its objects, the bucket's name included.
    pub fn keys(&self) -> Vec<String> {
        self.inner.lock().unwrap().objects.keys().cloned().collect()
    }

    /// Every call: its method and its address.
    pub fn asked(&self) -> Vec<String> {
        self.inner.lock().unwrap().asked.clone()
    }

    /// Calls that came without a signature.
    pub fn unsigned(&self) -> u32 {
        self.inner.lock().unwrap().unsigned
    }
}

async fn take(
    State(inner): State<Arc<Mutex<Inner>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut inner = inner.lock().unwrap();
    inner.asked.push(format!("{method} {uri}"));
    let signature = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !signature.is_some_and(|signature| signature.starts_with("AWS4-HMAC-SHA256 Credential=")) {
        inner.unsigned += 1;
    }
    let key = uri.path().trim_start_matches('/').to_owned();
    let query = uri.query().unwrap_or_default().to_owned();
    let of = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
    };
    match (method.as_str(), of("uploadId")) {
        ("PUT", Some(upload)) => {
            let number = of("partNumber").unwrap().parse().unwrap();
            inner.parts.insert((upload, number), body);
            ([(header::ETAG, format!("\"part-{number}\""))]).into_response()
        }
        ("POST", Some(upload)) => inner.complete(key, &upload),
        ("DELETE", Some(upload)) => {
            inner.parts.retain(|(of, _), _| *of != upload);
            StatusCode::NO_CONTENT.into_response()
        }
        ("POST", None) if query.contains("uploads") => inner.begin(),
        ("POST", None) if query.contains("delete") => inner.delete_all(&key, &String::from_utf8_lossy(&body)),
        ("PUT", None) => {
            inner.objects.insert(key, body);
            ([(header::ETAG, "\"whole\"")]).into_response()
        }
        ("DELETE", None) => {
            inner.objects.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        ("GET" | "HEAD", None) => inner.read(&key, headers.get(header::RANGE)),
        other => panic!("{other:?} {uri}"),
    }
}

impl Inner {
    fn begin(&mut self) -> Response {
        self.uploads += 1;
        let upload = format!("upload-{}", self.uploads);
        xml(&format!(
            "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>{upload}</UploadId>\
             </InitiateMultipartUploadResult>"
        ))
    }

    fn complete(&mut self, key: String, upload: &str) -> Response {
        let parts = self.parts.iter().filter(|((of, _), _)| of == upload);
        let whole: Vec<u8> = parts.flat_map(|(_, bytes)| bytes.to_vec()).collect();
        self.objects.insert(key, whole.into());
        self.parts.retain(|(of, _), _| of != upload);
        xml("<CompleteMultipartUploadResult><Location>x</Location><Bucket>b</Bucket><Key>k</Key>\
             <ETag>\"whole\"</ETag></CompleteMultipartUploadResult>")
    }

    fn delete_all(&mut self, bucket: &str, body: &str) -> Response {
        let keys = Regex::new("<Key>([^<]*)</Key>").unwrap();
        let mut deleted = String::new();
        for found in keys.captures_iter(body) {
            self.objects.remove(&format!("{bucket}/{}", &found[1]));
            deleted += &format!("<Deleted><Key>{}</Key></Deleted>", &found[1]);
        }
        xml(&format!("<DeleteResult>{deleted}</DeleteResult>"))
    }

    fn read(&self, key: &str, range: Option<&header::HeaderValue>) -> Response {
        let Some(whole) = self.objects.get(key) else {
            let why = "<Error><Code>NoSuchKey</Code><Message>There is none.</Message></Error>";
            return (StatusCode::NOT_FOUND, xml(why)).into_response();
        };
        let fixed = [
            (header::ETAG, "\"whole\"".to_owned()),
            (header::LAST_MODIFIED, "Sat, 01 Aug 2026 10:00:00 GMT".to_owned()),
        ];
        let Some(range) = range.and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")) else {
            return (fixed, whole.clone()).into_response();
        };
        let (from, until) = range.split_once('-').unwrap();
        let from: usize = from.parse().unwrap();
        let until = until.parse().unwrap_or(usize::MAX).min(whole.len() - 1);
        let told = format!("bytes {from}-{until}/{}", whole.len());
        let part = whole.slice(from..=until);
        (StatusCode::PARTIAL_CONTENT, fixed, [(header::CONTENT_RANGE, told)], part).into_response()
    }
}

fn xml(body: &str) -> Response {
    ([(header::CONTENT_TYPE, "application/xml")], body.to_owned()).into_response()
}
