//! One entry: what it is called, what leads to it, and its steps.

use contract::bots::flow::{Ask, Definition, HandOff, Say, Step};
use contract::handoff::ReasonCode;
use leptos::prelude::*;

use super::super::super::ask_first::AskFirst;
use super::super::super::submit::Submission;
use super::fields::{Keywords, way};
use super::state::{Editor, Part};
use super::step::OneStep;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, ButtonSize, IconName, Problem};

/// Steps, at most.
const MOST: usize = 8;

#[component]
pub(super) fn OneEntry(editor: Editor, at: usize) -> impl IntoView {
    let i18n = use_i18n();
    let count =
        editor.definition.with_untracked(|it| it.entries.get(at).map_or(0, |entry| entry.steps.len()));
    let base = format!("entries.{at}");
    let steps =
        (0..count).map(|step| view! { <OneStep editor=editor at=at step=step count=count /> }).collect_view();
    view! {
        <section class="card" data-testid="entry">
            <header class="card__head">
                <h3 class="card__title truncate">
                    {move || {
                        editor.definition.with(|it| it.entries.get(at).map(|it| it.title.clone()))
                    }}
                </h3>
                <span class="line__grow"></span>
                <Deeds editor=editor at=at />
            </header>
            <div class="card__form card__form--wide">
                <div class="pairs">
                    <super::fields::Line
                        editor=editor
                        way=way(move |it| it.entries.get_mut(at).map(|entry| &mut entry.title))
                        path=format!("{base}.title")
                        label=tu_string!(i18n, bots.title)
                        hint=tu_string!(i18n, bots.title_hint)
                    />
                    <Id editor=editor at=at />
                </div>
                <Keywords
                    editor=editor
                    way=way(move |it| it.entries.get_mut(at).map(|entry| &mut entry.keywords))
                    path=format!("{base}.keywords")
                    label=tu_string!(i18n, bots.keywords)
                    hint=tu_string!(i18n, bots.keywords_hint)
                />
            </div>
        </section>
        <ol class="flow__steps" aria-label=tu_string!(i18n, bots.steps)>{steps}</ol>
        <Problem id=format!("{base}-steps-error") text=editor.problem(format!("{base}.steps")) />
        {(count < MOST).then(|| view! { <AddStep editor=editor at=at /> })}
    }
}

/// The entry's id. Choices that lead to it follow when it changes.
#[component]
fn Id(editor: Editor, at: usize) -> impl IntoView {
    let i18n = use_i18n();
    let read = move |it: &Definition| it.entries.get(at).map(|entry| entry.id.clone()).unwrap_or_default();
    let value = RwSignal::new(editor.definition.with_untracked(read));
    Effect::new(move |before: Option<String>| {
        let typed = value.get();
        if let Some(before) = before.filter(|before| *before != typed) {
            editor.edit(|definition| rename(definition, at, (&before, &typed)));
        }
        typed
    });
    view! {
        <crate::ui::Field
            name=format!("entries.{at}.id")
            id=super::fields::id_of(&format!("entries.{at}.id"))
            label=tu_string!(i18n, bots.id)
            hint=tu_string!(i18n, bots.id_hint)
            mono=true
            value=value
            error=editor.problem(format!("entries.{at}.id"))
            autocomplete="off"
        />
    }
}

fn rename(definition: &mut Definition, at: usize, (before, after): (&str, &str)) {
    let others = definition.entries.iter().enumerate().any(|(other, it)| other != at && it.id == before);
    if let Some(entry) = definition.entries.get_mut(at) {
        after.clone_into(&mut entry.id);
    }
    // Where two had the same id, the choices lead to the other one.
    if others {
        return;
    }
    let follow = |say: &mut Say| {
        for choice in say.choices.iter_mut().filter(|choice| choice.entry == before) {
            after.clone_into(&mut choice.entry);
        }
    };
    follow(&mut definition.greeting.ask);
    follow(&mut definition.not_understood);
    follow(&mut definition.not_read);
    follow(&mut definition.returned);
    for step in definition.entries.iter_mut().flat_map(|entry| &mut entry.steps) {
        if let Step::Say(say) = step {
            follow(say);
        }
    }
}

/// Moving and removing the entry.
#[component]
fn Deeds(editor: Editor, at: usize) -> impl IntoView {
    let i18n = use_i18n();
    let count = editor.definition.with_untracked(|it| it.entries.len());
    let swap = move |to: usize| {
        editor.part.set(Part::Entry(to));
        editor.reshape(move |definition| definition.entries.swap(at, to));
    };
    let asking = RwSignal::new(false);
    let words = [tu_string!(i18n, bots.beginning), tu_string!(i18n, bots.other_texts)];
    let about = move || editor.definition.with(|definition| leading(definition, at, words));
    let title =
        Signal::derive(move || tu_string!(i18n, bots.remove_entry_title, name = about().0).to_string());
    let text = Signal::derive(move || match about().1.as_slice() {
        [] => tu_string!(i18n, bots.remove_entry_text).to_owned(),
        others => tu_string!(i18n, bots.remove_entry_leading, entries = others.join(", ")).to_string(),
    });
    let remove = move || {
        asking.set(false);
        editor.part.set(Part::Greeting);
        editor.reshape(move |definition| drop(definition.entries.remove(at)));
    };
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            icon=IconName::ArrowUp
            label=tu_string!(i18n, bots.up)
            disabled=at == 0
            on_press=move || swap(at.saturating_sub(1))
        />
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            icon=IconName::ArrowDown
            label=tu_string!(i18n, bots.down)
            disabled={at + 1 >= count}
            on_press=move || swap(at + 1)
        />
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            icon=IconName::Trash
            label=tu_string!(i18n, bots.remove_entry)
            on_press=move || asking.set(true)
            attr:data-testid="remove-entry"
        />
        <AskFirst
            open=asking
            title=title
            text=text
            label=tu_string!(i18n, bots.remove)
            submission=Submission::new()
            on_yes=remove
            testid="remove-entry-dialog"
        />
    }
}

/// The title of an entry, and from where else a choice leads to it: the greeting and the other texts by these words,
/// other entries by their titles.
fn leading(definition: &Definition, at: usize, [greeting, texts]: [&str; 2]) -> (String, Vec<String>) {
    let Some(entry) = definition.entries.get(at) else { return Default::default() };
    let says = |say: &Say| say.choices.iter().any(|choice| choice.entry == entry.id);
    let leads = |step: &Step| matches!(step, Step::Say(say) if says(say));
    let others = [&definition.not_understood, &definition.not_read, &definition.returned];
    let own = [(says(&definition.greeting.ask), greeting), (others.into_iter().any(says), texts)];
    let own = own.into_iter().filter(|(leads, _)| *leads).map(|(_, word)| word.to_owned());
    let others = definition.entries.iter().enumerate().filter(|(other, _)| *other != at);
    let titles =
        others.filter(|(_, other)| other.steps.iter().any(leads)).map(|(_, other)| other.title.clone());
    (entry.title.clone(), own.chain(titles).collect())
}

#[component]
fn AddStep(editor: Editor, at: usize) -> impl IntoView {
    let i18n = use_i18n();
    let add = move |step: Step| {
        editor.reshape(move |definition| {
            let Some(entry) = definition.entries.get_mut(at) else { return };
            // What ends an entry stays its end.
            let ends = entry.steps.last().is_some_and(|it| matches!(it, Step::HandOff(_) | Step::Resolve));
            let place = entry.steps.len() - usize::from(ends);
            entry.steps.insert(place, step);
        });
    };
    let button = move |label: &'static str, test: &'static str, step: fn() -> Step| {
        view! {
            <Button
                size=ButtonSize::Small
                icon=IconName::Plus
                on_press=move || add(step())
                attr:data-testid=test
            >
                {label}
            </Button>
        }
    };
    view! {
        <div class="line line--wrap">
            {button(tu_string!(i18n, bots.add_say), "add-say", || Step::Say(Say::default()))}
            {button(tu_string!(i18n, bots.add_ask), "add-ask", || Step::Ask(Ask::default()))}
            {button(
                tu_string!(i18n, bots.add_hand_off),
                "add-hand-off",
                || Step::HandOff(HandOff::because(ReasonCode::CustomerAsked)),
            )}
            {button(tu_string!(i18n, bots.add_resolve), "add-resolve", || Step::Resolve)}
        </div>
    }
}
