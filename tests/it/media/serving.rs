//! Handing files out: to people who may see them, and to providers that have a token.

use contract::Time;
use tests::TestDesk;

use super::*;

/// A desk with a customer's photo, and the cookie of somebody who may see it.
async fn with_photo() -> (TestDesk, String, FileId) {
    let desk = TestDesk::start().await;
    let cookie = desk.cookie(&desk.agent("Sara").await).await;
    gives(&desk, "77", photo());
    let sent = sends_picture(&desk, "77").await;
    let file = until_ready(&desk, sent.id).await.file.unwrap();
    (desk, cookie, file)
}

#[tokio::test]
async fn only_who_is_signed_in_sees_a_file_and_what_is_not_there_looks_like_what_is_not_theirs() {
    let (desk, cookie, file) = with_photo().await;
    for path in [format!("/files/{file}"), format!("/files/{file}/thumbnail")] {
        assert_eq!(ask(&desk, "", &path, &[]).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(ask(&desk, "baton=made-up", &path, &[]).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(ask(&desk, &cookie, &path, &[]).await.status(), StatusCode::OK);
    }
    for unknown in [Uuid::now_v7().to_string(), "x".to_owned(), "..%2f..%2fetc%2fpasswd".to_owned()] {
        let path = format!("/files/{unknown}");
        assert_eq!(ask(&desk, &cookie, &path, &[]).await.status(), StatusCode::NOT_FOUND, "{unknown}");
    }
    // What somebody has uploaded and not sent is theirs alone.
    let conversation = desk.conversation_of(ANA).await;
    let upload = uploaded(&desk, &cookie, conversation, ("a.jpg", "image/jpeg", photo())).await;
    let path = format!("/files/{}", upload.file.unwrap());
    let other = desk.cookie(&desk.agent("Omar").await).await;
    assert_eq!(ask(&desk, &cookie, &path, &[]).await.status(), StatusCode::OK);
    assert_eq!(ask(&desk, &other, &path, &[]).await.status(), StatusCode::NOT_FOUND);
    // Erased: the conversation is gone, and with it the right to see its files.
    desk.sql("delete from conversations").await;
    let path = format!("/files/{file}");
    assert_eq!(ask(&desk, &cookie, &path, &[]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn parts_of_a_file_are_given_as_the_standard_says() {
    let (desk, cookie, file) = with_photo().await;
    let (path, whole) = (format!("/files/{file}"), photo());
    let size = whole.len();
    let answer = ask(&desk, &cookie, &path, &[("range", "bytes=2-5")]).await;
    assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(header(&answer, "content-range"), format!("bytes 2-5/{size}"));
    assert_eq!(header(&answer, "content-length"), "4");
    let tag = header(&answer, "etag").to_owned();
    assert_eq!(answer.bytes().await.unwrap(), whole[2..6]);

    let answer = ask(&desk, &cookie, &path, &[("range", "bytes=-3"), ("if-range", &tag)]).await;
    assert_eq!(answer.bytes().await.unwrap(), whole[size - 3..]);
    let answer = ask(&desk, &cookie, &path, &[("range", "bytes=-3"), ("if-range", "\"old\"")]).await;
    assert_eq!((answer.status(), answer.bytes().await.unwrap().len()), (StatusCode::OK, size));
    let answer = ask(&desk, &cookie, &path, &[("range", "bytes=999999-")]).await;
    assert_eq!(answer.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(header(&answer, "content-range"), format!("bytes */{size}"));

    let answer = ask(&desk, &cookie, &path, &[("if-none-match", &tag)]).await;
    assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
    assert!(answer.bytes().await.unwrap().is_empty());

    let head = desk.http().head(format!("{}{path}", desk.url())).header("cookie", &cookie);
    let head = head.send().await.unwrap();
    assert_eq!((head.status(), header(&head, "content-length")), (StatusCode::OK, size.to_string().as_str()));
    assert_eq!((header(&head, "content-type"), header(&head, "accept-ranges")), ("image/jpeg", "bytes"));
    assert!(header(&head, "content-disposition").starts_with("inline; filename=\"image.jpg\""));
}

#[tokio::test]
async fn a_provider_fetches_by_a_token_that_ends_and_that_nobody_can_make() {
    let (desk, _, file) = with_photo().await;
    let now = desk.store.clock_plus(0).await.unwrap();
    let address = desk::media::link::address(&desk.desk, file, now);
    let path = address.strip_prefix(desk.url()).expect("it is at the public address").to_owned();
    let answer = ask(&desk, "", &path, &[]).await;
    assert_eq!((answer.status(), header(&answer, "content-type")), (StatusCode::OK, "image/jpeg"));
    assert_eq!(header(&answer, "content-length"), photo().len().to_string());
    assert_eq!(header(&answer, "set-cookie"), "");
    assert_eq!(answer.bytes().await.unwrap(), photo());
    let part = ask(&desk, "", &path, &[("range", "bytes=0-0")]).await;
    assert_eq!((part.status(), part.bytes().await.unwrap().len()), (StatusCode::PARTIAL_CONTENT, 1));
    let head = desk.http().head(&address).send().await.unwrap();
    assert_eq!(
        (head.status(), header(&head, "content-length")),
        (StatusCode::OK, photo().len().to_string().as_str())
    );

    let seal = &desk.desk.seal;
    let token = |until: i64| desk::media::link::token(seal, file, Time(now.0 + until));
    let held = format!("/media/{}", token(60_000));
    assert_eq!(ask(&desk, "", &held, &[]).await.status(), StatusCode::OK);
    let day = desk::media::link::open(seal, path.strip_prefix("/media/").unwrap()).unwrap().1;
    assert!(day.since_ms(now) >= 24 * 60 * 60 * 1000, "a provider may come a day late");
    let other = desk::auth::seal::Seal::new(&vec![8_u8; 32].into());
    for refused in [
        format!("/media/{}", token(-1)),
        format!("/media/{}", desk::media::link::token(&other, file, Time(now.0 + 60_000))),
        format!("/media/{}", desk::media::link::token(seal, FileId(Uuid::now_v7()), Time(now.0 + 60_000))),
        format!("/media/{file}"),
        "/media/".to_owned(),
        "/media".to_owned(),
    ] {
        assert_eq!(ask(&desk, "", &refused, &[]).await.status(), StatusCode::NOT_FOUND, "{refused}");
    }
}

#[tokio::test]
async fn a_name_is_told_in_letters_of_every_script_and_breaks_no_header() {
    let desk = TestDesk::start().await;
    let cookie = desk.cookie(&desk.agent("Sara").await).await;
    gives(&desk, "1", b"%PDF-1.7 x".to_vec());
    let name = "../Rechnung \"größe\"\r\n日本.pdf";
    let sent = sends(&desk, "1", "document", &serde_json::json!({"id": "1", "filename": name})).await;
    let file = until_ready(&desk, sent.id).await.file.unwrap();
    let answer = ask(&desk, &cookie, &format!("/files/{file}"), &[]).await;
    let told = header(&answer, "content-disposition");
    assert!(told.starts_with("attachment; filename=\"Rechnung _gr__e_"), "{told}");
    assert!(
        told.contains("filename*=UTF-8''Rechnung%20%22gr%C3%B6%C3%9Fe%22%E6%97%A5%E6%9C%AC.pdf"),
        "{told}"
    );
}
