//! What a screen may ask the server: one function a call of the seat, and the sandbox's phones.
//!
//! The server puts an `Arc<dyn Seat>`, bound to the person signed in, into the context of each request, and
//! an `Arc<dyn Phones>` where the sandbox is on.

#![expect(missing_docs, reason = "the arguments of each function become the fields of a type of their own")]

use contract::assignment::Assignment;
use contract::bots::{KeepTest, TestOf};
use contract::callback::{AssignCallback, CallbackPage, CallbackQuery, EndCallback};
use contract::command::{Ack, Refusal, Request};
use contract::connection::{SettingsTask, TaskDone};
use contract::course::{Course, QueueWait};
use contract::id::{ConversationId, HandoffId};
use contract::inbox::{Inbox, Page, PageKey, View};
use contract::person::Me;
use contract::picker::{Start, Started, TemplateQuery, TemplateShelf};
use contract::rules::{DecisionQuery, Decisions};
use contract::sandbox::{Faults, Line, PhoneAct, PhoneCard, PhoneView};
use contract::seat::SeatError;
use contract::settings::{
    ChangeRefused, ConsentImport, ImportReport, Settings, SettingsChange, SettingsPage,
};
use contract::thread::{Thread, ThreadKey, ThreadPage};
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::lean::{Lean, LeanEncoding};

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallError {
    /// The screen cannot be shown.
    Seat(SeatError),
    /// A change of the configuration was refused.
    Change(ChangeRefused),
    /// A command was refused.
    Command(Box<Refusal>),
    /// The sandbox says no, in a sentence.
    Sandbox(String),
    /// The server was not reached, or what it said was not understood.
    Offline,
}

impl CallError {
    /// Whether the person has to sign in first.
    pub fn signed_out(&self) -> bool {
        matches!(self, CallError::Seat(SeatError::SignedOut))
    }
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CallError::Seat(error) => error.fmt(f),
            CallError::Change(refused) => f.write_str(&refused.message),
            CallError::Command(refusal) => f.write_str(&refusal.message),
            CallError::Sandbox(sentence) => f.write_str(sentence),
            CallError::Offline => f.write_str("offline"),
        }
    }
}

impl std::error::Error for CallError {}

impl From<SeatError> for CallError {
    fn from(error: SeatError) -> Self {
        CallError::Seat(error)
    }
}

impl FromServerFnError for CallError {
    type Encoder = LeanEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        CallError::Offline
    }
}

#[cfg(feature = "ssr")]
mod context {
    use std::sync::Arc;

    use contract::sandbox::Phones;
    use contract::seat::{Seat, SeatError};
    use leptos::prelude::use_context;

    use super::CallError;

    /// The seat of the person signed in; none while routes are listed, or when nobody is signed in.
    pub fn seat() -> Result<Arc<dyn Seat>, CallError> {
        use_context::<Arc<dyn Seat>>().ok_or(CallError::Seat(SeatError::SignedOut))
    }

    /// The sandbox's phones, where it is on.
    pub fn sandbox() -> Result<Arc<dyn Phones>, CallError> {
        use_context::<Arc<dyn Phones>>().ok_or(CallError::Seat(SeatError::NotFound))
    }
}

#[cfg(feature = "ssr")]
use context::{sandbox, seat};

/// Who is signed in.
#[server(name = CallMe, prefix = "/api/ui", endpoint = "me", input = Json, output = Lean)]
pub async fn me() -> Result<Me, CallError> {
    Ok(seat()?.me().await?)
}

/// The first page of a view.
#[server(name = CallInbox, prefix = "/api/ui", endpoint = "inbox", input = Json, output = Lean)]
pub async fn inbox(view: View) -> Result<Inbox, CallError> {
    Ok(seat()?.inbox(view).await?)
}

/// One more page of a view.
#[server(name = CallPage, prefix = "/api/ui", endpoint = "page", input = Json, output = Lean)]
pub async fn page(view: View, after: PageKey) -> Result<Page, CallError> {
    Ok(seat()?.page(view, after).await?)
}

/// One conversation with its last messages.
#[server(name = CallThread, prefix = "/api/ui", endpoint = "thread", input = Json, output = Lean)]
pub async fn thread(conversation: ConversationId) -> Result<Thread, CallError> {
    Ok(seat()?.thread(conversation).await?)
}

/// The messages before a place in a thread.
#[server(name = CallEarlier, prefix = "/api/ui", endpoint = "earlier", input = Json, output = Lean)]
pub async fn earlier(conversation: ConversationId, before: ThreadKey) -> Result<ThreadPage, CallError> {
    Ok(seat()?.earlier(conversation, before).await?)
}

/// What a settings screen shows.
#[server(name = CallSettings, prefix = "/api/ui", endpoint = "settings", input = Json, output = Lean)]
pub async fn settings(page: SettingsPage) -> Result<Settings, CallError> {
    Ok(seat()?.settings(page).await?)
}

/// Changes the configuration.
#[server(name = CallChange, prefix = "/api/ui", endpoint = "change", input = Json, output = Lean)]
pub async fn change(change: SettingsChange) -> Result<(), CallError> {
    seat()?.change(change).await.map_err(CallError::Change)
}

/// Tries something that the configuration is about, and says what came of it.
#[server(name = CallRun, prefix = "/api/ui", endpoint = "run", input = Json, output = Lean)]
pub async fn run(task: SettingsTask) -> Result<TaskDone, CallError> {
    seat()?.run(task).await.map_err(CallError::Change)
}

/// Templates, a page at a time, and the channels from which they can be sent.
#[server(name = CallTemplates, prefix = "/api/ui", endpoint = "templates", input = Json, output = Lean)]
pub async fn templates(query: TemplateQuery) -> Result<TemplateShelf, CallError> {
    Ok(seat()?.templates(query).await?)
}

/// Begins a conversation with a template, or takes one up again.
#[server(name = CallStart, prefix = "/api/ui", endpoint = "start", input = Json, output = Lean)]
pub async fn start(start: Start) -> Result<Started, CallError> {
    seat()?.start(start).await.map_err(|refusal| CallError::Command(Box::new(refusal)))
}

/// Reads a list of consents, and keeps it if it is wanted and without a mistake.
#[server(name = CallImport, prefix = "/api/ui", endpoint = "import", input = Json, output = Lean)]
pub async fn import(import: ConsentImport) -> Result<ImportReport, CallError> {
    Ok(seat()?.import(import).await?)
}

/// Does a command, as the socket would.
#[server(name = CallAct, prefix = "/api/ui", endpoint = "act", input = Json, output = Lean)]
pub async fn act(request: Request) -> Result<Ack, CallError> {
    seat()?.act(request).await.map_err(|refusal| CallError::Command(Box::new(refusal)))
}

/// Promises to write back, a page at a time.
#[server(name = CallCallbacks, prefix = "/api/ui", endpoint = "callbacks", input = Json, output = Lean)]
pub async fn callbacks(query: CallbackQuery) -> Result<CallbackPage, CallError> {
    Ok(seat()?.callbacks(query).await?)
}

/// Says who is to write back.
#[server(name = CallAssignCallback, prefix = "/api/ui", endpoint = "assign_callback", input = Json, output = Lean)]
pub async fn assign_callback(assign: AssignCallback) -> Result<(), CallError> {
    seat()?.assign_callback(assign).await.map_err(CallError::Change)
}

/// Sees to a promise to write back by hand.
#[server(name = CallEndCallback, prefix = "/api/ui", endpoint = "end_callback", input = Json, output = Lean)]
pub async fn end_callback(end: EndCallback) -> Result<(), CallError> {
    seat()?.end_callback(end).await.map_err(CallError::Change)
}

/// Why somebody has a conversation, and somebody else has not.
#[server(name = CallAssignments, prefix = "/api/ui", endpoint = "assignments", input = Json, output = Lean)]
pub async fn assignments(conversation: ConversationId) -> Result<Vec<Assignment>, CallError> {
    Ok(seat()?.assignments(conversation).await?)
}

/// What is known of a handoff beyond its card.
#[server(name = CallCourse, prefix = "/api/ui", endpoint = "course", input = Json, output = Lean)]
pub async fn course(handoff: HandoffId) -> Result<Course, CallError> {
    Ok(seat()?.course(handoff).await?)
}

/// How long somebody has to expect to wait, queue by queue.
#[server(name = CallWaits, prefix = "/api/ui", endpoint = "waits", input = Json, output = Lean)]
pub async fn waits() -> Result<Vec<QueueWait>, CallError> {
    Ok(seat()?.waits().await?)
}

/// Why a conversation is where it is: what rules have decided about it.
#[server(name = CallDecisions, prefix = "/api/ui", endpoint = "decisions", input = Json, output = Lean)]
pub async fn decisions(query: DecisionQuery) -> Result<Decisions, CallError> {
    Ok(seat()?.decisions(query).await?)
}

/// The bots of which a conversation can be a test.
#[server(name = CallTestsOf, prefix = "/api/ui", endpoint = "tests_of", input = Json, output = Lean)]
pub async fn tests_of(conversation: ConversationId) -> Result<Vec<TestOf>, CallError> {
    Ok(seat()?.tests_of(conversation).await?)
}

/// Keeps a conversation as a test.
#[server(name = CallKeepTest, prefix = "/api/ui", endpoint = "keep_test", input = Json, output = Lean)]
pub async fn keep_test(keep: KeepTest) -> Result<(), CallError> {
    seat()?.keep_test(keep).await.map_err(CallError::Change)
}

/// The sandbox's phones and the numbers they can write to.
#[server(name = CallPhones, prefix = "/api/ui", endpoint = "phones", input = Json, output = Lean)]
pub async fn phones() -> Result<(Vec<PhoneCard>, Vec<Line>), CallError> {
    sandbox()?.phones().await.map_err(CallError::Sandbox)
}

/// Adds a phone; without a number one is made up.
#[server(name = CallAddPhone, prefix = "/api/ui", endpoint = "add_phone", input = Json, output = Lean)]
pub async fn add_phone(name: String, number: Option<String>) -> Result<PhoneCard, CallError> {
    sandbox()?.add(name, number).await.map_err(CallError::Sandbox)
}

/// One phone's conversation; waits for a change at most `wait_ms` if its revision is `known`.
#[server(name = CallPhone, prefix = "/api/ui", endpoint = "phone", input = Json, output = Lean)]
pub async fn phone(number: String, line: String, known: i64, wait_ms: u32) -> Result<PhoneView, CallError> {
    sandbox()?.phone(number, line, known, wait_ms).await.map_err(CallError::Sandbox)
}

/// Does something on a phone; answers with the new message's id, if one was made.
#[server(name = CallPhoneAct, prefix = "/api/ui", endpoint = "phone_act", input = Json, output = Lean)]
pub async fn phone_act(number: String, line: String, act: PhoneAct) -> Result<Option<String>, CallError> {
    sandbox()?.act(number, line, act).await.map_err(CallError::Sandbox)
}

/// What the sandbox does wrong on purpose.
#[server(name = CallFaults, prefix = "/api/ui", endpoint = "faults", input = Json, output = Lean)]
pub async fn faults() -> Result<Faults, CallError> {
    sandbox()?.faults().await.map_err(CallError::Sandbox)
}

/// Changes what the sandbox does wrong on purpose.
#[server(name = CallSetFaults, prefix = "/api/ui", endpoint = "set_faults", input = Json, output = Lean)]
pub async fn set_faults(faults: Faults) -> Result<(), CallError> {
    sandbox()?.set_faults(faults).await.map_err(CallError::Sandbox)
}
