//! What a bot of the kind `flow` says and does: its draft, what is live, and its versions.

use axum::Json;
use axum::extract::{Path, State};
use contract::bots::flow::Definition;
use contract::bots::{
    BotChange, BotDone, BotScreen, BotShown, BotTask, Difference, DraftView, Finding, FlowPage, TrialResult,
    VersionList, VersionView,
};
use contract::connection::{SettingsTask, TaskDone};
use contract::settings::{Settings, SettingsChange, SettingsPage};
use contract::token::Scope;
use contract::{BotId, ConversationId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Answer;
use super::super::caller::{Caller, missing};
use super::super::input::Input;
use super::{Office, enter, odd};
use crate::http::error::Problem;
use crate::public::words::At;
use crate::state::Desk;

/// What is edited, without the definition.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowDraft)]
pub(in crate::http::api) struct Draft {
    /// Raised whenever it is kept.
    revision: i64,
    /// The version that it began from.
    base: i32,
    /// Who has kept it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// When.
    at: At,
}

/// What a bot says and does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Flow)]
pub(in crate::http::api) struct Flow {
    /// The version that is live.
    version: i32,
    /// What is edited: the draft, else what is live.
    #[schema(value_type = Option<Object>)]
    definition: Option<Definition>,
    /// The draft; absent: nothing is edited.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<Draft>,
    /// What is wrong with it and what is missing: `path`, `message`, and whether it `blocks`.
    #[schema(value_type = Vec<Object>)]
    findings: Vec<Finding>,
    /// Why what is kept cannot be read; the definition is that of a new bot then.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<String>,
}

/// A version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowVersion)]
pub(in crate::http::api) struct Version {
    /// Which.
    version: i32,
    /// What has changed, in its author's words.
    note: String,
    /// Who made it live.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// When.
    at: At,
    /// The version that it brought back.
    #[serde(skip_serializing_if = "Option::is_none")]
    restored: Option<i32>,
    /// What it changed of the one before: `place`, `before` and `after`.
    #[schema(value_type = Vec<Object>)]
    changes: Vec<Difference>,
    /// What it says and does.
    #[schema(value_type = Object)]
    definition: serde_json::Value,
}

/// The versions of a flow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowVersions)]
pub(in crate::http::api) struct Versions {
    /// The one that is live.
    live: i32,
    /// What the draft would change of it: `place`, `before` and `after`.
    #[schema(value_type = Vec<Object>)]
    draft_changes: Vec<Difference>,
    /// The latest 50, the last one first.
    versions: Vec<Version>,
}

/// A definition to be kept as the draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewFlowDraft)]
pub(in crate::http::api) struct NewDraft {
    /// The revision that was edited; null or absent: there was no draft.
    #[serde(default)]
    revision: Option<i64>,
    /// What the bot is to say and do, as a whole.
    #[schema(value_type = Object)]
    definition: Definition,
}

/// A draft that was kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeptFlowDraft)]
pub(in crate::http::api) struct Kept {
    /// Its revision.
    revision: i64,
    /// What is wrong with it and what is missing: `path`, `message`, and whether it `blocks`.
    #[schema(value_type = Vec<Object>)]
    findings: Vec<Finding>,
}

/// The draft goes live.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PublishFlow)]
pub(in crate::http::api) struct Publish {
    /// The revision that was looked at.
    revision: i64,
    /// The version that was live then.
    version: i32,
    /// What has changed, in at most 500 characters.
    #[serde(default)]
    note: String,
    /// Whether it goes live although texts are missing in a language.
    #[serde(default)]
    with_gaps: bool,
}

/// An older version goes live again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RollBackFlow)]
pub(in crate::http::api) struct RollBack {
    /// The version that comes back.
    to: i32,
    /// The version that was live when it was looked at.
    version: i32,
}

/// The draft is thrown away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DiscardFlowDraft)]
pub(in crate::http::api) struct Discard {
    /// The revision that was looked at.
    revision: i64,
}

/// Conversations to try the draft on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TryFlow)]
pub(in crate::http::api) struct Trial {
    /// Which ones, at most 25.
    conversation_ids: Vec<Uuid>,
}

/// What the draft would have done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TriedFlow)]
pub(in crate::http::api) struct Tried {
    /// One a conversation: what happened, and what would have.
    #[schema(value_type = Vec<Object>)]
    results: Vec<TrialResult>,
}

/// What is live now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveFlow)]
pub(in crate::http::api) struct Live {
    /// Its version.
    version: i32,
}

impl From<DraftView> for Draft {
    fn from(draft: DraftView) -> Draft {
        Draft { revision: draft.revision, base: draft.base, author: draft.author, at: At(draft.at) }
    }
}

impl From<VersionView> for Version {
    fn from(view: VersionView) -> Version {
        Version {
            version: view.version,
            note: view.note,
            author: view.author,
            at: At(view.at),
            restored: view.restored,
            changes: view.changes,
            definition: serde_json::from_str(&view.json).unwrap_or_default(),
        }
    }
}

fn bot(id: &str) -> Result<BotId, Problem> {
    id.parse().map_err(|_| missing())
}

async fn shown(office: &Office<'_>, screen: BotScreen) -> Result<BotShown, Problem> {
    match office.page(SettingsPage::Bots(screen)).await? {
        Settings::Bots(shown) => Ok(*shown),
        _ => Err(odd()),
    }
}

/// The flow of a bot; of a bot of another kind there is none.
async fn flow(office: &Office<'_>, bot: BotId) -> Result<FlowPage, Problem> {
    match shown(office, BotScreen::Flow(bot)).await? {
        BotShown::Flow(page) if page.definition.is_some() => Ok(*page),
        _ => Err(missing()),
    }
}

/// A bot that has a flow.
async fn with_flow(office: &Office<'_>, id: &str) -> Result<BotId, Problem> {
    Ok(flow(office, bot(id)?).await?.id)
}

async fn run(office: &Office<'_>, task: BotTask) -> Result<BotDone, Problem> {
    match office.run(SettingsTask::Bot(task)).await? {
        TaskDone::Bot(done) => Ok(done),
        _ => Err(odd()),
    }
}

async fn changed(office: &Office<'_>, bot: BotId, change: BotChange) -> Answer<Live> {
    office.change(SettingsChange::Bot(change)).await?;
    Ok(Json(Live { version: flow(office, bot).await?.version }))
}

/// Get the flow of a bot.
///
/// What is edited, and what is wrong with it. Of bots of another kind there is none.
#[utoipa::path(get, path = "/bots/{id}/flow", tag = "Settings",
    params(("id" = Uuid, Path, description = "The bot")), responses((status = 200, body = Flow)))]
pub(in crate::http::api) async fn read(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Flow> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    let page = flow(&office, bot(&id)?).await?;
    Ok(Json(Flow {
        version: page.version,
        definition: page.definition,
        draft: page.draft.map(Draft::from),
        findings: page.findings,
        unreadable: page.unreadable,
    }))
}

/// List versions of the flow of a bot.
///
/// The latest first, each with what it has changed.
#[utoipa::path(get, path = "/bots/{id}/flow/versions", tag = "Settings",
    params(("id" = Uuid, Path, description = "The bot")), responses((status = 200, body = Versions)))]
pub(in crate::http::api) async fn versions(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Versions> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    match shown(&office, BotScreen::Versions(bot(&id)?)).await? {
        BotShown::Versions(VersionList { editable: true, live, draft_changes, versions, .. }) => {
            let versions = versions.into_iter().map(Version::from).collect();
            Ok(Json(Versions { live, draft_changes, versions }))
        }
        _ => Err(missing()),
    }
}

/// Keep a flow as the draft of a bot.
///
/// It is kept whatever is wrong with it, and nothing is live yet.
#[utoipa::path(post, path = "/bots/{id}/flow/draft", tag = "Settings", request_body = NewDraft,
    params(("id" = Uuid, Path, description = "The bot")), responses((status = 200, body = Kept)))]
pub(in crate::http::api) async fn keep(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(draft): Input<NewDraft>,
) -> Answer<Kept> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let (bot, definition) = (with_flow(&office, &id).await?, Box::new(draft.definition));
    match run(&office, BotTask::Save { bot, revision: draft.revision, definition }).await? {
        BotDone::Saved { revision, findings } => Ok(Json(Kept { revision, findings })),
        _ => Err(odd()),
    }
}

/// Throw the draft of a bot away.
#[utoipa::path(post, path = "/bots/{id}/flow/discard", tag = "Settings", request_body = Discard,
    params(("id" = Uuid, Path, description = "The bot")), responses((status = 204)))]
pub(in crate::http::api) async fn discard(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(wish): Input<Discard>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let change = BotChange::Discard { bot: with_flow(&office, &id).await?, revision: wish.revision };
    office.change(SettingsChange::Bot(change)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Try the draft of a bot.
///
/// On conversations that were had: nothing is said to anybody.
#[utoipa::path(post, path = "/bots/{id}/flow/test", tag = "Settings", request_body = Trial,
    params(("id" = Uuid, Path, description = "The bot")), responses((status = 200, body = Tried)))]
pub(in crate::http::api) async fn test(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(wish): Input<Trial>,
) -> Answer<Tried> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let conversations = wish.conversation_ids.into_iter().map(ConversationId).collect();
    match run(&office, BotTask::Try { bot: with_flow(&office, &id).await?, conversations }).await? {
        BotDone::Tried { results } => Ok(Json(Tried { results })),
        _ => Err(odd()),
    }
}

/// Make the draft of a bot live.
///
/// As a new version. Refused where the draft or what is live has changed since it was looked at.
#[utoipa::path(post, path = "/bots/{id}/flow/publish", tag = "Settings", request_body = Publish,
    params(("id" = Uuid, Path, description = "The bot")), responses((status = 200, body = Live)))]
pub(in crate::http::api) async fn publish(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(wish): Input<Publish>,
) -> Answer<Live> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let bot = with_flow(&office, &id).await?;
    let Publish { revision, version, note, with_gaps } = wish;
    changed(&office, bot, BotChange::Publish { bot, revision, version, note, with_gaps }).await
}

/// Make an older version of a bot's flow live again.
///
/// As a new version; the draft stays as it is.
#[utoipa::path(post, path = "/bots/{id}/flow/rollback", tag = "Settings", request_body = RollBack,
    params(("id" = Uuid, Path, description = "The bot")), responses((status = 200, body = Live)))]
pub(in crate::http::api) async fn roll_back(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<String>,
    Input(wish): Input<RollBack>,
) -> Answer<Live> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let bot = with_flow(&office, &id).await?;
    changed(&office, bot, BotChange::Restore { bot, restored: wish.to, version: wish.version }).await
}
