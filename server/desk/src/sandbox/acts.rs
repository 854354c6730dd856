//! What a customer does on a phone: the phone changes and a webhook is queued, in one transaction.

use contract::message::{Author, ButtonValue, TemplateButton};
use contract::sandbox::{PhoneAct, PhoneMessage};
use contract::{Body, Time};

use super::party::Party;
use super::phones::PhoneError;
use super::send::{TO_PHONE_MS, react};
use super::stand_in::{Between, Deed, News, Said, StandIn, stand_in};
use super::{files, queued, signals, templates, thread_of};
use crate::Desk;
use crate::channels::{Account, StatusWord};
use crate::store::Tx;
use crate::store::sandbox::{New, Number, Phone, Seen, Thread, Webhook};

type Result<T> = std::result::Result<T, PhoneError>;

/// A thread that is locked for one act.
struct Scene<'a> {
    tx: Tx,
    now: Time,
    stand_in: &'static dyn StandIn,
    number: &'a Number,
    account: Account,
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
    let gone = || PhoneError::NotFound("The business has no such number in the sandbox.".to_owned());
    let stand_in = stand_in(&number.provider).ok_or_else(gone)?;
    let account = desk.store.account(&desk.seal, number.connection).await?.ok_or_else(gone)?;
    let mut tx = desk.store.begin().await?;
    let now = tx.sandbox_lock(&thread).await?.now;
    let mut scene = Scene { tx, now, stand_in, number, account, thread, party: Party::from(phone) };
    let made = match act {
        PhoneAct::Send { body, quoted } => Some(scene.write(body, quoted).await?),
        PhoneAct::Choose { message, choice } => Some(scene.choose(desk, &message, &choice).await?),
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
        let quoted = quoted.filter(|quoted| !quoted.contains('\0'));
        let on = match &quoted {
            Some(id) => self.tx.sandbox_held(&self.thread, id).await?,
            None => None,
        };
        self.say(body, quoted, on).await
    }

    /// A tap on a button, a menu's row or a template's quick reply.
    async fn choose(&mut self, desk: &Desk, message: &str, choice: &str) -> Result<String> {
        let held = self.held(message).await?;
        let refused = || PhoneError::Refused("This message has no such button or row to tap.".to_owned());
        let id = choice.to_owned();
        let body = match &held.body {
            Body::Template(template) => {
                let tapped = ButtonValue::Payload(choice.to_owned());
                let quick = |button: &&TemplateButton| button.value == tapped;
                let button = template.buttons.iter().find(quick).ok_or_else(refused)?;
                // Only the template itself says what is on the button.
                let known = templates::all(desk, self.stand_in, self.number.connection).await?;
                let label = templates::label(&known, template, button.index);
                Body::ButtonReply { id, title: label.unwrap_or_else(|| choice.to_owned()) }
            }
            Body::Buttons { buttons, .. } => {
                let button = buttons.iter().find(|button| button.id == choice).ok_or_else(refused)?;
                Body::ButtonReply { id, title: button.title.clone() }
            }
            Body::List { sections, .. } => {
                let mut rows = sections.iter().flat_map(|section| &section.rows);
                let row = rows.find(|row| row.id == choice).ok_or_else(refused)?;
                Body::ListReply { id, title: row.title.clone(), description: row.description.clone() }
            }
            _ => return Err(refused()),
        };
        self.say(body, Some(held.id.clone()), Some(held)).await
    }

    async fn react(&mut self, message: &str, emoji: &str) -> Result<()> {
        let mut held = self.held(message).await?;
        if emoji.chars().count() > 16 {
            return Err(PhoneError::Refused("React with one emoji.".to_owned()));
        }
        react(&mut held.reactions, Author::Contact, emoji);
        self.tx.sandbox_rewrite(&held).await?;
        let id = self.new_id();
        self.tell(&Deed::Reacted { id: &id, message: &held, emoji }, None).await
    }

    async fn revoke(&mut self, message: &str) -> Result<()> {
        let mut held = self.own(message).await?;
        let text = "This message was deleted.".to_owned();
        held.body = Body::System { kind: "revoke".to_owned(), text };
        held.reactions.clear();
        self.tx.sandbox_rewrite(&held).await?;
        let id = self.new_id();
        self.tell(&Deed::Revoked { id: &id, message: &held.id }, None).await
    }

    async fn edit(&mut self, message: &str, text: &str) -> Result<()> {
        let mut held = self.own(message).await?;
        match &mut held.body {
            Body::Text { text: old } => *old = text.to_owned(),
            Body::Media(media) => media.caption = Some(text.to_owned()).filter(|text| !text.is_empty()),
            _ => return Err(PhoneError::Refused("Only text and captions can be changed.".to_owned())),
        }
        self.tx.sandbox_rewrite(&held).await?;
        let id = self.new_id();
        self.tell(&Deed::Edited { id: &id, message: &held.id, body: &held.body }, None).await
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
                target: &seen.target,
                word,
                charge: None,
                failure: None,
            };
            let written = self.stand_in.status(&Between { at: due, ..self.between() }, &news)?;
            Some(queued(written, None, due))
        };
        let webhooks: Vec<Webhook> = seen.iter().filter_map(webhook).collect();
        self.tx.sandbox_enqueue(&self.thread, &webhooks).await?;
        Ok(())
    }

    /// Somebody answers from the business's own phone app. It is on the phone at once, and has no statuses.
    async fn echo(&mut self, text: String) -> Result<String> {
        let (id, body) = (self.new_id(), Body::Text { text });
        self.tell(&Deed::Echoed { id: &id, body: &body }, None).await?;
        let new = New {
            id: id.clone(),
            mine: false,
            body,
            quoted: None,
            status: StatusWord::Read,
            opaque: None,
            target: String::new(),
        };
        self.tx.sandbox_insert(&self.thread, &new, self.now).await?;
        Ok(id)
    }

    /// Puts a message of the customer on the phone and tells the business.
    async fn say(&mut self, body: Body, quoted: Option<String>, on: Option<PhoneMessage>) -> Result<String> {
        let (body, file) = files::complete(self.stand_in, self.number, body);
        let id = self.new_id();
        let said = Said { id: &id, body: &body, quoted: quoted.as_deref(), on: on.as_ref() };
        self.tell(&Deed::Said(said), Some(id.clone())).await?;
        if let Some(file) = &file {
            self.tx.sandbox_add_file(file).await?;
        }
        let new = New {
            id: id.clone(),
            mine: true,
            body,
            quoted,
            status: StatusWord::Sent,
            opaque: None,
            target: String::new(),
        };
        self.tx.sandbox_insert(&self.thread, &new, self.now).await?;
        Ok(id)
    }

    /// Tells the business what the provider passes on. `own` is the id of the message on the phone that arrives by it.
    async fn tell(&mut self, deed: &Deed<'_>, own: Option<String>) -> Result<()> {
        let told = self.stand_in.told(&self.between(), deed).map_err(PhoneError::Refused)?;
        let Some(written) = told else { return Ok(()) };
        let webhook = queued(written, own, self.now);
        Ok(self.tx.sandbox_enqueue(&self.thread, &[webhook]).await?)
    }

    fn between(&self) -> Between<'_> {
        Between { number: self.number, account: &self.account, party: &self.party, at: self.now }
    }

    fn new_id(&self) -> String {
        self.stand_in.message_id(self.party.key())
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
