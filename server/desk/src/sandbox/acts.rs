//! What a customer does on a phone: the phone changes and a webhook is queued, in one transaction.

use contract::message::{Author, ButtonValue, TemplateButton};
use contract::sandbox::{PhoneAct, PhoneMessage};
use contract::{Body, Time};
use serde_json::{Value, json};

use super::content;
use super::phones::PhoneError;
use super::send::{TO_PHONE_MS, react};
use super::wire::{self, News, Party, Sent};
use super::{signals, thread_of};
use crate::Desk;
use crate::channels::StatusWord;
use crate::store::Tx;
use crate::store::sandbox::{New, Number, Phone, Seen, Thread, Webhook};

type Result<T> = std::result::Result<T, PhoneError>;

/// A thread that is locked for one act.
struct Scene<'a> {
    tx: Tx,
    now: Time,
    number: &'a Number,
    thread: Thread,
    party: Party,
}

/// Does something on a phone; answers with the new message's id, if one was made.
pub async fn act(desk: &Desk, phone: &Phone, number: &Number, act: PhoneAct) -> Result<Option<String>> {
    let thread = thread_of(&phone.number, number);
    // Looking at what has been seen changes nothing: else a page that looks after every change would never
    // rest.
    if act == PhoneAct::Look && desk.store.sandbox_glance(&thread.number, &thread.line).await?.unread == 0 {
        return Ok(None);
    }
    let mut tx = desk.store.begin().await?;
    let now = tx.sandbox_lock(&thread).await?.now;
    let mut scene = Scene { tx, now, number, thread, party: Party::from(phone) };
    let made = match act {
        PhoneAct::Send { body, quoted } => Some(scene.write(body, quoted).await?),
        PhoneAct::Choose { message, choice } => Some(scene.choose(&message, &choice).await?),
        PhoneAct::React { message, emoji } => scene.react(&message, &emoji).await.map(|()| None)?,
        PhoneAct::Revoke { message } => scene.revoke(&message).await.map(|()| None)?,
        PhoneAct::Edit { message, text } => scene.edit(&message, &text).await.map(|()| None)?,
        PhoneAct::Look => {
            let receipts = !desk.store.sandbox_faults().await?.no_read_receipts;
            scene.look(receipts.then_some(StatusWord::Read)).await.map(|()| None)?
        }
        PhoneAct::Echo { text } => Some(scene.echo(text).await?),
    };
    scene.tx.commit().await?;
    signals::stir();
    Ok(made)
}

/// The customer looks: what has arrived is read.
pub async fn look(desk: &Desk, phone: &Phone, number: &Number) -> Result<()> {
    act(desk, phone, number, PhoneAct::Look).await.map(|_| ())
}

impl Scene<'_> {
    async fn write(&mut self, body: Body, quoted: Option<String>) -> Result<String> {
        let body = content::complete(body);
        let content = if matches!(body, Body::FlowReply { .. }) {
            let form = match &quoted {
                Some(id) => self.tx.sandbox_held(&self.thread, id).await?,
                None => None,
            };
            let token = match form.map(|form| form.body) {
                Some(Body::Flow(flow)) => flow.token,
                _ => None,
            };
            content::form(&body, token.as_deref())
        } else {
            content::content(&body)
        };
        self.say(body, quoted, content.map_err(PhoneError::Refused)?).await
    }

    /// A tap on a button, a menu's row or a template's quick reply.
    async fn choose(&mut self, message: &str, choice: &str) -> Result<String> {
        let held = self.held(message).await?;
        let refused = || PhoneError::Refused("This message has no such button or row to tap.".to_owned());
        let (body, content) = match &held.body {
            Body::Template(template) => {
                let tapped = ButtonValue::Payload(choice.to_owned());
                let quick = |button: &TemplateButton| button.value == tapped;
                if !template.buttons.iter().any(quick) {
                    return Err(refused());
                }
                // Only the template itself, which the sandbox does not have, says what is on the button.
                let body = Body::ButtonReply { id: choice.to_owned(), title: choice.to_owned() };
                (body, content::quick_reply(choice, choice))
            }
            Body::Buttons { buttons, .. } => {
                let button = buttons.iter().find(|button| button.id == choice).ok_or_else(refused)?;
                let body = Body::ButtonReply { id: button.id.clone(), title: button.title.clone() };
                let content = content::content(&body).map_err(PhoneError::Refused)?;
                (body, content)
            }
            Body::List { sections, .. } => {
                let mut rows = sections.iter().flat_map(|section| &section.rows);
                let row = rows.find(|row| row.id == choice).ok_or_else(refused)?;
                let body = Body::ListReply {
                    id: row.id.clone(),
                    title: row.title.clone(),
                    description: row.description.clone(),
                };
                let content = content::content(&body).map_err(PhoneError::Refused)?;
                (body, content)
            }
            _ => return Err(refused()),
        };
        self.say(body, Some(held.id), content).await
    }

    async fn react(&mut self, message: &str, emoji: &str) -> Result<()> {
        let mut held = self.held(message).await?;
        if emoji.chars().count() > 16 {
            return Err(PhoneError::Refused("React with one emoji.".to_owned()));
        }
        react(&mut held.reactions, Author::Contact, emoji);
        self.tx.sandbox_rewrite(&held).await?;
        let reaction = json!({ "message_id": held.id, "emoji": emoji });
        self.tell(json!({ "type": "reaction", "reaction": reaction })).await
    }

    async fn revoke(&mut self, message: &str) -> Result<()> {
        let mut held = self.own(message).await?;
        let text = "This message was deleted.".to_owned();
        held.body = Body::System { kind: "revoke".to_owned(), text };
        held.reactions.clear();
        self.tx.sandbox_rewrite(&held).await?;
        self.tell(json!({ "type": "revoke", "revoke": { "original_message_id": held.id } })).await
    }

    async fn edit(&mut self, message: &str, text: &str) -> Result<()> {
        let mut held = self.own(message).await?;
        match &mut held.body {
            Body::Text { text: old } => *old = text.to_owned(),
            Body::Media(media) => media.caption = Some(text.to_owned()).filter(|text| !text.is_empty()),
            _ => return Err(PhoneError::Refused("Only text and captions can be changed.".to_owned())),
        }
        let mut content = content::content(&held.body).map_err(PhoneError::Refused)?;
        // Meta's own stand-in for the id of the message inside.
        content["context"] = json!({ "id": "M0" });
        self.tx.sandbox_rewrite(&held).await?;
        let edit = json!({ "original_message_id": held.id, "message": content });
        self.tell(json!({ "type": "edit", "edit": edit })).await
    }

    /// What has arrived is read; said with this word, if the phone says so at all. A message is not read
    /// before it is delivered.
    async fn look(&mut self, word: Option<StatusWord>) -> Result<()> {
        let seen = self.tx.sandbox_look(&self.thread).await?;
        let Some(word) = word else { return Ok(()) };
        let webhook = |seen: &Seen| {
            let due = self.now.max(seen.at.plus_ms(TO_PHONE_MS));
            let news = News {
                id: &seen.id,
                opaque: seen.opaque.as_deref(),
                at: due,
                word,
                price: None,
                error: None,
            };
            Webhook { body: wire::status(self.number, &self.party, &news), own: None, due }
        };
        let webhooks: Vec<Webhook> = seen.iter().map(webhook).collect();
        self.tx.sandbox_enqueue(&self.thread, &webhooks).await?;
        Ok(())
    }

    /// Somebody answers from the business's own phone app. It is on the phone at once, and has no statuses.
    async fn echo(&mut self, text: String) -> Result<String> {
        let body = Body::Text { text };
        let content = content::content(&body).map_err(PhoneError::Refused)?;
        let sent = self.sent(content, None);
        let new = New {
            id: sent.id.clone(),
            mine: false,
            body,
            quoted: None,
            status: StatusWord::Read,
            opaque: None,
        };
        self.tx.sandbox_insert(&self.thread, &new, self.now).await?;
        self.queue(wire::echo(self.number, &self.party, &sent), None).await?;
        Ok(sent.id)
    }

    /// Puts a message of the customer on the phone and tells the business.
    async fn say(&mut self, body: Body, quoted: Option<String>, content: Value) -> Result<String> {
        let quoted = quoted.filter(|quoted| !quoted.contains('\0'));
        let sent = self.sent(content, quoted.clone());
        let new =
            New { id: sent.id.clone(), mine: true, body, quoted, status: StatusWord::Sent, opaque: None };
        self.tx.sandbox_insert(&self.thread, &new, self.now).await?;
        let body = wire::message(self.number, &self.party, &sent);
        self.queue(body, Some(sent.id.clone())).await?;
        Ok(sent.id)
    }

    /// Tells the business what becomes no message on the phone.
    async fn tell(&mut self, content: Value) -> Result<()> {
        let body = wire::message(self.number, &self.party, &self.sent(content, None));
        self.queue(body, None).await
    }

    fn sent(&self, content: Value, quoted: Option<String>) -> Sent {
        Sent { id: wire::wamid(self.party.key()), at: self.now, quoted, content }
    }

    async fn queue(&mut self, body: String, own: Option<String>) -> Result<()> {
        let webhook = Webhook { body, own, due: self.now };
        Ok(self.tx.sandbox_enqueue(&self.thread, &[webhook]).await?)
    }

    async fn held(&mut self, id: &str) -> Result<PhoneMessage> {
        let held = if id.contains('\0') { None } else { self.tx.sandbox_held(&self.thread, id).await? };
        held.ok_or_else(|| PhoneError::NotFound("There is no such message on this phone.".to_owned()))
    }

    async fn own(&mut self, id: &str) -> Result<PhoneMessage> {
        let held = self.held(id).await?;
        let system = matches!(held.body, Body::System { .. });
        if !held.mine || system {
            return Err(PhoneError::Refused(
                "Only a message of one's own that is still there can be changed.".to_owned(),
            ));
        }
        Ok(held)
    }
}
