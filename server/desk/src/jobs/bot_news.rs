//! Bots that were written for Chatwoot are told when a conversation is opened to people and when it is resolved, as
//! Chatwoot does. A bot that does not hear is told again for a while, and its turns do not wait for that.

use std::time::Duration;

use futures::future::join_all;
use http::Method;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::bots::webhook::chatwoot::{self, News};
use crate::bots::webhook::{SECRET, sign};
use crate::channels::client::Reach;
use crate::channels::{Call, Content};
use crate::live::bus::Topic;
use crate::state::Desk;
use crate::store;
use crate::store::bots::BotNews;

/// How often it looks by itself.
const LOOK: Duration = Duration::from_secs(1);
/// What happens within so long is read in one go.
const GATHER: Duration = Duration::from_millis(200);
/// What is told at once.
const AT_ONCE: i64 = 8;
/// How long a bot has to hear it.
const PATIENCE: Duration = Duration::from_secs(10);
/// After what pauses a bot is told again, in seconds.
const PAUSES_S: [i32; 4] = [5, 60, 600, 3_600];

/// Reads and tells, for as long as the process runs.
pub async fn run(desk: Desk) -> anyhow::Result<()> {
    let mut woken = desk.bus.listen(Topic::Events);
    loop {
        woken.borrow_and_update();
        for bot in desk.store.bots_with_news().await? {
            while desk.store.read_bot_news(bot).await? && !desk.stop.is_cancelled() {}
        }
        loop {
            let due = desk.store.claim_bot_news(AT_ONCE).await?;
            if due.is_empty() || desk.stop.is_cancelled() {
                break;
            }
            let told = join_all(due.iter().map(|news| tell(&desk, news))).await;
            told.into_iter().collect::<store::Result<()>>()?;
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            _ = woken.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
        tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(GATHER) => {}
        }
    }
}

/// Tells a bot one thing.
async fn tell(desk: &Desk, news: &BotNews) -> store::Result<()> {
    let Some(card) = desk.store.card(news.conversation).await? else {
        return desk.store.end_bot_news(news.id).await;
    };
    let told = News {
        event: news.event.clone(),
        seq: news.seq,
        number: desk.store.number_of(news.conversation).await?.unwrap_or_default(),
        attributes: desk.store.attributes(news.conversation).await?,
        now: desk.store.clock().await?,
        card,
    };
    let secrets = desk.store.bot_secrets(&desk.seal, news.bot).await?;
    let keys = secrets.get(SECRET).into_iter().flatten();
    let keys: Vec<Vec<u8>> = keys.filter_map(|secret| sign::key(secret.expose_secret())).collect();
    let heard = match keys.is_empty() {
        // Nobody could tell that it comes from here.
        true => false,
        false => hears(desk, news, (&keys, chatwoot::news(&told).to_string().into_bytes())).await,
    };
    let place = usize::try_from(news.attempts - 1).unwrap_or(0);
    match PAUSES_S.get(place).filter(|_| !heard) {
        Some(pause) => desk.store.put_off_bot_news(news.id, *pause).await,
        None => {
            if !heard {
                tracing::warn!(bot = %news.bot, "a bot could not be told what became of a conversation");
            }
            desk.store.end_bot_news(news.id).await
        }
    }
}

/// Whether a bot hears something.
async fn hears(desk: &Desk, news: &BotNews, (keys, body): (&[Vec<u8>], Vec<u8>)) -> bool {
    let (id, at) = (news.id.to_string(), Timestamp::now().as_second());
    let signature = sign::signature(keys, &id, at, &body);
    let headers = [(sign::ID, id), (sign::TIMESTAMP, at.to_string()), (sign::SIGNATURE, signature)];
    let call = Call {
        method: Method::POST,
        url: news.url.trim().to_owned(),
        headers: headers.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect(),
        content: Content::Bytes("application/json", body),
    };
    let answer = tokio::time::timeout(PATIENCE, desk.client.open(call, Reach::Public)).await;
    matches!(answer, Ok(Ok(response)) if response.status().is_success())
}
