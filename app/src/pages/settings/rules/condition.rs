//! What must hold: groups and tests, as deep as they go.

use contract::rules::{Condition, DEEPEST, Join, MOST_CONDITIONS, Rule, Test, Value};
use leptos::prelude::*;

use super::state::{Editor, Row};
use super::tree;
use super::value::{About, Form, ValueField, bound};
use crate::i18n::{tu_string, use_i18n};
use crate::pages::rules::Lexicon;
use crate::ui::{Button, ButtonKind, ButtonSize, Choice, Field, IconName, Problem, Select};

/// A part of a condition, by its place in the tree.
pub(super) fn part(editor: Editor, row: Row, place: Vec<usize>) -> AnyView {
    let found = row.rule.with_untracked(|rule| tree::at(&rule.condition, &place).cloned());
    match found {
        Some(Condition::Is(test)) => {
            view! { <OneTest editor=editor row=row place=place test=test /> }.into_any()
        }
        Some(group) => view! { <Group editor=editor row=row place=place group=group /> }.into_any(),
        None => ().into_any(),
    }
}

/// Something about a part, as findings name it: `.if.all[1].is.value`.
fn told_at(row: Row, place: &[usize], end: &str) -> String {
    row.rule.with_untracked(|rule| tree::path(&rule.condition, place)) + end
}

/// An id for a part of a condition.
fn part_id(row: Row, place: &[usize]) -> String {
    let numbers: String = place.iter().map(|number| format!("-{number}")).collect();
    format!("rule-{}-if{numbers}", row.key)
}

/// An id for a field at a path.
pub(super) fn id_of(row: Row, path: &str) -> String {
    let path = path.trim_start_matches('.').replace(['.', '['], "-").replace(']', "");
    format!("rule-{}-{path}", row.key)
}

/// How many tests there are.
fn count(part: &Condition) -> usize {
    match part {
        Condition::Is(_) => 1,
        group => tree::parts(group).iter().map(count).sum(),
    }
}

#[component]
fn Group(editor: Editor, row: Row, place: Vec<usize>, group: Condition) -> impl IntoView {
    let i18n = use_i18n();
    let (is_root, id) = (place.is_empty(), part_id(row, &place));
    let parts = (0..tree::parts(&group).len())
        .map(|number| {
            let place = place.iter().copied().chain([number]).collect();
            view! { <li class="condition__part">{part(editor, row, place)}</li> }
        })
        .collect_view();
    let value = RwSignal::new(tree::word(tree::join(&group)).to_owned());
    let (join_at, told) = (place.clone(), place.clone());
    let rejoin = move |word: String| {
        let join = match word.as_str() {
            "any" => Join::Any,
            "none" => Join::None,
            _ => Join::All,
        };
        value.set(word);
        editor.replace(row, |rule| {
            if let Some(part) = tree::at_mut(&mut rule.condition, &join_at) {
                tree::rejoin(part, join);
            }
        });
    };
    let choices = vec![
        Choice::new("all", tu_string!(i18n, rules.all_hold)),
        Choice::new("any", tu_string!(i18n, rules.any_holds)),
        Choice::new("none", tu_string!(i18n, rules.none_holds)),
    ];
    view! {
        <div class="condition" class:condition--inner=!is_root data-testid="group">
            <div class="condition__head">
                <Select
                    name=id.clone()
                    id=format!("{id}-join")
                    label=tu_string!(i18n, rules.which_hold)
                    bare=true
                    choices=choices
                    value=value
                    on_choose=rejoin
                />
                {(!is_root).then(|| remove(editor, row, place.clone(), tu_string!(i18n, rules.remove_group)))}
            </div>
            <ul class="condition__parts">{parts}</ul>
            <Problem id=format!("{id}-error") text=editor.problem(row, move || told_at(row, &told, "")) />
            <AddPart editor=editor row=row place=place />
        </div>
    }
}

/// A test or a group more, at the end of a group.
#[component]
fn AddPart(editor: Editor, row: Row, place: Vec<usize>) -> impl IntoView {
    let i18n = use_i18n();
    let full = Signal::derive(move || row.rule.with(|rule| count(&rule.condition) >= MOST_CONDITIONS));
    let (deep, group_at) = (place.len() + 1 < DEEPEST, place.clone());
    let add = move |place: &[usize], new: Condition| {
        editor.reshape(row, |rule| tree::add(&mut rule.condition, place, new));
    };
    let add_group = move || add(&group_at, Condition::Any(vec![first_test(&editor.lexicon())]));
    view! {
        <div class="line line--wrap">
            <Button
                size=ButtonSize::Small
                icon=IconName::Plus
                disabled=full
                on_press=move || add(&place, first_test(&editor.lexicon()))
                attr:data-testid="add-condition"
            >
                {tu_string!(i18n, rules.add_condition)}
            </Button>
            {deep
                .then(|| view! {
                    <Button
                        size=ButtonSize::Small
                        icon=IconName::Plus
                        disabled=full
                        on_press=add_group
                        attr:data-testid="add-group"
                    >
                        {tu_string!(i18n, rules.add_group)}
                    </Button>
                })}
        </div>
    }
}

/// The first fact, with the first operator that goes with it.
fn first_test(lexicon: &Lexicon) -> Condition {
    let fact = lexicon.vocabulary().facts.first();
    let operator = fact.and_then(|fact| lexicon.operators_of(fact).first().map(|it| it.key.clone()));
    Condition::Is(Test {
        fact: fact.map(|fact| fact.key.clone()).unwrap_or_default(),
        operator: operator.unwrap_or_default(),
        value: Value::Nothing,
    })
}

fn remove(editor: Editor, row: Row, place: Vec<usize>, label: &'static str) -> impl IntoView {
    let end = move || editor.reshape(row, |rule| tree::remove(&mut rule.condition, &place));
    view! {
        <Button
            kind=ButtonKind::Ghost
            size=ButtonSize::Small
            icon=IconName::Trash
            label=label
            on_press=end
            attr:data-testid="remove-part"
        />
    }
}

/// The test at a place, to change it.
fn test_at<'a>(rule: &'a mut Rule, place: &[usize]) -> Option<&'a mut Test> {
    match tree::at_mut(&mut rule.condition, place)? {
        Condition::Is(test) => Some(test),
        _ => None,
    }
}

/// A single test. When another fact or operator is chosen, only what depends on that is drawn anew: the list keeps the
/// focus, and what is typed to find an entry in it.
#[component]
fn OneTest(editor: Editor, row: Row, place: Vec<usize>, test: Test) -> impl IntoView {
    let i18n = use_i18n();
    let (is_root, lexicon) = (place.is_empty(), editor.lexicon());
    let known = lexicon.fact(&test.fact);
    let gone = known.is_none().then(|| Choice::new(test.fact.clone(), test.fact.clone()));
    let facts =
        lexicon.vocabulary().facts.iter().map(|fact| Choice::new(fact.key.clone(), fact.name.clone()));
    let choices: Vec<Choice> = gone.into_iter().chain(facts).collect();
    let chosen = RwSignal::new(known.map_or(test.fact, |fact| fact.key.clone()));
    let (choose_at, told, more_at) = (place.clone(), place.clone(), place.clone());
    let choose = move |key: String| {
        editor.replace(row, |rule| {
            if let Some(test) = test_at(rule, &choose_at) {
                choose_fact(&editor.lexicon(), test, &key);
            }
        });
        chosen.set(key);
    };
    let hint = Signal::derive(move || editor.lexicon().fact(&chosen.get()).map(|fact| fact.from.clone()));
    let more = move || {
        chosen.track();
        view! { <Compared editor=editor row=row place=more_at.clone() /> }
    };
    view! {
        <div class="test" data-testid="test">
            <Select
                name=format!("{}-fact", part_id(row, &place))
                id=format!("{}-fact", part_id(row, &place))
                label=tu_string!(i18n, rules.fact)
                choices=choices
                value=chosen
                on_choose=choose
                hint=hint
                error=editor.problem(row, move || told_at(row, &told, ".fact"))
            />
            {more}
            <div class="test__deeds">
                {remove(editor, row, place.clone(), tu_string!(i18n, rules.remove_condition))}
            </div>
        </div>
        // A single test at the root becomes a group with another one.
        {is_root.then(|| view! { <AddPart editor=editor row=row place=place /> })}
    }
}

/// Asks another fact. The operator and the value stay where they make sense of it too.
fn choose_fact(lexicon: &Lexicon, test: &mut Test, key: &str) {
    let Some(fact) = lexicon.fact(key) else { return };
    let form = |test: &Test| {
        Some(Form::of_test(lexicon, lexicon.fact(&test.fact)?, lexicon.operator(&test.operator)?))
    };
    let before = form(test);
    test.fact = fact.key.trim_end_matches('*').to_owned();
    let operators = lexicon.operators_of(fact);
    if let Some(first) = operators.first()
        && operators.iter().all(|operator| operator.key != test.operator)
    {
        test.operator.clone_from(&first.key);
    }
    if form(test) != before {
        test.value = Value::Nothing;
    }
}

/// What follows a fact: its name, if it stands for many, how it is compared, and with what.
#[component]
fn Compared(editor: Editor, row: Row, place: Vec<usize>) -> impl IntoView {
    let i18n = use_i18n();
    let lexicon = editor.lexicon();
    let test = row.rule.with_untracked(|rule| tree::test(&rule.condition, &place).cloned());
    let Some(test) = test else { return ().into_any() };
    let fact = lexicon.fact(&test.fact).cloned();
    let operators = fact.as_ref().map(|fact| lexicon.operators_of(fact)).unwrap_or_default();
    let goes = operators.iter().any(|operator| operator.key == test.operator);
    let name = lexicon.operator(&test.operator).map_or(&test.operator, |operator| &operator.name);
    let odd = (!goes).then(|| Choice::new(test.operator.clone(), name.clone()));
    let listed = operators.iter().map(|it| Choice::new(it.key.clone(), it.name.clone()));
    let choices: Vec<Choice> = odd.into_iter().chain(listed).collect();
    let chosen = RwSignal::new(test.operator.clone());
    let (choose_at, told, value_at) = (place.clone(), place.clone(), place.clone());
    let choose = move |key: String| {
        let lexicon = editor.lexicon();
        editor.replace(row, |rule| {
            if let Some(test) = test_at(rule, &choose_at) {
                choose_operator(&lexicon, test, &key);
            }
        });
        chosen.set(key);
    };
    let value = move || {
        chosen.track();
        view! { <Wanted editor=editor row=row place=value_at.clone() /> }
    };
    let id = part_id(row, &place);
    view! {
        {named(editor, row, &place, &test)}
        <Select
            name=format!("{id}-operator")
            id=format!("{id}-operator")
            label=tu_string!(i18n, rules.operator)
            choices=choices
            value=chosen
            on_choose=choose
            error=editor.problem(row, move || told_at(row, &told, ".operator"))
        />
        {value}
    }
    .into_any()
}

/// Compares in another way. The value stays where that makes sense of it too.
fn choose_operator(lexicon: &Lexicon, test: &mut Test, key: &str) {
    let fact = lexicon.fact(&test.fact);
    let form = |key: &str| Some(Form::of_test(lexicon, fact?, lexicon.operator(key)?));
    if form(key) != form(&test.operator) {
        test.value = Value::Nothing;
    }
    key.clone_into(&mut test.operator);
}

/// Which one of those that a fact stands for.
fn named(editor: Editor, row: Row, place: &[usize], test: &Test) -> Option<impl IntoView + use<>> {
    let i18n = use_i18n();
    let lexicon = editor.lexicon();
    let begin = lexicon.fact(&test.fact)?.key.strip_suffix('*')?.to_owned();
    let held = test.fact.strip_prefix(&begin).unwrap_or_default().to_owned();
    let (id, place) = (format!("{}-name", part_id(row, place)), place.to_vec());
    let value = bound(held, move |typed| {
        editor.edit(row, |rule| {
            if let Some(test) = test_at(rule, &place) {
                test.fact = format!("{begin}{}", typed.trim());
            }
        });
    });
    Some(view! {
        <Field name=id.clone() id=id label=tu_string!(i18n, rules.fact_name) value=value autocomplete="off" />
    })
}

/// What it is compared with.
#[component]
fn Wanted(editor: Editor, row: Row, place: Vec<usize>) -> impl IntoView {
    let i18n = use_i18n();
    let lexicon = editor.lexicon();
    let test = row.rule.with_untracked(|rule| tree::test(&rule.condition, &place).cloned());
    test.map(|test| {
        let form = match (lexicon.fact(&test.fact), lexicon.operator(&test.operator)) {
            (Some(fact), Some(operator)) => Form::of_test(&lexicon, fact, operator),
            _ => Form::Line { code: false },
        };
        let told = place.clone();
        let about = About {
            id: format!("{}-value", part_id(row, &place)),
            label: tu_string!(i18n, rules.value).to_owned(),
            note: None,
            error: editor.problem(row, move || told_at(row, &told, ".value")),
        };
        let write = move |value: Value| {
            editor.edit(row, |rule| {
                if let Some(test) = test_at(rule, &place) {
                    test.value = value;
                }
            });
        };
        view! { <ValueField form=form about=about value=test.value on_value=Callback::new(write) /> }
    })
}
