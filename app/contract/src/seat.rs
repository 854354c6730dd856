//! A seat at the desk: the few calls that the screens may make, bound to the person signed in.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::assignment::Assignment;
use crate::bots::{KeepTest, TestOf};
use crate::callback::{AssignCallback, CallbackPage, CallbackQuery, EndCallback};
use crate::command::{Ack, Refusal, Request};
use crate::connection::{SettingsTask, TaskDone};
use crate::course::{Course, QueueWait};
use crate::id::{ConversationId, HandoffId};
use crate::inbox::{Inbox, Page, PageKey, View};
use crate::person::Me;
use crate::picker::{Start, Started, TemplateQuery, TemplateShelf};
use crate::rules::{DecisionQuery, Decisions};
use crate::settings::{ChangeRefused, ConsentImport, ImportReport, Settings, SettingsChange, SettingsPage};
use crate::thread::{Thread, ThreadKey, ThreadPage};

/// Why a screen cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatError {
    /// Nobody is signed in.
    SignedOut,
    /// There is no such thing, or not for this person.
    NotFound,
    /// This person may not see it.
    Forbidden,
    /// The database is away or overloaded: try again.
    Unavailable,
}

impl std::fmt::Display for SeatError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SeatError::SignedOut => "signed_out",
            SeatError::NotFound => "not_found",
            SeatError::Forbidden => "forbidden",
            SeatError::Unavailable => "unavailable",
        })
    }
}

impl std::error::Error for SeatError {}

/// An answer to come.
pub type Answer<'a, T, E = SeatError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// What the screens may ask, already bound to the person signed in.
pub trait Seat: Send + Sync {
    /// Who is signed in.
    fn me(&self) -> Answer<'_, Me>;
    /// The first page of a view, with the cursor at which the live feed goes on.
    fn inbox(&self, view: View) -> Answer<'_, Inbox>;
    /// One more page of a view.
    fn page(&self, view: View, after: PageKey) -> Answer<'_, Page>;
    /// One conversation with its last messages.
    fn thread(&self, conversation: ConversationId) -> Answer<'_, Thread>;
    /// The messages before a place in a thread.
    fn earlier(&self, conversation: ConversationId, before: ThreadKey) -> Answer<'_, ThreadPage>;
    /// What a settings screen shows.
    fn settings(&self, page: SettingsPage) -> Answer<'_, Settings>;
    /// Changes the configuration.
    fn change(&self, change: SettingsChange) -> Answer<'_, (), ChangeRefused>;
    /// Tries something that the configuration is about, and says what came of it.
    fn run(&self, task: SettingsTask) -> Answer<'_, TaskDone, ChangeRefused>;
    /// Templates, a page at a time, and the channels from which they can be sent.
    fn templates(&self, query: TemplateQuery) -> Answer<'_, TemplateShelf>;
    /// Begins a conversation with a template, or takes one up again.
    fn start(&self, start: Start) -> Answer<'_, Started, Refusal>;
    /// Reads a list of consents, and keeps it if it is wanted and without a mistake.
    fn import(&self, import: ConsentImport) -> Answer<'_, ImportReport>;
    /// Does a command, as the socket would.
    fn act(&self, request: Request) -> Answer<'_, Ack, Refusal>;
    /// Promises to write back, a page at a time.
    fn callbacks(&self, query: CallbackQuery) -> Answer<'_, CallbackPage>;
    /// Says who is to write back.
    fn assign_callback(&self, assign: AssignCallback) -> Answer<'_, (), ChangeRefused>;
    /// Sees to a promise to write back by hand.
    fn end_callback(&self, end: EndCallback) -> Answer<'_, (), ChangeRefused>;
    /// What is known of a handoff beyond its card.
    fn course(&self, handoff: HandoffId) -> Answer<'_, Course>;
    /// Why somebody has a conversation and somebody else has not, the latest decisions first.
    fn assignments(&self, conversation: ConversationId) -> Answer<'_, Vec<Assignment>>;
    /// How long somebody has to expect to wait, queue by queue.
    fn waits(&self) -> Answer<'_, Vec<QueueWait>>;
    /// Why a conversation is where it is: what rules have decided about it.
    fn decisions(&self, query: DecisionQuery) -> Answer<'_, Decisions>;
    /// The bots of which a conversation can be a test.
    fn tests_of(&self, conversation: ConversationId) -> Answer<'_, Vec<TestOf>>;
    /// Keeps a conversation as a test.
    fn keep_test(&self, keep: KeepTest) -> Answer<'_, (), ChangeRefused>;
}
