//! Who may write, when everybody does something at once.

use std::time::Duration;

use contract::command::Claim;
use contract::{
    Body, ClientId, Command, ConversationId, Owner, Packet, ReasonCode, RefusalCode, Request, Stage,
};
use desk::bots::Answer;
use desk::domain::Refused;
use desk::flows::{self, Failed, bot_answer};
use desk::store::bots::{Health, Terms, Turn};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tests::provider::Mood;
use tests::{Login, TestDesk, until};
use uuid::Uuid;

const ANA: &str = "4917139200099";

fn request(conversation: ConversationId, command: Command) -> Request {
    Request { id: ClientId(Uuid::new_v4()), conversation, command }
}

/// A turn as the job would hold it: under the epoch that the bot saw.
pub fn turn(conversation: ConversationId, bot: contract::BotId, epoch: i64) -> Turn {
    Turn {
        conversation,
        number: 1,
        bot,
        kind: "flow".to_owned(),
        definition: Value::Null,
        definition_version: 1,
        epoch,
        version: 1,
        attempts: 1,
        memory: Value::Null,
        offered: Vec::new(),
        // Whatever was answered before, this is a new turn.
        heard_from: i64::MAX,
        owner_from: 0,
        regained: None,
        contact: contract::ContactId(Uuid::nil()),
        contact_name: None,
        window_until: None,
        now: contract::Time(0),
        terms: Terms::default(),
        health: Health::default(),
    }
}

fn bot_says(words: &str) -> Answer {
    let messages = words.split('|').map(Body::text).collect();
    Answer { messages, ..Answer::default() }
}

#[tokio::test]
async fn a_bots_answer_after_a_takeover_is_dropped_and_told_who_has_it() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let bot = desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.settled().await;
    let id = desk.conversation_of(ANA).await;
    let seen = desk.card(id).await.epoch;
    let before = desk.provider.seen().len();
    let take = request(id, Command::Take { epoch: seen });
    flows::act(&desk.desk, TestDesk::acting(&sara), take).await.unwrap();
    let late = bot_answer::answer(&desk.desk, &turn(id, bot, seen), bot_says("too late"), 9).await;
    let Err(Failed::Refused(Refused::NotOwner { owner, .. })) = late else { panic!("{late:?}") };
    assert_eq!(owner, Owner::Agent(sara.id));
    desk.settled().await;
    assert_eq!(desk.provider.seen().len(), before);
}

#[tokio::test]
async fn what_a_bot_has_queued_is_withdrawn_by_a_take() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let bot = desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.settled().await;
    let id = desk.conversation_of(ANA).await;
    let epoch = desk.card(id).await.epoch;
    let before = desk.provider.texts();
    desk.provider.then([Mood::AcceptAfter(Duration::from_millis(800))]);
    let two = bot_says("under way|still waiting");
    bot_answer::answer(&desk.desk, &turn(id, bot, epoch), two, 9).await.unwrap();
    until("the first is under way", || async {
        (desk.provider.texts().len() == before.len() + 1).then_some(())
    })
    .await;
    let take = request(id, Command::Take { epoch });
    flows::act(&desk.desk, TestDesk::acting(&sara), take).await.unwrap();
    desk.settled().await;
    assert!(!desk.provider.texts().contains(&"still waiting".to_owned()));
    let states = desk.database.words("select state from deliveries order by ord desc limit 2").await;
    assert_eq!(states, ["cancelled", "accepted"]);
}

#[tokio::test]
async fn of_two_agents_who_take_at_once_exactly_one_wins() {
    let desk = TestDesk::start().await;
    let (sara, omar) = (desk.agent("Sara").await, desk.agent("Omar").await);
    for round in 0..100 {
        let from = format!("49151{round:06}");
        desk.customer_writes(&from, &format!("wamid.{round}"), "Hello?").await;
        let id = desk.conversation_of(&from).await;
        let epoch = desk.card(id).await.epoch;
        let take =
            |who: &Login| flows::act(&desk.desk, TestDesk::acting(who), request(id, Command::Take { epoch }));
        let (first, second) = (take(&sara), take(&omar));
        let (first, second) = tokio::join!(first, second);
        let (winner, refusal) = match (first, second) {
            (Ok(_), Err(refusal)) => (sara.id, refusal),
            (Err(refusal), Ok(_)) => (omar.id, refusal),
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal.code, RefusalCode::NotOwner);
        assert_eq!(refusal.owner, Some(Owner::Agent(winner)));
    }
}

#[tokio::test]
async fn handing_off_twice_makes_one_handoff() {
    let desk = TestDesk::start().await;
    let bot = desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.settled().await;
    let id = desk.conversation_of(ANA).await;
    let epoch = desk.card(id).await.epoch;
    let answer =
        || Answer { handoff: Some(Packet::because(ReasonCode::CustomerAsked)), ..bot_says("One moment") };
    let turn = turn(id, bot, epoch);
    let (one, two) = tokio::join!(
        bot_answer::answer(&desk.desk, &turn, answer(), 9),
        bot_answer::answer(&desk.desk, &turn, answer(), 9)
    );
    assert!(one.is_ok() != two.is_ok());
    assert_eq!(desk.database.number("select count(*) from handoffs").await, 1);
}

#[tokio::test]
async fn a_resolve_that_meets_a_new_message_leaves_no_message_behind() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    for round in 0..30 {
        let from = format!("49152{round:06}");
        desk.customer_writes(&from, &format!("wamid.a{round}"), "Hello?").await;
        let id = desk.conversation_of(&from).await;
        let epoch = desk.card(id).await.epoch;
        let resolve = request(id, Command::Resolve { epoch });
        let more =
            tests::meta::messages(&from, &[tests::meta::text(&from, &format!("wamid.b{round}"), "wait")]);
        let (_, posted) =
            tokio::join!(flows::act(&desk.desk, TestDesk::acting(&sara), resolve), desk.post(&more));
        assert_eq!(posted, 200);
    }
    desk.applied().await;
    // Whichever was first: either the message reopened it, or it was resolved with the message in it.
    let lost = "select count(*) from conversations c where stage = 'resolved' and exists
                 (select 1 from events m, events r where m.conversation_id = c.id and r.conversation_id = c.id
                   and m.change ? 'message_created' and r.change -> 'owner_changed' ->> 'cause' = 'resolve'
                   and m.seq > r.seq)";
    assert_eq!(desk.database.number(lost).await, 0);
}

/// What somebody does next, in the property test.
#[derive(Debug, Clone, Copy)]
enum Move {
    BotSays,
    BotHandsOff,
    Take,
    TakeOver,
    Reply,
    Return,
    Resolve,
    CustomerWrites,
}

fn moves() -> impl Strategy<Value = Vec<(Move, u8)>> {
    let one = prop_oneof![
        Just(Move::BotSays),
        Just(Move::BotHandsOff),
        Just(Move::Take),
        Just(Move::TakeOver),
        Just(Move::Reply),
        Just(Move::Return),
        Just(Move::Resolve),
        Just(Move::CustomerWrites),
    ];
    prop::collection::vec((one, 0..2_u8), 12..30)
}

/// Bots and agents act at random and at once, each under the epoch that it saw a moment ago. Whatever wins, every
/// stored message was written by the owner of its moment, under the epoch of its moment, and nothing that was
/// withdrawn has left.
#[test]
fn no_message_is_ever_stored_under_an_old_epoch() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (desk, people, bot) = runtime.block_on(async {
        let desk = TestDesk::start().await;
        let people = [desk.agent("Sara").await, desk.agent("Omar").await];
        let bot = desk.with_bot().await;
        (desk, people, bot)
    });
    let round = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    runner
        .run(&moves(), |moves| {
            round.set(round.get() + 1);
            runtime.block_on(interleave(&desk, &people, bot, (round.get(), moves)));
            Ok(())
        })
        .unwrap();
    runtime.block_on(async {
        desk.settled().await;
        check_epochs(&desk).await;
        desk.stop().await;
    });
}

async fn interleave(
    desk: &TestDesk,
    people: &[Login; 2],
    bot: contract::BotId,
    (round, moves): (u32, Vec<(Move, u8)>),
) {
    let from = format!("49153{round:06}");
    desk.customer_writes(&from, &format!("wamid.{round}.first"), "hi").await;
    let id = desk.conversation_of(&from).await;
    // Chunks of moves run at once and see the same epoch, so that most of them come too late.
    for (n, chunk) in moves.chunks(4).enumerate() {
        let card = desk.card(id).await;
        let moved = chunk.iter().enumerate().map(|(m, (step, who))| {
            let (from, key) = (from.clone(), format!("wamid.{round}.{n}.{m}"));
            let who = &people[usize::from(*who)];
            async move { make(desk, (id, bot), (*step, who, card.epoch), (&from, &key)).await }
        });
        futures::future::join_all(moved).await;
    }
}

async fn make(
    desk: &TestDesk,
    (id, bot): (ConversationId, contract::BotId),
    (step, who, epoch): (Move, &Login, i64),
    (from, key): (&str, &str),
) {
    let command = match step {
        Move::CustomerWrites => {
            desk.post(&tests::meta::messages(from, &[tests::meta::text(from, key, "more")])).await;
            return;
        }
        Move::BotSays | Move::BotHandsOff => {
            let mut answer = bot_says("I am the bot");
            if matches!(step, Move::BotHandsOff) {
                answer.handoff = Some(Packet::because(ReasonCode::CustomerAsked));
            }
            let _refused = bot_answer::answer(&desk.desk, &turn(id, bot, epoch), answer, 0).await;
            return;
        }
        Move::Take => Command::Take { epoch },
        Move::TakeOver | Move::Reply => Command::Reply {
            epoch,
            body: Body::text("I am a person"),
            quoted: None,
            claim: if matches!(step, Move::Reply) { Claim::IfFree } else { Claim::TakeOver },
        },
        Move::Return => Command::ReturnToBot { epoch, note: "back".to_owned(), settled: Vec::new() },
        Move::Resolve => Command::Resolve { epoch },
    };
    let _refused = flows::act(&desk.desk, TestDesk::acting(who), request(id, command)).await;
}

/// Replays the events of every conversation and holds every message to the owner and epoch of its place.
async fn check_epochs(desk: &TestDesk) {
    let wrong = "with owners as (
                   select conversation_id, seq, (change #>> '{owner_changed,epoch}')::bigint as epoch,
                          change #> '{owner_changed,to}' as owner
                     from events where change ? 'owner_changed'
                   union all
                   select conversation_id, seq, 1, case when change #>> '{opened,stage}' = 'bot'
                            then '{\"kind\":\"bot\"}'::jsonb else '{\"kind\":\"nobody\"}'::jsonb end
                     from events where change ? 'opened')
                 select count(*) from messages m
                 join lateral (select epoch, owner from owners o
                                where o.conversation_id = m.conversation_id and o.seq < m.seq
                                order by o.seq desc limit 1) o on true
                where m.author_kind in ('bot', 'agent') and not m.note
                  and (m.epoch <> o.epoch or m.author_kind <> o.owner ->> 'kind'
                       or (m.author_kind = 'agent' and m.author_id::text <> o.owner ->> 'id'))";
    assert_eq!(desk.database.number(wrong).await, 0, "a message was stored under an old epoch");
    let both = "select count(*) from messages where author_kind in ('bot', 'agent') and not note";
    assert!(desk.database.number(both).await > 20, "too little happened to prove anything");
    let left = "select count(*) from deliveries where state = 'cancelled' and (attempts > 0 or provider_id is not null)";
    assert_eq!(desk.database.number(left).await, 0, "something withdrawn has left");
    let two = "select count(*) from (select address_id from conversations where stage <> 'resolved'
                group by address_id having count(*) > 1) x";
    assert_eq!(desk.database.number(two).await, 0);
    let stages = desk.database.words("select distinct stage from conversations").await;
    assert!(stages.iter().all(|stage| Stage::parse(stage).is_some()));
}
