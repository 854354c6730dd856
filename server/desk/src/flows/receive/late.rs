//! What a batch does that needs a statement of its own: rare beside messages and statuses.

use contract::message::Media;
use contract::{
    AddressId, Author, Body, ChannelId, ConnectionId, ContactId, ConversationId, HandoffId, MessageId, Time,
};

use crate::channels::{AccountEvent, Sender};
use crate::flows::{Outcome, templates};
use crate::store::Tx;
use crate::store::consents::NewConsent;
use crate::store::contacts::Address;

/// One such change.
#[derive(Debug, Clone)]
pub enum Late {
    /// An emoji on a message, or none any more.
    React {
        /// Which message.
        message: MessageId,
        /// By whom.
        author: Author,
        /// The emoji.
        emoji: Option<String>,
    },
    /// A message says something else.
    Edit {
        /// Which message.
        message: MessageId,
        /// What it says now.
        body: Box<Body>,
        /// Since when.
        at: Time,
    },
    /// A message was deleted by its author.
    Revoke {
        /// Which message.
        message: MessageId,
        /// When.
        at: Time,
    },
    /// A contact has another number or id.
    Move {
        /// The contact on the channel.
        address: Box<Address>,
        /// The new names.
        to: Sender,
    },
    /// Two are one person, and one of them has no history.
    Join {
        /// Whoever stays.
        kept: Box<Address>,
        /// Whoever becomes the other one.
        gone: Box<Address>,
    },
    /// Two are one person, and both have a history.
    SamePeople {
        /// One of them.
        one: AddressId,
        /// The other one.
        other: AddressId,
    },
    /// An effect was applied: a repeat must not be.
    Effect {
        /// The channel.
        channel: ChannelId,
        /// The provider's id.
        id: String,
    },
    /// A bot lost its conversation.
    Silence {
        /// Which.
        conversation: ConversationId,
    },
    /// A handoff is over.
    EndHandoff {
        /// Which.
        handoff: HandoffId,
        /// How.
        outcome: &'static str,
    },
    /// The customer has written, or somebody has on the phone: nobody needs to write back any more.
    KeepCallback {
        /// To whom that was promised.
        conversation: ConversationId,
    },
    /// News about an account.
    Account {
        /// The connection.
        connection: ConnectionId,
        /// The channel, where it is about one.
        channel: Option<ChannelId>,
        /// The news.
        event: AccountEvent,
    },
    /// A customer does or does not want to be written to first.
    Consent(Box<NewConsent>),
    /// A customer has said how it was.
    Rate {
        /// Where.
        conversation: ConversationId,
        /// In which message.
        message: MessageId,
        /// What.
        score: i16,
    },
    /// A contact calls themself something else.
    Rename {
        /// Who.
        contact: ContactId,
        /// Their name.
        name: Option<String>,
        /// Their username.
        username: Option<String>,
    },
}

/// Carries the late changes out, in their order.
pub(super) async fn carry_out(tx: &mut Tx, late: Vec<Late>, now: Time) -> Outcome<()> {
    for one in late {
        match one {
            Late::React { message, author, emoji } => tx.react(message, author, emoji.as_deref()).await?,
            Late::Edit { message, body, at } => {
                let body = with_known_file(tx, message, *body).await?;
                tx.edit_message(message, &body, at).await?;
            }
            Late::Revoke { message, at } => tx.revoke_message(message, at).await?,
            Late::Move { address, to } => {
                if !tx.move_address(&address, &to).await? {
                    tracing::warn!("a contact's new number belongs to another contact already");
                }
            }
            Late::Join { kept, gone } => tx.join_addresses(&kept, &gone).await?,
            Late::SamePeople { one, other } => tx.note_same_people(one, other, now).await?,
            Late::Effect { channel, id } => tx.note_effect(channel, &id, now).await?,
            Late::Silence { conversation } => {
                tx.drop_turn(conversation).await?;
                tx.end_run(conversation).await?;
                let withdrawn = tx.cancel_bot(conversation, "owner_changed").await?;
                let why = ("owner_changed", "Withdrawn: somebody answered on the phone.");
                for message in withdrawn {
                    tx.move_message(message, contract::DeliveryState::Cancelled, Some(why)).await?;
                }
            }
            Late::EndHandoff { handoff, outcome } => tx.end_handoff(handoff, outcome, now).await?,
            Late::KeepCallback { conversation } => {
                tx.end_callback(conversation, "kept", now).await?;
            }
            Late::Account { connection, channel, event } => {
                tx.note_account_event(connection, channel, &event).await?;
                templates::hear(tx, connection, channel, &event).await?;
            }
            Late::Consent(consent) => tx.add_consents(std::slice::from_ref(&*consent)).await?,
            Late::Rate { conversation, message, score } => {
                tx.rate(conversation, (message, score), now).await?;
            }
            Late::Rename { contact, name, username } => {
                tx.rename_contacts(&[(contact, name, username)]).await?;
            }
        }
    }
    Ok(())
}

/// An edit changes the words beside a file, never the file: the one that we have stays.
async fn with_known_file(tx: &mut Tx, message: MessageId, mut body: Body) -> Outcome<Body> {
    let Body::Media(edited) = &mut body else { return Ok(body) };
    if let Some(Body::Media(known)) = tx.message(message).await?.map(|known| known.body)
        && known.file.is_some()
    {
        let (caption, id, link) = (edited.caption.take(), edited.id.take(), edited.link.take());
        *edited = Media { caption, id: id.or(known.id), link: link.or(known.link), ..known };
    }
    Ok(body)
}
