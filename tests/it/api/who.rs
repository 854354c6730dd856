//! Who may call, for what, how often, and what they reach.

use contract::token::{Mode, NewToken, Scope};
use desk::auth::tokens::{self, NotMade};
use serde_json::json;
use tests::TestDesk;

use super::{ANA, BEN, Program, bot, integration, program};

#[tokio::test]
async fn a_token_is_shown_once_and_kept_as_a_hash() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    let kept = desk
        .database
        .words("select t::text || k::text from api_tokens t join api_token_keys k on k.token_id = t.id")
        .await;
    assert!(!kept[0].contains(&person.secret[11..]), "{kept:?}");
    let me = person.get("/me").await.ok();
    assert_eq!((&me["acts_as"]["name"], &me["mode"]), (&json!("Alma Admin"), &json!("live")));
    // Either header is good; a cookie alone is nothing.
    let other = person.http.get(format!("{}/api/v1/me", desk.url()));
    let other = person.send(other.header("api_access_token", &person.secret)).await;
    assert_eq!(other.status, 200);
    let cookie = desk.cookie(&desk.admin()).await;
    let signed_in =
        person.send(person.http.get(format!("{}/api/v1/me", desk.url())).header("cookie", cookie)).await;
    signed_in.problem(401, "unauthorized");
    // A page of another site has no token, and a program that names its own origin is let through.
    let foreign =
        person.request(reqwest::Method::POST, "/conversations").header("origin", "https://bot.example");
    person.send(foreign.json(&json!({}))).await.problem(422, "invalid");
}

#[tokio::test]
async fn what_is_not_good_any_more_is_told_so() {
    let desk = TestDesk::start().await;
    let (_, robin) = bot(&desk).await;
    Program::new(desk.url(), "baton_live_nonsense").get("/me").await.problem(401, "unauthorized");
    let unknown = Program::new(desk.url(), &tokens::secret(Mode::Live)).get("/me").await;
    assert_eq!(unknown.headers["www-authenticate"], "Bearer");
    unknown.problem(401, "unauthorized");
    robin.get("/me").await.ok();
    let told = desk.store.tokens().await.unwrap();
    assert!(
        told[0].last_used_at.is_some() && told[0].last_used_from.as_deref() == Some("127.0.0.1"),
        "{told:?}"
    );
    // A new secret; the old one is good for as long as was said.
    let id = told[0].id;
    let new = tokens::rotate(&desk.store, id, 2).await.unwrap().unwrap();
    let renewed = Program::new(desk.url(), &new);
    renewed.get("/me").await.ok();
    robin.get("/me").await.ok();
    desk.sql("update api_token_keys set valid_until = desk_now() where valid_until is not null").await;
    robin.get("/me").await.problem(401, "unauthorized");
    // Its time, its bot, its end.
    for (statement, undone) in [
        ("update api_tokens set expires_at = desk_now()", "update api_tokens set expires_at = null"),
        ("update bots set active = false", "update bots set active = true"),
    ] {
        desk.sql(statement).await;
        renewed.get("/me").await.problem(401, "unauthorized");
        desk.sql(undone).await;
        renewed.get("/me").await.ok();
    }
    assert!(tokens::revoke(&desk.store, id).await.unwrap());
    renewed.get("/me").await.problem(401, "unauthorized");
    assert!(!tokens::revoke(&desk.store, id).await.unwrap());
    assert_eq!(tokens::rotate(&desk.store, id, 2).await.unwrap(), None);
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named() {
    let desk = TestDesk::start().await;
    let admin = desk.admin().id;
    let reader = program(&desk, (None, Some(admin)), Mode::Live, &[Scope::ConversationsRead]).await;
    reader.get("/conversations").await.ok();
    let refused = reader.get("/events").await.problem(403, "missing_scope");
    assert_eq!(refused["scope"], "events:read");
    assert!(refused["detail"].as_str().unwrap().contains("events:read"));
    reader.get("/contacts").await.problem(403, "missing_scope");
    // A bot cannot have what is not for bots.
    let (robin, _) = bot(&desk).await;
    let new = NewToken {
        name: "too much".to_owned(),
        mode: Mode::Live,
        bot: Some(robin),
        scopes: vec![Scope::ContactsRead],
        days: None,
    };
    assert!(matches!(tokens::create(&desk.store, &new, None).await, Err(NotMade::Wrong("scopes", _))));
}

#[tokio::test]
async fn a_test_token_sees_and_reaches_no_live_channel() {
    let desk = TestDesk::start().await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let id = desk.conversation_of(ANA).await;
    let test = program(&desk, (None, Some(desk.admin().id)), Mode::Test, &Scope::ALL).await;
    assert!(test.secret.starts_with("baton_test_"));
    let none = [
        ("/conversations", "conversations"),
        ("/contacts", "contacts"),
        ("/channels", "channels"),
        ("/events?after=beginning", "events"),
    ];
    for (path, member) in none {
        assert_eq!(test.get(path).await.ok()[member], json!([]), "{path}");
    }
    let contact = desk.card(id).await.contact;
    for path in [format!("/conversations/{id}"), format!("/contacts/{contact}")] {
        test.get(&path).await.problem(404, "not_found");
    }
    test.post(&format!("/conversations/{id}/messages"), &json!({ "text": "x" }))
        .await
        .problem(404, "not_found");
    test.post(&format!("/conversations/{id}/take"), &json!({})).await.problem(404, "not_found");
    let begin = json!({ "channel": desk.channel, "address": format!("+{BEN}"),
        "template": { "name": "hello", "language": "en" } });
    test.post("/conversations", &begin).await.problem(422, "invalid");
    // On the stand-ins' channels it is at home.
    desk.sql("update connections set sandbox = true").await;
    test.get(&format!("/conversations/{id}")).await.ok();
    assert_eq!(test.get("/channels").await.ok()["channels"][0]["sandbox"], true);
}

#[tokio::test]
async fn a_bot_sees_its_own_conversations_and_no_others() {
    let desk = TestDesk::start().await;
    desk.customer_writes(BEN, "wamid.b", "hi").await;
    let (_, robin) = bot(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let (ana, ben) = (desk.conversation_of(ANA).await, desk.conversation_of(BEN).await);
    let listed = robin.get("/conversations").await.ok();
    assert_eq!(listed["conversations"].as_array().unwrap().len(), 1);
    assert_eq!(listed["conversations"][0]["id"], json!(ana));
    for path in ["", "/messages", "/handoff"] {
        robin.get(&format!("/conversations/{ben}{path}")).await.problem(404, "not_found");
    }
    for (verb, body) in [("messages", json!({ "text": "x", "epoch": 1 })), ("resolve", json!({ "epoch": 1 }))]
    {
        robin.post(&format!("/conversations/{ben}/{verb}"), &body).await.problem(404, "not_found");
    }
    // What people do is not for it, and without an epoch it says nothing.
    let at = format!("/conversations/{ana}");
    robin.post(&format!("{at}/take"), &json!({ "epoch": 1 })).await.problem(403, "forbidden");
    let refused =
        robin.post(&format!("{at}/messages"), &json!({ "text": "x" })).await.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["path"], "epoch");
    robin.get("/contacts").await.problem(403, "missing_scope");
}

#[tokio::test]
async fn who_calls_too_often_is_told_when_to_come_back() {
    let desk = TestDesk::start().await;
    let person = integration(&desk, desk.admin().id).await;
    desk.sql("update api_tokens set rate = 1").await;
    let mut last = person.get("/me").await;
    assert_eq!(last.headers["ratelimit-limit"], "4");
    for _ in 0..20 {
        if last.status != 200 {
            break;
        }
        last = person.get("/me").await;
    }
    assert_eq!(last.headers["ratelimit-remaining"], "0");
    assert!(last.headers.contains_key("retry-after"));
    last.problem(429, "throttled");
}
