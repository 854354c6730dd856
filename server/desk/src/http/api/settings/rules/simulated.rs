//! The shapes of rules that are tried, and of what a rule has done, on their way in and out.

use contract::rules::{
    Against, Done, Rule, RuleRun, SimulatedAct, SimulatedEvent, SimulatedExample, SimulatedMove,
    SimulatedRule, SimulatedSet, SimulationResult, SimulationState, SimulationView, Traced, Verdict,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::public::words::At;

/// Rules to be tried on what has happened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRuleSimulation)]
pub(in crate::http::api) struct NewSimulation {
    /// How many days are looked back: 1 to 30.
    pub(super) days: i32,
    /// Which rules: `draft` (as it is without this) or `live`.
    pub(super) set: Option<String>,
    /// Other rules, instead of `set`.
    #[schema(value_type = Option<Vec<Object>>)]
    pub(super) rules: Option<Vec<Rule>>,
    /// What the outcome is compared with: `live` (as it is without this), what the live rules would have done, or
    /// `recorded`, what was done at the time.
    pub(super) against: Option<String>,
}

/// Rules that are tried on what has happened. Nothing is done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSimulation)]
pub(in crate::http::api) struct Simulation {
    /// Its id.
    id: Uuid,
    /// Which rules: `draft`, `live` or `given`.
    #[schema(value_type = String)]
    set: SimulatedSet,
    /// What the outcome is compared with: `live` or `recorded`.
    #[schema(value_type = String)]
    against: Against,
    /// The version that was live when it was asked for.
    version: i32,
    /// How many days are looked back.
    days: i32,
    /// How far it has come: `queued`, `running`, `done`, `cancelled` or `failed`.
    #[schema(value_type = String)]
    state: SimulationState,
    /// Events that were looked at.
    looked: i64,
    /// Of about so many.
    of: i64,
    /// Why it has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Who has asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// When.
    at: At,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<At>,
    /// What came of it, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Outcome>,
}

/// What came of trying rules. What they would have changed about queues, and about what happened afterwards, is not in
/// it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleSimulationResult)]
pub(in crate::http::api) struct Outcome {
    /// What has happened: `event`, how often it was `looked` at, and how often it happened `without` anything being kept
    /// of what was known, so that nobody can say what rules would have done.
    #[schema(value_type = Vec<Object>)]
    events: Vec<SimulatedEvent>,
    /// The rules in their order: `rule`, `name`, `active`, how often it `matched` and `failed` (could not be told), and
    /// at most 20 `examples`.
    rules: Vec<OneRule>,
    /// What would be done: `act`, how often it `would` be, how often it is done `otherwise`, and `why` it could not be
    /// done as things are.
    #[schema(value_type = Vec<Object>)]
    acts: Vec<SimulatedAct>,
    /// Events at which something else would be done.
    changed: i64,
    /// Where the conversations of those would go, and where they go otherwise.
    moves: Vec<Move>,
    /// Further ones among `changed`, of ways that are not listed.
    other_moves: i64,
}

/// A rule that was tried.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimulatedRule)]
pub(in crate::http::api) struct OneRule {
    /// Which.
    rule: Uuid,
    /// What people here call it.
    name: String,
    /// Whether it is switched on.
    active: bool,
    /// How often it holds.
    matched: i64,
    /// How often it could not be told.
    failed: i64,
    /// Some of the conversations in which it holds, each once, the latest first.
    examples: Vec<Example>,
}

/// Where and when something happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimulatedExample)]
pub(in crate::http::api) struct Example {
    /// The conversation.
    conversation_id: Uuid,
    /// What happened.
    event: String,
    /// When.
    at: At,
}

/// Where conversations would go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimulatedMove)]
pub(in crate::http::api) struct Move {
    /// Where they go otherwise; absent: where they go without rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    from: Option<contract::rules::Act>,
    /// Where they would go; absent: where they go without rules. The same as `from`: something else is done with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    to: Option<contract::rules::Act>,
    /// How many.
    count: i64,
    /// Some of them, each conversation once, the latest first.
    examples: Vec<Example>,
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http::api) struct WhichRuns {
    /// Where the page before ended: its `next`.
    pub(super) cursor: Option<String>,
}

/// A time that a rule held, or could not be told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleRun)]
pub(in crate::http::api) struct Run {
    /// The conversation.
    conversation_id: Uuid,
    /// What happened.
    event: String,
    /// When.
    at: At,
    /// The version of the rules.
    version: i32,
    /// What came of looking at it: `matched` or `failed`.
    #[schema(value_type = String)]
    verdict: Verdict,
    /// Its condition, with what was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    condition: Option<Traced>,
    /// What it did: `rule`, `act`, `outcome` (`done`, `instead`, `refused`) and `why`.
    #[schema(value_type = Vec<Object>)]
    done: Vec<Done>,
}

/// What a rule has done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleRuns)]
pub(in crate::http::api) struct Runs {
    /// The latest first.
    runs: Vec<Run>,
    /// Where the next page begins; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<SimulationView> for Simulation {
    fn from(view: SimulationView) -> Simulation {
        Simulation {
            id: view.id.0,
            set: view.rules,
            against: view.against,
            version: view.version,
            days: view.days,
            state: view.state,
            looked: view.looked,
            of: view.about,
            why: view.why,
            author: view.author,
            at: At(view.at),
            ended_at: view.ended_at.map(At),
            result: view.result.map(Outcome::from),
        }
    }
}

impl From<SimulationResult> for Outcome {
    fn from(result: SimulationResult) -> Outcome {
        let SimulationResult { events, rules, acts, changed, moves, other_moves } = result;
        Outcome {
            events,
            rules: rules.into_iter().map(OneRule::from).collect(),
            acts,
            changed,
            moves: moves.into_iter().map(Move::from).collect(),
            other_moves,
        }
    }
}

impl From<SimulatedRule> for OneRule {
    fn from(rule: SimulatedRule) -> OneRule {
        let SimulatedRule { rule, name, active, matched, failed, examples } = rule;
        OneRule { rule: rule.0, name, active, matched, failed, examples: shown(examples) }
    }
}

impl From<SimulatedMove> for Move {
    fn from(one: SimulatedMove) -> Move {
        let SimulatedMove { from, to, count, examples } = one;
        Move { from, to, count, examples: shown(examples) }
    }
}

fn shown(examples: Vec<SimulatedExample>) -> Vec<Example> {
    let example = |one: SimulatedExample| Example {
        conversation_id: one.conversation.0,
        event: one.event,
        at: At(one.at),
    };
    examples.into_iter().map(example).collect()
}

impl Runs {
    pub(super) fn new(runs: Vec<RuleRun>, next: Option<i64>) -> Runs {
        let run = |run: RuleRun| Run {
            conversation_id: run.conversation.0,
            event: run.event,
            at: At(run.at),
            version: run.version,
            verdict: run.verdict,
            condition: run.condition,
            done: run.done,
        };
        Runs { runs: runs.into_iter().map(run).collect(), next: next.map(|place| place.to_string()) }
    }
}
