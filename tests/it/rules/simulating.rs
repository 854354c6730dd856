//! Rules are tried on what has happened, and what a rule has done is told.

use contract::Command;
use contract::rules::{
    Against, RuleRuns, SimulatedRules, SimulationState, SimulationView, SimulationWish, Value as Known,
};
use desk::domain::rules::simulation::{Happened, Simulation};
use desk::domain::rules::{Compiled, evaluate};
use desk::store::rules::NewVersion;
use desk::store::rules::simulations::{NewSimulation, Reached};

use super::*;
use crate::offers;

fn says(word: &str) -> Value {
    json!({ "is": { "fact": "message_text", "operator": "contains", "value": word } })
}

fn label(label: &str) -> Value {
    json!({ "do": "add_labels", "with": { "labels": [label] } })
}

/// Makes rules live whatever is wrong with them.
async fn force(desk: &TestDesk, rules: &[Rule]) {
    let mut tx = desk.store.begin().await.unwrap();
    tx.lock_rules().await.unwrap();
    let new = NewVersion { rules, note: "", author: desk.admin().id, restored: None };
    tx.publish_rules(&new).await.unwrap();
    tx.commit().await.unwrap();
    desk.desk.rules.refresh(&desk.desk).await.unwrap();
}

fn wish(rules: SimulatedRules, against: Against) -> RuleTask {
    RuleTask::Simulate(Box::new(SimulationWish { rules, against, days: 1 }))
}

async fn attempt(desk: &TestDesk, who: &SignedIn, task: RuleTask) -> Result<SimulationView, ChangeRefused> {
    match run(&desk.desk, who, SettingsTask::Rules(task)).await? {
        TaskDone::Rules(RuleDone::Simulation(view)) => Ok(*view),
        other => panic!("{other:?}"),
    }
}

async fn screen(desk: &TestDesk, screen: RuleScreen) -> RulesShown {
    match settings(&desk.desk, &admin(desk).await, SettingsPage::Rules(screen)).await.unwrap() {
        Settings::Rules(shown) => *shown,
        other => panic!("{other:?}"),
    }
}

async fn latest(desk: &TestDesk) -> SimulationView {
    match screen(desk, RuleScreen::Simulation(None)).await {
        RulesShown::Simulation(Some(view)) => *view,
        other => panic!("{other:?}"),
    }
}

async fn ended(desk: &TestDesk) -> SimulationView {
    tests::until("the simulation has ended", || async {
        Some(latest(desk).await).filter(|view| !view.state.is_under_way())
    })
    .await
}

/// Rules are tried to the end.
async fn simulate(desk: &TestDesk, rules: SimulatedRules, against: Against) -> SimulationView {
    attempt(desk, &admin(desk).await, wish(rules, against)).await.unwrap();
    let view = ended(desk).await;
    assert_eq!(view.state, SimulationState::Done, "{view:?}");
    view
}

/// As much again, so often.
async fn repeat_history(desk: &TestDesk, times: usize) {
    desk.sql(&format!(
        "insert into rule_decisions (conversation_id, seq, event, version, matched, failed, facts, trace, done, at)
         select conversation_id, seq, event, version, matched, failed, facts, trace, done, at
           from rule_decisions cross join generate_series(1, {times})"
    ))
    .await;
}

/// Rules of several kinds, among them one that cannot be told where a customer has a name, and one that cannot be done.
fn mixed(gone: AgentId) -> Vec<Rule> {
    let odd = json!({ "all": [
        { "is": { "fact": "contact_name", "operator": "greater", "value": 3 } }, says("refund") ] });
    let give = json!([{ "do": "assign_agent", "with": { "agent": gone } }, label("given")]);
    vec![
        rule("odd", json!({ "when": ["message_in", "handed_off"], "if": odd })),
        rule(
            "refunds",
            json!({ "when": ["first_message", "message_in"], "if": { "any": [says("refund"), says("money")] },
                "then": [label("refund")], "after": "continue" }),
        ),
        rule("gone", json!({ "when": ["message_in", "handed_off"], "if": says("money"), "then": give })),
        rule("answers", json!({ "when": ["message_out", "labelled", "resolved"], "then": [label("seen")] })),
        rule("rest", json!({ "when": ["message_in"], "then": [label("rest")] })),
    ]
}

/// Customers write, a bot answers and lets go, somebody here works.
async fn traffic(desk: &TestDesk, from: usize) {
    let sara = desk.agent(&format!("Sara {from}")).await;
    for (n, text) in ["hello", "a refund, please", "where is my money", "nothing"].iter().enumerate() {
        let customer = format!("4917139{:06}", from + n);
        writes(desk, &customer, text).await;
        let id = writes(desk, &customer, "and another one").await;
        if n % 2 == 0 {
            offers::lets_go(desk, id, offers::asked()).await;
        }
        let add = Command::Label { add: vec!["late".to_owned()], remove: Vec::new() };
        offers::act(desk, &sara, id, add).await.unwrap();
        let epoch = desk.card(id).await.epoch;
        if desk.card(id).await.stage == contract::Stage::Waiting {
            offers::act(desk, &sara, id, Command::Resolve { epoch }).await.unwrap();
        }
    }
    desk.settled().await;
}

#[tokio::test]
async fn what_was_decided_is_decided_again_to_the_letter() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    // Nothing is kept of what happens before there are rules.
    traffic(&desk, 1000).await;
    let rules = mixed(AgentId(Uuid::now_v7()));
    force(&desk, &rules).await;
    traffic(&desk, 2000).await;
    let all = decided(&desk).await;
    assert!(all.len() > 30 && all.iter().any(Decision::has_failed), "{}", all.len());
    let compiled = Compiled::new(1, rules.clone());
    for decision in &all {
        let again = evaluate(&compiled, &decision.event, &decision.facts);
        assert_eq!((again.matched(), &again.trace), (decision.matched.clone(), &decision.trace));
        let orders: Vec<_> = again.deeds.iter().map(|ordered| (ordered.rule, &ordered.act)).collect();
        let done: Vec<_> = decision.done.iter().map(|done| (done.rule, &done.act)).collect();
        assert_eq!(orders, done, "{decision:?}");
    }
    let view = simulate(&desk, SimulatedRules::Live, Against::Recorded).await;
    let result = view.result.unwrap();
    assert_eq!((result.changed, result.moves.len()), (0, 0), "{:?}", result.moves);
    assert_eq!((view.looked, view.about), (all.len() as i64, all.len() as i64));
    for (rule, counted) in rules.iter().zip(&result.rules) {
        let of = |verdict| {
            let of = |one: &&Decision| {
                one.trace.iter().any(|looked| looked.rule == rule.id && looked.verdict == verdict)
            };
            all.iter().filter(of).count() as i64
        };
        let (matched, failed) = (of(Verdict::Matched), of(Verdict::Failed));
        assert_eq!((counted.matched, counted.failed), (matched, failed), "{}", rule.name);
        assert!(counted.matched + counted.failed > 0, "{} is part of it", rule.name);
    }
    assert!(result.acts.iter().all(|one| one.would == one.otherwise), "{:?}", result.acts);
    assert!(result.acts.iter().any(|one| one.why.is_some()), "somebody who is gone is told of");
    // Of what came before nothing is known, of what came after everything.
    let without =
        |event: &str| result.events.iter().find(|one| one.event == event).map_or(0, |one| one.without);
    assert_eq!((without("first_message"), without("message_in")), (4, 8), "{:?}", result.events);
    let of_before = |kind: &str| {
        format!(
            "select count(*) from events where change ? '{kind}' and at < (select created_at from rule_versions)"
        )
    };
    assert_eq!(without("handed_off"), desk.database.number(&of_before("handoff_created")).await);
    assert_eq!(without("labelled"), desk.database.number(&of_before("labelled")).await);
    assert_eq!(without("conversation_opened"), 0, "nobody who is tried listens to it");
}

/// Everything that was decided.
async fn decided(desk: &TestDesk) -> Vec<Decision> {
    let ids = desk.database.words("select distinct conversation_id::text from rule_decisions").await;
    let mut all = Vec::new();
    for id in ids {
        all.extend(decisions(desk, id.parse().unwrap()).await);
    }
    all
}

#[tokio::test]
async fn a_draft_is_compared_with_the_live_rules_and_does_nothing() {
    let desk = TestDesk::start().await;
    let omar = desk.agent("Omar").await;
    let (one, two) = (desk.team("One", &[&omar]).await, desk.team("Two", &[&omar]).await);
    let to =
        |team| json!({ "if": says("refund"), "then": [{ "do": "assign_team", "with": { "team": team } }] });
    let first = rule("refunds", to(one));
    let thanks = rule("thanks", json!({ "if": says("thank"), "then": [label("thanks")] }));
    live(&desk, &[first.clone(), thanks.clone()]).await;
    let refund = writes(&desk, ANA, "my refund").await;
    let thank = writes(&desk, BEN, "thank you").await;
    let edited = serde_json::from_value::<Rule>(
        serde_json::to_value(&first)
            .map(|mut rule| {
                rule["then"] = to(two)["then"].clone();
                rule
            })
            .unwrap(),
    )
    .unwrap();
    let draft = vec![edited, Rule { active: false, ..thanks }];
    assert!(save(&desk, None, &draft).await.is_ok());
    let before = (desk.card(refund).await, desk.card(thank).await, decided(&desk).await.len());
    let result = simulate(&desk, SimulatedRules::Draft, Against::Live).await.result.unwrap();
    assert_eq!(result.changed, 2);
    let team = |act: &Option<contract::rules::Act>| {
        act.as_ref().and_then(|act| act.with.get("team").cloned()).unwrap_or_default()
    };
    let moved: Vec<_> = result.moves.iter().map(|one| (team(&one.from), team(&one.to), one.count)).collect();
    let text = |team: contract::TeamId| Known::Text(team.to_string());
    assert!(moved.contains(&(text(one), text(two), 1)), "{moved:?}");
    assert!(moved.contains(&(Known::Nothing, Known::Nothing, 1)), "something else is done where it stays");
    assert_eq!((result.rules[0].matched, result.rules[1].matched), (1, 0));
    assert_eq!(result.rules[0].examples[0].conversation, refund);
    let after = (desk.card(refund).await, desk.card(thank).await, decided(&desk).await.len());
    assert_eq!(before, after, "nothing was done");
    // Others than either.
    let given = SimulatedRules::Given(vec![rule("all", json!({ "when": ["first_message"] }))]);
    let result = simulate(&desk, given, Against::Recorded).await.result.unwrap();
    assert_eq!(result.rules[0].matched, 2);
}

#[tokio::test]
async fn somebody_tries_one_at_a_time_and_can_end_it() {
    let desk = TestDesk::start().await;
    live(&desk, &[rule("all", json!({ "then": [label("all")] }))]).await;
    writes(&desk, ANA, "hi").await;
    repeat_history(&desk, 9_000).await;
    let who = admin(&desk).await;
    let begun = attempt(&desk, &who, wish(SimulatedRules::Live, Against::Live)).await.unwrap();
    let refused = attempt(&desk, &who, wish(SimulatedRules::Live, Against::Live)).await.unwrap_err();
    assert!(refused.message.contains("already"), "{refused:?}");
    tests::until("it is looked at", || async { (latest(&desk).await.looked > 0).then_some(()) }).await;
    let cancelled = attempt(&desk, &who, RuleTask::CancelSimulation(begun.id)).await.unwrap();
    assert_eq!((cancelled.state, cancelled.result), (SimulationState::Cancelled, None));
    assert!(cancelled.looked < cancelled.about, "{} of {}", cancelled.looked, cancelled.about);
    // The next one is gone on with at once, and the other one stays as it is.
    desk.sql("delete from rule_decisions where id % 100 > 0").await;
    let next = simulate(&desk, SimulatedRules::Live, Against::Live).await;
    assert_eq!(next.looked, desk.database.number("select count(*) from rule_decisions").await);
    let RulesShown::Simulation(Some(old)) = screen(&desk, RuleScreen::Simulation(Some(begun.id))).await
    else {
        panic!()
    };
    assert_eq!((old.state, old.looked), (SimulationState::Cancelled, cancelled.looked));
    // One that is over cannot be ended.
    let over = attempt(&desk, &who, RuleTask::CancelSimulation(next.id)).await.unwrap();
    assert_eq!(over.state, SimulationState::Done);
    for (task, field) in [
        (RuleTask::CancelSimulation(Uuid::now_v7().into()), "id"),
        (wish(SimulatedRules::Draft, Against::Live), "rules"),
        (wish(SimulatedRules::Given(vec![rule("x", json!({})); 201]), Against::Live), "rules"),
    ] {
        assert_eq!(attempt(&desk, &who, task).await.unwrap_err().field.as_deref(), Some(field));
    }
    for days in [0, 31] {
        let wish = SimulationWish { rules: SimulatedRules::Live, against: Against::Live, days };
        let refused = attempt(&desk, &who, RuleTask::Simulate(Box::new(wish))).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("days"));
    }
    desk.sql("update rule_simulations set created_at = desk_now() - interval '8 days'").await;
    assert_eq!(desk.store.forget_simulations(7).await.unwrap(), 2);
}

#[tokio::test]
async fn where_a_process_dies_the_next_one_goes_on_and_nothing_is_counted_twice() {
    let desk = TestDesk::start().await;
    let rules = [rule("hi", json!({ "if": says("hi"), "then": [label("hi")] })), rule("rest", json!({}))];
    live(&desk, &rules).await;
    for n in 0..20 {
        writes(&desk, &format!("4917139{n:06}"), if n % 2 == 0 { "hi" } else { "no" }).await;
    }
    repeat_history(&desk, 20).await;
    let whole = simulate(&desk, SimulatedRules::Live, Against::Recorded).await;
    // Another process has it, and dies after a part.
    let (version, live) = desk.store.live_rules().await.unwrap();
    let new = NewSimulation {
        agent: desk.admin().id,
        which: contract::rules::SimulatedSet::Live,
        against: Against::Recorded,
        version,
        days: 1,
        rules: &live,
        live: &live,
    };
    desk.store.ask_for_simulation(&new).await.unwrap();
    let gone = Uuid::now_v7();
    let taken = desk.store.take_simulation(gone).await.unwrap().expect("nobody else has looked yet");
    let rows = desk.store.old_decisions(taken.span, taken.reached.place, 300).await.unwrap();
    let mut part = Simulation::new(taken.rules, taken.live, &Default::default(), None);
    for row in &rows {
        let facts = serde_json::from_str(&row.facts).unwrap();
        let done: Vec<contract::rules::Done> = serde_json::from_str(row.done.as_deref().unwrap()).unwrap();
        let done: Vec<_> = done.into_iter().map(|done| done.act).collect();
        let (conversation, at) = (ConversationId(row.conversation), Time(row.at));
        part.look(&Happened { conversation, event: &row.event, at, facts: &facts, done: &done });
    }
    let reached = Reached { place: rows.last().unwrap().id, looked: 300, ..taken.reached };
    assert!(desk.store.keep_simulation((taken.id, gone), reached, part.result()).await.unwrap());
    assert!(desk.store.take_simulation(Uuid::now_v7()).await.unwrap().is_none(), "it is taken");
    desk.sql("update rule_simulations set lease_until = desk_now() where state = 'running'").await;
    desk.desk.bus.rules();
    let after = ended(&desk).await;
    assert_eq!((after.id, after.state, after.looked), (taken.id, SimulationState::Done, whole.looked));
    assert_eq!(after.result, whole.result);
    assert!(!desk.store.keep_simulation((taken.id, gone), reached, part.result()).await.unwrap());
    // Where it takes every process with it, it is given up.
    desk.store.ask_for_simulation(&new).await.unwrap();
    desk.sql("update rule_simulations set tries = 3 where state = 'queued'").await;
    desk.desk.bus.rules();
    let given_up = ended(&desk).await;
    assert_eq!(given_up.state, SimulationState::Failed);
    assert!(given_up.why.unwrap().contains("could not"));
}

#[tokio::test]
async fn two_processes_do_it_once() {
    let desk = TestDesk::start().await;
    let other = desk.another().await;
    live(&desk, &[rule("all", json!({ "then": [label("all")] }))]).await;
    writes(&desk, ANA, "hi").await;
    repeat_history(&desk, 500).await;
    let all = desk.database.number("select count(*) from rule_decisions").await;
    let (alma, mia) =
        (admin(&desk).await, tests::desk::add_person(&desk.desk, "Mia", contract::Role::Admin).await);
    let mia = desk.signed_in(&mia).await;
    let asked = wish(SimulatedRules::Live, Against::Recorded);
    let (here, there) =
        tokio::join!(attempt(&desk, &alma, asked.clone()), attempt(&other, &mia, asked.clone()));
    for begun in [here.unwrap(), there.unwrap()] {
        let view = tests::until("it is done", || async {
            let RulesShown::Simulation(Some(view)) =
                screen(&desk, RuleScreen::Simulation(Some(begun.id))).await
            else {
                panic!()
            };
            Some(view).filter(|view| view.state == SimulationState::Done)
        })
        .await;
        let result = view.result.unwrap();
        assert_eq!((view.looked, result.changed), (all, 0));
        assert_eq!(result.events.iter().map(|one| one.looked).sum::<i64>(), all);
    }
}

#[tokio::test]
async fn what_a_rule_has_done_is_told_a_page_at_a_time() {
    let desk = TestDesk::start().await;
    desk.with_bot().await;
    let rules = mixed(AgentId(Uuid::now_v7()));
    force(&desk, &rules).await;
    traffic(&desk, 3000).await;
    for rule in &rules {
        let mut told = Vec::new();
        let mut before = None;
        loop {
            let screen = screen(&desk, RuleScreen::Runs { rule: rule.id, before }).await;
            let RulesShown::Runs(RuleRuns { runs, next, .. }) = screen else { panic!() };
            assert!(runs.len() <= 20 && (next.is_none() || runs.len() == 20));
            told.extend(runs);
            before = next;
            if next.is_none() {
                break;
            }
        }
        assert!(told.is_sorted_by(|one, two| one.at >= two.at), "the latest first");
        let mut known = Vec::new();
        for decision in decided(&desk).await {
            let looked = decision.trace.iter().find(|looked| looked.rule == rule.id);
            let Some(looked) = looked else { continue };
            if matches!(looked.verdict, Verdict::Matched | Verdict::Failed) {
                let done = decision.done.iter().filter(|done| done.rule == rule.id).count();
                known.push((decision.at, decision.event.clone(), looked.condition.clone(), done));
            }
        }
        assert_eq!(told.len(), known.len(), "{}", rule.name);
        for run in told {
            let one = (run.at, run.event, run.condition, run.done.len());
            assert!(known.contains(&one), "{}: {one:?}", rule.name);
            assert_eq!(run.verdict == Verdict::Matched, !run.done.is_empty());
        }
    }
    // What is forgotten of decisions is forgotten of runs.
    desk.sql("update rule_decisions set at = desk_now() - interval '31 days'").await;
    assert!(desk.store.forget_rule_decisions(30).await.unwrap() > 0);
    assert!(desk.store.forget_rule_runs().await.unwrap() > 0);
    assert_eq!(desk.database.number("select count(*) from rule_runs").await, 0);
}
