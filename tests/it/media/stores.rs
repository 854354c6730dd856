//! The store of files: the one that belongs to the database, and tidied.

use desk::media::Place;
use desk::media::files::Part as FilePart;
use desk::media::sendable::{Reach, sendable};
use desk::store::Store;
use tests::{Database, TestDesk};

use super::*;

fn config(place: Place, desk: &TestDesk) -> desk::Config {
    let like = &desk.desk.config;
    desk::Config {
        public_url: like.public_url.clone(),
        local_url: like.local_url.clone(),
        trusted_proxies: Vec::new(),
        allowed_hosts: Vec::new(),
        sandbox: false,
        secret_key: like.secret_key.clone(),
        ledger_days: 14,
        build: "test".to_owned(),
        database_connections: 2,
        media: place,
    }
}

/// Starts a server over a test's database with a store of files at this folder.
async fn start(desk: &TestDesk, database: &Database, folder: &std::path::Path) -> anyhow::Result<()> {
    start_at(desk, database, Place::Folder(folder.to_path_buf())).await
}

async fn start_at(desk: &TestDesk, database: &Database, place: Place) -> anyhow::Result<()> {
    let store = Store::open(&database.url, 2)?;
    let desk = desk::state::desk(config(place, desk), store)?;
    let started = desk::jobs::start(&desk).await;
    desk.stop.cancel();
    started
}

#[tokio::test]
async fn a_server_whose_folder_is_another_one_refuses_to_start_and_says_why() {
    let desk = TestDesk::start().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let why = start(&desk, &desk.database, elsewhere.path()).await.unwrap_err().to_string();
    assert!(why.contains("the files of this database are in the folder"), "{why}");
    assert!(why.contains(elsewhere.path().to_str().unwrap()) && why.contains("media_dir"), "{why}");
    // The folder moved, with everything in it, is the same store.
    let Place::Folder(folder) = desk.database.media() else { unreachable!() };
    std::fs::copy(folder.join("store.id"), elsewhere.path().join("store.id")).unwrap();
    start(&desk, &desk.database, elsewhere.path()).await.unwrap();
    // A database that has no store yet takes the folder that it is given, used or not.
    let fresh = Database::fresh().await;
    start(&desk, &fresh, elsewhere.path()).await.unwrap();
    let other = tempfile::tempdir().unwrap();
    assert!(start(&desk, &fresh, other.path()).await.is_err());
}

fn bucket(at: &tests::Bucket, prefix: &str) -> Place {
    Place::Bucket(Box::new(desk::media::place::Bucket {
        name: "shop-files".to_owned(),
        prefix: prefix.to_owned(),
        endpoint: Some(at.url.clone()),
        region: Some("eu-central-1".to_owned()),
        access_key: Some("AKIATEST".to_owned()),
        secret_key: Some("a secret key for tests".to_owned().into()),
    }))
}

#[tokio::test]
async fn a_bucket_keeps_files_whole_in_parts_and_until_they_are_deleted() {
    let at = tests::Bucket::start().await;
    let files = desk::media::Files::at(&bucket(&at, "baton")).unwrap();
    let (small, large) = (contract::FileId(uuid::Uuid::now_v7()), contract::FileId(uuid::Uuid::now_v7()));
    let bytes: Vec<u8> = (0..12_000_000_u32).map(|number| (number % 251) as u8).collect();
    let pieces = |bytes: &[u8]| {
        let pieces: Vec<_> =
            bytes.chunks(700_000).map(|piece| Ok::<_, String>(piece.to_vec().into())).collect();
        futures::stream::iter(pieces)
    };
    let written = files.write(small, pieces(b"hello"), 100).await.unwrap();
    assert_eq!(written.size, 5);
    assert_eq!(files.write(large, pieces(&bytes), 20_000_000).await.unwrap().size, 12_000_000);
    files.put(small, FilePart::Thumbnail, b"tiny".to_vec()).await.unwrap();
    assert!(at.asked().iter().filter(|asked| asked.contains("partNumber")).count() >= 2, "it went in parts");
    assert!(at.keys().iter().all(|key| key.starts_with("shop-files/baton/")), "{:?}", at.keys());

    assert_eq!(files.read_small(small, FilePart::Whole).await.unwrap(), "hello");
    assert_eq!(files.read_small(large, FilePart::Whole).await.unwrap(), bytes);
    let part = files.read(large, FilePart::Whole, Some(11_999_990..12_000_000)).await.unwrap();
    assert_eq!(part.length, 10);

    // One that turns out too large leaves nothing.
    let third = contract::FileId(uuid::Uuid::now_v7());
    assert!(files.write(third, pieces(&bytes), 6_000_000).await.is_err());
    assert_eq!(at.keys().len(), 3);
    for file in [small, large, third] {
        files.remove(file).await.unwrap();
    }
    assert_eq!(at.keys(), Vec::<String>::new());
    assert_eq!(at.unsigned(), 0);
    assert!(files.read_small(small, FilePart::Whole).await.is_err());
}

#[tokio::test]
async fn servers_share_a_bucket_and_one_with_a_folder_of_its_own_refuses_to_start() {
    let at = tests::Bucket::start().await;
    let desk = TestDesk::start().await;
    let fresh = Database::fresh().await;
    for _ in 0..2 {
        start_at(&desk, &fresh, bucket(&at, "")).await.unwrap();
    }
    assert_eq!(at.keys(), ["shop-files/store.id"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let why = start(&desk, &fresh, elsewhere.path()).await.unwrap_err().to_string();
    assert!(
        why.contains("the files of this database are in the bucket shop-files at http://127.0.0.1"),
        "{why}"
    );
    assert!(why.contains("this server would use the folder"), "{why}");
    let other = tests::Bucket::start().await;
    let why = start_at(&desk, &fresh, bucket(&other, "")).await.unwrap_err().to_string();
    assert!(why.contains(&other.url), "{why}");
}

#[tokio::test]
async fn files_of_erased_messages_are_deleted_with_their_small_pictures_and_no_others() {
    let desk = TestDesk::start().await;
    let cookie = desk.cookie(&desk.agent("Sara").await).await;
    for id in ["1", "2"] {
        gives(&desk, id, photo());
    }
    let first = sends_picture(&desk, "1").await;
    let second = sends_picture(&desk, "2").await;
    let first_file = until_ready(&desk, first.id).await.file.unwrap();
    let second_file = until_ready(&desk, second.id).await.file.unwrap();
    let conversation = desk.conversation_of(ANA).await;
    let upload = uploaded(&desk, &cookie, conversation, ("a.jpg", "image/jpeg", photo())).await.file.unwrap();
    let old = uploaded(&desk, &cookie, conversation, ("b.jpg", "image/jpeg", photo())).await.file.unwrap();
    desk.sql(&format!("delete from messages where id = '{}'", first.id)).await;
    desk.sql(&format!("update files set created_at = desk_now() - interval '25 hours' where id = '{old}'"))
        .await;
    desk::jobs::clean_up::sweep_files(&desk.desk).await.unwrap();
    let files = &desk.desk.files;
    for (file, kept) in [(first_file, false), (second_file, true), (upload, true), (old, false)] {
        for part in [FilePart::Whole, FilePart::Thumbnail] {
            assert_eq!(files.read(file, part, None).await.is_ok(), kept, "{file} {part:?}");
        }
    }
    assert_eq!(desk.database.number("select count(*) from files").await, 2);
}

#[test]
fn a_provider_that_fetches_from_us_gets_no_files_from_a_desk_that_nobody_reaches() {
    for provider in desk::channels::PROVIDERS {
        let by = provider.capabilities().files_by;
        let (reached, unreached) =
            (sendable(*provider, Reach::Reached), sendable(*provider, Reach::Unreached));
        match by {
            contract::capability::FileBy::Upload => assert_eq!(reached, unreached),
            contract::capability::FileBy::Address => {
                let why = unreached.refused.unwrap();
                assert!(why.contains("public_url") && unreached.rules.is_empty(), "{why}");
                assert!(reached.refused.is_none() && !reached.rules.is_empty());
            }
            contract::capability::FileBy::Nothing => {
                assert!(reached.refused.is_some() && unreached.refused.is_some());
            }
        }
    }
}
