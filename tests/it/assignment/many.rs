//! Many customers, two servers, and no more for anybody than they are given at once.

use std::time::{Duration, Instant};

use contract::team::{Asking, Strategy};
use futures::StreamExt;
use tests::meta::{messages, text};
use tests::{Login, TestDesk, until};

use super::{assigned_to, decided_again};

const CUSTOMERS: usize = 1_000;
const AGENTS: usize = 200;
/// The longest that all of it may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// So many people who are there and are given so many at once.
async fn people(desk: &TestDesk, count: usize, most: i32) -> Vec<Login> {
    let mut people = Vec::new();
    for n in 0..count {
        people.push(desk.agent(&format!("Agent {n}")).await);
    }
    desk.sql(&format!("update agents set capacity = {most} where role = 'agent'")).await;
    desk.sql(
        "insert into presence (socket_id, agent_id, until)
         select gen_random_uuid(), id, desk_now() + interval '1 day' from agents where role = 'agent'",
    )
    .await;
    people
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_customers_who_write_five_times_at_once_to_two_servers_are_each_given_to_somebody() {
    let desk = TestDesk::start().await;
    let other = desk.another().await;
    desk.with_bot().await;
    let people = people(&desk, AGENTS, 5).await;
    let members: Vec<&Login> = people.iter().collect();
    assigned_to(&desk, &members, |team| team.assigning.strategy = Strategy::LeastBusy).await;
    let begun = Instant::now();
    // The same webhook three times, and two more, at once; by turns here and there.
    let calls = (0..CUSTOMERS).flat_map(|n| [0, 0, 0, 1, 2].map(|message| (n, message))).enumerate();
    futures::stream::iter(calls)
        .for_each_concurrent(40, |(place, (n, message))| {
            let server = if place % 2 == 0 { &desk } else { &other };
            async move {
                let from = format!("491520{n:07}");
                let body = text(&from, &format!("wamid.{n}.{message}"), "I want to talk to a person");
                let webhook = messages(&from, &[body]);
                // A desk that has too much to do says so, and a provider comes again.
                loop {
                    match server.post(&webhook).await {
                        200 => break,
                        status => assert_eq!(status, 503),
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        })
        .await;
    let has_owner = "select count(*) from conversations where stage = 'assigned'";
    while desk.database.number(has_owner).await < CUSTOMERS as i64 {
        assert!(begun.elapsed() < PATIENCE, "not everybody was given to somebody");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    desk.applied().await;
    for (table, count) in [("contacts", 1_000), ("conversations", 1_000), ("handoffs", 1_000)] {
        assert_eq!(desk.database.number(&format!("select count(*) from {table}")).await, count, "{table}");
    }
    let said = "select count(*) from messages where author_kind = 'contact'";
    assert_eq!(desk.database.number(said).await, 3_000);
    let most = "select max(n) from (select count(*) as n from conversations group by owner_id) x";
    assert_eq!(desk.database.number(most).await, 5);
    assert_eq!(desk.store.wrong_loads().await.unwrap(), 0);
    let ids = desk.database.words("select id::text from conversations").await;
    for id in ids {
        assert!(decided_again(&desk, id.parse().unwrap()).await > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_teams_with_the_same_people_give_nobody_too_many() {
    let desk = TestDesk::start().await;
    let _other = desk.another().await;
    let people = people(&desk, 6, 4).await;
    let members: Vec<&Login> = people.iter().collect();
    let support = assigned_to(&desk, &members, |_| {}).await;
    let sales = desk
        .team_like("Sales", &members, |team| {
            team.asking = Asking::Assign;
            team.assigning.capacity = Some(10);
        })
        .await;
    desk.sql("update channels set team_id = null").await;
    for n in 0..40 {
        desk.customer_writes(&format!("4915300000{n:02}"), &format!("wamid.t{n}"), "hi").await;
    }
    // Each has half of what waits, all of it at once.
    desk.sql(&format!(
        "update conversations set queue_id = case when right(id::text, 1) < '8' then '{support}'::uuid else '{sales}' end"
    ))
    .await;
    desk.desk.bus.events();
    let used_up = "select count(*) from agents a join agent_loads l on l.agent_id = a.id
                    where a.role = 'agent' and l.active < a.capacity";
    let sales_has =
        format!("select count(*) from conversations where stage = 'assigned' and team_id = '{sales}'");
    let waits =
        format!("select count(*) from conversations where stage = 'waiting' and queue_id = '{support}'");
    until("nobody can be given any more", || async {
        let (free, waits) = (desk.database.number(used_up).await, desk.database.number(&waits).await);
        (free == 0 || (waits == 0 && desk.database.number(&sales_has).await == 10)).then_some(())
    })
    .await;
    let most = "select coalesce(max(n), 0) from (select count(*) as n from conversations
                 where stage = 'assigned' group by owner_id) x";
    assert!(desk.database.number(most).await <= 4);
    assert!(desk.database.number(&sales_has).await <= 10);
    assert_eq!(desk.store.wrong_loads().await.unwrap(), 0);
}
