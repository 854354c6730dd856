//! Files: from a customer to an agent's screen, and from an agent to a customer.

use contract::command::Claim;
use contract::message::{Media, MediaKind};
use contract::{Body, ClientId, Command, ConversationId, FileId, Message, Request};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Response, StatusCode};
use serde_json::json;
use tests::files::Giving;
use tests::meta::{file, messages};
use tests::{Login, TestDesk, until};
use uuid::Uuid;

mod fetching;
mod pictures;
mod sending;
mod serving;
mod stores;

const ANA: &str = "4917139200099";

/// A picture of a camera: upright only when it is turned, and with a note of where it was taken.
fn photo() -> Vec<u8> {
    let mut plain = Vec::new();
    let picture = image::RgbImage::from_fn(80, 40, |x, y| image::Rgb([x as u8 * 3, y as u8 * 6, 90]));
    image::DynamicImage::ImageRgb8(picture)
        .write_to(&mut std::io::Cursor::new(&mut plain), image::ImageFormat::Jpeg)
        .unwrap();
    // Exif with one entry, Orientation = 6 (turn right by a quarter), and the place behind it.
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS 52.52 13.40");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let mut photo = plain[..2].to_vec();
    photo.extend_from_slice(&[0xff, 0xe1, length[0], length[1]]);
    photo.extend_from_slice(&exif);
    photo.extend_from_slice(&plain[2..]);
    photo
}

/// A customer sends a file, and the desk has stored the message.
async fn sends(desk: &TestDesk, id: &str, kind: &str, content: &serde_json::Value) -> Message {
    let message = file(ANA, &format!("wamid.{id}"), kind, content);
    assert_eq!(desk.post(&messages(ANA, &[message])).await, 200);
    desk.applied().await;
    last(desk).await
}

/// A customer sends a picture that the provider knows by an id.
async fn sends_picture(desk: &TestDesk, id: &str) -> Message {
    sends(desk, id, "image", &json!({"id": id, "mime_type": "image/jpeg"})).await
}

/// The last message of the customer's thread.
async fn last(desk: &TestDesk) -> Message {
    let id = desk.conversation_of(ANA).await;
    desk.store.thread(id).await.unwrap().unwrap().messages.pop().unwrap()
}

async fn message(desk: &TestDesk, id: contract::MessageId) -> Message {
    desk.store.messages(&[id]).await.unwrap().remove(&id.0).unwrap()
}

fn media(message: &Message) -> &Media {
    match &message.body {
        Body::Media(media) => media,
        other => panic!("no file: {other:?}"),
    }
}

/// Waits until the file of a message is there.
async fn until_ready(desk: &TestDesk, id: contract::MessageId) -> Media {
    until("the file is there", || async {
        let message = message(desk, id).await;
        Some(media(&message).clone()).filter(|media| media.stored.is_some())
    })
    .await
}

/// Waits until the file of a message has failed. Why.
async fn until_failed(desk: &TestDesk, id: contract::MessageId) -> String {
    until("the file has failed", || async { media(&message(desk, id).await).unavailable.clone() }).await
}

/// A request for a file by somebody signed in.
async fn ask(desk: &TestDesk, cookie: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = desk.http().get(format!("{}{path}", desk.url())).header("cookie", cookie);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// Uploads a file as the composer does.
async fn upload(
    desk: &TestDesk,
    cookie: &str,
    to: ConversationId,
    (name, mime, bytes): (&str, &str, Vec<u8>),
) -> Response {
    let part = Part::bytes(bytes).file_name(name.to_owned()).mime_str(mime).unwrap();
    let url = format!("{}/files?conversation={to}", desk.url());
    let request = desk.http().request(Method::POST, url).header("sec-fetch-site", "same-origin");
    request.header("cookie", cookie).multipart(Form::new().part("file", part)).send().await.unwrap()
}

/// Uploads a file that is taken.
async fn uploaded(desk: &TestDesk, cookie: &str, to: ConversationId, what: (&str, &str, Vec<u8>)) -> Media {
    let answer = upload(desk, cookie, to, what).await;
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

/// Sends a file with a text beside it, as the composer does.
async fn reply(
    desk: &TestDesk,
    who: &Login,
    file: FileId,
    caption: &str,
) -> Result<contract::MessageId, contract::Refusal> {
    let conversation = desk.conversation_of(ANA).await;
    let epoch = desk.card(conversation).await.epoch;
    let caption = Some(caption.to_owned()).filter(|caption| !caption.is_empty());
    let body = Body::Media(Media { file: Some(file), caption, ..Media::of(MediaKind::Image) });
    let command = Command::Reply { epoch, body, quoted: None, claim: Claim::IfFree };
    let request = Request { id: ClientId(Uuid::new_v4()), conversation, command };
    let ack = desk::flows::act(&desk.desk, TestDesk::acting(who), request).await?;
    Ok(ack.message.unwrap())
}

/// Gives a picture whenever it is asked for.
fn gives(desk: &TestDesk, id: &str, bytes: Vec<u8>) {
    desk.provider.files.give(id, Giving::Bytes(bytes));
}
