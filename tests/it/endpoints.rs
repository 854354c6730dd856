//! Web addresses of others that are told what happens.

use std::collections::BTreeSet;

use contract::connection::{SettingsTask, TaskDone};
use contract::endpoint::{
    EndpointDelivery, EndpointDone, EndpointPage, EndpointQuery, EndpointState, EndpointTask, EndpointWish,
};
use contract::settings::{ChangeRefused, Settings, SettingsPage};
use contract::{ClientId, Command, EndpointDeliveryId, EndpointId, Request, Time};
use desk::auth::sessions::SignedIn;
use desk::bots::webhook::sign;
use desk::flows;
use desk::settings::{run, settings};
use tests::{TestDesk, until};
use uuid::Uuid;

use crate::bots::server::{Asked, Reply, Server};

const ANA: &str = "4917139200099";

/// A desk, its admin, and a server that answers with a status.
struct Scene {
    desk: TestDesk,
    boss: SignedIn,
    server: Server,
}

impl Scene {
    async fn start() -> Scene {
        let desk = TestDesk::start().await;
        let boss = desk.signed_in(&desk.admin()).await;
        Scene { desk, boss, server: Server::start(|_| ok()).await }
    }

    async fn run(&self, task: EndpointTask) -> Result<EndpointDone, ChangeRefused> {
        match run(&self.desk.desk, &self.boss, SettingsTask::Endpoint(task)).await? {
            TaskDone::Endpoint(done) => Ok(done),
            other => panic!("{other:?}"),
        }
    }

    /// Tells the server of these events, or of all.
    async fn tell(&self, events: &[&str]) -> (EndpointId, String) {
        let events = events.iter().map(|event| (*event).to_owned()).collect();
        let url = format!("{}/events?for=crm", self.server.url);
        let wish = EndpointWish { name: "The CRM".to_owned(), url, events };
        match self.run(EndpointTask::Add { wish }).await.unwrap() {
            EndpointDone::Secret { endpoint, secret } => (endpoint, secret),
            other => panic!("{other:?}"),
        }
    }

    async fn page(&self, query: EndpointQuery) -> EndpointPage {
        match settings(&self.desk.desk, &self.boss, SettingsPage::Endpoint(query)).await.unwrap() {
            Settings::Endpoint(page) => *page,
            other => panic!("{other:?}"),
        }
    }

    async fn delivery(&self, id: EndpointDeliveryId) -> EndpointDelivery {
        match settings(&self.desk.desk, &self.boss, SettingsPage::EndpointDelivery(id)).await.unwrap() {
            Settings::EndpointDelivery(delivery) => *delivery,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until the log of an address is so.
    async fn until_states(&self, endpoint: EndpointId, states: &[EndpointState]) -> EndpointPage {
        until(&format!("its deliveries are {states:?}"), || async {
            let page = self.page(EndpointQuery::of(endpoint)).await;
            let now: Vec<_> = page.lines.iter().map(|line| line.state).collect();
            (now == states).then_some(page)
        })
        .await
    }

    /// Lets all that waits be due.
    async fn now_due(&self) {
        self.desk.sql("update endpoint_deliveries set due_at = desk_now() where state = 'pending'").await;
    }
}

fn ok() -> Reply {
    Reply::Is(204, None, String::new())
}

fn kinds(asked: &[Asked]) -> Vec<String> {
    asked.iter().map(|asked| asked.json()["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_event_is_told_once_and_signed_also_by_two_servers() {
    let scene = Scene::start().await;
    let _other = scene.desk.another().await;
    let (endpoint, secret) = scene.tell(&[]).await;
    for n in 0..10 {
        scene.desk.customer_writes(ANA, &format!("wamid.{n}"), &format!("line {n}")).await;
    }
    scene.server.until_asked(11).await;
    let states = [EndpointState::Delivered; 11];
    scene.until_states(endpoint, &states).await;
    let asked = scene.server.asked();
    assert_eq!(asked.len(), 11, "{:?}", kinds(&asked));
    let ids: BTreeSet<&str> = asked.iter().map(|asked| asked.header(sign::ID)).collect();
    let events: BTreeSet<String> = asked.iter().map(|asked| asked.json()["id"].to_string()).collect();
    assert_eq!((ids.len(), events.len()), (11, 11));
    for asked in &asked {
        let at: i64 = asked.header(sign::TIMESTAMP).parse().unwrap();
        let expected = sign::signature(
            &[sign::key(&secret).unwrap()],
            asked.header(sign::ID),
            at,
            asked.body.as_bytes(),
        );
        assert_eq!(asked.header(sign::SIGNATURE), expected);
        assert_eq!(asked.path, "/events?for=crm");
    }
    let mut texts: Vec<String> =
        asked.iter().filter_map(|asked| Some(asked.json()["message"]["text"].as_str()?.to_owned())).collect();
    texts.sort();
    assert_eq!(texts, (0..10).map(|n| format!("line {n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_not_taken_comes_again_the_same_and_every_try_is_written_down() {
    let scene = Scene::start().await;
    scene.server.then(|_| Reply::Is(503, None, "not now".to_owned()));
    let (endpoint, _) = scene.tell(&["message_created"]).await;
    scene.desk.customer_writes(ANA, "wamid.1", "hello").await;
    scene.server.until_asked(1).await;
    let page = until("the first try is written down", || async {
        let page = scene.page(EndpointQuery::of(endpoint)).await;
        page.lines.first().is_some_and(|line| line.status == Some(503)).then_some(page)
    })
    .await;
    assert!(page.endpoint.failing_since.is_some());
    assert!(page.lines[0].due_at.is_some() && page.lines[0].attempts == 1);
    scene.server.then(|_| ok());
    scene.now_due().await;
    let page = scene.until_states(endpoint, &[EndpointState::Delivered]).await;
    assert!(page.endpoint.failing_since.is_none() && page.endpoint.taken_at.is_some());
    let delivery = scene.delivery(page.lines[0].id).await;
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| (attempt.n, attempt.status)).collect();
    assert_eq!(statuses, [(2, Some(204)), (1, Some(503))]);
    assert_eq!(delivery.attempts[1].response.as_deref(), Some("not now"));
    assert!(delivery.attempts[1].request.iter().any(|(name, _)| name == sign::SIGNATURE));
    let asked = scene.server.asked();
    assert_eq!(asked[0].header(sign::ID), asked[1].header(sign::ID));
    assert_eq!(asked[0].body, asked[1].body);
}

#[tokio::test]
async fn after_the_last_try_it_has_failed_and_can_be_made_again() {
    let scene = Scene::start().await;
    scene.server.then(|_| Reply::Is(500, None, String::new()));
    let (endpoint, _) = scene.tell(&["message_created"]).await;
    scene.desk.customer_writes(ANA, "wamid.1", "hello").await;
    for n in 1..=8 {
        scene.server.until_asked(n).await;
        until("the try is written down", || async {
            let line = scene.page(EndpointQuery::of(endpoint)).await.lines.pop()?;
            let delivery = scene.delivery(line.id).await;
            (delivery.attempts.len() == n).then_some(())
        })
        .await;
        scene.now_due().await;
    }
    let page = scene.until_states(endpoint, &[EndpointState::Failed]).await;
    let delivery = page.lines[0].id;
    scene.server.then(|_| ok());
    let done = scene.run(EndpointTask::Redeliver { delivery }).await.unwrap();
    assert_eq!(done, EndpointDone::Begun { delivery });
    scene.until_states(endpoint, &[EndpointState::Delivered]).await;
    assert_eq!(scene.server.asked().len(), 9);
}

#[tokio::test]
async fn one_that_is_gone_is_told_nothing_more_and_recovers_what_it_has_missed() {
    let scene = Scene::start().await;
    let (endpoint, _) = scene.tell(&["message_created"]).await;
    scene.desk.customer_writes(ANA, "wamid.1", "one").await;
    scene.until_states(endpoint, &[EndpointState::Delivered]).await;
    scene.server.then(|_| Reply::Is(410, None, String::new()));
    scene.desk.customer_writes(ANA, "wamid.2", "two").await;
    let page = scene.until_states(endpoint, &[EndpointState::Failed, EndpointState::Delivered]).await;
    assert!(!page.endpoint.active && page.endpoint.off_reason.as_deref().unwrap().contains("410"));
    let alerts = scene.desk.store.alerts().await.unwrap();
    assert!(alerts.iter().any(|alert| alert.connection_name == "The CRM" && alert.text.contains("410")));
    // What happens while it is off is not told.
    scene.desk.customer_writes(ANA, "wamid.3", "three").await;
    let refused = scene.run(EndpointTask::Test { endpoint }).await.unwrap_err();
    assert!(refused.message.contains("Switch it on first"), "{refused:?}");
    scene.server.then(|_| ok());
    scene.run(EndpointTask::Switch { endpoint, on: true }).await.unwrap();
    scene.desk.customer_writes(ANA, "wamid.4", "four").await;
    scene.server.until_asked(3).await;
    // Recovered: what failed and what was never begun; not what was taken.
    let since = Time(scene.desk.store.clock_plus(0).await.unwrap().0 - 3_600_000);
    scene.run(EndpointTask::Recover { endpoint, since }).await.unwrap();
    scene.until_states(endpoint, &[EndpointState::Delivered; 4]).await;
    let asked = scene.server.asked();
    let mut texts: Vec<_> =
        asked.iter().map(|asked| asked.json()["message"]["text"].as_str().unwrap().to_owned()).collect();
    texts.sort();
    // The second was sent twice: it was answered with 410 the first time.
    assert_eq!(texts, ["four", "one", "three", "two", "two"]);
    until("the recovery is over", || async {
        (!scene.page(EndpointQuery::of(endpoint)).await.endpoint.recovering).then_some(())
    })
    .await;
}

#[tokio::test]
async fn one_that_takes_nothing_for_five_days_is_switched_off() {
    let scene = Scene::start().await;
    scene.server.then(|_| Reply::Is(500, None, String::new()));
    let (endpoint, _) = scene.tell(&["message_created"]).await;
    scene.desk.customer_writes(ANA, "wamid.1", "one").await;
    scene.server.until_asked(1).await;
    until("it fails", || async {
        scene.page(EndpointQuery::of(endpoint)).await.endpoint.failing_since.map(|_| ())
    })
    .await;
    scene.desk.sql("update endpoints set failing_since = desk_now() - interval '6 days'").await;
    scene.now_due().await;
    let page = scene.until_states(endpoint, &[EndpointState::Failed]).await;
    assert!(page.endpoint.off_reason.unwrap().contains("five days"));
}

#[tokio::test]
async fn notes_stay_inside_and_of_other_events_only_those_that_are_wanted_are_told() {
    let scene = Scene::start().await;
    let agent = scene.desk.agent("Nina").await;
    let (endpoint, _) = scene.tell(&["owner_changed", "message_created"]).await;
    scene.desk.customer_writes(ANA, "wamid.1", "hello").await;
    let conversation = scene.desk.conversation_of(ANA).await;
    let act = async |command| {
        let request = Request { id: ClientId(Uuid::new_v4()), conversation, command };
        flows::act(&scene.desk.desk, TestDesk::acting(&agent), request).await.unwrap();
    };
    act(Command::Note { text: "she is angry".to_owned() }).await;
    act(Command::Take { epoch: scene.desk.card(conversation).await.epoch }).await;
    scene.until_states(endpoint, &[EndpointState::Delivered; 2]).await;
    let asked = scene.server.asked();
    assert_eq!(
        kinds(&asked).into_iter().collect::<BTreeSet<_>>(),
        ["message_created", "owner_changed"].map(str::to_owned).into()
    );
    assert!(asked.iter().all(|asked| !asked.body.contains("angry")));
}

#[tokio::test]
async fn a_test_is_sent_and_while_a_secret_is_replaced_both_sign() {
    let scene = Scene::start().await;
    let (endpoint, old) = scene.tell(&[]).await;
    let EndpointDone::Secret { secret: new, .. } =
        scene.run(EndpointTask::Rotate { endpoint }).await.unwrap()
    else {
        panic!("no secret")
    };
    assert!(new.starts_with("whsec_") && new != old);
    scene.run(EndpointTask::Test { endpoint }).await.unwrap();
    let asked = scene.server.until_asked(1).await.remove(0);
    assert_eq!(asked.json()["type"], "test");
    let at: i64 = asked.header(sign::TIMESTAMP).parse().unwrap();
    let keys = [sign::key(&new).unwrap(), sign::key(&old).unwrap()];
    let both = sign::signature(&keys, asked.header(sign::ID), at, asked.body.as_bytes());
    assert_eq!(asked.header(sign::SIGNATURE), both);
    // After a day the old one is no more.
    scene
        .desk
        .sql("update endpoint_secrets set valid_until = desk_now() where valid_until is not null")
        .await;
    scene.run(EndpointTask::Test { endpoint }).await.unwrap();
    let asked = scene.server.until_asked(2).await.remove(1);
    assert!(!asked.header(sign::SIGNATURE).contains(' '));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_reason() {
    let scene = Scene::start().await;
    let wish = |name: &str, url: &str, events: &[&str]| EndpointTask::Add {
        wish: EndpointWish {
            name: name.to_owned(),
            url: url.to_owned(),
            events: events.iter().map(|event| (*event).to_owned()).collect(),
        },
    };
    for (task, field, says) in [
        (wish("", "https://crm.example/x", &[]), "name", "a name"),
        (wish("CRM", "https://10.0.0.1/x", &[]), "url", "inside a network"),
        (wish("CRM", "http://crm.example/x", &[]), "url", "https"),
        (wish("CRM", "https://u:p@crm.example/x", &[]), "url", "password"),
        (wish("CRM", "https://crm.example/x", &["lunch"]), "events", "lunch"),
    ] {
        let refused = scene.run(task).await.unwrap_err();
        assert_eq!(refused.field.as_deref(), Some(field));
        assert!(refused.message.contains(says), "{refused:?}");
    }
    let (endpoint, _) = scene.tell(&[]).await;
    let refused = scene.run(EndpointTask::Recover { endpoint, since: Time(0) }).await.unwrap_err();
    assert!(refused.message.contains("7 days"), "{refused:?}");
    scene.run(EndpointTask::Remove { endpoint }).await.unwrap();
    let refused = scene.run(EndpointTask::Rotate { endpoint }).await.unwrap_err();
    assert!(refused.message.contains("does not exist"), "{refused:?}");
    let nina = scene.desk.agent("Nina").await;
    let nina = scene.desk.signed_in(&nina).await;
    let denied = run(&scene.desk.desk, &nina, SettingsTask::Endpoint(EndpointTask::Test { endpoint })).await;
    assert!(denied.unwrap_err().message.contains("admin"));
    let denied = settings(&scene.desk.desk, &nina, SettingsPage::Endpoints).await;
    assert!(denied.is_err());
}
