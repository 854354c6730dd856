//! A bot in the style of Chatwoot's public ones: a webhook in, messages and a status out, and numbers for ids.

use axum::Json;
use axum::extract::State;
use contract::token::{Mode, Scope};
use contract::{BotId, ReasonCode, Stage};
use desk::store::bots::SealedSecret;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{TestDesk, until};
use uuid::Uuid;

use super::{ANA, Program, integration, program};

/// What the bot knows: where the desk is, and its token. It is made before either is.
type Known = std::sync::Arc<std::sync::OnceLock<Program>>;
/// What the bot was told beside its turns.
type Told = std::sync::Arc<std::sync::Mutex<Vec<Value>>>;

/// The whole bot.
async fn hook(State((known, told)): State<(Known, Told)>, Json(payload): Json<Value>) -> Json<Value> {
    if payload["event"] == "conversation_opened" || payload["event"] == "conversation_resolved" {
        told.lock().unwrap().push(payload.clone());
    }
    if payload["event"] != "message_created" || payload["message_type"] != "incoming" {
        return Json(json!({}));
    }
    let (account, id) = (&payload["account"]["id"], &payload["conversation"]["id"]);
    assert!(account.is_i64() && id.is_i64(), "{payload}");
    let at = format!("/accounts/{account}/conversations/{id}");
    let desk = known.get().unwrap();
    let call = |path: String, body: Value| {
        let request = desk.http.request(Method::POST, format!("{}/api/v1{path}", desk.url));
        desk.send(request.header("api_access_token", &desk.secret).json(&body))
    };
    if payload["content"].as_str().unwrap().contains("human") {
        call(format!("{at}/custom_attributes"), json!({ "custom_attributes": { "order": 7 } })).await.ok();
        call(format!("{at}/toggle_priority"), json!({ "priority": "urgent" })).await.ok();
        let toggled = call(format!("{at}/toggle_status"), json!({ "status": "open" })).await.ok();
        assert_eq!(toggled["payload"]["current_status"], "open");
        let late =
            call(format!("{at}/messages"), json!({ "content": "still me", "message_type": "outgoing" }))
                .await;
        late.problem(409, "not_owner");
    } else {
        let said = json!({ "content": "Hello from elsewhere!", "message_type": "outgoing",
            "content_type": "input_select",
            "content_attributes": { "items": [{ "title": "A human", "value": "human" }] } });
        let written = call(format!("{at}/messages"), said).await.ok();
        assert_eq!((&written["conversation_id"], &written["message_type"]), (id, &json!(1)));
    }
    Json(json!({ "whatever": "it answers here" }))
}

async fn hosted() -> (String, Known, Told) {
    let (known, told) = (Known::default(), Told::default());
    let state = (known.clone(), told.clone());
    let app = axum::Router::new().route("/hook", axum::routing::post(hook)).with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, known, told)
}

/// The bot has the channel, and the desk reads on for it.
async fn employed(desk: &TestDesk) -> (BotId, Told) {
    let (url, known, told) = hosted().await;
    let definition = json!({ "url": url, "dialect": "chatwoot" });
    desk::bots::bot("webhook").unwrap().check(&definition).unwrap();
    let bot = BotId(Uuid::now_v7());
    let sql =
        "insert into bots (id, name, kind, definition, quiet_ms) values ($1, 'Robin', 'webhook', $2, 0)";
    sqlx::query(sql)
        .bind(bot.0)
        .bind(sqlx::types::Json(&definition))
        .execute(&mut desk.database.connect().await)
        .await
        .unwrap();
    let secret =
        SealedSecret::seal(&desk.desk.seal, bot, "signing_secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let mut tx = desk.store.begin().await.unwrap();
    tx.put_bot_secret(&secret).await.unwrap();
    tx.commit().await.unwrap();
    desk.sql(&format!("update channels set bot_id = '{bot}' where id = '{}'", desk.channel)).await;
    let token = program(desk, (Some(bot), None), Mode::Live, &Scope::OF_BOTS).await;
    assert!(known.set(token).is_ok());
    until("the desk reads on for it", || async {
        (desk.database.number("select count(*) from bot_readers").await == 1).then_some(())
    })
    .await;
    (bot, told)
}

#[tokio::test]
async fn it_runs_unchanged_but_for_the_base_address() {
    let desk = TestDesk::start().await;
    employed(&desk).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    let seen = desk.provider.until_seen(1).await;
    assert_eq!(seen[0].body["interactive"]["body"]["text"], "Hello from elsewhere!");
    assert_eq!(seen[0].body["interactive"]["action"]["buttons"][0]["reply"]["id"], "human");
    desk.settled().await;
    desk.customer_writes(ANA, "wamid.2", "a human please").await;
    let card = until("it lets go", || async {
        let card = desk.card(desk.conversation_of(ANA).await).await;
        (card.stage == Stage::Waiting).then_some(card)
    })
    .await;
    assert_eq!((card.handoff_reason, card.priority), (Some(ReasonCode::Other), contract::Priority::Urgent));
    let packet = desk.database.words("select packet::text from handoffs").await;
    let packet: Value = serde_json::from_str(&packet[0]).unwrap();
    assert_eq!(packet["slots"], json!([{ "name": "order", "value": "7" }]));
    desk.settled().await;
    assert_eq!(desk.provider.seen().len(), 1, "what it said after it let go was not sent");
}

#[tokio::test]
async fn it_is_told_when_people_have_the_conversation_and_when_it_is_resolved() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    let (bot, told) = employed(&desk).await;
    let person = integration(&desk, sara.id).await;
    let heard = |count: usize| {
        let told = told.clone();
        async move {
            until("the bot is told", || async {
                let told = told.lock().unwrap().clone();
                (told.len() >= count).then_some(told)
            })
            .await
        }
    };
    desk.customer_writes(ANA, "wamid.1", "a human please").await;
    let opened = heard(1).await.remove(0);
    let number = desk.database.number("select number from conversations").await;
    assert_eq!((&opened["event"], &opened["status"]), (&json!("conversation_opened"), &json!("open")));
    assert_eq!((&opened["id"], &opened["account"]["id"]), (&json!(number), &json!(1)));
    assert_eq!(
        (&opened["priority"], &opened["custom_attributes"]),
        (&json!("urgent"), &json!({ "order": "7" }))
    );
    assert_eq!(opened["can_reply"], true);
    // Whoever takes it changes nothing of its status; that it is resolved, and opened again, does.
    let at = format!("/conversations/{}", desk.conversation_of(ANA).await);
    person.post(&format!("{at}/take"), &json!({})).await.ok();
    person.post(&format!("{at}/resolve"), &json!({})).await.ok();
    let resolved = heard(2).await.remove(1);
    assert_eq!(
        (&resolved["event"], &resolved["status"]),
        (&json!("conversation_resolved"), &json!("resolved"))
    );
    person.post(&format!("{at}/reopen"), &json!({})).await.ok();
    let again = heard(3).await.remove(2);
    assert_eq!(
        (&again["event"], &again["meta"]["assignee"]["name"]),
        (&json!("conversation_opened"), &json!("Sara"))
    );
    until("nothing is left to be told", || async {
        (desk.database.number("select count(*) from bot_news").await == 0).then_some(())
    })
    .await;
    // One that does not hear is told again, by whichever server, and one thing is told once.
    desk.sql(&format!(
        "update bots set definition = definition || '{{\"url\": \"http://127.0.0.1:1\"}}' where id = '{bot}'"
    ))
    .await;
    person.post(&format!("{at}/resolve"), &json!({})).await.ok();
    until("it was tried", || async {
        let tried = "select count(*) from bot_news where attempts > 0 and lease_until is null";
        (desk.database.number(tried).await == 1).then_some(())
    })
    .await;
    assert_eq!(told.lock().unwrap().len(), 3);
}
