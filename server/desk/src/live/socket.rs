//! One browser's socket: hello with a cursor, everything since, then events down and commands up.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use contract::frame::{self, Down, FRAME_LIMIT, PING_MS, PROTOCOL, Up};
use contract::{Refusal, RefusalCode, Request};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::bus::{Activity, Hint};
use super::hub::{self, CATCH_UP, Joined, Out, Seat, WAITING};
use crate::auth::sessions::{self, SignedIn};
use crate::flows::{self, Agent};
use crate::state::Desk;
use crate::store::journal::{Cursor, Place};

/// How long a browser has for its first frame.
const HELLO: Duration = Duration::from_secs(10);
/// How long one frame may take to leave. A browser that reads slower is let go and comes back with its cursor.
const PATIENCE: Duration = Duration::from_secs(8);
/// The most frames that go out in one write.
const TOGETHER: usize = 16;
/// How long a browser may be silent.
const SILENCE: Duration = Duration::from_millis(PING_MS as u64 * 3);
/// How often a browser is pinged.
const BEAT: Duration = Duration::from_millis(PING_MS as u64);

/// Why a socket ends.
struct End(u16, &'static str);

const RESTART: End = End(1012, "restart");
const GONE: End = End(1000, "gone");

/// Turns a request into a socket. The buffers are small: thousands of agents are mostly silent.
pub fn upgrade(desk: Desk, who: SignedIn, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .read_buffer_size(4 * 1024)
        .write_buffer_size(4 * 1024)
        .max_write_buffer_size(512 * 1024)
        .max_message_size(FRAME_LIMIT)
        .max_frame_size(FRAME_LIMIT)
        .on_upgrade(move |socket| async move {
            Session { desk, who, id: Uuid::now_v7(), let_go: CancellationToken::new() }.run(socket).await
        })
}

struct Session {
    desk: Desk,
    who: SignedIn,
    id: Uuid,
    let_go: CancellationToken,
}

impl Session {
    async fn run(self, socket: WebSocket) {
        let (mut sink, mut stream) = socket.split();
        let (out, inbox) = mpsc::channel(WAITING);
        let end = match self.open(&mut sink, &mut stream, &out).await {
            Ok(()) => {
                let _renewed = self.desk.store.renew_presence(&self.desk.hub.pages()).await;
                self.agents_changed().await;
                let end = self.talk(&mut sink, stream, (out, inbox)).await;
                self.desk.hub.leave(self.id);
                self.desk.bus.hint(Hint {
                    agent: self.who.agent.id,
                    conversation: None,
                    activity: Activity::Viewing,
                });
                end
            }
            Err(end) => {
                self.desk.hub.leave(self.id);
                end
            }
        };
        let close = CloseFrame { code: end.0, reason: Utf8Bytes::from_static(end.1) };
        let _gone = tokio::time::timeout(PATIENCE, sink.send(Message::Close(Some(close)))).await;
    }

    /// The greeting, and everything that the browser has missed.
    async fn open(
        &self,
        sink: &mut SplitSink<WebSocket, Message>,
        stream: &mut SplitStream<WebSocket>,
        out: &mpsc::Sender<Out>,
    ) -> Result<(), End> {
        let first = tokio::time::timeout(HELLO, stream.next()).await;
        let Ok(Some(Ok(Message::Text(text)))) = first else {
            return Err(End(frame::close::PROTOCOL, "hello"));
        };
        let Ok(Up::Hello { protocol, cursor }) = serde_json::from_str(&text) else {
            return Err(End(frame::close::PROTOCOL, "hello"));
        };
        if protocol != PROTOCOL {
            return Err(End(frame::close::VERSION, "version"));
        }
        let build = self.desk.config.build.clone();
        self.say(sink, &Down::Hello { build }).await?;
        let Ok(cursor) = cursor.parse::<Cursor>() else { return self.reset(sink, "cursor").await };
        match self.desk.hub.join(self.id, self.who.agent.id, self.seat(out), cursor) {
            Joined::Frames(frames) => {
                for frame in frames {
                    write(sink, frame).await?;
                }
                Ok(())
            }
            Joined::ReadFrom(place) => self.catch_up(sink, place).await,
            Joined::Stale => self.reset(sink, "generation").await,
        }
    }

    /// What lies between the cursor and now, from the database. The socket is in the hub already, so that nothing
    /// falls between the two; what comes twice does no harm.
    async fn catch_up(&self, sink: &mut SplitSink<WebSocket, Message>, after: Place) -> Result<(), End> {
        let told = match self.desk.store.missed(after, CATCH_UP).await {
            Ok(told) => told,
            Err(_) => return Err(RESTART),
        };
        if told.len() >= usize::try_from(CATCH_UP).unwrap_or(usize::MAX) {
            return self.reset(sink, "too_far_behind").await;
        }
        for one in told {
            self.say(sink, &Down::Event(Box::new(one.event))).await?;
        }
        Ok(())
    }

    fn seat(&self, out: &mpsc::Sender<Out>) -> Seat {
        Seat { out: out.clone(), let_go: self.let_go.clone() }
    }

    async fn reset(&self, sink: &mut SplitSink<WebSocket, Message>, reason: &str) -> Result<(), End> {
        self.say(sink, &Down::Reset { reason: reason.to_owned() }).await?;
        Err(End(1000, "reset"))
    }

    async fn say(&self, sink: &mut SplitSink<WebSocket, Message>, down: &Down) -> Result<(), End> {
        match hub::frame(down) {
            Some(frame) => write(sink, frame).await,
            None => Ok(()),
        }
    }

    /// Frames down and commands up, side by side: a command that waits for the database holds nothing up.
    async fn talk(
        &self,
        sink: &mut SplitSink<WebSocket, Message>,
        stream: SplitStream<WebSocket>,
        (out, inbox): (mpsc::Sender<Out>, mpsc::Receiver<Out>),
    ) -> End {
        tokio::select! {
            end = self.down(sink, inbox) => end,
            end = self.up(stream, out) => end,
            () = self.desk.stop.cancelled() => RESTART,
            () = self.let_go.cancelled() => End(frame::close::SLOW, "slow"),
        }
    }

    async fn down(&self, sink: &mut SplitSink<WebSocket, Message>, mut inbox: mpsc::Receiver<Out>) -> End {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut outs = Vec::with_capacity(TOGETHER);
        loop {
            let sent = tokio::select! {
                count = inbox.recv_many(&mut outs, TOGETHER) => {
                    if count == 0 {
                        return GONE;
                    }
                    self.hand_down(sink, &mut outs).await
                }
                // Answered by the browser itself, also for a page in the background whose timers it slows down.
                _ = beat.tick() => send(sink, Message::Ping(Bytes::new())).await,
            };
            if let Err(end) = sent {
                return end;
            }
        }
    }

    /// What waits for this socket goes out together: a write a frame would cost more than all else.
    async fn hand_down(
        &self,
        sink: &mut SplitSink<WebSocket, Message>,
        outs: &mut Vec<Out>,
    ) -> Result<(), End> {
        for out in outs.drain(..) {
            match out {
                Out::Frame(frame) => in_time(sink.feed(Message::Text(frame))).await?,
                Out::Recheck => self.check().await?,
            }
        }
        in_time(sink.flush()).await
    }

    async fn up(&self, mut stream: SplitStream<WebSocket>, out: mpsc::Sender<Out>) -> End {
        loop {
            let message = match tokio::time::timeout(SILENCE, stream.next()).await {
                Err(_) => return End(1001, "silent"),
                Ok(None | Some(Err(_)) | Some(Ok(Message::Close(_)))) => return GONE,
                Ok(Some(Ok(message))) => message,
            };
            let Message::Text(text) = message else {
                if matches!(message, Message::Binary(_)) {
                    return End(frame::close::PROTOCOL, "binary");
                }
                continue;
            };
            let Ok(up) = serde_json::from_str::<Up>(&text) else {
                return End(frame::close::PROTOCOL, "frame");
            };
            if let Err(end) = self.hear(up, &out).await {
                return end;
            }
        }
    }

    async fn hear(&self, up: Up, out: &mpsc::Sender<Out>) -> Result<(), End> {
        let down = match up {
            Up::Hello { .. } => return Err(End(frame::close::PROTOCOL, "hello")),
            Up::Ping => {
                self.check().await?;
                // Whoever has the page open is here, though no request comes from them.
                if let Err(error) = sessions::touch(&self.desk, &self.who).await {
                    tracing::warn!(error = %error, "a sign of life could not be noted");
                }
                Down::Pong
            }
            Up::Command(request) => self.command(request).await?,
            Up::Viewing { conversation } => {
                let agent = self.who.agent.id;
                self.desk.bus.hint(Hint { agent, conversation, activity: Activity::Viewing });
                return Ok(());
            }
            Up::Presence { presence } => {
                self.desk.hub.set_presence(self.id, presence);
                let _back = self.desk.store.call_back_from_away(self.who.agent.id).await;
                let _renewed = self.desk.store.renew_presence(&self.desk.hub.pages()).await;
                self.agents_changed().await;
                return Ok(());
            }
        };
        match hub::frame(&down) {
            Some(frame) => out.send(Out::Frame(frame)).await.map_err(|_| GONE),
            None => Ok(()),
        }
    }

    async fn command(&self, request: Request) -> Result<Down, End> {
        let id = request.id;
        match sessions::still_valid(&self.desk, &self.who).await {
            Ok(true) => {}
            Ok(false) => return Err(End(frame::close::SIGNED_OUT, "signed_out")),
            Err(_) => {
                return Ok(Down::Refused(Refusal {
                    id,
                    code: RefusalCode::Unavailable,
                    message: "The desk cannot be reached right now. It will be tried again.".to_owned(),
                    owner: None,
                    owner_name: None,
                    epoch: None,
                }));
            }
        }
        let agent = Agent { id: self.who.agent.id, role: self.who.agent.role };
        Ok(match flows::act(&self.desk, agent, request).await {
            Ok(ack) => Down::Ack(ack),
            Err(refusal) => Down::Refused(refusal),
        })
    }

    /// Whether the person may still be here. A database that is away signs nobody out.
    async fn check(&self) -> Result<(), End> {
        match sessions::still_valid(&self.desk, &self.who).await {
            Ok(false) => Err(End(frame::close::SIGNED_OUT, "signed_out")),
            Ok(true) | Err(_) => Ok(()),
        }
    }

    async fn agents_changed(&self) {
        if let Ok(agents) = self.desk.store.agent_cards().await {
            self.desk.hub.set_agents(agents);
        }
    }
}

async fn write(sink: &mut SplitSink<WebSocket, Message>, frame: Utf8Bytes) -> Result<(), End> {
    send(sink, Message::Text(frame)).await
}

async fn send(sink: &mut SplitSink<WebSocket, Message>, message: Message) -> Result<(), End> {
    in_time(sink.send(message)).await
}

/// Waits for the other side to take something, for as long as it is worth it.
async fn in_time<E>(taken: impl Future<Output = Result<(), E>>) -> Result<(), End> {
    match tokio::time::timeout(PATIENCE, taken).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(GONE),
        Err(_) => Err(End(frame::close::SLOW, "slow")),
    }
}
