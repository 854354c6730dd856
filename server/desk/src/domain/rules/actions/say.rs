//! What is said: to the customer, and to colleagues.

use contract::message::{Parameter, Template};
use contract::rules::{Act, Kind, Options, Value};

use super::{Action, Deed, Fallback, Field, free, maybe, text, words};

/// The longest text for a customer, in characters.
const LONGEST: usize = 4_096;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 10_000;

pub(super) const ACTIONS: &[Action] = &[
    Action {
        key: "note",
        name: "Write a private note",
        fields: &[Field { key: "text", name: "Note", kind: Kind::Text, options: free, optional: false }],
        read: |act| short(text(act, "text")?, LONGEST_NOTE).map(Deed::Note),
    },
    Action {
        key: "send_message",
        name: "Write to the customer",
        fields: &[
            Field { key: "text", name: "Text", kind: Kind::Text, options: free, optional: false },
            Field {
                key: "fallback",
                name: "Where the window is closed",
                kind: Kind::Choice,
                options: fallbacks,
                optional: false,
            },
            Field { key: "template", name: "Template", kind: Kind::Text, options: free, optional: true },
            Field { key: "language", name: "Its language", kind: Kind::Text, options: free, optional: true },
        ],
        read: message,
    },
    Action {
        key: "send_template",
        name: "Send a template",
        fields: &[
            Field { key: "template", name: "Template", kind: Kind::Text, options: free, optional: false },
            Field { key: "language", name: "Its language", kind: Kind::Text, options: free, optional: true },
            Field {
                key: "values",
                name: "Values in its text",
                kind: Kind::Words,
                options: free,
                optional: true,
            },
        ],
        read: |act| template(act).map(Box::new).map(Deed::Template),
    },
    Action {
        key: "ask_rating",
        name: "Ask how it was",
        fields: &[
            Field { key: "text", name: "Question", kind: Kind::Text, options: free, optional: false },
            Field {
                key: "hours",
                name: "Hours in which an answer counts",
                kind: Kind::Number,
                options: free,
                optional: true,
            },
        ],
        read: rating,
    },
];

fn fallbacks() -> Options {
    let words = [("skip", "Do nothing"), ("note", "Write it as a note"), ("template", "Send a template")];
    Options::Words(words.map(|(word, name)| (word.to_owned(), name.to_owned())).to_vec())
}

fn message(act: &Act) -> Result<Deed, String> {
    let said = short(text(act, "text")?, LONGEST)?;
    let word = text(act, "fallback")?;
    let fallback = match word.as_str() {
        "skip" => Fallback::Skip,
        "note" => Fallback::Note,
        "template" => Fallback::Template(Box::new(Template {
            name: text(act, "template")?,
            id: None,
            language: maybe(act, "language")?.unwrap_or_else(|| "en".to_owned()),
            text: said.clone(),
            header: Vec::new(),
            body: Vec::new(),
            buttons: Vec::new(),
        })),
        _ => return Err(format!("there is no fallback `{word}`")),
    };
    Ok(Deed::Say(said, fallback))
}

/// How long an answer counts where the rule does not say, and at most, in hours.
const USUAL_HOURS: i64 = 24;
const MOST_HOURS: i64 = 24 * 7;
/// The longest question above a menu, in characters.
const LONGEST_QUESTION: usize = 1_000;

fn rating(act: &Act) -> Result<Deed, String> {
    let hours = match act.with.get("hours") {
        None | Some(Value::Nothing) => USUAL_HOURS,
        Some(Value::Number(hours)) if (1..=MOST_HOURS).contains(hours) => *hours,
        Some(_) => return Err(format!("`hours` are 1 to {MOST_HOURS}")),
    };
    Ok(Deed::AskRating(short(text(act, "text")?, LONGEST_QUESTION)?, hours))
}

/// A template, with the values of its text in their order.
fn template(act: &Act) -> Result<Template, String> {
    let values = if act.with.contains_key("values") { words(act, "values")? } else { Vec::new() };
    Ok(Template {
        name: text(act, "template")?,
        id: None,
        language: maybe(act, "language")?.unwrap_or_else(|| "en".to_owned()),
        // What the customer will read is written into it when it is sent, where the provider lists its templates.
        text: values.join(", "),
        header: Vec::new(),
        body: values.into_iter().map(|text| Parameter::Text { text, name: None }).collect(),
        buttons: Vec::new(),
    })
}

fn short(text: String, most: usize) -> Result<String, String> {
    if text.chars().count() > most || text.contains('\0') {
        return Err(format!("a text has at most {most} characters"));
    }
    Ok(text)
}
