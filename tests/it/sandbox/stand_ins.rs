//! What is the same at every provider, each in its own words: a row of the table a provider.

use std::time::{Duration, Instant};

use contract::Body;
use contract::message::{Media, MediaKind};
use contract::sandbox::{Faults, PhoneAct};
use serde_json::Value;

use super::dialects::{BRAZE, DIALECTS, Dialect, SINCH, TWILIO, text_at};
use super::exchange::{ANA, Exchange};

/// The words of the statuses of a message.
async fn words(exchange: &Exchange, dialect: &Dialect, (id, count): (&str, usize)) -> Vec<String> {
    exchange.until(dialect, count, |heard| (dialect.status)(heard).filter(|(of, _)| of == id)).await;
    exchange.until_quiet().await;
    let all = exchange.heard(dialect);
    let of = |heard| (dialect.status)(heard).filter(|(of, _)| of == id);
    all.iter().filter_map(of).map(|(_, word)| word).collect()
}

#[tokio::test]
async fn what_a_customer_writes_comes_as_each_provider_writes_and_proves_it() {
    let exchange = Exchange::open().await;
    for dialect in DIALECTS {
        let text = "Olá 😀 a/b & c=d + \"e\"\nf";
        exchange.write(dialect, text).await;
        let heard = exchange.until(dialect, 1, |heard| Some(heard.clone())).await.remove(0);
        assert_eq!(dialect.said(&heard).as_deref(), Some(text), "{}", dialect.provider);
        assert!((dialect.proved)(&heard), "{}: {:?} {:?}", dialect.provider, heard.url, heard.headers);
        exchange.until_quiet().await;
        assert_eq!(exchange.view(dialect).await.messages[0].status, "delivered");
    }
}

#[tokio::test]
async fn a_send_arrives_is_read_and_reported_as_each_provider_reports_it() {
    let exchange = Exchange::open().await;
    for dialect in DIALECTS {
        exchange.write(dialect, "Hello?").await;
        let id = exchange.send(dialect, "Hello!").await;
        exchange.act(dialect, PhoneAct::Look).await;
        let told = words(&exchange, dialect, (&id, dialect.words.len())).await;
        assert_eq!(told, dialect.words, "{}", dialect.provider);
        let all = exchange.heard(dialect);
        assert!(all.iter().all(|heard| (dialect.proved)(heard)), "{}", dialect.provider);
        let view = exchange.view(dialect).await;
        assert_eq!(view.messages[1].body, Body::text("Hello!"));
        assert_eq!((view.messages[1].status.as_str(), view.messages[1].mine), ("read", false));
    }
}

#[tokio::test]
async fn a_closed_window_is_told_afterwards_or_not_at_all() {
    let exchange = Exchange::open().await;
    for dialect in DIALECTS {
        let id = exchange.send(dialect, "Are you there?").await;
        let told = words(&exchange, dialect, (&id, usize::from(!dialect.words.is_empty()))).await;
        let expected: Vec<&str> = [dialect.closed].into_iter().filter(|word| !word.is_empty()).collect();
        assert_eq!(told, expected, "{}", dialect.provider);
        exchange.write(dialect, "Yes").await;
        exchange.faults(Faults { expire_window: true, ..Faults::default() }).await;
        exchange.send(dialect, "Good").await;
        assert_eq!(exchange.view(dialect).await.messages.len(), 1, "{}: nothing arrives", dialect.provider);
        exchange.faults(Faults::default()).await;
        exchange.send(dialect, "Good").await;
        assert_eq!(exchange.view(dialect).await.messages.len(), 2, "{}", dialect.provider);
    }
}

#[tokio::test]
async fn sends_go_wrong_on_demand_in_each_providers_own_words() {
    let exchange = Exchange::open().await;
    for dialect in DIALECTS {
        exchange.write(dialect, "Hello").await;
        let code = |answer: &Value| text_at(answer, dialect.code).unwrap_or_default();
        exchange.faults(Faults { throttle: 1, ..Faults::default() }).await;
        let (status, answer) = exchange.try_send(dialect, "1").await.unwrap();
        assert_eq!((status, code(&answer).as_str()), dialect.throttled, "{}", dialect.provider);
        exchange.send(dialect, "1").await;
        let (fail_code, status, word) = dialect.refused;
        exchange.faults(Faults { fail_every: 2, fail_code, ..Faults::default() }).await;
        exchange.send(dialect, "2").await;
        let (given, answer) = exchange.try_send(dialect, "3").await.unwrap();
        assert_eq!((given, code(&answer).as_str()), (status, word), "{}", dialect.provider);
        exchange.faults(Faults { fail_every: 1, ..Faults::default() }).await;
        let (given, _) = exchange.try_send(dialect, "3").await.unwrap();
        assert!(given >= 400, "{}: without a code the usual one", dialect.provider);
        exchange.faults(Faults { delay_ms: 300, ..Faults::default() }).await;
        let start = Instant::now();
        exchange.send(dialect, "3").await;
        assert!(start.elapsed() >= Duration::from_millis(300));
        exchange.faults(Faults { drop_answers: 1, ..Faults::default() }).await;
        assert!(exchange.try_send(dialect, "4").await.is_err(), "{}: no answer", dialect.provider);
        let shown = exchange.view(dialect).await.messages.len();
        assert_eq!(shown, 5, "{}: what was not answered is on the phone", dialect.provider);
    }
}

#[tokio::test]
async fn webhooks_go_wrong_on_demand() {
    let exchange = Exchange::open().await;
    for dialect in DIALECTS.iter().filter(|dialect| !dialect.words.is_empty()) {
        exchange.write(dialect, "Hello").await;
        exchange.faults(Faults { reorder: true, duplicate: 1, ..Faults::default() }).await;
        let id = exchange.send(dialect, "1").await;
        let [sent, delivered, read] = dialect.words else { panic!("three words") };
        let expected = [read, read, delivered, delivered, sent, sent];
        assert_eq!(words(&exchange, dialect, (&id, 6)).await, expected.map(|word| *word));
        exchange.faults(Faults { no_read_receipts: true, ..Faults::default() }).await;
        let id = exchange.send(dialect, "2").await;
        exchange.act(dialect, PhoneAct::Look).await;
        assert_eq!(words(&exchange, dialect, (&id, 2)).await, [*sent, *delivered]);
        exchange.faults(Faults::default()).await;
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused_as_each_provider_refuses_them() {
    let exchange = Exchange::open().await;
    for dialect in DIALECTS {
        let callback = exchange.callback(dialect).await;
        for header in ["Bearer wrong", "App wrong", "Basic d3Jvbmc6d3Jvbmc=", "", "Bearer", "App é"] {
            let request = (dialect.text)(&exchange, dialect, (ANA, "x", &callback)).await;
            let mut request = request.build().unwrap();
            let value = reqwest::header::HeaderValue::from_bytes(header.as_bytes()).unwrap();
            request.headers_mut().insert("authorization", value);
            let answer = exchange.http.execute(request).await.unwrap();
            let status = answer.status().as_u16();
            let answer: Value = answer.json().await.unwrap();
            let code = text_at(&answer, dialect.code).unwrap_or_default();
            assert_eq!((status, code.as_str()), dialect.unauthorised, "{} {header}", dialect.provider);
        }
    }
    assert_eq!(super::dialects::token(&exchange, "wrong").await, "");
}

#[tokio::test]
async fn what_the_desk_refuses_comes_again_or_is_lost_as_with_each_provider() {
    let exchange = Exchange::open().await;
    exchange.answer_with(404);
    for dialect in DIALECTS {
        exchange.write(dialect, "Lost?").await;
    }
    // Meta and Infobip try again whatever was answered; the others do not after a 404.
    for dialect in [&TWILIO, &SINCH, &BRAZE] {
        let start = Instant::now();
        while exchange.view(dialect).await.messages[0].status != "failed" {
            assert!(start.elapsed() < Duration::from_secs(10), "{} does not give up", dialect.provider);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    exchange.answer_with(200);
    for dialect in DIALECTS {
        let lost = [TWILIO.provider, SINCH.provider, BRAZE.provider].contains(&dialect.provider);
        if !lost {
            exchange.until(dialect, 1, |heard| dialect.said(heard)).await;
        }
        assert_eq!(exchange.heard(dialect).is_empty(), lost, "{}", dialect.provider);
    }
    // A desk that is away for a moment misses nothing.
    exchange.answer_with(503);
    exchange.write(&TWILIO, "Still there?").await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    exchange.answer_with(200);
    assert_eq!(exchange.until(&TWILIO, 1, |heard| TWILIO.said(heard)).await, ["Still there?"]);
}

#[tokio::test]
async fn everything_that_a_customer_does_is_told_or_not_as_each_provider_tells_it() {
    let exchange = Exchange::open().await;
    for dialect in DIALECTS {
        let own = exchange.write(dialect, "1").await;
        let reply = exchange.send(dialect, "2").await;
        exchange.until_quiet().await;
        let before = exchange.heard(dialect).len();
        let (message, emoji) = (reply.clone(), "👍".to_owned());
        exchange.act(dialect, PhoneAct::React { message, emoji }).await;
        exchange.act(dialect, PhoneAct::Edit { message: own.clone(), text: "3".to_owned() }).await;
        exchange.act(dialect, PhoneAct::Revoke { message: own }).await;
        exchange.act(dialect, PhoneAct::Echo { text: "4".to_owned() }).await;
        exchange.until_quiet().await;
        let told: Vec<String> = exchange.heard(dialect)[before..]
            .iter()
            .map(|heard| String::from_utf8(heard.body.clone()).unwrap())
            .collect();
        let expected: &[&str] = match dialect.provider {
            "meta" => &["\"reaction\"", "\"edit\"", "\"revoke\"", "smb_message_echoes"],
            "sinch" => &["REACTION_ACTION_REACT"],
            "infobip" => &["\"ADDED\""],
            _ => &[],
        };
        assert_eq!(told.len(), expected.len(), "{}: {told:?}", dialect.provider);
        assert!(told.iter().zip(expected).all(|(told, word)| told.contains(word)), "{told:?}");
        let view = exchange.view(dialect).await;
        assert_eq!(
            view.messages[1].reactions.len(),
            1,
            "{}: the phone changes all the same",
            dialect.provider
        );
    }
}

#[tokio::test]
async fn lines_are_told_apart_and_every_one_can_be_written_to() {
    let exchange = Exchange::open().await;
    let url = format!("{}/api/sandbox/phones", exchange.url);
    let list: Value = exchange.http.get(url).send().await.unwrap().json().await.unwrap();
    let lines: Vec<&str> = list["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["provider_channel"].as_str().unwrap())
        .collect();
    assert_eq!(lines, DIALECTS.iter().map(|dialect| dialect.channel).collect::<Vec<_>>());
    for dialect in DIALECTS {
        exchange.write(dialect, dialect.provider).await;
    }
    for dialect in DIALECTS {
        assert_eq!(exchange.until(dialect, 1, |heard| dialect.said(heard)).await, [dialect.provider]);
    }
}

/// A file of a kind with a name.
pub fn file(kind: MediaKind, name: &str) -> Body {
    Body::Media(Media { file_name: Some(name.to_owned()), ..Media::of(kind) })
}
