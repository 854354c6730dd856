//! Templates: the list, and what is submitted for approval.

use contract::template::{TemplateButtonInfo, TemplateCategory, TemplateDraft, TemplateHeader};
use desk::channels::twilio::Twilio;
use desk::channels::{Answer, Call, Class, Known, Need, Provider, Step, Via};
use serde_json::{Value, json};

use super::rich::answer;
use super::sending::{fields, sent, template};
use super::{account, via};
use crate::protocol::{content, message, read_folder, tests_folder};

fn asked(page: Option<&str>) -> Option<String> {
    let (account, known) = (account(&[]), Known::new());
    match Twilio.templates().unwrap().list(&via(&account, &known), page).ok()? {
        Step::Call(call) => Some(call.url),
        Step::First(need) => panic!("{}", need.key),
    }
}

#[test]
fn the_list_is_read_page_by_page_at_the_host_of_contents() {
    let base = "https://content.twilio.com/v1/ContentAndApprovals?PageSize=100";
    assert_eq!(asked(None).as_deref(), Some(base));
    let next = "/v1/ContentAndApprovals?PageSize=100&Page=1";
    assert_eq!(asked(Some(next)), Some(format!("https://content.twilio.com{next}")));
    for other in ["https://evil.example/v1/ContentAndApprovals?", "/v1/Content?", "@evil.example", ""] {
        assert_eq!(asked(Some(other)), None, "{other}");
    }
}

/// Our page of contents holds every type and status; what is made of it is a golden result.
#[test]
fn a_page_of_the_list_is_read_as_its_golden_result_says() {
    let page = read_folder(&tests_folder().join("fixtures/twilio/api")).remove("contents.json").unwrap();
    let found = Twilio.templates().unwrap().listed(&answer(200, page["body"].clone())).unwrap();
    let made = json!({ "templates": found.templates, "next": found.next });
    let golden = tests_folder().join("golden/twilio/api");
    if std::env::var_os("BATON_BLESS").is_some() {
        std::fs::create_dir_all(&golden).unwrap();
        std::fs::write(golden.join("contents.json"), format!("{made:#}\n")).unwrap();
        return;
    }
    assert_eq!(Some(&made), read_folder(&golden).get("contents.json"), "{made:#}");
}

#[test]
fn an_answer_that_is_no_list_is_a_fault() {
    let class = |answer: &Answer| Twilio.templates().unwrap().listed(answer).unwrap_err().class;
    assert_eq!(class(&answer(401, json!({ "code": 20003 }))), Class::Auth);
    assert_eq!(class(&Answer { status: 200, retry_after: None, body: "<html>".into() }), Class::Retry);
    let empty = Twilio.templates().unwrap().listed(&answer(200, json!({ "contents": [] }))).unwrap();
    assert_eq!((empty.templates.len(), empty.next), (0, None));
}

fn draft() -> TemplateDraft {
    TemplateDraft {
        name: "order_update".to_owned(),
        language: "en".to_owned(),
        category: TemplateCategory::Utility,
        header: None,
        body: "Hi {{1}}, order {{2}} is on its way.".to_owned(),
        footer: None,
        buttons: Vec::new(),
        samples: samples(&[("1", "Asha"), ("2", "12345")]),
    }
}

fn samples(samples: &[(&str, &str)]) -> Vec<(String, String)> {
    samples.iter().map(|(name, sample)| ((*name).to_owned(), (*sample).to_owned())).collect()
}

fn reply(text: &str) -> TemplateButtonInfo {
    TemplateButtonInfo::QuickReply { text: text.to_owned() }
}

fn page(url: &str) -> TemplateButtonInfo {
    TemplateButtonInfo::Url { text: "Look".to_owned(), url: url.to_owned() }
}

fn headed(text: &str) -> Option<TemplateHeader> {
    Some(TemplateHeader::Text { text: text.to_owned() })
}

/// Submits a draft: the content that is made first, and the call that submits it.
fn submitted(draft: &TemplateDraft) -> (Value, Call) {
    let (account, known) = (account(&[]), Known::new());
    let templates = Twilio.templates().unwrap();
    let Step::First(need) = templates.submit(&via(&account, &known), draft).unwrap() else { panic!() };
    let Need { key, call } = need.clone();
    assert_eq!(call.url, "https://content.twilio.com/v1/Content");
    let learned = Twilio.learn(&need, &answer(201, json!({ "sid": "HX77" }))).unwrap();
    let known = Known::from([(key, learned.value)]);
    let Step::Call(submission) = templates.submit(&via(&account, &known), draft).unwrap() else { panic!() };
    (serde_json::from_slice(&content(call).1).unwrap(), submission)
}

#[test]
fn a_draft_is_made_and_then_submitted() {
    let (made, submission) = submitted(&draft());
    let expected = json!({
        "friendly_name": "order_update",
        "language": "en",
        "variables": { "1": "Asha", "2": "12345" },
        "types": { "twilio/text": { "body": "Hi {{1}}, order {{2}} is on its way." } },
    });
    assert_eq!(made, expected);
    assert_eq!(submission.url, "https://content.twilio.com/v1/Content/HX77/ApprovalRequests/whatsapp");
    let body: Value = serde_json::from_slice(&content(submission).1).unwrap();
    assert_eq!(body, json!({ "name": "order_update", "category": "UTILITY" }));
}

#[test]
fn buttons_decide_what_kind_of_content_it_is() {
    let types = |buttons: Vec<TemplateButtonInfo>| {
        let buttons = TemplateDraft { buttons, ..draft() };
        submitted(&buttons).0["types"].clone()
    };
    let body = "Hi {{1}}, order {{2}} is on its way.";
    let expected = json!({ "twilio/quick-reply": { "body": body, "actions": [
        { "title": "Good", "id": "button_0" }, { "title": "Bad", "id": "button_1" },
    ] } });
    assert_eq!(types(vec![reply("Good"), reply("Bad")]), expected);
    let call = TemplateButtonInfo::Phone { text: "Call".to_owned(), number: "+46812345600".to_owned() };
    let expected = json!({ "twilio/call-to-action": { "body": body, "actions": [
        { "type": "URL", "title": "Look", "url": "https://desk.example/" },
        { "type": "PHONE_NUMBER", "title": "Call", "phone": "+46812345600" },
    ] } });
    assert_eq!(types(vec![page("https://desk.example/"), call]), expected);
}

#[test]
fn variables_are_numbered_through_and_filled_in_the_same_order() {
    let draft = TemplateDraft {
        header: headed("Order {{1}}"),
        footer: Some("Ek AB".to_owned()),
        buttons: vec![reply("Good"), page("https://desk.example/t/{{1}}")],
        samples: samples(&[("1", "Asha"), ("2", "12345"), ("header", "7"), ("button:1", "abc")]),
        ..draft()
    };
    let (made, _) = submitted(&draft);
    let expected = json!({ "whatsapp/card": {
        "header_text": "Order {{1}}",
        "body": "Hi {{2}}, order {{3}} is on its way.",
        "footer": "Ek AB",
        "actions": [
            { "type": "QUICK_REPLY", "title": "Good", "id": "button_0" },
            { "type": "URL", "title": "Look", "url": "https://desk.example/t/{{4}}" },
        ],
    } });
    assert_eq!(made["types"], expected);
    assert_eq!(made["variables"], json!({ "1": "7", "2": "Asha", "3": "12345", "4": "abc" }));
    use contract::message::{ButtonValue, Parameter, Template, TemplateButton};
    let words = |text: &str| Parameter::Text { text: text.to_owned(), name: None };
    let button = TemplateButton { index: 1, value: ButtonValue::UrlSuffix("abc".to_owned()) };
    let filled = Template { header: vec![words("7")], buttons: vec![button], ..template(&["Asha", "12345"]) };
    let call = sent(&account(&[]), &message("46701112233", contract::Body::Template(filled)));
    assert_eq!(fields(call)[3].1, r#"{"1":"7","2":"Asha","3":"12345","4":"abc"}"#);
}

#[test]
fn a_named_variable_goes_by_its_name_and_none_by_nothing() {
    use contract::message::{Media, MediaKind, Parameter, Template};
    let variables = |filled: Template| {
        let call = sent(&account(&[]), &message("46701112233", contract::Body::Template(filled)));
        fields(call).into_iter().find(|(key, _)| key == "ContentVariables").map(|(_, value)| value)
    };
    assert_eq!(variables(template(&[])), None);
    let named = Parameter::Text { text: "12".to_owned(), name: Some("order".to_owned()) };
    let body = vec![named, Parameter::DateTime { fallback: "May".to_owned() }];
    let link = Some("https://desk.example/m/1".to_owned());
    let header = vec![Parameter::Media(Media { link, ..Media::of(MediaKind::Image) })];
    let filled = Template { header, body, ..template(&[]) };
    assert_eq!(variables(filled).unwrap(), r#"{"1":"https://desk.example/m/1","3":"May","order":"12"}"#);
}

#[test]
fn what_cannot_be_submitted_is_refused_in_a_sentence() {
    let templates = Twilio.templates().unwrap();
    assert_eq!(templates.takes(&draft()), Ok(()));
    let copy = TemplateButtonInfo::CopyCode { text: "Copy".to_owned() };
    let with = |buttons: Vec<TemplateButtonInfo>| TemplateDraft { buttons, ..draft() };
    let refused = [
        TemplateDraft { name: "Order Update".to_owned(), ..draft() },
        TemplateDraft { name: String::new(), ..draft() },
        TemplateDraft { language: String::new(), ..draft() },
        TemplateDraft { category: TemplateCategory::Authentication, ..draft() },
        TemplateDraft { body: String::new(), ..draft() },
        TemplateDraft { body: "ö".repeat(1_025), ..draft() },
        TemplateDraft { body: "{{2}} {{1}}".to_owned(), ..draft() },
        TemplateDraft { body: "{{name}}".to_owned(), ..draft() },
        TemplateDraft { footer: Some("ö".repeat(61)), ..draft() },
        TemplateDraft { header: Some(TemplateHeader::Image), ..draft() },
        TemplateDraft { header: headed(""), ..draft() },
        TemplateDraft { header: headed("{{1}} {{2}}"), ..draft() },
        TemplateDraft { header: headed("{{1}}"), ..draft() },
        TemplateDraft { samples: samples(&[("1", "Asha")]), ..draft() },
        TemplateDraft { samples: samples(&[("1", "Asha"), ("2", " ")]), ..draft() },
        with(vec![copy]),
        with(vec![reply(&"ö".repeat(26))]),
        with(vec![reply("A"), reply("A")]),
        with(vec![reply("A"); 11]),
        with(vec![page("http://desk.example/")]),
        with(vec![page("https://desk.example/{{1}}/b")]),
        with(vec![page("https://desk.example/{{1}}")]),
    ];
    for draft in refused {
        let reason = templates.takes(&draft).expect_err(&format!("{draft:?}")).0;
        assert!(reason.ends_with('.') && reason.starts_with(char::is_uppercase), "{reason}");
        let (account, known) = (account(&[]), Known::new());
        assert!(templates.submit(&Via { channel: "", ..via(&account, &known) }, &draft).is_err());
    }
}

#[test]
fn the_answer_names_what_was_submitted() {
    let told = |status, body| Twilio.templates().unwrap().submitted(&answer(status, body));
    let received = json!({ "name": "order_update", "category": "UTILITY", "status": "received" });
    assert_eq!(told(201, received), Ok("order_update".to_owned()));
    assert_eq!(told(201, json!({ "sid": "HX1", "name": "order_update" })), Ok("HX1".to_owned()));
    assert_eq!(told(401, json!({ "code": 20003, "name": "x" })).unwrap_err().class, Class::Auth);
    assert!(told(201, json!({})).is_err());
}
