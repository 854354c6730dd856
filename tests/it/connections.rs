//! One connection: trying its credentials, what its screen shows, and how customers begin to write to it.

use contract::connection::{ConnectionPage, NewConnection, NewNumber, SettingsTask, TaskDone};
use contract::seat::SeatError;
use contract::settings::{ChangeRefused, Settings, SettingsChange, SettingsPage};
use contract::{ConnectionId, Time};
use desk::auth::sessions::SignedIn;
use desk::settings::{change, run, settings};
use serde_json::json;
use tests::meta::{messages, text};
use tests::{TestDesk, until};
use uuid::Uuid;

const ANA: &str = "4917139200099";
const TOKEN: &str = "EAAG-token-in-plain";
const ACCOUNT: &str = "102290129340398";

async fn admin(desk: &TestDesk) -> SignedIn {
    desk.signed_in(&desk.admin()).await
}

fn fields(api_base: &str) -> Vec<(String, String)> {
    let all = [
        ("access_token", TOKEN),
        ("app_secret", "app-secret-in-plain"),
        ("waba_id", ACCOUNT),
        ("api_base", api_base),
    ];
    all.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec()
}

fn try_fields(desk: &TestDesk) -> SettingsTask {
    SettingsTask::TryFields { provider: "meta".to_owned(), fields: fields(&desk.provider.url) }
}

fn connect(desk: &TestDesk, numbers: Vec<NewNumber>) -> SettingsTask {
    SettingsTask::Connect(NewConnection {
        provider: "meta".to_owned(),
        name: "Shop Europe".to_owned(),
        fields: fields(&desk.provider.url),
        numbers,
    })
}

fn number(id: &str, name: &str) -> NewNumber {
    NewNumber {
        provider_channel: id.to_owned(),
        name: name.to_owned(),
        rate: Some(1_000),
        ..NewNumber::default()
    }
}

/// The account's numbers, as Meta lists them.
fn lists_its_numbers(desk: &TestDesk) {
    let numbers = json!({"data": [
        {"id": "10661", "verified_name": "Shop", "display_phone_number": "+44 20 7946 0018",
         "quality_rating": "GREEN", "throughput": {"level": "HIGH"}, "messaging_limit_tier": "TIER_1K"},
        {"id": "10662"},
    ]});
    desk.provider.answer(&format!("/{ACCOUNT}/phone_numbers"), 200, numbers);
}

async fn connection(desk: &TestDesk, who: &SignedIn, id: ConnectionId) -> ConnectionPage {
    match settings(&desk.desk, who, SettingsPage::Connection(id)).await.unwrap() {
        Settings::Connection(page) => *page,
        other => panic!("{other:?}"),
    }
}

async fn refused(desk: &TestDesk, who: &SignedIn, task: SettingsTask) -> ChangeRefused {
    run(&desk.desk, who, task).await.unwrap_err()
}

async fn connected(desk: &TestDesk, who: &SignedIn, numbers: Vec<NewNumber>) -> ConnectionId {
    match run(&desk.desk, who, connect(desk, numbers)).await.unwrap() {
        TaskDone::Connected { connection } => connection,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn credentials_are_tried_before_they_are_stored_and_the_numbers_are_listed() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    lists_its_numbers(&desk);
    let TaskDone::Holds { numbers } = run(&desk.desk, &boss, try_fields(&desk)).await.unwrap() else {
        panic!()
    };
    assert_eq!(numbers.len(), 2);
    assert_eq!((numbers[0].provider_channel.as_str(), numbers[0].rate), ("10661", Some(1_000)));
    assert_eq!(numbers[0].number.as_deref(), Some("+44 20 7946 0018"));
    assert_eq!(
        desk.database.number("select count(*) from connections").await,
        1,
        "nothing is stored by trying"
    );
    assert!(desk.provider.asked()[0].starts_with(&format!("/{ACCOUNT}/phone_numbers?")));
}

#[tokio::test]
async fn where_nothing_would_prove_a_webhook_nothing_is_connected() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    for provider in ["infobip", "braze"] {
        let refusal = async |proof: &[&str]| {
            let asked = desk::channels::provider(provider).unwrap().about().fields;
            let of_webhooks = |key: &str| key.starts_with("webhook_");
            let fields = asked.into_iter().filter(|field| {
                !(field.optional || of_webhooks(&field.key)) || proof.contains(&field.key.as_str())
            });
            let value =
                |key: &str| if key == "api_base" { desk.provider.url.clone() } else { "given".to_owned() };
            let fields = fields.map(|field| (field.key.clone(), value(&field.key))).collect();
            let provider = provider.to_owned();
            run(&desk.desk, &boss, SettingsTask::TryFields { provider, fields }).await.err()
        };
        let field = async |proof: &[&str]| refusal(proof).await.and_then(|refused| refused.field);
        assert_eq!(field(&[]).await.as_deref(), Some("webhook_key"), "{provider}");
        assert_eq!(field(&["webhook_user"]).await.as_deref(), Some("webhook_password"), "{provider}");
        assert_eq!(field(&["webhook_password"]).await.as_deref(), Some("webhook_user"), "{provider}");
        for enough in [&["webhook_key"][..], &["webhook_user", "webhook_password"]] {
            let field = field(enough).await.unwrap_or_default();
            assert!(!field.starts_with("webhook_"), "{provider}: {field}");
        }
    }
}

#[tokio::test]
async fn the_provider_says_why_credentials_do_not_hold() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let no =
        json!({"error": {"message": "Invalid OAuth access token.", "type": "OAuthException", "code": 190}});
    desk.provider.answer(&format!("/{ACCOUNT}/phone_numbers"), 401, no);
    let why = refused(&desk, &boss, try_fields(&desk)).await;
    assert!(why.message.contains("190") && !why.message.contains(TOKEN), "{why:?}");
    let missing = SettingsTask::TryFields { provider: "meta".to_owned(), fields: Vec::new() };
    assert!(refused(&desk, &boss, missing).await.field.is_some());
    let nobody = SettingsTask::TryFields {
        provider: "meta".to_owned(),
        fields: fields(&format!("http://127.0.0.1:{}", tests::process::free_port())),
    };
    let why = refused(&desk, &boss, nobody).await;
    assert!(why.message.contains("was not reached") && !why.message.contains(TOKEN), "{why:?}");
}

#[tokio::test]
async fn a_connection_is_made_with_the_numbers_that_were_chosen_or_not_at_all() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let twice = vec![number("10661", "Shop"), number("10661", "Other")];
    let why = refused(&desk, &boss, connect(&desk, twice)).await;
    assert_eq!(why.field.as_deref(), Some("provider_channel"));
    assert_eq!(
        desk.database.number("select count(*) from connections").await,
        1,
        "half a connection was made"
    );
    let id = connected(&desk, &boss, vec![number("10661", "Shop"), number("10662", "Support")]).await;
    let page = connection(&desk, &boss, id).await;
    let channels: Vec<_> = page.connection.channels.iter().map(|one| (one.name.as_str(), one.rate)).collect();
    assert_eq!(channels, [("Shop", 1_000), ("Support", 1_000)]);
    assert_eq!(page.connection.api_base, desk.provider.url);
    assert_eq!(page.values, [("waba_id".to_owned(), ACCOUNT.to_owned())]);
    assert!(page.connection.verify_token.is_some() && !page.provider.steps.is_empty());
    let shown = format!("{page:?}");
    assert!(!shown.contains(TOKEN) && !shown.contains("app-secret-in-plain"));
    let gone = SettingsPage::Connection(Uuid::now_v7().into());
    assert_eq!(settings(&desk.desk, &boss, gone).await, Err(SeatError::NotFound));
}

#[tokio::test]
async fn calls_go_to_the_providers_hosts_or_to_those_that_the_operator_has_named() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let id = connected(&desk, &boss, Vec::new()).await;
    for (typed, kept) in [
        ("https://graph.facebook.com/v99.0/", Some("https://graph.facebook.com/v99.0")),
        ("graph.facebook.com/v25.0", Some("https://graph.facebook.com/v25.0")),
        ("https://eu.graph.facebook.com", Some("https://eu.graph.facebook.com")),
        ("http://127.0.0.1:4010", Some("http://127.0.0.1:4010")),
        ("http://graph.facebook.com", None),
        ("https://graph.facebook.com.evil.example", None),
        ("https://evilfacebook.com", None),
        ("https://graph.facebook.com@evil.example", None),
        ("https://user:password@graph.facebook.com", None),
        ("https://graph.facebook.com/?to=evil", None),
        ("https://169.254.169.254", None),
        ("https://10.0.0.1", None),
        ("ftp://graph.facebook.com", None),
        ("https://", None),
    ] {
        let fields = vec![("api_base".to_owned(), typed.to_owned())];
        let wish = SettingsChange::ReplaceSecrets { connection: id, fields };
        let done = change(&desk.desk, &boss, wish).await;
        assert_eq!(done.is_ok(), kept.is_some(), "{typed}: {done:?}");
        match (done, kept) {
            (Err(why), _) => assert_eq!(why.field.as_deref(), Some("api_base"), "{typed}"),
            (Ok(()), kept) => {
                let now = connection(&desk, &boss, id).await.connection.api_base;
                assert_eq!(Some(now.as_str()), kept, "{typed}");
            }
        }
    }
}

#[tokio::test]
async fn a_connection_is_checked_again_at_any_time_and_its_screen_says_what_came_of_it() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let id = connected(&desk, &boss, Vec::new()).await;
    assert_eq!(connection(&desk, &boss, id).await.health.checked_at, None);
    let path = format!("/{ACCOUNT}/phone_numbers");
    desk.provider.answer(&path, 401, json!({"error": {"message": "It has expired.", "code": 190}}));
    lists_its_numbers(&desk);
    let why = refused(&desk, &boss, SettingsTask::Check { connection: id }).await;
    let health = connection(&desk, &boss, id).await.health;
    assert_eq!(health.check_error, Some(why.message));
    let done = run(&desk.desk, &boss, SettingsTask::Check { connection: id }).await.unwrap();
    assert!(matches!(done, TaskDone::Holds { numbers } if numbers.len() == 2));
    let health = connection(&desk, &boss, id).await.health;
    assert!(health.checked_at.is_some() && health.check_error.is_none());
}

#[tokio::test]
async fn where_the_numbers_cannot_be_listed_one_of_them_is_asked_for() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    // The test connection names no account of WhatsApp Business.
    desk.provider.answer(&format!("/{}", tests::desk::LINE), 200, json!({"id": tests::desk::LINE}));
    let done = run(&desk.desk, &boss, SettingsTask::Check { connection: desk.connection }).await.unwrap();
    assert!(matches!(done, TaskDone::Holds { numbers } if numbers[0].provider_channel == tests::desk::LINE));
}

#[tokio::test]
async fn the_screen_of_a_connection_says_how_it_does() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let before = connection(&desk, &boss, desk.connection).await;
    assert_eq!((before.connection.last_webhook_at, before.health.last_out), (None, None));
    desk.with_bot().await;
    desk.customer_writes(ANA, "wamid.1", "hi").await;
    desk.settled().await;
    desk.sql(&format!(
        "insert into bad_signatures select '{0}', date_trunc('hour', desk_now()) - n * interval '12 hours', 4
           from generate_series(0, 2) n;
         insert into outages (began_at, ended_at) values
           (desk_now() + interval '1 minute', desk_now() + interval '2 minutes'),
           (desk_now() - interval '9 days', desk_now() - interval '8 days')",
        desk.connection
    ))
    .await;
    desk.sql(&format!(
        "insert into account_events (connection_id, kind, detail, at)
         select '{}', 'account_alert', 'Older and older', desk_now() - n * interval '5 days'
           from generate_series(0, 2) n",
        desk.connection
    ))
    .await;
    let page = until("the lamp is lit", || async {
        let page = connection(&desk, &boss, desk.connection).await;
        page.connection.last_webhook_at.is_some().then_some(page)
    })
    .await;
    let sends = page.health.sends;
    assert!(page.health.last_out.is_some() && sends.all > 0 && sends.failed == 0 && sends.since.is_none());
    assert_eq!(page.health.bad_signatures.len(), 2, "only the last 24 hours count");
    assert_eq!((page.health.outages.len(), page.health.backlog), (1, None));
    assert_eq!(page.health.news.len(), 2, "only the last 7 days are shown");
    desk.sql("update deliveries set state = 'failed'").await;
    let sends = connection(&desk, &boss, desk.connection).await.health.sends;
    assert_eq!((sends.failed, sends.failed_of_1000()), (sends.all, 1_000));
    assert_eq!(desk.post(&messages(ANA, &[text(ANA, "wamid.2", "Hello?")])).await, 200);
    assert!(page.health.outages[0].0 > Time(0));
}

#[tokio::test]
async fn customers_begin_to_write_by_a_link_a_code_or_a_snippet() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let task = |text: &str| SettingsTask::ClickToChat { channel: desk.channel, text: text.to_owned() };
    desk.sql("update channels set number = '+44 20 7946 0018'").await;
    let TaskDone::Click(click) =
        run(&desk.desk, &boss, task("I'd like to ask about \"lamps\" & more")).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(
        click.link,
        "https://wa.me/442079460018?text=I%27d%20like%20to%20ask%20about%20%22lamps%22%20%26%20more"
    );
    assert!(click.snippet.contains(&click.link) && click.path.starts_with('M') && click.size >= 29);
    assert_eq!(refused(&desk, &boss, task(&"a".repeat(600))).await.field.as_deref(), Some("text"));
}
