//! Tokens of the public API: who has which, and making, renewing and ending them.

use contract::connection::TaskDone;
use contract::settings::{ChangeRefused, Settings};
use contract::token::{TokenSettings, TokenTask};

use super::{failed, refused, wrong};
use crate::auth::sessions::SignedIn;
use crate::auth::tokens::{self, NotMade};
use crate::{Desk, store};

/// The screen.
pub(super) async fn page(desk: &Desk) -> store::Result<Settings> {
    let mut tx = desk.store.begin().await?;
    let now = tx.now().await?;
    tx.rollback().await?;
    let bots = desk.store.bot_rows().await?.into_iter().filter(|bot| bot.active);
    Ok(Settings::Tokens(TokenSettings {
        tokens: desk.store.tokens().await?,
        bots: bots.map(|bot| (bot.id, bot.name)).collect(),
        address: desk.config.public_url.as_str().trim_end_matches('/').to_owned(),
        now,
    }))
}

/// Does something with a token, and gives its secret where it has a new one: once, and never again.
pub(super) async fn run(desk: &Desk, who: &SignedIn, task: TokenTask) -> Result<TaskDone, ChangeRefused> {
    let gone = || refused("This token is revoked, or does not exist any more.");
    let secret = match task {
        TokenTask::Create(new) => {
            let made = tokens::create(&desk.store, &new, Some(who.agent.id)).await;
            let (_, secret) = made.map_err(|why| match why {
                NotMade::Wrong(field, message) => wrong(field, message),
                NotMade::Store(error) => failed(error),
            })?;
            Some(secret)
        }
        TokenTask::Rotate { token, overlap_hours } => {
            let secret = tokens::rotate(&desk.store, token, overlap_hours).await.map_err(failed)?;
            Some(secret.ok_or_else(gone)?)
        }
        TokenTask::Revoke { token } => {
            if !tokens::revoke(&desk.store, token).await.map_err(failed)? {
                return Err(gone());
            }
            None
        }
    };
    Ok(TaskDone::Token { secret })
}
