//! Templates: read from the provider, kept fresh by its news, chosen, filled in, and sent when free text is not.

use contract::command::Claim;
use contract::message::{Parameter, Template};
use contract::picker::{Place, TemplateQuery, TemplateShelf};
use contract::settings::{Settings, SettingsChange, SettingsPage, TemplateSettings};
use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader, TemplateInfo, TemplateStatus,
};
use contract::{Ack, Body, ClientId, Command, ConversationId, Refusal, RefusalCode, Request};
use desk::flows::act;
use serde_json::{Value, json};
use tests::meta::{messages, seconds, text_at};
use tests::shelf::{filled, info, listed};
use tests::{Login, TestDesk, until};
use uuid::Uuid;

const ANA: &str = "4917139200099";
const HOUR: i64 = 3_600;

async fn send(desk: &TestDesk, who: &Login, to: ConversationId, body: Body) -> Result<Ack, Refusal> {
    let epoch = desk.card(to).await.epoch;
    let command = Command::Reply { epoch, body, quoted: None, claim: Claim::IfFree };
    let request = Request { id: ClientId(Uuid::new_v4()), conversation: to, command };
    act(&desk.desk, TestDesk::acting(who), request).await
}

async fn wrote(desk: &TestDesk, id: &str, seconds_ago: i64) -> ConversationId {
    assert_eq!(desk.post(&messages(ANA, &[text_at(ANA, id, "Hello?", seconds() - seconds_ago)])).await, 200);
    desk.applied().await;
    desk.conversation_of(ANA).await
}

fn order() -> TemplateInfo {
    info("order_update", TemplateCategory::Utility, "Dear {{1}}, order {{2}} is on its way.")
}

async fn shown(desk: &TestDesk) -> TemplateSettings {
    let boss = desk.signed_in(&desk.admin()).await;
    match desk::settings::settings(&desk.desk, &boss, SettingsPage::Templates).await.unwrap() {
        Settings::Templates(shown) => shown,
        other => panic!("{other:?}"),
    }
}

async fn shelf(desk: &TestDesk, query: TemplateQuery) -> TemplateShelf {
    let seat = desk::seat::seat(&desk.desk, desk.signed_in(&desk.admin()).await);
    seat.templates(query).await.unwrap()
}

async fn of_channel(desk: &TestDesk, language: &str, words: &str) -> TemplateShelf {
    let query = TemplateQuery {
        channel: Some(desk.channel),
        language: language.to_owned(),
        words: words.to_owned(),
        ..TemplateQuery::default()
    };
    shelf(desk, query).await
}

async fn status_of(desk: &TestDesk, name: &str) -> String {
    let found = desk.database.words(&format!("select status from templates where name = '{name}'")).await;
    found.into_iter().next().unwrap_or_default()
}

/// News of the account, as Meta sends it.
fn news(field: &str, value: Value) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "time": seconds(), "changes": [{"field": field, "value": value}]}],
    })
}

async fn hears(desk: &TestDesk, field: &str, value: Value) {
    assert_eq!(desk.post(&news(field, value)).await, 200);
    desk.applied().await;
}

#[tokio::test]
async fn the_window_is_24_hours_of_the_providers_clock_and_a_template_passes_after_it() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.has_template(&order()).await;
    let id = wrote(&desk, "wamid.1", 24 * HOUR - 60).await;
    assert!(send(&desk, &sara, id, Body::text("In time")).await.is_ok());
    desk.provider.until_seen(1).await;
    desk.sql("update conversations set window_until = window_until - interval '2 minutes'").await;
    let refusal = send(&desk, &sara, id, Body::text("Too late")).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::WindowClosed);
    let template = Body::Template(filled("order_update", &["Ana", "1001"]));
    assert!(send(&desk, &sara, id, template).await.is_ok());
    let seen = desk.provider.until_seen(2).await;
    assert_eq!(seen[1].body["template"]["name"], json!("order_update"));
    desk.settled().await;
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    let Body::Template(sent) = &thread.messages.last().unwrap().body else { panic!("no template") };
    assert_eq!(sent.text, "Dear Ana, order 1001 is on its way.");
    let used = "select used from templates where last_used_at is not null";
    assert_eq!(desk.database.number(used).await, 1);
}

#[tokio::test]
async fn an_advertisement_makes_it_free_of_charge_and_the_window_no_longer() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.has_template(&order()).await;
    let mut message = text_at(ANA, "wamid.1", "I saw your ad", seconds() - 25 * HOUR);
    message["referral"] = json!({"source_type": "ad", "source_id": "1", "ctwa_clid": "x"});
    assert_eq!(desk.post(&messages(ANA, &[message])).await, 200);
    desk.applied().await;
    let id = desk.conversation_of(ANA).await;
    let card = desk.card(id).await;
    let (window, free) = (card.window_until.unwrap(), card.free_until.unwrap());
    assert_eq!(free.since_ms(window), 48 * HOUR * 1_000);
    let refusal = send(&desk, &sara, id, Body::text("Hello!")).await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::WindowClosed);
    let template = Body::Template(filled("order_update", &["Ana", "1001"]));
    assert!(send(&desk, &sara, id, template).await.is_ok());
    desk.provider.until_seen(1).await;
}

#[tokio::test]
async fn a_template_goes_whole_and_approved_or_not_at_all_and_the_refusal_says_what_is_missing() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.has_template(&order()).await;
    desk.has_template(&TemplateInfo {
        status: TemplateStatus::Paused,
        reason: Some("FIRST_PAUSE".to_owned()),
        ..info("new_arrivals", TemplateCategory::Utility, "Look!")
    })
    .await;
    desk.has_template(&TemplateInfo {
        header: Some(TemplateHeader::Image),
        buttons: vec![TemplateButtonInfo::Url {
            text: "Map".to_owned(),
            url: "https://x.example/{{1}}".to_owned(),
        }],
        ..info("parcel_photo", TemplateCategory::Utility, "It comes on {{1}}.")
    })
    .await;
    let id = wrote(&desk, "wamid.1", 60).await;
    let cases: [(Template, RefusalCode, &str); 6] = [
        (filled("order_update", &["Ana"]), RefusalCode::Invalid, "{{2}} in the text"),
        (filled("order_update", &["Ana", " "]), RefusalCode::Invalid, "{{2}} in the text"),
        (filled("order_update", &["Ana", "1", "2"]), RefusalCode::Invalid, "fewer values"),
        (filled("new_arrivals", &[]), RefusalCode::NotCarried, "FIRST_PAUSE"),
        (filled("no_such", &[]), RefusalCode::NotCarried, "no template no_such"),
        (filled("parcel_photo", &["Tuesday"]), RefusalCode::Invalid, "the file at the top"),
    ];
    for (template, code, words) in cases {
        let refusal = send(&desk, &sara, id, Body::Template(template)).await.unwrap_err();
        assert_eq!(refusal.code, code, "{}", refusal.message);
        assert!(refusal.message.contains(words), "{}", refusal.message);
    }
    assert!(desk.provider.seen().is_empty());
}

#[tokio::test]
async fn what_the_picker_fills_in_is_what_the_provider_gets() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.has_template(&TemplateInfo {
        header: Some(TemplateHeader::Image),
        buttons: vec![TemplateButtonInfo::Url {
            text: "Map".to_owned(),
            url: "https://x.example/{{1}}".to_owned(),
        }],
        ..info("parcel_photo", TemplateCategory::Utility, "It comes on {{2}}, {{1}}.")
    })
    .await;
    let id = wrote(&desk, "wamid.1", 25 * HOUR).await;
    let card = of_channel(&desk, "", "parcel").await.templates.remove(0);
    let places: Vec<_> = card.slots.iter().map(|slot| slot.place).collect();
    let image = Place::File(contract::message::MediaKind::Image);
    assert_eq!(places, [image, Place::Body, Place::Body, Place::Link(0)]);
    let values = ["https://x.example/a.jpg", "Ana", "Tuesday", "7"].map(str::to_owned);
    let preview = card.text(&values);
    send(&desk, &sara, id, Body::Template(card.fill(&values))).await.unwrap();
    let seen = desk.provider.until_seen(1).await;
    assert_eq!(
        seen[0].body["template"]["components"],
        json!([
            {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.example/a.jpg"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "Tuesday"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "7"}]},
        ])
    );
    let thread = desk.store.thread(id).await.unwrap().unwrap();
    assert_eq!(thread.messages.last().unwrap().body.words(), Some(preview.as_str()));
    assert_eq!(preview, "It comes on Tuesday, Ana.");
}

#[tokio::test]
async fn the_whole_list_is_read_and_what_is_gone_at_the_provider_is_gone_here() {
    let desk = TestDesk::start().await;
    let many = |count: usize| {
        (0..count).map(|n| listed(&format!("t_{n:03}"), "APPROVED", "UTILITY", "Hello {{1}}."))
    };
    desk.provider.lists(many(130));
    desk.reads_templates().await;
    assert_eq!(desk.database.number("select count(*) from templates where status = 'approved'").await, 130);
    let pages = desk.provider.list_calls();
    assert!(pages >= 6, "{pages}");
    desk.provider.lists(many(129));
    desk.reads_templates_again().await;
    assert_eq!(status_of(&desk, "t_129").await, "deleted");
    let mut found = 0;
    loop {
        let query = TemplateQuery { channel: Some(desk.channel), skip: found, ..TemplateQuery::default() };
        let page = shelf(&desk, query).await;
        found += u32::try_from(page.templates.len()).unwrap();
        if !page.more {
            break;
        }
    }
    assert_eq!(found, 129, "every page is shown, and nothing twice");
    assert_eq!(shown(&desk).await.sources[0].templates, 129);
}

#[tokio::test]
async fn two_servers_with_two_numbers_of_an_account_read_its_list_once() {
    let desk = TestDesk::start().await;
    let _other = desk.another().await;
    tests::desk::add_channel(&desk.database, desk.connection, "109900000000002").await;
    desk.provider.lists([listed("one", "APPROVED", "UTILITY", "Hello.")]);
    desk.reads_templates().await;
    assert_eq!(desk.provider.list_calls(), 1);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_says_why_and_new_credentials_read_it_at_once() {
    let desk = TestDesk::start().await;
    desk.provider.lists([listed("one", "APPROVED", "UTILITY", "Hello.")]);
    let error = || async { shown(&desk).await.sources.remove(0).error };
    until("the missing account is told", || async {
        error().await.filter(|why| why.contains("WhatsApp Business account ID"))
    })
    .await;
    desk.provider.refuses_lists(Some(401));
    let boss = desk.signed_in(&desk.admin()).await;
    let replace = |value: &str| SettingsChange::ReplaceSecrets {
        connection: desk.connection,
        fields: vec![("waba_id".to_owned(), value.to_owned())],
    };
    let seat = desk::seat::seat(&desk.desk, boss);
    seat.change(replace("102290129340398")).await.unwrap();
    until("the refusal is told", || async { error().await.filter(|why| why.starts_with("190")) }).await;
    desk.provider.refuses_lists(None);
    seat.change(SettingsChange::SyncTemplates { connection: desk.connection }).await.unwrap();
    until("the list is read", || async {
        let source = shown(&desk).await.sources.remove(0);
        (source.error.is_none() && source.templates == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn news_of_a_template_in_use_alerts_the_admins_and_of_another_one_does_not() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.has_template(&order()).await;
    desk.has_template(&info("unused", TemplateCategory::Utility, "Hello.")).await;
    let id = wrote(&desk, "wamid.1", 60).await;
    assert!(send(&desk, &sara, id, Body::Template(filled("order_update", &["Ana", "1"]))).await.is_ok());
    let paused = |name: &str| {
        json!({
            "event": "PAUSED", "message_template_id": 77, "message_template_name": name,
            "message_template_language": "en_US", "reason": "NONE",
            "other_info": {"title": "FIRST_PAUSE", "description": "Negative feedback."},
        })
    };
    for name in ["unused", "order_update"] {
        hears(&desk, "message_template_status_update", paused(name)).await;
        assert_eq!(status_of(&desk, name).await, "paused");
    }
    let moved = json!({
        "message_template_id": 77, "message_template_name": "order_update", "message_template_language": "en_US",
        "previous_category": "UTILITY", "new_category": "MARKETING",
    });
    hears(&desk, "template_category_update", moved).await;
    let alerts = shown(&desk).await.alerts;
    let told: Vec<_> = alerts.iter().map(|alert| (alert.subject.as_str(), alert.seen)).collect();
    assert_eq!(told, [("order_update (en_US)", false), ("order_update (en_US)", false)]);
    assert!(alerts[1].text.contains("Negative feedback."), "{}", alerts[1].text);
    assert!(alerts[0].text.starts_with("It counts as marketing now"), "{}", alerts[0].text);
    let seat = desk::seat::seat(&desk.desk, desk.signed_in(&desk.admin()).await);
    assert_eq!(seat.me().await.unwrap().alerts, 2);
    let agent = desk::seat::seat(&desk.desk, desk.signed_in(&sara).await);
    assert_eq!(agent.me().await.unwrap().alerts, 0);
    seat.change(SettingsChange::SeenAlerts).await.unwrap();
    assert_eq!(seat.me().await.unwrap().alerts, 0);
    let refusal = send(&desk, &sara, id, Body::Template(filled("order_update", &["Ana", "1"]))).await;
    assert!(refusal.unwrap_err().message.contains("paused"));
    let card = of_channel(&desk, "", "order").await.templates.remove(0);
    assert_eq!(card.previous_category, Some(TemplateCategory::Utility));
    assert_eq!(card.category, Some(TemplateCategory::Marketing));
}

#[tokio::test]
async fn a_list_that_says_what_news_has_not_alerts_just_the_same() {
    let desk = TestDesk::start().await;
    let sara = desk.agent("Sara").await;
    desk.provider.lists([listed("order_update", "APPROVED", "UTILITY", "Hello.")]);
    desk.reads_templates().await;
    let id = wrote(&desk, "wamid.1", 60).await;
    assert!(send(&desk, &sara, id, Body::Template(filled("order_update", &[]))).await.is_ok());
    desk.provider.lists([listed("order_update", "DISABLED", "UTILITY", "Hello.")]);
    desk.reads_templates_again().await;
    desk.provider.lists([]);
    desk.reads_templates_again().await;
    let alerts = shown(&desk).await.alerts;
    assert_eq!(alerts.len(), 2, "{alerts:?}");
    assert!(alerts[0].text.contains("gone") && alerts[1].text.contains("disabled"), "{alerts:?}");
}

#[tokio::test]
async fn news_of_a_number_and_of_the_account_reach_the_channels() {
    let desk = TestDesk::start().await;
    desk.sql("update channels set number = '+1 (555) 000-1111'").await;
    let flagged = json!({
        "display_phone_number": "15550001111", "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_10K",
    });
    hears(&desk, "phone_number_quality_update", flagged).await;
    let found = desk
        .database
        .words("select messaging_limit || ' ' || rate from channels where health_at is not null")
        .await;
    assert_eq!(found, ["TIER_10K 1000"]);
    let ban = |state: &str| json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}});
    let paused = "select count(*) from channels where paused is not null";
    hears(&desk, "account_update", ban("SCHEDULE_FOR_DISABLE")).await;
    assert_eq!(desk.database.number(paused).await, 0);
    hears(&desk, "account_update", ban("DISABLE")).await;
    assert_eq!(desk.database.number(paused).await, 1);
    hears(&desk, "account_update", ban("REINSTATE")).await;
    assert_eq!(desk.database.number(paused).await, 0);
    desk.sql("update channels set paused = '190: the token does not hold'").await;
    hears(&desk, "account_update", ban("DISABLE")).await;
    hears(&desk, "account_update", ban("REINSTATE")).await;
    assert_eq!(
        desk.database.number(paused).await,
        1,
        "what the provider has not stopped it does not let go on"
    );
    let kinds: Vec<_> = shown(&desk).await.alerts.into_iter().map(|alert| alert.kind).collect();
    assert_eq!(kinds, ["resumed", "stopped", "health"]);
}

#[tokio::test]
async fn the_wanted_language_is_shown_and_another_one_where_it_is_missing() {
    let desk = TestDesk::start().await;
    for (name, language) in [("a", "de"), ("a", "en_US"), ("b", "en_US"), ("b", "fr"), ("c", "pt_BR")] {
        let template = info(name, TemplateCategory::Utility, "Hello.");
        desk.has_template(&TemplateInfo { language: language.to_owned(), ..template }).await;
    }
    let found = |shelf: TemplateShelf| {
        shelf.templates.into_iter().map(|card| format!("{} {}", card.name, card.language)).collect::<Vec<_>>()
    };
    let german = of_channel(&desk, "de_DE", "").await;
    assert_eq!(german.languages, ["de", "en_US", "fr", "pt_BR"]);
    assert_eq!(found(german), ["a de", "b en_US", "c pt_BR"]);
    assert_eq!(found(of_channel(&desk, "pt_PT", "c").await), ["c pt_BR"]);
    assert_eq!(
        found(of_channel(&desk, "", "%").await),
        Vec::<String>::new(),
        "what is looked for is no pattern"
    );
}

#[tokio::test]
async fn a_template_is_made_at_the_provider_and_listed_as_pending() {
    let desk = TestDesk::start().await;
    desk.reads_templates().await;
    let boss = desk.signed_in(&desk.admin()).await;
    let seat = desk::seat::seat(&desk.desk, boss);
    let draft = TemplateDraft {
        name: "visit".to_owned(),
        language: "en_US".to_owned(),
        category: TemplateCategory::Utility,
        header: None,
        body: "Dear {{1}}, see you.".to_owned(),
        footer: None,
        buttons: Vec::new(),
        samples: vec![("1".to_owned(), "Ana".to_owned())],
    };
    let submit = |draft: TemplateDraft| SettingsChange::SubmitTemplate { connection: desk.connection, draft };
    let refused =
        seat.change(submit(TemplateDraft { samples: Vec::new(), ..draft.clone() })).await.unwrap_err();
    assert!(refused.message.contains("sample"), "{}", refused.message);
    assert!(desk.provider.drafts().is_empty(), "what would be refused is not sent");
    seat.change(submit(draft)).await.unwrap();
    assert_eq!(desk.provider.drafts()[0]["name"], json!("visit"));
    assert_eq!(status_of(&desk, "visit").await, "pending");
    desk.reads_templates_again().await;
    assert_eq!(status_of(&desk, "visit").await, "pending", "the list has it, too");
    let text = Parameter::Text { text: "Ana".to_owned(), name: None };
    let card = of_channel(&desk, "", "visit").await.templates.remove(0);
    assert_eq!(card.fill(&["Ana".to_owned()]).body, [text]);
}
