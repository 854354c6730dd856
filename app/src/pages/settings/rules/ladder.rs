//! Who is asked, one after the other.

use contract::handoff::Rung;
use contract::rules::Options;
use leptos::prelude::*;

use super::condition::id_of;
use super::state::{Editor, Row};
use super::value::bound;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, ButtonSize, Choice, Field, FieldKind, IconName, Select};

/// Rungs, at most.
const MOST: usize = 20;

/// The ladder of an action.
#[component]
pub(super) fn Ladder(editor: Editor, row: Row, at: usize, label: String) -> impl IntoView {
    let i18n = use_i18n();
    let count = rungs(row, at).len();
    let all = (0..count)
        .map(|rung| view! { <OneRung editor=editor row=row at=at rung=rung count=count /> })
        .collect_view();
    let add = move || {
        change(editor, row, at, |ladder| ladder.push(Rung::Team { name: None, seconds: None }));
    };
    view! {
        <fieldset class="ladder">
            <legend class="field__label">{label}</legend>
            <ol class="acts">{all}</ol>
            <div>
                <Button
                    size=ButtonSize::Small
                    icon=IconName::Plus
                    disabled={count >= MOST}
                    on_press=add
                    attr:data-testid="add-rung"
                >
                    {tu_string!(i18n, rules.add_rung)}
                </Button>
            </div>
        </fieldset>
    }
}

fn rungs(row: Row, at: usize) -> Vec<Rung> {
    row.rule.with_untracked(|rule| rule.then.get(at).map(|act| act.ladder.clone())).unwrap_or_default()
}

/// Changes which rungs there are.
fn change(editor: Editor, row: Row, at: usize, change: impl FnOnce(&mut Vec<Rung>)) {
    editor.reshape(row, |rule| {
        if let Some(act) = rule.then.get_mut(at) {
            change(&mut act.ladder);
        }
    });
}

#[component]
fn OneRung(editor: Editor, row: Row, at: usize, rung: usize, count: usize) -> impl IntoView {
    let i18n = use_i18n();
    let held = rungs(row, at).get(rung).cloned().unwrap_or(Rung::Callback);
    let id = id_of(row, &format!(".then[{at}].ladder[{rung}]"));
    let kinds = vec![
        Choice::new("agent", tu_string!(i18n, rules.rung_agent)),
        Choice::new("team", tu_string!(i18n, rules.rung_team)),
        Choice::new("skill", tu_string!(i18n, inbox.course_skilled)),
        Choice::new("bot_keeps", tu_string!(i18n, inbox.course_bot_keeps)),
        Choice::new("callback", tu_string!(i18n, inbox.course_callback)),
    ];
    let kind = RwSignal::new(kind_of(&held).to_owned());
    let choose = move |chosen: String| {
        edit(editor, row, (at, rung), |rung| *rung = of_kind(&chosen));
        kind.set(chosen);
    };
    let more = move || {
        kind.track();
        let held = rungs(row, at).get(rung).cloned().unwrap_or(Rung::Callback);
        view! {
            <Who editor=editor row=row at=(at, rung) held=held.clone() />
            <Seconds editor=editor row=row at=(at, rung) held=held />
        }
    };
    let swap = move |to: usize| change(editor, row, at, |ladder| ladder.swap(rung, to));
    view! {
        <li class="act act--rung" data-testid="rung">
            <Select
                name=format!("{id}-kind")
                id=format!("{id}-kind")
                label=tu_string!(i18n, rules.rung_kind)
                choices=kinds
                value=kind
                on_choose=choose
            />
            {more}
            <div class="act__deeds">
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::ArrowUp
                    label=tu_string!(i18n, rules.rung_up)
                    disabled=rung == 0
                    on_press=move || swap(rung.saturating_sub(1))
                />
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::ArrowDown
                    label=tu_string!(i18n, rules.rung_down)
                    disabled={rung + 1 >= count}
                    on_press=move || swap(rung + 1)
                />
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::Trash
                    label=tu_string!(i18n, rules.remove_rung)
                    on_press=move || change(editor, row, at, |ladder| drop(ladder.remove(rung)))
                />
            </div>
        </li>
    }
}

/// Who, where the rung names somebody.
#[component]
fn Who(editor: Editor, row: Row, at: (usize, usize), held: Rung) -> impl IntoView {
    let i18n = use_i18n();
    let (options, name, none) = match held {
        Rung::Agent { name, .. } => (Options::Agents, name, tu_string!(i18n, rules.rung_wanted)),
        Rung::Team { name, .. } => (Options::Teams, name, tu_string!(i18n, rules.rung_own_team)),
        Rung::Skill { .. } | Rung::BotKeeps | Rung::Callback => return ().into_any(),
    };
    let known = editor.lexicon().choices(&options);
    // It can be named by id or by name; chosen here it is named by id, which stays when it is called otherwise.
    let name = name.map(|name| {
        let found =
            known.iter().find(|(_, known)| known.eq_ignore_ascii_case(&name)).map(|(id, _)| id.clone());
        found.unwrap_or(name)
    });
    let gone = name.clone().filter(|name| !known.iter().any(|(id, _)| id == name));
    let gone = gone.map(|name| Choice::new(name.clone(), name));
    let known = known.into_iter().map(|(id, name)| Choice::new(id, name));
    let choices: Vec<Choice> = [Choice::new("", none)].into_iter().chain(gone).chain(known).collect();
    let value = RwSignal::new(name.unwrap_or_default());
    let id = id_of(row, &format!(".then[{}].ladder[{}]-who", at.0, at.1));
    let choose = move |chosen: String| {
        value.set(chosen.clone());
        edit(editor, row, at, |rung| {
            if let Rung::Agent { name, .. } | Rung::Team { name, .. } = rung {
                *name = Some(chosen).filter(|chosen| !chosen.is_empty());
            }
        });
    };
    view! {
        <Select
            name=id.clone()
            id=id
            label=tu_string!(i18n, rules.rung_who)
            choices=choices
            value=value
            on_choose=choose
        />
    }
    .into_any()
}

/// How long, where somebody is asked.
#[component]
fn Seconds(editor: Editor, row: Row, at: (usize, usize), held: Rung) -> impl IntoView {
    let i18n = use_i18n();
    let seconds = match held {
        Rung::Agent { seconds, .. } | Rung::Team { seconds, .. } | Rung::Skill { seconds } => seconds,
        Rung::BotKeeps | Rung::Callback => return ().into_any(),
    };
    let initial = seconds.map(|seconds| seconds.to_string()).unwrap_or_default();
    let value = bound(initial, move |typed| {
        let typed = typed.trim().parse::<i32>().ok();
        edit(editor, row, at, |rung| {
            if let Rung::Agent { seconds, .. } | Rung::Team { seconds, .. } | Rung::Skill { seconds } = rung {
                *seconds = typed;
            }
        });
    });
    let id = id_of(row, &format!(".then[{}].ladder[{}]-seconds", at.0, at.1));
    view! {
        <Field
            name=id.clone()
            id=id
            label=tu_string!(i18n, rules.rung_seconds)
            note=tu_string!(i18n, settings.optional)
            kind=FieldKind::Number
            value=value
            autocomplete="off"
        />
    }
    .into_any()
}

fn edit(editor: Editor, row: Row, (at, rung): (usize, usize), change: impl FnOnce(&mut Rung)) {
    editor.edit(row, |rule| {
        if let Some(rung) = rule.then.get_mut(at).and_then(|act| act.ladder.get_mut(rung)) {
            change(rung);
        }
    });
}

fn kind_of(rung: &Rung) -> &'static str {
    match rung {
        Rung::Agent { .. } => "agent",
        Rung::Team { .. } => "team",
        Rung::Skill { .. } => "skill",
        Rung::BotKeeps => "bot_keeps",
        Rung::Callback => "callback",
    }
}

fn of_kind(kind: &str) -> Rung {
    match kind {
        "agent" => Rung::Agent { name: None, seconds: None },
        "team" => Rung::Team { name: None, seconds: None },
        "skill" => Rung::Skill { seconds: None },
        "bot_keeps" => Rung::BotKeeps,
        _ => Rung::Callback,
    }
}
