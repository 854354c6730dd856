//! How the desk is set up, over the same code as the settings screens: what they refuse is refused here, in the same
//! words. Secrets are taken, and told once where the desk makes them; no call reads them.
//!
//! | file | what is in it |
//! |---|---|
//! | this one | who may, and how what the settings say is answered |
//! | [`connections`], [`doors`], [`channels`], [`templates`] | accounts at providers, their addresses, numbers and templates |
//! | [`teams`], [`people`] | teams, and those who sign in |
//! | [`rules`], [`slas`] | routing rules, and promises about time |
//! | [`bots`], [`flows`] | bots, and what the built-in ones say and do |
//! | [`webhooks`], [`deliveries`] | addresses that are told what happens, and what was sent to them |
//! | [`tokens`] | tokens of this API |

use axum::Json;
use axum::response::{IntoResponse, Response};
use contract::connection::{SettingsTask, TaskDone};
use contract::seat::SeatError;
use contract::settings::{ChangeRefused, Settings, SettingsChange, SettingsPage};
use contract::token::{Mode, Scope};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::caller::{Caller, missing};
use super::once::Instead;
use crate::auth::sessions::SignedIn;
use crate::http::error::{Code, Problem};
use crate::settings;
use crate::state::Desk;

pub(super) mod bots;
pub(super) mod channels;
pub(super) mod connections;
pub(super) mod deliveries;
pub(super) mod doors;
pub(super) mod flows;
pub(super) mod people;
pub(super) mod rules;
pub(super) mod slas;
pub(super) mod teams;
pub(super) mod templates;
pub(super) mod tokens;
pub(super) mod webhooks;

/// Somebody who asks for the settings or changes them.
pub(super) struct Office<'a> {
    desk: &'a Desk,
    who: SignedIn,
}

/// Lets in a person whose token is good for it. What they may do is asked where the settings are.
pub(super) async fn enter<'a>(desk: &'a Desk, caller: &Caller, scope: Scope) -> Result<Office<'a>, Problem> {
    caller.must(scope)?;
    let agent = caller.agent()?.id;
    if caller.token.mode == Mode::Test {
        let why = "A token for tests reaches the stand-ins alone, and nothing of how the desk is set up.";
        return Err(Problem::with(Code::Forbidden, why));
    }
    let agent = desk.store.agent(agent).await?.ok_or_else(missing)?;
    // A token is no session: what is about one's own sessions is not asked for here.
    Ok(Office { desk, who: SignedIn { agent, session_epoch: 0, session_hash: Vec::new() } })
}

impl Office<'_> {
    /// What a screen of the settings shows.
    pub(super) async fn page(&self, page: SettingsPage) -> Result<Settings, Problem> {
        Box::pin(settings::settings(self.desk, &self.who, page)).await.map_err(|error| match error {
            SeatError::NotFound => missing(),
            SeatError::Forbidden => Problem::with(Code::Forbidden, "The settings are for admins."),
            _ => Problem::with(Code::Unavailable, "Try again in a moment."),
        })
    }

    /// Changes something.
    pub(super) async fn change(&self, change: SettingsChange) -> Result<(), Problem> {
        Box::pin(settings::change(self.desk, &self.who, change)).await.map_err(refused)
    }

    /// Does something of which there is something to say.
    pub(super) async fn run(&self, task: SettingsTask) -> Result<TaskDone, Problem> {
        Box::pin(settings::run(self.desk, &self.who, task)).await.map_err(refused)
    }
}

/// A refusal of the settings, as a problem.
fn refused(refused: ChangeRefused) -> Problem {
    match refused.field {
        Some(field) => Problem::at(&field, refused.message),
        None => {
            let code = match refused.message.as_str() {
                settings::ADMINS_CHANGE | settings::ADMINS_RUN => Code::Forbidden,
                settings::AWAY => Code::Unavailable,
                settings::BROKEN => Code::Internal,
                _ => Code::Refused,
            };
            Problem::with(code, refused.message)
        }
    }
}

/// The settings have shown or done something else than was asked for: a fault of ours.
pub(super) fn odd() -> Problem {
    Problem::new(Code::Internal)
}

/// An answer with a secret in its member `secret`: it is told once, and kept for nobody. Who asks again under the same
/// key reads the rest of it.
pub(super) fn with_secret(status: StatusCode, answer: &impl Serialize) -> Response {
    let mut told = serde_json::to_value(answer).unwrap_or_default();
    let mut response = (status, Json(&told)).into_response();
    told["secret"] = Value::Null;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.extensions_mut().insert(Instead(told.to_string()));
    response
}

/// A member that may be null and may be left out, which is not the same.
pub(super) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}
