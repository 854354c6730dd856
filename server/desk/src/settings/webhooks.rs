//! The log of what came in, and applying one webhook again.

use contract::connection::TaskDone;
use contract::seat::SeatError;
use contract::settings::{ChangeRefused, Settings};
use contract::webhook::{LogQuery, RawBody, WebhookKey, WebhookLog, WebhookPage};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{failed, log, refused};
use crate::channels::{Item, Malformed, inspect};
use crate::flows::receive::{Parsed, Providers, replay};
use crate::store::ledger::Incoming;
use crate::store::webhook_log::Logged;
use crate::{Desk, store};

/// The most items of a webhook that are shown.
const MOST_ITEMS: usize = 500;

/// A page of the log.
pub(super) async fn page(desk: &Desk, query: LogQuery) -> store::Result<Settings> {
    let (lines, next) = desk.store.webhook_log(query).await?;
    let connections = desk.store.connection_names().await?;
    Ok(Settings::Inbound(WebhookLog { connections, lines, next }))
}

/// One webhook.
pub(super) async fn one(desk: &Desk, key: WebhookKey) -> Result<Settings, SeatError> {
    let unavailable = |error: store::Error| {
        log(&error);
        SeatError::Unavailable
    };
    let Some(logged) = desk.store.logged(key).await.map_err(unavailable)? else {
        return Err(SeatError::NotFound);
    };
    let Incoming { connection, content_type, tail, query, body, .. } = logged.pending.incoming.clone();
    let items =
        if logged.kept { read_again(desk, &logged).await.map_err(unavailable)?.0 } else { Ok(Vec::new()) };
    let tag = desk.store.door_tag(connection, &tail).await.map_err(unavailable)?;
    Ok(Settings::Webhook(Box::new(WebhookPage {
        body: if logged.kept { shown(content_type.as_deref(), &body) } else { RawBody::Gone },
        line: logged.line,
        content_type,
        door: tail,
        tag,
        query,
        items: items.map(|items| pretty(&items)).map_err(|malformed| malformed.0),
        rejections: logged.rejections,
    })))
}

/// Reads and applies a webhook again.
pub(super) async fn apply_again(desk: &Desk, key: WebhookKey) -> Result<TaskDone, ChangeRefused> {
    let Some(logged) = desk.store.logged(key).await.map_err(failed)? else {
        return Err(refused("This webhook is not in the ledger any more."));
    };
    if !logged.kept {
        return Err(refused(
            "What this webhook held was dropped after its time, so it cannot be applied again.",
        ));
    }
    let (items, also) = read_again(desk, &logged).await.map_err(failed)?;
    let parsed = Parsed::new(logged.pending, items).also_named(also);
    match replay::replay(desk, &parsed).await {
        Ok(Some(came)) => Ok(TaskDone::Replayed(came)),
        Ok(None) => Err(refused("It is being applied at this moment. Try again in a few seconds.")),
        Err(why) => {
            tracing::warn!("a webhook could not be applied again");
            Err(refused(format!("It cannot be applied: {why}. Nothing was changed.")))
        }
    }
}

/// What this build makes of a webhook.
async fn read_again(
    desk: &Desk,
    logged: &Logged,
) -> store::Result<(Result<Vec<Item>, Malformed>, Option<String>)> {
    let connection = std::iter::once(logged.pending.incoming.connection);
    Ok(Providers::of(desk, connection).await?.read(&logged.pending))
}

fn pretty(items: &[Item]) -> Vec<String> {
    let all = inspect::items(&items[..items.len().min(MOST_ITEMS)]);
    let list = all.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    list.iter().map(|item| serde_json::to_string_pretty(item).unwrap_or_default()).collect()
}

/// A body as people read it, by what it is and not by what it says it is.
fn shown(content_type: Option<&str>, body: &[u8]) -> RawBody {
    let text = String::from_utf8_lossy(body).into_owned();
    if serde_json::from_slice::<IgnoredAny>(body).is_ok() {
        return RawBody::Json(indented(&text));
    }
    let form = content_type.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    match form {
        true => RawBody::Form(url::form_urlencoded::parse(body).into_owned().collect()),
        false => RawBody::Text(text),
    }
}

/// JSON with line breaks and as it was otherwise: its keys in their order, its numbers digit for digit.
pub(super) fn indented(json: &str) -> String {
    let (mut text, mut depth, mut quoted, mut escaped) =
        (String::with_capacity(json.len() * 2), 0, false, false);
    let mut letters = json.chars().peekable();
    while let Some(letter) = letters.next() {
        if quoted {
            text.push(letter);
            quoted = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
            continue;
        }
        match letter {
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => {
                text.push(letter);
                while letters.next_if(|next| next.is_ascii_whitespace()).is_some() {}
                if let Some(end) = letters.next_if(|next| matches!(next, '}' | ']')) {
                    text.push(end);
                } else {
                    depth += 1;
                    break_line(&mut text, depth);
                }
            }
            '}' | ']' => {
                depth -= 1;
                break_line(&mut text, depth);
                text.push(letter);
            }
            ',' => {
                text.push(letter);
                break_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            _ => {
                quoted = letter == '"';
                text.push(letter);
            }
        }
    }
    text
}

/// A new line. Very deep ones are not set in further: that would only make them long.
fn break_line(text: &mut String, depth: usize) {
    text.push('\n');
    text.push_str(&"  ".repeat(depth.min(32)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_as_what_it_is() {
        let json = br#"{"b": 1.50, "a":["x:{\"}", {} ,[ ]]}"#;
        let lines =
            ["{", "  \"b\": 1.50,", "  \"a\": [", r#"    "x:{\"}","#, "    {},", "    []", "  ]", "}"];
        assert_eq!(shown(None, json), RawBody::Json(lines.join("\n")));
        let form = shown(Some("application/x-www-form-urlencoded; charset=utf-8"), b"Body=a+b%21&From=%2B49");
        assert_eq!(form, RawBody::Form(vec![("Body".into(), "a b!".into()), ("From".into(), "+49".into())]));
        assert_eq!(shown(Some("application/json"), b"{\"a\": "), RawBody::Text("{\"a\": ".into()));
        assert_eq!(shown(None, b"\xff\xfe"), RawBody::Text("\u{fffd}\u{fffd}".into()));
    }
}
