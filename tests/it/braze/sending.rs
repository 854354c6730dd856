//! What we send, against what the fixtures send, and the shape of everything that they lack.

use std::collections::BTreeSet;

use contract::Body;
use contract::message::*;
use desk::channels::braze::Braze;
use desk::channels::{Account, Outgoing, Recipient, What};
use serde_json::{Value, json};

use super::account;
use crate::protocol::{self, content, differences, media};

/// A message to a person by Braze's own id.
pub fn message(body: Body) -> Outgoing {
    let to = Recipient { external_id: Some("c5b1a1d2".to_owned()), ..Recipient::default() };
    Outgoing { to, what: What::Message { body, quoted: None }, opaque: None }
}

/// An account with a campaign for every kind.
pub fn with_campaigns() -> Account {
    account(&[
        ("rest_key", &["<rest api key>"]),
        ("campaign_text", &["f4b0a1d5-0000-4000-8000-000000000001"]),
        ("campaign_image", &["c-image"]),
        ("campaign_buttons", &["c-buttons"]),
        ("campaign_list", &["c-list"]),
        ("campaign_template", &["c-template"]),
    ])
}

/// An account that sends without campaigns.
pub fn without_campaigns() -> Account {
    account(&[
        ("rest_key", &["<rest api key>"]),
        ("app_id", &["app-uuid"]),
        ("subscription_group_id", &["sg-uuid"]),
        ("message_variation_id", &["mv-uuid"]),
    ])
}

/// Our request for a fixture, and how it differs from the fixture's: not at all.
pub fn of_fixture(name: &str, theirs: &Value) -> (Value, Value) {
    let (account, outgoing) = match name {
        "send_campaign_trigger.json" => {
            (with_campaigns(), message(Body::text("Hello, this is Maria from support.")))
        }
        "send_messages_whatsapp_text.json" => {
            (without_campaigns(), message(Body::text("Hello, this is Maria from support.")))
        }
        "send_messages_whatsapp_template.json" => {
            (without_campaigns(), message(Body::Template(order_update())))
        }
        name => panic!("{name}: nobody said what to send for it"),
    };
    let request = request(&account, &outgoing);
    let mut found = BTreeSet::new();
    differences(&request, theirs, String::new(), &mut found);
    assert!(found.is_empty(), "{name} differs at {found:?}: {request:#}");
    (request, json!([]))
}

/// A whole request.
fn request(account: &Account, outgoing: &Outgoing) -> Value {
    use secrecy::ExposeSecret;
    let call = protocol::call(&Braze, account, "sales", outgoing).unwrap();
    let authorization = match &call.headers[..] {
        [("authorization", value)] => value.expose_secret().to_owned(),
        other => panic!("{} headers", other.len()),
    };
    let (method, url) = (call.method.to_string(), call.url.clone());
    let (kind, body) = content(call);
    let body: Value = serde_json::from_slice(&body).unwrap();
    let headers = json!({ "Authorization": authorization, "Content-Type": kind });
    json!({ "method": method, "headers": headers, "url": url, "body": body })
}

/// What a campaign is given.
fn properties(body: Body) -> Value {
    request(&with_campaigns(), &message(body))["body"]["recipients"][0]["trigger_properties"].clone()
}

/// A message without a campaign: its type and itself.
fn direct(body: Body) -> (Value, Value) {
    let request = request(&without_campaigns(), &message(body));
    let whats_app = &request["body"]["messages"]["whats_app"];
    (whats_app["message_type"].clone(), whats_app["message"].clone())
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn words(text: &str) -> Parameter {
    Parameter::Text { text: text.to_owned(), name: None }
}

pub fn order_update() -> Template {
    Template {
        name: "order_update".to_owned(),
        id: None,
        language: "en_US".to_owned(),
        text: "Hi Asha, order 12345 is on its way.".to_owned(),
        header: Vec::new(),
        body: vec![words("Asha"), words("12345")],
        buttons: Vec::new(),
    }
}

pub fn choice(id: &str, title: &str, description: Option<&str>) -> Choice {
    Choice { id: id.to_owned(), title: title.to_owned(), description: description.map(str::to_owned) }
}

pub fn picture(caption: Option<&str>) -> Media {
    Media {
        link: some("https://desk.example/media/1.jpg"),
        caption: caption.map(str::to_owned),
        ..media(MediaKind::Image, None)
    }
}

fn buttons() -> Body {
    Body::Buttons {
        text: "Which size?".to_owned(),
        header: some("Jacket"),
        footer: some("Until Friday"),
        buttons: vec![choice("s", "Small", None), choice("l", "Large", None)],
    }
}

fn menu(title: Option<&str>) -> Body {
    let rows = vec![choice("r", "Red", Some("Like a rose")), choice("b", "Blue", None)];
    Body::List {
        text: "Which colour?".to_owned(),
        header: some("Jacket"),
        footer: None,
        button: "Colours".to_owned(),
        sections: vec![Section { title: title.map(str::to_owned), rows }],
    }
}

fn template() -> Template {
    let button = |index, value| TemplateButton { index, value };
    Template {
        header: vec![Parameter::Media(picture(None))],
        buttons: vec![
            button(0, ButtonValue::Payload("yes".to_owned())),
            button(1, ButtonValue::UrlSuffix("12345".to_owned())),
        ],
        ..order_update()
    }
}

#[test]
fn a_campaign_is_given_the_text_and_what_else_its_kind_has() {
    let menu_of = |title: &str| {
        json!({ "list_button_text": "Colours", "list_sections": [{ "section_title": title, "list_rows": [
            { "row_title": "Red", "row_description": "Like a rose" }, { "row_title": "Blue" },
        ] }] })
    };
    assert_eq!(
        properties(Body::Media(picture(Some("New")))),
        json!({
            "external_system_msg_body": "New", "external_system_image_uri": "https://desk.example/media/1.jpg",
        })
    );
    assert_eq!(properties(Body::Media(picture(None)))["external_system_msg_body"], "");
    assert_eq!(
        properties(buttons()),
        json!({
            "external_system_msg_body": "Which size?", "external_system_header": "Jacket",
            "external_system_footer": "Until Friday",
            "external_system_buttons": [{ "text": "Small" }, { "text": "Large" }],
        })
    );
    assert_eq!(
        properties(menu(Some("All"))),
        json!({
            "external_system_msg_body": "Which colour?", "external_system_header": "Jacket",
            "external_system_list": menu_of("All"),
        })
    );
    assert_eq!(properties(menu(None))["external_system_list"], menu_of("Colours"));
    assert_eq!(
        properties(Body::Template(template())),
        json!({
            "external_system_msg_body": "Hi Asha, order 12345 is on its way.",
            "external_system_template": {
                "template_name": "order_update", "template_language_code": "en_US",
                "body_variables": { "0": "Asha", "1": "12345" }, "button_variables": { "1": "12345" },
                "header_media_uri": "https://desk.example/media/1.jpg",
            },
        })
    );
}

#[test]
fn every_kind_has_its_own_campaign_and_one_recipient() {
    for (body, campaign) in [
        (Body::text("Hej"), "f4b0a1d5-0000-4000-8000-000000000001"),
        (Body::Media(picture(None)), "c-image"),
        (buttons(), "c-buttons"),
        (menu(None), "c-list"),
        (Body::Template(order_update()), "c-template"),
    ] {
        let body = request(&with_campaigns(), &message(body))["body"].clone();
        assert_eq!(body["campaign_id"], campaign);
        assert_eq!(body["recipients"].as_array().map(Vec::len), Some(1));
        assert_eq!(body["recipients"][0]["send_to_existing_only"], true);
    }
}

#[test]
fn without_a_campaign_every_kind_has_its_own_message() {
    let picture_message = json!({ "image_uri": "https://desk.example/media/1.jpg", "caption": "New" });
    assert_eq!(
        direct(Body::Media(picture(Some("New")))),
        (json!("text_image_response_message"), picture_message)
    );
    assert_eq!(
        direct(buttons()),
        (
            json!("quick_reply_response_message"),
            json!({
                "body": "Which size?", "header_text": "Jacket", "footer": "Until Friday",
                "buttons": [{ "text": "Small" }, { "text": "Large" }],
            })
        )
    );
    let (kind, list) = direct(menu(Some("All")));
    assert_eq!(
        (kind, &list["body"], &list["header"]),
        (json!("list_response_message"), &json!("Which colour?"), &json!("Jacket"))
    );
    assert_eq!(list["list"]["list_sections"][0]["section_title"], "All");
    let form = Body::Flow(Flow {
        text: "Your address, please".to_owned(),
        header: None,
        footer: some("Takes a minute"),
        flow_id: "594425".to_owned(),
        label: "Start".to_owned(),
        token: some("t"),
        screen: None,
    });
    assert_eq!(
        direct(form),
        (
            json!("flow_response_message"),
            json!({
                "body": "Your address, please", "footer": "Takes a minute",
                "flow_button": { "caption": "Start", "flow_id": "594425" },
            })
        )
    );
    let (_, message) = direct(Body::Template(template()));
    assert_eq!(message["header_media_uri"], "https://desk.example/media/1.jpg");
    assert!(
        message.get("header_variables").is_none() && message["button_variables"] == json!({ "1": "12345" })
    );
    let (_, text) = direct(Body::text("See https://example.org"));
    assert_eq!(text, json!({ "body": "See https://example.org", "preview_url": true }));
}

#[test]
fn what_braze_does_not_have_goes_as_text_with_its_link() {
    let text = |body: Body| properties(body)["external_system_msg_body"].clone();
    let link = Body::LinkButton {
        text: "Your parcel".to_owned(),
        header: some("Tracking"),
        footer: None,
        label: "See it".to_owned(),
        url: "https://example.org/t/1".to_owned(),
    };
    assert_eq!(text(link), "Tracking\nYour parcel\nSee it: https://example.org/t/1");
    let place = Body::Location(Location {
        latitude: 59.33,
        longitude: -18.06,
        name: some("Shop"),
        address: some("Torggatan 1"),
        url: None,
    });
    assert_eq!(text(place), "Shop\nTorggatan 1\nhttps://www.google.com/maps?q=59.33,-18.06");
    let phones = vec![CardEntry { value: "+46 70 111 22 33".to_owned(), label: some("WORK"), wa_id: None }];
    let card =
        ContactCard { name: "Lena".to_owned(), company: some("Shop"), phones, ..ContactCard::default() };
    let other = ContactCard { name: "Rui".to_owned(), ..ContactCard::default() };
    assert_eq!(
        text(Body::Contacts { cards: vec![card, other] }),
        "Lena\nShop\nWORK: +46 70 111 22 33\n\nRui"
    );
    assert_eq!(text(Body::ContactRequest { text: "Your number?".to_owned() }), "Your number?");
    let file = Body::Media(Media {
        link: some("https://desk.example/media/2"),
        caption: some("The receipt"),
        file_name: some("receipt.pdf"),
        ..media(MediaKind::Document, None)
    });
    assert_eq!(text(file), "The receipt\nreceipt.pdf\nhttps://desk.example/media/2");
}

#[test]
fn liquid_of_an_agents_is_data_and_is_never_run() {
    let typed = "Use {{name}} or {% if %}, {{{x}}} and { this }";
    assert_eq!(
        properties(Body::text(typed))["external_system_msg_body"],
        typed,
        "a property is printed as it is"
    );
    let (_, message) = direct(Body::text(typed));
    let expected = "Use {{ '{' }}{name}} or {{ '{' }}% if %}, {{ '{' }}{{ '{' }}{x}}} and { this }";
    assert_eq!(
        message["body"], expected,
        "a message is run, so every opening brace is printed by Liquid itself"
    );
    let (_, message) = direct(Body::Template(Template { body: vec![words("{{x}}")], ..order_update() }));
    assert_eq!(message["body_variables"]["0"], "{{ '{' }}{x}}");
    let (_, message) = direct(Body::Media(picture(Some("{%x%}"))));
    assert_eq!(message["caption"], "{{ '{' }}%x%}");
}

#[test]
fn calls_go_to_the_instance_of_the_connection() {
    let url = |base: &str, typed: &str| {
        let values: &[(&str, &[&str])] =
            &[("rest_key", &["k"]), ("campaign_text", &["c"]), ("api_base", &[typed])];
        let account = protocol::account(base, values);
        protocol::call(&Braze, &account, "sales", &message(Body::text("Hej"))).map(|call| call.url)
    };
    let path = "/campaigns/trigger/send";
    for typed in ["https://rest.fra-02.braze.eu", " https://rest.us-10.braze.com/ "] {
        assert_eq!(url(super::BASE, typed), Ok(format!("{}{path}", typed.trim().trim_end_matches('/'))));
    }
    assert_eq!(url("http://127.0.0.1:3000/sandbox", ""), Ok(format!("http://127.0.0.1:3000/sandbox{path}")));
    for wrong in [
        "http://rest.iad-01.braze.com",
        "https://dashboard-01.braze.com",
        "https://rest.iad-01.braze.com.attacker.example",
        "https://rest.iad-01braze.com",
        "https://attacker.example/rest.iad-01.braze.com",
        "https://user:word@rest.iad-01.braze.com",
        "https://rest.iad-01.braze.com:8443",
        "https://rest.iad-01.braze.com/v2",
        "https://rest.iad-01.braze.com?x=.braze.com",
        "rest.iad-01.braze.com",
    ] {
        assert!(url(super::BASE, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_became_of_a_conversation_is_written_into_the_profile() {
    let account = account(&[("rest_key", &["k"])]);
    let call = desk::channels::braze::write_back(&account, "c5b1a1d2", "resolved", &"ö".repeat(300)).unwrap();
    assert_eq!(
        (call.method.as_str(), call.url.as_str()),
        ("POST", "https://rest.iad-01.braze.com/users/track")
    );
    let body: Value = serde_json::from_slice(&content(call).1).unwrap();
    assert_eq!(
        body,
        json!({ "attributes": [{
        "external_id": "c5b1a1d2", "_update_existing_only": true,
        "baton_outcome": "resolved", "baton_reason": "ö".repeat(255),
    }] })
    );
    for (person, outcome) in [("", "resolved"), ("c5b1a1d2", " ")] {
        assert!(desk::channels::braze::write_back(&account, person, outcome, "why").is_err());
    }
}
