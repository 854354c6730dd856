//! Routing rules.

use axum::Json;
use axum::extract::State;
use contract::connection::{SettingsTask, TaskDone};
use contract::rules::{
    Facts, RuleChange, RuleDone, RuleScreen, RuleSetView, RuleTask, RuleTrial, RuleWords, RulesShown,
    TrialFacts,
};
use contract::settings::{Settings, SettingsChange, SettingsPage};
use contract::token::Scope;
use http::StatusCode;

use super::super::Answer;
use super::super::caller::Caller;
use super::super::input::{Asked, Input};
use super::{Office, enter, odd};
use crate::http::error::Problem;
use crate::state::Desk;

mod shapes;
mod simulated;
pub(in crate::http::api) mod simulations;

use shapes::{
    Discard, Findings, Kept, Live, NewDraft, Publish, RollBack, Set, ToCheck, Trial, Tried, Versions,
    WhichVersions, Words,
};

async fn shown(office: &Office<'_>, screen: RuleScreen) -> Result<RulesShown, Problem> {
    match office.page(SettingsPage::Rules(screen)).await? {
        Settings::Rules(shown) => Ok(*shown),
        _ => Err(odd()),
    }
}

async fn run(office: &Office<'_>, task: RuleTask) -> Result<RuleDone, Problem> {
    match office.run(SettingsTask::Rules(task)).await? {
        TaskDone::Rules(done) => Ok(done),
        _ => Err(odd()),
    }
}

async fn set(office: &Office<'_>) -> Result<RuleSetView, Problem> {
    match shown(office, RuleScreen::Set).await? {
        RulesShown::Set(set) => Ok(set),
        _ => Err(odd()),
    }
}

async fn changed(office: &Office<'_>, change: RuleChange) -> Answer<Live> {
    office.change(SettingsChange::Rules(change)).await?;
    Ok(Json(Live { version: set(office).await?.version }))
}

/// Get the rules.
///
/// Those that are live, those that are edited, what is wrong with them, and what would change.
#[utoipa::path(get, path = "/rules", tag = "Settings", responses((status = 200, body = Set)))]
pub(in crate::http::api) async fn read(State(desk): State<Desk>, caller: Caller) -> Answer<Set> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    Ok(Json(set(&office).await?.into()))
}

/// Get what rules can be made of.
#[utoipa::path(get, path = "/rules/vocabulary", tag = "Settings", responses((status = 200, body = Words)))]
pub(in crate::http::api) async fn words(State(desk): State<Desk>, caller: Caller) -> Answer<Words> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    match shown(&office, RuleScreen::Words).await? {
        RulesShown::Words(RuleWords { vocabulary, names }) => Ok(Json(Words { vocabulary, names })),
        _ => Err(odd()),
    }
}

/// List versions of the rules.
///
/// The latest first, each with what it has changed.
#[utoipa::path(get, path = "/rules/versions", tag = "Settings", params(WhichVersions),
    responses((status = 200, body = Versions)))]
pub(in crate::http::api) async fn versions(
    State(desk): State<Desk>,
    caller: Caller,
    Asked(which): Asked<WhichVersions>,
) -> Answer<Versions> {
    let office = enter(&desk, &caller, Scope::SettingsRead).await?;
    match shown(&office, RuleScreen::Versions(which.below)).await? {
        RulesShown::Versions(versions) => Ok(Json(versions.into())),
        _ => Err(odd()),
    }
}

/// Keep rules as the draft.
///
/// It is kept whatever is wrong with it, and nothing is live yet.
#[utoipa::path(post, path = "/rules/draft", tag = "Settings", request_body = NewDraft,
    responses((status = 200, body = Kept)))]
pub(in crate::http::api) async fn keep(
    State(desk): State<Desk>,
    caller: Caller,
    Input(draft): Input<NewDraft>,
) -> Answer<Kept> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    match run(&office, RuleTask::Save { revision: draft.revision, rules: draft.rules }).await? {
        RuleDone::Saved { revision, findings } => Ok(Json(Kept { revision, findings })),
        _ => Err(odd()),
    }
}

/// Throw the draft away.
#[utoipa::path(post, path = "/rules/discard", tag = "Settings", request_body = Discard, responses((status = 204)))]
pub(in crate::http::api) async fn discard(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<Discard>,
) -> Result<StatusCode, Problem> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    office.change(SettingsChange::Rules(RuleChange::Discard { revision: wish.revision })).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say what is wrong with rules.
#[utoipa::path(post, path = "/rules/validate", tag = "Settings", request_body = ToCheck,
    responses((status = 200, body = Findings)))]
pub(in crate::http::api) async fn check(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<ToCheck>,
) -> Answer<Findings> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    match run(&office, RuleTask::Check { rules: wish.rules }).await? {
        RuleDone::Checked { findings } => Ok(Json(Findings { findings })),
        _ => Err(odd()),
    }
}

/// Make the draft live.
///
/// All of it at once, as a new version. Refused where the draft or what is live has changed since it was looked at.
#[utoipa::path(post, path = "/rules/publish", tag = "Settings", request_body = Publish,
    responses((status = 200, body = Live)))]
pub(in crate::http::api) async fn publish(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<Publish>,
) -> Answer<Live> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let Publish { revision, version, note } = wish;
    changed(&office, RuleChange::Publish { revision, version, note }).await
}

/// Make an older version live again.
///
/// As a new version; the draft stays as it is.
#[utoipa::path(post, path = "/rules/rollback", tag = "Settings", request_body = RollBack,
    responses((status = 200, body = Live)))]
pub(in crate::http::api) async fn roll_back(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<RollBack>,
) -> Answer<Live> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    changed(&office, RuleChange::Rollback { to: wish.to, version: wish.version }).await
}

/// Try rules.
///
/// On a sample or on a conversation as it is now. Nothing is done; the trace says each condition with what was compared.
#[utoipa::path(post, path = "/rules/test", tag = "Settings", request_body = Trial,
    responses((status = 200, body = Tried)))]
pub(in crate::http::api) async fn test(
    State(desk): State<Desk>,
    caller: Caller,
    Input(wish): Input<Trial>,
) -> Answer<Tried> {
    let office = enter(&desk, &caller, Scope::SettingsWrite).await?;
    let on = match (wish.conversation_id, wish.facts) {
        (Some(id), None) => TrialFacts::Conversation(caller.conversation(&desk, &id.to_string()).await?.id),
        (None, Some(are)) => {
            let now = wish.now.map(|at| at.0).unwrap_or_default();
            TrialFacts::Sample(Facts { now, are, were: wish.before })
        }
        _ => return Err(Problem::at("facts", "give either `conversation_id` or `facts`")),
    };
    let trial = Box::new(RuleTrial { rules: wish.rules, event: wish.event, on });
    match run(&office, RuleTask::Try(trial)).await? {
        RuleDone::Tried(tried) => {
            Ok(Json(Tried { facts: tried.facts.are, trace: tried.trace, would: tried.would }))
        }
        _ => Err(odd()),
    }
}
