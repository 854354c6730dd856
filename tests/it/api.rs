//! The public API: what programs outside see of the desk, and what they may do.

use contract::token::{Mode, NewToken, Scope};
use contract::{AgentId, BotId};
use desk::auth::tokens;
use reqwest::Method;
use serde_json::Value;
use tests::TestDesk;
use uuid::Uuid;

mod assigned;
mod calls;
mod chatwoot;
mod document;
mod feed;
mod flows;
mod follow;
mod keys;
mod known;
mod numbers;
mod programs;
mod rules;
mod setup;
mod slas;
mod story;
mod there;
mod who;

const ANA: &str = "4917139200099";
const BEN: &str = "4917139200055";

/// A program with a token.
#[derive(Clone)]
struct Program {
    url: String,
    secret: String,
    http: reqwest::Client,
}

/// What it was answered.
#[derive(Debug)]
struct Answered {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Program {
    fn new(url: &str, secret: &str) -> Program {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Program { url: url.to_owned(), secret: secret.to_owned(), http }
    }

    async fn get(&self, path: &str) -> Answered {
        self.send(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answered {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answered {
        self.send(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    async fn patch(&self, path: &str, body: &Value) -> Answered {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    async fn delete(&self, path: &str) -> Answered {
        self.send(self.request(Method::DELETE, path)).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(&self.secret)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answered {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        Answered { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }
}

impl Answered {
    /// The body of what was done or read.
    fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }

    /// The body of a problem with this status and code.
    fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self.body
    }
}

/// A bot that is a program with a token, and has the channel.
async fn bot(desk: &TestDesk) -> (BotId, Program) {
    let id = BotId(Uuid::now_v7());
    let sql = "insert into bots (id, name, kind, definition, quiet_ms) values ($1, 'Robin', 'api', '{}', 0)";
    sqlx::query(sql).bind(id.0).execute(&mut desk.database.connect().await).await.unwrap();
    desk.sql(&format!("update channels set bot_id = '{id}' where id = '{}'", desk.channel)).await;
    (id, program(desk, (Some(id), None), Mode::Live, &Scope::OF_BOTS).await)
}

/// A program that acts for a person.
async fn integration(desk: &TestDesk, person: AgentId) -> Program {
    program(desk, (None, Some(person)), Mode::Live, &Scope::ALL).await
}

async fn program(
    desk: &TestDesk,
    (bot, person): (Option<BotId>, Option<AgentId>),
    mode: Mode,
    scopes: &[Scope],
) -> Program {
    let new = NewToken { name: "test".to_owned(), mode, bot, scopes: scopes.to_vec(), days: None };
    let (_, secret) = tokens::create(&desk.store, &new, person).await.unwrap();
    Program::new(desk.url(), &secret)
}
