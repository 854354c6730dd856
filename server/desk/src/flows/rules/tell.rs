//! Whom else rules tell: the admins, and programs; and what they promise.

use contract::time::HOUR_MS;
use contract::{Author, EndpointDeliveryId};
use serde_json::json;

use super::super::work::{Saying, Work};
use super::super::{Outcome, fresh_id};
use super::deeds::{done, so_already};
use crate::domain::{Refused, rating};
use crate::public::At;
use crate::store::endpoints::reader::NewDelivery;

/// The name under which an address is called.
const CALLED: &str = "rule_called";

/// The admins are told something.
pub(super) async fn notify(work: &mut Work, text: &str) -> Outcome<Option<String>> {
    work.tx.alert_of_rule(work.conversation.id, text).await?;
    done()
}

/// The customer is asked how it was: with a menu, where the channel carries one.
pub(super) async fn ask_rating(work: &mut Work, text: &str, hours: i64) -> Outcome<Option<String>> {
    let menu = rating::menu(text);
    let body = if work.provider.carries(&menu).is_ok() { menu } else { rating::plain(text) };
    work.say(Saying { author: Author::Desk, body, quoted: None }).await?;
    let (now, until) = (work.now, work.now.plus_ms(hours.saturating_mul(HOUR_MS)));
    work.tx.ask_rating(&work.conversation, (now, until)).await?;
    done()
}

/// Something is promised about time, instead of what was.
pub(super) async fn promise(work: &mut Work, policy: &str) -> Outcome<Option<String>> {
    let Some(sla) = work.tx.find_sla(policy).await? else {
        return Err(Refused::Invalid("There is no promise of this name any more.".to_owned()).into());
    };
    if work.conversation.sla.replace(sla) == Some(sla) { so_already() } else { done() }
}

/// An address is called: in the way in which it is told of events, signed and tried again, once what the rule was asked
/// about is for good.
pub(super) async fn call(work: &mut Work, address: &str, data: Option<&str>) -> Outcome<Option<String>> {
    let id = EndpointDeliveryId(fresh_id());
    let conversation = &work.conversation;
    let body = json!({
        "id": id, "type": CALLED, "at": At(work.now), "conversation_id": conversation.id,
        "seq": conversation.seq, "stage": conversation.stage, "owner": conversation.owner,
        "priority": conversation.priority, "labels": conversation.labels, "data": data,
    });
    let (conversation, event) = (Some(conversation.id), CALLED.to_owned());
    let new = NewDelivery { id, conversation, seq: None, event, body: body.to_string() };
    if work.tx.call_endpoint(address, &new).await? {
        return done();
    }
    Err(Refused::Invalid("There is no web address of this name that is switched on.".to_owned()).into())
}
