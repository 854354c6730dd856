//! What a flow would have done in a conversation that there was. Pure: nothing is written and nobody is told.

use contract::Body;
use contract::bots::Verdict;
use serde_json::Value;

use super::definition::Definition;
use super::talk;
use crate::bots::turn::said;
use crate::bots::{Answer, Heard, Opening, Turn, fit};

/// A conversation as far as the bot had it.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// What the customer calls themself.
    pub name: Option<String>,
    /// The bot's turns, oldest first.
    pub turns: Vec<RecordedTurn>,
    /// Whether the bot let go at the end of the last one.
    pub handed_off: bool,
}

/// One turn as it was.
#[derive(Debug, Clone, Default)]
pub struct RecordedTurn {
    /// What the customer wrote.
    pub heard: Vec<Heard>,
    /// What the bot said, as it went out.
    pub said: Vec<Body>,
}

/// How a flow would have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// In one word.
    pub verdict: Verdict,
    /// Where it first did otherwise: what the customer wrote, what was said, what the flow says.
    pub place: Option<(String, String, String)>,
}

/// Gives the customer's messages to a flow, turn by turn, until it or the bot let go, and compares. What the channel
/// carries decides the form, as it did then.
pub fn replay(definition: &Definition, record: &Record, carries: &dyn Fn(&Body) -> bool) -> Replayed {
    let mut verdict = if record.turns.is_empty() { Verdict::Nothing } else { Verdict::Same };
    let (mut place, mut memory, mut offered) = (None, Value::Null, Vec::new());
    for (at, turn) in record.turns.iter().enumerate() {
        let opening = if at == 0 { Opening::New } else { Opening::Ongoing };
        let (answer, _) = talk::answer(definition, &given(record, turn, (memory, &offered, opening)));
        let fitted = fitted(&answer, carries);
        let (after, before) = (words(&fitted.0), words(&turn.said));
        let let_go = record.handed_off && at + 1 == record.turns.len();
        let came = judge(&answer, let_go, before == after);
        if came != Verdict::Same && verdict == Verdict::Same {
            verdict = came;
            place = Some((heard(turn), before, after));
        }
        // Who has let go hears no more, and what differs may mean that the customer would have written otherwise.
        if answer.handoff.is_some() || matches!(came, Verdict::NotUnderstood | Verdict::Keeps) {
            break;
        }
        (memory, offered) = (answer.memory, fitted.1);
    }
    Replayed { verdict, place }
}

fn judge(answer: &Answer, let_go: bool, is_same: bool) -> Verdict {
    match (answer.handoff.is_some(), let_go) {
        (true, false) if answer.missed => Verdict::NotUnderstood,
        (true, false) => Verdict::HandsOff,
        (false, true) => Verdict::Keeps,
        _ if is_same => Verdict::Same,
        _ if answer.missed && !let_go => Verdict::NotUnderstood,
        _ => Verdict::Differs,
    }
}

fn given(
    record: &Record,
    turn: &RecordedTurn,
    (memory, offered, opening): (Value, &[contract::message::Choice], Opening),
) -> Turn {
    let tapped = |heard: &Heard| Heard {
        body: fit::typed(offered, &heard.body).unwrap_or_else(|| heard.body.clone()),
        ..heard.clone()
    };
    Turn {
        memory,
        heard: turn.heard.iter().map(tapped).collect(),
        contact_name: record.name.clone(),
        opening,
        ..Turn::over(Value::Null, 0)
    }
}

fn fitted(answer: &Answer, carries: &dyn Fn(&Body) -> bool) -> (Vec<Body>, Vec<contract::message::Choice>) {
    let (mut bodies, mut offered) = (Vec::new(), Vec::new());
    for body in &answer.messages {
        let fitted = fit::fit(body.clone(), carries);
        if !fitted.offered.is_empty() {
            offered = fitted.offered;
        }
        bodies.extend(fitted.messages);
    }
    (bodies, offered)
}

fn heard(turn: &RecordedTurn) -> String {
    turn.heard.iter().filter_map(|heard| said(&heard.body)).collect::<Vec<_>>().join("\n")
}

/// What was said, in words, with what could be chosen below it.
fn words(bodies: &[Body]) -> String {
    let one = |body: &Body| {
        let titles: Vec<&str> = match body {
            Body::Buttons { buttons, .. } => buttons.iter().map(|it| it.title.as_str()).collect(),
            Body::List { sections, .. } => {
                sections.iter().flat_map(|section| &section.rows).map(|it| it.title.as_str()).collect()
            }
            _ => Vec::new(),
        };
        let text = said(body).unwrap_or_default();
        if titles.is_empty() { text } else { format!("{text}\n[{}]", titles.join("] [")) }
    };
    bodies.iter().map(one).collect::<Vec<_>>().join("\n\n")
}
