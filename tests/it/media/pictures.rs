//! What the bytes say of a file, and its small picture.

use serde_json::json;
use tests::TestDesk;

use super::*;

#[tokio::test]
async fn the_small_picture_is_upright_and_tells_nobody_where_it_was_taken() {
    let desk = TestDesk::start().await;
    let cookie = desk.cookie(&desk.agent("Sara").await).await;
    let told = |bytes: &[u8]| bytes.windows(4).any(|part| part == b"Exif" || part == b"GPS ");
    assert!(told(&photo()), "the photo has its note");
    gives(&desk, "77", photo());
    let sent = sends_picture(&desk, "77").await;
    let media = until_ready(&desk, sent.id).await;
    // The camera wrote 80 by 40 pixels, and that it was held sideways.
    assert_eq!(media.stored.unwrap().thumbnail, Some((40, 80)));
    let path = format!("/files/{}/thumbnail", media.file.unwrap());
    let small = ask(&desk, &cookie, &path, &[]).await;
    assert_eq!((small.status(), header(&small, "content-type")), (StatusCode::OK, "image/jpeg"));
    let bytes = small.bytes().await.unwrap();
    assert!(!told(&bytes));
    let drawn = image::load_from_memory(&bytes).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (40, 80));
}

#[tokio::test]
async fn the_bytes_win_over_the_type_that_was_declared() {
    let desk = TestDesk::start().await;
    let cookie = desk.cookie(&desk.agent("Sara").await).await;
    let page: &[u8] = b"<html><script>alert(document.cookie)</script></html>";
    let svg: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let polyglot: &[u8] = b"GIF89a/*<svg/onload=alert(1)>*/=1;";
    for (id, kind, declared, bytes, found, inline) in [
        ("1", "image", "image/png", page, "text/html", false),
        ("2", "image", "image/svg+xml; x", svg, "application/octet-stream", false),
        ("3", "document", "application/pdf", svg, "application/octet-stream", false),
        ("4", "document", "text/html", b"%PDF-1.7\n1 0 obj", "application/pdf", false),
        ("5", "image", "text/html", polyglot, "image/gif", true),
        ("6", "audio", "image/png", b"OggS\0\0\0\0\0\0\0\0\0\0\0\0", "audio/ogg", true),
    ] {
        gives(&desk, id, bytes.to_vec());
        let content = json!({"id": id, "mime_type": declared, "filename": "a.svg"});
        let sent = sends(&desk, id, kind, &content).await;
        let media = until_ready(&desk, sent.id).await;
        assert_eq!(media.stored.unwrap().mime, found, "{declared}");
        let answer = ask(&desk, &cookie, &format!("/files/{}", media.file.unwrap()), &[]).await;
        let as_type = if found == "text/html" { "application/octet-stream" } else { found };
        assert_eq!(header(&answer, "content-type"), as_type, "{declared}");
        let how = header(&answer, "content-disposition").split(';').next().unwrap();
        assert_eq!(how == "inline", inline, "{declared}: {how}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "content-security-policy"), "sandbox; default-src 'none'");
    }
}

#[tokio::test]
async fn what_calls_itself_a_picture_and_cannot_be_drawn_is_kept_without_a_small_one() {
    let desk = TestDesk::start().await;
    let cookie = desk.cookie(&desk.agent("Sara").await).await;
    gives(&desk, "77", photo()[..200].to_vec());
    let sent = sends_picture(&desk, "77").await;
    let media = until_ready(&desk, sent.id).await;
    assert_eq!(media.stored.unwrap().thumbnail, None);
    let path = format!("/files/{}/thumbnail", media.file.unwrap());
    assert_eq!(ask(&desk, &cookie, &path, &[]).await.status(), StatusCode::NOT_FOUND);
}
