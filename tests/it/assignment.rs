//! Assignment: who of a team is given a conversation, and that nobody is given too many.

use contract::assignment::Choice;
use contract::team::{Asking, TeamDraft};
use contract::{ConversationId, Owner};
use desk::domain::assignment::route;
use tests::{Login, TestDesk, until};

mod course;
mod many;

/// A team that is given what waits for it.
async fn assigned_to(
    desk: &TestDesk,
    members: &[&Login],
    change: impl FnOnce(&mut TeamDraft),
) -> contract::TeamId {
    desk.team_like("Support", members, |team| {
        team.asking = Asking::Assign;
        change(team);
    })
    .await
}

/// How many conversations somebody is given at once.
async fn gets_at_most(desk: &TestDesk, who: &Login, most: i32) {
    desk::flows::teams::set_capacity(&desk.desk, who.id, Some(most)).await.unwrap();
}

/// A customer writes where no bot answers. The conversation.
async fn writes(desk: &TestDesk, from: &str) -> ConversationId {
    desk.customer_writes(from, &format!("wamid.{}", uuid::Uuid::new_v4()), "hi").await;
    desk.conversation_of(from).await
}

/// Waits until somebody has it.
async fn given(desk: &TestDesk, id: ConversationId) -> contract::AgentId {
    until("somebody is given it", || async {
        match desk.card(id).await.owner {
            Owner::Agent(agent) => Some(agent),
            _ => None,
        }
    })
    .await
}

/// Waits until it is written down that nobody has it yet, and why.
async fn left(desk: &TestDesk, id: ConversationId) -> Choice {
    until("it is said why it waits", || async {
        let all = desk.store.assignments(id, None, 1).await.unwrap();
        all.into_iter().map(|(_, one)| one.choice).find(|choice| !matches!(choice, Choice::Agent(_)))
    })
    .await
}

/// Every decision about a conversation comes out the same again. How many there are.
async fn decided_again(desk: &TestDesk, id: ConversationId) -> usize {
    let all = desk.store.assignment_inputs(id).await.unwrap();
    for (known, choice, verdicts) in &all {
        let routed = route(known);
        assert_eq!((&routed.choice, &routed.verdicts), (choice, verdicts));
    }
    all.len()
}
