//! Bots against golden results: what each is sent, and what becomes of every answer of the fixtures folder, over a real
//! server and in the form that WhatsApp carries.

use std::time::Duration;

use contract::Body;
use desk::bots::{Answer, Heard, Opening, Turn, Wire, bot, fit};
use desk::channels::Provider;
use desk::channels::client::Client;
use desk::channels::meta::Meta;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::server::{Asked, Reply, Server, json as reply};
use crate::protocol::{self, Payload};

/// What we make of a payload: the calls, where they differ from those of the payload, and the answer.
fn made_of(name: &str, payload: &Payload) -> Option<Value> {
    let Payload::Json(fixture) = payload else { return None };
    let kind = kind_of(name)?;
    let mut fixture = fixture.clone();
    if name == "openai_tool_call_handoff.json" {
        // The tool is named by the settings.
        fixture["definition"] = json!({ "handoff_tool": "transfer_to_human" });
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    Some(runtime.block_on(play(kind, &fixture)))
}

/// The kind that a payload belongs to. Others are protocols that are spoken by nobody here.
fn kind_of(name: &str) -> Option<&'static str> {
    let kinds =
        [("generic_webhook", "webhook"), ("watson", "watson"), ("openai", "openai"), ("rasa", "rasa")];
    kinds.into_iter().find(|(start, _)| name.starts_with(start)).map(|(_, kind)| kind)
}

/// Plays one turn in which the other side answers as the payload has it.
pub(super) async fn play(kind: &'static str, fixture: &Value) -> Value {
    let response = fixture["response"].clone();
    let server = Server::start(move |asked| answer(kind, asked, &response)).await;
    let (mut definition, secrets) = super::settings(kind, &server.url);
    merge(&mut definition, &fixture["definition"]);
    bot(kind).unwrap().check(&definition).unwrap();
    let body = &fixture["request"]["body"];
    let heard = if body.is_null() { "hi".to_owned() } else { super::dialect::heard(kind, body) };
    let heard = if heard.is_empty() { "hi".to_owned() } else { heard };
    let spoken = Body::text(heard);
    let turn = Turn {
        memory: fixture["memory"].clone(),
        opening: if fixture["memory"].is_null() { Opening::New } else { Opening::Ongoing },
        fallback: None,
        settled: Vec::new(),
        heard: vec![Heard::new(1, spoken.clone(), contract::Time(1_758_003_423_000))],
        since_ownership: vec![desk::bots::Spoken {
            seq: 1,
            by: desk::bots::Speaker::Customer,
            body: spoken,
            at: contract::Time(1_758_003_423_000),
        }],
        ..Turn::over(definition, 1)
    };
    let client = Client::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let secrets = secrets.into_iter().map(|(key, value)| (key.to_owned(), vec![SecretString::from(value)]));
    let wire = Wire::new(client, secrets.collect(), Duration::from_secs(10));
    let answered = match bot(kind).unwrap().answer(turn, &wire).await {
        Ok(answer) => said(&answer),
        Err(error) => {
            json!({ "error": error.to_string().replace(&server.url, "URL"), "reason": error.reason() })
        }
    };
    let calls = server.asked();
    let mut made = json!({ "calls": calls.iter().map(call).collect::<Vec<_>>(), "answer": answered });
    if body.is_object() {
        let mut found = Default::default();
        protocol::differences(&calls.last().unwrap().json(), body, String::new(), &mut found);
        made["differences"] = json!(found);
    }
    made
}

fn merge(definition: &mut Value, more: &Value) {
    for (key, value) in more.as_object().into_iter().flatten() {
        definition[key] = value.clone();
    }
}

/// The other side: a payload of a session answers for the session, any other for the message.
fn answer(kind: &str, asked: &Asked, response: &Value) -> Reply {
    let session = kind == "watson" && asked.path.contains("/sessions?");
    let about_session = !response["body"]["session_id"].is_null();
    match (session, about_session) {
        (true, false) => reply(201, &json!({ "session_id": "S" })),
        (false, true) if kind == "watson" => {
            reply(200, &json!({ "output": { "generic": [{ "response_type": "text", "text": "Hi" }] } }))
        }
        _ => {
            let body = match &response["body"] {
                Value::String(text) => text.clone(),
                body => body.to_string(),
            };
            Reply::Is(response["status"].as_u64().unwrap() as u16, None, body)
        }
    }
}

fn call(asked: &Asked) -> Value {
    json!({ "path": asked.path, "body": asked.json(), "authorization": asked.header("authorization") })
}

/// An answer as the customer's channel carries it.
fn said(answer: &Answer) -> Value {
    let fitted =
        answer.messages.iter().map(|body| fit::fit(body.clone(), &|body| Meta.carries(body).is_ok()));
    let messages: Vec<Body> = fitted.flat_map(|fitted| fitted.messages).collect();
    json!({
        "messages": messages,
        "pauses": answer.pauses.iter().map(|pause| json!([pause.before, pause.ms])).collect::<Vec<_>>(),
        "handoff": answer.handoff,
        "after": format!("{:?}", answer.after),
        "memory": answer.memory,
        "sources": answer.sources,
    })
}

#[test]
fn every_payload_ends_as_its_golden_result_says() {
    protocol::compare("bots", "bots", made_of);
}
