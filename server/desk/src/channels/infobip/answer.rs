//! What the answer to a call means.

use serde_json::Value;

use super::codes::known_code;
use super::fault::{self, Fate, clean, is_duplicate};
use crate::channels::json::{self, filled, list};
use crate::channels::{Answer, Class, Fault, Outcome, phone};

/// What the answer to a send means. 2xx with the id of a message and no failure: taken, which is not delivered.
/// What marks as read has no answer at all. 2xx with neither may have been sent or not.
pub(super) fn outcome(answer: &Answer) -> Outcome {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let fine = (200..300).contains(&answer.status);
    let envelope = Envelope::of(&body);
    if envelope.as_ref().is_some_and(Envelope::is_duplicate) {
        return Outcome::Accepted { id: String::new(), address: None };
    }
    // A template and a sign of typing are answered by a list.
    let message = list(&body, "messages").first().unwrap_or(&body);
    let id = filled(message, "messageId");
    if !fine || (envelope.is_some() && id.is_none()) {
        return Outcome::Refused(refusal(answer));
    }
    if answer.status == 204 {
        return Outcome::Accepted { id: String::new(), address: None };
    }
    let part = |key: &str| message.get(key).unwrap_or(&Value::Null);
    let address = filled(message, "to").or_else(|| filled(message, "destination"));
    let address =
        address.and_then(|to| if phone::is_user_id(&to) { Some(to) } else { phone::normalise(&to) });
    match (fault::fate(part("status"), part("error")), id) {
        (Some(Fate::Failed(fault)), _) => {
            Outcome::Refused(Fault { retry_after: answer.retry_after, ..fault })
        }
        (_, Some(id)) => Outcome::Accepted { id, address },
        // Only our own ids can be repeated, so that the first send is known by it.
        (Some(_), None) if is_duplicate(part("status"), part("error")) => {
            Outcome::Accepted { id: String::new(), address }
        }
        (_, None) => Outcome::Unknown {
            reason: format!("Infobip answered {} without the id of a message.", answer.status),
        },
    }
}

/// Why a call was refused, whichever of its shapes the answer has.
pub(super) fn refusal(answer: &Answer) -> Fault {
    let body = json::body(&answer.body).unwrap_or(Value::Null);
    let class = match answer.status {
        401 | 403 => Class::Auth,
        429 => Class::Throttle,
        408 | 500.. => Class::Retry,
        _ => Class::Permanent,
    };
    let fault =
        |code, reason: &str| Fault { class, code, reason: clean(reason), retry_after: answer.retry_after };
    match Envelope::of(&body) {
        Some(Envelope { code: Some(code), reason }) => match code.trim().parse().ok().and_then(known_code) {
            Some(class) => Fault { class, ..fault(code, &reason) },
            None => fault(code, &reason),
        },
        Some(Envelope { code: None, reason }) => fault(answer.status.to_string(), &reason),
        None => {
            let reason = format!("Infobip answered {} and gave no reason", answer.status);
            fault(answer.status.to_string(), &reason)
        }
    }
}

/// What a refusal says.
struct Envelope {
    code: Option<String>,
    reason: String,
}

impl Envelope {
    /// The classic shape (`requestError`), the newer one (`errorCode`), and that of marks of reading (`error`).
    fn of(body: &Value) -> Option<Envelope> {
        if let Some(error) = body.get("requestError").filter(|error| error.is_object()) {
            let exception = error.get("serviceException").or_else(|| error.get("policyException"));
            let exception = exception.unwrap_or(&Value::Null);
            let code = filled(exception, "messageId");
            let words = filled(exception, "text").or_else(|| code.clone());
            let details = exception.get("validationErrors").map(wrong_fields).unwrap_or_default();
            return Some(Envelope { code, reason: joined(words, &details) });
        }
        if let Some(code) = filled(body, "errorCode") {
            let violation = |raw: &Value| {
                let words = filled(raw, "violation")?;
                Some(filled(raw, "property").map_or(words.clone(), |field| format!("{field}: {words}")))
            };
            let details: Vec<_> = list(body, "violations").iter().filter_map(violation).collect();
            let words = filled(body, "description").or_else(|| filled(body, "action"));
            return Some(Envelope { code: Some(code), reason: joined(words, &details) });
        }
        let reason = body.get("error").and_then(Value::as_str).filter(|words| !words.trim().is_empty())?;
        Some(Envelope { code: None, reason: reason.to_owned() })
    }

    fn is_duplicate(&self) -> bool {
        let names = ["7280", "EC_DUPLICATE_REQUEST", "REJECTED_DUPLICATE_MESSAGE_ID"];
        self.code.as_deref().is_some_and(|code| names.contains(&code))
    }
}

/// `content.text: must not be blank`, by field.
fn wrong_fields(errors: &Value) -> Vec<String> {
    let mut fields: Vec<_> = errors.as_object().into_iter().flatten().map(|(field, _)| field).collect();
    fields.sort();
    let words = |field: &String| {
        let words = list(errors, field).iter().filter_map(json::plain);
        words.map(|words| format!("{field}: {words}")).collect::<Vec<_>>()
    };
    fields.into_iter().flat_map(words).collect()
}

fn joined(words: Option<String>, details: &[String]) -> String {
    let words = words.unwrap_or_else(|| "No reason given".to_owned());
    match details {
        [] => words,
        details => format!("{} ({})", words.trim_end_matches('.'), details.join("; ")),
    }
}
