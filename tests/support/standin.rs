//! A provider of any kind: records every call and answers as it is told. And numbers of a desk that reach it.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::{ChannelId, ConnectionId};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use tokio::net::TcpListener;

use crate::TestDesk;
use crate::desk::{add_channel, add_connection_to};

/// The key under which the webhooks of an Infobip line come in.
pub const KEY: &str = "a key for webhooks in tests";
/// The account and the token of a Twilio line.
pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const TOKEN: &str = "an auth token for tests";

/// One call as it came in.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    /// The path, with its query.
    pub path: String,
    pub body: String,
    /// When.
    pub at: Instant,
}

impl Asked {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What it answers: a status, a type and the bytes.
pub type Reply = (u16, &'static str, Vec<u8>);
type Answer = dyn Fn(&Asked) -> Reply + Send + Sync;

/// An answer in JSON.
pub fn json_reply(status: u16, body: &Value) -> Reply {
    (status, "application/json", body.to_string().into_bytes())
}

/// A provider on a port of its own.
#[derive(Clone)]
pub struct StandIn {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<Mutex<Arc<Answer>>>,
}

impl StandIn {
    /// One that answers so.
    pub async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer: Arc<Answer> = Arc::new(answer);
        let stand_in = StandIn { url, asked: Arc::default(), answer: Arc::new(Mutex::new(answer)) };
        let app = Router::new().fallback(take).with_state(stand_in.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        stand_in
    }

    /// From now on it answers so.
    pub fn then(&self, answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(answer);
    }

    /// Every call whose path has this in it, in order.
    pub fn asked(&self, part: &str) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.path.contains(part)).cloned().collect()
    }

    /// Waits until so many calls with this in their path have come in.
    pub async fn until_asked(&self, part: &str, count: usize) -> Vec<Asked> {
        crate::until(&format!("{count} calls of {part}"), || async {
            let asked = self.asked(part);
            (asked.len() >= count).then_some(asked)
        })
        .await
    }
}

async fn take(State(stand_in): State<StandIn>, method: Method, uri: Uri, body: Bytes) -> Response {
    let body = String::from_utf8_lossy(&body).into_owned();
    let asked = Asked { method, path: uri.to_string(), body, at: Instant::now() };
    stand_in.asked.lock().unwrap().push(asked.clone());
    let answer = stand_in.answer.lock().unwrap().clone();
    let (status, kind, bytes) = answer(&asked);
    (StatusCode::from_u16(status).unwrap(), [("content-type", kind)], bytes).into_response()
}

/// A number of a desk at another provider than the usual one.
pub struct Line {
    pub connection: ConnectionId,
    pub channel: ChannelId,
    pub number: String,
}

impl TestDesk {
    /// A number at Infobip.
    pub async fn infobip(&self, provider: &StandIn, number: &str) -> Line {
        let fields = [("api_key", "a key of the API"), ("webhook_key", KEY)];
        self.line("infobip", provider, &fields, number).await
    }

    /// A number at Twilio.
    pub async fn twilio(&self, provider: &StandIn, number: &str) -> Line {
        self.line("twilio", provider, &[("account_sid", ACCOUNT), ("auth_token", TOKEN)], number).await
    }

    async fn line(&self, word: &str, at: &StandIn, fields: &[(&str, &str)], number: &str) -> Line {
        let place = (word, at.url.as_str());
        let connection = add_connection_to(&self.database, &self.desk, place, fields).await;
        let channel = add_channel(&self.database, connection, number).await;
        self.desk.bus.channels();
        Line { connection, channel, number: number.to_owned() }
    }

    /// An Infobip webhook, applied.
    pub async fn infobip_tells(&self, line: &Line, results: &Value) {
        let url = format!("{}/webhooks/infobip/{}", self.url(), line.connection);
        let request = self.http().post(url).header("x-baton-key", KEY).json(&json!({ "results": results }));
        assert_eq!(request.send().await.unwrap().status(), 200);
        self.applied().await;
    }

    /// A customer writes over Infobip.
    pub async fn infobip_writes(&self, line: &Line, from: &str, id: &str, message: &Value) {
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string();
        let result = json!({
            "from": from, "to": line.number, "integrationType": "WHATSAPP", "receivedAt": at, "messageId": id,
            "message": message, "contact": { "name": "Ana" },
        });
        self.infobip_tells(line, &json!([result])).await;
    }

    /// A Twilio webhook, applied; `query` is what its address ends with.
    pub async fn twilio_tells(&self, line: &Line, query: &str, fields: &[(&str, &str)]) {
        let url = format!("{}/webhooks/twilio/{}{query}", self.url(), line.connection);
        let mut sorted = fields.to_vec();
        sorted.sort_unstable();
        let signed = sorted.iter().fold(url.clone(), |signed, (key, value)| signed + key + value);
        let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let form = reqwest::Url::parse_with_params("http://form/", fields).unwrap();
        let request = self.http().post(url).header("x-twilio-signature", signature);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(form.query().unwrap_or_default().to_owned());
        assert_eq!(request.send().await.unwrap().status(), 200);
        self.applied().await;
    }

    /// A customer writes over Twilio.
    pub async fn twilio_writes(&self, line: &Line, from: &str, id: &str, words: &str) {
        let (from, to) = (format!("whatsapp:+{from}"), format!("whatsapp:+{}", line.number));
        let fields = [
            ("MessageSid", id),
            ("AccountSid", ACCOUNT),
            ("From", from.as_str()),
            ("To", to.as_str()),
            ("Body", words),
            ("NumMedia", "0"),
            ("SmsStatus", "received"),
        ];
        self.twilio_tells(line, "", &fields).await;
    }
}
