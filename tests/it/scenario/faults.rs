//! Everything that the sandbox can do wrong on purpose, and what comes of it: the same at every provider, in its own
//! words.

use std::time::Duration;

use contract::capability::Feature;
use contract::command::Verdict;
use contract::sandbox::{Faults, PhoneAct};
use contract::{Body, Command, DeliveryState, MessageId};
use futures::future::join_all;
use tests::until;

use super::calls;
use super::line::Line;
use super::scene::{Scene, Where};
use super::tap::Heard;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_at_a_provider_ends_well_or_is_told() {
    goes_wrong(Where::Inside).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_ends_well_or_is_told_at_a_desk_without_stand_ins() {
    goes_wrong(Where::Apart).await;
}

/// Each provider has a desk of its own: what goes wrong goes wrong at all stand-ins of a desk.
async fn goes_wrong(place: Where) {
    let scenes = join_all(super::matrix::PROVIDERS.map(|_| Scene::open(place))).await;
    let lines = scenes.iter().enumerate().map(|(at, scene)| scene.lines()[at]);
    join_all(lines.map(every_fault)).await;
}

async fn every_fault(line: Line<'_>) {
    // Written out, so that a new fault cannot be forgotten.
    let Faults {
        delay_ms: _,
        duplicate: _,
        reorder: _,
        fail_every: _,
        fail_code: _,
        drop_answers: _,
        throttle: _,
        expire_window: _,
        no_read_receipts: _,
    } = Faults::default();
    line.begin().await;
    a_slow_provider_is_waited_for(&line).await;
    what_is_told_several_times_counts_once(&line).await;
    statuses_in_the_wrong_order_go_up_only(&line).await;
    receipts_that_are_switched_off_are_not_made_up(&line).await;
    what_was_taken_without_a_word_is_never_sent_twice(&line).await;
    a_throttled_message_goes_a_little_later(&line).await;
    what_is_refused_for_now_is_tried_again(&line).await;
    what_is_refused_for_good_has_failed(&line).await;
    a_window_that_the_provider_says_is_closed_is_told(&line).await;
}

/// The sends among the calls since a mark.
fn sends(line: &Line<'_>, mark: usize) -> Vec<Heard> {
    let named = |call: &Heard| calls::name(line.word, call).is_some();
    line.calls(mark).into_iter().filter(named).collect()
}

async fn shown(line: &Line<'_>, words: &str) -> usize {
    let messages = line.phone().await.messages;
    messages.iter().filter(|message| message.body == Body::text(words)).count()
}

async fn a_slow_provider_is_waited_for(line: &Line<'_>) {
    line.faults(Faults { delay_ms: 400, ..Faults::default() }).await;
    let mark = line.scene.tap.mark();
    let sent = line.reply("slow").await;
    line.until_state(sent, line.arrived()).await;
    until(&format!("{}: it has answered", line.word), || async {
        sends(line, mark)[0].took.filter(|took| *took >= Duration::from_millis(400))
    })
    .await;
    assert_eq!((sends(line, mark).len(), shown(line, "slow").await), (1, 1), "{}", line.word);
}

async fn what_is_told_several_times_counts_once(line: &Line<'_>) {
    line.faults(Faults { duplicate: 2, ..Faults::default() }).await;
    let mark = line.scene.tap.mark();
    line.writes("three times").await;
    line.until_words("three times").await;
    until(&format!("{}: it is told three times", line.word), || async {
        (line.webhooks(mark).await.len() == 3).then_some(())
    })
    .await;
    let sent = line.reply("and back").await;
    line.until_state(sent, line.arrived()).await;
    settled(line).await;
    let thread = line.thread().await;
    let count = thread.iter().filter(|message| message.body == Body::text("three times")).count();
    assert_eq!((count, shown(line, "and back").await), (1, 1), "{}", line.word);
    let ledger = tests::desk::ledger_of(&line.scene.database).await;
    assert!(ledger.balanced() && ledger.duplicate >= 2, "{}: {ledger:?}", line.word);
}

async fn statuses_in_the_wrong_order_go_up_only(line: &Line<'_>) {
    line.faults(Faults { reorder: true, ..Faults::default() }).await;
    let sent = line.reply("backwards").await;
    let last = if line.traits().reports { DeliveryState::Read } else { DeliveryState::Accepted };
    line.until_state(sent, last).await;
    settled(line).await;
    assert_eq!(line.message(sent).await.state, Some(last), "{}: it went down again", line.word);
}

async fn receipts_that_are_switched_off_are_not_made_up(line: &Line<'_>) {
    line.faults(Faults { no_read_receipts: true, ..Faults::default() }).await;
    let sent = line.reply("unseen").await;
    line.until_state(sent, line.arrived()).await;
    line.act(PhoneAct::Look).await;
    settled(line).await;
    assert_eq!(line.message(sent).await.state, Some(line.arrived()), "{}", line.word);
}

async fn what_was_taken_without_a_word_is_never_sent_twice(line: &Line<'_>) {
    line.faults(Faults { drop_answers: 1, ..Faults::default() }).await;
    let mark = line.scene.tap.mark();
    let sent = line.reply("once").await;
    if line.traits().reports {
        // Its statuses name the delivery.
        line.until_state(sent, DeliveryState::Delivered).await;
    } else {
        line.until_state(sent, DeliveryState::Uncertain).await;
        line.command(Command::Settle { message: sent, verdict: Verdict::Leave }).await.unwrap();
        line.until_state(sent, DeliveryState::Accepted).await;
    }
    let next = line.reply("afterwards").await;
    line.until_state(next, line.arrived()).await;
    assert_eq!((sends(line, mark).len(), shown(line, "once").await), (2, 1), "{}", line.word);
}

async fn a_throttled_message_goes_a_little_later(line: &Line<'_>) {
    line.faults(Faults { throttle: 1, ..Faults::default() }).await;
    let mark = line.scene.tap.mark();
    let sent = line.reply("too fast").await;
    line.until_state(sent, line.arrived()).await;
    let calls = sends(line, mark);
    let (status, word) = line.traits().throttle;
    assert_eq!(calls[0].status, Some(status), "{}", line.word);
    assert!(String::from_utf8_lossy(&calls[0].answer).contains(word), "{}: {:?}", line.word, calls[0]);
    assert_eq!((calls.len(), shown(line, "too fast").await), (2, 1), "{}", line.word);
}

async fn refused(line: &Line<'_>, (words, fail_code): (&str, u32)) -> (MessageId, usize) {
    line.faults(Faults { fail_every: 1, fail_code, ..Faults::default() }).await;
    let mark = line.scene.tap.mark();
    let sent = line.reply(words).await;
    until(&format!("{}: it is refused", line.word), || async {
        sends(line, mark).first().and_then(|call| call.status)
    })
    .await;
    line.faults(Faults::default()).await;
    (sent, mark)
}

async fn what_is_refused_for_now_is_tried_again(line: &Line<'_>) {
    let (sent, mark) = refused(line, ("not now", 0)).await;
    line.until_state(sent, line.arrived()).await;
    assert_eq!((sends(line, mark).len(), shown(line, "not now").await), (2, 1), "{}", line.word);
}

async fn what_is_refused_for_good_has_failed(line: &Line<'_>) {
    let (sent, mark) = refused(line, ("never", line.traits().hopeless)).await;
    let failed = line.until_state(sent, DeliveryState::Failed).await.failure.unwrap();
    assert!(!failed.code.is_empty() && failed.reason.ends_with('.'), "{}: {failed:?}", line.word);
    assert_eq!((sends(line, mark).len(), shown(line, "never").await), (1, 0), "{}", line.word);
    // It holds up nobody.
    let next = line.reply("but this").await;
    line.until_state(next, line.arrived()).await;
}

async fn a_window_that_the_provider_says_is_closed_is_told(line: &Line<'_>) {
    line.faults(Faults { expire_window: true, ..Faults::default() }).await;
    let sent = line.reply("too late").await;
    match line.traits().window {
        Some(code) => {
            let failure = line.until_state(sent, DeliveryState::Failed).await.failure.unwrap();
            assert!(failure.code.contains(code), "{}: {failure:?}", line.word);
        }
        // Nobody is ever told.
        None => drop(line.until_state(sent, DeliveryState::Accepted).await),
    }
    settled(line).await;
    assert_eq!(shown(line, "too late").await, 0, "{}", line.word);
    assert_eq!(line.traits().window.is_some(), line.has(Feature::Delivered), "{}", line.word);
    line.faults(Faults::default()).await;
}

/// Waits until nothing is on its way, on either side.
async fn settled(line: &Line<'_>) {
    until(&format!("{}: nothing is on its way", line.word), || async {
        let waiting = line.scene.desk.store.waiting().await.unwrap();
        let left = waiting.ledger_pending + waiting.deliveries_queued + waiting.deliveries_sending;
        let theirs = line.scene.stand_ins.sandbox_waiting().await.unwrap();
        (left + theirs == 0).then_some(())
    })
    .await;
}
