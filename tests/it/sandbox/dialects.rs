//! What every provider says on the wire, as the protocol reference has it: how a text is sent, how a webhook is
//! proved and read.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;

use super::exchange::{Exchange, Heard};

/// A request that is ready to be sent.
pub type Ready<'a> = Pin<Box<dyn Future<Output = RequestBuilder> + Send + 'a>>;

/// Makes the send of a text: to whom, what, and where news of it goes.
type Text = for<'a> fn(&'a Exchange, &'a Dialect, (&'a str, &'a str, &'a str)) -> Ready<'a>;

/// One provider.
pub struct Dialect {
    pub provider: &'static str,
    pub version: &'static str,
    pub channel: &'static str,
    pub number: &'static str,
    pub fields: &'static [(&'static str, &'static str)],
    pub text: Text,
    /// Where the id stands in the answer to a send.
    pub id: &'static str,
    /// Whether a webhook is proved.
    pub proved: fn(&Heard) -> bool,
    /// Where the text of a customer's message stands in a webhook.
    pub said: &'static str,
    /// The id of a status, its word and, after it, why it failed.
    pub status: fn(&Heard) -> Option<(String, String)>,
    /// The words of a message that arrives and is read; none where nothing is told.
    pub words: &'static [&'static str],
    /// The word of a message to a closed window.
    pub closed: &'static str,
    /// HTTP status and code of a throttled send.
    pub throttled: (u16, &'static str),
    /// A code to be refused with, and HTTP status and code of that refusal.
    pub refused: (u32, u16, &'static str),
    /// HTTP status and code where the credentials are wrong.
    pub unauthorised: (u16, &'static str),
    /// Where the code stands in an error.
    pub code: &'static str,
}

pub const DIALECTS: &[&Dialect] = &[&META, &TWILIO, &SINCH, &INFOBIP, &BRAZE];

pub const META: Dialect = Dialect {
    provider: "meta",
    version: "/v25.0",
    channel: "106540352242922",
    number: "+1 555 550 0100",
    fields: &[("app_secret", "meta secret"), ("access_token", "meta-token"), ("waba_id", "102290129340398")],
    text: |exchange, dialect, (to, text, _)| {
        Box::pin(async move {
            let url = format!("{}/v25.0/{}/messages", exchange.base(dialect), dialect.channel);
            let body = json!({
                "messaging_product": "whatsapp", "to": to, "type": "text", "text": { "body": text },
                "biz_opaque_callback_data": "mark",
            });
            exchange.http.post(url).bearer_auth("meta-token").json(&body)
        })
    },
    id: "/messages/0/id",
    proved: |heard| {
        let mac = Hmac::<Sha256>::new_from_slice(b"meta secret").unwrap().chain_update(&heard.body);
        let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        heard.body.is_ascii() && heard.header("x-hub-signature-256") == format!("sha256={hex}")
    },
    said: "/entry/0/changes/0/value/messages/0/text/body",
    status: |heard| {
        let body = heard.json();
        let status = body.pointer("/entry/0/changes/0/value/statuses/0")?;
        assert_eq!(status["biz_opaque_callback_data"], "mark");
        let code = status.pointer("/errors/0/code").map(|code| format!(" {code}")).unwrap_or_default();
        Some((text_at(status, "/id")?, format!("{}{code}", text_at(status, "/status")?)))
    },
    words: &["sent", "delivered", "read"],
    closed: "failed 131047",
    throttled: (400, "130429"),
    refused: (131_056, 400, "131056"),
    unauthorised: (401, "190"),
    code: "/error/code",
};

pub const TWILIO: Dialect = Dialect {
    provider: "twilio",
    version: "",
    channel: "14155238886",
    number: "+1 415 523 8886",
    fields: &[("account_sid", "AC00000000000000000000000000000001"), ("auth_token", "twilio-token")],
    text: |exchange, dialect, (to, text, callback)| {
        Box::pin(async move {
            let account = "AC00000000000000000000000000000001";
            let url = format!("{}/2010-04-01/Accounts/{account}/Messages.json", exchange.base(dialect));
            let form = [
                ("From", "whatsapp:+14155238886".to_owned()),
                ("To", format!("whatsapp:+{to}")),
                ("Body", text.to_owned()),
                ("StatusCallback", format!("{callback}?delivery=mark#rc=5&rp=5xx,ct,rt")),
            ];
            form_of(exchange.http.post(url).basic_auth(account, Some("twilio-token")), &form)
        })
    },
    id: "/sid",
    proved: |heard| {
        let form = fields(heard);
        let mut mac = Hmac::<Sha1>::new_from_slice(b"twilio-token").unwrap().chain_update(&heard.url);
        for (key, value) in &form {
            mac.update(key.as_bytes());
            mac.update(value.as_bytes());
        }
        heard.header("content-type") == "application/x-www-form-urlencoded; charset=UTF-8"
            && heard.header("x-twilio-signature") == STANDARD.encode(mac.finalize().into_bytes())
    },
    said: "/Body",
    status: |heard| {
        let form = fields(heard);
        let word = form.get("MessageStatus")?;
        assert!(heard.url.ends_with("?delivery=mark"), "{}", heard.url);
        let code = form.get("ErrorCode").map(|code| format!(" {code}")).unwrap_or_default();
        Some((form["MessageSid"].clone(), format!("{word}{code}")))
    },
    words: &["sent", "delivered", "read"],
    closed: "failed 63016",
    throttled: (429, "20429"),
    refused: (63_018, 400, "63018"),
    unauthorised: (401, "20003"),
    code: "/code",
};

pub const SINCH: Dialect = Dialect {
    provider: "sinch",
    version: "",
    channel: "01EB37HMH1M6SV18BSNS3G135H",
    number: "+46 70 000 00 00",
    fields: &[
        ("project_id", "PROJECT_ID"),
        ("app_id", "01EB37HMH1M6SV18BSNS3G135H"),
        ("key_id", "sinch-key"),
        ("key_secret", "sinch-secret"),
        ("webhook_secret", "sinch webhook secret"),
    ],
    text: |exchange, dialect, (to, text, callback)| {
        Box::pin(async move {
            let token = token(exchange, "sinch-secret").await;
            let url = format!("{}/v1/projects/PROJECT_ID/messages:send", exchange.base(dialect));
            let identities = json!([{ "channel": "WHATSAPP", "identity": to }]);
            let body = json!({
                "app_id": dialect.channel,
                "recipient": { "identified_by": { "channel_identities": identities } },
                "message": { "text_message": { "text": text } },
                "message_metadata": "mark",
                "callback_url": callback,
            });
            exchange.http.post(url).bearer_auth(token).json(&body)
        })
    },
    id: "/message_id",
    proved: |heard| {
        let nonce = heard.header("x-sinch-webhook-signature-nonce");
        let time = heard.header("x-sinch-webhook-signature-timestamp");
        let mac = Hmac::<Sha256>::new_from_slice(b"sinch webhook secret").unwrap().chain_update(&heard.body);
        let mac = mac.chain_update(format!(".{nonce}.{time}")).finalize().into_bytes();
        let age = jiff::Timestamp::now().as_second() - time.parse::<i64>().unwrap();
        heard.header("x-sinch-webhook-signature-algorithm") == "HmacSHA256"
            && nonce.len() == 26
            && (0..60).contains(&age)
            && heard.header("x-sinch-webhook-signature") == STANDARD.encode(mac)
    },
    said: "/message/contact_message/text_message/text",
    status: |heard| {
        let body = heard.json();
        let report = body.get("message_delivery_report")?;
        assert_eq!((&report["metadata"], &body["message_metadata"]), (&json!("mark"), &json!("mark")));
        let code = text_at(report, "/reason/code").map(|code| format!(" {code}")).unwrap_or_default();
        Some((text_at(report, "/message_id")?, format!("{}{code}", text_at(report, "/status")?)))
    },
    words: &["QUEUED_ON_CHANNEL", "DELIVERED", "READ"],
    closed: "FAILED OUTSIDE_ALLOWED_SENDING_WINDOW",
    throttled: (429, "RESOURCE_EXHAUSTED"),
    refused: (403, 403, "PERMISSION_DENIED"),
    unauthorised: (401, "UNAUTHENTICATED"),
    code: "/error/status",
};

pub const INFOBIP: Dialect = Dialect {
    provider: "infobip",
    version: "",
    channel: "441134960000",
    number: "+44 113 496 0000",
    fields: &[("api_key", "infobip-key"), ("webhook_key", "infobip webhook key")],
    text: |exchange, dialect, (to, text, callback)| {
        Box::pin(async move {
            let url = format!("{}/whatsapp/1/message/text", exchange.base(dialect));
            let body = json!({
                "from": dialect.channel, "to": to, "content": { "text": text },
                "messageId": format!("ours-{}", uuid::Uuid::new_v4()), "callbackData": "mark",
                "notifyUrl": callback,
            });
            exchange.http.post(url).header("authorization", "App infobip-key").json(&body)
        })
    },
    id: "/messageId",
    proved: |heard| heard.header("x-baton-key") == "infobip webhook key",
    said: "/results/0/message/text",
    status: |heard| {
        let body = heard.json();
        let result = body.pointer("/results/0").filter(|result| result.get("message").is_none())?;
        let id = text_at(result, "/messageId")?;
        if result.get("seenAt").is_some() {
            return Some((id, "SEEN".to_owned()));
        }
        assert_eq!(result["callbackData"], "mark");
        let error = text_at(result, "/error/name").filter(|name| name != "NO_ERROR");
        let error = error.map(|name| format!(" {name}")).unwrap_or_default();
        Some((id, format!("{}{error}", text_at(result, "/status/groupName")?)))
    },
    words: &["PENDING", "DELIVERED", "SEEN"],
    closed: "UNDELIVERABLE EC_NO_SESSION",
    throttled: (429, "TOO_MANY_REQUESTS"),
    refused: (403, 403, "FORBIDDEN"),
    unauthorised: (401, "UNAUTHORIZED"),
    code: "/requestError/serviceException/messageId",
};

pub const BRAZE: Dialect = Dialect {
    provider: "braze",
    version: "",
    channel: "sales",
    number: "+1 555 550 0104",
    fields: &[
        ("rest_key", "braze-key"),
        ("webhook_user", "braze"),
        ("webhook_password", "braze: password"),
        ("campaign_text", "f4b0a1d5-0000-4000-8000-000000000001"),
        ("app_id", "app-uuid"),
        ("subscription_group_id", "sg-uuid"),
        ("message_variation_id", "variation-uuid"),
    ],
    text: |exchange, dialect, (to, text, _)| {
        Box::pin(async move {
            let url = format!("{}/campaigns/trigger/send", exchange.base(dialect));
            let recipient = json!({
                "external_user_id": format!("customer-{to}"),
                "trigger_properties": { "external_system_msg_body": text },
                "send_to_existing_only": true,
            });
            let campaign = "f4b0a1d5-0000-4000-8000-000000000001";
            let body = json!({ "campaign_id": campaign, "recipients": [recipient] });
            exchange.http.post(url).bearer_auth("braze-key").json(&body)
        })
    },
    id: "/dispatch_id",
    proved: |heard| {
        let pair = STANDARD.encode("braze:braze: password");
        heard.url.ends_with("/sales") && heard.header("authorization") == format!("Basic {pair}")
    },
    said: "/message",
    status: |_| None,
    words: &[],
    closed: "",
    throttled: (429, "Rate limited"),
    refused: (403, 403, "The sandbox was told to refuse this."),
    unauthorised: (401, "Invalid API Key"),
    code: "/message",
};

impl Dialect {
    /// The text of a customer's message.
    pub fn said(&self, heard: &Heard) -> Option<String> {
        text_at(&heard.json(), self.said)
    }
}

/// A token of Sinch's.
pub async fn token(exchange: &Exchange, secret: &str) -> String {
    let url = format!("{}/oauth2/token", exchange.base(&SINCH));
    let form = [("grant_type", "client_credentials".to_owned())];
    let request = form_of(exchange.http.post(url).basic_auth("sinch-key", Some(secret)), &form);
    let answer = request.send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["access_token"].as_str().unwrap_or_default().to_owned()
}

/// A request with a form in it.
pub fn form_of(request: RequestBuilder, fields: &[(&str, String)]) -> RequestBuilder {
    let url = reqwest::Url::parse_with_params("http://form.example", fields).unwrap();
    let form = url.query().unwrap_or_default().to_owned();
    request.header("content-type", "application/x-www-form-urlencoded").body(form)
}

/// The fields of a form, sorted.
pub fn fields(heard: &Heard) -> BTreeMap<String, String> {
    let form = std::str::from_utf8(&heard.body).unwrap();
    let url = reqwest::Url::parse(&format!("http://form.example?{form}")).unwrap();
    url.query_pairs().into_owned().collect()
}

/// Text, or a number as text, at a place.
pub fn text_at(value: &Value, place: &str) -> Option<String> {
    match value.pointer(place)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
