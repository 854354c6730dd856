//! Twilio: it keeps a customer's STOP itself, and says so when something is sent all the same.

use contract::consent::{ConsentScope, ConsentState};
use contract::{Actor, Change};

use super::*;

const NUMBER: &str = "441134960000";

fn takes(asked: &Asked) -> Reply {
    let sid = format!("SM{:032}", asked.body.len());
    json_reply(201, &json!({ "sid": sid, "status": "queued", "error_code": null }))
}

async fn asked_by_ana(provider: &StandIn) -> (TestDesk, tests::standin::Line, Login) {
    let desk = TestDesk::start().await;
    let line = desk.twilio(provider, NUMBER).await;
    let sara = desk.agent("Sara").await;
    desk.twilio_writes(&line, ANA, "SM00000000000000000000000000000a01", "Hello?").await;
    (desk, line, sara)
}

/// What the desk knows of Ana's wish.
async fn closed(desk: &TestDesk, message: MessageId) {
    let failure = until_state(desk, message, DeliveryState::Failed).await.failure.unwrap();
    assert_eq!(failure.code, "21610");
    assert!(failure.reason.starts_with("The customer has told the provider that they want no messages"));
    assert_eq!(wishes(desk).await, ["all opted_out provider 21610"]);
    let id = desk.conversation_of(ANA).await;
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!(thread.contact.consents[0].state, ConsentState::OptedOut);
    let (scope, state) = (ConsentScope::All, ConsentState::OptedOut);
    let line = thread.lines.iter().find(|line| line.change == Change::ConsentChanged { scope, state });
    assert_eq!(line.unwrap().actor, Actor::Contact);
}

#[tokio::test]
async fn an_opt_out_that_the_answer_tells_is_the_customers_wish() {
    let refusal =
        json!({ "code": 21_610, "message": "Attempt to send to unsubscribed recipient", "status": 400 });
    let provider = StandIn::start(move |_| json_reply(400, &refusal)).await;
    let (desk, _line, sara) = asked_by_ana(&provider).await;
    let message = say(&desk, &sara, "one").await;
    closed(&desk, message).await;
    assert_eq!(provider.asked("/Messages.json").len(), 1, "it is not tried again");
}

#[tokio::test]
async fn an_opt_out_that_a_status_tells_is_the_customers_wish() {
    let provider = StandIn::start(takes).await;
    let (desk, line, sara) = asked_by_ana(&provider).await;
    let message = say(&desk, &sara, "one").await;
    until_state(&desk, message, DeliveryState::Accepted).await;
    let sent = provider.asked("/Messages.json").remove(0);
    let sid = format!("SM{:032}", sent.body.len());
    let (from, to) = (format!("whatsapp:+{NUMBER}"), format!("whatsapp:+{ANA}"));
    let fields = [
        ("MessageSid", sid.as_str()),
        ("MessageStatus", "failed"),
        ("ErrorCode", "21610"),
        ("From", from.as_str()),
        ("To", to.as_str()),
        ("AccountSid", tests::standin::ACCOUNT),
    ];
    desk.twilio_tells(&line, "", &fields).await;
    closed(&desk, message).await;
    // The same status again tells nothing new.
    desk.twilio_tells(&line, "", &fields).await;
    assert_eq!(wishes(&desk).await.len(), 1);
}

/// A message as Twilio's list has it.
fn listed(sid: &str, to: &str, words: &str) -> Value {
    json!({
        "sid": sid, "direction": "inbound", "from": format!("whatsapp:+{ANA}"), "to": format!("whatsapp:+{to}"),
        "body": words, "num_media": "0", "messaging_service_sid": SERVICE, "status": "received",
        "date_sent": jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
    })
}

const SERVICE: &str = "MG00000000000000000000000000000001";

const OTHER: &str = "441134960001";

/// A service with two WhatsApp numbers on two pages, each with its list of messages.
async fn pool() -> StandIn {
    let sender = |sid: &str, sender: &str| json!({ "sid": sid, "sender": sender });
    let next =
        format!("https://messaging.twilio.com/v1/Services/{SERVICE}/ChannelSenders?PageSize=100&Page=1");
    let first = [sender("XE1", &format!("whatsapp:+{NUMBER}")), sender("XE3", "messenger:123")];
    let first = json!({ "senders": first, "meta": { "page": 0, "next_page_url": next } });
    let second = [sender("XE2", &format!("whatsapp:+{OTHER}"))];
    let second = json!({ "senders": second, "meta": { "page": 1, "next_page_url": null } });
    let page = |messages: &[Value]| json_reply(200, &json!({ "messages": messages, "next_page_uri": null }));
    StandIn::start(move |asked| match &asked.path {
        path if path.contains("/ChannelSenders") && path.contains("Page=1") => json_reply(200, &second),
        path if path.contains("/ChannelSenders") => json_reply(200, &first),
        path if asked.method == "POST" && path.contains("/Messages.json") => takes(asked),
        path if path.contains(NUMBER) => {
            page(&[listed("SMa1", NUMBER, "Hello?"), listed("SMa2", NUMBER, "Still there?")])
        }
        _ => page(&[listed("SMb1", OTHER, "And here")]),
    })
    .await
}

/// A webhook of the service, about its first number: what comes in names the number and, beside it, the service.
async fn service_tells(
    desk: &TestDesk,
    line: &tests::standin::Line,
    (from, to): (&str, &str),
    more: &[(&str, &str)],
) {
    let (from, to) = (format!("whatsapp:+{from}"), format!("whatsapp:+{to}"));
    let fixed = [
        ("AccountSid", tests::standin::ACCOUNT),
        ("MessagingServiceSid", SERVICE),
        ("From", from.as_str()),
        ("To", to.as_str()),
    ];
    desk.twilio_tells(line, "", &[more, &fixed].concat()).await;
}

#[tokio::test]
async fn a_messaging_service_hears_all_of_its_numbers_and_fetches_what_they_missed() {
    let provider = pool().await;
    let desk = TestDesk::start().await;
    let line = desk.twilio(&provider, SERVICE).await;
    let sara = desk.agent("Sara").await;
    service_tells(&desk, &line, (ANA, NUMBER), &[("MessageSid", "SMa1"), ("Body", "Hello?")]).await;
    let reply = say(&desk, &sara, "Here I am").await;
    until_state(&desk, reply, DeliveryState::Accepted).await;
    let sent = provider.asked("/Messages.json").into_iter().find(|asked| asked.method == "POST").unwrap();
    assert!(sent.body.contains(SERVICE) && !sent.body.contains("From="), "{}", sent.body);
    let sid = format!("SM{:032}", sent.body.len());
    let status = [("MessageSid", sid.as_str()), ("MessageStatus", "delivered")];
    service_tells(&desk, &line, (NUMBER, ANA), &status).await;
    until_state(&desk, reply, DeliveryState::Delivered).await;

    desk.sql(
        "insert into backlogs (connection_id, due_at)
         select id, desk_now() from connections where provider = 'twilio'
             on conflict (connection_id) do update set due_at = desk_now()",
    )
    .await;
    until("what was missed is here", || async {
        let count = desk.database.number("select count(*) from messages where author_kind = 'contact'").await;
        (count == 3).then_some(())
    })
    .await;
    assert_eq!(desk.database.number("select count(*) from conversations").await, 1);
    assert_eq!(desk.database.number("select count(*) from rejections").await, 0);
    let senders = provider.asked("/ChannelSenders");
    assert!(senders.len() >= 2 && senders.iter().all(|asked| asked.path.contains(SERVICE)), "{senders:?}");
}

#[tokio::test]
async fn a_service_without_whatsapp_numbers_says_so_where_health_is_shown() {
    let provider = StandIn::start(|_| json_reply(200, &json!({ "senders": [] }))).await;
    let desk = TestDesk::start().await;
    let line = desk.twilio(&provider, SERVICE).await;
    let boss = desk.signed_in(&desk.admin()).await;
    let why = until("the reading has ended", || async {
        let page = contract::settings::SettingsPage::Connection(line.connection);
        match desk::settings::settings(&desk.desk, &boss, page).await.unwrap() {
            contract::settings::Settings::Connection(page) => page.health.backlog?.error,
            other => panic!("{other:?}"),
        }
    })
    .await;
    assert!(why.contains("names no WhatsApp number"), "{why}");
}

#[tokio::test]
async fn the_sandbox_number_says_until_when_customers_stay_joined() {
    let provider = StandIn::start(takes).await;
    let desk = TestDesk::start().await;
    desk.twilio(&provider, NUMBER).await;
    let line = desk.twilio(&provider, "14155238886").await;
    let boss = desk.signed_in(&desk.admin()).await;
    let joins = async || {
        let page = contract::settings::SettingsPage::Channels;
        let shown = desk::settings::settings(&desk.desk, &boss, page).await.unwrap();
        let contract::settings::Settings::Channels(shown) = shown else { panic!("{shown:?}") };
        let channels = shown.connections.into_iter().flat_map(|connection| connection.channels);
        channels.filter_map(|channel| Some((channel.id, channel.joins?))).collect::<Vec<_>>()
    };
    let found = joins().await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0, found[0].1.hours, found[0].1.end_by), (line.channel, 72, None));
    desk.twilio_writes(&line, ANA, "SM00000000000000000000000000000a01", "Hello?").await;
    let end = joins().await[0].1.end_by.unwrap();
    let left = end.0 - jiff::Timestamp::now().as_millisecond();
    assert!((71 * 3_600_000..=72 * 3_600_000).contains(&left), "{left}");
}
