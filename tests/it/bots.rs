//! Bots that call out, each against a server that speaks its protocol: what they are asked, what they answer, and what
//! becomes of the customer when they do not.

use contract::{BotId, Card, Packet, ReasonCode, Stage};
use desk::store::bots::SealedSecret;
use serde_json::{Value, json};
use tests::{TestDesk, until};
use uuid::Uuid;

use self::server::Server;

mod at_once;
mod breaker;
mod dialect;
mod editor;
mod entries;
mod faults;
mod golden;
mod later;
mod learning;
mod own;
mod preview;
mod races;
mod returned;
mod rich;
pub(crate) mod server;
mod story;
mod summaries;
mod together;
mod trial;
mod turns;
mod versions;

const ANA: &str = "4917139200099";
const SIGNING: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A definition of a kind whose other side is here, and its secrets.
fn settings(kind: &str, url: &str) -> (Value, Vec<(&'static str, &'static str)>) {
    match kind {
        "flow" => (desk::bots::flow::default_definition(), Vec::new()),
        "webhook" => (json!({ "url": format!("{url}/hook") }), vec![("signing_secret", SIGNING)]),
        "watson" => (json!({ "url": url, "assistant_id": "A" }), vec![("api_key", "a key of watson's")]),
        "openai" => {
            let faq =
                json!([{ "id": "hours", "title": "Opening hours", "text": "Monday to Friday, 9 to 5." }]);
            (
                json!({ "url": format!("{url}/v1"), "model": "m", "faq": faq }),
                vec![("api_key", "a key of the model's")],
            )
        }
        "rasa" => (json!({ "url": url }), vec![("token", "a token of rasa's")]),
        other => panic!("{other}"),
    }
}

/// Gives the channel a bot of a kind. It waits for nothing before it answers.
async fn with_bot(desk: &TestDesk, kind: &str, url: &str) -> BotId {
    let (definition, secrets) = settings(kind, url);
    with(desk, kind, definition, &secrets).await
}

/// Gives the channel a bot.
async fn with(desk: &TestDesk, kind: &str, definition: Value, secrets: &[(&str, &str)]) -> BotId {
    desk::bots::bot(kind).unwrap().check(&definition).unwrap();
    let bot = BotId(Uuid::now_v7());
    let sql = "insert into bots (id, name, kind, definition, quiet_ms) values ($1, 'Robin', $2, $3, 0)";
    sqlx::query(sql)
        .bind(bot.0)
        .bind(kind)
        .bind(sqlx::types::Json(definition))
        .execute(&mut desk.database.connect().await)
        .await
        .unwrap();
    let mut tx = desk.store.begin().await.unwrap();
    for (field, value) in secrets {
        tx.put_bot_secret(&SealedSecret::seal(&desk.desk.seal, bot, field, value)).await.unwrap();
    }
    tx.commit().await.unwrap();
    desk.sql(&format!("update channels set bot_id = '{bot}' where id = '{}'", desk.channel)).await;
    bot
}

/// A webhook bot and its server.
async fn hooked(desk: &TestDesk) -> (Server, BotId) {
    let server =
        Server::start(|_| server::json(200, &json!({ "messages": [{ "type": "text", "text": "Hello!" }] })))
            .await;
    let bot = with_bot(desk, "webhook", &server.url).await;
    (server, bot)
}

/// Ana's row.
async fn card(desk: &TestDesk) -> Card {
    desk.card(desk.conversation_of(ANA).await).await
}

/// Waits until people have been asked to take over from the bot, and says why.
async fn handed_off(desk: &TestDesk, from: &str) -> ReasonCode {
    until("the bot lets go", || async {
        let card = desk.card(desk.conversation_of(from).await).await;
        (card.stage == Stage::Waiting).then_some(card.handoff_reason?)
    })
    .await
}

/// What was passed on last.
async fn packet(desk: &TestDesk) -> Packet {
    let packets =
        desk.database.words("select packet::text from handoffs order by created_at desc, id desc").await;
    serde_json::from_str(&packets[0]).unwrap()
}

/// What the customer has been sent, in words.
fn said(desk: &TestDesk) -> Vec<String> {
    let words = |body: &Value| {
        let text = body["text"]["body"].as_str().or_else(|| body["interactive"]["body"]["text"].as_str());
        text.unwrap_or_default().to_owned()
    };
    desk.provider.seen().iter().map(|seen| words(&seen.body)).collect()
}
