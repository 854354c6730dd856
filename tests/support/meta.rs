//! A customer of Meta's: webhooks in its wire format, signed as it signs them.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::desk::{APP_SECRET, LINE, TestDesk};

/// The signature header of a body.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    let digest = mac.finalize().into_bytes();
    digest.iter().fold("sha256=".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Now, in whole seconds.
pub fn seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// A text message.
pub fn text(from: &str, id: &str, body: &str) -> Value {
    text_at(from, id, body, seconds())
}

/// A text message of a given second.
pub fn text_at(from: &str, id: &str, body: &str, at: i64) -> Value {
    json!({"from": from, "id": id, "timestamp": at.to_string(), "type": "text", "text": {"body": body}})
}

/// A message with a file, known to the provider by its id.
pub fn file(from: &str, id: &str, kind: &str, file: &Value) -> Value {
    let at = seconds().to_string();
    json!({"from": from, "id": id, "timestamp": at, "type": kind, kind: file})
}

/// A webhook with messages of one customer.
pub fn messages(from: &str, messages: &[Value]) -> Value {
    value(json!({
        "contacts": [{"profile": {"name": format!("Customer {from}")}, "wa_id": from}],
        "messages": messages,
    }))
}

/// A status of something we sent.
pub fn status(id: &str, word: &str, to: &str) -> Value {
    json!({"id": id, "status": word, "timestamp": seconds().to_string(), "recipient_id": to})
}

/// A webhook with statuses.
pub fn statuses(statuses: &[Value]) -> Value {
    value(json!({ "statuses": statuses }))
}

/// A webhook with an answer from the business's own phone app.
pub fn echo(to: &str, id: &str, body: &str) -> Value {
    let mut value = value(json!({
        "message_echoes": [{
            "from": "15550001111", "to": to, "id": id, "timestamp": seconds().to_string(), "type": "text",
            "text": {"body": body},
        }],
    }));
    value["entry"][0]["changes"][0]["field"] = json!("smb_message_echoes");
    value
}

fn value(mut value: Value) -> Value {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({"display_phone_number": "15550001111", "phone_number_id": LINE});
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    })
}

impl TestDesk {
    /// Posts a webhook, signed. The answer's status.
    pub async fn post(&self, webhook: &Value) -> u16 {
        let body = serde_json::to_vec(webhook).unwrap();
        let signature = signature(APP_SECRET, &body);
        self.post_raw(body, &signature).await
    }

    /// Posts bytes under a signature.
    pub async fn post_raw(&self, body: Vec<u8>, signature: &str) -> u16 {
        let url = format!("{}/webhooks/meta/{}", self.url(), self.connection);
        let request = self.http().post(url).header("x-hub-signature-256", signature);
        let request = request.header("content-type", "application/json").body(body);
        request.send().await.unwrap().status().as_u16()
    }

    /// A customer writes, and the desk has understood it.
    pub async fn customer_writes(&self, from: &str, id: &str, body: &str) {
        assert_eq!(self.post(&messages(from, &[text(from, id, body)])).await, 200);
        self.applied().await;
    }

    /// Waits until every webhook is applied.
    pub async fn applied(&self) {
        crate::until("every webhook is applied", || async {
            (self.store.waiting().await.unwrap().ledger_pending == 0).then_some(())
        })
        .await;
    }

    /// The conversation of a customer that is open now, or the last one.
    pub async fn conversation_of(&self, from: &str) -> contract::ConversationId {
        let ids = self
            .database
            .words(&format!(
                "select a.conversation_id::text from identities i join addresses a on a.id = i.address_id
                  where i.key = '{from}' and a.conversation_id is not null"
            ))
            .await;
        ids.first().expect("the customer has a conversation").parse().unwrap()
    }

    /// A conversation's row.
    pub async fn card(&self, id: contract::ConversationId) -> contract::Card {
        self.store.card(id).await.unwrap().expect("the conversation is there")
    }
}
