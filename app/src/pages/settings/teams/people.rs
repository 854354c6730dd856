//! What each person is good at, and how many conversations they are given at once.

use contract::settings::{SettingsChange, TeamPerson};
use leptos::prelude::*;

use super::super::load::Loaded;
use super::super::submit::{FormError, Submission};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonSize, Field, FieldKind};

/// Everybody.
pub(super) fn people(loaded: Loaded, people: Vec<TeamPerson>) -> impl IntoView {
    let i18n = use_i18n();
    let rows = people.into_iter().map(|person| row(loaded, person)).collect_view();
    view! {
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.who_can_what)}</h3>
            </header>
            <p class="soft">{tu_string!(i18n, settings.who_can_what_text)}</p>
            <div class="table-box">
                <table class="table table--stack">
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(loaded: Loaded, person: TeamPerson) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let skills = RwSignal::new(person.skills.join(", "));
    let capacity = RwSignal::new(person.capacity.map(|most| most.to_string()).unwrap_or_default());
    let who = person.id;
    let save = move || {
        let typed = capacity.get_untracked();
        let capacity = (!typed.trim().is_empty()).then(|| typed.trim().parse().unwrap_or(-1));
        let skills = skills.get_untracked().split(',').map(|skill| skill.trim().to_owned()).collect();
        submission.send(SettingsChange::SetSkills { person: who, skills }, move || {
            submission.send(SettingsChange::SetCapacity { person: who, capacity }, move || loaded.again());
        });
    };
    view! {
        <tr data-testid="team-person">
            <td class="table__main">
                <bdi>{person.name}</bdi>
                <FormError text=submission.general() />
            </td>
            <td>
                <Field
                    name="skills"
                    id=format!("skills-{who}")
                    label=tu_string!(i18n, settings.skills)
                    value=skills
                    autocomplete="off"
                />
            </td>
            <td>
                <Field
                    name="capacity"
                    id=format!("capacity-{who}")
                    label=tu_string!(i18n, settings.capacity)
                    kind=FieldKind::Number
                    value=capacity
                />
            </td>
            <td class="table__end">
                <Button size=ButtonSize::Small busy=submission.busy on_press=save attr:data-testid="save-person">
                    {tu_string!(i18n, settings.save)}
                </Button>
            </td>
        </tr>
    }
}
