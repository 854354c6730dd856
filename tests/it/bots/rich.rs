//! What bots say beside plain words, and what the customer gets of it.

use serde_json::{Value, json};
use tests::{TestDesk, until};

use super::server::{Server, json as reply};
use super::{ANA, handed_off, hooked, packet, said, with_bot};

fn generic(items: &Value) -> Value {
    json!({ "output": { "generic": items, "intents": [{ "intent": "refund", "confidence": 0.9 }] } })
}

async fn watson(desk: &TestDesk, items: Value) -> Server {
    let server = Server::start(move |asked| match asked.path.contains("/sessions?") {
        true => reply(201, &json!({ "session_id": "s" })),
        false => reply(200, &generic(&items)),
    })
    .await;
    with_bot(desk, "watson", &server.url).await;
    server
}

fn connect() -> Value {
    json!([{
        "response_type": "connect_to_agent", "message_to_human_agent": "Refund for 12345", "topic": "Refund",
        "agent_available": { "message": "Somebody will be with you shortly." },
        "agent_unavailable": { "message": "Nobody is here before **nine**." },
        "transfer_info": { "target": {}, "additional_data": { "queue": "billing", "priority": "high", "order": "12345" } },
    }])
}

#[tokio::test]
async fn the_customer_hears_the_text_for_what_is_really_so() {
    for there in [false, true] {
        let desk = TestDesk::start().await;
        let sara = desk.agent("Sara").await;
        if there {
            let page = (uuid::Uuid::now_v7(), sara.id, contract::Presence::Online);
            desk.store.renew_presence(&[page]).await.unwrap();
        }
        watson(&desk, connect()).await;
        desk.customer_writes(ANA, "wamid.1", "my money!").await;
        handed_off(&desk, ANA).await;
        desk.provider.until_seen(1).await;
        let expected =
            if there { "Somebody will be with you shortly." } else { "Nobody is here before *nine*." };
        assert_eq!(said(&desk), [expected]);
        let packet = packet(&desk).await;
        assert_eq!((packet.title.as_deref(), packet.intent.as_deref()), (Some("Refund"), Some("refund")));
        assert_eq!(packet.target, Some(contract::handoff::Target::Team("billing".into())));
        let card = super::card(&desk).await;
        assert_eq!(card.priority, contract::Priority::High);
        // Said by the desk, under the epoch that holds now: no bot's, so no takeover withdraws it.
        let by = desk
            .database
            .words("select author_kind || epoch::text from messages where author_kind <> 'contact'")
            .await;
        assert_eq!(by, [format!("desk{}", card.epoch)]);
        desk.stop().await;
    }
}

#[tokio::test]
async fn a_pause_lets_what_follows_wait_and_keeps_the_order() {
    let desk = TestDesk::start().await;
    let pause = json!([
        { "response_type": "text", "text": "one" }, { "response_type": "pause", "time": 60_000, "typing": true },
        { "response_type": "text", "text": "two" }, { "response_type": "text", "text": "three" },
    ]);
    watson(&desk, pause).await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    let held = "select (to_ms(not_before) - to_ms(created_at))::text from deliveries order by ord";
    // No pause is longer than three seconds.
    assert_eq!(desk.database.words(held).await, ["0", "3000", "3000"]);
    desk.provider.until_seen(3).await;
    assert_eq!(said(&desk), ["one", "two", "three"]);
}

#[tokio::test]
async fn more_choices_than_a_menu_holds_are_numbered_and_a_number_chooses() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    let buttons: Vec<_> =
        (1..=11).map(|n| json!({ "id": format!("id-{n}"), "title": format!("Shop {n}") })).collect();
    server.then(move |_| {
        reply(200, &json!({ "messages": [{ "type": "buttons", "text": "Which shop?", "buttons": buttons }] }))
    });
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.provider.until_seen(1).await;
    assert!(said(&desk)[0].starts_with("Which shop?\n\n1. Shop 1\n2. Shop 2\n"), "{:?}", said(&desk));
    desk.settled().await;
    desk.customer_writes(ANA, "wamid.2", "11").await;
    server.until_asked(2).await;
    let message = server.last()["message"].clone();
    assert_eq!((&message["type"], &message["payload"]), (&"list_reply".into(), &"id-11".into()));
}

#[tokio::test]
async fn a_model_answers_from_an_entry_and_says_so() {
    let desk = TestDesk::start().await;
    let server = Server::start(|asked| super::dialect::speak("openai", asked)).await;
    with_bot(&desk, "openai", &server.url).await;
    desk.customer_writes(ANA, "wamid.1", "when are you open?").await;
    desk.provider.until_seen(1).await;
    assert_eq!(said(&desk), ["Monday to Friday, 9 to 5.\n\n_Opening hours_"]);
    let asked = server.last();
    let system = asked["messages"][0]["content"].as_str().unwrap();
    assert!(system.contains("[hours] Opening hours\nMonday to Friday, 9 to 5."), "{system}");
    // Nothing of the customer is in it, and nobody learns who they are.
    assert!(!system.contains("open?") && !asked.to_string().contains(&format!("Customer {ANA}")));
    desk.settled().await;
    desk.customer_writes(ANA, "wamid.2", "a person please").await;
    handed_off(&desk, ANA).await;
    assert_eq!(packet(&desk).await.tried, ["Opening hours"]);
}

#[tokio::test]
async fn a_file_of_the_customers_reaches_the_bot_as_an_address() {
    let desk = TestDesk::start().await;
    let (server, _) = hooked(&desk).await;
    desk.sql("update bots set quiet_ms = 10000, burst_ms = 60000").await;
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(2, 2).write_to(&mut png, image::ImageFormat::Png).unwrap();
    desk.provider.files.give("77", tests::files::Giving::Bytes(png.into_inner()));
    let file = tests::meta::file(ANA, "wamid.1", "image", &json!({ "id": "77", "mime_type": "image/png" }));
    assert_eq!(desk.post(&tests::meta::messages(ANA, &[file])).await, 200);
    until("the file is there", || async {
        let stored = "select count(*) from messages where body -> 'media' ? 'stored'";
        (desk.database.number(stored).await == 1).then_some(())
    })
    .await;
    desk.sql("update bot_turns set due_at = desk_now()").await;
    server.until_asked(1).await;
    let media = server.last()["message"]["media"][0].clone();
    assert_eq!(media["mime_type"], "image/png");
    let fetched = desk.http().get(media["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(
        (fetched.status().as_u16(), fetched.headers()["content-type"].to_str().unwrap()),
        (200, "image/png")
    );
}
