//! What is asked of Sinch beside sends: tokens, the app, files, templates, and what was missed.

use std::time::Duration;

use contract::message::MediaKind;
use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateHeader, TemplateInfo, TemplateStatus,
};
use desk::channels::sinch::Sinch;
use desk::channels::{
    Account, Answer, Call, Class, Content, Item, Known, Need, NotCarried, Provider, Step, Via,
};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::sending::linked;
use super::{APP, account, at, made, over, with_token};
use crate::protocol;

const STAND_IN: &str = "http://127.0.0.1:4000/sandbox/sinch";

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, retry_after: None, body: body.to_string().into_bytes().into() }
}

fn check(via: &Via<'_>) -> Result<Step, NotCarried> {
    Sinch.check(via)
}

/// What is needed first.
fn needed(account: &Account, known: &Known, ask: impl Fn(&Via<'_>) -> Result<Step, NotCarried>) -> Need {
    match over(account, known, None, ask).unwrap() {
        Step::First(need) => need,
        Step::Call(call) => panic!("{} is called at once", call.url),
    }
}

/// An account with one value replaced.
fn with(key: &str, value: &str) -> Account {
    let one = [value];
    let replaced =
        super::VALUES.iter().map(|(known, values)| (*known, if *known == key { &one[..] } else { *values }));
    protocol::account("https://eu.conversation.api.sinch.com", &replaced.collect::<Vec<_>>())
}

fn header(call: &Call) -> Option<&str> {
    call.headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value.expose_secret())
}

#[test]
fn a_token_is_fetched_with_the_current_access_key_and_renewed_before_its_end() {
    let need = needed(&account(), &Known::new(), check);
    assert_eq!((need.key.as_str(), need.call.method.as_str()), ("token", "POST"));
    assert_eq!(need.call.url, "https://auth.sinch.com/oauth2/token");
    // key-7:new secret
    assert_eq!(header(&need.call), Some("Basic a2V5LTc6bmV3IHNlY3JldA=="));
    let form = Content::Bytes("application/x-www-form-urlencoded", b"grant_type=client_credentials".to_vec());
    assert_eq!(need.call.content, form);
    let lives = |expires: Value| {
        let body = json!({ "access_token": "abc", "token_type": "bearer", "expires_in": expires });
        let learned = Sinch.learn(&need, &answer(200, &body)).unwrap();
        assert_eq!(learned.value, "abc");
        learned.lives
    };
    assert_eq!(lives(json!(3_600)), Duration::from_secs(3_300));
    assert_eq!(lives(json!("3600")), Duration::from_secs(3_300));
    assert_eq!(lives(Value::Null), Duration::from_secs(3_300));
    assert_eq!(lives(json!(400)), Duration::from_secs(200));
    assert_eq!(lives(json!(-5)), Duration::ZERO);
}

#[test]
fn a_refused_token_stops_the_number_and_a_late_one_does_not() {
    let need = needed(&account(), &Known::new(), check);
    let class = |status: u16, body: Value| Sinch.learn(&need, &answer(status, &body)).unwrap_err().class;
    for status in [200, 400, 401, 403, 404] {
        assert_eq!(class(status, json!({ "error": "invalid_client" })), Class::Auth, "{status}");
    }
    assert_eq!(class(429, Value::Null), Class::Throttle);
    assert_eq!(class(503, json!("busy")), Class::Retry);
    let fault = Sinch.learn(&need, &answer(401, &json!({ "error": "invalid_client" }))).unwrap_err();
    assert_eq!(fault.code, "invalid_client");
    assert!(fault.reason.contains("key secret") && !fault.reason.contains("new secret"), "{}", fault.reason);
}

#[test]
fn calls_go_to_the_region_and_to_a_stand_in_for_everything() {
    let url = |account: &Account| {
        let step = over(account, &with_token(), None, check);
        step.map(|step| made(step).url)
    };
    let app = format!("/v1/projects/PROJECT_ID/apps/{APP}");
    for region in ["us", "eu", "br"] {
        let expected = format!("https://{region}.conversation.api.sinch.com{app}");
        assert_eq!(url(&with("region", region)).unwrap(), expected);
    }
    assert_eq!(url(&with("region", "")).unwrap(), format!("https://eu.conversation.api.sinch.com{app}"));
    for wrong in ["asia", "us.evil.example/", "US"] {
        assert!(url(&with("region", wrong)).is_err(), "{wrong}");
    }
    for wrong in ["", "..", "a/b", "a?b"] {
        assert!(url(&with("project_id", wrong)).is_err(), "{wrong}");
    }
    assert_eq!(url(&at(STAND_IN)).unwrap(), format!("{STAND_IN}{app}"));
    let lookalike = at("https://conversation.api.sinch.com.evil.example");
    assert!(url(&lookalike).unwrap().starts_with("https://conversation.api.sinch.com.evil.example/"));
    let token = needed(&lookalike, &Known::new(), check).call.url;
    assert_eq!(token, "https://conversation.api.sinch.com.evil.example/oauth2/token");
    assert_eq!(needed(&at(STAND_IN), &Known::new(), check).call.url, format!("{STAND_IN}/oauth2/token"));
    for missing in ["key_id", "key_secret"] {
        assert!(over(&with(missing, ""), &Known::new(), None, check).is_err(), "{missing}");
    }
}

#[test]
fn the_app_of_the_channel_is_asked_for_else_that_of_the_connection() {
    let url = |channel: &str| {
        let (account, known) = (account(), with_token());
        let via = Via { account: &account, channel, callback: None, known: &known, at: Timestamp::now() };
        Sinch.check(&via).map(|step| made(step).url)
    };
    assert!(url("01HOTHER").unwrap().ends_with("/apps/01HOTHER"));
    assert!(url("").unwrap().ends_with(&format!("/apps/{APP}")));
    assert!(url("../01H").is_err());
}

#[test]
fn the_app_is_found_by_its_id_and_needs_a_whatsapp_channel() {
    let checked = |status: u16, body: Value| Sinch.checked(&answer(status, &body));
    let credentials = json!([
        { "channel": "SMS", "static_bearer": { "claimed_identity": "plan", "token": "t" } },
        { "channel": "WHATSAPP", "static_bearer": { "claimed_identity": "46700000000", "token": "very-secret" } },
    ]);
    let app = json!({
        "id": APP,
        "display_name": "Butiken",
        "channel_credentials": credentials,
        "rate_limits": { "inbound": "25", "outbound": "25" },
        "processing_mode": "CONVERSATION",
    });
    let found = checked(200, app).unwrap();
    assert!(!format!("{found:?}").contains("very-secret"));
    let [found] = &found[..] else { panic!("{found:?}") };
    assert_eq!((found.channel.as_str(), found.name.as_deref()), (APP, Some("Butiken")));
    assert_eq!((found.number.as_deref(), found.rate), (Some("46700000000"), Some(25)));
    assert_eq!(checked(200, json!({ "id": APP })).unwrap()[0].rate, None);
    assert_eq!(checked(200, json!({})).unwrap(), []);
    let without = json!({ "id": APP, "channel_credentials": [{ "channel": "SMS" }] });
    assert!(checked(200, without).unwrap_err().reason.contains("no WhatsApp channel"));
    let error = json!({ "error": { "code": 404, "message": "app not found", "status": "NOT_FOUND" } });
    let fault = checked(404, error).unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Permanent, "NOT_FOUND"));
    assert_eq!(checked(401, json!({})).unwrap_err().class, Class::Auth);
}

#[test]
fn a_file_is_fetched_from_known_hosts_and_the_token_goes_only_to_our_own() {
    let fetch = |account: &Account, link: &str| {
        let file = linked(MediaKind::Image, link);
        let step = over(account, &with_token(), None, |via| Sinch.fetch(via, &file));
        step.map(made).map(|call| (call.url.clone(), header(&call).map(str::to_owned)))
    };
    let bearer = Some("Bearer <oauth token>".to_owned());
    for (link, credentials) in [
        ("https://media.eu.conversation.api.sinch.com/1.jpg", bearer.clone()),
        ("https://lookaside.fbsbx.com/whatsapp_business/1", None),
        ("https://scontent.fbcdn.net/1", None),
        ("https://mmg.whatsapp.net/1", None),
    ] {
        assert_eq!(fetch(&account(), link).unwrap(), (link.to_owned(), credentials));
    }
    let own = format!("{STAND_IN}/media/1");
    assert_eq!(fetch(&at(STAND_IN), &own).unwrap(), (own.clone(), bearer));
    for link in [
        "https://sinch.com.evil.example/1.jpg",
        "https://evilsinch.com/1.jpg",
        "https://lookaside.fbsbx.com.evil.example/1",
        "https://a.lookaside.fbsbx.com/1",
        "http://media.eu.conversation.api.sinch.com/1.jpg",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "an url value",
        "",
        own.as_str(),
        "http://127.0.0.1:4001/media/1",
    ] {
        assert!(fetch(&account(), link).is_err(), "{link}");
    }
    assert!(fetch(&at(STAND_IN), "http://127.0.0.1:4001/media/1").is_err(), "another port is another place");
    let hosts = Sinch.about().file_hosts;
    assert!(hosts.contains(&".sinch.com"));
}

#[test]
fn templates_are_asked_for_page_by_page() {
    let templates = Sinch.templates().unwrap();
    let url = |account: &Account, page: Option<&str>| {
        let call = over(account, &with_token(), None, |via| templates.list(via, page)).map(made).unwrap();
        assert_eq!((call.method.as_str(), header(&call)), ("GET", Some("Bearer <oauth token>")));
        call.url
    };
    let path = "/v1/projects/PROJECT_ID/whatsapp/templates?pageSize=25";
    assert_eq!(url(&account(), None), format!("https://provisioning.api.sinch.com{path}"));
    assert_eq!(
        url(&account(), Some("a+/=&b")),
        format!("https://provisioning.api.sinch.com{path}&pageToken=a%2B%2F%3D%26b")
    );
    assert_eq!(url(&at(STAND_IN), None), format!("{STAND_IN}{path}"));
    assert_eq!(needed(&account(), &Known::new(), |via| templates.list(via, None)).key, "token");
}

/// A page of templates: a whole one, a draft, one that lacks its language, none at all, and one in Meta's shape.
fn page_of_templates() -> Value {
    let buttons = json!([
        { "type": "QUICK_REPLY", "text": "Ja" },
        { "type": "URL", "text": "Spåra", "url": "https://example.com/{{1}}" },
        { "type": "PHONE_NUMBER", "text": "Ring", "phoneNumber": "+4684000000" },
        { "type": "COPY_CODE", "text": "Kopiera" },
        { "type": "FLOW", "text": "Boka", "flowId": "1" },
        { "type": "OTP", "otpType": "COPY_CODE" },
    ]);
    let components = json!([
        { "type": "HEADER", "format": "TEXT", "text": "Hej {{1}}", "examples": ["Asha"] },
        { "type": "BODY", "text": "Order {{1}} kommer {{2}}.", "examples": ["12345", "i dag"] },
        { "type": "FOOTER", "text": "Butiken" },
        { "type": "BUTTONS", "buttons": buttons },
    ]);
    let whole = json!({
        "whatsappId": "99",
        "state": "APPROVED",
        "name": "order_update",
        "language": "EN_US",
        "category": "UTILITY",
        "rejectionCode": "NONE",
        "qualityScore": "QUALITY_SCORE_GREEN",
        "details": { "components": components },
    });
    let draft = json!({
        "name": "offer",
        "language": "SV",
        "category": "MARKETING",
        "rejectionCode": "INVALID_FORMAT",
        "qualityScore": "QUALITY_SCORE_UNKNOWN",
        "changes": { "status": "DRAFT", "details": { "components": [{ "type": "HEADER", "format": "IMAGE" }] } },
    });
    json!({
        "totalSize": 5, "pageSize": 25, "nextPageToken": "next",
        "templates": [whole, draft, { "name": "nameless" }, 7, { "name": "plain", "language": "pt_BR", "status": "PAUSED", "components": [{ "type": "body", "text": "Oi" }] }],
    })
}

#[test]
fn templates_are_read_as_the_provisioning_api_lists_them() {
    let page = Sinch.templates().unwrap().listed(&answer(200, &page_of_templates())).unwrap();
    assert_eq!(page.next.as_deref(), Some("next"));
    let [order, offer, plain] = &page.templates[..] else { panic!("{page:?}") };
    let text = |text: &str| text.to_owned();
    let sample = |name: &str, value: &str| (text(name), text(value));
    assert_eq!(
        *order,
        TemplateInfo {
            id: Some(text("99")),
            name: text("order_update"),
            language: text("en_US"),
            category: Some(TemplateCategory::Utility),
            status: TemplateStatus::Approved,
            reason: None,
            quality: Some(text("GREEN")),
            header: Some(TemplateHeader::Text { text: text("Hej {{1}}") }),
            body: text("Order {{1}} kommer {{2}}."),
            footer: Some(text("Butiken")),
            buttons: vec![
                TemplateButtonInfo::QuickReply { text: text("Ja") },
                TemplateButtonInfo::Url { text: text("Spåra"), url: text("https://example.com/{{1}}") },
                TemplateButtonInfo::Phone { text: text("Ring"), number: text("+4684000000") },
                TemplateButtonInfo::CopyCode { text: text("Kopiera") },
                TemplateButtonInfo::Form { text: text("Boka") },
                TemplateButtonInfo::Other { text: String::new(), kind: text("OTP") },
            ],
            samples: vec![sample("1", "12345"), sample("2", "i dag"), sample("header", "Asha")],
        }
    );
    assert_eq!((offer.language.as_str(), offer.status), ("sv", TemplateStatus::Draft));
    assert_eq!((offer.reason.as_deref(), &offer.quality), (Some("INVALID_FORMAT"), &None));
    assert_eq!(offer.header, Some(TemplateHeader::Image));
    assert_eq!(
        (plain.language.as_str(), plain.status, plain.body.as_str()),
        ("pt_BR", TemplateStatus::Paused, "Oi")
    );
}

#[test]
fn a_list_of_templates_that_is_refused_says_why() {
    let templates = Sinch.templates().unwrap();
    let body =
        json!({ "errorCode": "project_not_initialized", "message": "Project not initialized for WhatsApp." });
    let fault = templates.listed(&answer(400, &body)).unwrap_err();
    assert_eq!((fault.class, fault.code.as_str()), (Class::Permanent, "project_not_initialized"));
    assert_eq!(fault.reason, "Project not initialized for WhatsApp.");
    assert_eq!(templates.listed(&answer(200, &json!({ "templates": [] }))).unwrap().next, None);
    assert!(templates.listed(&answer(200, &json!("<html>"))).is_err());
    let last = json!({ "templates": [], "nextPageToken": "" });
    assert_eq!(templates.listed(&answer(200, &last)).unwrap().next, None);
}

#[test]
fn what_was_missed_is_asked_for_where_the_app_keeps_it() {
    let backlog = Sinch.backlog().unwrap();
    let since: Timestamp = "2026-02-01T10:00:00Z".parse().unwrap();
    let ask = |known: &Known, page: Option<&str>| {
        over(&account(), known, None, |via| backlog.list(via, since, page))
    };
    let Ok(Step::First(token)) = ask(&Known::new(), None) else { panic!("no token is asked for") };
    assert_eq!(token.key, "token");
    let Ok(Step::First(mode)) = ask(&with_token(), None) else { panic!("no mode is asked for") };
    assert_eq!(mode.key, format!("mode:{APP}"));
    assert!(mode.call.url.ends_with(&format!("/apps/{APP}")));
    let learned = Sinch.learn(&mode, &answer(200, &json!({ "processing_mode": "CONVERSATION" }))).unwrap();
    assert_eq!(learned.value, "CONVERSATION");
    assert_eq!(Sinch.learn(&mode, &answer(404, &json!({}))).unwrap_err().class, Class::Permanent);
    let url = |mode: &str, page: Option<&str>| {
        let mut known = with_token();
        known.insert(format!("mode:{APP}"), mode.to_owned());
        made(ask(&known, page).unwrap()).url
    };
    let expected = format!(
        "https://us.conversation.api.sinch.com/v1/projects/PROJECT_ID/messages?app_id={APP}&channel=WHATSAPP\
         &direction=TO_APP&messages_source=CONVERSATION_SOURCE&start_time=2026-02-01T10%3A00%3A00Z&page_size=10"
    );
    assert_eq!(url("CONVERSATION", None), expected);
    assert_eq!(url("CONVERSATION", Some("a&b")), format!("{expected}&page_token=a%26b"));
    assert!(url("DISPATCH", None).contains("messages_source=DISPATCH_SOURCE"));
}

#[test]
fn what_was_missed_is_read_as_a_webhook_would_have_brought_it() {
    let message = |id: &str, app: &str, channel: &str| {
        json!({
            "id": id,
            "direction": "TO_APP",
            "contact_message": { "text_message": { "text": "Hej" }, "reply_to": null },
            "channel_identity": { "channel": channel, "identity": "46701112233", "app_id": app },
            "accept_time": "2026-02-01T10:00:00.25Z",
            "injected": false,
        })
    };
    let messages =
        [message("1", "", "WHATSAPP"), message("2", APP, "WHATSAPP"), message("3", "", "SMS"), json!(7)];
    let body = json!({ "messages": messages, "next_page_token": "next" });
    let backlog = Sinch.backlog().unwrap();
    let missed = backlog.listed(&answer(200, &body), Timestamp::now()).unwrap();
    assert_eq!(missed.next.as_deref(), Some("next"));
    let channels: Vec<_> = missed
        .items
        .iter()
        .map(|item| match item {
            Item::Message(found) => Ok((found.channel.as_str(), found.id.as_str())),
            Item::Ignored { reason, .. } | Item::Rejected { reason, .. } => Err(reason.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(channels, [Ok(("", "1")), Ok((APP, "2")), Err("channel:SMS"), Err("no contact_message")]);
    assert!(backlog.listed(&answer(500, &json!({})), Timestamp::now()).is_err());
    assert!(backlog.listed(&answer(200, &json!("cut off")), Timestamp::now()).is_err());
}
