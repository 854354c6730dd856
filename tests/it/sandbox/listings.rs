//! What is listed: templates, and what came in while nobody answered.

use std::time::{Duration, Instant};

use contract::sandbox::PhoneAct;
use serde_json::{Value, json};

use super::dialects::{
    BRAZE, DIALECTS, Dialect, INFOBIP, META, SINCH, TWILIO, fields, form_of, text_at, token,
};
use super::exchange::{ANA, Exchange};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

async fn get(exchange: &Exchange, dialect: &Dialect, path: &str) -> Value {
    let call = exchange.http.get(format!("{}{path}", exchange.base(dialect)));
    let call = match dialect.provider {
        "meta" => call.bearer_auth("meta-token"),
        "twilio" => call.basic_auth(ACCOUNT, Some("twilio-token")),
        "sinch" => call.bearer_auth(token(exchange, "sinch-secret").await),
        _ => call.header("authorization", "App infobip-key"),
    };
    let answer = call.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

/// Name and status of every template that a provider lists.
async fn listed(exchange: &Exchange, dialect: &Dialect) -> Vec<(String, String)> {
    let (path, list, name, status) = match dialect.provider {
        "meta" => ("/v25.0/102290129340398/message_templates", "data", "/name", "/status"),
        "twilio" => {
            let approval = ("/approval_requests/name", "/approval_requests/status");
            ("/v1/ContentAndApprovals?PageSize=100", "contents", approval.0, approval.1)
        }
        "sinch" => ("/v1/projects/PROJECT_ID/whatsapp/templates", "templates", "/name", "/state"),
        _ => ("/whatsapp/2/senders/441134960000/templates", "templates", "/name", "/status"),
    };
    let answer = get(exchange, dialect, path).await;
    let entry =
        |item: &Value| (text_at(item, name).unwrap(), text_at(item, status).unwrap().to_ascii_lowercase());
    answer[list].as_array().unwrap().iter().map(entry).collect()
}

#[tokio::test]
async fn every_account_begins_with_templates_of_every_standing() {
    let exchange = Exchange::open().await;
    for dialect in DIALECTS.iter().filter(|dialect| dialect.provider != BRAZE.provider) {
        let listed = listed(&exchange, dialect).await;
        for (name, status) in [
            ("hello_world", "approved"),
            ("parcel_photo", "approved"),
            ("new_arrivals", "paused"),
            ("free_money", "rejected"),
        ] {
            let known = (name.to_owned(), status.to_owned());
            assert!(listed.contains(&known), "{}: {listed:?}", dialect.provider);
        }
    }
}

#[tokio::test]
async fn lists_come_in_pages() {
    let exchange = Exchange::open().await;
    let first = get(&exchange, &META, "/v25.0/102290129340398/message_templates?limit=3").await;
    let next = first["paging"]["next"].as_str().unwrap();
    let next = next.strip_prefix(&exchange.base(&META)).unwrap();
    let second = get(&exchange, &META, next).await;
    assert_ne!(first["data"][0], second["data"][0]);
    let first = get(&exchange, &TWILIO, "/v1/ContentAndApprovals?PageSize=3").await;
    let next = first["meta"]["next_page_url"].as_str().unwrap();
    let second = get(&exchange, &TWILIO, next.strip_prefix(&exchange.base(&TWILIO)).unwrap()).await;
    assert_ne!(first["contents"][0], second["contents"][0]);
    let path = "/v1/projects/PROJECT_ID/whatsapp/templates?pageSize=3";
    let first = get(&exchange, &SINCH, path).await;
    let next = first["nextPageToken"].as_str().unwrap();
    let second = get(&exchange, &SINCH, &format!("{path}&pageToken={next}")).await;
    assert_ne!(first["templates"][0], second["templates"][0]);
}

/// Waits until a provider lists a template as approved.
async fn until_approved(exchange: &Exchange, dialect: &Dialect, name: &str) {
    let start = Instant::now();
    while !listed(exchange, dialect).await.contains(&(name.to_owned(), "approved".to_owned())) {
        assert!(start.elapsed() < Duration::from_secs(15), "it is not approved");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_template_that_is_made_is_approved_after_a_moment() {
    let exchange = Exchange::open().await;
    let post = |dialect: &Dialect, path: &str, body: Value| {
        let call = exchange.http.post(format!("{}{path}", exchange.base(dialect))).json(&body);
        match dialect.provider {
            "meta" => call.bearer_auth("meta-token").send(),
            "twilio" => call.basic_auth(ACCOUNT, Some("twilio-token")).send(),
            _ => call.header("authorization", "App infobip-key").send(),
        }
    };
    let components =
        json!([{ "type": "BODY", "text": "Thank you, {{1}}.", "example": { "body_text": [["Ana"]] } }]);
    let body =
        json!({ "name": "thanks", "language": "en_US", "category": "UTILITY", "components": components });
    let path = "/v25.0/102290129340398/message_templates";
    let made: Value = post(&META, path, body.clone()).await.unwrap().json().await.unwrap();
    assert_eq!(made["status"], "PENDING");
    assert_eq!(post(&META, path, body).await.unwrap().status(), 400, "the name is taken");
    let change = "/entry/0/changes/0";
    let told = exchange.until(&META, 1, |heard| heard.json().pointer(change).cloned()).await.remove(0);
    assert_eq!(told["field"], "message_template_status_update");
    assert_eq!(told["value"]["message_template_id"].to_string(), made["id"].as_str().unwrap());
    until_approved(&exchange, &META, "thanks").await;

    let structure = json!({ "body": { "text": "Thank you, {{1}}.", "examples": ["Ana"] }, "type": "TEXT" });
    let body = json!({ "name": "thanks", "language": "en", "category": "UTILITY", "structure": structure });
    let made = post(&INFOBIP, "/whatsapp/2/senders/441134960000/templates", body).await.unwrap();
    let made: Value = made.json().await.unwrap();
    let told = exchange.until(&INFOBIP, 1, |heard| Some(heard.json())).await.remove(0);
    assert_eq!((&told["messageTemplateId"], &told["change"]["newStatus"]), (&made["id"], &json!("APPROVED")));
    until_approved(&exchange, &INFOBIP, "thanks").await;

    let types = json!({ "twilio/text": { "body": "Thank you, {{1}}." } });
    let body =
        json!({ "friendly_name": "thanks", "language": "en", "variables": { "1": "Ana" }, "types": types });
    let made: Value = post(&TWILIO, "/v1/Content", body).await.unwrap().json().await.unwrap();
    let sid = made["sid"].as_str().unwrap();
    let path = format!("/v1/Content/{sid}/ApprovalRequests/whatsapp");
    let answer = post(&TWILIO, &path, json!({ "name": "thanks", "category": "UTILITY" })).await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["status"], "received");
    until_approved(&exchange, &TWILIO, "thanks").await;
    assert!(exchange.heard(&TWILIO).is_empty(), "Twilio tells nothing of it");
    let answer = content(&exchange, (sid, &json!({ "1": "Ana" }))).await;
    assert_eq!(answer, 201);
    assert_eq!(exchange.view(&TWILIO).await.messages[0].body.words(), Some("Thank you, Ana."));
}

/// Sends a content of Twilio's.
async fn content(exchange: &Exchange, (sid, variables): (&str, &Value)) -> u16 {
    let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", exchange.base(&TWILIO));
    let form = [
        ("From", "whatsapp:+14155238886".to_owned()),
        ("To", format!("whatsapp:+{ANA}")),
        ("ContentSid", sid.to_owned()),
        ("ContentVariables", variables.to_string()),
        ("StatusCallback", format!("{}?delivery=mark", exchange.callback(&TWILIO).await)),
    ];
    let call = form_of(exchange.http.post(url).basic_auth(ACCOUNT, Some("twilio-token")), &form);
    call.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn buttons_go_through_twilio_as_a_content_and_come_back_as_a_tap() {
    let exchange = Exchange::open().await;
    exchange.write(&TWILIO, "Hello").await;
    let actions = json!([{ "title": "Yes", "id": "yes" }, { "title": "No", "id": "no" }]);
    let types = json!({ "twilio/quick-reply": { "body": "{{1}}\n{{2}}", "actions": actions } });
    let body = json!({ "friendly_name": "b", "language": "en", "variables": {}, "types": types });
    let call = exchange.http.post(format!("{}/v1/Content", exchange.base(&TWILIO))).json(&body);
    let made = call.basic_auth(ACCOUNT, Some("twilio-token")).send().await.unwrap();
    let made: Value = made.json().await.unwrap();
    let sid = made["sid"].as_str().unwrap();
    assert_eq!(content(&exchange, (sid, &json!({ "1": "Shall we", "2": "go on?" }))).await, 201);
    let buttons = exchange.view(&TWILIO).await.messages[1].clone();
    assert_eq!(buttons.body.words(), Some("Shall we\ngo on?"));
    let message = buttons.id.clone();
    exchange.act(&TWILIO, PhoneAct::Choose { message, choice: "yes".to_owned() }).await;
    let tap = |heard: &super::exchange::Heard| {
        Some(fields(heard)).filter(|form| form.contains_key("ButtonPayload"))
    };
    let form = exchange.until(&TWILIO, 1, tap).await.remove(0);
    assert_eq!((form["ButtonPayload"].as_str(), form["ButtonText"].as_str()), ("yes", "Yes"));
    assert_eq!(form["OriginalRepliedMessageSid"], buttons.id);
    assert_eq!(content(&exchange, ("HX00000000000000000000000000000000", &json!({}))).await, 400);
}

#[tokio::test]
async fn what_was_lost_is_listed_afterwards_where_the_provider_lists_it() {
    let exchange = Exchange::open().await;
    exchange.answer_with(404);
    let mut lost = Vec::new();
    for number in 0..3 {
        lost.push(exchange.write(&TWILIO, &format!("Lost {number}")).await);
        exchange.write(&SINCH, &format!("Lost {number}")).await;
    }
    let since = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(60);
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    let query = format!("To=whatsapp%3A%2B14155238886&DateSent%3E={since}&PageSize=2");
    let first = get(&exchange, &TWILIO, &format!("{path}?{query}")).await;
    let second = get(&exchange, &TWILIO, first["next_page_uri"].as_str().unwrap()).await;
    let mut sids: Vec<&str> = [&first, &second]
        .iter()
        .flat_map(|page| page["messages"].as_array().unwrap())
        .map(|message| message["sid"].as_str().unwrap())
        .collect();
    sids.reverse();
    assert_eq!(sids, lost);
    assert_eq!(first["messages"][0]["body"], "Lost 2");
    assert_eq!(first["messages"][0]["from"], format!("whatsapp:+{ANA}"));
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(60);
    let none = get(&exchange, &TWILIO, &format!("{path}?DateSent%3E={later}")).await;
    assert_eq!(none["messages"], json!([]));

    let path = "/v1/projects/PROJECT_ID/messages";
    let query = format!("app_id={}&start_time={since}&page_size=2", SINCH.channel);
    let first = get(&exchange, &SINCH, &format!("{path}?{query}")).await;
    let next = first["next_page_token"].as_str().unwrap();
    let second = get(&exchange, &SINCH, &format!("{path}?{query}&page_token={next}")).await;
    let text = "/contact_message/text_message/text";
    assert_eq!(text_at(&first["messages"][0], text).as_deref(), Some("Lost 2"));
    assert_eq!(text_at(&second["messages"][0], text).as_deref(), Some("Lost 0"));
}
