//! Our requests beside those of the fixtures: everything that differs is listed with its reason.

use std::collections::BTreeSet;

use contract::Body;
use contract::message::*;
use desk::channels::sinch::Sinch;
use desk::channels::{Call, Known, Outgoing, Provider, Recipient, Step, What};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{APP, CALLBACK, account, call, made, over, with_token};
use crate::protocol::{content, differences, media, message, to};

/// Where our request differs from that of a fixture, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[];

/// Our request for a fixture, and how it differs from the fixture's.
pub fn of_fixture(name: &str, theirs: &Value) -> (Value, Value) {
    let call = call(&outgoing(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let headers: Vec<_> = call.headers.iter().map(|(name, value)| (*name, value.expose_secret())).collect();
    assert_eq!(headers, [("authorization", "Bearer <oauth token>")], "{name}");
    let (method, url) = (call.method.clone(), call.url.clone());
    assert_eq!(
        (method.as_str(), url.as_str()),
        (theirs["method"].as_str().unwrap(), theirs["url"].as_str().unwrap())
    );
    let (kind, body) = content(call);
    assert_eq!(kind, "application/json", "{name}");
    let body: Value = serde_json::from_slice(&body).unwrap();
    let mut found = BTreeSet::new();
    differences(&body, &theirs["body"], String::new(), &mut found);
    let explained = found.iter().map(|at| {
        let reason = DIFFERENCES.iter().find(|(of, place, _)| *of == name && at.starts_with(place));
        let (_, _, why) = reason.unwrap_or_else(|| panic!("{name} differs at {at}: {body:#}"));
        json!({ "at": at, "why": why })
    });
    let differences = explained.collect();
    (json!({ "method": method.as_str(), "url": url, "body": body }), differences)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn choice(id: &str, title: &str, description: Option<&str>) -> Choice {
    Choice { id: id.to_owned(), title: title.to_owned(), description: description.map(str::to_owned) }
}

fn outgoing(name: &str) -> Outgoing {
    // With a plus and spaces, which Sinch gets without.
    let phone = "+46 73 200 11 22";
    let body = match name {
        "send_composing_event.json" => {
            let what = What::Typing { message: "01EQC8KDWMX0000000000000IN".to_owned() };
            return Outgoing { to: to(phone), what, opaque: None };
        }
        "send_text.json" => Body::text("Hello from the desk"),
        "send_media.json" => Body::Media(linked(MediaKind::Image, "https://desk.example/m/a.jpg")),
        "send_choice.json" => Body::Buttons {
            text: "Was this helpful?".to_owned(),
            header: None,
            footer: None,
            buttons: vec![choice("csat_yes", "Yes", None), choice("csat_no", "No", None)],
        },
        "send_list.json" => Body::List {
            text: "Choose a team".to_owned(),
            header: None,
            footer: some("pick one"),
            button: "Teams".to_owned(),
            sections: vec![Section {
                title: some("Teams"),
                rows: vec![
                    choice("team_billing", "Billing", Some("invoices")),
                    choice("team_tech", "Tech", None),
                ],
            }],
        },
        "send_template.json" => Body::Template(template()),
        name => panic!("{name}: nobody said what to send for it"),
    };
    Outgoing { opaque: some("ticket-77"), ..message(phone, body) }
}

pub fn linked(kind: MediaKind, link: &str) -> Media {
    Media { link: some(link), ..media(kind, None) }
}

pub fn words(text: &str) -> Parameter {
    Parameter::Text { text: text.to_owned(), name: None }
}

pub fn template() -> Template {
    Template {
        name: "order_update".to_owned(),
        id: None,
        language: "en".to_owned(),
        text: "Hi Asha, order 12345 is on its way.".to_owned(),
        header: Vec::new(),
        body: vec![words("Asha"), words("12345")],
        buttons: Vec::new(),
    }
}

fn json_of(call: Call) -> Value {
    serde_json::from_slice(&content(call).1).unwrap()
}

/// What stands under `message`.
fn sent(body: Body) -> Value {
    json_of(call(&message("46732001122", body)).unwrap())["message"].take()
}

#[test]
fn every_kind_of_message_has_its_shape() {
    let header = some("Läge");
    let buttons = Body::Buttons {
        text: "Var?".to_owned(),
        header: header.clone(),
        footer: some("Svara när du vill"),
        buttons: vec![choice("here", "Här", None)],
    };
    assert_eq!(
        sent(buttons),
        json!({ "choice_message": {
            "text_message": { "text": "*Läge*\nVar?" },
            "choices": [{ "text_message": { "text": "Här" }, "postback_data": "here" }],
            "message_properties": { "whatsapp_footer": "Svara när du vill" },
        } })
    );
    let link = Body::LinkButton {
        text: "Följ paketet".to_owned(),
        header: None,
        footer: None,
        label: "Spåra".to_owned(),
        url: "https://example.com/t/1".to_owned(),
    };
    assert_eq!(
        sent(link),
        json!({ "choice_message": {
            "text_message": { "text": "Följ paketet" },
            "choices": [{ "url_message": { "title": "Spåra", "url": "https://example.com/t/1" } }],
        } })
    );
    let ask = sent(Body::LocationRequest { text: "Var är du?".to_owned() });
    let asked = &ask["choice_message"]["choices"];
    assert_eq!(asked[0]["share_location_message"]["title"], "Share location");
    assert_eq!(ask["choice_message"]["text_message"]["text"], "Var är du?");
    let sections = vec![Section { title: None, rows: vec![choice("a", "A", None)] }];
    let list =
        Body::List { text: "Välj".to_owned(), header, footer: None, button: "Meny".to_owned(), sections };
    let list = sent(list);
    assert_eq!(
        list["list_message"]["message_properties"],
        json!({ "menu": "Meny", "whatsapp_header": "Läge" })
    );
    assert!(list["list_message"].get("description").is_none());
    let document =
        Media { file_name: some("Kvitto.pdf"), ..linked(MediaKind::Document, "https://desk.example/m/1") };
    let expected = json!({ "url": "https://desk.example/m/1", "filename_override": "Kvitto.pdf" });
    assert_eq!(sent(Body::Media(document))["media_message"], expected);
    let voice = sent(Body::Media(linked(MediaKind::Voice, "https://desk.example/m/2")));
    assert_eq!(voice, json!({ "media_message": { "url": "https://desk.example/m/2" } }));
}

#[test]
fn places_cards_and_forms_have_their_shapes() {
    let place = |name: Option<&str>, address: Option<&str>| {
        let place = Location {
            latitude: 59.5,
            longitude: 18.25,
            name: name.map(str::to_owned),
            address: address.map(str::to_owned),
            url: None,
        };
        sent(Body::Location(place))["location_message"].take()
    };
    let coordinates = json!({ "latitude": 59.5, "longitude": 18.25 });
    assert_eq!(
        place(Some("Butiken"), Some("Torggatan 1")),
        json!({ "title": "Butiken", "label": "Torggatan 1", "coordinates": coordinates })
    );
    assert_eq!(place(None, None), json!({ "title": "59.5, 18.25", "coordinates": coordinates }));
    let entry = |value: &str| vec![CardEntry { value: value.to_owned(), label: some("WORK"), wa_id: None }];
    let card = ContactCard {
        name: "Lena Ek".to_owned(),
        first_name: some("Lena"),
        company: some("Ek AB"),
        phones: entry("+46 70 222 33 44"),
        emails: entry("lena@example.com"),
        urls: entry("https://example.com"),
        ..ContactCard::default()
    };
    assert_eq!(
        sent(Body::Contacts { cards: vec![card] })["contact_info_message"],
        json!({
            "name": { "full_name": "Lena Ek", "first_name": "Lena" },
            "organization": { "company": "Ek AB" },
            "phone_numbers": [{ "phone_number": "+46 70 222 33 44", "type": "WORK" }],
            "email_addresses": [{ "email_address": "lena@example.com", "type": "WORK" }],
            "urls": [{ "url": "https://example.com", "type": "WORK" }],
        })
    );
    let form = Flow {
        text: "Boka tid".to_owned(),
        header: some("Bokning"),
        footer: some("Tar en minut"),
        flow_id: "1".to_owned(),
        label: "Boka".to_owned(),
        token: some("t"),
        screen: some("FIRST"),
    };
    let form = sent(Body::Flow(form));
    assert_eq!(form["text_message"]["text"], "Boka tid");
    assert_eq!(
        form["channel_specific_message"]["WHATSAPP"],
        json!({ "message_type": "FLOWS", "message": {
            "flow_id": "1",
            "flow_cta": "Boka",
            "header": { "type": "text", "text": "Bokning" },
            "body": { "text": "Boka tid" },
            "footer": { "text": "Tar en minut" },
            "flow_token": "t",
            "flow_action": "navigate",
            "flow_action_payload": { "screen": "FIRST" },
        } })
    );
}

#[test]
fn a_template_names_each_variable_by_its_place() {
    let values = [
        ButtonValue::Payload("p".to_owned()),
        ButtonValue::UrlSuffix("u".to_owned()),
        ButtonValue::CopyCode("c".to_owned()),
        ButtonValue::FlowToken("f".to_owned()),
    ];
    let document =
        Media { file_name: some("a.pdf"), ..linked(MediaKind::Document, "https://desk.example/m/a.pdf") };
    let amount =
        Parameter::Currency { fallback: "100 kr".to_owned(), code: "SEK".to_owned(), amount_1000: 100_000 };
    let named = Parameter::Text { text: "12".to_owned(), name: some("order") };
    let moment = Parameter::DateTime { fallback: "i morgon".to_owned() };
    let filled = Template {
        header: vec![Parameter::Media(document)],
        body: vec![named, amount, moment],
        buttons: (0..).zip(values).map(|(index, value)| TemplateButton { index, value }).collect(),
        ..template()
    };
    let sent = sent(Body::Template(filled));
    assert_eq!(
        sent["template_message"]["channel_template"]["WHATSAPP"],
        json!({ "template_id": "order_update", "language_code": "en", "parameters": {
            "header[1]document.link": "https://desk.example/m/a.pdf",
            "header[1]document.filename": "a.pdf",
            "body[1]text": "12",
            "body[2]text": "100 kr",
            "body[3]text": "i morgon",
            "button[0]quick_reply[1]payload": "p",
            "button[1]url[1]text": "u",
            "button[2]copy_code[1]coupon_code": "c",
            "button[3]flow[1]action.flow_token": "f",
        } })
    );
}

#[test]
fn a_template_without_variables_has_no_parameters() {
    let sent = sent(Body::Template(Template { body: Vec::new(), ..template() }));
    let expected = json!({ "WHATSAPP": { "template_id": "order_update", "language_code": "en" } });
    assert_eq!(sent["template_message"]["channel_template"], expected);
}

#[test]
fn a_send_carries_our_mark_and_where_news_of_it_goes_and_no_quote() {
    let what = What::Message { body: Body::text("Hej"), quoted: some("01HIN") };
    let outgoing = Outgoing { to: to("46732001122"), what, opaque: some("delivery-7") };
    let send = |callback: Option<&str>, outgoing: &Outgoing| {
        over(&account(), &with_token(), callback, |via| Sinch.call(via, outgoing)).map(made)
    };
    let body = json_of(send(Some(CALLBACK), &outgoing).unwrap());
    assert_eq!(body["message_metadata"], "delivery-7");
    assert_eq!(body["callback_url"], CALLBACK);
    assert_eq!(body["message"], json!({ "text_message": { "text": "Hej" } }));
    assert_eq!(body["app_id"], APP);
    let long = format!("https://desk.example/{}", "x".repeat(742));
    assert!(json_of(send(Some(&long), &outgoing).unwrap()).get("callback_url").is_none());
    assert!(json_of(send(None, &outgoing).unwrap()).get("callback_url").is_none());
    let long = Outgoing { opaque: Some("x".repeat(1_025)), ..outgoing };
    assert!(send(None, &long).is_err());
}

#[test]
fn the_number_wins_over_the_user_id_and_that_over_the_contact() {
    let whom = |phone: Option<&str>, user_id: Option<&str>, external_id: Option<&str>| {
        let own = |part: Option<&str>| part.map(str::to_owned);
        let to = Recipient { phone: own(phone), user_id: own(user_id), external_id: own(external_id) };
        call(&Outgoing { to, ..message("1", Body::text("Hej")) })
            .map(|call| json_of(call)["recipient"].take())
    };
    let identity = |identity: &str| json!({ "identified_by": { "channel_identities": [{ "channel": "WHATSAPP", "identity": identity }] } });
    assert_eq!(whom(Some("+46 73 200 11 22"), Some("SE.12"), Some("01HC")).unwrap(), identity("46732001122"));
    assert_eq!(whom(None, Some("SE.12"), Some("01HC")).unwrap(), identity("SE.12"));
    assert_eq!(whom(None, None, Some("01HC")).unwrap(), json!({ "contact_id": "01HC" }));
    for (phone, user_id, contact) in [(None, None, None), (Some(""), Some("x"), Some(" "))] {
        assert!(whom(phone, user_id, contact).is_err());
    }
}

#[test]
fn what_sinch_cannot_do_is_refused_in_a_sentence() {
    let (message, emoji) = ("01HIN".to_owned(), "👍".to_owned());
    for what in [What::Reaction { message: message.clone(), emoji }, What::Read { message }] {
        let reason = call(&Outgoing { to: to("46732001122"), what, opaque: None }).err().unwrap().0;
        assert!(reason.ends_with('.') && reason.starts_with("Sinch"), "{reason}");
    }
}

#[test]
fn without_a_token_it_is_asked_for_before_anything_is_sent() {
    let outgoing = message("46732001122", Body::text("Hej"));
    match over(&account(), &Known::new(), None, |via| Sinch.call(via, &outgoing)).unwrap() {
        Step::First(need) => assert_eq!(need.key, "token"),
        Step::Call(call) => panic!("{} was called without a token", call.url),
    }
    let refused = message("46732001122", Body::text(""));
    assert!(over(&account(), &Known::new(), None, |via| Sinch.call(via, &refused)).is_err());
}
