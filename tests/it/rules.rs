//! Routing rules: made, made live, asked in the transaction of what happens, and explained.

use contract::connection::{SettingsTask, TaskDone};
use contract::rules::{
    Decision, Rule, RuleChange, RuleDone, RuleFinding, RuleScreen, RuleSetView, RuleTask, RulesShown, Verdict,
};
use contract::settings::{ChangeRefused, Settings, SettingsChange, SettingsPage};
use contract::{AgentId, ConversationId, Time};
use desk::auth::sessions::SignedIn;
use desk::settings::{change, run, settings};
use serde_json::{Value, json};
use tests::{Login, TestDesk};
use uuid::Uuid;

mod asking;
mod deeds;
mod promises;
mod publishing;
mod ratings;
mod simulating;
mod timing;
mod why;

const ANA: &str = "4917139200099";
const BEN: &str = "4917139200055";

/// A rule from its parts; what is left out is usual.
fn rule(name: &str, parts: Value) -> Rule {
    let mut rule =
        json!({ "id": Uuid::now_v7(), "name": name, "when": ["message_in"], "then": [{ "do": "resolve" }] });
    let (usual, parts) = (rule.as_object_mut().unwrap(), parts.as_object().unwrap());
    usual.extend(parts.clone());
    serde_json::from_value(rule).unwrap()
}

async fn admin(desk: &TestDesk) -> SignedIn {
    desk.signed_in(&desk.admin()).await
}

async fn shown(desk: &TestDesk) -> RuleSetView {
    let page = SettingsPage::Rules(RuleScreen::Set);
    match settings(&desk.desk, &admin(desk).await, page).await.unwrap() {
        Settings::Rules(shown) => match *shown {
            RulesShown::Set(set) => set,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

async fn save(
    desk: &TestDesk,
    revision: Option<i64>,
    rules: &[Rule],
) -> Result<(i64, Vec<RuleFinding>), ChangeRefused> {
    let task = SettingsTask::Rules(RuleTask::Save { revision, rules: rules.to_vec() });
    match run(&desk.desk, &admin(desk).await, task).await? {
        TaskDone::Rules(RuleDone::Saved { revision, findings }) => Ok((revision, findings)),
        other => panic!("{other:?}"),
    }
}

async fn publish(desk: &TestDesk, revision: i64, version: i32) -> Result<(), ChangeRefused> {
    let publish = RuleChange::Publish { revision, version, note: "as agreed".to_owned() };
    change(&desk.desk, &admin(desk).await, SettingsChange::Rules(publish)).await
}

/// Makes rules live.
async fn live(desk: &TestDesk, rules: &[Rule]) {
    let set = shown(desk).await;
    let (revision, _) = save(desk, set.draft.map(|draft| draft.revision), rules).await.unwrap();
    publish(desk, revision, set.version).await.unwrap();
}

/// Why a conversation is where it is, the oldest first.
async fn decisions(desk: &TestDesk, id: ConversationId) -> Vec<Decision> {
    let mut all = desk.store.rule_decisions(id, None, 100).await.unwrap();
    all.reverse();
    all.into_iter().map(|(_, decision)| decision).collect()
}

/// Those about one event.
async fn about(desk: &TestDesk, id: ConversationId, event: &str) -> Vec<Decision> {
    decisions(desk, id).await.into_iter().filter(|decision| decision.event == event).collect()
}

/// A customer writes, and the conversation is there.
async fn writes(desk: &TestDesk, from: &str, text: &str) -> ConversationId {
    desk.customer_writes(from, &format!("wamid.{}", Uuid::new_v4()), text).await;
    desk.settled().await;
    desk.conversation_of(from).await
}
