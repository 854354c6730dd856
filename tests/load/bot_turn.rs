//! How soon a bot hears what a customer wrote, and how many turns a second come to answers that are stored.
//!
//! The bot is a program behind a web address that answers at once, and waits for no further message of a burst.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use desk::store::bots::SealedSecret;
use serde_json::json;
use tests::Provider;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::Effort;
use crate::figures::{Latencies, approx, count, figure, tell};
use crate::http::{self, Pace, Requests};
use crate::watch::{marked, number_in};
use crate::world::{World, says};

/// Customers who write in turn: none of them so often that the bot's budget is spent.
const CUSTOMERS: usize = 2_000;
/// Messages a second while it is measured how soon the bot hears.
const CALM: u32 = 100;
/// Messages a second while it is measured how many turns are had.
const BUSY: u32 = 600;
/// Seconds of each.
const CALM_S: usize = 10;
const BUSY_S: usize = 20;
/// Connections of the provider.
const CONNECTIONS: usize = 16;
/// How long is waited for the last answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// When the bot has heard which message.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<HashMap<usize, Instant>>>);

impl Heard {
    fn note(&self, number: usize, at: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(number).or_insert(at);
    }

    fn all(&self) -> HashMap<usize, Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Measures both.
pub async fn run(effort: Effort) -> Result<()> {
    let provider = Provider::start().await;
    let world = World::start(&provider.url).await?;
    let heard = Heard::default();
    let bot = with_bot(&world, &serve(heard.clone()).await?).await?;
    world.customers_write(CUSTOMERS).await?;
    answered(&world, bot, CUSTOMERS).await?;
    let calm = usize::try_from(CALM)? * if effort.long { CALM_S * 3 } else { CALM_S };
    soon(&world, &heard, calm).await?;
    answered(&world, bot, CUSTOMERS + calm).await?;
    many(&world, bot, CUSTOMERS + calm).await?;
    world.balanced().await?;
    Ok(())
}

/// The channel begins with a bot at an address.
async fn with_bot(world: &World, url: &str) -> Result<Uuid> {
    let bot = Uuid::now_v7();
    let definition = json!({ "url": format!("{url}/turn") });
    sqlx::query(
        "insert into bots (id, name, kind, definition, quiet_ms, turn_budget) values ($1, 'Load', 'webhook', $2, 0, 10000)",
    )
    .bind(bot)
    .bind(definition)
    .execute(&mut world.database.connect().await)
    .await
    .context("making the bot")?;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let sealed = SealedSecret::seal(&world.desk.seal, bot.into(), "signing_secret", secret);
    let mut tx = world.desk.store.begin().await?;
    tx.put_bot_secret(&sealed).await?;
    tx.commit().await?;
    world.database.sql(&format!("update channels set bot_id = '{bot}'")).await;
    Ok(bot)
}

async fn serve(heard: Heard) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = Router::new().route("/turn", post(answer)).with_state(heard);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

async fn answer(State(heard): State<Heard>, body: Bytes) -> Response {
    let at = Instant::now();
    if let Some(number) = std::str::from_utf8(&body).ok().and_then(number_in) {
        heard.note(number, at);
    }
    let answer = r#"{"messages":[{"type":"text","text":"It is on its way."}]}"#;
    ([("content-type", "application/json")], answer).into_response()
}

fn webhooks(world: &World, numbers: std::ops::Range<usize>) -> Result<Requests> {
    let webhook = |n| world.webhook(&says(n % CUSTOMERS, &format!("wamid.turn.{n}"), &marked(n)));
    Ok(numbers.map(webhook).collect::<Result<Vec<_>>>()?.into())
}

/// How soon the bot is asked, from when the webhook was due.
async fn soon(world: &World, heard: &Heard, messages: usize) -> Result<()> {
    let requests = webhooks(world, 0..messages)?;
    let pace = Pace::soon(CALM);
    let answers = http::open_loop(world.port, &requests, CONNECTIONS, pace).await?;
    ensure!(answers.failed.is_empty(), "{} webhooks were refused", answers.failed.len());
    let begun = Instant::now();
    let mut all = heard.all();
    while all.len() < messages && begun.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(50)).await;
        all = heard.all();
    }
    let mut took = Latencies::default();
    // A second to warm up.
    let warm = usize::try_from(CALM)?;
    for (number, at) in all.iter().filter(|(number, _)| **number >= warm) {
        took.add(at.saturating_duration_since(pace.due(*number)));
    }
    took.print("message_to_bot");
    count("message_to_bot.missing", messages - all.len(), "messages");
    Ok(())
}

/// How many answers are stored a second, while more messages come in than that.
async fn many(world: &World, bot: Uuid, before: usize) -> Result<()> {
    let from = usize::try_from(CALM)? * CALM_S * 3;
    let messages = usize::try_from(BUSY)? * BUSY_S;
    let requests = webhooks(world, from..from + messages)?;
    let pace = Pace::soon(BUSY);
    let sent = tokio::spawn({
        let port = world.port;
        async move { http::open_loop(port, &requests, CONNECTIONS, pace).await }
    });
    let end = pace.start + Duration::from_secs(u64::try_from(BUSY_S)?);
    tokio::time::sleep_until(end.into()).await;
    let stored = stored(world, bot).await?.saturating_sub(before);
    figure("turns_per_s", approx(stored) / approx(BUSY_S), "turns/s");
    let answers = sent.await.context("the provider broke")??;
    ensure!(answers.failed.is_empty(), "{} webhooks were refused", answers.failed.len());
    tell(&format!("the 200: p50 {:.2} ms", answers.ok.percentile(50)));
    Ok(())
}

/// Waits until the bot has answered so often.
async fn answered(world: &World, bot: Uuid, times: usize) -> Result<()> {
    let begun = Instant::now();
    while stored(world, bot).await? < times {
        ensure!(begun.elapsed() < PATIENCE, "the bot has answered fewer than {times} messages");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn stored(world: &World, bot: Uuid) -> Result<usize> {
    let (count,): (i64,) =
        sqlx::query_as("select count(*) from messages where author_kind = 'bot' and author_id = $1")
            .bind(bot)
            .fetch_one(&mut world.database.connect().await)
            .await?;
    Ok(usize::try_from(count)?)
}
