//! The feed over a WebSocket: nothing is missed and nothing comes twice, whatever becomes of the server.

use std::collections::HashSet;

use futures::StreamExt;
use serde_json::Value;
use tests::TestDesk;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::{ANA, bot, integration};

/// A program's end of the socket, and what it has heard.
struct Feed {
    stream: tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
    cursor: Option<String>,
}

impl Feed {
    async fn open(url: &str, secret: &str, after: &str) -> Feed {
        let address = format!("{}/api/v1/events?after={after}", url.replace("http://", "ws://"));
        let mut request = address.into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
        let (stream, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        Feed { stream, cursor: None }
    }

    /// The next event, or the code under which the socket was closed.
    async fn next(&mut self) -> Result<Value, u16> {
        loop {
            let frame = tokio::time::timeout(tests::wait::PATIENCE, self.stream.next()).await.unwrap();
            let text = match frame {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(close))) => return Err(close.map_or(1005, |close| close.code.into())),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return Err(1006),
            };
            let told: Value = serde_json::from_str(&text).unwrap();
            self.cursor = Some(told["cursor"].as_str().unwrap().to_owned());
            if told.get("id").is_some() {
                return Ok(told);
            }
        }
    }
}

/// The texts of what was said.
fn text(event: &Value) -> Option<String> {
    (event["type"] == "message_created").then(|| event["message"]["text"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_socket_resumes_without_a_gap_and_without_a_repeat_after_a_restart_of_the_server() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    let (mut heard, mut ids) = (Vec::new(), HashSet::new());
    let mut hear = |event: Value, heard: &mut Vec<String>| {
        assert!(ids.insert(event["id"].clone()), "{event} came twice");
        heard.extend(text(&event));
    };
    let server = desk.another().await;
    let mut feed = Feed::open(server.url(), &person.secret, "beginning").await;
    for number in 0..5 {
        desk.customer_writes(ANA, &format!("wamid.{number}"), &format!("text {number}")).await;
    }
    while heard.len() < 3 {
        hear(feed.next().await.unwrap(), &mut heard);
    }
    // It stops, and says so; what is on its way still comes.
    drop(server);
    loop {
        match feed.next().await {
            Ok(event) => hear(event, &mut heard),
            Err(code) => break assert_eq!(code, 1012),
        }
    }
    for number in 5..10 {
        desk.customer_writes(ANA, &format!("wamid.{number}"), &format!("text {number}")).await;
    }
    let server = desk.another().await;
    let mut feed = Feed::open(server.url(), &person.secret, feed.cursor.as_deref().unwrap()).await;
    while heard.len() < 10 {
        hear(feed.next().await.unwrap(), &mut heard);
    }
    let all: Vec<_> = (0..10).map(|number| format!("text {number}")).collect();
    assert_eq!(heard, all);
}

#[tokio::test]
async fn a_socket_is_for_a_token_and_ends_with_it() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    let address = format!("{}/api/v1/events", desk.url().replace("http://", "ws://"));
    let refused = tokio_tungstenite::connect_async(address.into_client_request().unwrap()).await.unwrap_err();
    let tokio_tungstenite::tungstenite::Error::Http(answer) = refused else { panic!("{refused}") };
    assert_eq!(answer.status().as_u16(), 401);
    let mut feed = Feed::open(desk.url(), &robin.secret, "beginning").await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    while text(&feed.next().await.unwrap()).as_deref() != Some("hi") {}
    // A restored database has another generation: the cursor is void, and the socket says so.
    desk.sql("update desk set generation = generation + 1").await;
    desk.customer_writes(ANA, "wamid.2", "again").await;
    assert_eq!(feed.next().await, Err(4410));
}

#[tokio::test]
async fn a_void_cursor_is_said_to_be_one() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    person.get("/events?after=99.0.0").await.problem(410, "cursor_expired");
}
