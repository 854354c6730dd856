//! Doors: several addresses of one connection, each of which stands for a number and carries a tag.

use contract::ChannelId;
use contract::settings::SettingsChange;
use desk::channels::Item;
use desk::flows::receive::Parsed;
use desk::settings::change;
use tests::TestDesk;
use tests::desk::{add_channel, add_connection};

use crate::unnamed::{apply, comes, said, still};

const ANA: &str = "4917139200099";
const SPRING: &str = "0123456789abcdef0123456789abcdef";

async fn make(desk: &TestDesk, channel: ChannelId, path: &str, tag: &str) -> bool {
    let mut tx = desk.store.begin().await.unwrap();
    let made = tx.add_door(desk.connection, channel, (path, tag)).await.unwrap();
    tx.commit().await.unwrap();
    made
}

/// What a provider makes of a webhook that came by a door: its end of the path is the channel.
async fn by_door(desk: &TestDesk, path: &str, text: &str) -> Parsed {
    let mut item = said(ANA, text);
    if let Item::Message(inbound) = &mut item {
        inbound.channel = path.to_owned();
    }
    comes(desk, vec![item], 10).await
}

#[tokio::test]
async fn a_message_comes_in_on_the_number_of_its_door_with_the_doors_tag() {
    let desk = still().await;
    let other = add_channel(&desk.database, desk.connection, "other").await;
    assert!(make(&desk, other, SPRING, "spring sale").await);
    apply(&desk, &[&by_door(&desk, SPRING, "I saw your campaign").await]).await;
    apply(&desk, &[&by_door(&desk, "other", "I just write").await]).await;
    let tags = "select coalesce(tag, '-') from messages order by seq";
    assert_eq!(desk.database.words(tags).await, ["spring sale", "-"]);
    let on = format!("select count(*) from messages where channel_id = '{other}'");
    assert_eq!(desk.database.number(&on).await, 2, "it is one number, however many doors it has");
    assert_eq!(desk.database.number("select count(*) from conversations").await, 1);
}

#[tokio::test]
async fn a_door_that_is_gone_or_that_nobody_made_lets_nothing_in() {
    let desk = still().await;
    assert!(make(&desk, desk.channel, SPRING, "spring").await);
    let mut tx = desk.store.begin().await.unwrap();
    assert!(tx.remove_door(desk.connection, SPRING).await.unwrap());
    assert!(!tx.remove_door(desk.connection, SPRING).await.unwrap());
    tx.commit().await.unwrap();
    apply(&desk, &[&by_door(&desk, SPRING, "Hello?").await]).await;
    let ledger = desk.ledger().await;
    assert_eq!((ledger.rejected, ledger.applied), (1, 0));
    assert_eq!(desk.database.words("select reason from rejections").await, ["unknown_channel"]);
}

#[tokio::test]
async fn a_door_stands_for_a_number_of_its_own_connection_only() {
    let desk = still().await;
    let other = add_connection(&desk.database, &desk.desk, "https://other.example").await;
    let foreign = add_channel(&desk.database, other, "foreign").await;
    assert!(!make(&desk, foreign, SPRING, "spring").await);
    assert!(make(&desk, desk.channel, SPRING, "spring").await);
    assert_eq!(desk.store.doors(other).await.unwrap(), []);
    assert_eq!(desk.store.doors(desk.connection).await.unwrap().len(), 1);
    assert_eq!(desk.store.door_tag(other, SPRING).await.unwrap(), None);
}

#[tokio::test]
async fn a_provider_that_sends_everything_to_one_address_gets_no_doors() {
    let desk = TestDesk::start().await;
    let boss = desk.signed_in(&desk.admin()).await;
    let (connection, channel) = (desk.connection, desk.channel);
    let wish = |tag: &str| SettingsChange::AddDoor { connection, channel, tag: tag.to_owned() };
    let why = change(&desk.desk, &boss, wish("spring")).await.unwrap_err();
    assert!(why.message.contains("one address"), "{why:?}");
    assert_eq!(change(&desk.desk, &boss, wish(" ")).await.unwrap_err().field.as_deref(), Some("tag"));
    let seconds = |seconds| SettingsChange::SetRepeatWindow { connection, seconds };
    assert!(change(&desk.desk, &boss, seconds(3_601)).await.is_err());
    change(&desk.desk, &boss, seconds(120)).await.unwrap();
    assert_eq!(desk.database.number("select repeat_window_s::bigint from connections").await, 120);
}

/// The whole way, as soon as a provider is there whose webhooks come by several addresses.
#[tokio::test]
async fn doors_are_made_and_taken_away_in_the_settings() {
    let desk = TestDesk::start().await;
    let boss = desk.signed_in(&desk.admin()).await;
    let Some(provider) = desk::channels::PROVIDERS.iter().find(|provider| !provider.about().has_ids) else {
        return;
    };
    desk.sql(&format!("update connections set provider = '{}'", provider.about().provider)).await;
    let (connection, channel) = (desk.connection, desk.channel);
    let wish = SettingsChange::AddDoor { connection, channel, tag: " spring sale ".to_owned() };
    change(&desk.desk, &boss, wish).await.unwrap();
    let page = contract::settings::SettingsPage::Connection(connection);
    let shown = desk::settings::settings(&desk.desk, &boss, page).await.unwrap();
    let contract::settings::Settings::Connection(page) = shown else { panic!("another page") };
    let door = &page.doors[0];
    assert_eq!((door.tag.as_str(), door.channel), ("spring sale", channel));
    assert!(door.path.len() == 32 && door.url.ends_with(&format!("/{connection}/{}", door.path)));
    let path = door.path.clone();
    change(&desk.desk, &boss, SettingsChange::RemoveDoor { connection, path }).await.unwrap();
    assert_eq!(desk.store.doors(connection).await.unwrap(), []);
}
