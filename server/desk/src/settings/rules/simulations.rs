//! Rules that are tried on what has happened, and what a rule has done so far.

use contract::rules::{MOST_DAYS, RuleRuns, SimulatedRules, SimulatedSet, SimulationView, SimulationWish};
use contract::settings::ChangeRefused;
use contract::{RuleId, SimulationId};

use super::super::{failed, refused, wrong};
use super::fits;
use crate::auth::sessions::SignedIn;
use crate::store::rules::simulations::NewSimulation;
use crate::{Desk, store};

/// Runs on a page.
const PAGE: usize = 20;

/// What a rule has done.
pub(super) async fn runs(desk: &Desk, rule: RuleId, before: Option<i64>) -> store::Result<RuleRuns> {
    let mut all = desk.store.rule_runs(rule, before, i64::try_from(PAGE + 1).unwrap_or(i64::MAX)).await?;
    let more = all.len() > PAGE;
    all.truncate(PAGE);
    let next = all.last().filter(|_| more).map(|(place, _)| *place);
    Ok(RuleRuns { rule, runs: all.into_iter().map(|(_, run)| run).collect(), next })
}

/// Asks for rules to be tried. Nothing that they would do is done.
pub(super) async fn ask(
    desk: &Desk,
    who: &SignedIn,
    wish: SimulationWish,
) -> Result<SimulationView, ChangeRefused> {
    let SimulationWish { rules: wanted, against, days } = wish;
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(wrong("days", format!("Look back 1 to {MOST_DAYS} days.")));
    }
    let (version, live) = desk.store.live_rules().await.map_err(failed)?;
    let (which, rules) = match wanted {
        SimulatedRules::Live => (SimulatedSet::Live, live.clone()),
        SimulatedRules::Given(rules) => {
            fits(&rules)?;
            (SimulatedSet::Given, rules)
        }
        SimulatedRules::Draft => match desk.store.rule_draft().await.map_err(failed)? {
            Some(draft) => (SimulatedSet::Draft, draft.rules),
            None => return Err(wrong("rules", "There is no draft.")),
        },
    };
    let agent = who.agent.id;
    let new = NewSimulation { agent, which, against, version, days, rules: &rules, live: &live };
    let id = desk.store.ask_for_simulation(&new).await.map_err(|error| {
        if error.is_conflict("rule_simulations_one_each") {
            return refused("You are trying rules already. Wait until that is done, or cancel it.");
        }
        failed(error)
    })?;
    // Whoever has time for it goes on with it.
    desk.bus.rules();
    shown(desk, who, id).await
}

/// Ends one. One that is over already stays as it is.
pub(super) async fn cancel(
    desk: &Desk,
    who: &SignedIn,
    id: SimulationId,
) -> Result<SimulationView, ChangeRefused> {
    desk.store.cancel_simulation(id).await.map_err(failed)?;
    shown(desk, who, id).await
}

async fn shown(desk: &Desk, who: &SignedIn, id: SimulationId) -> Result<SimulationView, ChangeRefused> {
    let view = desk.store.simulation(Some(id), who.agent.id).await.map_err(failed)?;
    view.ok_or_else(|| wrong("id", "There is no such simulation."))
}
