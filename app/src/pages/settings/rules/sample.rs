//! Facts that are made up, to ask the rules about: only those that somebody adds.

use contract::rules::{FactWord, Facts, Value};
use leptos::prelude::*;

use super::value::{About, Form, ValueField, bound};
use crate::i18n::{tu_string, use_i18n};
use crate::live::browser;
use crate::pages::rules::Lexicon;
use crate::ui::{Button, ButtonKind, ButtonSize, Choice, Field, IconName, Select};

/// The fact that most rules ask, which a sample begins with.
const USUAL: &str = "message_text";

/// A fact of the sample. The key stays while others come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Given {
    key: usize,
    /// The word in the list: one that ends in `.*` needs a name.
    fact: RwSignal<String>,
    name: RwSignal<String>,
    value: RwSignal<Value>,
    before: RwSignal<Value>,
}

/// All of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    all: RwSignal<Vec<Given>>,
    next: StoredValue<usize>,
}

impl Sample {
    /// With the usual fact, which says nothing yet.
    pub(super) fn new() -> Sample {
        let sample = Sample { all: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        sample.add(USUAL);
        sample
    }

    fn add(self, fact: &str) -> usize {
        let key = self.next.get_value();
        self.next.set_value(key + 1);
        let given = Given {
            key,
            fact: RwSignal::new(fact.to_owned()),
            name: RwSignal::new(String::new()),
            value: RwSignal::new(Value::Nothing),
            before: RwSignal::new(Value::Nothing),
        };
        self.all.update(|all| all.push(given));
        key
    }

    /// The facts, at this moment.
    pub(super) fn facts(self) -> Facts {
        let mut facts = Facts { now: browser::clock(), ..Facts::default() };
        for given in self.all.get_untracked() {
            let word = given.fact.get_untracked();
            let word = match word.strip_suffix('*') {
                Some(begin) => format!("{begin}{}", given.name.get_untracked().trim()),
                None => word,
            };
            let (value, before) = (given.value.get_untracked(), given.before.get_untracked());
            if !before.is_nothing() {
                facts.were.insert(word.clone(), before);
            }
            if !value.is_nothing() {
                facts.are.insert(word, value);
            }
        }
        facts
    }
}

/// The fields.
#[component]
pub(super) fn SampleFields(sample: Sample, lexicon: Lexicon) -> impl IntoView {
    let i18n = use_i18n();
    let lexicon = StoredValue::new(lexicon);
    let add = move || {
        let first = lexicon.with_value(|it| it.vocabulary().facts.first().map(|fact| fact.key.clone()));
        let key = sample.add(&first.unwrap_or_default());
        request_animation_frame(move || {
            browser::focus(&format!("#sample-{key}-fact"));
        });
    };
    view! {
        <fieldset class="sample" data-testid="sample">
            <legend class="field__label">{tu_string!(i18n, rules.sample)}</legend>
            <p class="field__hint">{tu_string!(i18n, rules.sample_hint)}</p>
            <ol class="acts">
                <For each=move || sample.all.get() key=|given| given.key let:given>
                    <OneFact sample=sample lexicon=lexicon given=given />
                </For>
            </ol>
            <div>
                <Button size=ButtonSize::Small icon=IconName::Plus on_press=add attr:data-testid="add-fact">
                    {tu_string!(i18n, rules.add_fact)}
                </Button>
            </div>
        </fieldset>
    }
}

#[component]
fn OneFact(sample: Sample, lexicon: StoredValue<Lexicon>, given: Given) -> impl IntoView {
    let i18n = use_i18n();
    let facts = lexicon.with_value(|it| it.vocabulary().facts.clone());
    let choices: Vec<Choice> =
        facts.iter().map(|fact| Choice::new(fact.key.clone(), fact.name.clone())).collect();
    let choose = move |key: String| {
        given.value.set(Value::Nothing);
        given.before.set(Value::Nothing);
        given.fact.set(key);
    };
    let fields = move || {
        let key = given.fact.get();
        facts.iter().find(|fact| fact.key == key).map(|fact| fields(&lexicon.get_value(), given, fact))
    };
    let remove = move || {
        sample.all.update(|all| all.retain(|one| one.key != given.key));
        request_animation_frame(|| _ = browser::focus("[data-testid=add-fact]"));
    };
    view! {
        <li class="test" data-testid="fact">
            <Select
                name=format!("sample-{}-fact", given.key)
                id=format!("sample-{}-fact", given.key)
                label=tu_string!(i18n, rules.fact)
                choices=choices
                value=given.fact
                on_choose=choose
            />
            {fields}
            <div class="test__deeds">
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::Trash
                    label=tu_string!(i18n, rules.remove_fact)
                    on_press=remove
                />
            </div>
        </li>
    }
}

/// What a fact is, and of one that changes also what it was.
fn fields(lexicon: &Lexicon, given: Given, fact: &FactWord) -> impl IntoView + use<> {
    let i18n = use_i18n();
    let form = Form::of_fact(lexicon, fact);
    let about = |end: &str, label: &'static str, note: Option<&'static str>| About {
        id: format!("sample-{}-{end}", given.key),
        label: label.to_owned(),
        note: note.map(str::to_owned),
        error: Signal::derive(|| None),
    };
    let value = about("value", tu_string!(i18n, rules.value), None);
    let optional = tu_string!(i18n, settings.optional);
    let before = about("before", tu_string!(i18n, rules.before), Some(optional));
    let name = fact.key.ends_with('*').then(|| {
        view! {
            <Field
                name=format!("sample-{}-name", given.key)
                id=format!("sample-{}-name", given.key)
                label=tu_string!(i18n, rules.fact_name)
                value=bound(given.name.get_untracked(), move |typed| given.name.set(typed))
                autocomplete="off"
            />
        }
    });
    let was = fact.tracked.then(|| {
        view! {
            <ValueField
                form=form.clone()
                about=before
                value=given.before.get_untracked()
                on_value=Callback::new(move |value| given.before.set(value))
            />
        }
    });
    view! {
        {name}
        <ValueField
            form=form
            about=value
            value=given.value.get_untracked()
            on_value=Callback::new(move |value| given.value.set(value))
        />
        {was}
    }
}
