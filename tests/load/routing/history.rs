//! Rules are tried on 150,000 events, while customers write and agents look on.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use contract::Role;
use contract::rules::{Against, Rule, SimulatedSet, SimulationState, SimulationView};
use desk::store::rules::simulations::NewSimulation;

use super::Place;
use crate::Effort;
use crate::figures::{Latencies, figure, tell};
use crate::http::{self, Pace, Requests};
use crate::watch::{Watchers, marked};
use crate::world::says;

/// Decisions that are gone through.
const DECISIONS: usize = 150_000;
/// Days over which they lie.
const DAYS: i32 = 30;
/// Agents with an open inbox.
const WATCHERS: usize = 20;
/// Customers who write meanwhile, in turn, each in the conversation that they have.
const CUSTOMERS: usize = 200;
/// Messages a second, and seconds of a leg; the first of them is for warming up.
const RATE: u32 = 100;
const LEG_S: usize = 6;
/// Connections of the provider.
const CONNECTIONS: usize = 16;
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Customers who write, and agents who look on.
struct Live<'a> {
    place: &'a Place,
    agents: Watchers,
    /// Messages that were written so far.
    sent: usize,
}

/// Measures.
pub(super) async fn run(place: &Place, effort: Effort) -> Result<()> {
    fill(place).await?;
    let mut cookies = Vec::with_capacity(WATCHERS);
    for n in 0..WATCHERS {
        cookies.push(place.world.colleague(&format!("Watcher {n:02}"), Role::Agent).await?.1);
    }
    let cursor = place.world.desk.store.cursor().await?.to_string();
    let agents = Watchers::of_desk(&place.world.process.url, &cookies, &cursor).await;
    let mut live = Live { place, agents, sent: 0 };
    let legs = if effort.long { 4 } else { 2 };
    let mut without = Latencies::default();
    for _ in 0..legs {
        without.merge(live.leg().await?);
    }
    let (took, within) = live.while_it_goes_on().await?;
    for _ in 0..legs {
        without.merge(live.leg().await?);
    }
    figure("simulate_150k_s", took.as_secs_f64(), "s");
    let (alone, beside) = (without.percentile(99), within.percentile(99));
    tell(&format!("webhook to agent: p99 {alone:.2} ms alone, {beside:.2} ms beside it"));
    figure("simulate_150k.live_p99_ms", beside, "ms");
    figure("simulate_150k.live_p99_ratio", beside / alone, "ratio");
    Ok(())
}

/// As many decisions as there are to be gone through, of those that there are already. What is compared in each is not
/// kept again: nobody reads it.
async fn fill(place: &Place) -> Result<()> {
    let database = &place.world.database;
    let there = usize::try_from(database.number("select count(*) from rule_decisions").await)?;
    let missing = DECISIONS.saturating_sub(there);
    let sql = format!(
        "insert into rule_decisions (conversation_id, seq, event, version, matched, failed, facts, trace, done, at)
         select d.conversation_id, d.seq, d.event, d.version, d.matched, d.failed, d.facts, '[]', d.done,
                desk_now() - ({DAYS} * interval '1 day') * 0.99 * ({missing} - n) / {missing}::float8
           from generate_series(1, {missing}) n
           join (select *, row_number() over (order by id) as row from rule_decisions) d
             on d.row = 1 + n % {there}
          order by n"
    );
    if missing > 0 {
        database.sql(&sql).await;
    }
    database.sql("vacuum analyze rule_decisions").await;
    let all = usize::try_from(database.number("select count(*) from rule_decisions").await)?;
    ensure!(all >= DECISIONS, "there are {all} decisions");
    tell(&format!("{all} decisions lie over {DAYS} days"));
    Ok(())
}

impl Live<'_> {
    /// Customers write for a while: how soon the agents had it.
    async fn leg(&mut self) -> Result<Latencies> {
        let (per_s, first) = (usize::try_from(RATE)?, self.sent);
        self.sent += per_s * LEG_S;
        let world = &self.place.world;
        let webhook = |n| world.webhook(&says(n % CUSTOMERS, &format!("wamid.beside.{n}"), &marked(n)));
        let requests: Requests = (first..self.sent).map(webhook).collect::<Result<Vec<_>>>()?.into();
        let pace = Pace::soon(RATE);
        let answers = http::open_loop(world.port, &requests, CONNECTIONS, pace).await?;
        ensure!(answers.failed.is_empty(), "{} webhooks were refused", answers.failed.len());
        let (took, missing) =
            self.agents.took(first + per_s..self.sent, |number| pace.due(number - first)).await;
        ensure!(missing == 0, "{missing} messages did not reach an agent");
        Ok(took)
    }

    /// The draft of a desk that changes a few rules is tried, and customers write until that is done.
    async fn while_it_goes_on(&mut self) -> Result<(Duration, Latencies)> {
        let mut edited: Vec<Rule> = self.place.rules.clone();
        for at in (0..edited.len()).step_by(10) {
            let next = edited[(at + 1) % edited.len()].then.clone();
            edited[at].then = next;
        }
        let store = &self.place.world.desk.store;
        let new = NewSimulation {
            agent: self.place.admin,
            which: SimulatedSet::Draft,
            against: Against::Live,
            version: 1,
            days: DAYS,
            rules: &edited,
            live: &self.place.rules,
        };
        store.ask_for_simulation(&new).await?;
        let asked = Instant::now();
        while self.now().await?.state == SimulationState::Queued {
            ensure!(asked.elapsed() < PATIENCE, "nobody tries the rules");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let begun = Instant::now();
        let ended = tokio::spawn({
            let (store, agent) = (store.clone(), self.place.admin);
            async move {
                loop {
                    let view = store.simulation(None, agent).await?.context("it is gone")?;
                    if !view.state.is_under_way() {
                        return anyhow::Ok((Instant::now(), view));
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        });
        let mut within = Latencies::default();
        while !ended.is_finished() {
            ensure!(begun.elapsed() < PATIENCE, "it does not end");
            within.merge(self.leg().await?);
        }
        let (at, view) = ended.await.context("watching it broke")??;
        ensure!(view.state == SimulationState::Done, "it ended otherwise: {:?}", view.why);
        ensure!(usize::try_from(view.looked)? >= DECISIONS, "{} events were looked at", view.looked);
        let result = view.result.context("nothing came of it")?;
        tell(&format!("{} events looked at, {} would go otherwise", view.looked, result.changed));
        Ok((at.saturating_duration_since(begun), within))
    }

    async fn now(&self) -> Result<SimulationView> {
        let view = self.place.world.desk.store.simulation(None, self.place.admin).await?;
        view.context("it is gone")
    }
}
