//! What a rule listens to: events to tick, and those that are told after so many minutes, which are a part of the word.

use contract::rules::EventWord;
use leptos::prelude::*;

use super::condition::id_of;
use super::state::{Editor, Row};
use super::value::bound;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::rules::Lexicon;
use crate::ui::{Button, ButtonKind, ButtonSize, Choice, Field, FieldKind, IconName, Select, Ticks};

/// The minutes that a new one begins with.
const USUAL: &str = "30";

/// All of it.
#[component]
pub(super) fn Events(editor: Editor, row: Row) -> impl IntoView {
    let i18n = use_i18n();
    let lexicon = editor.lexicon();
    let (plain, timed) = row.rule.with_untracked(|rule| split(&lexicon, &rule.when));
    let value = RwSignal::new(plain);
    let events = lexicon.vocabulary().events.iter().filter(|event| !takes_minutes(event));
    let choices = events.map(|event| Choice::new(event.key.clone(), event.name.clone())).collect();
    let choose = move |plain: Vec<String>| {
        value.set(plain.clone());
        editor.edit(row, |rule| {
            let (_, timed) = split(&editor.lexicon(), &rule.when);
            rule.when = plain.into_iter().chain(timed).collect();
        });
    };
    // One that there is not is told by its number.
    let odd = move || {
        let found = editor.found(row);
        found.into_iter().find(|one| one.blocks && one.place.starts_with(".when")).map(|one| one.message)
    };
    let rows = (0..timed.len()).map(|at| view! { <Timed editor=editor row=row at=at /> }).collect_view();
    let first = lexicon.vocabulary().events.iter().find(|event| takes_minutes(event));
    let first = first.map(|event| event.key.replace('*', USUAL));
    view! {
        <Ticks
            id=id_of(row, ".when")
            label=tu_string!(i18n, rules.say_when)
            choices=choices
            value=value
            on_choose=choose
            error=Signal::derive(odd)
            testid="events"
        />
        <ol class="acts">{rows}</ol>
        {first
            .map(|first| {
                let add = move || editor.reshape(row, |rule| rule.when.push(first.clone()));
                view! {
                    <div>
                        <Button
                            size=ButtonSize::Small
                            icon=IconName::Plus
                            on_press=add
                            attr:data-testid="add-timed"
                        >
                            {tu_string!(i18n, rules.add_timed)}
                        </Button>
                    </div>
                }
            })}
    }
}

/// Whether an event takes a number of minutes.
pub(super) fn takes_minutes(event: &EventWord) -> bool {
    event.key.ends_with('*')
}

/// Those to tick, and those that take minutes.
fn split(lexicon: &Lexicon, when: &[String]) -> (Vec<String>, Vec<String>) {
    let timed = |event: &&String| lexicon.event_word(event).is_some_and(takes_minutes);
    when.iter().cloned().partition(|event| !timed(&event))
}

/// One that takes minutes.
#[component]
fn Timed(editor: Editor, row: Row, at: usize) -> impl IntoView {
    let i18n = use_i18n();
    let lexicon = editor.lexicon();
    let held =
        row.rule.with_untracked(|rule| split(&lexicon, &rule.when).1.get(at).cloned()).unwrap_or_default();
    let word = lexicon.event_word(&held).map(|event| event.key.clone()).unwrap_or_default();
    let minutes = held.strip_prefix(word.trim_end_matches('*')).unwrap_or_default().to_owned();
    let events = lexicon.vocabulary().events.iter().filter(|event| takes_minutes(event));
    let choices: Vec<Choice> =
        events.map(|event| Choice::new(event.key.clone(), event.name.clone())).collect();
    let chosen = RwSignal::new(word);
    let minutes = bound(minutes, move |typed| put(editor, row, at, &chosen.get_untracked(), typed.trim()));
    let choose = move |word: String| {
        put(editor, row, at, &word, minutes.get_untracked().trim());
        chosen.set(word);
    };
    let remove = move || {
        editor.reshape(row, |rule| {
            let (plain, mut timed) = split(&editor.lexicon(), &rule.when);
            if at < timed.len() {
                timed.remove(at);
            }
            rule.when = plain.into_iter().chain(timed).collect();
        });
    };
    let id = id_of(row, &format!(".when-timed[{at}]"));
    view! {
        <li class="act" data-testid="timed">
            <Select
                name=format!("{id}-event")
                id=format!("{id}-event")
                label=tu_string!(i18n, rules.timed)
                choices=choices
                value=chosen
                on_choose=choose
            />
            <Field
                name=format!("{id}-minutes")
                id=format!("{id}-minutes")
                label=tu_string!(i18n, rules.timed_minutes)
                kind=FieldKind::Number
                value=minutes
                autocomplete="off"
            />
            <div class="act__deeds">
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::Trash
                    label=tu_string!(i18n, rules.remove_timed)
                    on_press=remove
                />
            </div>
        </li>
    }
}

/// Listens to this one in place of the one that stood there.
fn put(editor: Editor, row: Row, at: usize, word: &str, minutes: &str) {
    editor.edit(row, |rule| {
        let (plain, mut timed) = split(&editor.lexicon(), &rule.when);
        if let Some(held) = timed.get_mut(at) {
            *held = word.replace('*', minutes);
        }
        rule.when = plain.into_iter().chain(timed).collect();
    });
}
