//! What was missed, fetched from the list of messages.

use desk::channels::twilio::Twilio;
use desk::channels::{Answer, Class, Effect, Inbound, Item, Known, Provider, Step, Via, inspect};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::rich::answer;
use super::{NUMBER, SID, account, via};
use crate::protocol::{json_fixtures, read_folder, tests_folder};

fn listed(answer: &Answer) -> desk::channels::backlog::Missed {
    let now: Timestamp = "2026-08-02T00:00:00Z".parse().unwrap();
    Twilio.backlog().unwrap().listed(answer, now).unwrap()
}

fn asked(channel: &str, page: Option<&str>) -> Result<String, String> {
    let (account, known) = (account(&[]), Known::new());
    let via = Via { channel, ..via(&account, &known) };
    let since: Timestamp = "2026-08-01T11:22:33.456Z".parse().unwrap();
    match Twilio.backlog().unwrap().list(&via, since, page) {
        Ok(Step::Call(call)) => Ok(call.url),
        Ok(Step::First(need)) => panic!("{}", need.key),
        Err(why) => Err(why.0),
    }
}

#[test]
fn the_list_is_asked_for_what_came_to_the_number_since() {
    let base = format!("https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json");
    let query = "To=whatsapp%3A%2B14155238886&DateSent%3E=2026-08-01T11%3A22%3A33Z&PageSize=100";
    assert_eq!(asked(NUMBER, None), Ok(format!("{base}?{query}")));
    let page = format!("/2010-04-01/Accounts/{SID}/Messages.json?PageSize=100&Page=1&PageToken=PAMM1");
    assert_eq!(asked(NUMBER, Some(&page)), Ok(format!("https://api.twilio.com{page}")));
    for other in
        ["https://evil.example/", "@evil.example/", "/2010-04-01/Accounts/AC2/Messages.json?Page=1", ""]
    {
        assert!(asked(NUMBER, Some(other)).is_err(), "{other}");
    }
    assert!(asked("MG1", None).is_err(), "only of a number");
}

/// The page of ours that holds one of everything.
fn page() -> Value {
    read_folder(&tests_folder().join("fixtures/twilio/api")).remove("messages.json").unwrap()
}

#[test]
fn a_page_holds_the_items_that_the_webhooks_would_have_brought() {
    let page = page();
    let missed = listed(&answer(200, page["body"].clone()));
    assert_eq!(inspect::items(&missed.items), page["expect"], "{:#}", inspect::items(&missed.items));
    assert_eq!(missed.next.as_deref(), page["body"]["next_page_uri"].as_str());
}

fn message(item: &Item) -> &Inbound {
    match item {
        Item::Message(found) => found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_of_the_list_leads_to_the_list_of_its_message() {
    let missed = listed(&answer(200, page()["body"].clone()));
    let files: Vec<_> = missed
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Message(found) => match &found.effect {
                Effect::Message(contract::Body::Media(media)) => {
                    Some((found.id.clone(), media.link.clone().unwrap()))
                }
                _ => None,
            },
            _ => None,
        })
        .collect();
    let list = "/2010-04-01/Accounts/AC01/Messages/MM02/Media.json";
    let expected = [("MM02".to_owned(), format!("{list}#0")), ("MM02:1".to_owned(), format!("{list}#1"))];
    assert_eq!(files, expected);
}

#[test]
fn a_message_of_the_list_has_the_id_and_the_person_of_its_webhook() {
    let Some(fixtures) = json_fixtures("twilio") else { return };
    let mut sent = fixtures["send_text.json"]["response"]["body"].clone();
    let out = listed(&answer(200, json!({ "messages": [sent.clone()] })));
    assert_eq!(out.items, [], "what we sent is none of what came in");
    for (key, value) in
        [("direction", "inbound"), ("from", "whatsapp:US.1234"), ("to", "whatsapp:+14155238886")]
    {
        sent[key] = json!(value);
    }
    let came = listed(&answer(200, json!({ "messages": [sent] })));
    let came = message(&came.items[0]);
    let form = b"MessageSid=SM00000000000000000000000000000201&Body=Hello&NumMedia=0&\
        From=whatsapp%3AUS.1234&To=whatsapp%3A%2B14155238886";
    let webhook = super::items(form, "");
    let webhook = message(&webhook[0]);
    assert_eq!((&came.id, &came.channel, &came.effect), (&webhook.id, &webhook.channel, &webhook.effect));
    assert_eq!(came.contact, webhook.contact);
    assert_eq!(came.at.map(|at| at.to_string()).as_deref(), Some("2023-08-24T05:01:45Z"));
}

#[test]
fn the_numbers_of_a_service_are_read_page_by_page_and_of_no_other() {
    const SERVICE: &str = "MG00000000000000000000000000000001";
    let backlog = Twilio.backlog().unwrap();
    let page =
        |service: &str| format!("/v1/Services/{service}/ChannelSenders?PageSize=100&Page=1&PageToken=x");
    let senders = json!([{ "sender": "whatsapp:+14155238886" }, { "sender": "+14155238887" }]);
    let next = format!("https://messaging.twilio.com{}", page(SERVICE));
    let found = answer(200, json!({ "senders": senders, "meta": { "next_page_url": next } }));
    let found = backlog.numbers_of(&found).unwrap();
    assert_eq!((found.next.as_deref(), found.numbers.len()), (Some(&*page(SERVICE)), 1));
    let (account, known) = (super::account(&[]), Known::new());
    let via = Via { channel: SERVICE, ..super::via(&account, &known) };
    let url = |page: Option<&str>| match backlog.numbers(&via, page).map_err(|why| why.0)? {
        Step::Call(call) => Ok(call.url),
        Step::First(need) => Err(need.key),
    };
    assert_eq!(url(found.next.as_deref()), Ok(format!("https://messaging.twilio.com{}", page(SERVICE))));
    assert!(url(None).unwrap().ends_with("/ChannelSenders?PageSize=100"));
    assert!(url(Some(&page("MG00000000000000000000000000000002"))).is_err(), "another service's page");
    let gone = backlog.numbers_of(&answer(200, json!({ "senders": [] }))).unwrap();
    assert_eq!((gone.next, gone.numbers), (None, Vec::new()));
}

#[test]
fn an_answer_that_is_no_list_is_a_fault() {
    let backlog = Twilio.backlog().unwrap();
    let class = |answer: &Answer| backlog.listed(answer, Timestamp::now()).unwrap_err().class;
    assert_eq!(class(&answer(401, json!({ "code": 20003 }))), Class::Auth);
    assert_eq!(class(&Answer { status: 200, retry_after: None, body: "<html>".into() }), Class::Retry);
    assert_eq!(listed(&answer(200, json!({}))), desk::channels::backlog::Missed::default());
}
