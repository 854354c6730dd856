//! Holds a template to what the provider has of it, and to what the customer wishes: in the send's own transaction.

use contract::consent::ConsentScope;
use contract::message::Template;
use contract::picker::{Place, Slot};
use contract::template::{Lack, TemplateCategory, TemplateStatus};
use contract::time::WINDOW_MS;
use contract::{ChannelId, TemplateId};

use super::Outcome;
use super::work::Work;
use crate::domain::Refused;
use crate::domain::consent::{self, Denied, Question};
use crate::state::Desk;
use crate::store::outbox::Claimed;
use crate::store::templates::Stored;

/// Whether a template may go as it is filled in. What the customer will read is written into it. Answers with the
/// template that it uses, where the provider lists its templates.
pub(super) async fn hold(work: &mut Work, template: &mut Template) -> Outcome<Option<TemplateId>> {
    let stored = work.tx.template(work.conversation.channel, &template.name, &template.language).await?;
    let category = stored.as_ref().and_then(|stored| stored.info.category);
    let used = match stored {
        Some(stored) => {
            whole(&stored, template)?;
            template.text = stored.info.rendered(template);
            template.id = stored.info.id.or(template.id.take());
            Some(stored.id)
        }
        // Nobody can tell what the template holds: the provider lists none.
        None if work.provider.templates().is_none() => None,
        None => {
            return Err(Refused::NotCarried(format!(
                "There is no template {} in {} here. Choose another one, or ask an admin to read the templates anew.",
                template.name, template.language
            ))
            .into());
        }
    };
    wanted(work, category).await?;
    Ok(used)
}

/// Whether a template that was sent before may go once more.
pub(super) async fn hold_again(work: &mut Work, template: &Template) -> Outcome<()> {
    let mut template = template.clone();
    hold(work, &mut template).await.map(|_| ())
}

/// Whether a template that was asked for before still may leave, by what the customer wishes now.
pub(crate) async fn still_wanted(
    desk: &Desk,
    claimed: &Claimed,
    channel: ChannelId,
    template: &Template,
) -> Outcome<()> {
    let mut tx = desk.store.begin_snapshot().await?;
    let stored = tx.template(channel, &template.name, &template.language).await?;
    let (policy, wishes) = tx.wishes(claimed.contact, channel).await?;
    let question = Question {
        policy,
        category: stored.and_then(|stored| stored.info.category),
        wishes: &wishes,
        wrote_at: claimed.window_until.map(|until| until.plus_ms(-WINDOW_MS)),
        now: tx.now().await?,
    };
    let answer = consent::still_allows(&question, claimed.asked_at);
    tx.rollback().await?;
    answer.map_err(|denied| Refused::NoConsent(format!("It has not left. {}", denial(denied))).into())
}

fn whole(stored: &Stored, template: &Template) -> Outcome<()> {
    let info = &stored.info;
    if info.status != TemplateStatus::Approved {
        return Err(Refused::NotCarried(standing(info.status, &info.name, info.reason.as_deref())).into());
    }
    match info.lacks(template) {
        None => Ok(()),
        Some(lack) => Err(Refused::Invalid(lacking(&lack)).into()),
    }
}

/// Why a template that is not approved does not go.
fn standing(status: TemplateStatus, name: &str, reason: Option<&str>) -> String {
    let because = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let what = match status {
        TemplateStatus::Draft => "has not been submitted",
        TemplateStatus::Pending => "is still being looked at",
        TemplateStatus::Rejected => "was rejected",
        TemplateStatus::Paused => "is paused for now",
        TemplateStatus::Disabled => "is disabled",
        TemplateStatus::Deleted => "is gone at the provider",
        TemplateStatus::Approved | TemplateStatus::Unknown => "cannot be sent",
    };
    format!("The template {name} {what}{because}. Choose another one.")
}

/// What is missing, and where.
fn lacking(lack: &Lack) -> String {
    match lack {
        Lack::TooMany => "The template takes fewer values than it was given. Fill it in anew.".to_owned(),
        Lack::Location => {
            "The template wants a place at its top, which cannot be sent from here. Choose another one."
                .to_owned()
        }
        Lack::Missing(Slot { place, name, .. }) => {
            let what = match place {
                Place::Header => format!("{{{{{name}}}}} in the header"),
                Place::File(_) => "the file at the top".to_owned(),
                Place::Body => format!("{{{{{name}}}}} in the text"),
                Place::Link(index) => format!("the end of the link of button {}", index + 1),
                Place::Code(index) => format!("the code of button {}", index + 1),
            };
            format!("The template is not whole: {what} is missing. Fill it in and send it again.")
        }
    }
}

/// Whether the customer may be written to. Inside the window nobody asks.
async fn wanted(work: &mut Work, category: Option<TemplateCategory>) -> Outcome<()> {
    if work.conversation.window_open(work.now) {
        return Ok(());
    }
    let (policy, wishes) = work.tx.wishes(work.conversation.contact, work.conversation.channel).await?;
    let wrote_at = work.conversation.wrote_at();
    let question = Question { policy, category, wishes: &wishes, wrote_at, now: work.now };
    consent::allows(&question).map_err(|denied| Refused::NoConsent(denial(denied)).into())
}

/// Why the customer may not be written to first, and what to do.
fn denial(denied: Denied) -> String {
    const ASK: &str = "If they have agreed elsewhere, an admin can add that under Settings, Consent.";
    match denied {
        Denied::OptedOut(ConsentScope::Marketing) => {
            "The customer wants no marketing messages. Choose a template that is no marketing, or wait until they \
             write."
                .to_owned()
        }
        Denied::OptedOut(ConsentScope::All) => {
            "The customer wants no messages any more. Wait until they write; then you can answer freely for 24 hours."
                .to_owned()
        }
        Denied::NeverAgreed => {
            format!("The customer has not agreed to be written to first on this channel. {ASK}")
        }
        Denied::NotUtility => format!(
            "The customer has not agreed to be written to first: only a utility template may follow up on what they \
             wrote. Choose one. {ASK}"
        ),
        Denied::TooLate(days) => format!(
            "The customer last wrote more than {days} days ago and has not agreed to be written to first. {ASK}"
        ),
    }
}
