//! One rule of the list: what it says as a sentence, or the form in which that is said; and what can be done with it.

use contract::rules::{After, Rule};
use leptos::prelude::*;

use super::act::Acts;
use super::condition::{id_of, part};
use super::events::Events;
use super::runs::Past;
use super::state::{Editor, Found, Row, fresh_id};
use super::value::bound;
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::pages::rules::sentence;
use crate::ui::{
    Badge, Button, ButtonKind, ButtonSize, Choice, Field, Icon, IconName, Select, Switch, Tone, use_toasts,
};

/// The card.
#[component]
pub(super) fn OneRule(editor: Editor, row: Row) -> impl IntoView {
    let i18n = use_i18n();
    let number = move || editor.place(row.key).map_or(0, |at| at + 1);
    let is_open = Memo::new(move |_| editor.open.get() == Some(row.key));
    let active = Signal::derive(move || row.rule.with(|rule| rule.active));
    let turn = move |on| editor.edit(row, |rule| rule.active = on);
    let blocks = move || editor.found(row).iter().any(|one| one.blocks);
    let body = move || match is_open.get() {
        true => {
            row.shape.track();
            view! { <Form editor=editor row=row /> }.into_any()
        }
        false => {
            let lexicon = editor.lexicon();
            row.rule.with(|rule| sentence(&lexicon, rule)).into_any()
        }
    };
    let past = move || {
        let (rule, name) = row.rule.with_untracked(|rule| (rule.id, rule.name.clone()));
        is_open.get().then(|| view! { <Past rule=rule name=name /> })
    };
    let id = format!("rule-{}", row.key);
    view! {
        <li>
            <article
                class="card rule"
                class:rule--off=move || !active.get()
                id=id.clone()
                aria-labelledby=format!("{id}-title")
                data-testid="rule"
            >
                <header class="card__head rule__head">
                    <span class="badge tabular">{number}</span>
                    <h3 class="card__title" id=format!("{id}-title")>
                        <bdi>{move || name_of(editor, row)}</bdi>
                    </h3>
                    {move || {
                        blocks()
                            .then(|| view! {
                                <Badge tone=Tone::Negative icon=IconName::Alert>
                                    {tu_string!(i18n, rules.blocks)}
                                </Badge>
                            })
                    }}
                    <span class="line__grow"></span>
                    <Switch label=tu_string!(i18n, rules.on) on=active on_turn=turn testid="rule-on" />
                    <Deeds editor=editor row=row is_open=is_open />
                </header>
                <div class="rule__body">
                    {move || notes(editor.found(row), is_open.get())}
                    {body}
                    {past}
                </div>
            </article>
        </li>
    }
}

/// What a rule is called on the screen.
fn name_of(editor: Editor, row: Row) -> String {
    let name = row.rule.with(|rule| rule.name.trim().to_owned());
    if !name.is_empty() {
        return name;
    }
    let number = editor.place(row.key).map_or(0, |at| at + 1);
    tu_string!(editor.texts, rules.unnamed, number = number).to_string()
}

/// What was found in a rule. While its form is open, what has a field is told there.
fn notes(found: Vec<Found>, is_open: bool) -> Option<impl IntoView> {
    let i18n = use_i18n();
    let told_here = |one: &Found| !is_open || !one.blocks || one.place.is_empty() || one.place == ".id";
    let rows: Vec<_> = found
        .into_iter()
        .filter(told_here)
        .map(|one| {
            let (class, icon) = match one.blocks {
                true => ("rule__note rule__note--blocks", IconName::Alert),
                false => ("rule__note", IconName::Info),
            };
            let word = one.blocks.then(|| tu_string!(i18n, rules.blocks));
            view! {
                <li class=class data-blocks=one.blocks.to_string()>
                    <Icon name=icon />
                    <span>
                        {word.map(|word| view! { <strong>{word} ": "</strong> })} {one.message}
                    </span>
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <ul class="rule__notes" data-testid="rule-notes">{rows}</ul> })
}

/// Moving, editing, doubling and taking away. The focus stays with the rule.
#[component]
fn Deeds(editor: Editor, row: Row, is_open: Memo<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let first = Signal::derive(move || editor.place(row.key) == Some(0));
    let last =
        Signal::derive(move || editor.place(row.key).map(|at| at + 1) == Some(editor.rows.with(Vec::len)));
    let id = format!("rule-{}", row.key);
    let open = move || editor.open.set((!is_open.get_untracked()).then_some(row.key));
    let deed = move |end: &'static str,
                     icon: IconName,
                     label: &'static str,
                     disabled: Signal<bool>,
                     press: Callback<()>| {
        view! {
            <Button
                kind=ButtonKind::Ghost
                size=ButtonSize::Small
                icon=icon
                label=label
                disabled=disabled
                on_press=press
                attr:id=format!("{id}-{end}")
                attr:data-testid=format!("rule-{end}")
            />
        }
    };
    let never = Signal::derive(|| false);
    let up = Callback::new(move |()| shift(editor, row, "up", |at| at.checked_sub(1)));
    let down = Callback::new(move |()| shift(editor, row, "down", |at| at.checked_add(1)));
    let double = Callback::new(move |()| duplicate(editor, row));
    let toasts = use_toasts();
    let gone = Callback::new(move |()| {
        let Some((at, name)) = remove(editor, row) else { return };
        let back = move || bring_back(editor, row, at);
        let text = tu_string!(i18n, rules.removed, name = name).to_string();
        toasts.show_with_undo(text, tu_string!(i18n, rules.undo), back);
    });
    view! {
        <div class="rule__deeds">
            {deed("up", IconName::ArrowUp, tu_string!(i18n, rules.up), first, up)}
            {deed("down", IconName::ArrowDown, tu_string!(i18n, rules.down), last, down)}
            <Button
                kind=ButtonKind::Ghost
                size=ButtonSize::Small
                icon=Signal::derive(move || if is_open.get() { IconName::Check } else { IconName::Pencil })
                label=Signal::derive(move || {
                    let label =
                        if is_open.get() { tu_string!(i18n, rules.close) } else { tu_string!(i18n, rules.edit) };
                    label.to_owned()
                })
                on_press=open
                attr:id=format!("rule-{}-edit", row.key)
                attr:aria-expanded=move || is_open.get().to_string()
                attr:data-testid="rule-edit"
            />
            {deed("copy", IconName::Copy, tu_string!(i18n, rules.duplicate), never, double)}
            {deed("remove", IconName::Trash, tu_string!(i18n, rules.remove), never, gone)}
        </div>
    }
}

/// Puts the focus on one of a rule's buttons, once it stands where it belongs.
pub(super) fn focus_on(key: usize, end: &'static str) {
    request_animation_frame(move || {
        browser::focus(&format!("#rule-{key}-{end}"));
    });
}

/// Moves a rule. Its place says what happens first, so that where it is now is said aloud.
fn shift(editor: Editor, row: Row, end: &'static str, to: fn(usize) -> Option<usize>) {
    let count = editor.rows.with_untracked(Vec::len);
    let at = editor.rows.with_untracked(|rows| rows.iter().position(|one| one.key == row.key));
    let Some((at, to)) = at.and_then(|at| Some((at, to(at)?))).filter(|(_, to)| *to < count) else { return };
    editor.arrange(|rows| rows.swap(at, to));
    let name = row.rule.with_untracked(|rule| rule.name.clone());
    let said = tu_string!(editor.texts, rules.moved, name = name, place = to + 1, count = count).to_string();
    editor.said.set(said);
    focus_on(row.key, end);
}

/// The same rule once more, below itself, switched off until somebody has looked at it.
fn duplicate(editor: Editor, row: Row) {
    let at = editor.rows.with_untracked(|rows| rows.iter().position(|one| one.key == row.key));
    let rule = row.rule.get_untracked();
    let name = tu_string!(editor.texts, rules.copy_of, name = rule.name.clone()).to_string();
    let copy = Rule { id: fresh_id(), name, active: false, ..rule };
    let new = editor.insert(at.map_or(usize::MAX, |at| at + 1), copy);
    editor.open.set(Some(new.key));
    request_animation_frame(move || {
        browser::focus(&format!("#{}", id_of(new, ".name")));
    });
}

/// Takes a rule away. Says where it stood and what it was called.
fn remove(editor: Editor, row: Row) -> Option<(usize, String)> {
    let at = editor.rows.with_untracked(|rows| rows.iter().position(|one| one.key == row.key))?;
    let name = name_of(editor, row);
    editor.arrange(|rows| _ = rows.remove(at));
    // The focus goes on to the rule that stands there now.
    let next = editor.rows.with_untracked(|rows| rows.get(at).or(rows.last()).map(|row| row.key));
    match next {
        Some(key) => focus_on(key, "remove"),
        None => request_animation_frame(|| _ = browser::focus("[data-testid=add-rule]")),
    }
    Some((at, name))
}

/// Puts a rule back where it stood. Whoever has left the page meanwhile has nothing left to bring back.
fn bring_back(editor: Editor, row: Row, at: usize) {
    if !editor.rows.is_disposed() {
        editor.arrange(|rows| rows.insert(at.min(rows.len()), row));
    }
}

/// The form of a rule, in the order of its sentence.
#[component]
fn Form(editor: Editor, row: Row) -> impl IntoView {
    let i18n = use_i18n();
    let held = row.rule.get_untracked();
    let name = bound(held.name, move |typed| editor.edit(row, |rule| rule.name = typed));
    view! {
        <div class="rule__form">
            <Field
                name=id_of(row, ".name")
                id=id_of(row, ".name")
                label=tu_string!(i18n, rules.name)
                value=name
                error=editor.problem(row, || ".name".to_owned())
                autocomplete="off"
            />
            <Events editor=editor row=row />
            <section class="rule__part" aria-labelledby=id_of(row, "if-title")>
                <h4 class="rule__word" id=id_of(row, "if-title")>{tu_string!(i18n, rules.say_if)}</h4>
                {part(editor, row, Vec::new())}
            </section>
            <section class="rule__part" aria-labelledby=id_of(row, "then-title")>
                <h4 class="rule__word" id=id_of(row, "then-title")>{tu_string!(i18n, rules.say_then)}</h4>
                <Acts editor=editor row=row />
                <Afterwards editor=editor row=row held=held.after />
            </section>
        </div>
    }
}

/// Whether the rules below it are looked at too.
#[component]
fn Afterwards(editor: Editor, row: Row, held: After) -> impl IntoView {
    let i18n = use_i18n();
    let word = |after: After| match after {
        After::Stop => "stop",
        After::Continue => "continue",
    };
    let value = RwSignal::new(word(held).to_owned());
    let choose = move |chosen: String| {
        let after = if chosen == "continue" { After::Continue } else { After::Stop };
        value.set(chosen);
        editor.edit(row, |rule| rule.after = after);
    };
    let choices = vec![
        Choice::new("stop", tu_string!(i18n, rules.then_stop)),
        Choice::new("continue", tu_string!(i18n, rules.then_go_on)),
    ];
    view! {
        <Select
            name=id_of(row, ".after")
            id=id_of(row, ".after")
            label=tu_string!(i18n, rules.after)
            choices=choices
            value=value
            on_choose=choose
        />
    }
}
