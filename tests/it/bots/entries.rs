//! What a model may answer from, as an admin edits it.

use contract::BotId;
use contract::bots::{BotChange, BotScreen, BotShown, FaqEntry};
use contract::settings::ChangeRefused;
use desk::auth::sessions::SignedIn;
use tests::TestDesk;

use super::editor::{add, boss, change, page, shown};

fn entry(id: &str, title: &str, text: &str) -> FaqEntry {
    FaqEntry { id: id.to_owned(), title: title.to_owned(), text: text.to_owned() }
}

async fn set(
    desk: &TestDesk,
    who: &SignedIn,
    (bot, version): (BotId, i32),
    entries: Vec<FaqEntry>,
) -> Result<(), ChangeRefused> {
    change(desk, who, BotChange::SetEntries { bot, version, entries }).await
}

#[tokio::test]
async fn entries_are_added_ordered_and_removed_each_time_as_a_version() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let fields = [("url", "https://models.example/v1"), ("model", "small")];
    let bot = add(&desk, &who, "openai", &fields).await.unwrap();
    let seen = page(&desk, &who, bot).await;
    assert!(seen.kind.has_entries && seen.entries.is_empty(), "{seen:?}");

    let two = vec![entry("", " Opening hours ", "9 to 5"), entry("", "Opening hours", "On Sundays: never.")];
    set(&desk, &who, (bot, 1), two).await.unwrap();
    let seen = page(&desk, &who, bot).await;
    let hours = entry("opening-hours", "Opening hours", "9 to 5");
    let sundays = entry("opening-hours-2", "Opening hours", "On Sundays: never.");
    assert_eq!((seen.line.version, &seen.entries), (2, &vec![hours.clone(), sundays.clone()]));
    assert!(seen.values.contains(&("model".to_owned(), "small".to_owned())), "the rest stays: {seen:?}");

    set(&desk, &who, (bot, 2), vec![sundays.clone(), hours]).await.unwrap();
    set(&desk, &who, (bot, 3), vec![sundays.clone()]).await.unwrap();
    assert_eq!(page(&desk, &who, bot).await.entries, std::slice::from_ref(&sundays));
    // What is as it was is no version.
    set(&desk, &who, (bot, 4), vec![sundays]).await.unwrap();
    let BotShown::Versions(list) = shown(&desk, &who, BotScreen::Versions(bot)).await else { panic!() };
    assert_eq!(list.versions.len(), 4);
}

#[tokio::test]
async fn entries_that_cannot_be_used_are_refused_at_their_field() {
    let desk = TestDesk::start().await;
    let who = boss(&desk).await;
    let fields = [("url", "https://models.example/v1"), ("model", "small")];
    let bot = add(&desk, &who, "openai", &fields).await.unwrap();
    let long = "x".repeat(FaqEntry::TEXT + 1);
    for (odd, field) in [
        (vec![entry("", "A", "text"), entry("", " ", "text")], "entries.1.title"),
        (vec![entry("", "A", "\0 ")], "entries.0.text"),
        (vec![entry("", "A", &long)], "entries.0.text"),
        (vec![entry("", "A", "text"); FaqEntry::MOST + 1], "entries"),
    ] {
        let refused = set(&desk, &who, (bot, 1), odd).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some(field), "{}", refused.message);
    }
    let stale = set(&desk, &who, (bot, 7), vec![entry("", "A", "text")]).await.unwrap_err();
    assert!(stale.message.contains("since you looked"), "{}", stale.message);
    let flow = desk.with_bot().await;
    let other = set(&desk, &who, (flow, 1), vec![entry("", "A", "text")]).await.unwrap_err();
    assert!(other.message.contains("no list"), "{}", other.message);
    let page = page(&desk, &who, bot).await;
    assert_eq!((page.line.version, page.entries), (1, Vec::new()), "nothing was kept");
}
