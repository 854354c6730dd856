//! Drafts, versions, and who may change them.

use contract::rules::{Facts, RuleTrial, TrialFacts};
use contract::seat::SeatError;

use super::*;

async fn back_to(desk: &TestDesk, to: i32, version: i32) -> Result<(), ChangeRefused> {
    let rollback = SettingsChange::Rules(RuleChange::Rollback { to, version });
    change(&desk.desk, &admin(desk).await, rollback).await
}

#[tokio::test]
async fn a_draft_goes_live_as_a_whole_and_an_older_version_comes_back() {
    let desk = TestDesk::start().await;
    let [one, two] = ["one", "two"].map(|name| rule(name, json!({})));
    let (revision, findings) = save(&desk, None, std::slice::from_ref(&one)).await.unwrap();
    assert!(findings.iter().all(|finding| !finding.blocks), "{findings:?}");
    assert!(desk.desk.rules.now().is_idle(), "a draft does nothing");
    publish(&desk, revision, 0).await.unwrap();
    assert_eq!(desk.desk.rules.now().rules(), std::slice::from_ref(&one));
    let both = [two.clone(), one.clone()];
    let (revision, _) = save(&desk, None, &both).await.unwrap();
    let set = shown(&desk).await;
    assert_eq!((set.version, set.live.len(), set.changes.len()), (1, 1, 1));
    publish(&desk, revision, 1).await.unwrap();
    back_to(&desk, 1, 2).await.unwrap();
    let set = shown(&desk).await;
    assert_eq!((set.version, set.live, set.draft), (3, vec![one], None));
    let refused = back_to(&desk, 9, 3).await.unwrap_err();
    assert!(refused.message.contains("does not exist"), "{refused:?}");
    back_to(&desk, 0, 3).await.unwrap();
    assert!(shown(&desk).await.live.is_empty() && desk.desk.rules.now().is_idle());
    let page = SettingsPage::Rules(RuleScreen::Versions(Some(4)));
    let Settings::Rules(versions) = settings(&desk.desk, &admin(&desk).await, page).await.unwrap() else {
        panic!()
    };
    let RulesShown::Versions(versions) = *versions else { panic!() };
    let told: Vec<_> = versions.versions.iter().map(|one| (one.version, one.restored)).collect();
    assert_eq!((versions.live, told), (4, vec![(3, Some(1)), (2, None), (1, None)]));
    assert_eq!(versions.versions[1].note, "as agreed");
    assert!(versions.versions.iter().all(|one| one.changes.len() == 1 && one.author.is_some()));
}

#[tokio::test]
async fn nobody_writes_over_what_they_have_not_seen() {
    let desk = TestDesk::start().await;
    let one = [rule("one", json!({}))];
    let (first, _) = save(&desk, None, &one).await.unwrap();
    assert_eq!(save(&desk, None, &one).await.unwrap_err().field.as_deref(), Some("revision"));
    let (second, _) = save(&desk, Some(first), &one).await.unwrap();
    assert!(publish(&desk, first, 0).await.unwrap_err().message.contains("Alma"));
    assert_eq!(publish(&desk, second, 5).await.unwrap_err().field.as_deref(), Some("version"));
    // Two at once: one goes live, the other is told.
    let other = desk.another().await;
    let (here, there) = tokio::join!(publish(&desk, second, 0), publish(&other, second, 0));
    assert!(here.is_ok() != there.is_ok(), "{here:?} {there:?}");
    assert_eq!(desk.database.number("select count(*) from rule_versions").await, 1);
    let known =
        || async { [&desk, &other].iter().all(|one| one.desk.rules.now().version == 1).then_some(()) };
    tests::until("both processes know the rules", known).await;
    let (third, _) = save(&desk, None, &one).await.unwrap();
    let discard = |revision| SettingsChange::Rules(RuleChange::Discard { revision });
    assert!(change(&desk.desk, &admin(&desk).await, discard(first)).await.is_err());
    change(&desk.desk, &admin(&desk).await, discard(third)).await.unwrap();
    assert!(shown(&desk).await.draft.is_none());
}

#[tokio::test]
async fn what_is_wrong_is_kept_as_a_draft_and_does_not_go_live() {
    let desk = TestDesk::start().await;
    let gone = json!([{ "do": "assign_team", "with": { "team": Uuid::now_v7() } }]);
    let (revision, findings) = save(&desk, None, &[rule("one", json!({ "then": gone }))]).await.unwrap();
    assert!(
        findings.iter().any(|finding| finding.blocks && finding.path == "rules[0].then[0]"),
        "{findings:?}"
    );
    let refused = publish(&desk, revision, 0).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("rules[0].then[0]"));
    assert!(refused.message.contains("team"), "{refused:?}");
    assert!(desk.desk.rules.now().is_idle());
    let many = vec![rule("one", json!({})); 201];
    assert!(save(&desk, Some(revision), &many).await.unwrap_err().message.contains("200"));
}

#[tokio::test]
async fn rules_are_tried_on_a_sample_and_on_a_conversation_and_do_nothing() {
    let desk = TestDesk::start().await;
    let id = writes(&desk, ANA, "I want a refund").await;
    let refund = json!({ "is": { "fact": "message_text", "operator": "contains", "value": "refund" } });
    let rules = vec![rule("refunds", json!({ "if": refund }))];
    let attempt = async |event: &str, on| {
        let trial = RuleTrial { rules: Some(rules.clone()), event: event.to_owned(), on };
        let task = SettingsTask::Rules(RuleTask::Try(Box::new(trial)));
        run(&desk.desk, &admin(&desk).await, task).await
    };
    let tried = attempt("message_in", TrialFacts::Conversation(id)).await.unwrap();
    let TaskDone::Rules(RuleDone::Tried(tried)) = tried else { panic!("{tried:?}") };
    assert_eq!((tried.trace[0].verdict, tried.would.len()), (Verdict::Matched, 1));
    let sample = |text: &str| {
        let are = [("message_text".to_owned(), contract::rules::Value::Text(text.to_owned()))];
        TrialFacts::Sample(Facts { now: Time(0), are: are.into(), were: std::collections::BTreeMap::new() })
    };
    let TaskDone::Rules(RuleDone::Tried(tried)) = attempt("message_in", sample("hello")).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(tried.trace[0].verdict, Verdict::NotMatched);
    assert!(tried.facts.now > Time(0), "at this moment");
    assert_eq!(attempt("tuesday", sample("x")).await.unwrap_err().field.as_deref(), Some("event"));
    let nowhere = TrialFacts::Conversation(ConversationId(Uuid::now_v7()));
    assert!(attempt("message_in", nowhere).await.is_err());
    let odd = [("nonsense".to_owned(), contract::rules::Value::Number(1))];
    let odd =
        TrialFacts::Sample(Facts { now: Time(0), are: odd.into(), were: std::collections::BTreeMap::new() });
    assert!(attempt("message_in", odd).await.unwrap_err().message.contains("nonsense"));
    assert_eq!(desk.card(id).await.stage, contract::Stage::Waiting);
    assert_eq!(desk.database.number("select count(*) from rule_decisions").await, 0);
}

#[tokio::test]
async fn an_agent_neither_sees_nor_changes_rules() {
    let desk = TestDesk::start().await;
    let sara: Login = desk.agent("Sara").await;
    let agent = desk.signed_in(&sara).await;
    for screen in [RuleScreen::Set, RuleScreen::Words, RuleScreen::Versions(None)] {
        let seen = settings(&desk.desk, &agent, SettingsPage::Rules(screen)).await;
        assert!(matches!(seen, Err(SeatError::Forbidden)), "{seen:?}");
    }
    let wish = SettingsChange::Rules(RuleChange::Rollback { to: 0, version: 0 });
    assert!(change(&desk.desk, &agent, wish).await.unwrap_err().message.contains("admin"));
    let task = SettingsTask::Rules(RuleTask::Save { revision: None, rules: Vec::new() });
    assert!(run(&desk.desk, &agent, task).await.is_err());
    assert_eq!(desk.database.number("select count(*) from rule_drafts").await, 0);
}
