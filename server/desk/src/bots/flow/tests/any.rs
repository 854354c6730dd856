//! Whatever a customer writes: the bot neither breaks nor falls silent.

use contract::Body;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Flow, answer};
use super::{Story, photo};
use crate::bots::{Bot, Opening, Turn};

fn any_body() -> impl Strategy<Value = Body> {
    let words = prop_oneof![
        Just("opening hours".to_owned()),
        Just("track my order".to_owned()),
        Just("A-10482".to_owned()),
        Just("agent".to_owned()),
        Just("bye".to_owned()),
        Just("hello".to_owned()),
        any::<String>(),
        "\\PC{0,40}",
    ];
    (words, 0..7).prop_map(|(text, kind)| match kind {
        0 => Body::ButtonReply { id: text.clone(), title: text },
        1 => Body::ListReply { id: "track".into(), title: text, description: None },
        2 => photo(Some(&text)),
        3 => Body::System { kind: text.clone(), text },
        4 => Body::Unsupported { kind: text, detail: None },
        _ => Body::text(text),
    })
}

fn any_memory() -> impl Strategy<Value = Value> {
    let step = 0usize..4;
    let full =
        (any::<bool>(), any::<u32>(), any::<String>(), step).prop_map(|(greeted, misses, text, step)| {
            json!({
                "greeted": greeted,
                "misses": misses,
                "slots": { "order_number": text, "other": text },
                "tried": [text],
                "asking": { "entry": "track", "step": step },
                "heard": misses,
            })
        });
    prop_oneof![Just(Value::Null), any::<String>().prop_map(Value::from), full]
}

proptest! {
    #[test]
    fn whatever_is_heard_and_remembered_it_answers_within_what_whatsapp_takes(
        bodies in prop::collection::vec(any_body(), 0..8),
        memory in any_memory(),
        name in any::<Option<String>>(),
        opening in prop_oneof![Just(Opening::New), Just(Opening::Ongoing), Just(Opening::Returned)],
    ) {
        let mut story = Story::new();
        story.memory = memory;
        story.opening = opening;
        let turn = Turn { contact_name: name, ..story.turn(bodies) };
        let first = answer(&turn).unwrap();
        prop_assert_eq!(&first, &answer(&turn).unwrap(), "the same turn has the same answer");
        prop_assert!(!first.messages.is_empty());
        prop_assert!(first.messages.len() <= 10);
        for body in &first.messages {
            let text = body.words().unwrap_or_default();
            let limit = if matches!(body, Body::Text { .. }) { 4096 } else { 1024 };
            prop_assert!(!text.trim().is_empty() && text.chars().count() <= limit);
        }
        let mut next = story.turn(vec![Body::text("A-10482")]);
        next.memory = first.memory;
        prop_assert!(answer(&next).is_ok(), "its own memory can be read");
    }

    #[test]
    fn a_checked_definition_of_other_words_never_falls_silent(
        texts in prop::collection::vec("\\PC{1,30}", 6),
        heard in prop::collection::vec(any_body(), 0..4),
    ) {
        let mut story = Story::new();
        let definition = &mut story.definition;
        definition["greeting"]["hello"] = json!(texts[0]);
        definition["greeting"]["ask"]["text"] = json!(texts[1]);
        definition["joining"] = json!(texts[2]);
        definition["entries"][0]["keywords"] = json!([texts[3]]);
        definition["entries"][3]["steps"][0]["pattern"] = json!(texts[4]);
        definition["entries"][3]["steps"][1]["text"] = json!(texts[5]);
        prop_assume!(Flow.check(definition).is_ok());
        for body in heard {
            prop_assert!(!story.burst(vec![body]).messages.is_empty());
        }
    }
}
