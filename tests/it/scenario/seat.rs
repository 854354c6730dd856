//! Sara's browser, as far as the desk can tell: a session's cookie, and a socket that stays open.

use std::collections::HashMap;
use std::time::Duration;

use contract::frame::{Down, PING_MS, Up};
use contract::{Ack, ClientId, Command, ConversationId, Refusal, Request};
use futures::StreamExt;
use tests::wait::PATIENCE;
use tests::{Login, Socket};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

type Answer = Result<Ack, Refusal>;
type Asked = (Request, oneshot::Sender<Answer>);

/// A seat at the desk.
pub struct Seat {
    /// The session's cookie, as a request sends it.
    pub cookie: String,
    asked: mpsc::UnboundedSender<Asked>,
}

impl Seat {
    /// Signs somebody in at the desk's public address, and opens the socket at the other one: what lies between
    /// passes on no sockets.
    pub async fn take(public: &str, desk: &str, who: &Login, cursor: &str) -> Seat {
        let cookie = signed_in(public, who).await;
        let mut socket = Socket::connect(desk, Some(&cookie), Some(public)).await.unwrap();
        socket.hello(cursor).await;
        let (asked, waiting) = mpsc::unbounded_channel();
        tokio::spawn(talk(socket, waiting));
        Seat { cookie, asked }
    }

    /// Does something, and waits for the answer.
    pub async fn command(&self, conversation: ConversationId, command: Command) -> Answer {
        let (done, answer) = oneshot::channel();
        let request = Request { id: ClientId(Uuid::new_v4()), conversation, command };
        self.asked.send((request, done)).expect("the socket was closed");
        let answer = tokio::time::timeout(PATIENCE, answer).await.expect("no answer came");
        answer.expect("the socket was closed")
    }
}

/// Asks and hears, until nobody asks any more or the socket is closed.
async fn talk(mut socket: Socket, mut waiting: mpsc::UnboundedReceiver<Asked>) {
    let mut open: HashMap<ClientId, oneshot::Sender<Answer>> = HashMap::new();
    let mut beat = tokio::time::interval(Duration::from_millis(u64::from(PING_MS)));
    loop {
        tokio::select! {
            asked = waiting.recv() => {
                let Some((request, done)) = asked else { return };
                open.insert(request.id, done);
                socket.say(&Up::Command(request)).await;
            }
            _ = beat.tick() => socket.say(&Up::Ping).await,
            heard = socket.stream.next() => {
                let Some(Ok(heard)) = heard else { return };
                let Message::Text(text) = heard else { continue };
                let (id, answer) = match serde_json::from_str(&text).unwrap() {
                    Down::Ack(ack) => (ack.id, Ok(ack)),
                    Down::Refused(refusal) => (refusal.id, Err(refusal)),
                    _ => continue,
                };
                if let Some(done) = open.remove(&id) {
                    let _gone = done.send(answer);
                }
            }
        }
    }
}

/// The cookie of a new session.
async fn signed_in(url: &str, who: &Login) -> String {
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let form = [("email", who.email.as_str()), ("password", who.password.as_str())];
    let form = reqwest::Url::parse_with_params("http://form.example", form).unwrap();
    let answer = http
        .post(format!("{url}/login"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.query().unwrap().to_owned())
        .send()
        .await
        .unwrap();
    let set = answer.headers()["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}
