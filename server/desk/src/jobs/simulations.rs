//! Tries rules on what has happened. It goes through what was kept a little at a time, rests longer than it works, and does
//! one after the other: who writes to the desk meanwhile must not notice. Where a process dies, the next one
//! goes on from what was counted.

use std::time::Duration;

use contract::rules::{Act, Facts};
use contract::time::MINUTE_MS;
use contract::{ConversationId, SimulationId, Time};
use serde::Deserialize;
use tokio::time::Instant;

use crate::domain::rules::simulation::missed::missed;
use crate::domain::rules::simulation::{Happened, Simulation};
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store::rules::simulations::{OldDecision, Reached, Span, Taken};

/// How often it looks by itself: a wake-up can be lost.
const LOOK: Duration = Duration::from_secs(5);
/// Decisions that are looked at together.
const TOGETHER: i64 = 50;
/// Events that are counted together: with more the time is cut in half, with few it is doubled.
const MANY: usize = 4_000;
const FEW: usize = 1_000;
/// The time in which events are counted together, in milliseconds: at first, at least and at most.
const FIRST_MS: i64 = 10_000;
const LEAST_MS: i64 = 1_000;
const MOST_MS: i64 = 360 * MINUTE_MS;
/// How often it is kept how far it has come.
const KEPT: Duration = Duration::from_secs(1);
/// The shortest rest; otherwise it rests so many times as long as it has worked.
const REST: Duration = Duration::from_millis(2);
const RESTS: f32 = 1.5;
/// Processes that may end over the same piece.
const TRIES: i32 = 3;
/// Said where they have.
const BROKEN: &str = "The desk could not come to the end of it. Nothing was changed.";

/// Goes on with what was asked for.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Rules);
    loop {
        while !desk.stop.is_cancelled() {
            let Some(taken) = desk.store.take_simulation(desk.process).await? else { break };
            go_on(&desk, taken).await?;
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// How it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// There may be more.
    More,
    /// There is nothing more of this.
    Through,
    /// It is not this process's any more, or this process ends.
    Left,
}

/// One that is under way.
struct Run<'a> {
    desk: &'a Desk,
    id: SimulationId,
    span: Span,
    reached: Reached,
    /// Absent while it is being worked on.
    simulation: Option<Box<Simulation>>,
    /// When it was kept last.
    kept: Instant,
    /// The time in which events are counted together, in milliseconds.
    slice_ms: i64,
}

async fn go_on(desk: &Desk, taken: Taken) -> anyhow::Result<()> {
    let Taken { id, rules, live, span, reached, result, tries } = taken;
    if tries > TRIES {
        tracing::error!(simulation = %id, "trying rules was begun again and again and given up");
        return Ok(desk.store.end_simulation(id, desk.process, Some(BROKEN)).await?);
    }
    let names = desk.store.rule_names().await?;
    let simulation = aside(move || Box::new(Simulation::new(rules, live, &names, result))).await?;
    let (simulation, kept) = (Some(simulation), Instant::now());
    let mut run = Run { desk, id, span, reached, simulation, kept, slice_ms: FIRST_MS };
    if run.all().await? {
        desk.store.end_simulation(id, desk.process, None).await?;
    } else if desk.stop.is_cancelled() {
        desk.store.leave_simulation(id, desk.process).await?;
    }
    Ok(())
}

impl Run<'_> {
    /// Looks at everything. Whether it has come to the end.
    async fn all(&mut self) -> anyhow::Result<bool> {
        for part in [Part::Decisions, Part::Events] {
            loop {
                let begun = Instant::now();
                match self.step(part).await? {
                    Step::More => {}
                    Step::Through => break,
                    Step::Left => return Ok(false),
                }
                tokio::select! {
                    () = self.desk.stop.cancelled() => {}
                    () = tokio::time::sleep(REST.max(begun.elapsed().mul_f32(RESTS))) => {}
                }
            }
        }
        self.keep().await
    }

    async fn step(&mut self, part: Part) -> anyhow::Result<Step> {
        if self.desk.stop.is_cancelled() {
            self.keep().await?;
            return Ok(Step::Left);
        }
        if !self.desk.store.has_simulation(self.id, self.desk.process).await? {
            return Ok(Step::Left);
        }
        let is_through = match part {
            Part::Decisions => self.decisions().await?,
            Part::Events => self.events().await?,
        };
        if self.kept.elapsed() >= KEPT && !self.keep().await? {
            return Ok(Step::Left);
        }
        Ok(if is_through { Step::Through } else { Step::More })
    }

    /// Looks at some decisions. Whether there are no more.
    async fn decisions(&mut self) -> anyhow::Result<bool> {
        let rows = self.desk.store.old_decisions(self.span, self.reached.place, TOGETHER).await?;
        let Some(last) = rows.last() else { return Ok(true) };
        self.reached.place = last.id;
        self.reached.looked += i64::try_from(rows.len())?;
        self.with(move |simulation| rows.iter().for_each(|row| look(simulation, row))).await?;
        Ok(false)
    }

    /// Counts what is not among them, in some time. Whether that was the first of it.
    async fn events(&mut self) -> anyhow::Result<bool> {
        let (until, since) = (self.reached.counted_until, self.span.since);
        if until <= since {
            return Ok(true);
        }
        let from = until.plus_ms(-self.slice_ms).max(since);
        let is_least = self.slice_ms == LEAST_MS;
        // What happens within a second is taken whole.
        let most = if is_least { i64::MAX } else { i64::try_from(MANY)? + 1 };
        let (recorded, decided) = self.desk.store.recorded_between((from, until), most).await?;
        let count = recorded.len().max(decided.len());
        if count > MANY && !is_least {
            self.slice_ms = (self.slice_ms / 2).max(LEAST_MS);
            return Ok(false);
        }
        if count < FEW {
            self.slice_ms = (self.slice_ms * 2).min(MOST_MS);
        }
        self.reached.counted_until = from;
        let count = move |simulation: &mut Simulation| {
            missed(&recorded, &decided).into_iter().for_each(|event| simulation.miss(event));
        };
        self.with(count).await?;
        Ok(false)
    }

    /// Does something with it where nobody waits for it.
    async fn with(&mut self, work: impl FnOnce(&mut Simulation) + Send + 'static) -> anyhow::Result<()> {
        let mut simulation = self.simulation.take().ok_or_else(|| anyhow::anyhow!("it broke before"))?;
        let worked = aside(move || {
            work(&mut simulation);
            simulation
        });
        self.simulation = Some(worked.await?);
        Ok(())
    }

    /// Keeps how far it has come. Whether it is still this process's.
    async fn keep(&mut self) -> anyhow::Result<bool> {
        self.kept = Instant::now();
        let Some(simulation) = &self.simulation else { return Ok(false) };
        let mine = (self.id, self.desk.process);
        Ok(self.desk.store.keep_simulation(mine, self.reached, simulation.result()).await?)
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
enum Part {
    Decisions,
    Events,
}

/// Runs something that takes the processor for a while.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
    Ok(tokio::task::spawn_blocking(work).await?)
}

/// Of what was done, what it was.
#[derive(Deserialize)]
struct Did {
    act: Act,
}

/// Looks at one decision. One that cannot be read any more is one of which nothing is known.
fn look(simulation: &mut Simulation, row: &OldDecision) {
    let done: Vec<Did> =
        row.done.as_deref().and_then(|done| serde_json::from_str(done).ok()).unwrap_or_default();
    let Ok(facts) = serde_json::from_str::<Facts>(&row.facts) else {
        simulation.miss(&row.event);
        return;
    };
    let done: Vec<Act> = done.into_iter().map(|did| did.act).collect();
    let conversation = ConversationId(row.conversation);
    let at = Time(row.at);
    simulation.look(&Happened { conversation, event: &row.event, at, facts: &facts, done: &done });
}
