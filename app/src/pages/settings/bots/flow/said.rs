//! A text with its choices.

use contract::bots::flow::{Choice as Option_, Definition, Say};
use leptos::prelude::*;

use super::fields::{OptionalWords, Way, Words, id_of, read, way};
use super::state::Editor;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, ButtonSize, Choice, IconName, Select};

/// Choices, at most.
const MOST: usize = 10;
/// Choices that are buttons.
const BUTTONS: usize = 3;

/// A text and what can be chosen below it.
#[component]
pub(super) fn Said(
    editor: Editor,
    way: Way<Say>,
    #[prop(into)] path: String,
    #[prop(into)] label: String,
) -> impl IntoView {
    let i18n = use_i18n();
    let (count, has_menu) =
        read(editor, &way, |say| (say.choices.len(), say.menu.is_some())).unwrap_or_default();
    let (leads, adds) = (way.clone(), way.clone());
    let text = super::fields::way(move |it: &mut Definition| leads(it).map(|say| &mut say.text));
    let choices = (0..count)
        .map(|at| view! { <OneChoice editor=editor way=way.clone() path=path.clone() at=at count=count /> })
        .collect_view();
    let add = move || {
        let adds = adds.clone();
        editor.reshape(move |definition| {
            let first = free_entry(definition, &adds);
            if let Some(say) = adds(definition) {
                say.choices.push(Option_ { entry: first, ..Option_::default() });
            }
        });
    };
    let menu = way.clone();
    let menu = super::fields::way(move |it: &mut Definition| menu(it).map(|say| &mut say.menu));
    view! {
        <Words
            editor=editor
            way=text
            path=format!("{path}.text")
            label=label
            hint=tu_string!(i18n, bots.text_hint)
        />
        <fieldset class="choices" data-testid="choices">
            <legend class="field__label">{tu_string!(i18n, bots.choices)}</legend>
            <p class="field__hint">{tu_string!(i18n, bots.choices_hint)}</p>
            <ol class="choices__list">{choices}</ol>
            {(count > BUTTONS || has_menu)
                .then(|| view! {
                    <OptionalWords
                        editor=editor
                        way=menu
                        path=format!("{path}.menu")
                        label=tu_string!(i18n, bots.menu)
                        short=true
                    />
                })}
            {(count < MOST)
                .then(|| view! {
                    <div>
                        <Button
                            size=ButtonSize::Small
                            icon=IconName::Plus
                            on_press=add
                            attr:data-testid="add-choice"
                        >
                            {tu_string!(i18n, bots.add_choice)}
                        </Button>
                    </div>
                })}
        </fieldset>
    }
}

/// The first entry that no choice leads to yet.
fn free_entry(definition: &mut Definition, say: &Way<Say>) -> String {
    let taken: Vec<String> = say(definition)
        .map(|say| say.choices.iter().map(|choice| choice.entry.clone()).collect())
        .unwrap_or_default();
    let free = definition.entries.iter().find(|entry| !taken.contains(&entry.id));
    free.or(definition.entries.first()).map(|entry| entry.id.clone()).unwrap_or_default()
}

#[component]
fn OneChoice(editor: Editor, way: Way<Say>, path: String, at: usize, count: usize) -> impl IntoView {
    let i18n = use_i18n();
    let base = format!("{path}.choices.{at}");
    let (titles, descriptions, entries) = (way.clone(), way.clone(), way.clone());
    let title = super::fields::way(move |it: &mut Definition| {
        titles(it)?.choices.get_mut(at).map(|choice| &mut choice.title)
    });
    let description = super::fields::way(move |it: &mut Definition| {
        descriptions(it)?.choices.get_mut(at).map(|choice| &mut choice.description)
    });
    let value = read(editor, &way, |say| say.choices.get(at).map(|it| it.entry.clone()))
        .flatten()
        .unwrap_or_default();
    let value = RwSignal::new(value);
    let choose = move |entry: String| {
        value.set(entry.clone());
        editor.edit(|definition| {
            if let Some(choice) = entries(definition).and_then(|say| say.choices.get_mut(at)) {
                choice.entry = entry;
            }
        });
    };
    let (up, down, gone) = (way.clone(), way.clone(), way);
    view! {
        <li class="choices__one" data-testid="choice">
            <Words
                editor=editor
                way=title
                path=format!("{base}.title")
                label=tu_string!(i18n, bots.choice_title)
                short=true
            />
            <Select
                name=format!("{base}.entry")
                id=id_of(&format!("{base}.entry"))
                label=tu_string!(i18n, bots.choice_entry)
                choices=entries_of(editor)
                value=value
                on_choose=choose
                error=editor.problem(format!("{base}.entry"))
            />
            {(count > BUTTONS)
                .then(|| view! {
                    <OptionalWords
                        editor=editor
                        way=description
                        path=format!("{base}.description")
                        label=tu_string!(i18n, bots.choice_description)
                        short=true
                    />
                })}
            <div class="choices__deeds">
                <Move editor=editor way=up from=at to=at.checked_sub(1) icon=IconName::ArrowUp />
                <Move
                    editor=editor
                    way=down
                    from=at
                    to=Some(at + 1).filter(|to| *to < count)
                    icon=IconName::ArrowDown
                />
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::Trash
                    label=tu_string!(i18n, bots.remove)
                    on_press=move || {
                        let gone = gone.clone();
                        editor.reshape(move |definition| {
                            if let Some(say) = gone(definition) {
                                drop(say.choices.remove(at));
                            }
                        });
                    }
                />
            </div>
        </li>
    }
}

#[component]
fn Move(editor: Editor, way: Way<Say>, from: usize, to: Option<usize>, icon: IconName) -> impl IntoView {
    let i18n = use_i18n();
    let label =
        if icon == IconName::ArrowUp { tu_string!(i18n, bots.up) } else { tu_string!(i18n, bots.down) };
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            icon=icon
            label=label
            disabled=to.is_none()
            on_press=move || {
                let (Some(to), way) = (to, way.clone()) else { return };
                editor.reshape(move |definition| {
                    if let Some(say) = way(definition) {
                        say.choices.swap(from, to);
                    }
                });
            }
        />
    }
}

/// The entries to choose from.
fn entries_of(editor: Editor) -> Vec<Choice> {
    editor.definition.with_untracked(|definition| {
        definition.entries.iter().map(|entry| Choice::new(entry.id.clone(), entry.title.clone())).collect()
    })
}

/// A way to the text of a step that says something.
pub(super) fn say_of(entry: usize, step: usize) -> Way<Say> {
    way(move |it: &mut Definition| match it.entries.get_mut(entry)?.steps.get_mut(step)? {
        contract::bots::flow::Step::Say(say) => Some(say),
        _ => None,
    })
}
