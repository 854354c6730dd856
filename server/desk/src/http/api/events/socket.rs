//! The feed over a WebSocket: events down, as fast as they are read. Nothing waits in memory for a slow reader: what
//! comes next is only read when what came before has left.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures::stream::SplitSink;
use futures::{SinkExt, StreamExt};
use serde::Serialize;
use tokio::time::Instant;

use super::Caller;
use crate::public::feed;
use crate::state::Desk;
use crate::store::journal::Cursor;
use crate::store::tokens::Called;

/// How long one look waits.
const WAIT: Duration = Duration::from_secs(15);
/// How often the other side is pinged.
const BEAT: Duration = Duration::from_secs(15);
/// How long one frame may take to leave. Whoever reads slower comes back with their cursor.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the other side may be silent: a pong is something.
const SILENCE: Duration = Duration::from_secs(60);
/// How often one looks whether the token is still good.
const CHECK: Duration = Duration::from_secs(20);

/// Why a socket ends. Those from 4400 on are ours.
struct End(u16, &'static str);

const GONE: End = End(1000, "gone");
const RESTART: End = End(1012, "restart");
const UNAVAILABLE: End = End(1013, "try again later");
const REVOKED: End = End(4401, "unauthorized");
const EXPIRED: End = End(4410, "cursor_expired");
const SLOW: End = End(4429, "slow");

/// The most bytes that we hear of the other side: it has nothing to say.
const HEARD: usize = 4 * 1024;

/// Turns a request into a socket.
pub(super) fn upgrade(desk: Desk, caller: Caller, after: Cursor, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .read_buffer_size(4 * 1024)
        .write_buffer_size(16 * 1024)
        .max_write_buffer_size(2 * 1024 * 1024)
        .max_message_size(HEARD)
        .max_frame_size(HEARD)
        .on_upgrade(move |socket| run(desk, caller, after, socket))
}

async fn run(desk: Desk, caller: Caller, after: Cursor, socket: WebSocket) {
    let (mut sink, mut stream) = socket.split();
    let hear = async {
        loop {
            match tokio::time::timeout(SILENCE, stream.next()).await {
                Err(_) => return End(1001, "silent"),
                Ok(None | Some(Err(_)) | Some(Ok(Message::Close(_)))) => return GONE,
                // Pongs, and whatever else is said: it is still there.
                Ok(Some(Ok(_))) => {}
            }
        }
    };
    let end = tokio::select! {
        end = tell(&desk, &caller, after, &mut sink) => end,
        end = hear => end,
    };
    let close = CloseFrame { code: end.0, reason: Utf8Bytes::from_static(end.1) };
    let _gone = tokio::time::timeout(PATIENCE, sink.send(Message::Close(Some(close)))).await;
}

/// Says where to resume.
#[derive(Serialize)]
struct Told<'a> {
    cursor: &'a str,
}

async fn tell(
    desk: &Desk,
    caller: &Caller,
    mut after: Cursor,
    sink: &mut SplitSink<WebSocket, Message>,
) -> End {
    let (audience, mut checked, mut pinged) = (caller.audience(), Instant::now(), Instant::now());
    loop {
        if checked.elapsed() >= CHECK {
            checked = Instant::now();
            if !still_good(desk, caller).await {
                return REVOKED;
            }
        }
        let page = match feed::follow(desk, &audience, after, WAIT).await {
            Ok(Ok(page)) => page,
            Ok(Err(feed::Void)) => return EXPIRED,
            Err(_) => return UNAVAILABLE,
        };
        for event in &page.events {
            if let Err(end) = say(sink, event).await {
                return end;
            }
        }
        let Ok(cursor) = page.cursor.parse() else { return EXPIRED };
        if cursor != after {
            after = cursor;
            if let Err(end) = say(sink, &Told { cursor: &page.cursor }).await {
                return end;
            }
        }
        if pinged.elapsed() >= BEAT {
            pinged = Instant::now();
            if let Err(end) = send(sink, Message::Ping(Bytes::new())).await {
                return end;
            }
        }
        if desk.stop.is_cancelled() {
            return RESTART;
        }
    }
}

/// Whether the token is still what it was. A database that is away ends nothing.
async fn still_good(desk: &Desk, caller: &Caller) -> bool {
    match desk.store.token_now(caller.token.id).await {
        Ok(Some(Called { over: None, token, .. })) => token == *caller.token,
        Ok(_) => false,
        Err(_) => true,
    }
}

async fn say(sink: &mut SplitSink<WebSocket, Message>, what: &impl Serialize) -> Result<(), End> {
    match serde_json::to_string(what) {
        Ok(text) => send(sink, Message::Text(text.into())).await,
        Err(error) => {
            tracing::error!(error = %error, "an event cannot be written");
            Ok(())
        }
    }
}

async fn send(sink: &mut SplitSink<WebSocket, Message>, message: Message) -> Result<(), End> {
    match tokio::time::timeout(PATIENCE, sink.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(GONE),
        Err(_) => Err(SLOW),
    }
}
