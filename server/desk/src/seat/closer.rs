//! What the inbox asks once somebody looks closer: promises to write back, the course of a handoff, how long people
//! wait, why a conversation is where it is, and of which bots it can be a test.

use contract::assignment::Assignment;
use contract::bots::{KeepTest, TestOf};
use contract::callback::{AssignCallback, EndCallback};
use contract::course::Course;
use contract::rules::{DecisionQuery, Decisions, RuleWords};
use contract::seat::SeatError;
use contract::settings::ChangeRefused;
use contract::{ConversationId, HandoffId};

use super::settings;
use crate::auth::permission::{Permission, may};
use crate::auth::sessions::SignedIn;
use crate::domain::rules;
use crate::flows::{self, Agent, Failed};
use crate::state::Desk;

/// Decisions on a page.
const DECISIONS: usize = 20;

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

/// What rules have decided about a conversation, with what they name.
pub(super) async fn decisions(desk: &Desk, query: DecisionQuery) -> Result<Decisions, SeatError> {
    // One more than is shown: it says that there is another page.
    let limit = i64::try_from(DECISIONS + 1).unwrap_or(i64::MAX);
    let mut all = desk.store.rule_decisions(query.conversation, query.before, limit).await?;
    let more = all.len() > DECISIONS;
    all.truncate(DECISIONS);
    let next = all.last().filter(|_| more).map(|(place, _)| *place);
    let words = RuleWords { vocabulary: rules::vocabulary(), names: desk.store.rule_names().await? };
    Ok(Decisions { decisions: all.into_iter().map(|(_, decision)| decision).collect(), next, words })
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
