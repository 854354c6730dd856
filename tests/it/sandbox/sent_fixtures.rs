//! The published sends of every provider are taken, and answered in the shape that is published with them.

use contract::sandbox::{Faults, PhoneAct};
use serde_json::{Value, json};

use super::dialects::{BRAZE, Dialect, INFOBIP, META, SINCH, TWILIO, form_of, token};
use super::exchange::{ANA, Exchange};
use crate::protocol;

/// Puts a value wherever a key stands.
fn put(value: &mut Value, key: &str, new: &Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if name == key {
                    *member = new.clone();
                } else {
                    put(member, key, new);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, key, new)),
        _ => {}
    }
}

/// Whether an answer has every key that is published. What a send is called and when it was is its own.
fn has_shape(answer: &Value, published: &Value) -> bool {
    match (answer, published) {
        (Value::Object(answer), Value::Object(published)) => {
            published.iter().all(|(key, value)| answer.get(key).is_some_and(|own| has_shape(own, value)))
        }
        (Value::Array(answer), Value::Array(published)) => {
            answer.len() == published.len()
                && answer.iter().zip(published).all(|(own, value)| has_shape(own, value))
        }
        (Value::String(_), Value::Null) | (Value::Null, Value::String(_)) => true,
        (own, value) => std::mem::discriminant(own) == std::mem::discriminant(value),
    }
}

/// The published sends of a provider.
fn sends(dialect: &Dialect) -> Vec<(String, Value)> {
    let all = protocol::json_fixtures(dialect.provider).unwrap_or_default();
    all.into_iter().filter(|(name, _)| name.starts_with("send_")).collect()
}

/// What stands behind the host of a published address.
fn path(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    format!("/{}", rest.split_once('/').unwrap().1)
}

async fn check(name: &str, request: reqwest::RequestBuilder, published: &Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    assert_eq!(u64::from(status), published["status"].as_u64().unwrap(), "{name}: {body}");
    assert!(has_shape(&body, &published["body"]), "{name}: {body:#} has not the shape of {published:#}");
}

#[tokio::test]
async fn published_sends_of_meta() {
    let exchange = Exchange::open().await;
    let message = exchange.write(&META, "Hello").await;
    let url = format!("{}/v25.0/{}/messages", exchange.base(&META), META.channel);
    let link = json!(format!("{}/picture.png", exchange.url));
    for (name, fixture) in sends(&META) {
        // Uploads and templates of somebody else's account.
        if name.contains("_id.") || name.contains("template_interactive") || name.contains("bsuid") {
            continue;
        }
        let mut body = fixture["request"]["body"].clone();
        put(&mut body, "to", &json!(ANA));
        put(&mut body, "message_id", &json!(message));
        put(&mut body, "link", &link);
        put(&mut body, "flow_id", &json!("1"));
        let own = template(&body["template"]);
        put(&mut body, "template", &own);
        let mut published = fixture["response"].clone();
        if name.contains("location_request") {
            published["body"] = json!({ "messages": [{ "id": "" }] });
        }
        check(&name, exchange.http.post(&url).bearer_auth("meta-token").json(&body), &published).await;
    }
}

fn template(published: &Value) -> Value {
    let mut template = published.clone();
    if template.is_object() {
        template["name"] = json!("order_update");
    }
    template
}

#[tokio::test]
async fn published_sends_of_twilio() {
    let exchange = Exchange::open().await;
    let message = exchange.write(&TWILIO, "Hello").await;
    let known = desk::sandbox::templates::all(
        &exchange.desk,
        &desk::sandbox::twilio::Twilio,
        exchange.desk.store.sandbox_numbers().await.unwrap()[1].connection,
    );
    let known = known.await.unwrap();
    let content = &known.iter().find(|known| known.info.name == "order_update").unwrap().id;
    for (name, fixture) in sends(&TWILIO) {
        let request = &fixture["request"];
        let url = format!("{}{}", exchange.base(&TWILIO), path(request["url"].as_str().unwrap()));
        let call =
            exchange.http.post(url).basic_auth("AC00000000000000000000000000000001", Some("twilio-token"));
        let call = if name == "send_typing.json" {
            let mut body = request["body"].clone();
            body["messageId"] = json!(message);
            call.json(&body)
        } else {
            let form = request["body"].as_str().unwrap();
            let url = reqwest::Url::parse(&format!("http://form.example?{form}")).unwrap();
            let field = |(key, value): (String, String)| {
                let value = match key.as_str() {
                    "To" => format!("whatsapp:+{ANA}"),
                    "ContentSid" => content.clone(),
                    "MediaUrl" => format!("{}/picture.png", exchange.url),
                    _ => value,
                };
                (key, value)
            };
            let fields: Vec<(String, String)> = url.query_pairs().into_owned().map(field).collect();
            let fields: Vec<(&str, String)> =
                fields.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
            form_of(call, &fields)
        };
        check(&name, call, &fixture["response"]).await;
    }
    let view = exchange.view(&TWILIO).await;
    let kinds: Vec<&str> = view.messages.iter().map(|message| message.body.kind()).collect();
    assert_eq!(kinds, ["text", "template", "image", "text"]);
    assert_eq!(view.messages[1].body.words(), Some("Hello Asha, your order 12345 is on its way."));
    assert!(view.typing);
}

#[tokio::test]
async fn published_sends_of_sinch() {
    let exchange = Exchange::open().await;
    exchange.write(&SINCH, "Hello").await;
    let token = token(&exchange, "sinch-secret").await;
    for (name, fixture) in sends(&SINCH) {
        let request = &fixture["request"];
        let url = format!("{}{}", exchange.base(&SINCH), path(request["url"].as_str().unwrap()));
        let mut body = request["body"].clone();
        put(&mut body, "identity", &json!(ANA));
        if body.pointer("/message/media_message").is_some() {
            put(&mut body, "url", &json!(format!("{}/picture.png", exchange.url)));
        }
        check(&name, exchange.http.post(url).bearer_auth(&token).json(&body), &fixture["response"]).await;
    }
    let view = exchange.view(&SINCH).await;
    let kinds: Vec<&str> = view.messages.iter().map(|message| message.body.kind()).collect();
    assert_eq!(kinds, ["text", "buttons", "list", "image", "template", "text"]);
    assert_eq!(view.messages[4].body.words(), Some("Hello Asha, your order 12345 is on its way."));
}

#[tokio::test]
async fn published_sends_of_infobip() {
    let exchange = Exchange::open().await;
    let message = exchange.write(&INFOBIP, "Hello").await;
    let picture = json!(format!("{}/picture.png", exchange.url));
    for (count, (name, fixture)) in sends(&INFOBIP).into_iter().enumerate() {
        let request = &fixture["request"];
        let path = path(request["url"].as_str().unwrap());
        let path = match name.as_str() {
            "send_mark_read.json" => {
                format!(
                    "/whatsapp/1/senders/{}/message/{}/read",
                    INFOBIP.channel,
                    message.replace('=', "%3D")
                )
            }
            _ => path,
        };
        let call = exchange.http.post(format!("{}{path}", exchange.base(&INFOBIP)));
        let mut call = call.header("authorization", "App infobip-key");
        if let Some(body) = request.get("body") {
            let mut body = body.clone();
            for (key, value) in [
                ("to", json!(ANA)),
                ("messageId", json!(format!("ours-{count}"))),
                ("mediaUrl", picture.clone()),
                ("templateName", json!("order_update")),
                ("language", json!("en")),
            ] {
                put(&mut body, key, &value);
            }
            call = call.json(&body);
        }
        check(&name, call, &fixture["response"]).await;
    }
    let view = exchange.view(&INFOBIP).await;
    assert_eq!(view.messages[0].status, "read");
    let kinds: Vec<&str> = view.messages.iter().map(|message| message.body.kind()).collect();
    let sent = ["audio", "buttons", "contacts", "document", "image", "list", "location", "template", "text"];
    assert_eq!(kinds[1..], [&sent[..], &["link_button"]].concat());
}

#[tokio::test]
async fn published_sends_of_braze() {
    let exchange = Exchange::open().await;
    exchange.write(&BRAZE, "Hello").await;
    let person = json!(format!("customer-{ANA}"));
    for (name, fixture) in sends(&BRAZE) {
        let request = &fixture["request"];
        let url = format!("{}{}", exchange.base(&BRAZE), path(request["url"].as_str().unwrap()));
        let mut body = request["body"].clone();
        put(&mut body, "external_user_id", &person);
        put(&mut body, "external_user_ids", &json!([person]));
        check(&name, exchange.http.post(url).bearer_auth("braze-key").json(&body), &fixture["response"])
            .await;
    }
    let view = exchange.view(&BRAZE).await;
    let kinds: Vec<&str> = view.messages.iter().map(|message| message.body.kind()).collect();
    assert_eq!(kinds, ["text", "text", "template", "text"]);
    // Whoever does not exist is refused where the call says so.
    let (status, answer) = {
        let request = (BRAZE.text)(&exchange, &BRAZE, ("33612345678", "x", "")).await;
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    assert_eq!(status, 400, "{answer}");
    exchange.faults(Faults::default()).await;
    exchange.act(&BRAZE, PhoneAct::Look).await;
}
