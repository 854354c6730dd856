//! Routing rules: edited as a draft, checked, tried, and made live as one version. What goes live was looked at by
//! whoever lets it: two who publish at once do not write over each other.

use std::collections::HashMap;

use contract::rules::{
    Done, Facts, MOST_RULES, Outcome, Rule, RuleChange, RuleDone, RuleDraft, RuleFinding, RuleScreen,
    RuleSetView, RuleTask, RuleTrial, RuleTried, RuleVersion, RuleVersions, RuleWords, RulesShown,
    TrialFacts,
};
use contract::settings::{ChangeRefused, Settings};

use super::{failed, refused, wrong};
use crate::auth::sessions::SignedIn;
use crate::domain::rules::{self, Compiled, actions, check, difference::differences, events, facts};
use crate::store::rules::NewVersion;
use crate::{Desk, store};

mod simulations;

/// Characters of a note, at most.
const NOTE: usize = 500;
/// The largest set, in bytes.
const LARGEST: usize = 200 * 1024;
/// Versions on a page.
const PAGE: usize = 20;

/// A screen.
pub(super) async fn page(desk: &Desk, who: &SignedIn, screen: RuleScreen) -> store::Result<Settings> {
    let shown = match screen {
        RuleScreen::Set => RulesShown::Set(set(desk).await?),
        RuleScreen::Versions(below) => RulesShown::Versions(versions(desk, below).await?),
        RuleScreen::Words => RulesShown::Words(RuleWords {
            vocabulary: rules::vocabulary(),
            names: desk.store.rule_names().await?,
        }),
        RuleScreen::Simulation(id) => {
            RulesShown::Simulation(desk.store.simulation(id, who.agent.id).await?.map(Box::new))
        }
        RuleScreen::Runs { rule, before } => RulesShown::Runs(simulations::runs(desk, rule, before).await?),
    };
    Ok(Settings::Rules(Box::new(shown)))
}

async fn set(desk: &Desk) -> store::Result<RuleSetView> {
    let (version, live) = desk.store.live_rules().await?;
    let draft = desk.store.rule_draft().await?;
    let names = desk.store.rule_names().await?;
    let edited = draft.as_ref().map_or(&live, |draft| &draft.rules);
    Ok(RuleSetView {
        version,
        findings: check::findings(edited, &names),
        changes: differences(&live, edited),
        draft,
        live,
    })
}

async fn versions(desk: &Desk, below: Option<i32>) -> store::Result<RuleVersions> {
    // One more than is shown: it says what the last one has changed, and that there is another page.
    let all = desk.store.rule_versions(below, i64::try_from(PAGE + 1).unwrap_or(i64::MAX)).await?;
    let view = |(at, one): (usize, &store::rules::Version)| RuleVersion {
        version: one.version,
        rules: one.rules.clone(),
        note: one.note.clone(),
        author: one.author.clone(),
        at: one.at,
        restored: one.restored,
        changes: differences(all.get(at + 1).map_or(&[], |before| &before.rules), &one.rules),
    };
    Ok(RuleVersions {
        live: desk.store.rule_version_now().await?,
        versions: all.iter().enumerate().take(PAGE).map(view).collect(),
        next: (all.len() > PAGE).then(|| all[PAGE - 1].version),
    })
}

/// Changes what is live, or throws the draft away.
pub(super) async fn change(desk: &Desk, who: &SignedIn, change: RuleChange) -> Result<(), ChangeRefused> {
    match change {
        RuleChange::Publish { revision, version, note } => {
            publish(desk, who, (revision, version), note.trim()).await?;
        }
        RuleChange::Rollback { to, version } => rollback(desk, who, (to, version)).await?,
        RuleChange::Discard { revision } => return discard(desk, revision).await,
    }
    // Here it holds before this is answered, elsewhere in a moment. It is live whatever comes of that.
    if let Err(error) = desk.rules.refresh(desk).await {
        tracing::warn!(%error, "rules that were published are read a moment later");
    }
    desk.bus.rules();
    Ok(())
}

async fn publish(
    desk: &Desk,
    who: &SignedIn,
    (revision, seen): (i64, i32),
    note: &str,
) -> Result<(), ChangeRefused> {
    if note.chars().count() > NOTE || note.contains('\0') {
        return Err(wrong("note", "Say it in at most 500 characters."));
    }
    let names = desk.store.rule_names().await.map_err(failed)?;
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let version = tx.lock_rules().await.map_err(failed)?;
    let draft = tx.draft_of_rules().await.map_err(failed)?;
    // Whoever was first has made the draft live, and it is gone: that is told rather than that there is none.
    still_live(version, seen)?;
    unchanged(draft.as_ref(), Some(revision))?;
    let Some(draft) = draft else { return Err(refused("There is no draft.")) };
    sound(&check::findings(&draft.rules, &names))?;
    let new = NewVersion { rules: &draft.rules, note, author: who.agent.id, restored: None };
    let version = tx.publish_rules(&new).await.map_err(failed)?;
    tx.drop_rule_draft().await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    tracing::info!(version, by = %who.agent.id, "a version of the rules went live");
    Ok(())
}

async fn rollback(desk: &Desk, who: &SignedIn, (to, seen): (i32, i32)) -> Result<(), ChangeRefused> {
    let names = desk.store.rule_names().await.map_err(failed)?;
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let version = tx.lock_rules().await.map_err(failed)?;
    still_live(version, seen)?;
    let rules = match to {
        // Before the first version there were no rules.
        0 => Vec::new(),
        to => tx
            .rules_of_version(to)
            .await
            .map_err(failed)?
            .ok_or_else(|| wrong("to", "This version does not exist."))?,
    };
    sound(&check::findings(&rules, &names))?;
    let new = NewVersion { rules: &rules, note: "", author: who.agent.id, restored: Some(to) };
    let version = tx.publish_rules(&new).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    tracing::info!(version, restored = to, by = %who.agent.id, "an older version of the rules went live");
    Ok(())
}

async fn discard(desk: &Desk, revision: i64) -> Result<(), ChangeRefused> {
    let mut tx = desk.store.begin().await.map_err(failed)?;
    tx.lock_rules().await.map_err(failed)?;
    let draft = tx.draft_of_rules().await.map_err(failed)?;
    unchanged(draft.as_ref(), Some(revision))?;
    tx.drop_rule_draft().await.map_err(failed)?;
    tx.commit().await.map_err(failed)
}

/// Keeps, checks or tries rules.
pub(super) async fn run(desk: &Desk, who: &SignedIn, task: RuleTask) -> Result<RuleDone, ChangeRefused> {
    match task {
        RuleTask::Save { revision, rules } => save(desk, who, revision, &rules).await,
        RuleTask::Check { rules } => {
            let names = desk.store.rule_names().await.map_err(failed)?;
            Ok(RuleDone::Checked { findings: check::findings(&rules, &names) })
        }
        RuleTask::Try(trial) => attempt(desk, *trial).await.map(|tried| RuleDone::Tried(Box::new(tried))),
        RuleTask::Simulate(wish) => {
            simulations::ask(desk, who, *wish).await.map(|view| RuleDone::Simulation(Box::new(view)))
        }
        RuleTask::CancelSimulation(id) => {
            simulations::cancel(desk, who, id).await.map(|view| RuleDone::Simulation(Box::new(view)))
        }
    }
}

/// Keeps what was edited, whatever is wrong with it.
async fn save(
    desk: &Desk,
    who: &SignedIn,
    revision: Option<i64>,
    rules: &[Rule],
) -> Result<RuleDone, ChangeRefused> {
    fits(rules)?;
    let names = desk.store.rule_names().await.map_err(failed)?;
    let mut tx = desk.store.begin().await.map_err(failed)?;
    let version = tx.lock_rules().await.map_err(failed)?;
    let draft = tx.draft_of_rules().await.map_err(failed)?;
    unchanged(draft.as_ref(), revision)?;
    let base = draft.map_or(version, |draft| draft.base);
    let revision = tx.keep_rules(rules, base, who.agent.id).await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    Ok(RuleDone::Saved { revision, findings: check::findings(rules, &names) })
}

/// Whether rules are few and small enough to be kept.
fn fits(rules: &[Rule]) -> Result<(), ChangeRefused> {
    if rules.len() > MOST_RULES {
        return Err(wrong("rules", format!("There are at most {MOST_RULES} rules.")));
    }
    let written = serde_json::to_string(rules).map_err(|_| refused("This cannot be kept."))?;
    if written.len() > LARGEST {
        return Err(wrong("rules", "These rules are too large to be kept: 200 KB at most."));
    }
    if written.contains("\\u0000") {
        return Err(wrong("rules", "There is a character in a text that cannot be kept."));
    }
    Ok(())
}

/// Asks rules without doing anything.
async fn attempt(desk: &Desk, trial: RuleTrial) -> Result<RuleTried, ChangeRefused> {
    if !events::is_known(&trial.event) {
        return Err(wrong("event", format!("There is no event `{}`.", trial.event)));
    }
    let facts = match trial.on {
        TrialFacts::Sample(facts) => sample(desk, facts).await?,
        TrialFacts::Conversation(id) => {
            let known = desk.store.known_to_rules(id).await.map_err(failed)?;
            let known = known.ok_or_else(|| wrong("conversation_id", "There is no such conversation."))?;
            facts::read(&known)
        }
    };
    let rules = match trial.rules {
        Some(rules) => rules,
        None => match desk.store.rule_draft().await.map_err(failed)? {
            Some(draft) => draft.rules,
            None => desk.store.live_rules().await.map_err(failed)?.1,
        },
    };
    let answer = rules::evaluate(&Compiled::new(0, rules), &trial.event, &facts);
    let names = desk.store.rule_names().await.map_err(failed)?;
    let would = answer.deeds.into_iter().map(|ordered| {
        let why = match &ordered.deed {
            Ok(deed) => actions::unknown(deed, &names),
            Err(why) => Some(format!("It cannot be done: {why}.")),
        };
        let outcome = if why.is_some() { Outcome::Refused } else { Outcome::Done };
        Done { rule: ordered.rule, act: ordered.act, outcome, why }
    });
    Ok(RuleTried { facts, would: would.collect(), trace: answer.trace })
}

/// A sample, at this moment where it names none. What it names must be facts.
async fn sample(desk: &Desk, mut sample: Facts) -> Result<Facts, ChangeRefused> {
    let named: HashMap<&str, &str> = sample
        .are
        .keys()
        .map(|key| (key.as_str(), "facts"))
        .chain(sample.were.keys().map(|key| (key.as_str(), "before")))
        .collect();
    if let Some((odd, of)) = named.into_iter().find(|(key, _)| facts::find(key).is_none()) {
        return Err(wrong(&format!("{of}.{odd}"), format!("There is no fact `{odd}`.")));
    }
    if sample.now.0 == 0 {
        sample.now = desk.store.clock().await.map_err(failed)?;
    }
    Ok(sample)
}

fn unchanged(draft: Option<&RuleDraft>, seen: Option<i64>) -> Result<(), ChangeRefused> {
    if draft.map(|draft| draft.revision) == seen {
        return Ok(());
    }
    let who = draft.and_then(|draft| draft.author.clone()).unwrap_or_else(|| "Somebody".to_owned());
    let what =
        "has changed the draft since you opened it. Nothing of yours was written over it; look at it first.";
    Err(wrong("revision", format!("{who} {what}")))
}

fn still_live(live: i32, seen: i32) -> Result<(), ChangeRefused> {
    if live == seen {
        return Ok(());
    }
    let what = "went live meanwhile. Nothing of yours was published; look at what has changed first.";
    Err(wrong("version", format!("Version {live} {what}")))
}

/// Whether rules can go live.
fn sound(findings: &[RuleFinding]) -> Result<(), ChangeRefused> {
    match findings.iter().find(|finding| finding.blocks) {
        Some(first) => Err(wrong(&first.path, format!("It cannot go live. {}", first.message))),
        None => Ok(()),
    }
}
