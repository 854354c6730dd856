//! The list of promises to write back, and seeing to them by hand.

use contract::callback::{AssignCallback, CallbackPage, CallbackQuery, CallbackState, EndCallback};
use contract::command::Command;
use contract::seat::Seat;
use contract::{CallbackId, ConversationId, Owner, Stage};
use desk::seat;
use serde_json::json;
use std::sync::Arc;
use tests::{Login, TestDesk};
use uuid::Uuid;

use super::{act, hands_off, packet, story};

const BEN: &str = "4917139200100";
const CLEO: &str = "4917139200101";

async fn seat_of(desk: &TestDesk, who: &Login) -> Arc<dyn Seat> {
    seat::seat(&desk.desk, desk.signed_in(who).await)
}

async fn promised(desk: &TestDesk, from: &str, due: &str) -> ConversationId {
    let id = hands_off(desk, from, packet(json!({"reason_code": "rule", "ladder": ["callback"]}))).await;
    desk.sql(&format!("update callbacks set due_at = {due} where conversation_id = '{id}'")).await;
    id
}

fn ids(page: &CallbackPage) -> Vec<ConversationId> {
    page.lines.iter().map(|line| line.conversation).collect()
}

fn end(callback: CallbackId, state: CallbackState, note: &str) -> EndCallback {
    EndCallback { callback, state, note: note.to_owned() }
}

#[tokio::test]
async fn what_is_due_first_stands_in_front_and_each_finds_theirs() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.with_bot().await;
    let team = desk.team("Support", &[&sara]).await;
    let later = promised(&desk, super::ANA, "desk_now() + interval '2 hours'").await;
    let late = promised(&desk, BEN, "desk_now() - interval '5 minutes'").await;
    desk.sql(&format!("update conversations set window_until = desk_now() where id = '{late}'")).await;
    let seat = seat_of(&desk, &sara).await;
    let page = seat.callbacks(CallbackQuery::default()).await.unwrap();
    assert_eq!((ids(&page), page.overdue, page.next), (vec![late, later], 1, None));
    let [first, second] = page.lines.as_slice() else { panic!("{page:?}") };
    assert!(first.overdue && !first.window_open, "only a template: {first:?}");
    assert!(!second.overdue && second.window_open, "{second:?}");
    assert_eq!(first.team.as_deref(), Some("Support"));
    assert_eq!(page.teams, [(team, "Support".to_owned())]);
    assert!(page.people.iter().any(|(id, _)| *id == omar.id));

    let epoch = desk.card(late).await.epoch;
    act(&desk, &omar, late, Command::Take { epoch }).await.unwrap();
    let of = |agent| CallbackQuery { agent: Some(agent), ..CallbackQuery::default() };
    assert_eq!(ids(&seat.callbacks(of(omar.id)).await.unwrap()), [late]);
    assert_eq!(ids(&seat.callbacks(of(sara.id)).await.unwrap()), []);
    let nobody = contract::TeamId(Uuid::now_v7());
    let other = CallbackQuery { team: Some(nobody), ..CallbackQuery::default() };
    assert_eq!(ids(&seat.callbacks(other).await.unwrap()), []);
    let ours = CallbackQuery { team: Some(team), ..CallbackQuery::default() };
    assert_eq!(ids(&seat.callbacks(ours).await.unwrap()), [late, later]);
}

#[tokio::test]
async fn a_promise_is_ended_once_and_whoever_drops_it_says_why() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.with_bot().await;
    let (ana, ben) = (
        promised(&desk, super::ANA, "desk_now()").await,
        promised(&desk, BEN, "desk_now() + interval '1 hour'").await,
    );
    let (seat, other) = (seat_of(&desk, &sara).await, seat_of(&desk, &omar).await);
    let page = seat.callbacks(CallbackQuery::default()).await.unwrap();
    let (first, second) = (page.lines[0].id, page.lines[1].id);

    for (odd, says) in [
        (end(first, CallbackState::Dropped, " \n"), "why"),
        (end(first, CallbackState::Open, "no"), "become of it"),
        (end(first, CallbackState::Kept, &"x".repeat(501)), "500 characters"),
        (end(CallbackId(Uuid::now_v7()), CallbackState::Kept, ""), "no such"),
    ] {
        let refused = seat.end_callback(odd.clone()).await.unwrap_err();
        assert!(refused.message.contains(says), "{odd:?}: {}", refused.message);
    }
    assert!(desk.card(ana).await.callback_at.is_some());

    seat.end_callback(end(first, CallbackState::Dropped, " She called us. ")).await.unwrap();
    assert_eq!(desk.card(ana).await.callback_at, None);
    assert_eq!(story(&desk, ana).await.last().map(String::as_str), Some("callback_dropped"));
    let refused = other.end_callback(end(first, CallbackState::Kept, "")).await.unwrap_err();
    assert!(refused.message.contains("settled already"), "{}", refused.message);

    // Of two at once one does it.
    let both = tokio::join!(
        seat.end_callback(end(second, CallbackState::Kept, "")),
        other.end_callback(end(second, CallbackState::Dropped, "No more.")),
    );
    assert_eq!([both.0.is_ok(), both.1.is_ok()].iter().filter(|done| **done).count(), 1, "{both:?}");
    let told = story(&desk, ben).await;
    let ends = told.iter().filter(|name| ["callback_kept", "callback_dropped"].contains(&name.as_str()));
    assert_eq!(ends.count(), 1, "{told:?}");

    let dropped = CallbackQuery { state: CallbackState::Dropped, ..CallbackQuery::default() };
    let page = seat.callbacks(dropped).await.unwrap();
    let line = page.lines.iter().find(|line| line.conversation == ana).unwrap();
    assert_eq!(line.note.as_deref(), Some("She called us."));
    assert_eq!((line.ended_by.as_deref(), line.overdue), (Some("Sara"), false));
}

#[tokio::test]
async fn whoever_is_to_write_back_has_the_conversation_when_it_is_time() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.with_bot().await;
    let id = promised(&desk, super::ANA, "desk_now() + interval '1 hour'").await;
    let seat = seat_of(&desk, &sara).await;
    let callback = seat.callbacks(CallbackQuery::default()).await.unwrap().lines[0].id;
    let assign = |to| AssignCallback { callback, to };

    let stranger = contract::AgentId(Uuid::now_v7());
    let refused = seat.assign_callback(assign(Some(stranger))).await.unwrap_err();
    assert!(refused.message.contains("no such colleague"), "{}", refused.message);
    seat.assign_callback(assign(Some(sara.id))).await.unwrap();
    seat.assign_callback(assign(None)).await.unwrap();
    // Said twice, it is told once.
    seat.assign_callback(assign(Some(omar.id))).await.unwrap();
    seat.assign_callback(assign(Some(omar.id))).await.unwrap();
    let told = story(&desk, id).await.iter().filter(|name| *name == "callback_assigned").count();
    assert_eq!(told, 3);
    let his = CallbackQuery { agent: Some(omar.id), ..CallbackQuery::default() };
    let page = seat.callbacks(his).await.unwrap();
    assert_eq!((ids(&page), page.lines[0].keeper), (vec![id], Some(omar.id)));

    desk.sql("update callbacks set due_at = desk_now()").await;
    desk::flows::place::callback::due_now(&desk.desk, id).await.unwrap();
    let card = desk.card(id).await;
    assert_eq!((card.owner, card.stage), (Owner::Agent(omar.id), Stage::Assigned));
    assert!(card.callback_at.is_some(), "it is kept by writing, not by having it");

    let epoch = card.epoch;
    act(&desk, &omar, id, Command::Resolve { epoch }).await.unwrap();
    let refused = seat.assign_callback(assign(None)).await.unwrap_err();
    assert!(refused.message.contains("settled already"), "{}", refused.message);
}

#[tokio::test]
async fn resolving_tells_that_nobody_writes_back_any_more() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let id = promised(&desk, CLEO, "desk_now()").await;
    let epoch = desk.card(id).await.epoch;
    act(&desk, &sara, id, Command::Resolve { epoch }).await.unwrap();
    assert!(story(&desk, id).await.contains(&"callback_dropped".to_owned()));
}

#[tokio::test]
async fn the_pages_of_the_list_have_each_promise_once() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let id = promised(&desk, super::ANA, "desk_now()").await;
    // Some of them have ended at the same moment.
    desk.sql(&format!(
        "insert into callbacks (id, conversation_id, by_kind, reason, due_at, state, created_at, ended_at)
         select gen_random_uuid(), '{id}', 'desk', 'after_hours', desk_now(), 'kept', desk_now(),
                desk_now() - n / 4 * interval '1 minute'
           from generate_series(1, 120) n"
    ))
    .await;
    let seat = seat_of(&desk, &sara).await;
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let query = CallbackQuery { state: CallbackState::Kept, after, ..CallbackQuery::default() };
        let page = seat.callbacks(query).await.unwrap();
        assert!(page.lines.is_sorted_by_key(|line| std::cmp::Reverse(line.ended)));
        seen.extend(page.lines.iter().map(|line| line.id));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((pages, seen.len()), (3, 120));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 120, "each once");
}
