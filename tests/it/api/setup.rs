//! How the desk is set up, by programs.

use contract::token::{Mode, Scope};
use reqwest::Method;
use serde_json::{Value, json};
use tests::TestDesk;
use uuid::Uuid;

use super::{ANA, Answered, Program, bot, integration, program};

/// Every call about the settings that the document has.
async fn calls(desk: &TestDesk) -> Vec<(Method, String)> {
    let text = desk.http().get(format!("{}/api/openapi.json", desk.url())).send().await.unwrap();
    let document: Value = serde_json::from_str(&text.text().await.unwrap()).unwrap();
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            if call["tags"] == json!(["Settings"]) {
                let path = path.strip_prefix("/api/v1").unwrap().to_owned();
                calls.push((method.to_uppercase().parse().unwrap(), path));
            }
        }
    }
    calls
}

/// What each call is told where everything is well.
fn body(path: &str) -> Value {
    match path {
        "/connections" => json!({ "provider": "meta", "name": "n", "fields": {} }),
        "/channels" => json!({ "connection_id": Uuid::now_v7(), "name": "n", "provider_channel": "1" }),
        "/teams" => json!({ "name": "n" }),
        "/slas" => json!({ "name": "n", "first_response": 10 }),
        "/agents" => json!({ "name": "n", "email": "n@example.org", "role": "agent", "password": "p" }),
        "/bots" => json!({ "kind": "api", "name": "n" }),
        "/webhooks" => json!({ "name": "n", "url": "https://example.org" }),
        "/tokens" => json!({ "name": "n", "mode": "live", "scopes": ["desk:read"] }),
        "/templates" => {
            json!({ "connection_id": Uuid::now_v7(), "name": "n", "language": "en", "category": "utility", "body": "b" })
        }
        "/rules/draft" | "/rules/validate" => json!({ "rules": [] }),
        "/rules/discard" => json!({ "revision": 1 }),
        "/rules/publish" => json!({ "revision": 1, "version": 0 }),
        "/rules/rollback" => json!({ "to": 0, "version": 0 }),
        "/rules/test" => json!({ "event": "message_in", "facts": {} }),
        "/rules/simulations" => json!({ "days": 1 }),
        "/bots/{id}/flow/draft" => json!({ "definition": desk::bots::flow::default_definition() }),
        "/bots/{id}/flow/discard" => json!({ "revision": 1 }),
        "/bots/{id}/flow/publish" => json!({ "revision": 1, "version": 1 }),
        "/bots/{id}/flow/rollback" => json!({ "to": 1, "version": 1 }),
        "/bots/{id}/flow/test" => json!({ "conversation_ids": [] }),
        "/connections/{id}/doors" => json!({ "channel_id": Uuid::now_v7(), "tag": "n" }),
        "/webhooks/{id}/recover" => json!({ "since": "2026-01-01T00:00:00Z" }),
        _ => json!({}),
    }
}

async fn call(program: &Program, method: &Method, path: &str, id: &str) -> Answered {
    let request = program.request(method.clone(), &path.replace("{id}", id));
    match *method {
        Method::POST | Method::PATCH => program.send(request.json(&body(path))).await,
        _ => program.send(request).await,
    }
}

#[tokio::test]
async fn only_an_admin_with_a_live_token_that_is_good_for_it_sees_or_changes_the_settings() {
    let desk = TestDesk::start().await;
    let (admin, sara) = (desk.admin().id, desk.agent("Sara").await.id);
    let (_, robin) = bot(&desk).await;
    let usual = program(&desk, (None, Some(admin)), Mode::Live, &Scope::USUAL).await;
    let reader = program(&desk, (None, Some(admin)), Mode::Live, &[Scope::SettingsRead]).await;
    let test = program(&desk, (None, Some(admin)), Mode::Test, &Scope::ALL).await;
    let agent = integration(&desk, sara).await;
    let calls = calls(&desk).await;
    assert!(calls.len() >= 35, "{calls:?}");
    let counted = "select (select count(*) from connections) + (select count(*) from teams) + (select count(*) from agents)
        + (select count(*) from bots) + (select count(*) from endpoints) + (select count(*) from api_tokens)
        + (select count(*) from channels)";
    let before = desk.database.number(counted).await;
    for (method, path) in &calls {
        for nobody in [&robin, &usual] {
            call(nobody, method, path, &Uuid::now_v7().to_string()).await.problem(403, "missing_scope");
        }
        for nobody in [&test, &agent] {
            call(nobody, method, path, &Uuid::now_v7().to_string()).await.problem(403, "forbidden");
        }
        let answer = call(&reader, method, path, &Uuid::now_v7().to_string()).await;
        match *method {
            Method::GET if path.contains("{id}") => drop(answer.problem(404, "not_found")),
            Method::GET => drop(answer.ok()),
            _ => drop(answer.problem(403, "missing_scope")),
        }
    }
    assert_eq!(desk.database.number(counted).await, before, "nothing was made");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    for (method, path) in calls(&desk).await.iter().filter(|(_, path)| path.contains("{id}")) {
        for nothing in [Uuid::now_v7().to_string(), "nonsense".to_owned()] {
            let answer = call(&admin, method, path, &nothing).await;
            assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_line_is_connected_named_and_placed_and_no_secret_comes_back() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    let listed = admin.get("/connections").await.ok();
    let meta = listed["providers"].as_array().unwrap().iter().find(|one| one["provider"] == "meta").unwrap();
    assert!(meta["fields"].as_array().unwrap().iter().any(|field| field["secret"] == true));
    let fields = json!({ "access_token": "EAAG-in-plain", "app_secret": "app-secret-in-plain",
        "waba_id": "102290129340398", "api_base": desk.provider.url });
    let new = json!({ "provider": "meta", "name": "Shop Europe", "fields": fields });
    let made = admin.post("/connections", &new).await;
    assert_eq!(made.status, 201);
    let made = made.ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["fields"]["waba_id"], "102290129340398");
    let lacking = json!({ "provider": "meta", "name": "x", "fields": { "colour": "red" } });
    let problem = admin.post("/connections", &lacking).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["path"], "colour");
    // A number of it, its bot and its handoffs.
    let line = json!({ "connection_id": id, "name": "Orders", "provider_channel": "10661", "number": "+44 20 7946 0018" });
    let line_made = admin.post("/channels", &line).await.ok();
    admin.post("/channels", &line).await.problem(422, "invalid");
    let at = format!("/channels/{}", line_made["id"].as_str().unwrap());
    let team = admin.post("/teams", &json!({ "name": "Billing" })).await.ok();
    let robin = admin.post("/bots", &json!({ "kind": "api", "name": "Robin" })).await.ok();
    let placing = json!({ "texts": [{ "kind": "agent_unavailable", "text": "Nobody is there." }],
        "fallback_bot": robin["id"], "fallbacks": [{ "on": "nobody_online" }] });
    let change = json!({ "bot_id": robin["id"], "team_id": team["id"], "placing": placing });
    let placed = admin.patch(&at, &change).await.ok();
    assert_eq!((&placed["bot_id"], &placed["team_id"]), (&robin["id"], &team["id"]));
    assert_eq!(placed["placing"]["texts"][0]["text"], "Nobody is there.");
    let consent = json!({ "rule": "follow_up", "follow_up_days": 14, "stop_closes": "all" });
    assert_eq!(admin.patch(&at, &json!({ "consent": consent })).await.ok()["consent"], consent);
    let bare = admin.patch(&at, &json!({ "bot_id": null, "team_id": null })).await.ok();
    assert!(bare.get("bot_id").is_none() && bare.get("team_id").is_none(), "{bare}");
    assert_eq!(bare["placing"], placed["placing"], "what is left out stays");
    admin.patch(&at, &json!({ "team_id": Uuid::now_v7() })).await.problem(409, "refused");
    // It says for which number a message is, so that one address is enough.
    let door = json!({ "channel_id": line_made["id"], "tag": "spring" });
    admin.post(&format!("/connections/{id}/doors"), &door).await.problem(409, "refused");
    // Another secret; it is nowhere to be read.
    let change = json!({ "fields": { "app_secret": "another-in-plain" }, "repeat_window_s": 5 });
    let changed = admin.patch(&format!("/connections/{id}"), &change).await.ok();
    assert_eq!(changed["repeat_window_s"], 5);
    for path in ["/connections".to_owned(), format!("/connections/{id}"), at, "/channels".to_owned()] {
        let text = admin.get(&path).await.ok().to_string();
        assert!(!text.contains("in-plain"), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_template_is_made_at_the_provider_and_read_from_it() {
    let desk = TestDesk::start().await;
    desk.reads_templates().await;
    let admin = integration(&desk, desk.admin().id).await;
    let new = json!({ "connection_id": desk.connection, "name": "visit", "language": "en", "category": "utility",
        "body": "See you at {{1}}, bye.", "samples": { "1": "noon" } });
    let mut lacking = new.clone();
    lacking["samples"] = json!({});
    let problem = admin.post("/templates", &lacking).await.problem(409, "refused");
    assert!(problem["detail"].as_str().unwrap().contains("sample"), "{problem}");
    assert!(desk.provider.drafts().is_empty());
    assert_eq!(admin.post("/templates", &new).await.status, 204);
    assert_eq!(desk.provider.drafts()[0]["name"], json!("visit"));
    let listed = admin.get("/templates").await.ok();
    assert_eq!(
        (&listed["templates"][0]["name"], &listed["templates"][0]["status"]),
        (&json!("visit"), &json!("pending"))
    );
    let read = admin.post(&format!("/connections/{}/templates", desk.connection), &json!({})).await;
    assert_eq!(read.status, 204);
}

#[tokio::test]
async fn teams_and_people_come_and_go() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    let new = json!({ "name": "Tom", "email": "tom@example.org", "role": "agent",
        "password": "correct horse battery staple 9", "skills": ["French"] });
    let tom = admin.post("/agents", &new).await.ok();
    assert_eq!((&tom["email"], &tom["skills"]), (&json!("tom@example.org"), &json!(["french"])));
    assert_eq!(admin.post("/agents", &new).await.problem(422, "invalid")["errors"][0]["path"], "email");
    let weak = json!({ "name": "Tim", "email": "tim@example.org", "role": "agent", "password": "12345678" });
    assert_eq!(admin.post("/agents", &weak).await.problem(422, "invalid")["errors"][0]["path"], "password");
    let tom = format!("/agents/{}", tom["id"].as_str().unwrap());
    let team = json!({ "name": "Billing", "zone": "Europe/Berlin", "offer_seconds": 45,
        "members": [tom.rsplit('/').next().unwrap()] });
    let made = admin.post("/teams", &team).await.ok();
    assert_eq!((&made["offer_seconds"], &made["members"]), (&json!(45), &team["members"]));
    admin.post("/teams", &team).await.problem(409, "refused");
    let at = format!("/teams/{}", made["id"].as_str().unwrap());
    let changed = admin.patch(&at, &json!({ "asking": "all", "name": "Money" })).await.ok();
    assert_eq!((&changed["asking"], &changed["zone"]), (&json!("all"), &json!("Europe/Berlin")));
    admin.patch(&at, &json!({ "zone": "Mars" })).await.problem(409, "refused");
    assert_eq!(admin.get("/teams").await.ok()["teams"], json!([changed]));
    assert_eq!(admin.delete(&at).await.status, 204);
    admin.get(&at).await.problem(404, "not_found");
    // Somebody who may not sign in any more has no token either, and nobody shuts themself out.
    assert_eq!(admin.patch(&tom, &json!({ "active": false })).await.ok()["active"], false);
    let me = format!("/agents/{}", desk.admin().id);
    admin.patch(&me, &json!({ "active": false })).await.problem(409, "refused");
    admin.get("/me").await.ok();
}

#[tokio::test]
async fn bots_are_added_changed_switched_and_removed() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let fields = json!({ "url": "https://bot.example.org/hook", "signing_secret": secret });
    let made =
        admin.post("/bots", &json!({ "kind": "webhook", "name": "Robin", "fields": fields })).await.ok();
    assert_eq!((&made["fields"]["url"], &made["secrets"]), (&fields["url"], &json!(["signing_secret"])));
    let none =
        admin.post("/bots", &json!({ "kind": "webhook", "name": "Robin" })).await.problem(422, "invalid");
    assert_eq!(none["errors"][0]["path"], "url");
    admin.post("/bots", &json!({ "kind": "oracle", "name": "Robin" })).await.problem(422, "invalid");
    let at = format!("/bots/{}", made["id"].as_str().unwrap());
    let mut terms = made["terms"].clone();
    terms["deadline_ms"] = json!(5_000);
    let change = json!({ "name": "Rob", "fields": { "url": "https://bot.example.org/new" }, "version": made["version"],
        "terms": terms, "active": false });
    let changed = admin.patch(&at, &change).await.ok();
    assert_eq!((&changed["name"], &changed["active"]), (&json!("Rob"), &json!(false)));
    assert_eq!((&changed["terms"]["deadline_ms"], &changed["version"]), (&json!(5_000), &json!(2)));
    let stale = json!({ "fields": { "url": "https://bot.example.org/other" }, "version": 1 });
    admin.patch(&at, &stale).await.problem(409, "refused");
    terms["deadline_ms"] = json!(5);
    let wrong = admin.patch(&at, &json!({ "terms": terms })).await.problem(422, "invalid");
    assert_eq!(wrong["errors"][0]["path"], "deadline_ms");
    assert!(!admin.get(&at).await.ok().to_string().contains(secret));
    assert_eq!(admin.delete(&at).await.status, 204);
}

#[tokio::test]
async fn a_webhook_is_told_tried_and_recovered_and_its_secret_is_shown_once() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    let new =
        json!({ "name": "Shop", "url": "https://shop.example.org/hook", "events": ["message_created"] });
    let first = admin.post_once("/webhooks", "once", &new).await;
    assert_eq!(first.headers["cache-control"], "no-store");
    let first = first.ok();
    let secret = first["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    let again = admin.post_once("/webhooks", "once", &new).await.ok();
    assert_eq!((&again["id"], &again["secret"]), (&first["id"], &json!(null)), "it was made once");
    let kept = desk.database.words("select convert_from(body, 'UTF8') from api_calls").await;
    assert!(kept.len() == 1 && !kept[0].contains(&secret), "{kept:?}");
    let odd = json!({ "name": "Shop", "url": "ftp://shop.example.org", "events": [] });
    assert_eq!(admin.post("/webhooks", &odd).await.problem(422, "invalid")["errors"][0]["path"], "url");
    let at = format!("/webhooks/{}", first["id"].as_str().unwrap());
    let changed = admin.patch(&at, &json!({ "events": [], "name": "The shop" })).await.ok();
    assert_eq!((&changed["events"], &changed["url"]), (&json!([]), &new["url"]));
    let rotated = admin.post(&format!("{at}/rotate"), &json!({})).await.ok();
    assert_ne!(rotated["secret"], json!(secret));
    let begun = admin.post(&format!("{at}/test"), &json!({})).await.ok();
    let sent = admin.get(&format!("{at}/deliveries")).await.ok();
    assert_eq!(sent["deliveries"][0]["id"], begun["delivery_id"]);
    assert_eq!(sent["deliveries"][0]["event"], "test");
    admin.get(&format!("{at}/deliveries?state=lost")).await.problem(422, "invalid");
    assert_eq!(admin.patch(&at, &json!({ "active": false })).await.ok()["active"], false);
    admin.post(&format!("{at}/test"), &json!({})).await.problem(409, "refused");
    let again = format!("/webhooks/deliveries/{}/again", begun["delivery_id"].as_str().unwrap());
    admin.post(&again, &json!({})).await.problem(409, "refused");
    admin.patch(&at, &json!({ "active": true })).await.ok();
    assert_eq!(admin.post(&again, &json!({})).await.ok(), begun);
    let late = json!({ "since": "2020-01-01T00:00:00Z" });
    admin.post(&format!("{at}/recover"), &late).await.problem(422, "invalid");
    assert!(!admin.get("/webhooks").await.ok().to_string().contains("whsec_"));
    assert_eq!(admin.delete(&at).await.status, 204);
    admin.get(&at).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_token_makes_none_that_is_good_for_more_than_it_is() {
    let desk = TestDesk::start().await;
    let person = desk.admin().id;
    let scopes = [Scope::SettingsRead, Scope::SettingsWrite, Scope::DeskRead];
    let small = program(&desk, (None, Some(person)), Mode::Live, &scopes).await;
    let large = integration(&desk, person).await;
    let wish = |scopes: &[&str]| json!({ "name": "new", "mode": "live", "scopes": scopes, "days": 30 });
    let refused = small.post("/tokens", &wish(&["desk:read", "messages:write"])).await;
    assert_eq!(refused.problem(403, "missing_scope")["scope"], "messages:write");
    assert_eq!(
        small.post("/tokens", &wish(&[])).await.problem(422, "invalid")["errors"][0]["path"],
        "scopes"
    );
    let made = small.post_once("/tokens", "once", &wish(&["desk:read"])).await.ok();
    let again = small.post_once("/tokens", "once", &wish(&["desk:read"])).await.ok();
    assert_eq!((&again["id"], &again["secret"]), (&made["id"], &json!(null)));
    let new = Program::new(desk.url(), made["secret"].as_str().unwrap());
    assert_eq!(new.get("/me").await.ok()["scopes"], json!(["desk:read"]));
    // Nor does it get hold of one by renewing it.
    let listed = small.get("/tokens").await.ok();
    let tokens = listed["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), 3);
    let other = tokens.iter().find(|one| one["scopes"].as_array().unwrap().len() > 3).unwrap();
    let other = format!("/tokens/{}", other["id"].as_str().unwrap());
    small.post(&format!("{other}/rotate"), &json!({})).await.problem(403, "missing_scope");
    large.get("/me").await.ok();
    let at = format!("/tokens/{}", made["id"].as_str().unwrap());
    let renewed = small.post(&format!("{at}/rotate"), &json!({ "overlap_hours": 0 })).await.ok();
    new.get("/me").await.problem(401, "unauthorized");
    let renewed = Program::new(desk.url(), renewed["secret"].as_str().unwrap());
    renewed.get("/me").await.ok();
    assert_eq!(small.delete(&at).await.status, 204);
    renewed.get("/me").await.problem(401, "unauthorized");
    let text = small.get("/tokens").await.ok().to_string();
    assert!(!text.contains("baton_live_"), "{text}");
}

#[tokio::test]
async fn what_is_changed_here_holds_for_customers_at_once() {
    let desk = TestDesk::start().await;
    let admin = integration(&desk, desk.admin().id).await;
    let robin = admin.post("/bots", &json!({ "kind": "flow", "name": "Robin" })).await.ok();
    let at = format!("/channels/{}", desk.channel);
    admin.patch(&at, &json!({ "bot_id": robin["id"] })).await.ok();
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let id = desk.conversation_of(ANA).await;
    let card = admin.get(&format!("/conversations/{id}")).await.ok();
    assert_eq!(card["owner"], json!({ "kind": "bot", "id": robin["id"], "name": "Robin" }));
    desk.settled().await;
}
