//! What came in while we did not answer: `GET …/Messages.json?To=…&DateSent>=…`, page by page.
//!
//! The list says less than a webhook: no names, no places, and a tap is its words. Of files it says how many;
//! which they are is in a list of their own, which the file's address leads to.

use contract::Body;
use contract::message::{Media, MediaKind};
use jiff::Timestamp;
use serde_json::Value;
use url::form_urlencoded;

use super::{access, fault, message, person, pool};
use crate::channels::backlog::{Backlog, Missed, Numbers};
use crate::channels::json::{self, filled, integer, list};
use crate::channels::limits::refused;
use crate::channels::{Answer, Effect, Fault, Inbound, Item, NotCarried, Sender, Step, Via, phone};

/// The most files of one message.
const FILES: i64 = 10;

/// The list of messages.
pub(super) struct Messages;

impl Backlog for Messages {
    fn list(&self, via: &Via<'_>, since: Timestamp, page: Option<&str>) -> Result<Step, NotCarried> {
        let path = format!("{}/Messages.json", access::account_path(via.account)?);
        let address = match page {
            Some(page) if page.starts_with(&format!("{path}?")) => page.to_owned(),
            Some(_) => return refused("Twilio names a next page that is none of its list of messages."),
            None => format!("{path}?{}", query(via, since)?),
        };
        Ok(Step::Call(access::get(via.account, access::api(via.account, &address))))
    }

    fn is_several(&self, channel: &str) -> bool {
        pool::is_service(channel)
    }

    fn numbers(&self, via: &Via<'_>, page: Option<&str>) -> Result<Step, NotCarried> {
        pool::numbers(via, page)
    }

    fn numbers_of(&self, answer: &Answer) -> Result<Numbers, Fault> {
        pool::numbers_of(answer)
    }

    fn listed(&self, answer: &Answer, at: Timestamp) -> Result<Missed, Fault> {
        if !(200..300).contains(&answer.status) {
            return Err(fault::of_answer(answer));
        }
        let Ok(body) = json::body(&answer.body) else { return Err(fault::unreadable("list of messages")) };
        let items = list(&body, "messages").iter().flat_map(|raw| read(raw, at)).collect();
        Ok(Missed { items, next: filled(&body, "next_page_uri") })
    }
}

/// The key of the moment is `DateSent>`, which with `=` behind it reads as a comparison.
fn query(via: &Via<'_>, since: Timestamp) -> Result<String, NotCarried> {
    let Some(digits) = phone::normalise(via.channel) else {
        return refused("Twilio lists what came in for a number only, not for a Messaging Service.");
    };
    let since = Timestamp::from_second(since.as_second()).unwrap_or(since);
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("To", &format!("whatsapp:+{digits}"));
    query.append_pair("DateSent>", &since.to_string());
    Ok(query.append_pair("PageSize", "100").finish())
}

/// One message, as the webhook would have brought it. What we sent ourselves is none of what came in.
fn read(raw: &Value, now: Timestamp) -> Vec<Item> {
    if filled(raw, "direction").is_some_and(|direction| direction != "inbound") {
        return Vec::new();
    }
    let id = filled(raw, "sid");
    let channel = filled(raw, "to").as_deref().and_then(person::number);
    let contact = filled(raw, "from").as_deref().and_then(person::bare).map(sender).unwrap_or_default();
    let known = contact.phone.is_some() || contact.user_id.is_some() || contact.parent_user_id.is_some();
    let (Some(id), Some(channel), true) = (id.clone(), channel.clone(), known) else {
        return vec![Item::Rejected { channel, id, reason: "no sid, to or from".to_owned() }];
    };
    let time = json::moment(moment(raw).as_ref(), now);
    let inbound = |(number, body): (u32, Body)| Inbound {
        channel: channel.clone(),
        id: if number == 0 { id.clone() } else { message::numbered(&id, number) },
        repeat: None,
        contact: contact.clone(),
        echo: false,
        at: time.at,
        whole_seconds: time.whole_seconds,
        quoted: None,
        referral: None,
        forwarded: false,
        effect: Effect::Message(body),
    };
    (0..).zip(bodies(raw)).map(inbound).map(|message| Item::Message(Box::new(message))).collect()
}

fn sender(bare: &str) -> Sender {
    let given = Some(bare.to_owned());
    if phone::is_parent_user_id(bare) {
        Sender { parent_user_id: given, ..Sender::default() }
    } else if phone::is_user_id(bare) {
        Sender { user_id: given, ..Sender::default() }
    } else {
        Sender { phone: phone::normalise(bare), ..Sender::default() }
    }
}

/// When it came in, in unix seconds: as Twilio writes it, by RFC 2822.
fn moment(raw: &Value) -> Option<Value> {
    let given = filled(raw, "date_sent").or_else(|| filled(raw, "date_created"))?;
    let at = jiff::fmt::rfc2822::parse(given.trim()).ok()?;
    Some(Value::from(at.timestamp().as_second()))
}

/// What it holds. Files come first, with the words beside the first one.
fn bodies(raw: &Value) -> Vec<Body> {
    let text = filled(raw, "body");
    let files = raw.get("num_media").and_then(integer).unwrap_or(0).clamp(0, FILES);
    if files == 0 {
        let empty = || Body::Unsupported {
            kind: "empty".to_owned(),
            detail: Some("Twilio's list does not say what it was: a place, for example.".to_owned()),
        };
        return vec![text.map_or_else(empty, Body::text)];
    }
    let address = raw.get("subresource_uris").and_then(|uris| filled(uris, "media"));
    let file = |number: i64| {
        let link = address.as_ref().map(|address| format!("{address}#{number}"));
        let unavailable = link.is_none().then(|| "Twilio gave no address for this file".to_owned());
        let caption = text.clone().filter(|_| number == 0);
        Body::Media(Media { link, unavailable, caption, ..Media::of(MediaKind::Document) })
    };
    (0..files).map(file).collect()
}
