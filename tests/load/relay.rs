//! How well a number's rate is used, and that no number waits for another.
//!
//! Measured at the provider's end. The floor is the rate itself: an ideal token bucket uses all of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use contract::ChannelId;
use serde_json::json;
use tests::desk::{LINE, add_channel};
use tokio::net::TcpListener;

use crate::Effort;
use crate::figures::{Latencies, approx, count, figure, tell};
use crate::http::{self, Pace, Requests};
use crate::world::{World, says};

/// Messages a second of each number: four as most have it, one as Meta raises it. Customers write to the first.
const RATES: [u32; 5] = [80, 80, 80, 80, 1_000];
/// Messages a second that come in on the first number, and count against its rate.
const HEARD: u32 = 20;
/// Conversations of a number: a conversation's next message waits for the last one's answer, and no customer gets more
/// than the pair limit allows.
const CONVERSATIONS: usize = 2_500;
/// How long a window is in which no more may leave than the rate allows.
const WINDOW: Duration = Duration::from_secs(10);
/// What is sent before the measurement counts.
const WARM: Duration = Duration::from_secs(2);
/// How long one answer of the provider takes.
const ANSWER: Duration = Duration::from_millis(40);
/// Messages a second of the number that is watched beside a throttled one.
const WATCHED: u32 = 20;
/// Messages of that number in one leg.
const LEG: usize = 160;

/// What the provider has seen: when, by number.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    at: HashMap<String, Vec<Instant>>,
    /// Texts by the moment they came, for those that are timed.
    texts: HashMap<String, Instant>,
    /// The number that is refused at present.
    throttled: Option<String>,
    count: u64,
}

impl Book {
    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn of(&self, line: &str) -> Vec<Instant> {
        self.lock().at.get(line).cloned().unwrap_or_default()
    }
}

/// Measures both.
pub async fn run(effort: Effort) -> Result<()> {
    let book = Book::default();
    let url = provider(book.clone()).await?;
    let world = World::start(&url).await?;
    let mut lines = vec![(LINE.to_owned(), world.channel)];
    for n in 1..RATES.len() {
        let line = format!("{LINE}{n}");
        let channel = add_channel(&world.database, world.connection, &line).await;
        lines.push((line, channel));
    }
    for ((_, channel), rate) in lines.iter().zip(RATES) {
        world.database.sql(&format!("update channels set rate = {rate} where id = '{channel}'")).await;
    }
    world.customers_write(CONVERSATIONS).await?;
    spread(&world, &lines).await;
    // The lanes begin with the rates that are set now.
    tokio::time::sleep(Duration::from_secs(6)).await;
    use_of_rates(&world, &book, &lines, effort).await?;
    beside_a_throttled_one(&world, &book, &lines, effort).await
}

/// Gives every number its conversations, like those of the first.
async fn spread(world: &World, lines: &[(String, ChannelId)]) {
    for (_, channel) in &lines[1..] {
        let first = lines[0].1;
        world
            .database
            .sql(&format!(
                "with source as (
                   select c.*, a.phone, gen_random_uuid() as new_address, gen_random_uuid() as new_contact,
                          gen_random_uuid() as new_id
                     from conversations c join addresses a on a.id = c.address_id where c.channel_id = '{first}'),
                 people as (insert into contacts (id, profile_name) select new_contact, 'Customer' from source),
                 placed as (insert into addresses (id, channel_id, contact_id, phone, conversation_id)
                            select new_address, '{channel}', new_contact, phone, new_id from source)
                 insert into conversations (id, channel_id, contact_id, address_id, stage, owner_kind, epoch,
                                            last_seq, last_at, last_sort_at, waiting_since, window_until, opened_at)
                 select new_id, '{channel}', new_contact, new_address, stage, owner_kind, epoch, last_seq, last_at,
                        last_sort_at, waiting_since, window_until, opened_at from source"
            ))
            .await;
    }
}

/// Queues messages on a number, the first of them in a conversation of its own choice and each of the others in the
/// next one, as if agents had written them.
async fn queue(world: &World, channel: ChannelId, (first, messages): (usize, usize), mark: &str) {
    world
        .database
        .sql(&format!(
            "with numbered as (
               select c.*, row_number() over (order by c.id) - 1 as n from conversations c
                where c.channel_id = '{channel}'),
             wanted as (
               select gen_random_uuid() as message, c.id as conversation_id, c.address_id, c.epoch, g.n
                 from generate_series(0, {messages} - 1) as g(n) join numbered c on c.n = (g.n + {first}) % {CONVERSATIONS}),
             written as (
               insert into messages (id, conversation_id, address_id, channel_id, seq, sort_at, at, received_at,
                                     author_kind, body, state, epoch)
               select message, conversation_id, address_id, '{channel}', 1000 + n, desk_now(), desk_now(),
                      desk_now(), 'desk', jsonb_build_object('text', jsonb_build_object('text', '{mark}' || n)),
                      'queued', epoch from wanted)
             insert into deliveries (id, kind, message_id, conversation_id, channel_id, payload, by_bot, epoch, state,
                                     not_before, created_at)
             select gen_random_uuid(), 'message', message, conversation_id, '{channel}',
                    jsonb_build_object('kind', 'message', 'body',
                      jsonb_build_object('text', jsonb_build_object('text', '{mark}' || n))),
                    false, epoch, 'queued', desk_now(), desk_now() from wanted order by n"
        ))
        .await;
}

async fn use_of_rates(
    world: &World,
    book: &Book,
    lines: &[(String, ChannelId)],
    effort: Effort,
) -> Result<()> {
    let time = if effort.long { Duration::from_secs(40) } else { Duration::from_secs(14) };
    let all = WARM + time;
    for ((_, channel), rate) in lines.iter().zip(RATES) {
        // A little more than can leave, so that no number is ever without work.
        let messages = usize::try_from(u64::from(rate) * (all.as_secs() + 4))?;
        queue(world, *channel, (0, messages), "relay ").await;
    }
    let heard = usize::try_from(u64::from(HEARD) * all.as_secs())?;
    let webhook = |n| world.webhook(&says(n % CONVERSATIONS, &format!("wamid.relay.{n}"), "And?"));
    let requests: Requests = (0..heard).map(webhook).collect::<Result<Vec<_>>>()?.into();
    let begun = Instant::now();
    let asked = http::open_loop(world.port, &requests, 4, Pace::soon(HEARD)).await?;
    ensure!(asked.failed.is_empty(), "{} webhooks were refused", asked.failed.len());
    tokio::time::sleep(all.saturating_sub(begun.elapsed())).await;
    let (from, to) = (begun + WARM, begun + all);
    let (mut used, mut over) = (f64::INFINITY, 0);
    for (place, ((line, _), rate)) in lines.iter().zip(RATES).enumerate() {
        let seen: Vec<Instant> = book.of(line).into_iter().filter(|at| (from..to).contains(at)).collect();
        let budget = if place == 0 { rate - HEARD } else { rate };
        let share = approx(seen.len()) / (f64::from(budget) * time.as_secs_f64());
        tell(&format!(
            "number {place}: {} of {budget} a second used",
            approx(seen.len()) / time.as_secs_f64()
        ));
        used = used.min(share);
        over += windows_over(&seen, budget);
    }
    figure("relay.rate_used", used, "of the budget");
    count("relay.over_rate", over, "windows");
    world.database.sql("update deliveries set state = 'cancelled' where state = 'queued'").await;
    Ok(())
}

/// Windows of ten seconds that begin with a message and hold more than they may.
fn windows_over(seen: &[Instant], rate: u32) -> usize {
    let most = usize::try_from(u64::from(rate) * WINDOW.as_secs()).unwrap_or(usize::MAX);
    let mut sorted = seen.to_vec();
    sorted.sort_unstable();
    let within = |(first, at): (usize, &Instant)| {
        sorted[first..].iter().take_while(|other| other.duration_since(*at) < WINDOW).count()
    };
    sorted.iter().enumerate().map(within).filter(|held| *held > most).count()
}

/// How long the messages of one number take while its neighbour is refused, against while it is not.
async fn beside_a_throttled_one(
    world: &World,
    book: &Book,
    lines: &[(String, ChannelId)],
    effort: Effort,
) -> Result<()> {
    let (mut alone, mut beside) = (Latencies::default(), Latencies::default());
    for pair in 0..effort.pairs() {
        // Nobody gets so many that the pair limit holds something back.
        let first = 2 * pair * LEG;
        alone.merge(leg(world, book, (lines[1].1, first), &format!("alone {pair} ")).await?);
        book.lock().throttled = Some(lines[2].0.clone());
        queue(world, lines[2].1, (0, 400), "refused ").await;
        beside.merge(leg(world, book, (lines[1].1, first + LEG), &format!("beside {pair} ")).await?);
        book.lock().throttled = None;
        world.database.sql("update deliveries set state = 'cancelled' where state = 'queued'").await;
    }
    figure("relay.other_number.p99_ms", beside.percentile(99), "ms");
    figure("relay.other_number.p99_ratio", beside.percentile(99) / alone.percentile(99), "of undisturbed");
    Ok(())
}

/// Queues messages at an even pace and notes how long each takes to the provider.
async fn leg(
    world: &World,
    book: &Book,
    (channel, first): (ChannelId, usize),
    mark: &str,
) -> Result<Latencies> {
    let mut due = Pace::soon(WATCHED).tick(LEG);
    let mut queued = Vec::with_capacity(LEG);
    while let Some(n) = due.recv().await {
        let mark = format!("{mark}{n} ");
        queued.push((format!("{mark}0"), Instant::now()));
        queue(world, channel, (first + n, 1), &mark).await;
        // As another process of the desk would wake this one.
        world.database.sql(&format!("select pg_notify('baton', '{} d')", uuid::Uuid::nil())).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut took = Latencies::default();
    let seen = book.lock();
    for (text, at) in queued {
        let came = seen.texts.get(&text).with_context(|| format!("\"{text}\" was never sent"))?;
        took.add(came.duration_since(at));
    }
    Ok(took)
}

async fn provider(book: Book) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = Router::new().route("/{line}/messages", post(take)).with_state(book);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

async fn take(State(book): State<Book>, Path(line): Path<String>, body: axum::body::Bytes) -> Response {
    let now = Instant::now();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = {
        let mut seen = book.lock();
        if seen.throttled.as_ref() == Some(&line) {
            let error = json!({ "error": { "message": "Rate limit hit", "code": 130_429 } });
            return (StatusCode::TOO_MANY_REQUESTS, axum::Json(error)).into_response();
        }
        seen.at.entry(line).or_default().push(now);
        if let Some(text) = body["text"]["body"].as_str() {
            seen.texts.insert(text.to_owned(), now);
        }
        seen.count += 1;
        format!("wamid.relay.out.{}", seen.count)
    };
    tokio::time::sleep(ANSWER).await;
    axum::Json(json!({ "messaging_product": "whatsapp", "messages": [{ "id": id }] })).into_response()
}
