//! One bot in four protocols: it greets, knows the opening hours, and hands over to a person.

use serde_json::{Value, json};

use super::server::{Asked, Reply, json as reply};

/// The kinds of bots that call out.
pub const KINDS: [&str; 4] = ["webhook", "watson", "openai", "rasa"];

pub const HELLO: &str = "Hello, I am Robin.";
pub const HOURS: &str = "Monday to Friday, 9 to 5.";
pub const JOINING: &str = "One moment, I am asking a colleague.";

/// What it says to what it hears.
enum Said {
    Hello,
    Hours,
    Person,
}

/// Answers a call in the protocol of a kind.
pub fn speak(kind: &str, asked: &Asked) -> Reply {
    if kind == "watson" && asked.path.contains("/sessions?") {
        return reply(201, &json!({ "session_id": uuid::Uuid::now_v7() }));
    }
    let said = match heard(kind, &asked.json()).to_lowercase() {
        words if words.contains("person") => Said::Person,
        words if words.contains("open") => Said::Hours,
        _ => Said::Hello,
    };
    reply(200, &spoken(kind, &said))
}

/// What the customer said, as the protocol has it.
pub fn heard(kind: &str, body: &Value) -> String {
    let words = match kind {
        "webhook" => &body["message"]["text"],
        "watson" => &body["input"]["text"],
        "openai" => &body["messages"].as_array().unwrap().last().unwrap()["content"],
        _ => &body["message"],
    };
    words.as_str().unwrap_or_default().to_owned()
}

fn spoken(kind: &str, said: &Said) -> Value {
    let words = match said {
        Said::Hello => HELLO,
        Said::Hours => HOURS,
        Said::Person => JOINING,
    };
    let person = matches!(said, Said::Person);
    match kind {
        "webhook" => {
            let handoff = json!({ "reason_code": "customer_asked", "summary": "wants a person" });
            let handoff = if person { handoff } else { Value::Null };
            json!({ "messages": [{ "type": "text", "text": words }], "handoff": handoff })
        }
        "watson" => {
            let mut generic = vec![json!({ "response_type": "text", "text": words })];
            if person {
                generic.push(json!({
                    "response_type": "connect_to_agent", "message_to_human_agent": "wants a person",
                    "agent_available": { "message": "Somebody is here." },
                    "agent_unavailable": { "message": "Nobody is here." },
                }));
            }
            json!({ "output": { "generic": generic } })
        }
        "openai" => {
            let call = |name: &str, arguments: Value| {
                json!([{ "id": "c", "type": "function",
                         "function": { "name": name, "arguments": arguments.to_string() } }])
            };
            let (content, calls) = match said {
                Said::Hello => (json!(words), json!([])),
                Said::Hours => {
                    (Value::Null, call("answer_from_faq", json!({ "entry": "hours", "text": words })))
                }
                Said::Person => (
                    json!(words),
                    call("hand_off", json!({ "reason": "asked", "summary": "wants a person" })),
                ),
            };
            json!({ "choices": [{ "message": { "role": "assistant", "content": content, "tool_calls": calls } }] })
        }
        _ => {
            let mut items = vec![json!({ "recipient_id": "r", "text": words })];
            if person {
                items.push(json!({ "custom": { "handoff": true, "reason": "user_request", "summary": "wants a person" } }));
            }
            Value::from(items)
        }
    }
}
