//! What customers wish about being written to first: by a word such as STOP, or as the provider says.

use contract::consent::{ConsentScope, ConsentState};
use contract::{Actor, Body, Change, ConversationId, MessageId, Time};

use super::{Batch, Late};
use crate::channels::{AccountEvent, News};
use crate::domain::stop;
use crate::flows::opt_out;
use crate::store::channels::Channel;
use crate::store::consents::{NewConsent, Source};
use crate::store::contacts::Learned;
use crate::store::statuses::Target;

impl Batch {
    /// A message that is nothing but a word that stops messages.
    pub(super) fn stop_word(
        &mut self,
        channel: &Channel,
        conversation: ConversationId,
        (message, body): (MessageId, &Body),
    ) {
        let (Body::Text { text: said } | Body::ButtonReply { title: said, .. }) = body else { return };
        let Some(contact) = self.conversations.get(&conversation).map(|conversation| conversation.contact)
        else {
            return;
        };
        if !stop::is_stop(said) {
            return;
        }
        let (scope, state) = (channel.stop_closes, ConsentState::OptedOut);
        self.late.push(Late::Consent(Box::new(NewConsent {
            contact,
            channel: channel.id,
            scope,
            state,
            wording: said.trim().to_owned(),
            source: Source::StopWord,
            message: Some(message),
            evidence: None,
            by: None,
            at: self.now,
        })));
        self.record(conversation, Actor::Contact, Change::ConsentChanged { scope, state });
    }

    /// What the provider says that a customer wishes.
    pub(super) fn preference(&mut self, channel: &Channel, event: &AccountEvent, received_at: Time) {
        let Some(News::Preference { contact, scope, wanted }) = &event.news else { return };
        let learned = Learned { channel: channel.id, sender: contact.clone(), makes: true };
        let named = |key: &str| self.names.get(&(channel.id, key.to_owned())).copied();
        let Some(address) = learned.keys().find_map(named).and_then(|id| self.addresses.get(&id)) else {
            return;
        };
        let scope = opt_out::scope_of(*scope);
        let state = if *wanted { ConsentState::OptedIn } else { ConsentState::OptedOut };
        let (contact, conversation) = (address.contact, address.conversation);
        self.late.push(Late::Consent(Box::new(NewConsent {
            contact,
            channel: channel.id,
            scope,
            state,
            wording: event.text.clone(),
            source: Source::Provider,
            message: None,
            evidence: Some(event.kind.clone()),
            by: None,
            at: event.at.map_or(received_at, |at| Time(at.as_millisecond())),
        })));
        if let Some(conversation) = conversation {
            self.record(conversation, Actor::Contact, Change::ConsentChanged { scope, state });
        }
    }

    /// A message has failed because the customer has told the provider that they want no such ones any more.
    pub(super) fn refused_by_contact(&mut self, target: &Target, scope: ConsentScope, failure: (&str, &str)) {
        let Some(conversation) = self.conversations.get(&target.conversation) else { return };
        let wish = opt_out::wish(conversation, scope, failure, self.now);
        let state = wish.state;
        self.late.push(Late::Consent(Box::new(wish)));
        self.record(target.conversation, Actor::Contact, Change::ConsentChanged { scope, state });
    }
}
