//! What happens: one verb, one file, one transaction each. Nothing outside this folder changes business data.
//!
//! [`act`] is the table of contents of all that people may do with a conversation, [`by_bot`] that of what bots do by
//! themselves; [`start`] begins one. Bots answer through [`bot_answer`], customers through [`receive`], and the deliver job through [`settle`].

use contract::{Ack, Actor, AgentId, Author, Command, MessageId, Refusal, RefusalCode, Request, Role};
use uuid::Uuid;

use crate::domain::Refused;
use crate::state::Desk;
use crate::store;

pub mod accept;
pub mod agree;
pub mod assign;
pub mod assign_callback;
mod attach;
pub mod attributes;
pub mod bot_answer;
pub mod bot_failure;
pub mod by_bot;
pub mod cancel;
pub mod end_callback;
pub mod fetch_again;
pub mod fetched;
pub mod hand_off;
pub mod import_consents;
pub mod label;
pub mod note;
mod opt_out;
pub mod place;
pub mod prioritise;
pub mod react;
pub mod read;
pub mod receive;
pub mod release;
pub mod reopen;
pub mod reply;
pub mod resolve;
pub mod retry;
pub mod return_to_bot;
mod rules;
pub mod settle;
pub mod slas;
pub mod snooze;
pub mod start;
pub mod summarise;
pub mod switch_bot;
pub mod take;
pub mod take_offer;
pub mod teams;
pub(crate) mod template;
pub mod templates;
pub mod typing;
pub mod upload;
pub mod wake;
pub mod work;

pub use rules::clock::strike;
use work::Work;

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// It may not be done.
    #[error("refused: {0:?}")]
    Refused(Refused),
    /// The database could not be asked.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Failed {
        Failed::Refused(refused)
    }
}

/// What comes of a flow.
pub type Outcome<T> = Result<T, Failed>;

/// The person who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// Who.
    pub id: AgentId,
    /// What they may do.
    pub role: Role,
}

/// Does what a person asks, once for each key.
pub async fn act(desk: &Desk, agent: Agent, request: Request) -> Result<Ack, Refusal> {
    let key = request.id;
    let mut tries = 0;
    loop {
        match attempt(desk, agent, &request).await {
            Ok(ack) => return Ok(ack),
            // Lost against another transaction, or the same command came in twice at once: the second look
            // finds what the first one did.
            Err(Failed::Store(error)) if tries < 3 && repeats(&error) => tries += 1,
            Err(failed) => return Err(refusal(desk, key, failed).await),
        }
    }
}

fn repeats(error: &store::Error) -> bool {
    error.is_conflict("commands_pkey")
        || error.is_conflict("messages_client_id")
        || matches!(error, store::Error::Unavailable(why) if why.starts_with("40"))
}

async fn attempt(desk: &Desk, agent: Agent, request: &Request) -> Outcome<Ack> {
    let mut work = Work::open(desk, request.conversation, Actor::Agent(agent.id)).await?;
    if let Some(ack) = work.tx.done_before(agent.id.0, request.id).await? {
        return Ok(ack);
    }
    work.client_id = Some(request.id);
    let message = carry_out(&mut work, agent, &request.command).await?;
    let mut ack = Ack { id: request.id, seq: work.conversation.seq, message };
    if !matches!(request.command, Command::Read { .. } | Command::Typing { .. }) {
        work.note_command(agent.id.0, &mut ack).await?;
    }
    work.commit(desk).await?;
    Ok(ack)
}

/// Every verb and the flow that does it. Returns the message that it made.
async fn carry_out(work: &mut Work, agent: Agent, command: &Command) -> Outcome<Option<MessageId>> {
    match command {
        Command::Reply { epoch, body, quoted, claim } => {
            let reply = reply::Reply { epoch: *epoch, body: body.clone(), quoted: *quoted, claim: *claim };
            return reply::by_agent(work, agent, reply).await.map(Some);
        }
        Command::Note { text } => return note::write(work, agent, text).map(Some),
        Command::Take { epoch } => take::take(work, agent, *epoch).await?,
        Command::Accept { epoch, offer } => take_offer::accept(work, agent, *epoch, *offer).await?,
        Command::Decline { epoch, offer, reason } => {
            take_offer::decline(work, agent, *epoch, (*offer, reason.as_deref())).await?;
        }
        Command::Assign { epoch, agent: to } => assign::assign(work, agent, *epoch, *to).await?,
        Command::Transfer { epoch, agent: to, note } => {
            return assign::transfer(work, agent, *epoch, (*to, note)).await.map(Some);
        }
        Command::HandOff { epoch, packet } => hand_off::by_agent(work, *epoch, packet).await?,
        Command::ReturnToBot { epoch, note, settled } => {
            return return_to_bot::return_to_bot(work, agent, *epoch, (note, settled)).await.map(Some);
        }
        Command::Resolve { epoch } => resolve::resolve(work, agent, *epoch).await?,
        Command::Reopen => reopen::reopen(work, agent).await?,
        Command::Snooze { epoch, until } => snooze::snooze(work, agent, *epoch, *until).await?,
        Command::Label { add, remove } => label::label(work, add, remove)?,
        Command::Prioritise { priority } => prioritise::prioritise(work, *priority),
        Command::Read { seq } => read::read(work, agent, *seq),
        Command::Typing { reply } => typing::typing(work, agent, *reply),
        Command::React { epoch, message, emoji } => {
            react::react(work, Author::Agent(agent.id), *epoch, (*message, emoji)).await?;
        }
        Command::Retry { epoch, message } => retry::retry(work, agent, *epoch, *message).await?,
        Command::Settle { message, verdict } => retry::settle(work, agent, *message, *verdict).await?,
        Command::Cancel { message } => cancel::cancel(work, agent, *message).await?,
        Command::FetchAgain { message } => fetch_again::fetch_again(work, *message).await?,
        Command::Agree { message, scope, wording } => {
            agree::agree(work, agent, *message, (*scope, wording)).await?;
        }
    }
    Ok(None)
}

/// Puts a refusal into words.
async fn refusal(desk: &Desk, id: contract::ClientId, failed: Failed) -> Refusal {
    let refused = match failed {
        Failed::Refused(refused) => refused,
        Failed::Store(error) => {
            if !error.is_transient() {
                tracing::error!(error = %error, "a command failed");
            }
            return Refusal {
                id,
                code: RefusalCode::Unavailable,
                message: "The desk cannot save this right now. It will be tried again.".to_owned(),
                owner: None,
                owner_name: None,
                epoch: None,
            };
        }
    };
    let standing = refused.standing();
    let owner_name = match standing {
        Some((owner, _)) => desk.store.owner_name(owner).await.ok().flatten(),
        None => None,
    };
    Refusal {
        id,
        code: refused.code(),
        message: sentence(&refused, owner_name.as_deref()),
        owner: standing.map(|(owner, _)| owner),
        owner_name,
        epoch: standing.map(|(_, epoch)| epoch),
    }
}

/// What happened, why, and what to do next.
pub fn sentence(refused: &Refused, owner: Option<&str>) -> String {
    match refused {
        Refused::NotFound => {
            "There is no such conversation or message, or it is not yours to see.".to_owned()
        }
        Refused::NotOwner { .. } => match owner {
            Some(name) => format!("{name} has this conversation. Nothing was sent; your text is kept."),
            None => "Somebody else has this conversation. Nothing was sent; your text is kept.".to_owned(),
        },
        Refused::StaleEpoch { .. } => {
            "The conversation has changed hands since you looked. Look again and repeat it.".to_owned()
        }
        Refused::WrongStage { verb } => {
            format!("The conversation is in a stage in which one cannot {verb} it. Look again.")
        }
        Refused::OfferOver => "This offer is over: it was answered, withdrawn, or waited for too long. \
             Look at the conversation; if nobody has it, you can still take it."
            .to_owned(),
        Refused::WindowClosed => {
            "More than 24 hours have passed since the customer's last message, so WhatsApp \
             takes no free text. Only an approved template can be sent; your text is kept."
                .to_owned()
        }
        Refused::NoConsent(why) | Refused::NotCarried(why) | Refused::Invalid(why) => why.clone(),
        Refused::Forbidden => "Your role does not allow this. Ask an admin.".to_owned(),
    }
}

/// A fresh id, in the order of time.
pub(crate) fn fresh_id() -> Uuid {
    Uuid::now_v7()
}
