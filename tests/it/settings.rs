//! What the settings screens show and change, and for whom.

use contract::connection::{NewConnection, SettingsTask, TaskDone};
use contract::seat::SeatError;
use contract::settings::{
    ChangeRefused, ChannelSettings, ConnectionView, Settings, SettingsChange, SettingsPage,
};
use contract::{BotId, Role};
use desk::auth::sessions::{self, SignedIn};
use desk::settings::{change, run, settings};
use tests::{Login, TestDesk};
use uuid::Uuid;

const PASSWORD: &str = "lantern quarry mosaic thistle";
const ANOTHER: &str = "another entirely good phrase";
const TOKEN: &str = "EAAG-token-in-plain";
const SECRET: &str = "app-secret-in-plain";

async fn admin(desk: &TestDesk) -> SignedIn {
    desk.signed_in(&desk.admin()).await
}

/// Somebody whom [`person`] has added.
async fn bob(desk: &TestDesk, role: Role) -> Login {
    let boss = admin(desk).await;
    change(&desk.desk, &boss, person("bob@example.org", role)).await.unwrap();
    let known = desk.store.agent_by_email("bob@example.org").await.unwrap().unwrap();
    Login {
        id: known.agent.id,
        name: known.agent.name,
        email: known.agent.email,
        password: PASSWORD.to_owned(),
    }
}

fn person(email: &str, role: Role) -> SettingsChange {
    SettingsChange::AddPerson {
        name: "Bob".to_owned(),
        email: email.to_owned(),
        role,
        password: PASSWORD.to_owned(),
    }
}

fn connection(fields: Vec<(String, String)>) -> SettingsTask {
    SettingsTask::Connect(NewConnection {
        provider: "meta".to_owned(),
        name: " Main account ".to_owned(),
        fields,
        numbers: Vec::new(),
    })
}

async fn refused(desk: &TestDesk, who: &SignedIn, fields: &[(&str, &str)]) -> ChangeRefused {
    run(&desk.desk, who, connection(owned(fields))).await.unwrap_err()
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

async fn channels(desk: &TestDesk, who: &SignedIn) -> ChannelSettings {
    match settings(&desk.desk, who, SettingsPage::Channels).await.unwrap() {
        Settings::Channels(channels) => channels,
        other => panic!("{other:?}"),
    }
}

/// The one connection that is not the sandbox's.
async fn connected(desk: &TestDesk, who: &SignedIn) -> ConnectionView {
    channels(desk, who).await.connections.into_iter().find(|c| c.name == "Main account").unwrap()
}

/// Every field that the provider wants, filled in.
async fn filled(desk: &TestDesk, who: &SignedIn) -> Vec<(String, String)> {
    let providers = channels(desk, who).await.providers;
    let fields = &providers.iter().find(|provider| provider.provider == "meta").unwrap().fields;
    let secret = |key: &str| if key.contains("token") { TOKEN } else { SECRET };
    let shown = fields.iter().filter(|field| field.key != "verify_token" && !field.optional);
    shown.map(|field| (field.key.clone(), secret(&field.key).to_owned())).collect()
}

async fn connect(desk: &TestDesk, who: &SignedIn) -> ConnectionView {
    let fields = filled(desk, who).await;
    let done = run(&desk.desk, who, connection(fields)).await.unwrap();
    let connection = connected(desk, who).await;
    assert_eq!(done, TaskDone::Connected { connection: connection.id });
    connection
}

#[tokio::test]
async fn an_agent_sees_its_own_account_and_changes_nothing_else() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let bob = desk.signed_in(&bob(&desk, Role::Agent).await).await;
    for page in [SettingsPage::Channels, SettingsPage::People, SettingsPage::Ledger] {
        assert_eq!(settings(&desk.desk, &bob, page).await, Err(SeatError::Forbidden), "{page:?}");
    }
    let changes = [
        SettingsChange::ReplaceSecrets { connection: Uuid::now_v7().into(), fields: Vec::new() },
        SettingsChange::SetChannelBot { channel: Uuid::now_v7().into(), bot: None },
        SettingsChange::ResumeChannel { channel: Uuid::now_v7().into() },
        SettingsChange::ShowTyping { channel: Uuid::now_v7().into(), on: false },
        person("eve@example.org", Role::Admin),
        SettingsChange::SetActive { person: boss.agent.id, active: false },
    ];
    for wish in changes {
        let refused = change(&desk.desk, &bob, wish).await.unwrap_err();
        assert_eq!(refused.message, "Only an admin may change this.");
    }
    assert_eq!(refused(&desk, &bob, &[]).await.message, "Only an admin may do this.");
    assert!(settings(&desk.desk, &bob, SettingsPage::Account).await.is_ok());
}

#[tokio::test]
async fn two_people_cannot_have_the_same_address() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    change(&desk.desk, &boss, person("bob@example.org", Role::Agent)).await.unwrap();
    let refused = change(&desk.desk, &boss, person(" BOB@example.org", Role::Agent)).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("email"));
}

#[tokio::test]
async fn a_changed_password_signs_out_everywhere_else_and_not_here() {
    let desk = TestDesk::start().await;
    let bob = bob(&desk, Role::Agent).await;
    let (here, there) = (desk.signed_in(&bob).await, desk.signed_in(&bob).await);
    let wish = |current: &str, new: &str| SettingsChange::ChangePassword {
        current: current.to_owned(),
        new: new.to_owned(),
    };
    let wrong = change(&desk.desk, &here, wish("wrong", ANOTHER)).await.unwrap_err();
    assert_eq!(wrong.field.as_deref(), Some("current"));
    let weak = change(&desk.desk, &here, wish(PASSWORD, "bob@example.org")).await.unwrap_err();
    assert_eq!(weak.field.as_deref(), Some("new"));
    change(&desk.desk, &here, wish(PASSWORD, ANOTHER)).await.unwrap();
    assert!(sessions::still_valid(&desk.desk, &here).await.unwrap());
    assert!(!sessions::still_valid(&desk.desk, &there).await.unwrap());
    let Settings::Account { sign_ins } = settings(&desk.desk, &here, SettingsPage::Account).await.unwrap()
    else {
        panic!("another page");
    };
    assert_eq!(sign_ins.iter().map(|sign_in| sign_in.current).collect::<Vec<_>>(), [true]);
}

#[tokio::test]
async fn signing_out_everywhere_ends_this_session_too() {
    let desk = TestDesk::start().await;
    let (here, there) = (admin(&desk).await, admin(&desk).await);
    change(&desk.desk, &here, SettingsChange::SignOutEverywhere).await.unwrap();
    assert!(!sessions::still_valid(&desk.desk, &here).await.unwrap());
    assert!(!sessions::still_valid(&desk.desk, &there).await.unwrap());
}

#[tokio::test]
async fn nobody_takes_away_their_own_access_and_two_admins_cannot_send_each_other_away_at_once() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let cy = desk.signed_in(&bob(&desk, Role::Admin).await).await;
    let away = |who: &SignedIn| SettingsChange::SetActive { person: who.agent.id, active: false };
    change(&desk.desk, &boss, away(&boss)).await.unwrap_err();
    let (one, two) = tokio::join!(change(&desk.desk, &boss, away(&cy)), change(&desk.desk, &cy, away(&boss)));
    assert!(one.is_ok() ^ two.is_ok(), "{one:?} {two:?}");
    assert_eq!(desk.store.count_admins().await.unwrap(), 1);
}

#[tokio::test]
async fn a_connection_shows_what_the_provider_must_be_told_and_none_of_its_secrets() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let missing = refused(&desk, &boss, &[]).await;
    assert!(missing.field.is_some() && missing.message.ends_with("is missing."), "{missing:?}");
    let chosen = refused(&desk, &boss, &[("verify_token", "guessme")]).await;
    assert_eq!(chosen.field.as_deref(), Some("verify_token"));
    let connection = connect(&desk, &boss).await;
    assert!(connection.webhook_url.ends_with(&format!("/webhooks/meta/{}", connection.id)));
    let token = connection.verify_token.clone().unwrap();
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    let shown = format!("{:?}", channels(&desk, &boss).await);
    assert!(!shown.contains(TOKEN) && !shown.contains(SECRET));
}

#[tokio::test]
async fn a_replaced_secret_stays_valid_for_a_day_beside_the_new_one() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let connection = connect(&desk, &boss).await.id;
    let (key, _) = filled(&desk, &boss).await.remove(0);
    let nothing = SettingsChange::ReplaceSecrets { connection, fields: Vec::new() };
    change(&desk.desk, &boss, nothing).await.unwrap_err();
    let fields = owned(&[(&key, "the new one")]);
    change(&desk.desk, &boss, SettingsChange::ReplaceSecrets { connection, fields }).await.unwrap();
    let values = || async {
        let account = desk.store.account(&desk.desk.seal, connection).await.unwrap().unwrap();
        account.active(&key).map(str::to_owned).collect::<Vec<_>>()
    };
    let both = values().await;
    assert_eq!((both.len(), both[0].as_str()), (2, "the new one"));
    desk.sql("update connection_secrets set valid_until = desk_now() where valid_until is not null").await;
    sessions::sweep(&desk.desk).await.unwrap();
    assert_eq!(values().await, ["the new one"]);
}

#[tokio::test]
async fn an_unknown_number_is_listed_until_it_is_set_up_and_a_number_is_set_up_once() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let connection = connect(&desk, &boss).await.id;
    desk.sql(&format!(
        "insert into rejections (connection_id, ledger_day, ledger_id, item, reason, detail, provider_channel, at)
         select '{connection}', '2026-01-01', 1, n, 'unknown_channel', 'a number', '10666', desk_now()
           from generate_series(0, 2) n"
    ))
    .await;
    let unknown = connected(&desk, &boss).await.unknown_channels;
    assert_eq!((unknown.len(), unknown[0].provider_channel.as_str(), unknown[0].items), (1, "10666", 3));
    let wish = |bot: Option<BotId>| SettingsChange::AddChannel {
        connection,
        name: "Shop".to_owned(),
        provider_channel: " 10666 ".to_owned(),
        number: Some(String::new()),
        bot,
    };
    let refused = change(&desk.desk, &boss, wish(Some(Uuid::now_v7().into()))).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("bot"));
    change(&desk.desk, &boss, wish(None)).await.unwrap();
    let twice = change(&desk.desk, &boss, wish(None)).await.unwrap_err();
    assert_eq!(twice.field.as_deref(), Some("provider_channel"));
    let shown = connected(&desk, &boss).await;
    assert!(shown.unknown_channels.is_empty());
    assert_eq!((shown.channels.len(), &shown.channels[0].number), (1, &None));
}

#[tokio::test]
async fn a_paused_channel_is_resumed() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let connection = connect(&desk, &boss).await.id;
    let wish = SettingsChange::AddChannel {
        connection,
        name: "Shop".to_owned(),
        provider_channel: "10666".to_owned(),
        number: Some("+49 30 901820".to_owned()),
        bot: None,
    };
    change(&desk.desk, &boss, wish).await.unwrap();
    desk.sql("update channels set paused = 'The token does not hold.'").await;
    let channel = connected(&desk, &boss).await.channels.remove(0);
    assert_eq!(channel.paused.as_deref(), Some("The token does not hold."));
    change(&desk.desk, &boss, SettingsChange::ResumeChannel { channel: channel.id }).await.unwrap();
    assert_eq!(connected(&desk, &boss).await.channels[0].paused, None);
}

#[tokio::test]
async fn the_ledger_adds_up() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    desk.sql(
        "insert into ledger (day, connection_id, received_at, state, items, applied, duplicate, ignored, rejected, parked)
         values ('2026-01-01', gen_random_uuid(), desk_now(), 'done', 15, 5, 4, 3, 2, 1),
                ('2026-01-01', gen_random_uuid(), desk_now(), 'done', null, 0, 0, 0, 0, 0)",
    )
    .await;
    let Settings::Ledger(ledger) = settings(&desk.desk, &boss, SettingsPage::Ledger).await.unwrap() else {
        panic!("another page");
    };
    assert!(ledger.balanced(), "{ledger:?}");
    assert_eq!((ledger.received, ledger.pending), (16, 2));
}

#[tokio::test]
async fn a_channel_shows_typing_until_it_is_told_not_to() {
    let desk = TestDesk::start().await;
    let boss = admin(&desk).await;
    let shown = async || {
        let all = channels(&desk, &boss).await.connections.into_iter().flat_map(|one| one.channels);
        all.into_iter().find(|channel| channel.id == desk.channel).unwrap()
    };
    assert_eq!(shown().await.typing, Some(true));
    let wish = SettingsChange::ShowTyping { channel: shown().await.id, on: false };
    change(&desk.desk, &boss, wish).await.unwrap();
    assert_eq!(shown().await.typing, Some(false));
    let gone = SettingsChange::ShowTyping { channel: Uuid::now_v7().into(), on: true };
    assert_eq!(
        change(&desk.desk, &boss, gone).await.unwrap_err().message,
        "This channel does not exist any more."
    );
}
