//! A browser's end of the socket.

use contract::frame::{Down, PROTOCOL, Up};
use contract::{ClientId, Command, ConversationId, Event, Request};
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use uuid::Uuid;

use crate::wait::PATIENCE;

/// Reads a little at a time. By itself a socket clears 128 KB before every look at what has come, which costs more than
/// all else when many of them hear a few hundred frames a second.
pub fn light() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(4 * 1024)
}

/// A socket that is open.
pub struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Every event that has come, in order.
    pub events: Vec<Event>,
    /// The last cursor that was told.
    pub cursor: Option<String>,
}

impl Socket {
    /// Opens a socket with a session's cookie and says hello with a cursor.
    pub async fn open(url: &str, cookie: &str, cursor: &str) -> Socket {
        let mut socket = Socket::connect(url, Some(cookie), Some(url)).await.unwrap();
        socket.hello(cursor).await;
        socket
    }

    /// Says hello with a cursor.
    pub async fn hello(&mut self, cursor: &str) {
        self.say(&Up::Hello { protocol: PROTOCOL, cursor: cursor.to_owned() }).await;
        let greeting = self.next().await;
        assert!(matches!(greeting, Down::Hello { .. }), "not a greeting: {greeting:?}");
    }

    /// The handshake alone. The status, if it is refused.
    pub async fn connect(url: &str, cookie: Option<&str>, origin: Option<&str>) -> Result<Socket, u16> {
        let address = format!("{}/live", url.replace("http://", "ws://"));
        let mut request = address.into_client_request().unwrap();
        if let Some(cookie) = cookie {
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
        }
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        match connect_async_with_config(request, Some(light()), true).await {
            Ok((stream, _)) => Ok(Socket { stream, events: Vec::new(), cursor: None }),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn say(&mut self, up: &Up) {
        let text = serde_json::to_string(up).unwrap();
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// The next frame. Events and cursors are kept besides.
    pub async fn next(&mut self) -> Down {
        self.try_next().await.expect("the socket was closed")
    }

    /// The next frame, or the code under which the socket was closed.
    pub async fn try_next(&mut self) -> Result<Down, Option<u16>> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("no frame came");
            let text = match message {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(close))) => return Err(close.map(|close| u16::from(close.code))),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return Err(None),
            };
            let down: Down = serde_json::from_str(&text).unwrap();
            match &down {
                Down::Event(event) => self.events.push((**event).clone()),
                Down::Cursor { cursor } => self.cursor = Some(cursor.clone()),
                _ => {}
            }
            return Ok(down);
        }
    }

    /// Waits for an event that is as wanted.
    pub async fn until_event(&mut self, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        let begun = std::time::Instant::now();
        loop {
            if let Some(event) = self.events.iter().find(|event| wanted(event)) {
                return event.clone();
            }
            assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
            self.next().await;
        }
    }

    /// Sends a command and waits for its answer.
    pub async fn command(&mut self, conversation: ConversationId, command: Command) -> Down {
        let id = ClientId(Uuid::new_v4());
        self.say(&Up::Command(Request { id, conversation, command })).await;
        loop {
            match self.next().await {
                Down::Ack(ack) if ack.id == id => return Down::Ack(ack),
                Down::Refused(refusal) if refusal.id == id => return Down::Refused(refusal),
                _ => {}
            }
        }
    }
}
