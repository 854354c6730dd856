//! Whose turn it is in a team, and how many conversations it is given at once.

use contract::team::{Assigning, Strategy};
use leptos::prelude::*;

use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Choice, Field, FieldKind, Select};

/// What is typed and chosen. A field that is empty sets no limit.
#[derive(Clone, Copy)]
pub(super) struct Turns {
    strategy: RwSignal<Strategy>,
    capacity: RwSignal<String>,
    relax: RwSignal<String>,
    sticky: RwSignal<String>,
    grace: RwSignal<String>,
}

impl Turns {
    /// As it was set up.
    pub(super) fn of(assigning: Assigning) -> Turns {
        let typed =
            |value: Option<i32>| RwSignal::new(value.map(|value| value.to_string()).unwrap_or_default());
        Turns {
            strategy: RwSignal::new(assigning.strategy),
            capacity: typed(assigning.capacity),
            relax: typed(assigning.relax_seconds),
            sticky: typed(assigning.sticky_minutes),
            grace: typed(assigning.grace_seconds),
        }
    }

    /// As it is to be. What is no number is sent as one that the desk refuses.
    pub(super) fn assigning(self) -> Assigning {
        let read = |typed: RwSignal<String>| {
            let typed = typed.get_untracked();
            (!typed.trim().is_empty()).then(|| typed.trim().parse().unwrap_or(-1))
        };
        Assigning {
            strategy: self.strategy.get_untracked(),
            capacity: read(self.capacity),
            relax_seconds: read(self.relax),
            sticky_minutes: read(self.sticky),
            grace_seconds: read(self.grace),
        }
    }
}

/// The fields.
#[component]
pub(super) fn TurnFields(turns: Turns) -> impl IntoView {
    let i18n = use_i18n();
    let choices = vec![
        Choice::new(Strategy::RoundRobin.as_str(), tu_string!(i18n, settings.strategy_round_robin)),
        Choice::new(Strategy::LeastBusy.as_str(), tu_string!(i18n, settings.strategy_least_busy)),
        Choice::new(Strategy::LongestIdle.as_str(), tu_string!(i18n, settings.strategy_longest_idle)),
        Choice::new(Strategy::Manual.as_str(), tu_string!(i18n, settings.strategy_manual)),
    ];
    view! {
        <fieldset class="stack group">
            <legend>{tu_string!(i18n, settings.turns)}</legend>
            <p class="soft">{tu_string!(i18n, settings.turns_hint)}</p>
            <Select
                name="strategy"
                label=tu_string!(i18n, settings.strategy)
                choices=choices
                value=Signal::derive(move || turns.strategy.get().as_str().to_owned())
                on_choose=move |chosen: String| turns.strategy.set(Strategy::parse(&chosen).unwrap_or_default())
            />
            <Field
                name="capacity"
                label=tu_string!(i18n, settings.team_capacity)
                kind=FieldKind::Number
                value=turns.capacity
            />
            <Field
                name="sticky_minutes"
                label=tu_string!(i18n, settings.sticky_minutes)
                kind=FieldKind::Number
                value=turns.sticky
            />
            <Field
                name="relax_seconds"
                label=tu_string!(i18n, settings.relax_seconds)
                kind=FieldKind::Number
                value=turns.relax
            />
            <Field
                name="grace_seconds"
                label=tu_string!(i18n, settings.grace_seconds)
                kind=FieldKind::Number
                value=turns.grace
            />
        </fieldset>
    }
}
