//! Files: those that phones send, which are small and real, and those that the business sends, which are fetched from
//! their address or were uploaded before.

use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use contract::Body;
use contract::message::{Media, MediaKind, Parameter};
use http::Method;
use sha2::{Digest, Sha256};

use super::access::Caller;
use super::failure::{Failure, Trouble};
use super::send::{Sending, What};
use super::stand_in::StandIn;
use crate::Desk;
use crate::channels::client::Reach;
use crate::channels::{Call, Content};
use crate::store;
use crate::store::sandbox::{File, NewFile, Number};

/// The largest file that is taken: what WhatsApp takes of documents.
pub const LARGEST: usize = 100 << 20;
/// How long a file may take to come from its address.
const PATIENCE: Duration = Duration::from_secs(5);

const PNG: &[u8] = include_bytes!("files/photo.png");
const JPEG: &[u8] = include_bytes!("files/photo.jpg");
const WEBP: &[u8] = include_bytes!("files/sticker.webp");
const OGG: &[u8] = include_bytes!("files/voice.ogg");
const MP3: &[u8] = include_bytes!("files/sound.mp3");
const MP4: &[u8] = include_bytes!("files/film.mp4");
const PDF: &[u8] = include_bytes!("files/document.pdf");
const TEXT: &[u8] = b"Order,Status\n1001,on its way\n";

/// Where the page and the scripts find a file.
pub fn address(id: &str) -> String {
    format!("/api/sandbox/files/{id}")
}

/// What a customer sends, as the phone keeps it: a file gets what the provider would give it, and bytes.
pub fn complete(stand_in: &dyn StandIn, number: &Number, body: Body) -> (Body, Option<NewFile>) {
    let Body::Media(media) = body else { return (body, None) };
    let (mime, bytes) = sample(&media);
    let id = stand_in.file_id();
    let file = NewFile {
        id: id.clone(),
        connection: number.connection,
        mime: mime.to_owned(),
        name: media.file_name.clone(),
        bytes: bytes.to_vec(),
    };
    let media = Media {
        mime: Some(mime.to_owned()),
        sha256: Some(super::digits::hex(&Sha256::digest(bytes))),
        link: Some(address(&id)),
        id: Some(id),
        ..media
    };
    (Body::Media(media), Some(file))
}

/// A real file of a kind, by the type or the ending of the name that the customer has given.
fn sample(media: &Media) -> (&'static str, &'static [u8]) {
    let name = media.file_name.as_deref();
    let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    let declared = media.mime.as_deref().unwrap_or_default();
    let is = |word: &str| ending.as_deref() == Some(word) || declared.ends_with(word);
    match media.kind {
        MediaKind::Image if is("png") => ("image/png", PNG),
        MediaKind::Image => ("image/jpeg", JPEG),
        MediaKind::Video => ("video/mp4", MP4),
        MediaKind::Audio if is("ogg") => ("audio/ogg", OGG),
        MediaKind::Audio => ("audio/mpeg", MP3),
        MediaKind::Voice => ("audio/ogg; codecs=opus", OGG),
        MediaKind::Sticker => ("image/webp", WEBP),
        MediaKind::Document if is("txt") || is("plain") => ("text/plain", TEXT),
        MediaKind::Document if is("csv") => ("text/csv", TEXT),
        MediaKind::Document => ("application/pdf", PDF),
    }
}

/// Brings the files of a send together: fetched, or found among what was uploaded. One that cannot be fetched dooms
/// the send; one that was never uploaded is an error.
pub async fn gather(desk: &Desk, caller: &Caller, wanted: &mut Sending) -> Result<Vec<NewFile>, Trouble> {
    let What::Message { body, .. } = &mut wanted.what else { return Ok(Vec::new()) };
    let mut fetched = Vec::new();
    for media in media_of(body) {
        if let Some(link) = media.link.take() {
            match fetch(desk, &link).await {
                Ok((mime, bytes)) => {
                    let id = caller.stand_in.file_id();
                    media.id = Some(id.clone());
                    if caller.stand_in.kind_by_type() {
                        media.kind = kind_of(&mime);
                    }
                    media.size = i64::try_from(bytes.len()).ok();
                    media.mime = Some(mime.clone());
                    media.link = Some(address(&id));
                    let name = media.file_name.clone();
                    fetched.push(NewFile { id, connection: caller.connection(), mime, name, bytes });
                }
                Err(why) => wanted.doomed = Some(Failure::File(why)),
            }
        } else if let Some(id) = media.id.clone() {
            let file = desk.store.sandbox_file(&id).await?;
            let file = file.filter(|file| file.connection == caller.connection());
            let file = file.ok_or(Trouble::NoSuchFile)?;
            media.size = i64::try_from(file.bytes.len()).ok();
            media.mime = Some(file.mime);
            media.file_name = media.file_name.take().or(file.name);
            media.link = Some(address(&id));
        }
    }
    Ok(fetched)
}

/// The kind of a file of this type, as WhatsApp shows it.
fn kind_of(mime: &str) -> MediaKind {
    match mime.split(';').next().unwrap_or_default().trim() {
        "image/webp" => MediaKind::Sticker,
        "audio/ogg" => MediaKind::Voice,
        mime if mime.starts_with("image/") => MediaKind::Image,
        mime if mime.starts_with("video/") => MediaKind::Video,
        mime if mime.starts_with("audio/") => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

fn media_of(body: &mut Body) -> Vec<&mut Media> {
    match body {
        Body::Media(media) => vec![media],
        Body::Template(template) => {
            let media = template.header.iter_mut().filter_map(|parameter| match parameter {
                Parameter::Media(media) => Some(media),
                _ => None,
            });
            media.collect()
        }
        _ => Vec::new(),
    }
}

/// A file's type and bytes from its address. The error says why it cannot be had.
async fn fetch(desk: &Desk, link: &str) -> Result<(String, Vec<u8>), String> {
    let call =
        Call { method: Method::GET, url: link.to_owned(), headers: Vec::new(), content: Content::Nothing };
    let fetched = async {
        let mut answer = desk.client.open(call, Reach::Local).await.map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("its address answered with {}", answer.status().as_u16()));
        }
        let mime = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let mime = mime.unwrap_or("application/octet-stream").to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| error.to_string())? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST {
                return Err("it is too large".to_owned());
            }
        }
        Ok((mime, bytes))
    };
    tokio::time::timeout(PATIENCE, fetched).await.unwrap_or_else(|_| Err("it takes too long".to_owned()))
}

/// The file with this id, if this caller may have it.
pub async fn find(desk: &Desk, caller: &Caller, id: &str) -> store::Result<Option<File>> {
    let file = desk.store.sandbox_file(id).await?;
    Ok(file.filter(|file| file.connection == caller.connection()))
}

/// A file as an answer. What could be a page is never shown as one.
pub fn served(file: File) -> Response {
    let shown = ["image/png", "image/jpeg", "image/webp", "audio/", "video/"];
    let inline = shown.iter().any(|kind| file.mime.starts_with(kind));
    let disposition = if inline { "inline" } else { "attachment" };
    let mime = header::HeaderValue::from_str(&file.mime);
    let mime = mime.unwrap_or(header::HeaderValue::from_static("application/octet-stream"));
    let disposition = header::HeaderValue::from_static(disposition);
    let nosniff = header::HeaderValue::from_static("nosniff");
    let headers = [
        (header::CONTENT_TYPE, mime),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, nosniff),
    ];
    (headers, file.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_file_is_what_it_says() {
        let begins: [(MediaKind, &str, &[u8]); 6] = [
            (MediaKind::Image, "image/jpeg", b"\xff\xd8\xff"),
            (MediaKind::Video, "video/mp4", b"\0\0\0\x1cftyp"),
            (MediaKind::Audio, "audio/mpeg", b"\xff\xfb"),
            (MediaKind::Voice, "audio/ogg; codecs=opus", b"OggS"),
            (MediaKind::Sticker, "image/webp", b"RIFF"),
            (MediaKind::Document, "application/pdf", b"%PDF-"),
        ];
        for (kind, mime, begin) in begins {
            let (found, bytes) = sample(&Media::of(kind));
            assert_eq!(found, mime);
            assert!(bytes.starts_with(begin), "{mime}");
        }
    }

    #[test]
    fn a_name_or_a_type_chooses_among_the_files_of_a_kind() {
        let named = |kind, name: &str| Media { file_name: Some(name.to_owned()), ..Media::of(kind) };
        assert_eq!(sample(&named(MediaKind::Image, "a.PNG")).0, "image/png");
        assert_eq!(sample(&named(MediaKind::Document, "orders.csv")).0, "text/csv");
        let declared = Media { mime: Some("image/png".to_owned()), ..Media::of(MediaKind::Image) };
        assert_eq!(sample(&declared).0, "image/png");
    }
}
