//! One customer and one number: WhatsApp takes a burst, then one message in six seconds.

use std::time::{Duration, Instant};

use contract::command::Claim;
use contract::{Body, ClientId, Command, DeliveryState, MessageId, Request};
use desk::flows::act;
use tests::provider::Mood;
use tests::{Login, TestDesk, until};
use uuid::Uuid;

const ANA: &str = "4917139200099";
const BEN: &str = "4917139200098";

async fn say(desk: &TestDesk, who: &Login, to: &str, words: &str) -> MessageId {
    let id = desk.conversation_of(to).await;
    let epoch = desk.card(id).await.epoch;
    let command = Command::Reply { epoch, body: Body::text(words), quoted: None, claim: Claim::IfFree };
    let request = Request { id: ClientId(Uuid::new_v4()), conversation: id, command };
    act(&desk.desk, TestDesk::acting(who), request).await.unwrap().message.unwrap()
}

async fn stage() -> (TestDesk, Login) {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.customer_writes(ANA, "wamid.1", "Hello?").await;
    desk.customer_writes(BEN, "wamid.2", "Hello?").await;
    (desk, sara)
}

/// When a text was taken.
fn taken(desk: &TestDesk, words: &str) -> Option<Instant> {
    let taken = desk.provider.seen().into_iter().filter(|seen| seen.id.is_some());
    taken.filter(|seen| seen.body["text"]["body"] == words).map(|seen| seen.at).next()
}

async fn until_taken(desk: &TestDesk, words: &str) -> Instant {
    until(&format!("“{words}” is taken"), || async { taken(desk, words) }).await
}

#[tokio::test]
async fn whoever_gets_very_many_messages_waits_by_themself_and_in_order() {
    let (desk, sara) = stage().await;
    let mut last = None;
    for number in 1..=42 {
        last = Some(say(&desk, &sara, ANA, &format!("{number}")).await);
    }
    let first = until_taken(&desk, "1").await;
    until_taken(&desk, "40").await;
    say(&desk, &sara, BEN, "elsewhere").await;
    let elsewhere = until_taken(&desk, "elsewhere").await;
    assert_eq!(taken(&desk, "41"), None, "that is one too many");
    until("the desk knows why it waits", || async {
        let found =
            desk.database.words("select error_code from deliveries where error_code is not null").await;
        (found == ["pair_limit"]).then_some(())
    })
    .await;
    let next = until_taken(&desk, "41").await;
    assert!(elsewhere < next);
    let waited = next - first;
    assert!((Duration::from_secs(6)..Duration::from_secs(9)).contains(&waited), "{waited:?}");
    let after = until_taken(&desk, "42").await;
    assert!(after - first >= Duration::from_secs(12), "{:?}", after - first);
    desk.settled().await;
    let found = desk.store.messages(&[last.unwrap()]).await.unwrap();
    assert!(found.values().all(|found| found.state == Some(DeliveryState::Accepted)));
    let texts: Vec<_> = desk.provider.texts().into_iter().filter(|words| words != "elsewhere").collect();
    assert_eq!(texts, (1..=42).map(|number: i32| number.to_string()).collect::<Vec<_>>());
    assert_eq!(
        desk.database.number("select max(attempts)::bigint from deliveries").await,
        1,
        "waiting is no try"
    );
}

#[tokio::test]
async fn whoever_takes_a_number_over_knows_what_was_sent() {
    let (desk, sara) = stage().await;
    for number in 1..=40 {
        say(&desk, &sara, ANA, &format!("{number}")).await;
    }
    until_taken(&desk, "40").await;
    desk.settled().await;
    desk.stop().await;
    let other = desk.another().await;
    let first = taken(&desk, "1").unwrap();
    for number in 41..=43 {
        say(&other, &sara, ANA, &format!("{number}")).await;
    }
    say(&other, &sara, BEN, "elsewhere").await;
    let elsewhere = until_taken(&desk, "elsewhere").await;
    // One that knew nothing would let all three go at once.
    for (number, seconds) in [(41, 6.0), (42, 12.0), (43, 18.0)] {
        let taken = until_taken(&desk, &format!("{number}")).await;
        let waited = (taken - first).as_secs_f64();
        // When each was sent is only known from when it was written.
        assert!(waited >= seconds - 2.0, "{number} after {waited} s");
    }
    assert!(until_taken(&desk, "43").await > elsewhere, "and nobody else waits for it");
}

#[tokio::test]
async fn a_customer_who_has_had_too_many_holds_up_nobody_else() {
    let (desk, sara) = stage().await;
    desk.provider.then([Mood::Refuse { status: 400, code: 131_056, retry_after: None }]);
    say(&desk, &sara, ANA, "first").await;
    let refused = desk.provider.until_seen(1).await[0].at;
    say(&desk, &sara, ANA, "second").await;
    for number in 1..=5 {
        say(&desk, &sara, BEN, &format!("{number}")).await;
    }
    let elsewhere = until_taken(&desk, "5").await;
    assert!(elsewhere - refused < Duration::from_secs(3), "{:?}", elsewhere - refused);
    assert_eq!(taken(&desk, "first"), None);
    let first = until_taken(&desk, "first").await;
    assert!(first - refused >= Duration::from_millis(5_900), "{:?}", first - refused);
    let second = until_taken(&desk, "second").await;
    assert!(second > first, "the order stays");
}
