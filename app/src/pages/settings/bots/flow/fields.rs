//! Fields bound to a place in the definition.

use std::sync::Arc;

use contract::bots::flow::{Definition, Text};
use leptos::prelude::*;

use super::super::lines;
use super::state::Editor;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Field, FieldKind, TextArea};

/// Leads to a value in the definition; nowhere once what it stood in is gone.
pub(super) type Way<T> = Arc<dyn Fn(&mut Definition) -> Option<&mut T> + Send + Sync>;

/// A way to a value.
pub(super) fn way<T>(leads: impl Fn(&mut Definition) -> Option<&mut T> + Send + Sync + 'static) -> Way<T> {
    Arc::new(leads)
}

/// What stands at the end of a way.
pub(super) fn read<T, R>(editor: Editor, way: &Way<T>, read: impl FnOnce(&mut T) -> R) -> Option<R> {
    let mut definition = editor.definition.get_untracked();
    way(&mut definition).map(read)
}

/// A signal for a field that writes what is typed to where it came from.
fn bound(
    editor: Editor,
    initial: String,
    write: impl Fn(&mut Definition, String) + 'static,
) -> RwSignal<String> {
    let value = RwSignal::new(initial);
    Effect::new(move |before: Option<String>| {
        let typed = value.get();
        if before.is_some_and(|before| before != typed) {
            editor.edit(|definition| write(definition, typed.clone()));
        }
        typed
    });
    value
}

/// A line.
#[component]
pub(super) fn Line(
    editor: Editor,
    way: Way<String>,
    #[prop(into)] path: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional, into)] note: MaybeProp<String>,
    #[prop(optional)] mono: bool,
) -> impl IntoView {
    let initial = read(editor, &way, |text| text.clone()).unwrap_or_default();
    let value = bound(editor, initial, move |definition, typed| {
        if let Some(text) = way(definition) {
            *text = typed;
        }
    });
    view! {
        <Field
            name=path.clone()
            id=id_of(&path)
            label=label
            hint=hint
            note=note
            mono=mono
            value=value
            error=editor.problem(path)
            autocomplete="off"
        />
    }
}

/// A line that may be left empty, and is nothing then.
#[component]
pub(super) fn OptionalLine(
    editor: Editor,
    way: Way<Option<String>>,
    #[prop(into)] path: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional)] mono: bool,
    #[prop(optional)] long: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let initial = read(editor, &way, |text| text.clone().unwrap_or_default()).unwrap_or_default();
    let value = bound(editor, initial, move |definition, typed| {
        if let Some(text) = way(definition) {
            *text = Some(typed).filter(|typed| !typed.trim().is_empty());
        }
    });
    let note = tu_string!(i18n, bots.optional);
    let (name, id, error) = (path.clone(), id_of(&path), editor.problem(path));
    match long {
        true => view! {
            <TextArea name=name id=id label=label hint=hint note=note rows=2 value=value error=error />
        }
        .into_any(),
        false => view! {
            <Field
                name=name
                id=id
                label=label
                hint=hint
                note=note
                mono=mono
                value=value
                error=error
                autocomplete="off"
            />
        }
        .into_any(),
    }
}

/// A text for customers, in the language that is edited. One that is missing shows the flow's own.
#[component]
pub(super) fn Words(
    editor: Editor,
    way: Way<Text>,
    #[prop(into)] path: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional)] short: bool,
) -> impl IntoView {
    let (initial, own) =
        read(editor, &way, |text| (editor.in_language(text), text.own.clone())).unwrap_or_default();
    let value = bound(editor, initial, move |definition, typed| {
        if let Some(text) = way(definition) {
            editor.put(text, typed);
        }
    });
    spoken(editor, value, (path, label, own), (hint, short))
}

/// A text for customers that may be left out, and is nothing then.
#[component]
pub(super) fn OptionalWords(
    editor: Editor,
    way: Way<Option<Text>>,
    #[prop(into)] path: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional)] short: bool,
) -> impl IntoView {
    let found = read(editor, &way, |text| text.clone().unwrap_or_default()).unwrap_or_default();
    let (initial, own) = (editor.in_language(&found), found.own);
    let value = bound(editor, initial, move |definition, typed| {
        let Some(slot) = way(definition) else { return };
        let mut text = slot.take().unwrap_or_default();
        editor.put(&mut text, typed);
        *slot = Some(text).filter(|text| !text.own.trim().is_empty() || !text.variants.is_empty());
    });
    let label = format!("{label} · {}", tu_string!(use_i18n(), bots.optional));
    spoken(editor, value, (path, label, own), (hint, short))
}

fn spoken(
    editor: Editor,
    value: RwSignal<String>,
    (path, label, own): (String, String, String),
    (hint, short): (MaybeProp<String>, bool),
) -> impl IntoView {
    let language = editor.language.get_untracked();
    let label = if language.is_empty() { label } else { format!("{label} ({language})") };
    let placeholder = (!language.is_empty()).then_some(own);
    let (name, id, error) = (path.clone(), id_of(&path), editor.problem(path));
    match short {
        true => view! {
            <Field
                name=name
                id=id
                label=label
                hint=hint
                placeholder=placeholder
                value=value
                error=error
                autocomplete="off"
            />
        }
        .into_any(),
        false => view! {
            <TextArea name=name id=id label=label hint=hint placeholder=placeholder rows=2 value=value error=error />
        }
        .into_any(),
    }
}

/// Words, one a line.
#[component]
pub(super) fn Keywords(
    editor: Editor,
    way: Way<Vec<String>>,
    #[prop(into)] path: String,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
) -> impl IntoView {
    let initial = read(editor, &way, |words| words.join("\n")).unwrap_or_default();
    let value = bound(editor, initial, move |definition, typed| {
        if let Some(words) = way(definition) {
            *words = lines(&typed);
        }
    });
    view! {
        <TextArea
            name=path.clone()
            id=id_of(&path)
            label=label
            hint=hint
            rows=3
            value=value
            error=editor.problem(path)
        />
    }
}

/// A small whole number.
#[component]
pub(super) fn Number(
    editor: Editor,
    way: Way<u32>,
    #[prop(into)] path: String,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
) -> impl IntoView {
    let initial = read(editor, &way, |number| number.to_string()).unwrap_or_default();
    let value = bound(editor, initial, move |definition, typed| {
        if let Some(number) = way(definition) {
            // What is no number is out of bounds.
            *number = typed.trim().parse().unwrap_or(0);
        }
    });
    view! {
        <Field
            name=path.clone()
            id=id_of(&path)
            label=label
            hint=hint
            kind=FieldKind::Number
            value=value
            error=editor.problem(path)
            autocomplete="off"
        />
    }
}

/// A path as an id of an element.
pub(super) fn id_of(path: &str) -> String {
    format!("at-{}", path.replace(['.', '@'], "-"))
}
