//! What a token is, and what the desk is made of: channels, bots, people, templates.

use axum::Json;
use axum::extract::State;
use contract::Presence;
use contract::picker::{Place, TemplateCard, TemplateQuery, TemplateShelf};
use contract::token::{Mode, Scope};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Answer;
use super::caller::Caller;
use super::input::Asked;
use crate::auth::tokens::Holder;
use crate::public::words::{At, Party};
use crate::state::Desk;

/// The token itself.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// Which token.
    id: Uuid,
    /// What people at the desk call it.
    name: String,
    /// `live`, or `test`: then it reaches the channels of the built-in stand-ins alone.
    mode: &'static str,
    /// As whom it acts: a bot or an agent.
    acts_as: Party,
    /// What it is good for.
    scopes: Vec<&'static str>,
    /// Until when; absent: for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<At>,
    /// Calls a second that it may make, with some to spare for a burst.
    calls_per_second: u32,
}

/// Get the token.
///
/// Its name, as whom it acts, what it is good for and how often it may call. Any token is good for this.
#[utoipa::path(get, path = "/me", tag = "Desk", responses((status = 200, body = Me)))]
pub(super) async fn me(caller: Caller) -> Json<Me> {
    let token = &caller.token;
    let acts_as = match &token.holder {
        Holder::Bot { id, name, .. } => Party::from(contract::Owner::Bot(*id)).named(Some(name.clone())),
        Holder::Person { id, name, .. } => Party::from(contract::Owner::Agent(*id)).named(Some(name.clone())),
    };
    Json(Me {
        id: token.id.0,
        name: token.name.clone(),
        mode: token.mode.as_str(),
        acts_as,
        scopes: token.scopes.iter().map(|scope| scope.as_str()).collect(),
        expires_at: token.expires_at.map(At),
        calls_per_second: token.rate,
    })
}

/// A number of the desk.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Line {
    /// Which.
    id: Uuid,
    /// What people here call it.
    name: String,
    /// The number as people write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Whose provider carries it.
    provider: String,
    /// Whether it is a stand-in's.
    sandbox: bool,
    /// The bot that answers first.
    #[serde(skip_serializing_if = "Option::is_none")]
    bot_id: Option<Uuid>,
    /// Why it does not send at present.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<String>,
}

/// The numbers of the desk.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Lines {
    /// Sorted by name.
    channels: Vec<Line>,
}

/// List channels.
#[utoipa::path(get, path = "/channels", tag = "Desk", responses((status = 200, body = Lines)))]
pub(super) async fn channels(State(desk): State<Desk>, caller: Caller) -> Answer<Lines> {
    caller.must(Scope::DeskRead)?;
    let all = desk.store.line_rows().await?;
    let reached = all.into_iter().filter(|line| line.sandbox || caller.token.mode == Mode::Live);
    let channels = reached.map(|line| Line {
        id: line.id.0,
        name: line.name,
        number: line.number,
        provider: line.provider,
        sandbox: line.sandbox,
        bot_id: line.bot.map(|bot| bot.0),
        paused: line.paused,
    });
    Ok(Json(Lines { channels: channels.collect() }))
}

/// A bot.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BotLine {
    /// Which.
    id: Uuid,
    /// Its name.
    name: String,
    /// What kind it is: `flow`, `webhook`, `api` and so on.
    kind: String,
    /// Whether it is switched on.
    active: bool,
}

/// The bots.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Bots {
    /// Sorted by name.
    bots: Vec<BotLine>,
}

/// List bots.
#[utoipa::path(get, path = "/bots", tag = "Desk", responses((status = 200, body = Bots)))]
pub(super) async fn bots(State(desk): State<Desk>, caller: Caller) -> Answer<Bots> {
    caller.must(Scope::DeskRead)?;
    let bots = desk.store.bot_rows().await?;
    let line = |bot: crate::store::lines::BotRow| BotLine {
        id: bot.id.0,
        name: bot.name,
        kind: bot.kind,
        active: bot.active,
    };
    Ok(Json(Bots { bots: bots.into_iter().map(line).collect() }))
}

/// Somebody who works here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgentLine {
    /// Who.
    id: Uuid,
    /// The name that colleagues see.
    name: String,
    /// `agent` or `admin`.
    role: &'static str,
    /// `online`, `away` or `offline`.
    presence: &'static str,
}

/// The people who work here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Agents {
    /// Sorted by name.
    agents: Vec<AgentLine>,
}

/// List agents.
///
/// Those who may sign in, and whether they are there.
#[utoipa::path(get, path = "/agents", tag = "Desk", responses((status = 200, body = Agents)))]
pub(super) async fn agents(State(desk): State<Desk>, caller: Caller) -> Answer<Agents> {
    caller.must(Scope::DeskRead)?;
    let cards = desk.store.agent_cards().await?;
    let agents = cards.into_iter().map(|card| AgentLine {
        id: card.id.0,
        name: card.name,
        role: card.role.as_str(),
        presence: presence(card.presence),
    });
    Ok(Json(Agents { agents: agents.collect() }))
}

fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Online => "online",
        Presence::Away => "away",
        Presence::Offline => "offline",
    }
}

/// Which templates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wish {
    /// Those that can be sent from this channel: one language of each.
    channel: Option<Uuid>,
    /// Words in the name or the text.
    q: Option<String>,
    /// The wanted language (`en_US`).
    language: Option<String>,
    /// How many to leave out: those of the pages before.
    skip: Option<u32>,
}

/// A template, and what is to be filled in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TemplateLine {
    /// Which.
    id: Uuid,
    /// Its name.
    name: String,
    /// Its language.
    language: String,
    /// Where it stands: `approved` can be sent.
    #[schema(value_type = String)]
    status: contract::template::TemplateStatus,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    category: Option<contract::template::TemplateCategory>,
    /// The line at its top.
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    /// Its text.
    body: String,
    /// The small line below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    footer: Option<String>,
    /// The labels of its buttons.
    buttons: Vec<String>,
    /// What is to be filled in, in the order of reading.
    values: Vec<TemplateSlot>,
}

/// One thing to fill in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TemplateSlot {
    /// Where: `header`, `file`, `body`, `link` or `code`.
    place: &'static str,
    /// The variable's name there.
    name: String,
    /// A sample.
    sample: String,
    /// Which button, of links and codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    button: Option<u8>,
}

/// A page of templates.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Templates {
    /// At most 40.
    templates: Vec<TemplateLine>,
    /// Whether there are more: go on with `skip`.
    more: bool,
}

/// List templates.
#[utoipa::path(get, path = "/templates", tag = "Desk", params(Wish), responses((status = 200, body = Templates)))]
pub(super) async fn templates(
    State(desk): State<Desk>,
    caller: Caller,
    Asked(wish): Asked<Wish>,
) -> Answer<Templates> {
    caller.must(Scope::DeskRead)?;
    let query = TemplateQuery {
        channel: wish.channel.map(contract::ChannelId),
        words: wish.q.unwrap_or_default(),
        language: wish.language.unwrap_or_default(),
        skip: wish.skip.unwrap_or(0),
        ..TemplateQuery::default()
    };
    let TemplateShelf { templates, more, .. } = desk.store.templates(&query).await?;
    Ok(Json(Templates { templates: templates.into_iter().map(TemplateLine::from).collect(), more }))
}

impl From<TemplateCard> for TemplateLine {
    fn from(card: TemplateCard) -> TemplateLine {
        let slot = |slot: contract::picker::Slot| {
            let (place, button) = match slot.place {
                Place::Header => ("header", None),
                Place::File(_) => ("file", None),
                Place::Body => ("body", None),
                Place::Link(index) => ("link", Some(index)),
                Place::Code(index) => ("code", Some(index)),
            };
            TemplateSlot { place, name: slot.name, sample: slot.sample, button }
        };
        TemplateLine {
            id: card.id.0,
            name: card.name,
            language: card.language,
            status: card.status,
            category: card.category,
            header: card.header,
            body: card.body,
            footer: card.footer,
            buttons: card.buttons,
            values: card.slots.into_iter().map(slot).collect(),
        }
    }
}
