//! Templates at Meta: their list, page by page, and making them.

use contract::message::{Parameter, Template};
use contract::template::{
    TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader, TemplateInfo, TemplateStatus,
};
use desk::channels::meta::Meta;
use desk::channels::templates::{Page, Templates};
use desk::channels::{Answer, Call, Class, Fault, Known, NotCarried, Provider, Step, Via};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::account;
use super::sending::template_text;
use crate::protocol::{self, content, json_fixtures};

fn via<T>(waba: &str, ask: impl FnOnce(&dyn Templates, &Via<'_>) -> T) -> T {
    let account = account(&[("access_token", &["<token>"]), ("waba_id", &[waba])]);
    let known = Known::new();
    let via = Via { account: &account, channel: "", callback: None, known: &known, at: Timestamp::now() };
    ask(Meta.templates().unwrap(), &via)
}

fn call(step: Result<Step, NotCarried>) -> Call {
    match step.unwrap() {
        Step::Call(call) => call,
        Step::First(need) => panic!("{} is needed first", need.key),
    }
}

fn listed(status: u16, body: &Value) -> Result<Page, Fault> {
    let body = body.to_string().into_bytes().into();
    Meta.templates().unwrap().listed(&Answer { status, retry_after: None, body })
}

fn one(template: Value) -> TemplateInfo {
    listed(200, &json!({ "data": [template] })).unwrap().templates.remove(0)
}

#[test]
fn the_list_is_asked_for_page_by_page() {
    let first = call(via("102290", |templates, via| templates.list(via, None)));
    assert_eq!(first.method, "GET");
    assert!(
        first.url.starts_with("https://graph.facebook.com/v23.0/102290/message_templates?limit="),
        "{}",
        first.url
    );
    let next = call(via("102290", |templates, via| templates.list(via, Some("a b&c=="))));
    assert!(next.url.ends_with("&after=a%20b%26c%3D%3D"), "{}", next.url);
    for account in ["", "12/../34"] {
        assert!(via(account, |templates, via| templates.list(via, None)).is_err(), "{account}");
    }
}

#[test]
fn a_page_of_the_list_is_read_whole() {
    let Some(fixtures) = json_fixtures("meta") else { return };
    let page = listed(200, &fixtures["templates_list_page.json"]["response"]["body"]).unwrap();
    assert_eq!(page.next.as_deref(), Some("MQZDZD"));
    let [welcome, schedule] = page.templates.as_slice() else { panic!("{page:?}") };
    assert_eq!((welcome.name.as_str(), welcome.language.as_str()), ("welcome_template3", "en_US"));
    assert_eq!(welcome.id.as_deref(), Some("1214624639427985"));
    assert_eq!(
        (welcome.status, welcome.category),
        (TemplateStatus::Rejected, Some(TemplateCategory::Marketing))
    );
    assert_eq!(welcome.header, Some(TemplateHeader::Text { text: "Wellcome title".to_owned() }));
    let samples = [("1", "Mr. José"), ("2", "s")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(welcome.samples, samples);
    assert_eq!(schedule.status, TemplateStatus::Approved);
    assert_eq!(schedule.footer.as_deref(), Some("Utilize um dos botões abaixo para a confirmação"));
    let quick = |text: &str| TemplateButtonInfo::QuickReply { text: text.to_owned() };
    assert_eq!(schedule.buttons, [quick("SIM"), quick("NÃO")]);
    assert_eq!(TemplateInfo::variables(&schedule.body), ["1", "2", "3"]);
}

#[test]
fn the_last_page_names_no_next_one_and_what_has_no_name_is_left_out() {
    let page = listed(
        200,
        &json!({
            "data": [{ "language": "en" }, { "name": "a" }, 7, { "name": "a", "language": "en" }],
            "paging": { "cursors": { "before": "x", "after": "y" } },
        }),
    )
    .unwrap();
    assert_eq!((page.templates.len(), page.next), (1, None));
    assert_eq!(page.templates[0].status, TemplateStatus::Unknown);
}

#[test]
fn every_part_of_a_template_is_read() {
    let found = one(json!({
        "id": 77, "name": "visit", "language": "de", "status": "PAUSED", "category": "TRANSACTIONAL",
        "quality_score": { "score": "RED", "date": 1 }, "rejected_reason": "NONE",
        "components": [
            { "type": "header", "format": "text", "text": "Am {{day}}",
              "example": { "header_text_named_params": [{ "param_name": "day", "example": "Montag" }] } },
            { "type": "BODY", "text": "Um {{time}}, {{who}}",
              "example": { "body_text_named_params": [{ "param_name": "time", "example": "10" }] } },
            { "type": "BUTTONS", "buttons": [
                { "type": "URL", "text": "Karte", "url": "https://x.example/{{1}}", "example": ["https://x.example/7"] },
                { "type": "COPY_CODE", "text": "Code", "example": ["A1"] },
                { "type": "PHONE_NUMBER", "text": "Ruf", "phone_number": "+4930901820" },
                { "type": "FLOW", "text": "Form" }, { "type": "MPM", "text": "Katalog" },
            ] },
        ],
    }));
    assert_eq!(
        (found.id.as_deref(), found.status, found.category),
        (Some("77"), TemplateStatus::Paused, Some(TemplateCategory::Utility),)
    );
    assert_eq!((found.quality.as_deref(), found.reason), (Some("RED"), None));
    let sample =
        |name: &str| found.samples.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(
        (sample("time"), sample("header"), sample("button:0")),
        (Some("10"), Some("Montag"), Some("https://x.example/7"),)
    );
    let other = TemplateButtonInfo::Other { text: "Katalog".to_owned(), kind: "MPM".to_owned() };
    assert_eq!(found.buttons[4], other);
}

#[test]
fn a_template_with_parts_that_cannot_be_filled_in_here_is_not_offered() {
    let found = one(json!({
        "name": "cards", "language": "en", "status": "APPROVED",
        "components": [{ "type": "BODY", "text": "Look" }, { "type": "CAROUSEL", "cards": [] }],
    }));
    assert_eq!(found.status, TemplateStatus::Unknown);
    assert!(found.reason.unwrap().starts_with("CAROUSEL"));
}

#[test]
fn a_refused_list_says_what_to_do_about_it() {
    let expired = json!({ "error": { "code": 190, "message": "Error validating access token" } });
    assert_eq!(listed(401, &expired).unwrap_err().class, Class::Auth);
    assert_eq!(listed(200, &json!("cut o")).unwrap(), Page::default());
    let cut = Answer { status: 200, retry_after: None, body: "{\"data\": [".into() };
    assert_eq!(Meta.templates().unwrap().listed(&cut).unwrap_err().class, Class::Retry);
}

fn draft() -> TemplateDraft {
    TemplateDraft {
        name: "visit_2".to_owned(),
        language: "en_US".to_owned(),
        category: TemplateCategory::Utility,
        header: Some(TemplateHeader::Text { text: "On {{1}}".to_owned() }),
        body: "Dear {{1}}, at {{2}} we see you.".to_owned(),
        footer: Some("The shop".to_owned()),
        buttons: vec![
            TemplateButtonInfo::QuickReply { text: "Yes".to_owned() },
            TemplateButtonInfo::Url { text: "Map".to_owned(), url: "https://x.example/{{1}}".to_owned() },
        ],
        samples: [("1", "Ana"), ("2", "10:30"), ("header", "Monday"), ("button:1", "7")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
    }
}

#[test]
fn a_draft_is_submitted_with_a_sample_for_every_variable() {
    let made = call(via("102290", |templates, via| templates.submit(via, &draft())));
    assert_eq!(
        (made.method.as_str(), made.url.as_str()),
        ("POST", "https://graph.facebook.com/v23.0/102290/message_templates",)
    );
    let (_, body) = content(made);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        body,
        json!({
            "name": "visit_2", "language": "en_US", "category": "UTILITY", "parameter_format": "POSITIONAL",
            "components": [
                { "type": "HEADER", "format": "TEXT", "text": "On {{1}}", "example": { "header_text": ["Monday"] } },
                { "type": "BODY", "text": "Dear {{1}}, at {{2}} we see you.",
                  "example": { "body_text": [["Ana", "10:30"]] } },
                { "type": "FOOTER", "text": "The shop" },
                { "type": "BUTTONS", "buttons": [
                    { "type": "QUICK_REPLY", "text": "Yes" },
                    { "type": "URL", "text": "Map", "url": "https://x.example/{{1}}",
                      "example": ["https://x.example/7"] },
                ] },
            ],
        })
    );
    let answer = Answer {
        status: 200,
        retry_after: None,
        body: r#"{"id":"952305634123456","status":"PENDING"}"#.into(),
    };
    assert_eq!(Meta.templates().unwrap().submitted(&answer), Ok("952305634123456".to_owned()));
}

#[test]
fn what_meta_would_refuse_is_refused_here_with_the_reason() {
    let takes = |draft: &TemplateDraft| Meta.templates().unwrap().takes(draft);
    assert_eq!(takes(&draft()), Ok(()));
    let bodies = [
        "",
        "{{1}} at the start",
        "at the end {{1}}",
        "a {{1}}{{2}} b",
        "a {{1}} {{2}} b",
        "a {{2}} b",
        "a {{1}} and {{name}} b",
        "a {{Name}} b",
        "a {{3}} b {{1}} c",
    ];
    for body in bodies {
        assert!(takes(&TemplateDraft { body: body.to_owned(), ..draft() }).is_err(), "{body}");
    }
    let wrong = [
        TemplateDraft { name: "Visit".to_owned(), ..draft() },
        TemplateDraft { language: "english (US)".to_owned(), ..draft() },
        TemplateDraft { category: TemplateCategory::Authentication, ..draft() },
        TemplateDraft { header: Some(TemplateHeader::Image), ..draft() },
        TemplateDraft {
            header: Some(TemplateHeader::Text { text: "{{1}} and {{2}}".to_owned() }),
            ..draft()
        },
        TemplateDraft { footer: Some("{{1}}".to_owned()), ..draft() },
        TemplateDraft { footer: Some("x".repeat(61)), ..draft() },
        TemplateDraft { samples: Vec::new(), ..draft() },
        TemplateDraft { buttons: vec![TemplateButtonInfo::QuickReply { text: "x".repeat(26) }], ..draft() },
        TemplateDraft {
            buttons: vec![TemplateButtonInfo::Url {
                text: "Map".to_owned(),
                url: "{{1}}.example".to_owned(),
            }],
            ..draft()
        },
    ];
    for draft in wrong {
        assert!(takes(&draft).is_err(), "{draft:?}");
    }
}

#[test]
fn a_numbered_variable_goes_without_a_name() {
    let body = vec![Parameter::Text { text: "Chef".to_owned(), name: Some("2".to_owned()) }];
    let sent =
        protocol::message("46731234567", contract::Body::Template(Template { body, ..template_text() }));
    let account = account(&[("access_token", &["<token>"])]);
    let call = protocol::call(&Meta, &account, "1", &sent).unwrap();
    let body: Value = serde_json::from_slice(&content(call).1).unwrap();
    assert_eq!(body["template"]["components"][0]["parameters"], json!([{ "type": "text", "text": "Chef" }]));
}
