//! What the inbox asks once somebody looks closer: promises to write back, the course of a handoff, how long people
//! wait, and of which bots a conversation can be a test.

use contract::assignment::Assignment;
use contract::bots::{KeepTest, TestOf};
use contract::callback::{AssignCallback, EndCallback};
use contract::course::Course;
use contract::seat::SeatError;
use contract::settings::ChangeRefused;
use contract::{ConversationId, HandoffId};

use super::settings;
use crate::auth::permission::{Permission, may};
use crate::auth::sessions::SignedIn;
use crate::flows::{self, Agent, Failed};
use crate::state::Desk;

/// Sees to a promise by hand.
pub(super) async fn end_callback(desk: &Desk, agent: Agent, end: &EndCallback) -> Result<(), ChangeRefused> {
    flows::end_callback::end(desk, agent, end).await.map_err(|failed| match failed {
        Failed::Refused(why) => settings::wrong("note", flows::sentence(&why, None)),
        Failed::Store(error) => settings::failed(error),
    })
}

/// Says who is to write back.
pub(super) async fn assign_callback(
    desk: &Desk,
    agent: Agent,
    assign: AssignCallback,
) -> Result<(), ChangeRefused> {
    flows::assign_callback::assign(desk, agent, assign).await.map_err(|failed| match failed {
        Failed::Refused(why) => settings::wrong("to", flows::sentence(&why, None)),
        Failed::Store(error) => settings::failed(error),
    })
}

/// Decisions about a conversation that are shown.
const ASSIGNMENTS: i64 = 3;

/// The course of a handoff.
pub(super) async fn course(desk: &Desk, handoff: HandoffId) -> Result<Course, SeatError> {
    desk.store.course(handoff).await?.ok_or(SeatError::NotFound)
}

/// Why somebody has a conversation, and somebody else has not.
pub(super) async fn assignments(
    desk: &Desk,
    conversation: ConversationId,
) -> Result<Vec<Assignment>, SeatError> {
    let all = desk.store.assignments(conversation, None, ASSIGNMENTS).await?;
    Ok(all.into_iter().map(|(_, one)| one).collect())
}

/// The bots of which a conversation can be a test: the one of its channel in front.
pub(super) async fn tests_of(
    desk: &Desk,
    who: &SignedIn,
    conversation: ConversationId,
) -> Result<Vec<TestOf>, SeatError> {
    if !may(who.agent.role, Permission::Bots) {
        return Err(SeatError::Forbidden);
    }
    Ok(desk.store.tests_of(conversation).await?)
}

/// Keeps a conversation as a test.
pub(super) async fn keep_test(desk: &Desk, who: &SignedIn, keep: KeepTest) -> Result<(), ChangeRefused> {
    if !may(who.agent.role, Permission::Bots) {
        return Err(settings::refused("Only an admin may do this."));
    }
    settings::bots::keep_test(desk, who, (keep.bot, keep.conversation), &keep.name).await
}
