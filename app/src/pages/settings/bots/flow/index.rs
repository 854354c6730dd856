//! The parts of a flow, to choose one; entries are added here, and moved with buttons.

use contract::bots::flow::{Definition, Entry, Say, Step};
use leptos::prelude::*;

use super::state::{Editor, Part};
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::ui::{Button, ButtonSize, Choice, Icon, IconName, Select};

#[component]
pub(super) fn Index(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let parts = [
        (Part::Greeting, tu_string!(i18n, bots.beginning)),
        (Part::Texts, tu_string!(i18n, bots.other_texts)),
        (Part::Languages, tu_string!(i18n, bots.languages)),
        (Part::Hours, tu_string!(i18n, bots.hours)),
    ];
    let fixed = parts
        .map(|(part, label)| {
            view! { <Place editor=editor part=part label=label.to_owned() test=path_of(part) /> }
        })
        .collect_view();
    let entries = move || {
        editor.shape.track();
        let count = editor.definition.with(|definition| definition.entries.len());
        (0..count)
            .map(|at| {
                let title =
                    move || editor.definition.with(|it| it.entries.get(at).map(name_of).unwrap_or_default());
                view! {
                    <li>
                        <Place
                            editor=editor
                            part=Part::Entry(at)
                            label=Signal::derive(title)
                            test=format!("entry-{at}")
                        />
                    </li>
                }
            })
            .collect_view()
    };
    let add = move || {
        let title = tu_string!(i18n, bots.new_entry).to_owned();
        editor.reshape(|definition| {
            let entry = fresh(definition, title);
            definition.entries.push(entry);
        });
        let last = editor.definition.with_untracked(|it| it.entries.len().saturating_sub(1));
        editor.part.set(Part::Entry(last));
        request_animation_frame(move || {
            browser::focus(&format!("[name='entries.{last}.title']"));
        });
    };
    view! {
        <nav class="flow__index" aria-label=tu_string!(i18n, bots.sections)>
            <Language editor=editor />
            {fixed}
            <h3 class="flow__heading">{tu_string!(i18n, bots.entries)}</h3>
            <ul class="flow__entries">{entries}</ul>
            <Button size=ButtonSize::Small icon=IconName::Plus on_press=add attr:data-testid="add-entry">
                {tu_string!(i18n, bots.add_entry)}
            </Button>
        </nav>
    }
}

/// In which language texts are edited; only where there are several.
#[component]
fn Language(editor: Editor) -> impl IntoView {
    let i18n = use_i18n();
    let codes = Memo::new(move |_| {
        editor.shape.track();
        editor.definition.with(|it| it.codes().into_iter().map(str::to_owned).collect::<Vec<_>>())
    });
    let choose = move |code: String| {
        editor.language.set(code);
        editor.shape.update(|shape| *shape = shape.wrapping_add(1));
    };
    move || {
        let codes = codes.get();
        (codes.len() > 1).then(|| {
            let choices: Vec<Choice> = codes
                .iter()
                .enumerate()
                .map(|(at, code)| Choice::new(if at == 0 { "" } else { code.as_str() }, code.clone()))
                .collect();
            view! {
                <Select
                    name="edited_in"
                    label=tu_string!(i18n, bots.edited_in)
                    choices=choices
                    value=editor.language
                    on_choose=choose
                    testid="edited-in"
                />
            }
        })
    }
}

#[component]
fn Place(
    editor: Editor,
    part: Part,
    #[prop(into)] label: Signal<String>,
    #[prop(into)] test: String,
) -> impl IntoView {
    let chosen = move || editor.part.get() == part;
    let marked = move || {
        let prefix = path_of(part);
        editor.findings.with(|found| found.iter().any(|it| it.blocks && is_in(&it.path, &prefix)))
    };
    view! {
        <button
            class="flow__place"
            type="button"
            aria-current=move || chosen().then_some("true")
            data-testid=format!("part-{test}")
            on:click=move |_| editor.part.set(part)
        >
            <span class="truncate">{move || label.get()}</span>
            {move || marked().then(|| view! { <Icon name=IconName::Alert /> })}
        </button>
    }
}

/// The beginning of the paths of a part.
fn path_of(part: Part) -> String {
    match part {
        Part::Greeting => "greeting".to_owned(),
        Part::Texts => "texts".to_owned(),
        Part::Languages => "languages".to_owned(),
        Part::Hours => "hours".to_owned(),
        Part::Entry(at) => format!("entries.{at}"),
    }
}

fn is_in(path: &str, prefix: &str) -> bool {
    part_of(path).is_some_and(|part| path_of(part) == prefix)
}

/// The part in which the value at a path is edited.
pub(super) fn part_of(path: &str) -> Option<Part> {
    let mut members = path.split(['.', '@']);
    match members.next()? {
        "greeting" => Some(Part::Greeting),
        "languages" | "language" => Some(Part::Languages),
        "hours" => Some(Part::Hours),
        "entries" => members.next().and_then(|at| at.parse().ok()).map(Part::Entry),
        _ => Some(Part::Texts),
    }
}

fn name_of(entry: &Entry) -> String {
    if entry.title.trim().is_empty() { entry.id.clone() } else { entry.title.clone() }
}

/// A new entry under an id that none has.
fn fresh(definition: &Definition, title: String) -> Entry {
    let taken = |id: &str| definition.entries.iter().any(|entry| entry.id == id);
    let id = (1..).map(|n| format!("entry-{n}")).find(|id| !taken(id)).unwrap_or_default();
    Entry { id, title, keywords: Vec::new(), steps: vec![Step::Say(Say::default())] }
}
