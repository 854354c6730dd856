//! What a rule does: actions with what they need, in their order.

use contract::rules::{Act, ActionWord, FieldWord, Kind, MOST_ACTIONS, Rule, Value};
use leptos::prelude::*;

use super::condition::id_of;
use super::ladder::Ladder;
use super::state::{Editor, Row};
use super::value::{About, Form, ValueField};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, ButtonSize, Choice, IconName, Problem, Select};

/// All of them.
#[component]
pub(super) fn Acts(editor: Editor, row: Row) -> impl IntoView {
    let i18n = use_i18n();
    let count = row.rule.with_untracked(|rule| rule.then.len());
    let acts =
        (0..count).map(|at| view! { <OneAct editor=editor row=row at=at count=count /> }).collect_view();
    let add = move || {
        let first = first_action(editor);
        editor.reshape(row, |rule| rule.then.push(empty(&first)));
    };
    view! {
        <ol class="acts">{acts}</ol>
        <Problem id=format!("{}-error", id_of(row, ".then")) text=editor.problem(row, || ".then".to_owned()) />
        <div>
            <Button
                size=ButtonSize::Small
                icon=IconName::Plus
                disabled={count >= MOST_ACTIONS}
                on_press=add
                attr:data-testid="add-act"
            >
                {tu_string!(i18n, rules.add_act)}
            </Button>
        </div>
    }
}

/// The word of the action that is first in the list.
pub(super) fn first_action(editor: Editor) -> String {
    let lexicon = editor.lexicon();
    lexicon.vocabulary().actions.first().map(|action| action.key.clone()).unwrap_or_default()
}

/// Where an action stands, as findings name it.
fn path_of(at: usize) -> String {
    format!(".then[{at}]")
}

fn empty(action: &str) -> Act {
    Act { action: action.to_owned(), with: Default::default(), ladder: Vec::new() }
}

#[component]
fn OneAct(editor: Editor, row: Row, at: usize, count: usize) -> impl IntoView {
    let i18n = use_i18n();
    let lexicon = editor.lexicon();
    let id = id_of(row, &path_of(at));
    let act = row.rule.with_untracked(|rule| rule.then.get(at).cloned()).unwrap_or_else(|| empty(""));
    let gone =
        lexicon.action(&act.action).is_none().then(|| Choice::new(act.action.clone(), act.action.clone()));
    let known = lexicon.vocabulary().actions.iter().map(|it| Choice::new(it.key.clone(), it.name.clone()));
    let choices: Vec<Choice> = gone.into_iter().chain(known).collect();
    // Only what it needs is drawn anew: the list keeps the focus, and what is typed to find an entry in it.
    let chosen = RwSignal::new(act.action.clone());
    let choose = move |key: String| {
        let lexicon = editor.lexicon();
        editor.replace(row, |rule| {
            if let (Some(act), Some(action)) = (rule.then.get_mut(at), lexicon.action(&key)) {
                choose_action(act, action);
            }
        });
        chosen.set(key);
    };
    let fields = move || {
        let action = editor.lexicon().action(&chosen.get()).cloned();
        let field = |field: FieldWord| view! { <ActField editor=editor row=row at=at field=field /> };
        action.map(|action| action.fields.into_iter().map(field).collect_view())
    };
    view! {
        <li class="act" data-testid="act">
            <Select
                name=format!("{id}-do")
                id=format!("{id}-do")
                label=tu_string!(i18n, rules.action)
                choices=choices
                value=chosen
                on_choose=choose
                error=editor.problem(row, move || path_of(at))
            />
            {fields}
            <Deeds editor=editor row=row at=at count=count />
        </li>
    }
}

/// Does something else. What the new action needs too stays.
fn choose_action(act: &mut Act, action: &ActionWord) {
    act.action.clone_from(&action.key);
    act.with.retain(|key, _| action.fields.iter().any(|field| field.key == *key));
    if action.fields.iter().all(|field| field.kind != Kind::Ladder) {
        act.ladder.clear();
    }
}

#[component]
fn ActField(editor: Editor, row: Row, at: usize, field: FieldWord) -> impl IntoView {
    let i18n = use_i18n();
    if field.kind == Kind::Ladder {
        return view! { <Ladder editor=editor row=row at=at label=field.name /> }.into_any();
    }
    let lexicon = editor.lexicon();
    let form = Form::of_field(&lexicon, &field);
    let value = row.rule.with_untracked(|rule| held(rule, at, &field.key)).unwrap_or_default();
    let about = About {
        id: format!("{}-{}", id_of(row, &path_of(at)), field.key),
        label: field.name,
        note: field.optional.then(|| tu_string!(i18n, settings.optional).to_owned()),
        error: Signal::derive(|| None),
    };
    let key = field.key;
    let write = move |value: Value| {
        editor.edit(row, |rule| {
            let Some(act) = rule.then.get_mut(at) else { return };
            if value.is_nothing() {
                act.with.remove(&key);
            } else {
                act.with.insert(key.clone(), value);
            }
        });
    };
    view! { <ValueField form=form about=about value=value on_value=Callback::new(write) /> }.into_any()
}

fn held(rule: &Rule, at: usize, key: &str) -> Option<Value> {
    rule.then.get(at)?.with.get(key).cloned()
}

/// Moving and removing an action.
#[component]
fn Deeds(editor: Editor, row: Row, at: usize, count: usize) -> impl IntoView {
    let i18n = use_i18n();
    let swap = move |to: usize| editor.reshape(row, |rule| rule.then.swap(at, to));
    view! {
        <div class="act__deeds">
            <Button
                kind=ButtonKind::Ghost
                size=ButtonSize::Small
                icon=IconName::ArrowUp
                label=tu_string!(i18n, rules.act_up)
                disabled=at == 0
                on_press=move || swap(at.saturating_sub(1))
            />
            <Button
                kind=ButtonKind::Ghost
                size=ButtonSize::Small
                icon=IconName::ArrowDown
                label=tu_string!(i18n, rules.act_down)
                disabled={at + 1 >= count}
                on_press=move || swap(at + 1)
            />
            <Button
                kind=ButtonKind::Ghost
                size=ButtonSize::Small
                icon=IconName::Trash
                label=tu_string!(i18n, rules.remove_act)
                on_press=move || editor.reshape(row, |rule| drop(rule.then.remove(at)))
                attr:data-testid="remove-act"
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use contract::rules::Options;

    use super::*;

    #[test]
    fn what_another_action_needs_too_stays() {
        let field = |key: &str| FieldWord {
            key: key.to_owned(),
            name: key.to_owned(),
            kind: Kind::Text,
            options: Options::Free,
            optional: false,
        };
        let note =
            ActionWord { key: "note".to_owned(), name: "Note".to_owned(), fields: vec![field("text")] };
        let mut act = empty("send_message");
        act.with.insert("text".to_owned(), Value::Text("Hello".to_owned()));
        act.with.insert("fallback".to_owned(), Value::Text("skip".to_owned()));
        act.ladder.push(contract::handoff::Rung::BotKeeps);
        choose_action(&mut act, &note);
        assert_eq!(act.action, "note");
        assert_eq!(act.with.keys().collect::<Vec<_>>(), ["text"]);
        assert!(act.ladder.is_empty());
    }
}
