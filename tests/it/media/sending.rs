//! Files that people here send: uploaded, checked, and handed to the provider.

use std::time::Duration;

use contract::{DeliveryState, RefusalCode};
use tests::meta::text;

use super::*;

/// A desk with a conversation, somebody who answers, and their cookie.
async fn asked() -> (TestDesk, Login, String, ConversationId) {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let cookie = desk.cookie(&sara).await;
    assert_eq!(desk.post(&messages(ANA, &[text(ANA, "wamid.1", "Have you a photo?")])).await, 200);
    desk.applied().await;
    let conversation = desk.conversation_of(ANA).await;
    (desk, sara, cookie, conversation)
}

async fn detail(answer: Response) -> (StatusCode, String) {
    let status = answer.status();
    let problem: serde_json::Value = answer.json().await.unwrap();
    (status, problem["detail"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_file_goes_up_and_out_with_the_words_beside_it() {
    let (desk, sara, cookie, conversation) = asked().await;
    let media = uploaded(&desk, &cookie, conversation, ("dog.png", "image/png", photo())).await;
    // What the browser declared was wrong, and the bytes are right.
    assert_eq!((media.kind, media.mime.as_deref()), (MediaKind::Image, Some("image/jpeg")));
    assert_eq!(media.stored.as_ref().unwrap().thumbnail, Some((40, 80)));
    let sent = reply(&desk, &sara, media.file.unwrap(), "  Here it is  ").await.unwrap();
    let seen = desk.provider.until_seen(1).await;
    let image = &seen[0].body["image"];
    assert_eq!((&image["id"], &image["caption"]), (&json!("upload1"), &json!("Here it is")));
    assert!(image.get("link").is_none());
    let taken = desk.provider.files.taken().pop().unwrap();
    assert_eq!((taken.bytes, taken.mime.as_str(), taken.name.as_str()), (photo(), "image/jpeg", "dog.png"));
    let fields = [("messaging_product", "whatsapp"), ("type", "image/jpeg")];
    let fields: Vec<_> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    assert_eq!(taken.fields, fields);
    assert!(taken.length.is_some(), "some providers take no upload without its length");
    desk.settled().await;
    let kept = message(&desk, sent).await;
    assert_eq!(kept.state, Some(DeliveryState::Accepted));
    assert_eq!(super::media(&kept).stored, media.stored);
    // Colleagues see what was sent.
    let other = desk.cookie(&desk.agent("Omar").await).await;
    let path = format!("/files/{}", media.file.unwrap());
    assert_eq!(ask(&desk, &other, &path, &[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_file_is_sent_once_by_whoever_uploaded_it_where_it_was_uploaded_to() {
    let (desk, sara, cookie, conversation) = asked().await;
    let omar = desk.agent("Omar").await;
    let file = uploaded(&desk, &cookie, conversation, ("a.jpg", "image/jpeg", photo())).await.file.unwrap();
    for (who, file) in [(&omar, file), (&sara, FileId(Uuid::now_v7()))] {
        let refusal = reply(&desk, who, file, "").await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Invalid, "{}", refusal.message);
    }
    reply(&desk, &sara, file, "").await.unwrap();
    let refusal = reply(&desk, &sara, file, "").await.unwrap_err();
    assert!(refusal.message.contains("sent already"), "{}", refusal.message);
    // What the customer sent is not ours to send back under another name.
    gives(&desk, "77", photo());
    let theirs = sends_picture(&desk, "77").await;
    let theirs = until_ready(&desk, theirs.id).await.file.unwrap();
    assert!(reply(&desk, &sara, theirs, "").await.is_err());
}

#[tokio::test]
async fn what_the_channel_does_not_take_is_refused_before_anything_is_queued() {
    let (desk, sara, cookie, conversation) = asked().await;
    let empty = upload(&desk, &cookie, conversation, ("a.jpg", "image/jpeg", Vec::new())).await;
    assert_eq!(detail(empty).await, (StatusCode::BAD_REQUEST, "The file is empty.".to_owned()));
    // A picture that is too large for a picture goes as a document.
    let mut large = photo();
    large.resize(6 << 20, 0);
    let media = uploaded(&desk, &cookie, conversation, ("a.jpg", "image/jpeg", large)).await;
    assert_eq!(media.kind, MediaKind::Document);
    let gif = uploaded(&desk, &cookie, conversation, ("a.gif", "image/gif", b"GIF89a...".to_vec())).await;
    assert_eq!(gif.kind, MediaKind::Document);
    let file = uploaded(&desk, &cookie, conversation, ("a.jpg", "image/jpeg", photo())).await.file.unwrap();
    let refusal = reply(&desk, &sara, file, &"x".repeat(1_025)).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotCarried);
    assert!(refusal.message.contains("1024"), "{}", refusal.message);
    let sound = b"OggS\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    let sound = uploaded(&desk, &cookie, conversation, ("a.ogg", "audio/ogg", sound)).await;
    assert_eq!(sound.kind, MediaKind::Audio);
    let refusal = reply(&desk, &sara, sound.file.unwrap(), "listen").await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotCarried);
    assert!(refusal.message.contains("message of its own"), "{}", refusal.message);
    assert_eq!(desk.database.number("select count(*) from deliveries").await, 0);
}

#[tokio::test]
async fn what_phones_record_goes_as_a_voice_message_whatever_it_is_called() {
    const VOICE: &[u8] = include_bytes!("../../../server/desk/src/sandbox/files/voice.ogg");
    let (desk, _, cookie, conversation) = asked().await;
    for (name, mime) in
        [("a.ogg", "audio/ogg"), ("a.mp3", "audio/mpeg"), ("a.bin", "application/octet-stream")]
    {
        let media = uploaded(&desk, &cookie, conversation, (name, mime, VOICE.to_vec())).await;
        assert_eq!((media.kind, media.mime.as_deref()), (MediaKind::Voice, Some("audio/ogg")), "{name}");
    }
    let music = b"ID3\x03\0\0\0\0\0\0\xff\xfb\x90\0".to_vec();
    let music = uploaded(&desk, &cookie, conversation, ("a.ogg", "audio/ogg; codecs=opus", music)).await;
    assert_eq!((music.kind, music.mime.as_deref()), (MediaKind::Audio, Some("audio/mpeg")));
}

#[tokio::test]
async fn uploads_are_for_who_is_signed_in_from_our_own_pages_and_not_without_end() {
    let (desk, _, cookie, conversation) = asked().await;
    let picture = || ("a.jpg", "image/jpeg", photo());
    let signed_out = upload(&desk, "", conversation, picture()).await;
    assert_eq!(signed_out.status(), StatusCode::UNAUTHORIZED);
    let nowhere = upload(&desk, &cookie, ConversationId(Uuid::now_v7()), picture()).await;
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
    let part = Part::bytes(photo()).file_name("a.jpg");
    let url = format!("{}/files?conversation={conversation}", desk.url());
    let cross = desk.http().post(url).header("cookie", &cookie).header("origin", "https://evil.example");
    let cross = cross.multipart(Form::new().part("file", part)).send().await.unwrap();
    assert_eq!(cross.status(), StatusCode::FORBIDDEN);
    let agent = "select id::text from agents where name = 'Sara'";
    let agent = desk.database.words(agent).await.pop().unwrap();
    let many = desk::auth::limits::UPLOADS;
    desk.sql(&format!(
        "insert into sign_in_tries (key, minute, tries)
         select 'upload:{agent}', date_trunc('minute', desk_now()) + n * interval '1 minute', {many}
           from generate_series(0, 1) n
         on conflict (key, minute) do update set tries = {many}"
    ))
    .await;
    let throttled = upload(&desk, &cookie, conversation, picture()).await;
    assert_eq!(throttled.status(), StatusCode::TOO_MANY_REQUESTS);
    let left = desk.database.number("select count(*) from files").await;
    assert_eq!(left, 0, "what is refused is not written down");
}

#[tokio::test]
async fn a_file_that_takes_long_to_hand_over_keeps_its_lease() {
    let (desk, sara, cookie, conversation) = asked().await;
    let file = uploaded(&desk, &cookie, conversation, ("a.jpg", "image/jpeg", photo())).await.file.unwrap();
    desk.provider.files.take_after(Duration::from_secs(14));
    let sent = reply(&desk, &sara, file, "").await.unwrap();
    until("it is on its way", || async { (!desk.provider.files.taken().is_empty()).then_some(()) }).await;
    // The lease would end before the provider answers, unless it is renewed meanwhile.
    desk.sql(
        "update deliveries set lease_until = desk_now() + interval '12 seconds' where state = 'sending'",
    )
    .await;
    desk.provider.until_seen(1).await;
    desk.settled().await;
    assert_eq!(message(&desk, sent).await.state, Some(DeliveryState::Accepted));
    assert_eq!((desk.provider.seen().len(), desk.provider.files.taken().len()), (1, 1));
    let doubted = "select count(*) from events where change::text like '%uncertain%'";
    assert_eq!(desk.database.number(doubted).await, 0);
}

#[tokio::test]
async fn a_failed_message_with_a_file_is_tried_again_with_its_file() {
    let (desk, sara, cookie, conversation) = asked().await;
    let file = uploaded(&desk, &cookie, conversation, ("a.jpg", "image/jpeg", photo())).await.file.unwrap();
    desk.provider.then([tests::provider::Mood::Refuse { status: 400, code: 131_026, retry_after: None }]);
    let sent = reply(&desk, &sara, file, "").await.unwrap();
    until("it has failed", || async {
        (message(&desk, sent).await.state == Some(DeliveryState::Failed)).then_some(())
    })
    .await;
    let epoch = desk.card(conversation).await.epoch;
    let command = Command::Retry { epoch, message: sent };
    let request = Request { id: ClientId(Uuid::new_v4()), conversation, command };
    desk::flows::act(&desk.desk, TestDesk::acting(&sara), request).await.unwrap();
    desk.provider.until_seen(2).await;
    desk.settled().await;
    assert_eq!(message(&desk, sent).await.state, Some(DeliveryState::Accepted));
}
