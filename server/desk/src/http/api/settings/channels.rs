//! The numbers of the desk.

use axum::Json;
use axum::extract::{Path, State};
use contract::consent::{ConsentPolicy, ConsentRule, ConsentScope};
use contract::settings::{ChannelView, Settings, SettingsChange, SettingsPage};
use contract::team::ChannelPlacing;
use contract::token::Scope;
use contract::{BotId, ChannelId, ConnectionId, TeamId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::teams::Placed;
use super::{Office, connections, enter, given, odd, teams};
use crate::http::error::Problem;
use crate::state::Desk;

/// A number, as it is set up.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http::api) struct Channel {
    /// Which.
    id: Uuid,
    /// Of which connection.
    connection_id: Uuid,
    /// What people here call it.
    name: String,
    /// The provider's id of it.
    provider_channel: String,
    /// The number as people write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// The bot that answers first.
    #[serde(skip_serializing_if = "Option::is_none")]
    bot_id: Option<Uuid>,
    /// Messages a second that it may send.
    rate: i32,
    /// Why it does not send at present.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<String>,
    /// Whether customers see that somebody is typing; absent where the provider cannot show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    typing: Option<bool>,
    /// The team that answers on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    team_id: Option<Uuid>,
    /// What becomes of its handoffs where the team says nothing.
    placing: Placed,
    /// What it takes to write to somebody first.
    consent: Consent,
}

/// What it takes to write to somebody first.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Consent {
    /// `strict`: they have agreed; or `follow_up`: or it is about something of theirs, and they wrote some days ago at most.
    #[schema(value_type = String)]
    rule: ConsentRule,
    /// For how many days after their own message a follow-up may go.
    follow_up_days: i32,
    /// What a word such as STOP closes: `marketing` or `all`.
    #[schema(value_type = String)]
    stop_closes: ConsentScope,
}

/// A number to be set up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct NewChannel {
    /// Of which connection.
    connection_id: Uuid,
    /// What to call it.
    name: String,
    /// The provider's id of it.
    provider_channel: String,
    /// The number as people write it.
    number: Option<String>,
    /// The bot that answers first.
    bot_id: Option<Uuid>,
}

/// What is to become of a number. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ChannelChange {
    /// The bot that answers first; null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    bot_id: Option<Option<Uuid>>,
    /// Whether customers see that somebody is typing.
    typing: Option<bool>,
    /// False: it sends again, where it was paused.
    paused: Option<bool>,
    /// The team that answers on it; null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    team_id: Option<Option<Uuid>>,
    /// What becomes of its handoffs where the team says nothing, as a whole.
    placing: Option<Placed>,
    /// What it takes to write to somebody first, as a whole.
    consent: Option<Consent>,
}

/// A number with its connection and where its handoffs go.
struct Known {
    connection: ConnectionId,
    view: ChannelView,
    placing: ChannelPlacing,
    consent: ConsentPolicy,
}

async fn known(
    office: &Office<'_>,
    wanted: impl Fn(ConnectionId, &ChannelView) -> bool,
) -> Result<Known, Problem> {
    let connections = connections::shown(office).await?.connections;
    let (connection, view) = connections
        .into_iter()
        .flat_map(|connection| {
            let id = connection.id;
            connection.channels.into_iter().map(move |view| (id, view))
        })
        .find(|(connection, view)| wanted(*connection, view))
        .ok_or_else(missing)?;
    let placings = teams::shown(office).await?.channels;
    let of = |placing: &ChannelPlacing| placing.channel == Some(view.id);
    let placing = placings.into_iter().map(|(_, placing)| placing).find(of).unwrap_or_default();
    let Settings::Consent(shown) = office.page(SettingsPage::Consent).await? else { return Err(odd()) };
    let consent = shown.channels.into_iter().find(|one| one.channel == view.id).ok_or_else(missing)?.policy;
    Ok(Known { connection, view, placing, consent })
}

async fn named(office: &Office<'_>, id: &str) -> Result<Known, Problem> {
    let id: ChannelId = id.parse().map_err(|_| missing())?;
    known(office, |_, view| view.id == id).await
}

impl From<Known> for Channel {
    fn from(Known { connection, view, placing, consent }: Known) -> Channel {
        let ConsentPolicy { rule, follow_up_days, stop_closes } = consent;
        Channel {
            id: view.id.0,
            connection_id: connection.0,
            name: view.name,
            provider_channel: view.provider_channel,
            number: view.number,
            bot_id: view.bot.map(|bot| bot.0),
            rate: view.rate,
            paused: view.paused,
            typing: view.typing,
            team_id: placing.team.map(|team| team.0),
            placing: placing.placing.into(),
            consent: Consent { rule, follow_up_days, stop_closes },
        }
    }
}

/// Get a channel.
///
/// As it is set up, with where its handoffs go.
#[utoipa::path(get, path = "/channels/{id}", tag = "Settings", params(("id" = Uuid, Path, description = "The channel")),
    responses((status = 200, body = Channel)))]
pub(in crate::http::api) async fn one(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Channel> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(named(&office, &id).await?.into()))
}

/// Set up a channel.
#[utoipa::path(post, path = "/channels", tag = "Settings", request_body = NewChannel,
    responses((status = 201, body = Channel)))]
pub(in crate::http::api) async fn add(
    State(desk): State<Desk>,
    caller: Caller,
    Input(new): Input<NewChannel>,
) -> Result<(StatusCode, Json<Channel>), Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let connection = ConnectionId(new.connection_id);
    let provider_channel = new.provider_channel.trim().to_owned();
    let change = SettingsChange::AddChannel {
        connection,
        name: new.name,
        provider_channel: provider_channel.clone(),
        number: new.number,
        bot: new.bot_id.map(BotId),
    };
    office.change(change).await?;
    // A connection has no two channels of the same id.
    let made =
        known(&office, |of, view| of == connection && view.provider_channel == provider_channel).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Change a channel.
///
/// What is given is changed one after the other.
#[utoipa::path(patch, path = "/channels/{id}", tag = "Settings", request_body = ChannelChange,
    params(("id" = Uuid, Path, description = "The channel")), responses((status = 200, body = Channel)))]
pub(in crate::http::api) async fn change(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(new): Input<ChannelChange>,
) -> Answer<Channel> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let was = named(&office, &id).await?;
    let channel = was.view.id;
    if new.paused == Some(true) {
        return Err(Problem::at("paused", "a channel is paused by the desk alone; false lets it send again"));
    }
    if new.team_id.is_some() || new.placing.is_some() {
        let placing = ChannelPlacing {
            channel: Some(channel),
            team: new.team_id.map_or(was.placing.team, |team| team.map(TeamId)),
            placing: new.placing.map_or(was.placing.placing, Into::into),
        };
        office.change(SettingsChange::PlaceChannel { channel, placing: Box::new(placing) }).await?;
    }
    if let Some(Consent { rule, follow_up_days, stop_closes }) = new.consent {
        let policy = ConsentPolicy { rule, follow_up_days, stop_closes };
        office.change(SettingsChange::SetConsentPolicy { channel, policy }).await?;
    }
    if let Some(bot) = new.bot_id {
        office.change(SettingsChange::SetChannelBot { channel, bot: bot.map(BotId) }).await?;
    }
    if let Some(on) = new.typing {
        office.change(SettingsChange::ShowTyping { channel, on }).await?;
    }
    if new.paused == Some(false) && was.view.paused.is_some() {
        office.change(SettingsChange::ResumeChannel { channel }).await?;
    }
    Ok(Json(named(&office, &id).await?.into()))
}
