//! Signed webhooks as fast as they are taken, with one message each and with ten. What counts is messages in
//! their threads, from the first request until the ledger is empty; beside them stands what Postgres alone does
//! with the same rows.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::Effort;
use crate::cpu::Servers;
use crate::figures::{Latencies, approx, figure, median, tell};
use crate::http::{self, Requests};
use crate::pgbench::{BATCH, INGEST, Pgbench, Script};
use crate::world::{NOWHERE, World, rate, say};

/// Connections that are kept open, each with one request under way.
const CONNECTIONS: usize = 64;
/// Customers who write.
const CUSTOMERS: usize = 2_000;
/// One leg, after a second of warming up.
const LEG: Duration = Duration::from_millis(4_500);
/// The same for pgbench, which counts in whole seconds.
const FLOOR_LEG_S: u32 = 4;
/// Webhooks a second that nothing on such a machine exceeds: more need not be prepared.
const MOST_PER_S: f64 = 30_000.0;
const WORDS: &str =
    "Hello, is the lamp that I ordered last week on its way? It should have been here by now.";

/// What comes in, and what it is compared with.
struct Shape {
    name: &'static str,
    messages: usize,
    floor: Script,
}

/// What one leg came down to.
struct Leg {
    per_s: f64,
    acknowledged: Latencies,
    failed: usize,
    cpu_us: f64,
}

/// Measures both shapes.
pub async fn run(effort: Effort, floor: Option<&Pgbench>) -> Result<()> {
    let world = World::start(NOWHERE).await?;
    if let Some(floor) = floor {
        floor.prepare(&world.database).await;
    }
    let mut load = Load { servers: world.servers().await?, world: &world, sent: 0, before: 0 };
    let one = Shape { name: "ingest", messages: 1, floor: INGEST };
    let ten = Shape { name: "ingest10", messages: 10, floor: BATCH };
    for shape in [one, ten] {
        load.compare(&shape, effort, floor).await?;
    }
    world.balanced().await?;
    Ok(())
}

/// The webhooks' side.
struct Load<'a> {
    world: &'a World,
    servers: Servers,
    /// Webhooks made so far: ids never come twice.
    sent: usize,
    /// Messages that were there before the leg.
    before: i64,
}

impl Load<'_> {
    async fn compare(&mut self, shape: &Shape, effort: Effort, floor: Option<&Pgbench>) -> Result<()> {
        let (mut ours, mut floors, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let (mut acknowledged, mut cpu, mut failed) = (Latencies::default(), Vec::new(), 0);
        for pair in 1..=effort.pairs() {
            let leg = self.leg(shape).await?;
            tell(&format!("{} {pair}: {:.0} messages/s", shape.name, leg.per_s));
            if let Some(floor) = floor {
                let beside = floor.run(&self.world.database, shape.floor, FLOOR_LEG_S).await?.rows_per_s;
                tell(&format!("{} {pair}: {beside:.0} rows/s by the floor", shape.name));
                ratios.push(leg.per_s / beside);
                floors.push(beside);
            }
            ours.push(leg.per_s);
            cpu.push(leg.cpu_us);
            failed += leg.failed;
            acknowledged.merge(leg.acknowledged);
        }
        let name = shape.name;
        figure(&format!("{name}.msgs_per_s"), median(&ours), "1/s");
        if floor.is_some() {
            figure(&format!("{name}.floor_msgs_per_s"), median(&floors), "1/s");
            figure(&format!("{name}.ratio"), median(&ratios), "ratio");
        }
        acknowledged.print(name);
        figure(&format!("{name}.server_cpu_us_per_msg"), median(&cpu), "us");
        figure(&format!("{name}.errors"), approx(failed), "requests");
        Ok(())
    }

    /// A second to warm up, whose rate says how much to prepare; then the leg.
    async fn leg(&mut self, shape: &Shape) -> Result<Leg> {
        let warm = self.requests(shape, 20_000 / shape.messages)?;
        let begun = Instant::now();
        let answers = http::closed_loop(self.world.port, &warm, CONNECTIONS, Duration::from_secs(1)).await?;
        let took = begun.elapsed();
        self.world.drained().await?;
        let enough = rate(answers.ok.len(), took).min(MOST_PER_S) * 1.6 * LEG.as_secs_f64();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 216,000")]
        let requests = self.requests(shape, enough as usize + CONNECTIONS)?;
        self.before = self.messages().await;
        self.measure(shape, &requests).await
    }

    async fn measure(&self, shape: &Shape, requests: &Requests) -> Result<Leg> {
        let (baton, postgres) = self.servers.spent();
        let begun = Instant::now();
        let answers = http::closed_loop(self.world.port, requests, CONNECTIONS, LEG).await?;
        let taken = begun.elapsed();
        self.world.drained().await?;
        let took = begun.elapsed();
        let (baton, postgres) = (self.servers.spent().0 - baton, self.servers.spent().1 - postgres);
        let applied = usize::try_from(self.messages().await - self.before)?;
        let promised = answers.ok.len() * shape.messages;
        ensure!(
            applied >= promised,
            "{promised} messages were acknowledged and {applied} are in their threads"
        );
        let each = |time: Duration| time.as_secs_f64() * 1e6 / approx(applied.max(1));
        tell(&format!(
            "{}: {applied} messages, taken in {:.1} s, applied in {:.1} s; CPU a message: baton {:.0} us, Postgres {:.0} us",
            shape.name,
            taken.as_secs_f64(),
            took.as_secs_f64(),
            each(baton),
            each(postgres),
        ));
        Ok(Leg {
            per_s: rate(applied, took),
            acknowledged: answers.ok,
            failed: answers.failed.len(),
            cpu_us: each(baton + postgres),
        })
    }

    fn requests(&mut self, shape: &Shape, count: usize) -> Result<Requests> {
        let from = self.sent;
        self.sent += count;
        let made = (from..self.sent).map(|n| {
            let customers: Vec<usize> =
                (0..shape.messages).map(|m| (n * shape.messages + m) % CUSTOMERS).collect();
            self.world.webhook(&say(&customers, &format!("wamid.{}.{n}", shape.name), WORDS))
        });
        Ok(made.collect::<Result<Vec<_>>>()?.into())
    }

    async fn messages(&self) -> i64 {
        self.world.database.number("select count(*) from messages").await
    }
}
