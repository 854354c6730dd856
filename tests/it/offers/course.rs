//! What is known of a handoff beyond its card, and how long those who wait have to expect to.

use contract::bots::KeepTest;
use contract::command::Command;
use contract::course::{Answered, Who};
use contract::handoff::{OnTimeout, Target};
use contract::seat::SeatError;
use contract::{HandoffId, Priority};
use desk::seat;
use serde_json::json;
use tests::TestDesk;
use uuid::Uuid;

use super::{ANA, act, asked, hands_off, offered, offered_after, packet};

#[tokio::test]
async fn a_handoff_tells_whom_it_goes_to_and_who_was_asked() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    desk.with_bot().await;
    desk.team("Support", &[&sara, &omar]).await;
    desk.comes(&sara).await;
    desk.comes(&omar).await;
    let wish = packet(json!({
        "reason_code": "rule", "target": {"agent": "Sara"}, "priority": "high",
        "ladder": ["team", "callback"],
        "timeout_s": 600, "on_timeout": "callback",
        "customer_text": {"agent_available": "Somebody comes."},
    }));
    let id = hands_off(&desk, ANA, wish).await;
    let first = offered(&desk, id).await;
    assert_eq!(first.agent, Some(sara.id));
    let epoch = desk.card(id).await.epoch;
    let reason = Some("I am at lunch".to_owned());
    act(&desk, &sara, id, Command::Decline { epoch, offer: first.id, reason }).await.unwrap();
    offered_after(&desk, id, Some(first)).await;

    let seat = seat::seat(&desk.desk, desk.signed_in(&omar).await);
    let handoff = desk.store.latest_handoff(id).await.unwrap().unwrap().id;
    let course = seat.course(handoff).await.unwrap();
    assert_eq!(course.by.as_deref(), Some("Robin"));
    assert_eq!(
        (course.target, course.priority),
        (Some(Target::Agent("Sara".to_owned())), Some(Priority::High))
    );
    assert_eq!((course.timeout_s, course.on_timeout), (Some(600), OnTimeout::Callback));
    assert_eq!(course.told.agent_available.as_deref(), Some("Somebody comes."));
    let rungs: Vec<(Who, Option<i32>)> =
        course.rungs.into_iter().map(|rung| (rung.who, rung.seconds)).collect();
    let ladder = [
        (Who::Agent("Sara".to_owned()), None),
        (Who::Team("Support".to_owned()), None),
        (Who::Callback, None),
    ];
    assert_eq!((rungs.as_slice(), course.step), (ladder.as_slice(), 1));
    let answers: Vec<(&str, Answered, Option<&str>)> = course
        .asked
        .iter()
        .map(|asked| (asked.who.as_str(), asked.answer, asked.reason.as_deref()))
        .collect();
    let expected = [("Sara", Answered::Declined, Some("I am at lunch")), ("Omar", Answered::Open, None)];
    assert_eq!(answers, expected);
    let unknown = seat.course(HandoffId(Uuid::now_v7())).await.unwrap_err();
    assert_eq!(unknown, SeatError::NotFound);
}

#[tokio::test]
async fn the_wait_of_a_queue_is_measured_and_too_little_says_nothing() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.with_bot().await;
    let seat = seat::seat(&desk.desk, desk.signed_in(&sara).await);
    assert_eq!(seat.waits().await.unwrap(), [], "nobody waits");
    let team = desk.team("Support", &[&sara]).await;
    let id = hands_off(&desk, ANA, asked()).await;
    let [wait] = <[_; 1]>::try_from(seat.waits().await.unwrap()).unwrap();
    assert_eq!((wait.team.as_deref(), wait.waiting, wait.minutes), (Some("Support"), 1, None));
    // Others were taken after four minutes each, and one waits before whoever comes now.
    desk.sql(&format!(
        "insert into handoffs (id, conversation_id, by_kind, packet, epoch, to_seq, messages_before, created_at,
                ended_at, outcome, ahead, team_id)
         select gen_random_uuid(), '{id}', 'desk', '{{\"reason_code\": \"rule\"}}', 1, 1, 1,
                desk_now() - interval '9 minutes', desk_now() - interval '5 minutes', 'taken', 0, '{team}'
           from generate_series(1, 6)"
    ))
    .await;
    let [wait] = <[_; 1]>::try_from(seat.waits().await.unwrap()).unwrap();
    assert_eq!(wait.minutes, Some(10));
}

#[tokio::test]
async fn an_admin_keeps_a_conversation_as_a_test_from_where_they_read_it() {
    let desk = TestDesk::start().await;
    let (sara, bot) = (desk.agent("Sara").await, desk.with_bot().await);
    let id = hands_off(&desk, ANA, asked()).await;
    let keep = |name: &str| KeepTest { bot, conversation: id, name: name.to_owned() };

    let agent = seat::seat(&desk.desk, desk.signed_in(&sara).await);
    assert_eq!(agent.tests_of(id).await.unwrap_err(), SeatError::Forbidden);
    assert!(agent.keep_test(keep("Hours")).await.unwrap_err().message.contains("admin"));
    assert_eq!(desk.database.number("select count(*) from bot_tests").await, 0);

    let admin = seat::seat(&desk.desk, desk.signed_in(&desk.admin()).await);
    let [of] = <[_; 1]>::try_from(admin.tests_of(id).await.unwrap()).unwrap();
    assert_eq!((of.bot, of.own, of.kept), (bot, true, None));
    assert_eq!(admin.keep_test(keep(" ")).await.unwrap_err().field.as_deref(), Some("name"));
    admin.keep_test(keep("Hours")).await.unwrap();
    assert!(admin.keep_test(keep("Again")).await.unwrap_err().message.contains("already"));
    assert_eq!(admin.tests_of(id).await.unwrap()[0].kept.as_deref(), Some("Hours"));
}
