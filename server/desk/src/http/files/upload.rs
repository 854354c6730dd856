//! A file from the composer, or from a program: streamed into the store, looked at, and there to be sent.

use std::time::Duration;

use axum::Json;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Query, State};
use contract::file::{Sendable, kind_of};
use contract::message::Media;
use contract::{Author, ConversationId, FileId};
use serde::Deserialize;
use uuid::Uuid;

use super::name;
use crate::auth::limits;
use crate::auth::permission::{Permission, may};
use crate::auth::sessions::SignedIn;
use crate::channels::{self, Provider};
use crate::flows::{Failed, upload as flow};
use crate::http::error::{Code, Problem};
use crate::media::keep::Coming;
use crate::media::sendable::{self, Reach};
use crate::media::{Kept, LARGEST, NotKept, keep};
use crate::state::Desk;
use crate::store::files::NewUpload;

/// How long a whole upload may take.
const DEADLINE: Duration = Duration::from_secs(15 * 60);
/// How long nothing may come of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a file is to be sent.
#[derive(Deserialize)]
pub(super) struct Target {
    conversation: ConversationId,
}

/// Takes a file and answers with what is known of it, as a message would hold it.
pub(super) async fn upload(
    State(desk): State<Desk>,
    who: SignedIn,
    Query(target): Query<Target>,
    form: Multipart,
) -> Result<Json<Media>, Problem> {
    if !may(who.agent.role, Permission::Work) {
        return Err(Problem::new(Code::Forbidden));
    }
    if !limits::may_upload(&desk, who.agent.id.0).await? {
        let why = "You have sent many files within a minute. Wait a moment and try again.";
        return Err(Problem::with(Code::Throttled, why));
    }
    receive(&desk, Author::Agent(who.agent.id), target.conversation, form).await.map(Json)
}

/// Takes a file that somebody who may is about to send in a conversation.
pub(in crate::http) async fn receive(
    desk: &Desk,
    by: Author,
    conversation: ConversationId,
    form: Multipart,
) -> Result<Media, Problem> {
    let carrier = carrier(desk, conversation).await?;
    let taken = tokio::time::timeout(DEADLINE, take(desk, (by, conversation), form, carrier)).await;
    taken.unwrap_or_else(|_| Err(broken("it took too long")))
}

/// What carries the conversation, and what it takes.
async fn carrier(
    desk: &Desk,
    conversation: ConversationId,
) -> Result<(&'static dyn Provider, Sendable), Problem> {
    let found = desk.store.carrier(conversation).await?;
    let (word, sandbox) = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    let provider = channels::provider(&word).ok_or_else(|| Problem::new(Code::NotFound))?;
    let sendable = sendable::sendable(provider, Reach::of(&desk.config, sandbox));
    match sendable.refused {
        Some(why) => Err(Problem::with(Code::BadRequest, why)),
        None => Ok((provider, sendable)),
    }
}

async fn take(
    desk: &Desk,
    (by, conversation): (Author, ConversationId),
    mut form: Multipart,
    (provider, sendable): (&'static dyn Provider, Sendable),
) -> Result<Media, Problem> {
    let field = loop {
        match form.next_field().await.map_err(|error| unread(&error))? {
            Some(field) if field.name() == Some("file") => break field,
            Some(_) => {}
            None => return Err(Problem::with(Code::BadRequest, "There is no file in it.")),
        }
    };
    let file_name = field.file_name().map(name::clean).filter(|name| !name.is_empty());
    let new = NewUpload {
        id: FileId(Uuid::now_v7()),
        conversation,
        by,
        declared: field.content_type().map(|mime| mime.replace('\0', "")),
        name: file_name,
    };
    flow::begin(desk, &new).await.map_err(unsaved)?;
    let most = sendable.rules.iter().map(|rule| rule.most_bytes).max().unwrap_or(0).min(LARGEST);
    let fitted = match keep_field(desk, &new, field, most).await {
        Ok(kept) => kind_of(&sendable.rules, (&kept.mime, kept.voice), u64::try_from(kept.size).unwrap_or(0))
            .map(|kind| (kind, kept))
            .map_err(|why| Problem::with(Code::BadRequest, sendable::sentence(&why, provider.about().name))),
        Err(NotKept::TooLarge) => {
            let most = sendable::amount(most);
            Err(Problem::with(Code::TooLarge, format!("The file is too large: at most {most} can be sent.")))
        }
        Err(NotKept::Empty) => Err(Problem::with(Code::BadRequest, "The file is empty.")),
        Err(NotKept::BrokeOff(why)) => Err(broken(&why)),
        Err(NotKept::Store(error)) => {
            tracing::error!(error = %error, "an upload could not be stored");
            Err(Problem::with(Code::Unavailable, "The file could not be stored. Try again in a moment."))
        }
    };
    let (kind, kept) = match fitted {
        Ok(fitted) => fitted,
        Err(problem) => {
            flow::drop(desk, &new).await.map_err(unsaved)?;
            return Err(problem);
        }
    };
    flow::finish(desk, &new, kind, &kept).await.map_err(unsaved)?;
    Ok(Media {
        file: Some(new.id),
        mime: Some(kept.mime.clone()),
        size: Some(kept.size),
        stored: Some(kept.stored()),
        file_name: new.name,
        ..Media::of(kind)
    })
}

async fn keep_field(desk: &Desk, new: &NewUpload, field: Field<'_>, most: u64) -> Result<Kept, NotKept> {
    let coming = Coming {
        id: new.id,
        declared: new.declared.as_deref(),
        name: new.name.as_deref(),
        most,
        patience: PATIENCE,
    };
    keep(&desk.files, coming, field).await
}

fn unread(error: &MultipartError) -> Problem {
    broken(&error.body_text())
}

fn broken(why: &str) -> Problem {
    tracing::debug!(why, "an upload broke off");
    Problem::with(Code::BadRequest, "The file did not arrive whole. Try again.")
}

fn unsaved(failed: Failed) -> Problem {
    match failed {
        Failed::Store(error) => error.into(),
        Failed::Refused(_) => Problem::new(Code::NotFound),
    }
}
