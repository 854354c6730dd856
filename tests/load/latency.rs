//! How soon the agents see what a customer wrote, and how soon the provider has what an agent wrote.
//!
//! The floor of the first is a bare server that hands what is posted to as many sockets, and one commit.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use contract::command::Claim;
use contract::frame::Up;
use contract::{Body, ClientId, Command, ConversationId, Request, Role};
use tests::Provider;
use uuid::Uuid;

use crate::Effort;
use crate::bare::Bare;
use crate::figures::{Latencies, count, figure, median, tell};
use crate::http::{self, Pace, Requests};
use crate::pgbench::{COMMIT, Pgbench};
use crate::watch::{Watchers, marked};
use crate::world::{World, says};

/// Agents with an open inbox.
const AGENTS: usize = 50;
/// Customers who write in turn.
const CUSTOMERS: usize = 200;
/// Webhooks a second.
const RATE: u32 = 200;
/// Webhooks of a leg: a second to warm up, then five that count.
const WARM: usize = 200;
const LEG: usize = WARM + 1_000;
/// Connections of the provider.
const CONNECTIONS: usize = 16;
/// Conversations that are answered, and answers a second: the rate of one number is spread over them.
const ANSWERED: usize = 40;
const ANSWERS_PER_S: u32 = 40;
/// Seconds of a commit's floor.
const COMMIT_S: u32 = 3;
/// How long is waited for the last of something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures both ways.
pub async fn run(effort: Effort, floor: Option<&Pgbench>) -> Result<()> {
    let provider = Provider::start().await;
    let world = World::start(&provider.url).await?;
    world.customers_write(CUSTOMERS).await?;
    let mut cookies = Vec::with_capacity(AGENTS);
    for n in 0..AGENTS {
        cookies.push(world.colleague(&format!("Agent {n:02}"), Role::Agent).await?.1);
    }
    let cursor = world.desk.store.cursor().await?.to_string();
    let agents = Watchers::of_desk(&world.process.url, &cookies, &cursor).await;
    to_agents(&world, &agents, effort, floor).await?;
    to_provider(&world, &agents, &provider, effort).await?;
    world.balanced().await?;
    Ok(())
}

async fn to_agents(world: &World, agents: &Watchers, effort: Effort, floor: Option<&Pgbench>) -> Result<()> {
    let bare = Bare::start().await?;
    let watchers = Watchers::of_bare(bare.port, AGENTS).await?;
    if let Some(floor) = floor {
        floor.prepare(&world.database).await;
    }
    let mut ours = (Latencies::default(), 0);
    let (mut floors, mut ratios) = (Vec::new(), Vec::new());
    for pair in 0..effort.pairs() {
        let numbers = pair * LEG..(pair + 1) * LEG;
        let webhook = |n| world.webhook(&says(n % CUSTOMERS, &format!("wamid.lat.{n}"), &marked(n)));
        let requests = numbers.clone().map(webhook).collect::<Result<Vec<_>>>()?;
        let (took, missing) = leg((world.port, agents), requests, numbers.start).await?;
        let p50 = took.percentile(50);
        ours.0.merge(took);
        ours.1 += missing;
        let requests = numbers.clone().map(|n| http::post("/webhook", "", marked(n).as_bytes())).collect();
        let hand_on = leg((bare.port, &watchers), requests, numbers.start).await?.0.percentile(50);
        tell(&format!("to the agents {}: {p50:.2} ms; bare {hand_on:.2} ms", pair + 1));
        if let Some(floor) = floor {
            let commit = floor.run(&world.database, COMMIT, COMMIT_S).await?.p50_ms;
            tell(&format!("to the agents {}: a commit takes {commit:.2} ms", pair + 1));
            floors.push(hand_on + commit);
            ratios.push(p50 / (hand_on + commit));
        }
    }
    ours.0.print("webhook_to_agent");
    if floor.is_some() {
        figure("webhook_to_agent.floor_ms", median(&floors), "ms");
        figure("webhook_to_agent.ratio", median(&ratios), "ratio");
    }
    count("webhook_to_agent.missing", ours.1, "frames");
    Ok(())
}

/// Posts at the rate and says how long each message took to every socket.
async fn leg(
    (port, watchers): (u16, &Watchers),
    requests: Vec<Vec<u8>>,
    first: usize,
) -> Result<(Latencies, usize)> {
    let requests: Requests = requests.into();
    let pace = Pace::soon(RATE);
    let answers = http::open_loop(port, &requests, CONNECTIONS, pace).await?;
    ensure!(answers.failed.is_empty(), "{} webhooks were refused", answers.failed.len());
    tell(&format!(
        "the 200: p50 {:.2} ms, p99 {:.2} ms",
        answers.ok.percentile(50),
        answers.ok.percentile(99)
    ));
    Ok(watchers.took(first + WARM..first + requests.len(), |number| pace.due(number - first)).await)
}

async fn to_provider(world: &World, agents: &Watchers, provider: &Provider, effort: Effort) -> Result<()> {
    let taken = take(world, agents).await?;
    let seconds = if effort.long { 30 } else { 10 };
    let warm = usize::try_from(ANSWERS_PER_S)?;
    let answers = warm * (seconds + 1);
    let pace = Pace::soon(ANSWERS_PER_S);
    let mut due = pace.tick(answers);
    while let Some(n) = due.recv().await {
        let (conversation, epoch) = taken[n % taken.len()];
        let body = Body::Text { text: format!("{ANSWER}{n} It leaves our house tomorrow.") };
        let reply = Command::Reply { epoch, body, quoted: None, claim: Claim::IfFree };
        agents.say(n % taken.len(), &command(conversation, reply)).await?;
    }
    let begun = Instant::now();
    let mut there = arrived(provider);
    while there.len() < answers && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(100)).await;
        there = arrived(provider);
    }
    let mut took = Latencies::default();
    for (n, at) in there.iter().filter(|(n, _)| *n >= warm) {
        took.add(at.saturating_duration_since(pace.due(*n)));
    }
    took.print("reply_to_provider");
    count("reply_to_provider.missing", answers - there.len(), "messages");
    Ok(())
}

const ANSWER: &str = "answer-";

/// The answers that the provider has, and since when.
fn arrived(provider: &Provider) -> Vec<(usize, Instant)> {
    let seen = provider.seen();
    let numbered = seen.iter().filter_map(|seen| {
        let text = seen.body["text"]["body"].as_str()?.strip_prefix(ANSWER)?;
        Some((text.split(' ').next()?.parse().ok()?, seen.at))
    });
    numbered.collect()
}

/// Gives each of the first agents a conversation: which, and the epoch under which they have it.
async fn take(world: &World, agents: &Watchers) -> Result<Vec<(ConversationId, i64)>> {
    for (agent, (conversation, epoch)) in conversations(world, "waiting").await?.into_iter().enumerate() {
        agents.say(agent, &command(conversation, Command::Take { epoch })).await?;
    }
    let begun = Instant::now();
    loop {
        let taken = conversations(world, "assigned").await?;
        if taken.len() == ANSWERED {
            return Ok(taken);
        }
        ensure!(begun.elapsed() < PATIENCE, "only {} conversations were taken", taken.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The first conversations of a stage, in an order that stays.
async fn conversations(world: &World, stage: &str) -> Result<Vec<(ConversationId, i64)>> {
    let rows: Vec<(Uuid, i64)> =
        sqlx::query_as("select id, epoch from conversations where stage = $1 order by id limit $2")
            .bind(stage)
            .bind(i64::try_from(ANSWERED)?)
            .fetch_all(&mut world.database.connect().await)
            .await
            .context("reading the conversations")?;
    Ok(rows.into_iter().map(|(id, epoch)| (ConversationId(id), epoch)).collect())
}

fn command(conversation: ConversationId, command: Command) -> Up {
    Up::Command(Request { id: ClientId(Uuid::new_v4()), conversation, command })
}
