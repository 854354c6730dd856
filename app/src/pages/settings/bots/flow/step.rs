//! One step of an entry.

use contract::bots::flow::{Ask, Definition, HandOff, Step, When};
use contract::handoff::ReasonCode;
use leptos::prelude::*;

use super::super::reason_words;
use super::fields::{Line, OptionalLine, OptionalWords, Way, Words, id_of, way};
use super::said::{Said, say_of};
use super::state::Editor;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, ButtonSize, Choice, IconName, Problem, Select};

#[component]
pub(super) fn OneStep(editor: Editor, at: usize, step: usize, count: usize) -> impl IntoView {
    let i18n = use_i18n();
    let path = format!("entries.{at}.steps.{step}");
    let found = editor
        .definition
        .with_untracked(|it| it.entries.get(at).and_then(|entry| entry.steps.get(step)).cloned());
    let (label, form) = match &found {
        Some(Step::Say(_)) => {
            let form = view! {
                <Said editor=editor way=say_of(at, step) path=path.clone() label=tu_string!(i18n, bots.text) />
                <SaidWhen editor=editor at=at step=step />
            };
            (tu_string!(i18n, bots.say), form.into_any())
        }
        Some(Step::Ask(_)) => {
            (tu_string!(i18n, bots.ask), view! { <Question editor=editor at=at step=step /> }.into_any())
        }
        Some(Step::HandOff(_)) => {
            (tu_string!(i18n, bots.hand_off), view! { <Handing editor=editor at=at step=step /> }.into_any())
        }
        Some(Step::Resolve) | None => (tu_string!(i18n, bots.resolve), ().into_any()),
    };
    let number = i64::try_from(step + 1).unwrap_or_default();
    view! {
        <li class="card step" data-testid="step">
            <header class="card__head">
                <span class="badge">{tu_string!(i18n, bots.step, number = number).to_string()}</span>
                <h4 class="card__title">{label}</h4>
                <span class="line__grow"></span>
                <Deeds editor=editor at=at step=step count=count />
            </header>
            <div class="card__form card__form--wide">
                {form}
                <Problem id=format!("{}-error", id_of(&path)) text=editor.problem(path) />
            </div>
        </li>
    }
}

#[component]
fn Deeds(editor: Editor, at: usize, step: usize, count: usize) -> impl IntoView {
    let i18n = use_i18n();
    let swap = move |to: usize| {
        editor.reshape(move |definition| {
            if let Some(entry) = definition.entries.get_mut(at) {
                entry.steps.swap(step, to);
            }
        });
    };
    let remove = move || {
        editor.reshape(move |definition| {
            if let Some(entry) = definition.entries.get_mut(at) {
                drop(entry.steps.remove(step));
            }
        });
    };
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            icon=IconName::ArrowUp
            label=tu_string!(i18n, bots.up)
            disabled=step == 0
            on_press=move || swap(step.saturating_sub(1))
        />
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            icon=IconName::ArrowDown
            label=tu_string!(i18n, bots.down)
            disabled={step + 1 >= count}
            on_press=move || swap(step + 1)
        />
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            icon=IconName::Trash
            label=tu_string!(i18n, bots.remove)
            on_press=remove
        />
    }
}

/// Whether it is said at any time; only where the flow has hours.
#[component]
fn SaidWhen(editor: Editor, at: usize, step: usize) -> impl IntoView {
    let i18n = use_i18n();
    let say = say_of(at, step);
    let (has_hours, when) = editor.definition.with_untracked(|it| {
        let step = it.entries.get(at).and_then(|entry| entry.steps.get(step));
        let when = step.and_then(|step| if let Step::Say(say) = step { say.when } else { None });
        (it.hours.is_some(), when)
    });
    let word = |when: Option<When>| match when {
        None => "",
        Some(When::Open) => "open",
        Some(When::Closed) => "closed",
    };
    let value = RwSignal::new(word(when).to_owned());
    let choose = move |chosen: String| {
        let when = match chosen.as_str() {
            "open" => Some(When::Open),
            "closed" => Some(When::Closed),
            _ => None,
        };
        value.set(chosen);
        editor.edit(|definition| {
            if let Some(say) = say(definition) {
                say.when = when;
            }
        });
    };
    let choices = vec![
        Choice::new("", tu_string!(i18n, bots.always)),
        Choice::new("open", tu_string!(i18n, bots.when_open)),
        Choice::new("closed", tu_string!(i18n, bots.when_closed)),
    ];
    (has_hours || when.is_some()).then(move || {
        let path = format!("entries.{at}.steps.{step}.when");
        view! {
            <Select
                name=path.clone()
                id=id_of(&path)
                label=tu_string!(i18n, bots.when)
                choices=choices
                value=value
                on_choose=choose
                error=editor.problem(path)
            />
        }
    })
}

fn ask_of(at: usize, step: usize) -> impl Fn(&mut Definition) -> Option<&mut Ask> + Copy + Send + Sync {
    move |it| match it.entries.get_mut(at)?.steps.get_mut(step)? {
        Step::Ask(ask) => Some(ask),
        _ => None,
    }
}

fn out_of(at: usize, step: usize) -> impl Fn(&mut Definition) -> Option<&mut HandOff> + Copy + Send + Sync {
    move |it| match it.entries.get_mut(at)?.steps.get_mut(step)? {
        Step::HandOff(out) => Some(out),
        _ => None,
    }
}

#[component]
fn Question(editor: Editor, at: usize, step: usize) -> impl IntoView {
    let i18n = use_i18n();
    let path = format!("entries.{at}.steps.{step}");
    let ask = ask_of(at, step);
    view! {
        <Words
            editor=editor
            way=way(move |it| ask(it).map(|ask| &mut ask.text))
            path=format!("{path}.text")
            label=tu_string!(i18n, bots.text)
        />
        <Words
            editor=editor
            way=way(move |it| ask(it).map(|ask| &mut ask.retry))
            path=format!("{path}.retry")
            label=tu_string!(i18n, bots.retry)
        />
        <div class="pairs">
            <Line
                editor=editor
                way=way(move |it| ask(it).map(|ask| &mut ask.slot))
                path=format!("{path}.slot")
                label=tu_string!(i18n, bots.slot)
                hint=tu_string!(i18n, bots.slot_hint)
                mono=true
            />
            <OptionalLine
                editor=editor
                way=way(move |it| ask(it).map(|ask| &mut ask.pattern))
                path=format!("{path}.pattern")
                label=tu_string!(i18n, bots.pattern)
                hint=tu_string!(i18n, bots.pattern_hint)
                mono=true
            />
        </div>
    }
}

#[component]
fn Handing(editor: Editor, at: usize, step: usize) -> impl IntoView {
    let i18n = use_i18n();
    let path = format!("entries.{at}.steps.{step}");
    let out = out_of(at, step);
    let for_colleagues = tu_string!(i18n, bots.for_colleagues);
    let line = move |key: &'static str, label: &'static str, way: Way<Option<String>>, long: bool| {
        let path = format!("entries.{at}.steps.{step}.{key}");
        let label = format!("{label} ({for_colleagues})");
        view! { <OptionalLine editor=editor way=way path=path label=label long=long /> }
    };
    view! {
        <Reason editor=editor at=at step=step />
        <OptionalWords
            editor=editor
            way=way(move |it| out(it).map(|out| &mut out.text))
            path=format!("{path}.text")
            label=tu_string!(i18n, bots.own_joining)
        />
        <OptionalWords
            editor=editor
            way=way(move |it| out(it).map(|out| &mut out.closed_text))
            path=format!("{path}.closed_text")
            label=tu_string!(i18n, bots.own_closed)
        />
        {line("title", tu_string!(i18n, bots.packet_title), way(move |it| out(it).map(|out| &mut out.title)), false)}
        {line("why", tu_string!(i18n, bots.why), way(move |it| out(it).map(|out| &mut out.why)), false)}
        {line(
            "suggested_reply",
            tu_string!(i18n, bots.suggested),
            way(move |it| out(it).map(|out| &mut out.suggested_reply)),
            true,
        )}
    }
}

#[component]
fn Reason(editor: Editor, at: usize, step: usize) -> impl IntoView {
    let i18n = use_i18n();
    let out = out_of(at, step);
    let now = editor.definition.with_untracked(|it| {
        match it.entries.get(at).and_then(|entry| entry.steps.get(step)) {
            Some(Step::HandOff(out)) => out.reason,
            _ => ReasonCode::Other,
        }
    });
    let value = RwSignal::new(now.as_str().to_owned());
    // Those that a flow can have; the others are the desk's.
    let codes = [
        ReasonCode::CustomerAsked,
        ReasonCode::Keyword,
        ReasonCode::Policy,
        ReasonCode::Sensitive,
        ReasonCode::OutOfScope,
        ReasonCode::Rule,
        ReasonCode::LowConfidence,
        ReasonCode::NotUnderstood,
        ReasonCode::Other,
    ];
    let choices: Vec<Choice> =
        codes.into_iter().map(|code| Choice::new(code.as_str(), reason_words(code.as_str()))).collect();
    let choose = move |chosen: String| {
        let reason = ReasonCode::parse(&chosen).unwrap_or(ReasonCode::Other);
        value.set(chosen);
        editor.edit(|definition| {
            if let Some(out) = out(definition) {
                out.reason = reason;
            }
        });
    };
    let path = format!("entries.{at}.steps.{step}.reason");
    view! {
        <Select
            name=path.clone()
            id=id_of(&path)
            label=tu_string!(i18n, bots.reason)
            choices=choices
            value=value
            on_choose=choose
            error=editor.problem(path)
        />
    }
}
