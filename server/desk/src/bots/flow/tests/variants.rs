//! The same flow in another language, and while nobody is there.

use contract::bots::Decision;
use contract::bots::flow::Definition;
use contract::{Body, Time};
use serde_json::{Value, json};

use super::super::{Flow, told};
use super::{Story, packet, said};
use crate::bots::{Bot, Heard, Turn};

/// Monday the 6th of July 2026, 10:00 in Berlin; and the day after.
const MONDAY: Time = Time(1_783_324_800_000);
const TUESDAY: Time = Time(1_783_411_200_000);

fn german() -> Story {
    let mut story = Story::new();
    story.definition["languages"] =
        json!([{ "code": "de", "words": ["hallo", "guten tag", "öffnungszeiten"] }]);
    let variants = |own: &Value, de: &str| json!({ "text": own, "variants": { "de": de } });
    let hello = &mut story.definition["greeting"]["hello"];
    *hello = variants(hello, "Guten Tag, {name}!");
    let joining = &mut story.definition["joining"];
    *joining = variants(joining, "Ich frage eine Kollegin.");
    Flow.check(&story.definition).unwrap();
    story
}

#[test]
fn a_customer_who_writes_another_language_is_answered_in_it_from_then_on() {
    let mut story = german();
    assert!(said(&story.hear("Hallo")).starts_with("Guten Tag, Ada!"));
    // What has no variant is said in the flow's own language.
    assert!(said(&story.hear("opening hours")).contains("Monday to Friday"));
    let last = story.hear("agent");
    assert_eq!(said(&last), "Ich frage eine Kollegin.");
    assert_eq!(packet(last).language.as_deref(), Some("de"));
    assert!(said(&german().hear("Hello")).starts_with("Hello, Ada!"));
}

#[test]
fn what_is_known_of_the_customer_chooses_the_language_where_nothing_else_does() {
    let story = german();
    let turn =
        |language: &str| Turn { language: Some(language.to_owned()), ..story.turn(vec![Body::text("hi")]) };
    let first = |language: &str| said(&told(&turn(language)).unwrap().0);
    assert!(first("de-AT").starts_with("Guten Tag"));
    assert!(first("fr").starts_with("Hello"));
}

#[test]
fn a_definition_without_variants_is_written_as_it_was_before_there_were_any() {
    let definition = super::default_definition();
    let read: Definition = serde_json::from_value(definition.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), definition);
    assert!(read.gaps().is_empty());
    let german: Definition = serde_json::from_value(german().definition).unwrap();
    let gaps = german.gaps();
    assert!(gaps.contains(&("not_understood.text".to_owned(), "de".to_owned())));
    assert!(gaps.iter().all(|(path, _)| path != "joining"));
}

fn at(story: &Story, when: Time, text: &str) -> (String, Vec<Decision>) {
    let turn = Turn { heard: vec![Heard::new(1, Body::text(text), when)], ..story.turn(Vec::new()) };
    let (answer, decisions) = told(&turn).unwrap();
    (said(&answer), decisions)
}

#[test]
fn steps_and_handoffs_follow_the_hours_of_the_message() {
    let mut story = Story::new();
    story.definition["hours"] =
        json!({ "zone": "Europe/Berlin", "week": { "mon": [{ "from": "09:00", "to": "18:00" }] } });
    story.definition["joining_closed"] = json!("We are closed.");
    story.definition["entries"][0]["steps"] = json!([
        { "step": "say", "text": "Come in!", "when": "open" },
        { "step": "say", "text": "Come tomorrow.", "when": "closed" },
    ]);
    Flow.check(&story.definition).unwrap();
    let (open, decisions) = at(&story, MONDAY, "opening hours");
    assert!(open.contains("Come in!") && !open.contains("tomorrow"), "{open}");
    let skipped = Decision::Skipped { entry: "Opening hours".into(), step: 2, open: true };
    assert!(decisions.contains(&skipped), "{decisions:?}");
    let (closed, _) = at(&story, TUESDAY, "opening hours");
    assert!(closed.contains("Come tomorrow.") && !closed.contains("Come in"), "{closed}");
    assert!(at(&story, MONDAY, "agent").0.contains("I am asking a colleague"));
    assert!(at(&story, TUESDAY, "agent").0.contains("We are closed."));
}

#[test]
fn an_entry_of_which_nothing_is_said_now_leaves_no_silence() {
    let mut story = Story::under_way();
    story.definition["hours"] = json!({ "zone": "UTC", "week": {} });
    story.definition["entries"][0]["steps"] = json!([{ "step": "say", "text": "Come in!", "when": "open" }]);
    assert!(said(&story.hear("opening hours")).starts_with("How can I help you?"));
}

#[test]
fn hours_and_languages_that_make_no_sense_are_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut definition = super::default_definition();
        change(&mut definition);
        Flow.check(&definition).unwrap_err()
    };
    let zone = refused(&|it| it["hours"] = json!({ "zone": "Mars" }));
    assert!(zone.contains("no time zone"), "{zone}");
    let time = json!({ "zone": "UTC", "week": { "mon": [{ "from": "9", "to": "18:00" }] } });
    assert!(refused(&|it| it["hours"] = time.clone()).contains("no times"));
    let closed = json!({ "zone": "UTC", "closed": ["Christmas"] });
    assert!(refused(&|it| it["hours"] = closed.clone()).contains("no date"));
    let twice = json!([{ "code": "de" }, { "code": "de" }]);
    assert!(refused(&|it| it["languages"] = twice.clone()).contains("there twice"));
    let when = refused(&|it| it["entries"][0]["steps"][0]["when"] = json!("open"));
    assert!(when.contains("has no hours"), "{when}");
    let long = json!({ "text": "x", "variants": { "de": "y".repeat(5000) } });
    let long = refused(&|it| it["joining"] = long.clone());
    assert!(long.contains("in `de`"), "{long}");
}
