//! A field for a value, whatever kind it is of: drawn from what the desk says of facts, operators and actions.

use contract::rules::{FactWord, FieldWord, Kind, OperatorWord, Takes, Value};
use leptos::prelude::*;

use super::pair::{span, two};
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::pages::rules::Lexicon;
use crate::ui::{Choice, Field, FieldKind, Select, TextArea, Ticks};

/// What a value is typed or chosen with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing: there is no value.
    Nothing,
    /// Yes or no.
    Truth,
    /// One of these.
    One(Vec<(String, String)>),
    /// Several of these.
    Several(Vec<(String, String)>),
    /// A line of text; codes in letters of one width.
    Line {
        /// Whether it is a code.
        code: bool,
    },
    /// A text of several lines.
    Long,
    /// Texts, one a line.
    Lines,
    /// A number.
    Number,
    /// Numbers with commas between them.
    Numbers,
    /// Two numbers.
    Two,
    /// A length of time.
    Span,
    /// A moment, as how long ago it was.
    Ago,
}

impl Form {
    /// What a fact is compared with.
    pub(super) fn of_test(lexicon: &Lexicon, fact: &FactWord, operator: &OperatorWord) -> Form {
        match (operator.takes, fact.kind) {
            (Takes::Nothing, _) => Form::Nothing,
            (Takes::Two, _) => Form::Two,
            (Takes::Seconds, _) => Form::Span,
            (Takes::Pattern, _) => Form::Line { code: true },
            (Takes::Many, Kind::Choice) => Form::Several(lexicon.choices(&fact.options)),
            (Takes::Many, Kind::Number) => Form::Numbers,
            (Takes::Many, _) => Form::Lines,
            (Takes::One, _) => Form::of_fact(lexicon, fact),
        }
    }

    /// What a fact can be.
    pub(super) fn of_fact(lexicon: &Lexicon, fact: &FactWord) -> Form {
        match fact.kind {
            Kind::Choice => Form::One(lexicon.choices(&fact.options)),
            kind => Form::of_kind(kind, Form::Line { code: false }),
        }
    }

    /// What an action needs. What is called a text is one for people, and can be long.
    pub(super) fn of_field(lexicon: &Lexicon, field: &FieldWord) -> Form {
        match field.kind {
            Kind::Choice => Form::One(lexicon.choices(&field.options)),
            kind if field.key == "text" => Form::of_kind(kind, Form::Long),
            kind => Form::of_kind(kind, Form::Line { code: false }),
        }
    }

    fn of_kind(kind: Kind, text: Form) -> Form {
        match kind {
            Kind::Text | Kind::Choice => text,
            Kind::Number => Form::Number,
            Kind::Truth => Form::Truth,
            Kind::Time => Form::Ago,
            Kind::Words => Form::Lines,
            Kind::Ladder => Form::Nothing,
        }
    }
}

/// Where a field stands, and what it is called.
#[derive(Clone)]
pub(super) struct About {
    /// Its own id on the page.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What stands beside that ("optional").
    pub note: Option<String>,
    /// What is wrong with it.
    pub error: Signal<Option<String>>,
}

/// The field. `value` is what holds now; `on_value` hears what is typed or chosen.
#[component]
pub(super) fn ValueField(form: Form, about: About, value: Value, on_value: Callback<Value>) -> impl IntoView {
    let i18n = use_i18n();
    match form {
        Form::Nothing => ().into_any(),
        Form::Truth => {
            let yes = ("yes".to_owned(), tu_string!(i18n, rules.yes).to_owned());
            let no = ("no".to_owned(), tu_string!(i18n, rules.no).to_owned());
            let held = match value {
                Value::Truth(truth) => if truth { "yes" } else { "no" }.to_owned(),
                _ => String::new(),
            };
            let chosen = move |word: String| match word.as_str() {
                "" => Value::Nothing,
                word => Value::Truth(word == "yes"),
            };
            one(about, vec![yes, no], held, move |word| on_value.run(chosen(word))).into_any()
        }
        Form::One(choices) => {
            let text = |word: String| if word.is_empty() { Value::Nothing } else { Value::Text(word) };
            one(about, choices, single(&value), move |word| on_value.run(text(word))).into_any()
        }
        Form::Several(choices) => several(about, choices, &value, on_value).into_any(),
        Form::Line { code } => line(about, (FieldKind::Text, code), single(&value), move |typed| {
            on_value.run(text(typed));
        })
        .into_any(),
        Form::Number => line(about, (FieldKind::Number, false), single(&value), move |typed| {
            on_value.run(typed.trim().parse().map_or(Value::Nothing, Value::Number));
        })
        .into_any(),
        Form::Numbers => {
            let label = format!("{} · {}", about.label, tu_string!(i18n, rules.with_commas));
            let held = each(&value).join(", ");
            line(About { label, ..about }, (FieldKind::Text, false), held, move |typed| {
                on_value.run(numbers(&typed));
            })
            .into_any()
        }
        Form::Long => area(about, single(&value), 3, move |typed| on_value.run(text(typed))).into_any(),
        Form::Lines => {
            let label = format!("{} · {}", about.label, tu_string!(i18n, rules.one_a_line));
            area(About { label, ..about }, each(&value).join("\n"), 2, move |typed| {
                on_value.run(lines(&typed));
            })
            .into_any()
        }
        Form::Two => two(about, &value, on_value).into_any(),
        Form::Span => span(about, &value, move |seconds| {
            on_value.run(seconds.map_or(Value::Nothing, Value::Number));
        })
        .into_any(),
        Form::Ago => {
            let label = format!("{} · {}", about.label, tu_string!(i18n, rules.how_long_ago));
            let moment = move |seconds: i64| Value::Number(browser::clock().0 - seconds.saturating_mul(1000));
            // How long ago it was is typed anew: the moment that it stands for has moved on.
            span(About { label, ..about }, &Value::Nothing, move |seconds| {
                on_value.run(seconds.map_or(Value::Nothing, moment));
            })
            .into_any()
        }
    }
}

/// A signal for a field that tells what is typed into it.
pub(super) fn bound(initial: String, typed: impl Fn(String) + 'static) -> RwSignal<String> {
    let value = RwSignal::new(initial);
    Effect::new(move |before: Option<String>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) {
            typed(now.clone());
        }
        now
    });
    value
}

fn line(
    about: About,
    (kind, code): (FieldKind, bool),
    held: String,
    typed: impl Fn(String) + 'static,
) -> impl IntoView {
    view! {
        <Field
            name=about.id.clone()
            id=about.id
            label=about.label
            note=about.note
            kind=kind
            mono=code
            value=bound(held, typed)
            error=about.error
            autocomplete="off"
        />
    }
}

fn area(about: About, held: String, rows: u32, typed: impl Fn(String) + 'static) -> impl IntoView {
    view! {
        <TextArea
            name=about.id.clone()
            id=about.id
            label=about.label
            note=about.note
            rows=rows
            value=bound(held, typed)
            error=about.error
        />
    }
}

/// One of several. What holds and is none of them any more is shown as it is.
fn one(
    about: About,
    choices: Vec<(String, String)>,
    held: String,
    chosen: impl Fn(String) + Send + Sync + 'static,
) -> impl IntoView {
    let i18n = use_i18n();
    let is_gone = !held.is_empty() && !choices.iter().any(|(word, _)| *word == held);
    let none = Choice::new("", tu_string!(i18n, rules.choose));
    let gone = is_gone.then(|| Choice::new(held.clone(), held.clone()));
    let choices = choices.into_iter().map(|(word, name)| Choice::new(word, name));
    let choices: Vec<Choice> = [none].into_iter().chain(gone).chain(choices).collect();
    let value = RwSignal::new(held);
    view! {
        <Select
            name=about.id.clone()
            id=about.id
            label=about.label
            note=about.note
            choices=choices
            value=value
            on_choose=move |word: String| {
                value.set(word.clone());
                chosen(word);
            }
            error=about.error
        />
    }
}

fn several(
    about: About,
    choices: Vec<(String, String)>,
    value: &Value,
    on_value: Callback<Value>,
) -> impl IntoView {
    let held = RwSignal::new(each(value));
    let choices = choices.into_iter().map(|(word, name)| Choice::new(word, name)).collect();
    let choose = move |words: Vec<String>| {
        held.set(words.clone());
        on_value.run(if words.is_empty() { Value::Nothing } else { Value::Texts(words) });
    };
    view! {
        <Ticks
            id=about.id
            label=about.label
            choices=choices
            value=held
            on_choose=choose
            error=about.error
        />
    }
}

fn text(typed: String) -> Value {
    if typed.trim().is_empty() { Value::Nothing } else { Value::Text(typed) }
}

/// Texts of a box, one a line.
fn lines(typed: &str) -> Value {
    let lines: Vec<String> =
        typed.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if lines.is_empty() { Value::Nothing } else { Value::Texts(lines) }
}

/// Numbers with commas between them. What is none is left out.
fn numbers(typed: &str) -> Value {
    let numbers: Vec<i64> = typed.split(',').filter_map(|part| part.trim().parse().ok()).collect();
    if numbers.is_empty() { Value::Nothing } else { Value::Numbers(numbers) }
}

/// A value as it is typed.
fn single(value: &Value) -> String {
    each(value).join(", ")
}

/// The same, one by one.
pub(super) fn each(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::Texts(texts) => texts.clone(),
        Value::Number(number) => vec![number.to_string()],
        Value::Numbers(numbers) => numbers.iter().map(i64::to_string).collect(),
        Value::Truth(_) | Value::Nothing => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_the_value_that_it_looks_like() {
        assert_eq!(lines(" refund \n\n"), Value::Texts(vec!["refund".to_owned()]));
        assert_eq!(lines("a\nb\nc"), Value::Texts(["a", "b", "c"].map(str::to_owned).to_vec()));
        assert_eq!(lines(" \n"), Value::Nothing);
        assert_eq!(numbers("1, 20,x, -3"), Value::Numbers(vec![1, 20, -3]));
        assert_eq!(numbers("none"), Value::Nothing);
        assert_eq!(text("  ".to_owned()), Value::Nothing);
        assert_eq!(single(&Value::Numbers(vec![9, 17])), "9, 17");
    }
}
