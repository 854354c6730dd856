//! Fetching what Sinch could not deliver: its list of messages.

use http::Method;
use jiff::Timestamp;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::access::{self, MODE};
use super::parse::Envelope;
use super::{Sinch, fault, message};
use crate::channels::backlog::{Backlog, Missed};
use crate::channels::json::{self, filled, list};
use crate::channels::{Answer, Content, Fault, Item, Need, NotCarried, Step, Via};

/// Messages on a page. One has up to some twenty kilobytes, and no more than 256 of an answer are read.
const PAGE: &str = "10";

impl Backlog for Sinch {
    /// An app keeps its messages in one of two places, by its processing mode, which is asked for first. The
    /// newest come first, on every page.
    fn list(&self, via: &Via<'_>, since: Timestamp, page: Option<&str>) -> Result<Step, NotCarried> {
        let (project, app) = (access::project(via.account)?, access::app(via)?);
        let key = format!("{MODE}{app}");
        let Some(mode) = via.known.get(&key) else {
            let url = format!("{project}/apps/{app}");
            return Ok(match access::with_token(via, Method::GET, url, Content::Nothing)? {
                Step::Call(call) => Step::First(Need { key, call }),
                first => first,
            });
        };
        let source = if mode == "CONVERSATION" { "CONVERSATION_SOURCE" } else { "DISPATCH_SOURCE" };
        let mut query = Serializer::new(String::new());
        query
            .append_pair("app_id", app)
            .append_pair("channel", "WHATSAPP")
            .append_pair("direction", "TO_APP");
        query.append_pair("messages_source", source).append_pair("start_time", &since.to_string());
        query.append_pair("page_size", PAGE);
        if let Some(page) = page {
            query.append_pair("page_token", page);
        }
        let url = format!("{project}/messages?{}", query.finish());
        access::with_token(via, Method::GET, url, Content::Nothing)
    }

    /// A message of the list is as one in a webhook, but its app is named only at times: the channel is empty
    /// then, and is the one that was asked about. Reactions are in no list.
    fn listed(&self, answer: &Answer, at: Timestamp) -> Result<Missed, Fault> {
        let body = json::body(&answer.body).unwrap_or(Value::Null);
        if !(200..300).contains(&answer.status) || !body.is_object() {
            return Err(fault::fault_of(&body, answer));
        }
        let items = list(&body, "messages").iter().map(|raw| item(raw, at)).collect();
        Ok(Missed { items, next: filled(&body, "next_page_token") })
    }
}

fn item(raw: &Value, now: Timestamp) -> Item {
    let app = raw.get("channel_identity").and_then(|identity| filled(identity, "app_id"));
    let envelope = Envelope { channel: Some(app.unwrap_or_default()), at: None, metadata: None, now };
    message::inbound(&envelope, raw)
}
