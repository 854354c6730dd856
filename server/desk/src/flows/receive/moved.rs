//! Customers who go by another number or id: their history goes with them. If somebody is known by the new name
//! already, the two are one person: whoever has no history is joined to the other one; where both have one, nobody is
//! merged in silence, and people are told.

use contract::{Actor, AddressId, Change, Time};

use super::inbound::When;
use super::{Batch, Late};
use crate::channels::{AccountEvent, News, Sender};
use crate::store::channels::Channel;
use crate::store::contacts::{Address, Learned};

/// The kind of the line that says that two customers are one person.
const SAME: &str = "same_person";
const BOTH_HAVE_HISTORIES: &str = "The provider says that this customer and another one here are the same person. Both \
     have conversations, so they were left apart: look at the other one's too.";

impl Batch {
    /// A customer goes by these names from now on.
    pub(super) fn moved(&mut self, channel: &Channel, (id, to): (AddressId, &Sender), when: When) {
        let Some(mut kept) = self.addresses.get(&id).cloned() else { return };
        let mut apart = false;
        for other in self.known_as(channel, to) {
            match (kept.conversation, other.conversation) {
                _ if other.id == kept.id => {}
                (Some(_), Some(_)) => {
                    apart = true;
                    self.leave_apart(&kept, &other, when);
                }
                (None, Some(_)) => {
                    self.join(&other, &kept);
                    kept = other;
                }
                (_, None) => self.join(&kept, &other),
            }
        }
        if apart {
            return;
        }
        if let Some(conversation) = kept.conversation {
            self.record(conversation, Actor::Contact, Change::ContactChanged);
        }
        self.late.push(Late::Move { address: Box::new(kept), to: to.clone() });
    }

    /// What the provider says of a customer who goes by other names, outside any thread.
    pub(super) fn merged(&mut self, channel: &Channel, event: &AccountEvent, received_at: Time) {
        let Some(News::Moved { from, to }) = &event.news else { return };
        let at = event.at.map(|at| Time(at.as_millisecond()));
        let when = When { at, whole_seconds: false, received_at };
        for address in self.known_as(channel, from) {
            self.moved(channel, (address.id, to), when);
        }
    }

    /// Everybody who goes by one of these names.
    fn known_as(&self, channel: &Channel, to: &Sender) -> Vec<Address> {
        let learned = Learned { channel: channel.id, sender: to.clone(), makes: false };
        let named = |key: &str| self.names.get(&(channel.id, key.to_owned())).copied();
        let mut ids: Vec<AddressId> = learned.keys().filter_map(named).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.addresses.get(&id).cloned()).collect()
    }

    /// One of the two has no history: it becomes the other one.
    fn join(&mut self, kept: &Address, gone: &Address) {
        for id in self.names.values_mut().filter(|id| **id == gone.id) {
            *id = kept.id;
        }
        self.addresses.remove(&gone.id);
        self.late.push(Late::Join { kept: Box::new(kept.clone()), gone: Box::new(gone.clone()) });
    }

    /// Both have a history: a line in both conversations, and each leads to the other.
    fn leave_apart(&mut self, one: &Address, other: &Address, when: When) {
        self.late.push(Late::SamePeople { one: one.id, other: other.id });
        for address in [one, other] {
            self.system(address.id, SAME, BOTH_HAVE_HISTORIES, when);
            if let Some(conversation) = address.conversation {
                self.record(conversation, Actor::Provider, Change::ContactChanged);
            }
        }
    }
}
