//! The headers that every answer carries.

use reqwest::Method;
use tests::process::free_port;
use tests::{Process, TestDesk};

fn at(desk: &TestDesk, path: &str) -> String {
    format!("{}{path}", desk.url().to_string().trim_end_matches('/'))
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_whatever_made_it() {
    let desk = TestDesk::start().await;
    let answers = [
        (Method::GET, "/login"),
        (Method::GET, "/inbox/waiting"),
        (Method::GET, "/no/such/place"),
        (Method::POST, "/login"),
        (Method::DELETE, "/login"),
        (Method::POST, "/webhooks/meta/nonsense"),
    ];
    for (method, path) in answers {
        let answer = desk.http().request(method.clone(), at(&desk, path)).send().await.unwrap();
        let header = |name: &str| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let about = format!("{method} {path} {}", answer.status());
        assert_eq!(header("x-content-type-options"), "nosniff", "{about}");
        assert_eq!(header("x-frame-options"), "DENY", "{about}");
        assert_eq!(header("referrer-policy"), "same-origin", "{about}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{about}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{about}");
        assert!(header("permissions-policy").contains("camera=()"), "{about}");
        let policy = header("content-security-policy");
        for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{about}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{about}: {policy}");
        // The desk of the tests is reached over http: it must not tell browsers to stay on https.
        assert_eq!(header("strict-transport-security"), "", "{about}");
    }
}

#[tokio::test]
async fn what_is_said_to_one_person_stays_out_of_caches() {
    let desk = TestDesk::start().await;
    let answer = desk.http().post(at(&desk, "/login")).send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn pages_are_compressed_unless_another_site_asks_and_problems_never_are() {
    let desk = TestDesk::start().await;
    let process = Process::start(&desk.database.url, free_port()).await;
    let get = async |path: &str, site: &str| {
        let request = desk.http().get(format!("{}{path}", process.url));
        let request = request.header("accept-encoding", "br").header("sec-fetch-site", site);
        let answer = request.send().await.unwrap();
        let encoding = answer.headers().get("content-encoding").map(|it| it.to_str().unwrap().to_owned());
        (encoding, answer.bytes().await.unwrap())
    };
    for (site, expected) in [("none", Some("br")), ("same-origin", Some("br")), ("cross-site", None)] {
        let (encoding, body) = get("/login", site).await;
        assert_eq!(encoding.as_deref(), expected, "{site}");
        assert_eq!(body.starts_with(b"<!DOCTYPE html>"), expected.is_none(), "{site}");
    }
    // It is written anew with the request's id after whatever else has been done to it.
    let (encoding, body) = get("/sandbox", "none").await;
    assert_eq!(encoding, None);
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&problem["code"], problem["request_id"].is_string()), (&"not_found".into(), true));
}
