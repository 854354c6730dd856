//! What was missed: outages are noticed, and the lists that providers keep are read.

use contract::message::Media;
use contract::{Body, Capabilities};
use desk::channels::backlog::{Backlog, Missed};
use desk::channels::{
    About, Account, Answer, Arrived, Call, Class, Content, Effect, Fault, Found, Hook, Inbound, Item,
    Learned, Malformed, Need, NotCarried, Outcome, Outgoing, Provider, Sender, Step, Via,
};
use desk::errands::Errand;
use desk::flows::receive::read;
use desk::jobs::backlog::fetch;
use desk::store::channels::Connection;
use desk::store::ledger::{Incoming, Source};
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::desk::LINE;
use tests::{TestDesk, until};

const ANA: &str = "4917139200099";

/// A provider of which nothing works but its list.
struct Listing;

fn missing<T>() -> Result<T, NotCarried> {
    Err(NotCarried("It only lists.".to_owned()))
}

impl Provider for Listing {
    fn about(&self) -> About {
        About {
            provider: "listing",
            name: "Listing",
            api_base: "https://api.listing.example",
            channel_id_label: "Id",
            made_up: None,
            webhook_suffix: "",
            steps: &[],
            fields: Vec::new(),
            rate: 1,
            rate_counts_inbound: false,
            file_hosts: &[],
            has_ids: true,
        }
    }

    fn capabilities(&self) -> Capabilities {
        desk::channels::meta::Meta.capabilities()
    }

    fn genuine(&self, _: &Hook<'_>, _: &Account) -> bool {
        false
    }

    fn parse(&self, _: &Arrived<'_>) -> Result<Vec<Item>, Malformed> {
        Err(Malformed("It only lists.".to_owned()))
    }

    fn carries(&self, _: &Body) -> Result<(), NotCarried> {
        missing()
    }

    fn call(&self, _: &Via<'_>, _: &Outgoing) -> Result<Step, NotCarried> {
        missing()
    }

    fn outcome(&self, _: &Answer) -> Outcome {
        Outcome::Unknown { reason: String::new() }
    }

    fn learn(&self, _: &Need, _: &Answer) -> Result<Learned, Fault> {
        Err(fault("none"))
    }

    fn fetch(&self, _: &Via<'_>, _: &Media) -> Result<Step, NotCarried> {
        missing()
    }

    fn check(&self, _: &Via<'_>) -> Result<Step, NotCarried> {
        missing()
    }

    fn checked(&self, _: &Answer) -> Result<Vec<Found>, Fault> {
        Ok(Vec::new())
    }

    fn backlog(&self) -> Option<&dyn Backlog> {
        Some(self)
    }
}

impl Backlog for Listing {
    fn list(&self, via: &Via<'_>, since: Timestamp, page: Option<&str>) -> Result<Step, NotCarried> {
        let (base, channel) = (&via.account.api_base, via.channel);
        let url = format!("{base}/list/{channel}?since={since}&page={}", page.unwrap_or("1"));
        Ok(Step::Call(Call {
            method: reqwest::Method::GET,
            url,
            headers: Vec::new(),
            content: Content::Nothing,
        }))
    }

    fn listed(&self, answer: &Answer, _: Timestamp) -> Result<Missed, Fault> {
        if answer.status != 200 {
            return Err(fault("busy"));
        }
        let body: Value = serde_json::from_slice(&answer.body).map_err(|_| fault("garbled"))?;
        let items =
            body["messages"].as_array().unwrap().iter().map(|id| listed(id.as_str().unwrap())).collect();
        Ok(Missed { items, next: body["next"].as_str().map(str::to_owned) })
    }
}

fn fault(code: &str) -> Fault {
    Fault {
        class: Class::Retry,
        code: code.to_owned(),
        reason: "It did not work.".to_owned(),
        retry_after: None,
    }
}

fn listed(id: &str) -> Item {
    Item::Message(Box::new(Inbound {
        channel: LINE.to_owned(),
        id: id.to_owned(),
        repeat: None,
        contact: Sender { phone: Some(ANA.to_owned()), ..Sender::default() },
        echo: false,
        at: None,
        whole_seconds: false,
        quoted: None,
        referral: None,
        forwarded: false,
        effect: Effect::Message(Body::text(id)),
    }))
}

async fn connection(desk: &TestDesk) -> Connection {
    desk.store.connection(&desk.desk.seal, desk.connection).await.unwrap().unwrap()
}

async fn fetched(desk: &TestDesk) -> Result<i32, String> {
    let connection = connection(desk).await;
    let errand = Errand { connection: &connection, provider: &Listing, channel: LINE };
    fetch(&desk.desk, &errand, "2026-01-01T12:00:00Z".parse().unwrap()).await
}

fn lists(desk: &TestDesk, messages: &[&str], next: Option<&str>) {
    desk.provider.answer(&format!("/list/{LINE}"), 200, json!({"messages": messages, "next": next}));
}

async fn kept(desk: &TestDesk) -> i64 {
    desk.database.number("select count(*) from ledger where source = 'backlog'").await
}

#[tokio::test]
async fn a_list_is_read_page_by_page_and_what_is_new_is_kept_like_a_webhook() {
    let desk = TestDesk::start().await;
    lists(&desk, &["one", "two"], Some("2"));
    lists(&desk, &["three"], None);
    assert_eq!(fetched(&desk).await, Ok(3));
    let pages: Vec<_> =
        desk.provider.asked().iter().map(|asked| asked.rsplit_once('=').unwrap().1.to_owned()).collect();
    assert_eq!(pages, ["1", "2"]);
    assert!(desk.provider.asked()[0].contains("since=2026-01-01T12:00:00Z"));
    assert_eq!(kept(&desk).await, 2);
    desk.applied().await;
    desk.ledger().await;
}

#[tokio::test]
async fn what_is_here_already_leaves_no_trace() {
    let desk = TestDesk::start().await;
    desk.customer_writes(ANA, "one", "Hello?").await;
    lists(&desk, &["one"], None);
    assert_eq!((fetched(&desk).await, kept(&desk).await), (Ok(0), 0));
    lists(&desk, &["one", "two"], None);
    assert_eq!(fetched(&desk).await, Ok(0), "the stand-in gives its old answer once more");
    assert_eq!((fetched(&desk).await, kept(&desk).await), (Ok(1), 1));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_says_why() {
    let desk = TestDesk::start().await;
    desk.provider.answer(&format!("/list/{LINE}"), 503, json!({}));
    assert_eq!(fetched(&desk).await, Err("busy: It did not work.".to_owned()));
}

#[tokio::test]
async fn a_kept_page_is_read_as_a_list_and_not_as_a_webhook() {
    let incoming = |source, body: &'static str| Incoming {
        connection: uuid::Uuid::nil().into(),
        source,
        content_type: None,
        tail: String::new(),
        query: String::new(),
        body: body.into(),
    };
    let at = contract::Time(1_700_000_000_000);
    let page = r#"{"messages": ["one", "two"], "next": null}"#;
    assert_eq!(read(&Listing, &incoming(Source::Backlog, page), at).unwrap().len(), 2);
    assert!(read(&Listing, &incoming(Source::Backlog, "{"), at).is_err());
    assert!(read(&Listing, &incoming(Source::Webhook, page), at).is_err());
    let panics = r#"{"messages": [7]}"#;
    assert!(read(&Listing, &incoming(Source::Backlog, panics), at).unwrap_err().0.contains("panicked"));
}

#[tokio::test]
async fn a_list_is_read_by_one_process_at_a_time_from_where_it_was_read_last() {
    let desk = TestDesk::start().await;
    desk.stop().await;
    let store = &desk.store;
    let (one, two) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    let first = store.take_backlog(&["meta"], one).await.unwrap().unwrap();
    assert_eq!(store.take_backlog(&["meta"], two).await.unwrap(), None);
    assert_eq!(store.take_backlog(&["other"], two).await.unwrap(), None);
    assert!(store.renew_backlog(desk.connection, one).await.unwrap());
    assert!(!store.renew_backlog(desk.connection, two).await.unwrap());
    store.end_backlog(&first, one, Ok(3)).await.unwrap();
    assert_eq!(store.take_backlog(&["meta"], two).await.unwrap(), None, "it was read a moment ago");
    store.read_backlogs_now().await.unwrap();
    let second = store.take_backlog(&["meta"], two).await.unwrap().unwrap();
    assert_eq!(second.since, first.began);
    // One that ends early is begun again from the same moment, and one whose reader is gone is taken over.
    store.end_backlog(&second, two, Err("It did not work.".to_owned())).await.unwrap();
    desk.sql("update backlogs set due_at = desk_now()").await;
    assert_eq!(store.take_backlog(&["meta"], two).await.unwrap().unwrap().since, first.began);
    desk.sql("update backlogs set lease_until = desk_now() - interval '1 second'").await;
    assert!(store.take_backlog(&["meta"], one).await.unwrap().is_some());
    // An outage while it is read: it is read once more right after.
    store.read_backlogs_now().await.unwrap();
    let third = desk::store::backlogs::Reading { began: first.began, ..first };
    store.end_backlog(&third, one, Ok(0)).await.unwrap();
    assert!(store.take_backlog(&["meta"], one).await.unwrap().is_some());
}

#[tokio::test]
async fn a_time_without_any_process_is_an_outage_and_a_restart_is_none() {
    let desk = TestDesk::start().await;
    until("it has written that it is there", || async {
        let alive = desk.database.number("select count(*) from desk where alive_at is not null").await;
        (alive == 1).then_some(())
    })
    .await;
    desk.stop().await;
    let next = desk.another().await;
    let outages = "select count(*) from outages";
    until("the next one is there", || async {
        (desk
            .database
            .number("select count(*) from desk where alive_at > desk_now() - interval '2 seconds'")
            .await
            == 1)
            .then_some(())
    })
    .await;
    assert_eq!(desk.database.number(outages).await, 0);
    next.stop().await;
    desk.sql("update desk set alive_at = desk_now() - interval '60 seconds'").await;
    let _third = desk.another().await;
    until("the outage is noticed", || async { (desk.database.number(outages).await == 1).then_some(()) })
        .await;
    let long = "select count(*) from outages where ended_at - began_at between interval '60 seconds' and interval '90 seconds'";
    assert_eq!(desk.database.number(long).await, 1);
}

#[tokio::test]
async fn outages_that_follow_closely_are_one() {
    let desk = TestDesk::start().await;
    desk.stop().await;
    for (from, until) in [(0, 40), (60, 70), (65, 68), (400, 450)] {
        let at = |second: i64| contract::Time(1_700_000_000_000 + second * 1_000);
        desk.store.note_outage(at(from), at(until)).await.unwrap();
    }
    let lengths =
        "select (extract(epoch from ended_at - began_at)::bigint)::text from outages order by began_at";
    assert_eq!(desk.database.words(lengths).await, ["70", "50"]);
}
