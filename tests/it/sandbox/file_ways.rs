//! Files, by each provider's own way.

use contract::Body;
use contract::message::MediaKind;
use contract::sandbox::{Faults, PhoneAct};
use serde_json::{Value, json};

use super::dialects::{
    BRAZE, DIALECTS, Dialect, INFOBIP, META, SINCH, TWILIO, fields, form_of, text_at, token,
};
use super::exchange::{ANA, Exchange, PICTURE};
use super::stand_ins::file;

const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// A picture that Ana sends: its bytes, as they are kept for her phone.
async fn sent_by_ana(exchange: &Exchange, dialect: &Dialect) -> Vec<u8> {
    exchange.act(dialect, PhoneAct::Send { body: file(MediaKind::Image, "me.png"), quoted: None }).await;
    let view = exchange.view(dialect).await;
    let Body::Media(media) = &view.messages.last().unwrap().body else { panic!("no file") };
    let answer =
        exchange.http.get(format!("{}{}", exchange.url, media.link.as_deref().unwrap())).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/png");
    answer.bytes().await.unwrap().to_vec()
}

/// The status and the bytes of an answer.
async fn got(request: reqwest::RequestBuilder) -> (u16, Vec<u8>) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_customers_file_is_had_from_meta_by_its_id_and_the_token() {
    let exchange = Exchange::open().await;
    let bytes = sent_by_ana(&exchange, &META).await;
    let place = "/entry/0/changes/0/value/messages/0/image";
    let image = exchange.until(&META, 1, |heard| heard.json().pointer(place).cloned()).await.remove(0);
    let id = image["id"].as_str().unwrap();
    let about = format!("{}/v25.0/{id}?phone_number_id={}", exchange.base(&META), META.channel);
    assert_eq!(got(exchange.http.get(&about)).await.0, 401);
    let (_, about) = got(exchange.http.get(&about).bearer_auth("meta-token")).await;
    let about: Value = serde_json::from_slice(&about).unwrap();
    assert_eq!((&about["mime_type"], &about["file_size"]), (&json!("image/png"), &json!(bytes.len())));
    let url = about["url"].as_str().unwrap();
    assert_eq!(got(exchange.http.get(url)).await.0, 401);
    assert_eq!(got(exchange.http.get(url).bearer_auth("meta-token")).await, (200, bytes));
    // The webhook has the digest in base64, the call in hexadecimal digits.
    let hex = about["sha256"].as_str().unwrap();
    let digest: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    use base64::Engine;
    assert_eq!(image["sha256"], base64::engine::general_purpose::STANDARD.encode(digest));
}

#[tokio::test]
async fn a_customers_file_is_had_from_twilio_by_an_address_that_leads_on() {
    let exchange = Exchange::open().await;
    let bytes = sent_by_ana(&exchange, &TWILIO).await;
    let form = exchange.until(&TWILIO, 1, |heard| Some(fields(heard))).await.remove(0);
    assert_eq!((form["NumMedia"].as_str(), form["MediaContentType0"].as_str()), ("1", "image/png"));
    let url = &form["MediaUrl0"];
    assert_eq!(got(exchange.http.get(url)).await.0, 401);
    let answer = exchange.http.get(url).basic_auth(ACCOUNT, Some("twilio-token")).send().await.unwrap();
    assert_eq!(answer.status(), 307);
    let elsewhere = answer.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(got(exchange.http.get(elsewhere)).await, (200, bytes));
    // The list of a message's files names the same one.
    let list = format!("{}.json", url.rsplit_once('/').unwrap().0);
    let (_, list) = got(exchange.http.get(list).basic_auth(ACCOUNT, Some("twilio-token"))).await;
    let list: Value = serde_json::from_slice(&list).unwrap();
    let uri = list["media_list"][0]["uri"].as_str().unwrap();
    assert!(url.ends_with(uri.strip_suffix(".json").unwrap()), "{uri}");
}

#[tokio::test]
async fn a_customers_file_is_had_from_the_others_at_its_address() {
    let exchange = Exchange::open().await;
    let places = [
        (&SINCH, "/message/contact_message/media_message/url"),
        (&INFOBIP, "/results/0/message/url"),
        (&BRAZE, "/media_urls"),
    ];
    for (dialect, place) in places {
        let bytes = sent_by_ana(&exchange, dialect).await;
        let url = exchange.until(dialect, 1, |heard| text_at(&heard.json(), place)).await.remove(0);
        let plain = got(exchange.http.get(&url)).await;
        if dialect.provider == "infobip" {
            assert_eq!(plain.0, 401, "Infobip wants its key");
            let call = exchange.http.get(&url).header("authorization", "App infobip-key");
            assert_eq!(got(call).await, (200, bytes));
        } else {
            assert!(url.ends_with(".png"), "the ending tells the kind: {url}");
            assert_eq!(plain, (200, bytes));
        }
    }
}

/// Sends the picture at an address as each provider takes it.
async fn send_picture(exchange: &Exchange, dialect: &Dialect, link: &str) -> u16 {
    let base = exchange.base(dialect);
    let request = match dialect.provider {
        "meta" => {
            let url = format!("{base}/v25.0/{}/messages", dialect.channel);
            let body = json!({
                "messaging_product": "whatsapp", "to": ANA, "type": "image", "image": { "link": link },
                "biz_opaque_callback_data": "mark",
            });
            exchange.http.post(url).bearer_auth("meta-token").json(&body)
        }
        "twilio" => {
            let url = format!("{base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
            let callback = format!("{}?delivery=mark", exchange.callback(dialect).await);
            let form = [
                ("From", "whatsapp:+14155238886".to_owned()),
                ("To", format!("whatsapp:+{ANA}")),
                ("MediaUrl", link.to_owned()),
                ("StatusCallback", callback),
            ];
            form_of(exchange.http.post(url).basic_auth(ACCOUNT, Some("twilio-token")), &form)
        }
        "sinch" => {
            let url = format!("{base}/v1/projects/PROJECT_ID/messages:send");
            let identities = json!([{ "channel": "WHATSAPP", "identity": ANA }]);
            let body = json!({
                "app_id": dialect.channel,
                "recipient": { "identified_by": { "channel_identities": identities } },
                "message": { "media_message": { "url": link } }, "message_metadata": "mark",
            });
            exchange.http.post(url).bearer_auth(token(exchange, "sinch-secret").await).json(&body)
        }
        "infobip" => {
            let url = format!("{base}/whatsapp/1/message/image");
            let body = json!({
                "from": dialect.channel, "to": ANA, "content": { "mediaUrl": link }, "callbackData": "mark",
            });
            exchange.http.post(url).header("authorization", "App infobip-key").json(&body)
        }
        _ => {
            let url = format!("{base}/messages/send");
            let whats_app = json!({
                "app_id": "app-uuid", "subscription_group_id": "sg-uuid",
                "message_type": "text_image_response_message", "message": { "image_uri": link },
            });
            let person = format!("customer-{ANA}");
            let body = json!({ "external_user_ids": [person], "messages": { "whats_app": whats_app } });
            exchange.http.post(url).bearer_auth("braze-key").json(&body)
        }
    };
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_file_of_the_business_is_fetched_and_shown_or_reported_as_lost() {
    let exchange = Exchange::open().await;
    for dialect in DIALECTS {
        exchange.write(dialect, "Show me").await;
        let there = format!("{}/picture.png", exchange.url);
        assert!((200..300).contains(&send_picture(&exchange, dialect, &there).await), "{}", dialect.provider);
        let view = exchange.view(dialect).await;
        let Body::Media(media) = &view.messages[1].body else { panic!("{}: no file", dialect.provider) };
        assert_eq!((media.kind, media.mime.as_deref()), (MediaKind::Image, Some("image/png")));
        let kept = format!("{}{}", exchange.url, media.link.as_deref().unwrap());
        assert_eq!(got(exchange.http.get(kept)).await, (200, PICTURE.to_vec()));
        // Taken all the same where it cannot be had, and reported afterwards.
        let gone = format!("{}/nothing.png", exchange.url);
        assert!((200..300).contains(&send_picture(&exchange, dialect, &gone).await), "{}", dialect.provider);
        assert_eq!(exchange.view(dialect).await.messages.len(), 2);
        let why = match dialect.provider {
            "meta" => "failed 131053",
            "twilio" => "failed 63019",
            "sinch" => "FAILED MEDIA_NOT_REACHABLE",
            "infobip" => "UNDELIVERABLE EC_MEDIA_HOSTING_ERROR",
            _ => continue,
        };
        exchange.until(dialect, 1, |heard| (dialect.status)(heard).filter(|(_, word)| word == why)).await;
    }
}

#[tokio::test]
async fn a_file_is_uploaded_to_meta_and_sent_by_its_id() {
    let exchange = Exchange::open().await;
    exchange.write(&META, "Show me").await;
    let base = format!("{}/v25.0/{}", exchange.base(&META), META.channel);
    let part = reqwest::multipart::Part::bytes(PICTURE).file_name("a.png").mime_str("image/png").unwrap();
    let form = reqwest::multipart::Form::new().text("messaging_product", "whatsapp").part("file", part);
    let call = exchange.http.post(format!("{base}/media")).bearer_auth("meta-token").multipart(form);
    let answer: Value = call.send().await.unwrap().json().await.unwrap();
    let send = |id: &str| {
        let body = json!({
            "messaging_product": "whatsapp", "to": ANA, "type": "document",
            "document": { "id": id, "filename": "a.png" },
        });
        exchange.http.post(format!("{base}/messages")).bearer_auth("meta-token").json(&body).send()
    };
    assert_eq!(send(answer["id"].as_str().unwrap()).await.unwrap().status(), 200);
    assert_eq!(send("999999999999999").await.unwrap().status(), 400, "what was never uploaded is refused");
    let view = exchange.view(&META).await;
    let Body::Media(media) = &view.messages[1].body else { panic!("no file") };
    let kept = format!("{}{}", exchange.url, media.link.as_deref().unwrap());
    assert_eq!(got(exchange.http.get(kept)).await, (200, PICTURE.to_vec()));
    let nothing = format!("{}/api/sandbox/files/nothing", exchange.url);
    assert_eq!(got(exchange.http.get(nothing)).await.0, 404);
    exchange.faults(Faults::default()).await;
}
