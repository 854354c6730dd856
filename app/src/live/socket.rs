//! The one socket to `/live`: says hello with a cursor, hears events, sends commands, and comes back by itself
//! where it left off.

use std::cell::RefCell;
use std::time::Duration;

use contract::frame::{Down, PING_MS, PROTOCOL, Up, close};
use leptos::leptos_dom::helpers::{IntervalHandle, TimeoutHandle};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::browser;
use super::state::{Link, Live};

const FIRST_WAIT_MS: f64 = 500.0;
const LONGEST_WAIT_MS: f64 = 30_000.0;
/// How long after a ping the server may be silent.
const PONG_MS: i64 = 10_000;
/// RFC 6455: the server restarts, come back.
const SERVICE_RESTART: u16 = 1012;

struct Open {
    socket: WebSocket,
    // Held so that the browser may call them; dropped with the socket, never from within one of them.
    _message: Closure<dyn FnMut(MessageEvent)>,
    _close: Closure<dyn FnMut(CloseEvent)>,
    _open: Closure<dyn FnMut(Event)>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.socket.set_onopen(None);
    }
}

#[derive(Default)]
struct Socket {
    live: Option<Live>,
    cursor: String,
    open: Option<Open>,
    /// Goes up with every socket, so that what an old one still says is not heard.
    turn: u32,
    failures: i32,
    heard_at: i64,
    ready: bool,
    retry: Option<TimeoutHandle>,
    ping: Option<IntervalHandle>,
}

thread_local! {
    static SOCKET: RefCell<Socket> = RefCell::default();
}

/// Begins to follow the feed from a cursor, unless it is followed already.
pub fn start(live: Live, cursor: String) {
    let begun = SOCKET.with_borrow_mut(|socket| {
        if socket.live.is_some() {
            return true;
        }
        socket.live = Some(live);
        socket.cursor = cursor;
        socket.ping = set_interval_with_handle(beat, Duration::from_millis(PING_MS.into())).ok();
        false
    });
    if !begun {
        connect();
    }
}

/// Stops following the feed: the desk is left.
pub fn stop() {
    SOCKET.with_borrow_mut(|socket| {
        socket.turn += 1;
        socket.live = None;
        socket.ready = false;
        if let Some(open) = socket.open.take() {
            drop(open.socket.close());
        }
        if let Some(retry) = socket.retry.take() {
            retry.clear();
        }
        if let Some(ping) = socket.ping.take() {
            ping.clear();
        }
    });
}

/// Goes on from another cursor, after everything was loaded anew.
pub fn restart(cursor: String) {
    SOCKET.with_borrow_mut(|socket| socket.cursor = cursor);
    hang_up();
    connect();
}

/// Whether a frame can be sent right now.
pub fn ready() -> bool {
    SOCKET.with_borrow(|socket| socket.ready)
}

/// Sends a frame if the socket is up. Says whether it was sent.
pub fn send(frame: &Up) -> bool {
    let Ok(text) = serde_json::to_string(frame) else { return false };
    SOCKET.with_borrow(|socket| {
        socket.ready && socket.open.as_ref().is_some_and(|open| open.socket.send_with_str(&text).is_ok())
    })
}

/// Tries to connect at once if it waits to: the network is back, or the page is in front again.
pub fn nudge() {
    let waits = SOCKET.with_borrow_mut(|socket| {
        let retry = socket.retry.take();
        if let Some(retry) = &retry {
            retry.clear();
        }
        retry.is_some()
    });
    if waits {
        connect();
    } else {
        beat();
    }
}

fn hang_up() {
    SOCKET.with_borrow_mut(|socket| {
        socket.turn += 1;
        socket.ready = false;
        if let Some(retry) = socket.retry.take() {
            retry.clear();
        }
        if let Some(open) = socket.open.take() {
            drop(open.socket.close());
        }
    });
}

fn connect() {
    let Some(live) = SOCKET.with_borrow(|socket| socket.live) else { return };
    live.set_link(Link::Connecting);
    let opened = browser::live_address().and_then(|address| WebSocket::new(&address).ok());
    let Some(socket) = opened else {
        come_back(None);
        return;
    };
    let turn = SOCKET.with_borrow_mut(|state| {
        state.turn += 1;
        state.retry = None;
        state.heard_at = browser::clock().0;
        state.turn
    });
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if current(turn)
            && let Some(text) = event.data().as_string()
        {
            heard(&text);
        }
    });
    let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
        if current(turn) {
            closed(event.code());
        }
    });
    let on_open = Closure::<dyn FnMut(Event)>::new(move |_: Event| {
        if current(turn) {
            hello();
        }
    });
    socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
    let open = Open { socket, _message: on_message, _close: on_close, _open: on_open };
    SOCKET.with_borrow_mut(|state| state.open = Some(open));
}

fn current(turn: u32) -> bool {
    SOCKET.with_borrow(|socket| socket.turn == turn)
}

fn hello() {
    SOCKET.with_borrow(|socket| {
        let frame = Up::Hello { protocol: PROTOCOL, cursor: socket.cursor.clone() };
        if let (Some(open), Ok(text)) = (&socket.open, serde_json::to_string(&frame)) {
            drop(open.socket.send_with_str(&text));
        }
    });
}

fn heard(text: &str) {
    let Some(live) = SOCKET.with_borrow_mut(|socket| {
        socket.heard_at = browser::clock().0;
        socket.live
    }) else {
        return;
    };
    // A frame that this build does not know is of a later version: the next hello will tell.
    let Ok(frame) = contract::json::read::<Down>(text) else { return };
    match frame {
        Down::Hello { build } => {
            SOCKET.with_borrow_mut(|socket| {
                socket.ready = true;
                socket.failures = 0;
            });
            live.greeted(&build);
        }
        Down::Cursor { cursor } => {
            SOCKET.with_borrow_mut(|socket| socket.cursor = cursor);
            live.caught_up();
        }
        Down::Pong => {}
        Down::Reset { .. } => live.reset(),
        other => live.hear(other),
    }
}

fn closed(code: u16) {
    let Some(live) = SOCKET.with_borrow_mut(|socket| {
        socket.ready = false;
        socket.live
    }) else {
        return;
    };
    match code {
        close::SIGNED_OUT => live.set_link(Link::SignedOut),
        close::VERSION => live.set_link(Link::Outdated),
        code => {
            live.set_link(Link::Lost);
            come_back(Some(code));
        }
    }
}

/// Connects again after a while: the longer, the more often it failed; soon when the server only restarts.
fn come_back(code: Option<u16>) {
    let wait = SOCKET.with_borrow_mut(|socket| {
        if socket.retry.is_some() {
            return None;
        }
        socket.failures += 1;
        let soon = socket.failures == 1 && matches!(code, Some(SERVICE_RESTART | close::SLOW));
        let most = (FIRST_WAIT_MS * 2_f64.powi(socket.failures.min(10) - 1)).min(LONGEST_WAIT_MS);
        Some(if soon { 50.0 + 400.0 * browser::chance() } else { most * (0.5 + 0.5 * browser::chance()) })
    });
    let Some(wait) = wait else { return };
    let handle = set_timeout_with_handle(connect, Duration::from_millis(wait as u64)).ok();
    SOCKET.with_borrow_mut(|socket| socket.retry = handle);
}

/// One beat: a ping, and a look whether the server still answers.
fn beat() {
    if !ready() {
        return;
    }
    let asked_at = browser::clock().0;
    send(&Up::Ping);
    let turn = SOCKET.with_borrow(|socket| socket.turn);
    set_timeout(
        move || {
            let silent = SOCKET.with_borrow(|socket| socket.turn == turn && socket.heard_at < asked_at);
            if silent && let Some(live) = SOCKET.with_borrow(|socket| socket.live) {
                hang_up();
                live.set_link(Link::Lost);
                come_back(None);
            }
        },
        Duration::from_millis(PONG_MS.unsigned_abs()),
    );
}
