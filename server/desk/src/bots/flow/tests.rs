//! Stories of customers who write to the bot of a new desk.

use contract::handoff::ReasonCode;
use contract::message::{Media, MediaKind};
use contract::{Body, Packet, Time};
use serde_json::{Value, json};

use super::{Flow, answer, default_definition};
use crate::bots::{After, Answer, Bot, BotError, Heard, Opening, Turn, bot};

mod any;
mod variants;

/// A customer's conversation with a flow.
struct Story {
    definition: Value,
    memory: Value,
    opening: Opening,
}

impl Story {
    fn new() -> Story {
        Story { definition: default_definition(), memory: Value::Null, opening: Opening::New }
    }

    /// One that the bot has already greeted.
    fn under_way() -> Story {
        let mut story = Story::new();
        story.hear("hello");
        story
    }

    fn hear(&mut self, text: &str) -> Answer {
        self.burst(vec![Body::text(text)])
    }

    fn tap(&mut self, id: &str) -> Answer {
        self.burst(vec![Body::ButtonReply { id: id.into(), title: "A button".into() }])
    }

    fn burst(&mut self, bodies: Vec<Body>) -> Answer {
        let answer = answer(&self.turn(bodies)).unwrap();
        self.memory = answer.memory.clone();
        self.opening = Opening::Ongoing;
        answer
    }

    fn turn(&self, bodies: Vec<Body>) -> Turn {
        let heard = |(seq, body)| Heard::new(seq as i64, body, Time(seq as i64));
        Turn {
            memory: self.memory.clone(),
            heard: bodies.into_iter().enumerate().map(heard).collect(),
            contact_name: Some("Ada".into()),
            opening: self.opening,
            fallback: None,
            settled: Vec::new(),
            ..Turn::over(self.definition.clone(), 3)
        }
    }
}

fn said(answer: &Answer) -> String {
    answer.messages.iter().filter_map(Body::words).collect::<Vec<_>>().join("\n---\n")
}

fn packet(answer: Answer) -> Packet {
    answer.handoff.expect("it hands off")
}

fn photo(caption: Option<&str>) -> Body {
    Body::Media(Media {
        id: Some("1".into()),
        caption: caption.map(str::to_owned),
        ..Media::of(MediaKind::Image)
    })
}

#[test]
fn the_list_of_bots_knows_the_flow() {
    assert_eq!(bot("flow").unwrap().kind(), "flow");
    assert!(bot("unknown").is_none());
    Flow.check(&default_definition()).unwrap();
}

#[test]
fn a_first_hello_is_answered_with_one_message_that_has_buttons() {
    let answer = Story::new().hear("Hello!");
    assert_eq!(answer.messages.len(), 1);
    assert!(
        said(&answer).starts_with("Hello, Ada! I am the shop's assistant, a bot.\n\nHow can I help you?")
    );
    let Body::Buttons { buttons, .. } = &answer.messages[0] else { panic!("no buttons") };
    let titles: Vec<&str> = buttons.iter().map(|button| button.title.as_str()).collect();
    assert_eq!(titles, ["Opening hours", "Track my order", "Talk to a person"]);
}

#[test]
fn a_first_message_that_it_does_not_know_is_greeted_and_not_held_against_the_customer() {
    let mut story = Story::new();
    let first = story.hear("asdf");
    assert_eq!(first.messages.len(), 1);
    assert!(said(&first).starts_with("Hello, Ada!"));
    assert!(story.hear("qwer").handoff.is_none(), "only the second counts as not understood");
    assert_eq!(packet(story.hear("zxcv")).reason_code, ReasonCode::NotUnderstood);
}

#[test]
fn a_first_question_is_answered_right_after_the_greeting() {
    let answer = Story::new().hear("Hi, are you open today?");
    assert_eq!(answer.messages.len(), 2);
    assert!(said(&answer).contains("Monday to Friday"));
}

#[test]
fn it_greets_once() {
    let mut story = Story::under_way();
    assert!(!said(&story.hear("hello")).contains("I am the shop's assistant"));
}

#[test]
fn a_tapped_button_leads_to_its_entry() {
    let mut story = Story::under_way();
    assert!(said(&story.tap("hours")).contains("Monday to Friday"));
}

#[test]
fn a_button_of_an_older_version_is_read_by_its_label() {
    let mut story = Story::under_way();
    let old = Body::ButtonReply { id: "gone".into(), title: "Opening hours".into() };
    assert!(said(&story.burst(vec![old])).contains("Monday to Friday"));
}

#[test]
fn the_longest_keyword_wins() {
    let mut story = Story::under_way();
    let answer = story.hear("how long does delivery take, will it be late?");
    assert!(said(&answer).contains("2 to 4 working days"));
}

#[test]
fn who_asks_for_a_person_gets_a_handoff_and_no_promise_that_somebody_is_there() {
    for wish in ["Talk to a person", "AGENT!", "i want a human", "complaint"] {
        let answer = Story::under_way().hear(wish);
        assert_eq!(said(&answer), "I am asking a colleague to join.");
        let packet = packet(answer);
        assert_eq!(packet.reason_code, ReasonCode::CustomerAsked);
        assert_eq!(packet.bot_version.as_deref(), Some("flow/3"));
        assert_eq!(packet.language.as_deref(), Some("en"));
    }
}

#[test]
fn two_misunderstandings_in_a_row_lead_to_people() {
    let mut story = Story::under_way();
    let first = story.hear("blah");
    assert!(first.handoff.is_none());
    assert!(said(&first).contains("did not understand"));
    let packet = packet(story.hear("blah blah"));
    assert_eq!(packet.reason_code, ReasonCode::NotUnderstood);
    assert!(packet.summary.unwrap().ends_with("The customer's last words: “blah blah”"));
}

#[test]
fn a_misunderstanding_is_forgotten_once_something_is_understood() {
    let mut story = Story::under_way();
    story.hear("blah");
    story.hear("returns");
    assert!(story.hear("blah").handoff.is_none());
}

#[test]
fn a_burst_is_one_misunderstanding_and_what_is_understood_in_it_counts() {
    let mut story = Story::under_way();
    let many = story.burst(vec![Body::text("blah"), Body::text("blub"), Body::text("bla")]);
    assert!(many.handoff.is_none());
    assert_eq!(many.messages.len(), 1);
    let mixed = story.burst(vec![Body::text("blah"), Body::text("opening hours?")]);
    assert!(mixed.handoff.is_none());
    assert!(said(&mixed).contains("Monday to Friday"));
    assert!(!said(&mixed).contains("did not understand"));
}

#[test]
fn a_burst_with_two_questions_gets_both_answers_and_none_twice() {
    let mut story = Story::under_way();
    let texts = ["opening hours", "shipping", "when are you open"];
    let answer = story.burst(texts.into_iter().map(Body::text).collect());
    assert_eq!(answer.messages.len(), 2);
}

#[test]
fn the_order_number_is_asked_for_and_passed_on() {
    let mut story = Story::under_way();
    let question = story.tap("track");
    assert!(said(&question).contains("What is your order number?"));
    assert!(question.handoff.is_none());
    let answer = story.hear("it is a-10482, thanks");
    assert!(said(&answer).contains("look up order a-10482"));
    let packet = packet(answer);
    assert_eq!(packet.reason_code, ReasonCode::Policy);
    assert_eq!(packet.title.as_deref(), Some("Where is order a-10482?"));
    assert_eq!(packet.slots[0].name, "order_number");
    assert_eq!(packet.slots[0].value, "a-10482");
    assert_eq!(packet.tried, ["Order tracking"]);
    assert_eq!(packet.intent.as_deref(), Some("track"));
    assert!(packet.suggested_reply.unwrap().starts_with("Hello Ada, thank you for waiting."));
}

#[test]
fn an_order_number_given_beforehand_is_not_asked_for_again() {
    let answer = Story::new().hear("Where is my order A-10482?");
    assert_eq!(packet(answer).slots[0].value, "A-10482");
}

#[test]
fn an_answer_that_does_not_fit_is_asked_for_again_and_the_second_time_a_colleague_joins() {
    let mut story = Story::under_way();
    story.tap("track");
    assert!(said(&story.hear("I lost it")).contains("does not look like an order number"));
    let packet = packet(story.hear("really"));
    assert_eq!(packet.reason_code, ReasonCode::NotUnderstood);
    assert_eq!(packet.intent.as_deref(), Some("track"));
}

#[test]
fn a_question_does_not_hold_a_customer_who_asks_for_something_else() {
    let mut story = Story::under_way();
    story.tap("track");
    assert_eq!(packet(story.hear("a human please")).reason_code, ReasonCode::CustomerAsked);
    let mut story = Story::under_way();
    story.tap("track");
    assert!(said(&story.hear("when are you open")).contains("Monday to Friday"));
    assert!(story.hear("A-10482").handoff.is_none(), "the question is no longer asked");
}

#[test]
fn a_question_without_a_pattern_takes_any_answer_but_the_wish_for_a_person() {
    let mut story = Story::under_way();
    let steps = json!([
        { "step": "ask", "slot": "city", "text": "Which city?", "retry": "Which city, please?" },
        { "step": "say", "text": "{city} is beautiful." },
    ]);
    story.definition["entries"][0]["steps"] = steps;
    assert_eq!(said(&story.tap("hours")), "Which city?");
    assert_eq!(said(&story.hear("Track Town")), "Track Town is beautiful.");
    story.tap("hours");
    assert!(story.hear("a person").handoff.is_some());
}

#[test]
fn a_definition_that_lost_the_question_meanwhile_does_not_confuse_it() {
    let mut story = Story::under_way();
    story.tap("track");
    story.definition["entries"][3]["steps"] = json!([{ "step": "say", "text": "Look into your account." }]);
    assert!(said(&story.hear("A-10482")).contains("did not understand"));
    assert_eq!(said(&story.hear("track my order")), "Look into your account.");
}

#[test]
fn a_picture_is_met_kindly_with_the_offer_of_a_person_and_a_second_one_reaches_one() {
    let mut story = Story::under_way();
    let first = story.burst(vec![photo(None)]);
    assert!(said(&first).contains("I can only read text"));
    let Body::Buttons { buttons, .. } = &first.messages[0] else { panic!("no buttons") };
    assert_eq!(buttons[0].id, "person");
    assert_eq!(packet(story.burst(vec![photo(None)])).reason_code, ReasonCode::NotUnderstood);
}

#[test]
fn the_words_below_a_picture_are_read() {
    let mut story = Story::under_way();
    assert!(said(&story.burst(vec![photo(Some("can I return this?"))])).contains("within 30 days"));
}

#[test]
fn a_first_picture_is_greeted_too() {
    let answer = Story::new().burst(vec![photo(None)]);
    assert_eq!(answer.messages.len(), 2);
    assert!(said(&answer).starts_with("Hello, Ada!"));
}

#[test]
fn what_the_provider_writes_into_the_thread_is_no_misunderstanding() {
    let mut story = Story::under_way();
    let news = Body::System { kind: "user_changed_number".into(), text: "changed".into() };
    for _ in 0..3 {
        let answer = story.burst(vec![news.clone()]);
        assert!(answer.handoff.is_none());
        assert!(!answer.messages.is_empty());
    }
}

#[test]
fn given_back_by_a_person_it_says_so_and_begins_anew() {
    let mut story = Story::under_way();
    story.tap("track");
    story.hear("lost");
    story.opening = Opening::Returned;
    let answer = story.burst(Vec::new());
    assert!(said(&answer).contains("assistant again"));
    assert!(story.hear("blah").handoff.is_none(), "earlier misunderstandings are forgotten");
}

#[test]
fn a_question_asked_while_it_is_given_back_is_answered() {
    let mut story = Story::under_way();
    story.opening = Opening::Returned;
    assert!(said(&story.hear("opening hours")).contains("Monday to Friday"));
}

#[test]
fn a_goodbye_resolves_the_conversation() {
    let answer = Story::under_way().hear("No, thank you");
    assert_eq!(answer.after, After::Resolve);
    assert!(said(&answer).contains("Have a good day"));
    assert!(answer.handoff.is_none());
}

#[test]
fn a_question_after_the_goodbye_in_the_same_burst_keeps_it_open() {
    let mut story = Story::under_way();
    let answer = story.burst(vec![Body::text("bye"), Body::text("when are you open?")]);
    assert_eq!(answer.after, After::Stay);
}

#[test]
fn what_comes_after_the_wish_for_a_person_is_left_to_that_person() {
    let mut story = Story::under_way();
    let answer = story.burst(vec![Body::text("agent"), Body::text("opening hours")]);
    assert_eq!(said(&answer), "I am asking a colleague to join.");
}

#[test]
fn more_than_three_choices_become_a_menu() {
    let mut story = Story::new();
    let choices = json!([
        { "entry": "hours", "title": "Opening hours" },
        { "entry": "shipping", "title": "Shipping", "description": "Costs and times" },
        { "entry": "returns", "title": "Returns" },
        { "entry": "person", "title": "Talk to a person" },
    ]);
    story.definition["greeting"]["ask"]["choices"] = choices;
    let answer = story.hear("?");
    let Body::List { sections, button, .. } = &answer.messages[0] else { panic!("no menu") };
    assert_eq!(button, "Choose");
    assert_eq!(sections[0].rows.len(), 4);
    let row = Body::ListReply { id: "shipping".into(), title: "Shipping".into(), description: None };
    assert!(said(&story.burst(vec![row])).contains("4.90"));
}

#[test]
fn a_definition_that_cannot_be_used_is_refused_with_the_place_and_the_reason() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut definition = default_definition();
        change(&mut definition);
        Flow.check(&definition).unwrap_err()
    };
    let title = refused(&|it| it["greeting"]["ask"]["choices"][0]["title"] = json!("x".repeat(21)));
    assert!(title.contains("21 characters; at most 20"), "{title}");
    let lost = refused(&|it| it["greeting"]["ask"]["choices"][0]["entry"] = json!("nowhere"));
    assert!(lost.contains("leads to `nowhere`, which is no entry"), "{lost}");
    let pattern = refused(&|it| it["entries"][3]["steps"][0]["pattern"] = json!("("));
    assert!(pattern.contains("entry `track`: step 1: `pattern` is no regular expression"), "{pattern}");
    let empty = refused(&|it| it["entries"][3]["steps"][0]["pattern"] = json!("[0-9]*"));
    assert!(empty.contains("empty text"), "{empty}");
    let no_exit = refused(&|it| it["entries"][4]["steps"][0]["reason"] = json!("other"));
    assert!(no_exit.contains("always be able to ask for a person"), "{no_exit}");
    let unknown = refused(&|it| it["gretting"] = json!(1));
    assert!(unknown.contains("gretting"), "{unknown}");
    let blank = refused(&|it| it["joining"] = json!("{nothing} "));
    assert!(blank.contains("joining is empty"), "{blank}");
    let twice = refused(&|it| it["entries"][1]["id"] = json!("hours"));
    assert!(twice.contains("two entries have the id `hours`"), "{twice}");
}

#[test]
fn a_turn_under_a_definition_that_cannot_be_used_is_an_error_and_no_silence() {
    let mut story = Story::new();
    story.definition = json!({});
    assert!(matches!(answer(&story.turn(vec![Body::text("hi")])), Err(BotError::Definition(_))));
}
