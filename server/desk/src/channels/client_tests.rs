use std::collections::BTreeMap;

use http::Method;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn client(allowed: &[&str]) -> Client {
    let allowed = allowed.iter().map(|host| (*host).to_owned()).collect();
    Client::with_limits(allowed, Duration::from_millis(500), Duration::from_millis(700)).unwrap()
}

fn call(url: &str) -> Call {
    Call {
        method: Method::POST,
        url: url.to_owned(),
        headers: vec![("authorization", SecretString::from("Bearer very-secret".to_owned()))],
        content: Content::Bytes("application/json", b"{}".to_vec()),
    }
}

/// A server that reads a request on every connection, answers with these bytes and closes.
async fn server(answer: &'static [u8], pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/messages", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            tokio::time::sleep(pause).await;
            let _ = stream.write_all(answer).await;
        }
    });
    url
}

async fn answer(bytes: &'static [u8]) -> Result<Answer, CallError> {
    client(&[]).send(call(&server(bytes, Duration::ZERO).await), Reach::Local).await
}

#[test]
fn nothing_inside_a_network_is_public() {
    let inside = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 \
        127.0.0.1 127.1.2.3 127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 \
        172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255 \
        198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 \
        255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 \
        ::ffff:169.254.169.254 ::ffff:192.168.1.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 \
        64:ff9b:1::a00:1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 \
        2001:db8::1 2002:7f00:1:: 2002:a00:1::1 3fff::1 3fff:fff::1 fc00::1 fd00::1 fd00:ec2::254 \
        fd12:3456:789a::1 fe80::1 febf::1 fec0::1 ff02::1 ff0e::1 5f00::1";
    for address in inside.split_whitespace() {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
    let outside = "1.1.1.1 8.8.8.8 31.13.84.49 100.63.255.255 100.128.0.1 168.63.129.17 172.15.255.255 \
        172.32.0.1 192.0.1.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 223.255.255.255 \
        ::ffff:8.8.8.8 2001:4860:4860::8888 2606:4700::1111 2a03:2880:f12f:83:face:b00c:0:25de 2001:200::1";
    for address in outside.split_whitespace() {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn an_address_is_refused_however_it_is_written() {
    let addresses = "https://127.0.0.1/ https://127.1/ https://2130706433/ https://0x7f000001/ \
        https://0177.0.0.1/ https://0x7f.1/ https://127.0.0.1./ https://[::1]/ https://[::ffff:127.0.0.1]/ \
        https://[::ffff:7f00:1]/ https://[0:0:0:0:0:0:0:1]/ https://[64:ff9b::7f00:1]/ https://[fd00::1]/ \
        https://[fe80::1]/ https://[::]/ https://0/ https://0.0.0.0:443/ https://2852039166/ \
        https://169.254.169.254/latest/meta-data/ https://[fd00:ec2::254]/ https://10.0.0.1:8443/ \
        https://192.168.1.1/ https://100.100.100.200/ https://①②⑦.0.0.1/ http://graph.facebook.com/ \
        http://8.8.8.8/ ftp://graph.facebook.com/ file:///etc/passwd gopher://graph.facebook.com/ \
        https://user@graph.facebook.com/ https://a:b@8.8.8.8/ https://graph.facebook.com@127.0.0.1/ \
        https:// https:/// graph.facebook.com //host/ https://[::1 data:text/plain,x unix:/run/docker.sock";
    for address in addresses.split_whitespace().chain(["", "https://exa mple.com/"]) {
        let refused = client(&["fine.example"]).permitted(address, Reach::Public);
        assert!(matches!(refused, Err(CallError::Refused(_))), "{address}: {refused:?}");
    }
    for address in
        ["https://graph.facebook.com/v25.0/1/messages", "https://8.8.8.8/", "http://FINE.example./x"]
    {
        assert!(client(&["fine.example"]).permitted(address, Reach::Public).is_ok(), "{address}");
    }
}

#[test]
fn a_local_call_reaches_our_own_network_but_no_metadata() {
    for address in
        ["http://169.254.169.254/", "http://0.0.0.0/", "http://[fd00:ec2::254]/", "http://[ff02::1]/"]
    {
        assert!(client(&[]).permitted(address, Reach::Local).is_err(), "{address}");
    }
    for address in ["http://127.0.0.1:1/", "http://10.1.2.3/", "http://[::1]/", "http://localhost/"] {
        assert!(client(&[]).permitted(address, Reach::Local).is_ok(), "{address}");
    }
    assert!(client(&["::1"]).permitted("http://[::1]/", Reach::Public).is_ok(), "named by its address");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_unless_it_is_allowed() {
    let inside = client(&[]).send(call("https://localhost:1/"), Reach::Public).await.unwrap_err();
    assert!(matches!(inside, CallError::Refused(_)), "{inside:?}");
    let url = server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", Duration::ZERO).await;
    let url = url.replace("127.0.0.1", "localhost");
    assert_eq!(client(&["LOCALHOST."]).send(call(&url), Reach::Public).await.unwrap().body, "ok");
    assert_eq!(client(&[]).send(call(&url), Reach::Local).await.unwrap().body, "ok");
}

#[tokio::test]
async fn only_what_never_connected_is_surely_not_sent() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    let refused = client(&[]).send(call(&url), Reach::Local).await.unwrap_err();
    assert!(matches!(refused, CallError::NotSent(_)), "{refused:?}");
    let nameless = client(&[]).send(call("https://no-such-host.invalid/"), Reach::Public).await.unwrap_err();
    assert!(matches!(nameless, CallError::NotSent(_)), "{nameless:?}");
    // TLS against something that speaks none: the call itself never went out.
    let plain = server(b"HTTP/1.1 200 OK\r\n\r\n", Duration::ZERO).await.replace("http:", "https:");
    let plain = client(&[]).send(call(&plain), Reach::Local).await.unwrap_err();
    assert!(matches!(plain, CallError::NotSent(_)), "{plain:?}");
    // Connected, but TLS never finishes: the time for connecting is up first.
    let mute = server(b"", Duration::from_secs(9)).await.replace("http:", "https:");
    let mute = client(&[]).send(call(&mute), Reach::Local).await.unwrap_err();
    assert!(matches!(mute, CallError::NotSent(_)), "{mute:?}");
}

#[tokio::test]
async fn what_was_written_and_not_answered_is_unknown() {
    let slow = server(b"HTTP/1.1 200 OK\r\n\r\n", Duration::from_secs(9)).await;
    let slow = client(&[]).send(call(&slow), Reach::Local).await.unwrap_err();
    assert_eq!(slow, CallError::Unknown("it took too long".to_owned()));
    for broken in [
        &b""[..],
        b"HTTP/1.1 200",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        b"HTTP/1.1 503 Busy\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
    ] {
        let error = answer(broken).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
        assert!(!error.to_string().contains("secret") && !error.to_string().contains("127.0.0.1"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_keeps_its_status_its_pause_and_not_too_much_of_its_body() {
    let busy = answer(b"HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
    assert_eq!(
        (busy.status, busy.retry_after, &busy.body[..]),
        (429, Some(Duration::from_secs(7)), &b"{}"[..])
    );
    let elsewhere = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(answer(elsewhere.as_bytes()).await.unwrap().status, 302, "no redirect is followed");
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 2 * BODY);
    let long: &'static [u8] = Box::leak((head + &"x".repeat(2 * BODY)).into_bytes().into_boxed_slice());
    assert_eq!(answer(long).await.unwrap().body.len(), BODY);
}

#[tokio::test]
async fn a_credential_that_is_no_header_is_not_sent() {
    let mut broken = call("https://graph.facebook.com/");
    broken.headers = vec![("authorization", SecretString::from("Bearer a\nb".to_owned()))];
    let error = client(&[]).send(broken, Reach::Public).await.unwrap_err();
    assert!(matches!(&error, CallError::NotSent(reason) if !reason.contains("Bearer")), "{error:?}");
}

#[test]
fn a_pause_is_seconds_or_a_date_and_never_endless() {
    let now: Timestamp = "2026-08-01T07:28:00Z".parse().unwrap();
    let expected = BTreeMap::from([
        ("0", Some(0)),
        (" 120 ", Some(120)),
        ("Sat, 01 Aug 2026 07:28:30 GMT", Some(30)),
        ("Fri, 31 Jul 2026 07:28:00 GMT", Some(0)),
        ("999999999999", Some(86_400)),
        ("-1", None),
        ("soon", None),
        ("", None),
    ]);
    for (value, seconds) in expected {
        assert_eq!(pause(value, now).map(|pause| pause.as_secs()), seconds, "{value:?}");
    }
}

#[test]
fn a_limit_that_ends_at_a_second_is_waited_for() {
    let now = Timestamp::from_second(1_758_000_000).unwrap();
    let cases =
        [("1758003600", Some(3_600)), ("1758000000", Some(0)), ("99999999999", Some(86_400)), ("60", None)];
    for (value, seconds) in
        cases.into_iter().chain([("", None), ("soon", None), ("-9223372036854775808", None)])
    {
        assert_eq!(reset(value, now).map(|pause| pause.as_secs()), seconds, "{value:?}");
    }
}

#[tokio::test]
async fn only_a_refusal_for_its_rate_is_read_for_the_end_of_the_limit() {
    let limited = b"HTTP/1.1 429 Slow\r\nx-ratelimit-reset: 99999999999\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(answer(limited).await.unwrap().retry_after, Some(LONGEST_PAUSE));
    let taken = b"HTTP/1.1 201 Made\r\nx-ratelimit-reset: 99999999999\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(answer(taken).await.unwrap().retry_after, None);
}
