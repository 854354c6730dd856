//! Templates: the list, and those that are made from here.

use contract::template::*;
use desk::channels::infobip::Infobip;
use desk::channels::templates::{Page, Templates};
use desk::channels::{Call, Class, Known, NotCarried, Provider, Step, Via};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{account, answer};
use crate::protocol::content;

fn templates() -> &'static dyn Templates {
    static PROVIDER: Infobip = Infobip;
    PROVIDER.templates().unwrap()
}

fn over(channel: &str, ask: impl Fn(&Via<'_>) -> Result<Step, NotCarried>) -> Result<Call, NotCarried> {
    let (account, known) = (account(&[("api_key", &["key"])]), Known::new());
    match ask(&Via { account: &account, channel, callback: None, known: &known, at: Timestamp::now() })? {
        Step::Call(call) => Ok(call),
        Step::First(need) => panic!("{} is needed first", need.key),
    }
}

fn draft() -> TemplateDraft {
    TemplateDraft {
        name: "order_ready".to_owned(),
        language: "en_GB".to_owned(),
        category: TemplateCategory::Utility,
        header: Some(TemplateHeader::Text { text: "Order {{1}}".to_owned() }),
        body: "Hello {{2}}, order {{1}} is ready.".to_owned(),
        footer: Some("Reply STOP to end".to_owned()),
        buttons: vec![
            TemplateButtonInfo::QuickReply { text: "Thanks".to_owned() },
            TemplateButtonInfo::Url { text: "Track".to_owned(), url: "https://example.com/{{1}}".to_owned() },
            TemplateButtonInfo::Phone { text: "Call us".to_owned(), number: "+46701112233".to_owned() },
            TemplateButtonInfo::CopyCode { text: "Copy".to_owned() },
        ],
        samples: [("1", "A17"), ("2", "Ada"), ("header", "A17"), ("button:1", "A17"), ("button:3", "SAVE10")]
            .map(|(name, sample)| (name.to_owned(), sample.to_owned()))
            .to_vec(),
    }
}

#[test]
fn the_list_is_one_call_and_one_page() {
    let call = over("447796344125", |via| templates().list(via, None)).unwrap();
    let url = "https://xxxxx.api.infobip.com/whatsapp/2/senders/447796344125/templates";
    assert_eq!((call.method.as_str(), call.url.as_str()), ("GET", url));
    assert!(over("", |via| templates().list(via, None)).is_err(), "templates belong to a sender");
    let page = templates().listed(&answer(200, &json!({ "templates": [] })));
    assert_eq!(page, Ok(Page { templates: Vec::new(), next: None }));
}

fn listed(templates_of: Value) -> Vec<TemplateInfo> {
    templates().listed(&answer(200, &json!({ "templates": templates_of }))).unwrap().templates
}

#[test]
fn a_template_that_cannot_be_understood_does_not_take_the_others_along() {
    let good = json!({ "name": "a", "language": "en", "status": "APPROVED", "structure": { "body": "Hi" } });
    let found = listed(json!([null, 7, {}, { "name": "b" }, { "language": "en" }, good]));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].name.as_str(), found[0].body.as_str()), ("a", "Hi"));
}

#[test]
fn every_status_category_and_part_of_a_template_is_read() {
    let status = |word: &str| listed(json!([{ "name": "a", "language": "en", "status": word }]))[0].status;
    for (word, expected) in [
        ("DRAFT", TemplateStatus::Draft),
        ("PENDING", TemplateStatus::Pending),
        ("IN_APPEAL", TemplateStatus::Pending),
        ("APPROVED", TemplateStatus::Approved),
        ("REJECTED", TemplateStatus::Rejected),
        ("PAUSED", TemplateStatus::Paused),
        ("DISABLED", TemplateStatus::Disabled),
        ("DELETED", TemplateStatus::Deleted),
        ("PENDING_DELETION", TemplateStatus::Deleted),
        ("SOMETHING_NEW", TemplateStatus::Unknown),
    ] {
        assert_eq!(status(word), expected, "{word}");
    }
    let raw = json!({
        "id": 111, "name": "a", "language": "en", "status": "APPROVED", "category": "AUTHENTICATION",
        "structure": {
            "header": { "format": "TEXT", "text": "Hi {{1}}", "example": "Ada" },
            "body": { "text": "Code {{1}} for {{2}}", "examples": ["17", "Ada", "one too many"] },
            "buttons": [
                { "type": "QUICK_REPLY", "text": "Yes" },
                { "type": "URL", "text": "Look", "url": "https://example.com/{{1}}", "example": "x" },
                { "type": "COPY_CODE", "text": "Copy" },
                { "type": "FLOW", "text": "Open" },
                { "type": "CATALOG", "text": "Shop" },
                "broken",
            ],
        },
    });
    let found = listed(json!([raw])).remove(0);
    assert_eq!((found.id.as_deref(), found.category), (Some("111"), Some(TemplateCategory::Authentication)));
    assert_eq!(found.header, Some(TemplateHeader::Text { text: "Hi {{1}}".to_owned() }));
    let text = |text: &str| text.to_owned();
    let buttons = [
        TemplateButtonInfo::QuickReply { text: text("Yes") },
        TemplateButtonInfo::Url { text: text("Look"), url: text("https://example.com/{{1}}") },
        TemplateButtonInfo::CopyCode { text: text("Copy") },
        TemplateButtonInfo::Form { text: text("Open") },
        TemplateButtonInfo::Other { text: text("Shop"), kind: text("CATALOG") },
    ];
    assert_eq!(found.buttons, buttons);
    let samples = [("1", "17"), ("2", "Ada"), ("header", "Ada"), ("button:1", "x")];
    assert_eq!(found.samples, samples.map(|(name, sample)| (text(name), text(sample))));
}

#[test]
fn a_list_that_is_refused_says_why() {
    let denied =
        json!({ "requestError": { "serviceException": { "messageId": "FORBIDDEN", "text": "No" } } });
    assert_eq!(templates().listed(&answer(403, &denied)).unwrap_err().class, Class::Auth);
    assert!(templates().listed(&answer(200, &json!({ "other": [] }))).is_err());
}

#[test]
fn a_draft_is_submitted_with_its_samples_in_the_order_of_their_numbers() {
    let call = over("447796344125", |via| templates().submit(via, &draft())).unwrap();
    let url = "https://xxxxx.api.infobip.com/whatsapp/2/senders/447796344125/templates";
    assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", url));
    let expected = json!({
        "name": "order_ready",
        "language": "en_GB",
        "category": "UTILITY",
        "structure": {
            "header": { "format": "TEXT", "text": "Order {{1}}", "example": "A17" },
            "body": { "text": "Hello {{2}}, order {{1}} is ready.", "examples": ["A17", "Ada"] },
            "footer": { "text": "Reply STOP to end" },
            "buttons": [
                { "type": "QUICK_REPLY", "text": "Thanks" },
                { "type": "URL", "text": "Track", "url": "https://example.com/{{1}}", "example": "A17" },
                { "type": "PHONE_NUMBER", "text": "Call us", "phoneNumber": "+46701112233" },
                { "type": "COPY_CODE", "example": "SAVE10" },
            ],
            "type": "TEXT",
        },
    });
    assert_eq!(serde_json::from_slice::<Value>(&content(call).1).unwrap(), expected);
    let picture = TemplateDraft { header: Some(TemplateHeader::Image), ..draft() };
    let call = over("447796344125", |via| templates().submit(via, &picture)).unwrap();
    let body: Value = serde_json::from_slice(&content(call).1).unwrap();
    assert_eq!(body["structure"]["type"], "MEDIA");
    assert_eq!(body["structure"]["header"], json!({ "format": "IMAGE", "example": "A17" }));
}

#[test]
fn what_was_made_has_an_id_or_a_reason() {
    assert_eq!(templates().submitted(&answer(201, &json!({ "id": "111" }))), Ok("111".to_owned()));
    assert_eq!(templates().submitted(&answer(200, &json!({ "id": 111 }))), Ok("111".to_owned()));
    assert!(templates().submitted(&answer(201, &json!({}))).is_err());
    let taken =
        json!({ "requestError": { "serviceException": { "messageId": "BAD_REQUEST", "text": "Taken" } } });
    assert_eq!(templates().submitted(&answer(400, &taken)).unwrap_err().reason, "Taken");
}

#[test]
fn a_draft_that_would_be_refused_is_not_submitted() {
    let text = |text: &str| Some(TemplateHeader::Text { text: text.to_owned() });
    let without = |name: &str| {
        let samples = draft().samples.into_iter().filter(|(known, _)| known != name).collect();
        TemplateDraft { samples, ..draft() }
    };
    let with_button = |button: TemplateButtonInfo| TemplateDraft { buttons: vec![button], ..draft() };
    let label = |text: &str| text.to_owned();
    let drafts = [
        TemplateDraft { name: String::new(), ..draft() },
        TemplateDraft { name: "Order-Ready".to_owned(), ..draft() },
        TemplateDraft { name: "a".repeat(513), ..draft() },
        TemplateDraft { language: String::new(), ..draft() },
        TemplateDraft { category: TemplateCategory::Authentication, ..draft() },
        TemplateDraft { body: " ".to_owned(), ..draft() },
        TemplateDraft { body: "a".repeat(1_025), ..draft() },
        TemplateDraft { body: "Hello {{name}}".to_owned(), ..draft() },
        TemplateDraft { body: "Hello {{2}}".to_owned(), ..draft() },
        TemplateDraft { header: text(&"a".repeat(61)), ..draft() },
        TemplateDraft { header: text("{{1}} and {{2}}"), ..draft() },
        TemplateDraft { footer: Some("Hi {{1}}".to_owned()), ..draft() },
        TemplateDraft { footer: Some("a".repeat(61)), ..draft() },
        without("1"),
        without("header"),
        without("button:1"),
        without("button:3"),
        with_button(TemplateButtonInfo::QuickReply { text: "a".repeat(26) }),
        with_button(TemplateButtonInfo::Url { text: label("Look"), url: label("example.com") }),
        with_button(TemplateButtonInfo::Phone { text: label("Call"), number: String::new() }),
        with_button(TemplateButtonInfo::Form { text: label("Open") }),
        with_button(TemplateButtonInfo::Other { text: label("Shop"), kind: label("CATALOG") }),
        TemplateDraft { buttons: vec![TemplateButtonInfo::QuickReply { text: label("A") }; 11], ..draft() },
    ];
    for draft in drafts {
        let reason = templates().takes(&draft).expect_err(&format!("{draft:?}")).0;
        assert!(reason.ends_with('.') && reason.starts_with(char::is_uppercase), "{reason}");
        assert!(over("44", |via| templates().submit(via, &draft)).is_err());
    }
    assert_eq!(templates().takes(&draft()), Ok(()));
    let plain = TemplateDraft {
        header: None,
        footer: None,
        buttons: Vec::new(),
        body: "Hello.".to_owned(),
        samples: Vec::new(),
        ..draft()
    };
    assert_eq!(templates().takes(&plain), Ok(()));
}
