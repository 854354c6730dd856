//! Whose typing a customer sees, and when.

use std::time::Duration;

use contract::Command;
use contract::capability::Feature;
use futures::future::join_all;

use super::calls;
use super::line::Line;
use super::scene::{Scene, Where};

/// Long enough for a call that is not to come.
const A_MOMENT: Duration = Duration::from_millis(400);

/// The calls that tell of typing since a mark.
fn told(line: &Line<'_>, mark: usize) -> usize {
    let names = line.calls(mark).into_iter().filter_map(|call| calls::name(line.word, &call));
    names
        .filter(|name| ["read + typing_indicator", "Typing", "composing_event", "events"].contains(&&**name))
        .count()
}

async fn type_for_a_moment(line: &Line<'_>, reply: bool) {
    line.command(Command::Typing { reply }).await.unwrap();
    tokio::time::sleep(A_MOMENT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_see_the_owner_typing_a_reply_and_nothing_else() {
    typing_is_seen(Where::Inside).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_see_the_owner_typing_at_a_desk_without_stand_ins() {
    typing_is_seen(Where::Apart).await;
}

async fn typing_is_seen(place: Where) {
    let scene = Scene::open(place).await;
    join_all(scene.lines().into_iter().map(|line| async move {
        line.begin().await;
        let mark = line.scene.tap.mark();
        type_for_a_moment(&line, false).await;
        assert_eq!(told(&line, mark), 0, "{}: a note", line.word);
        let id = line.conversation().await;
        let window = |until: &str| {
            format!(
                "update conversations set window_until = desk_now() {until} interval '60 s' where id = '{id}'"
            )
        };
        line.scene.database.sql(&window("-")).await;
        type_for_a_moment(&line, true).await;
        assert_eq!(told(&line, mark), 0, "{}: the window is closed", line.word);
        line.scene.database.sql(&window("+")).await;
        line.command(Command::Typing { reply: true }).await.unwrap();
        line.until_typing().await;
        type_for_a_moment(&line, true).await;
        let once = usize::from(line.has(Feature::Typing));
        assert_eq!(told(&line, mark), once, "{}: once in 20 seconds", line.word);
        assert_eq!(line.phone().await.typing, once == 1, "{}", line.word);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_is_told_not_to_shows_no_typing() {
    nothing_is_seen(Where::Inside).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_is_told_not_to_shows_no_typing_at_a_desk_without_stand_ins() {
    nothing_is_seen(Where::Apart).await;
}

async fn nothing_is_seen(place: Where) {
    let scene = Scene::open(place).await;
    join_all(scene.lines().into_iter().map(|line| async move {
        line.begin().await;
        let mut tx = line.scene.desk.store.begin().await.unwrap();
        assert!(tx.show_typing(line.channel, false).await.unwrap());
        tx.commit().await.unwrap();
        let mark = line.scene.tap.mark();
        type_for_a_moment(&line, true).await;
        assert_eq!(told(&line, mark), 0, "{}", line.word);
    }))
    .await;
}
