//! The bus between processes, over `NOTIFY`. Wake-ups are folded into one notification and travel on their own
//! connection, never in a business transaction, where they would cost more than the rest of it.

use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::{Activity, Hint, Outward, Topic};
use crate::state::Desk;

const CHANNEL: &str = "baton";
/// The pause between notifications: what happens meanwhile is folded into the next one.
const PAUSE: Duration = Duration::from_millis(5);

/// Tells other processes what happens here.
pub async fn tell(desk: Desk) -> anyhow::Result<()> {
    let mut outward = desk.bus.outward.subscribe();
    let mut connection = desk.store.pool().acquire().await?;
    // Losing a wake-up in a crash does no harm, so nothing waits for the disk.
    sqlx::query("set synchronous_commit = off").execute(&mut *connection).await?;
    loop {
        let first = tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            first = outward.recv() => first,
        };
        let mut topics = [false; Topic::ALL.len()];
        let mut hints = Vec::new();
        fold(first, &mut topics, &mut hints);
        while let Ok(more) = outward.try_recv() {
            fold(Ok(more), &mut topics, &mut hints);
        }
        let letters: String =
            Topic::ALL.iter().filter(|topic| topics[**topic as usize]).map(|topic| topic.letter()).collect();
        let mut payloads: Vec<String> = hints.iter().map(|hint| spell(desk.process, hint)).collect();
        if !letters.is_empty() {
            payloads.push(format!("{} {letters}", desk.process));
        }
        sqlx::query("select pg_notify($1, p) from unnest($2::text[]) p")
            .bind(CHANNEL)
            .bind(payloads)
            .execute(&mut *connection)
            .await?;
        tokio::time::sleep(PAUSE).await;
    }
}

fn fold(heard: Result<Outward, RecvError>, topics: &mut [bool; Topic::ALL.len()], hints: &mut Vec<Hint>) {
    match heard {
        Ok(Outward::Wake(topic)) => topics[topic as usize] = true,
        Ok(Outward::Hint(hint)) if hints.len() < 32 => hints.push(hint),
        Ok(Outward::Hint(_)) => {}
        // Too much at once: wake everybody for everything.
        Err(_) => *topics = [true; Topic::ALL.len()],
    }
}

fn spell(process: Uuid, hint: &Hint) -> String {
    let activity = match hint.activity {
        Activity::Viewing => 'v',
        Activity::Typing => 'w',
    };
    match hint.conversation {
        Some(conversation) => format!("{process} {activity} {} {conversation}", hint.agent),
        None => format!("{process} {activity} {}", hint.agent),
    }
}

/// Hears what happens in other processes.
pub async fn hear(desk: Desk) -> anyhow::Result<()> {
    let mut listener = PgListener::connect_with(desk.store.pool()).await?;
    listener.listen(CHANNEL).await?;
    // What happened while nobody listened.
    for topic in Topic::ALL {
        desk.bus.wake_here(topic);
    }
    loop {
        let heard = tokio::select! {
            () = desk.stop.cancelled() => return Ok(()),
            heard = listener.try_recv() => heard?,
        };
        let Some(notification) = heard else {
            // The connection was lost and is there again.
            for topic in Topic::ALL {
                desk.bus.wake_here(topic);
            }
            continue;
        };
        understand(&desk, notification.payload());
    }
}

fn understand(desk: &Desk, payload: &str) {
    let mut words = payload.split(' ');
    let (Some(process), Some(what)) = (words.next(), words.next()) else { return };
    if process.parse() == Ok(desk.process) {
        return;
    }
    let activity = match what {
        "v" => Activity::Viewing,
        "w" => Activity::Typing,
        letters => {
            for topic in Topic::ALL.iter().filter(|topic| letters.contains(topic.letter())) {
                desk.bus.wake_here(*topic);
            }
            return;
        }
    };
    if let Some(Ok(agent)) = words.next().map(str::parse) {
        let conversation = words.next().and_then(|id| id.parse().ok());
        desk.bus.hint_here(Hint { agent, conversation, activity });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_up_of_one_topic_is_never_taken_for_a_hint() {
        for topic in Topic::ALL {
            assert!(!['v', 'w'].contains(&topic.letter()), "{topic:?}");
            let same = Topic::ALL.iter().filter(|other| other.letter() == topic.letter());
            assert_eq!(same.count(), 1, "{topic:?}");
        }
    }
}
