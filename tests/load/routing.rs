//! How many conversations a second are opened, asked about by a hundred rules and given to somebody; what is kept of
//! that; and how long it takes to try rules on what has happened, while customers write.
//!
//! The floor of the first is a bare commit a message.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use contract::rules::Rule;
use contract::team::{Asking, Assigning, OnLapse, Placing, TeamDraft};
use contract::{AgentId, Role, TeamId};
use desk::store::rules::NewVersion;
use serde_json::json;
use tests::desk::add_person;
use uuid::Uuid;

use crate::Effort;
use crate::figures::{approx, figure, median, tell};
use crate::http;
use crate::pgbench::{INGEST, Pgbench};
use crate::world::{NOWHERE, World, rate, says};

mod history;

/// Rules that are live.
const RULES: usize = 100;
/// People who take conversations.
const AGENTS: usize = 200;
/// Connections of the provider.
const CONNECTIONS: usize = 32;
/// One leg.
const LEG: Duration = Duration::from_millis(4_500);
/// The same for pgbench, which counts in whole seconds.
const FLOOR_LEG_S: u32 = 4;
/// Conversations of a leg that nothing on such a machine exceeds: more need not be prepared.
const MOST: usize = 15_000;
/// How long a process may take to hear of rules that another one has published.
const HEARD: Duration = Duration::from_secs(6);

/// What is set up.
struct Place {
    world: World,
    rules: Vec<Rule>,
    admin: AgentId,
    /// Customers who have written so far.
    customers: usize,
}

/// Measures all of it.
pub async fn run(effort: Effort, floor: Option<&Pgbench>) -> Result<()> {
    let mut place = set_up().await?;
    if let Some(floor) = floor {
        floor.prepare(&place.world.database).await;
    }
    let (mut ours, mut floors, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 1..=effort.pairs() {
        let per_s = place.leg().await?;
        tell(&format!("routing {pair}: {per_s:.0} conversations/s"));
        if let Some(floor) = floor {
            let beside = floor.run(&place.world.database, INGEST, FLOOR_LEG_S).await?.rows_per_s;
            tell(&format!("routing {pair}: {beside:.0} rows/s by the floor"));
            ratios.push(per_s / beside);
            floors.push(beside);
        }
        ours.push(per_s);
    }
    figure("routing.conversations_per_s", median(&ours), "1/s");
    if floor.is_some() {
        figure("routing.floor_msgs_per_s", median(&floors), "1/s");
        figure("routing.ratio", median(&ratios), "ratio");
    }
    figure("bytes_per_conversation", place.bytes().await?, "bytes");
    history::run(&place, effort).await?;
    place.world.balanced().await?;
    Ok(())
}

/// A team of people who are all there, and the rules.
async fn set_up() -> Result<Place> {
    let world = World::start(NOWHERE).await?;
    let admin = add_person(&world.desk, "Alma Admin", Role::Admin).await.id;
    let mut agents = Vec::with_capacity(AGENTS);
    for n in 0..AGENTS {
        agents.push(add_person(&world.desk, &format!("Agent {n:03}"), Role::Agent).await.id);
    }
    let present = "insert into presence (socket_id, agent_id, until)
        select gen_random_uuid(), id, desk_now() + interval '1 day' from agents where role = 'agent'";
    world.database.sql(present).await;
    let draft = TeamDraft {
        name: "Support".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        asking: Asking::OneByOne,
        offer_seconds: 600,
        on_lapse: OnLapse::Stays,
        assigning: Assigning::default(),
        members: agents.clone(),
        placing: Placing::default(),
    };
    let team = desk::flows::teams::save(&world.desk, None, draft)
        .await
        .map_err(|error| anyhow::anyhow!("no team was made: {error:?}"))?;
    world.database.sql(&format!("update channels set team_id = '{team}'")).await;
    let rules = (0..RULES).map(|n| rule(n, team, agents[n % AGENTS])).collect::<Result<Vec<_>>>()?;
    publish(&world, admin, &rules).await?;
    Ok(Place { world, rules, admin, customers: 0 })
}

/// The n-th rule holds where the n-th word is said. Every other one asks the team, the rest give it to somebody.
fn rule(n: usize, team: TeamId, agent: AgentId) -> Result<Rule> {
    let then = match n % 2 {
        0 => json!({ "do": "assign_team", "with": { "team": team } }),
        _ => json!({ "do": "assign_agent", "with": { "agent": agent } }),
    };
    let parts = json!([
        { "is": { "fact": "is_first_message", "operator": "equals", "value": true } },
        { "is": { "fact": "hour", "operator": "between", "value": [0, 23] } },
        { "is": { "fact": "message_text", "operator": "contains", "value": [word(n)] } },
    ]);
    let rule = json!({ "id": Uuid::now_v7(), "name": format!("Rule {n}"), "when": ["first_message"],
        "if": { "all": parts }, "then": [then] });
    Ok(serde_json::from_value(rule)?)
}

/// What the n-th rule listens for.
fn word(n: usize) -> String {
    format!("matter {:03} of", n % RULES)
}

async fn publish(world: &World, admin: AgentId, rules: &[Rule]) -> Result<()> {
    let mut tx = world.desk.store.begin().await?;
    tx.lock_rules().await?;
    tx.publish_rules(&NewVersion { rules, note: "", author: admin, restored: None }).await?;
    tx.commit().await?;
    tokio::time::sleep(HEARD).await;
    Ok(())
}

impl Place {
    /// New customers write, as fast as they are taken: conversations that a rule has placed, a second.
    async fn leg(&mut self) -> Result<f64> {
        let from = self.customers;
        self.customers += MOST;
        let webhook = |n: usize| {
            let words = format!("Hello, this is about {} which I wrote to you before.", word(n));
            self.world.webhook(&says(n, &format!("wamid.new.{n}"), &words))
        };
        let requests: Vec<_> = (from..self.customers).map(webhook).collect::<Result<_>>()?;
        let before = self.placed().await;
        let begun = Instant::now();
        let answers = http::closed_loop(self.world.port, &requests.into(), CONNECTIONS, LEG).await?;
        self.world.drained().await?;
        let took = begun.elapsed();
        ensure!(answers.failed.is_empty(), "{} webhooks were refused", answers.failed.len());
        let placed = usize::try_from(self.placed().await - before)?;
        ensure!(placed >= answers.ok.len(), "{} wrote and {placed} were placed", answers.ok.len());
        Ok(rate(placed, took))
    }

    /// Conversations that a rule has placed.
    async fn placed(&self) -> i64 {
        let placed = "select count(*) from rule_decisions
            where event = 'first_message' and cardinality(matched) = 1 and not failed";
        self.world.database.number(placed).await
    }

    /// What is kept of decisions, for each conversation.
    async fn bytes(&self) -> Result<f64> {
        let database = &self.world.database;
        let bytes = "select pg_total_relation_size('rule_decisions') + pg_total_relation_size('rule_runs')";
        let bytes = usize::try_from(database.number(bytes).await)?;
        let conversations = usize::try_from(database.number("select count(*) from conversations").await)?;
        Ok(approx(bytes) / approx(conversations.max(1)))
    }
}
