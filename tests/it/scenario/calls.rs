//! What a call to a provider is, in the words of its own documentation.

use serde_json::Value;

use super::tap::Heard;

/// A call that does something for a customer, in a few words; none for the others.
pub fn name(provider: &str, call: &Heard) -> Option<String> {
    let path = call.path.split('?').next().unwrap_or_default();
    let path = path.strip_prefix(&format!("/sandbox/{provider}/"))?;
    if call.method != "POST" {
        return None;
    }
    let body = call.json();
    match provider {
        "meta" => meta(path, &body),
        "twilio" => twilio(path, call, &body),
        "sinch" => sinch(path, &body),
        "infobip" => infobip(path, &body),
        _ => braze(path, &body),
    }
}

fn meta(path: &str, body: &Value) -> Option<String> {
    let verb = path.rsplit('/').next()?;
    if body["status"] == "read" {
        return Some(
            if body.get("typing_indicator").is_some() { "read + typing_indicator" } else { "read" }
                .to_owned(),
        );
    }
    if verb == "media" {
        return Some("upload".to_owned());
    }
    if verb == "message_templates" {
        return Some("template draft".to_owned());
    }
    let kind = body["type"].as_str()?;
    let kind = body["interactive"]["type"].as_str().unwrap_or(kind);
    let voice = if body["audio"]["voice"] == true { " voice" } else { "" };
    let context = if body.get("context").is_some() { " + context" } else { "" };
    Some(format!("{kind}{voice}{context}"))
}

fn twilio(path: &str, call: &Heard, body: &Value) -> Option<String> {
    if path.ends_with("/Messages.json") {
        let keys = ["ContentSid", "MediaUrl", "PersistentAction", "Body"];
        return keys.into_iter().find(|key| call.form(key).is_some()).map(str::to_owned);
    }
    if path == "v1/Content" {
        let types = body["types"].as_object()?;
        let kinds: Vec<&str> = types.keys().map(|kind| kind.trim_start_matches("twilio/")).collect();
        return Some(format!("Content {}", kinds.join("/")));
    }
    if path.ends_with("/ApprovalRequests/whatsapp") {
        return Some("submit".to_owned());
    }
    path.ends_with("Typing.json").then(|| "Typing".to_owned())
}

fn sinch(path: &str, body: &Value) -> Option<String> {
    let key = |value: &Value| value.as_object().and_then(|object| object.keys().next().cloned());
    if path.ends_with("messages:send") {
        let message = &body["message"];
        let choices = message["choice_message"]["choices"][0].as_object();
        let choice = choices.and_then(|choice| choice.keys().find(|key| key.ends_with("_message")));
        return Some(choice.map_or(key(message)?, |choice| format!("choice {choice}")));
    }
    if path.ends_with("events:send") { key(&body["event"]) } else { None }
}

fn infobip(path: &str, body: &Value) -> Option<String> {
    if path.ends_with("/templates") {
        return Some("template draft".to_owned());
    }
    let path = path.strip_prefix("whatsapp/1/")?;
    if path.starts_with("senders/") {
        return path.ends_with("/read").then(|| "read".to_owned());
    }
    let voice = if body["content"]["voice"] == true { " voice" } else { "" };
    let context = if body.get("context").is_some() { " + context" } else { "" };
    Some(format!("{}{voice}{context}", path.trim_start_matches("message/")))
}

fn braze(path: &str, body: &Value) -> Option<String> {
    match path {
        "campaigns/trigger/send" => Some("trigger".to_owned()),
        "messages/send" => body["messages"]["whats_app"]["message_type"].as_str().map(str::to_owned),
        _ => None,
    }
}
