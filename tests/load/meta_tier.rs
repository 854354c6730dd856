//! What Meta sends to a number at its highest rate: 1,000 messages a second go out, each with three statuses, and
//! 300 come in. One webhook each, when it is due and not when the desk is ready for it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tests::meta::{status, statuses};

use crate::Effort;
use crate::figures::{approx, count, figure, ms, tell};
use crate::http::{self, Pace, Requests};
use crate::world::{NOWHERE, World, number, says};

/// Webhooks a second.
const RATE: u32 = 3_300;
/// Of eleven webhooks one is a message.
const OF: usize = 11;
/// Connections of the provider. Those that are busy keep nothing back: what is late counts from when it was due.
const CONNECTIONS: usize = 128;
/// Customers with a conversation, and those who write.
const CUSTOMERS: usize = 2_000;
/// Messages that are on their way together: all are told `sent`, then `delivered`, then `read`.
const TOGETHER: usize = 300;
const WORDS: [&str; 3] = ["sent", "delivered", "read"];

/// Everything that is sent.
struct Plan {
    requests: Requests,
    /// Statuses among them.
    statuses: usize,
    /// Messages among them.
    inbound: usize,
    /// Messages of ours that the statuses are about.
    deliveries: usize,
}

/// Measures.
pub async fn run(effort: Effort) -> Result<()> {
    let world = World::start(NOWHERE).await?;
    let seconds = if effort.long { 60 } else { 20 };
    let plan = plan(&world, seconds)?;
    prepare(&world, plan.deliveries).await;
    warm_up(&world).await?;
    tell(&format!("{} webhooks, {RATE} a second", plan.requests.len()));

    let servers = world.servers().await?;
    let before = servers.spent();
    let pace = Pace::soon(RATE);
    let answers = http::open_loop(world.port, &plan.requests, CONNECTIONS, pace).await?;
    let last = Instant::now();
    world.drained().await?;
    let drained = last.elapsed();
    let after = servers.spent();

    answers.ok.print("meta_tier");
    count("meta_tier.errors", answers.failed.len(), "requests");
    count("meta_tier.lost", lost(&world, &plan, answers.failed.len()).await?, "items");
    figure("meta_tier.drain_ms", ms(drained), "ms");
    let spent = (after.0 - before.0) + (after.1 - before.1);
    let each = |time: Duration| time.as_secs_f64() * 1e6 / approx(plan.requests.len());
    figure("meta_tier.server_cpu_us_per_item", each(spent), "us");
    tell(&format!(
        "CPU an item: baton {:.0} us, Postgres {:.0} us",
        each(after.0 - before.0),
        each(after.1 - before.1)
    ));
    world.balanced().await?;
    Ok(())
}

fn plan(world: &World, seconds: usize) -> Result<Plan> {
    let total = usize::try_from(RATE)? * seconds;
    let (mut requests, mut told, mut inbound) = (Vec::with_capacity(total), 0, 0);
    for n in 0..total {
        let webhook = if n % OF == 0 {
            inbound += 1;
            says(n % CUSTOMERS, &format!("wamid.in.{n}"), "Thank you! When will it be here?")
        } else {
            let (delivery, word) = told_of(told);
            told += 1;
            statuses(&[status(&format!("wamid.out.{delivery}"), word, &number(delivery % CUSTOMERS))])
        };
        requests.push(world.webhook(&webhook)?);
    }
    let deliveries = told.div_ceil(TOGETHER * WORDS.len()) * TOGETHER;
    Ok(Plan { requests: requests.into(), statuses: told, inbound, deliveries })
}

/// Which message the n-th status is about, and what it says.
fn told_of(n: usize) -> (usize, &'static str) {
    let round = TOGETHER * WORDS.len();
    let (rounds, within) = (n / round, n % round);
    (rounds * TOGETHER + within % TOGETHER, WORDS[within / TOGETHER])
}

/// Conversations with messages that the provider has accepted and not said more about.
async fn prepare(world: &World, deliveries: usize) {
    let sql = include_str!("meta_tier.sql")
        .replace(":channel", &format!("'{}'", world.channel))
        .replace(":customers", &CUSTOMERS.to_string())
        .replace(":deliveries", &deliveries.to_string());
    world.database.sql(&sql).await;
    world.database.sql("vacuum analyze").await;
}

/// A second of messages alone, so that statements are prepared and pools are filled.
async fn warm_up(world: &World) -> Result<()> {
    let requests = (0..300).map(|n| world.webhook(&says(n, &format!("wamid.warm.{n}"), "Hello?")));
    let requests = requests.collect::<Result<Vec<_>>>()?.into();
    http::open_loop(world.port, &requests, CONNECTIONS, Pace::soon(300)).await?;
    world.drained().await
}

/// What was acknowledged and has left no trace. Statuses move a delivery or count as duplicates; messages are in
/// their threads.
async fn lost(world: &World, plan: &Plan, failed: usize) -> Result<usize> {
    let view = world.balanced().await?;
    let warm = 300;
    let expected = i64::try_from(plan.statuses + plan.inbound + warm - failed)?;
    let counted = view.applied + view.duplicate;
    let messages =
        world.database.number("select count(*) from messages where provider_id like 'wamid.in.%'").await;
    let unread = format!(
        "select count(*) from deliveries where state <> 'read' and ord <= {}",
        plan.statuses / (TOGETHER * WORDS.len()) * TOGETHER
    );
    let unread = world.database.number(&unread).await;
    tell(&format!(
        "{counted} of {expected} items counted, {messages} messages, {unread} deliveries not read"
    ));
    ensure!(view.ignored == 0, "{} items were ignored: {view:?}", view.ignored);
    let uncounted = (expected - counted).max(0);
    // What was refused was not promised.
    let refused = i64::try_from(failed)?;
    let missing = (i64::try_from(plan.inbound)? - messages - refused).max(0);
    let behind = (unread - refused).max(0);
    Ok(usize::try_from(uncounted + missing + behind)?)
}
