//! What an address is and what it is told of.

use contract::connection::{SettingsTask, TaskDone};
use contract::endpoint::{EndpointDone, EndpointTask, EndpointWish};
use contract::id::EndpointId;
use leptos::prelude::*;

use super::super::submit::{Foot, FormError, Submission};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Field, FieldKind, Switch};

/// The form: of a new address, or of one that is known. `done` is given the secret that was made, if one was.
#[component]
pub(super) fn WishForm(
    known: Option<EndpointId>,
    wish: EndpointWish,
    events: RwSignal<Vec<String>>,
    open: RwSignal<bool>,
    #[prop(into)] done: Callback<Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let (name, url) = (RwSignal::new(wish.name), RwSignal::new(wish.url));
    let all = RwSignal::new(wish.events.is_empty());
    let chosen = RwSignal::new(wish.events);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let events = if all.get_untracked() { Vec::new() } else { chosen.get_untracked() };
        let wish = EndpointWish { name: name.get_untracked(), url: url.get_untracked(), events };
        let task = match known {
            Some(endpoint) => EndpointTask::Change { endpoint, wish },
            None => EndpointTask::Add { wish },
        };
        submission.run(SettingsTask::Endpoint(task), move |came| match came {
            TaskDone::Endpoint(EndpointDone::Secret { secret, .. }) => done.run(Some(secret)),
            _ => done.run(None),
        });
    };
    let label = match known {
        Some(_) => tu_string!(i18n, endpoints.save),
        None => tu_string!(i18n, endpoints.add),
    };
    view! {
        <form class="stack" on:submit=send>
            <Field
                name="name"
                id="endpoint-name"
                label=tu_string!(i18n, endpoints.name)
                hint=tu_string!(i18n, endpoints.name_hint)
                value=name
                error=submission.error("name")
                autocomplete="off"
            />
            <Field
                name="url"
                id="endpoint-url"
                label=tu_string!(i18n, endpoints.url)
                hint=tu_string!(i18n, endpoints.url_hint)
                kind=FieldKind::Url
                value=url
                error=submission.error("url")
                autocomplete="off"
            />
            <fieldset class="endpoint-events">
                <legend class="field__label">{tu_string!(i18n, endpoints.events)}</legend>
                <Switch
                    label=tu_string!(i18n, endpoints.all_events)
                    on=all
                    on_turn=move |on| all.set(on)
                    testid="all-events"
                />
                {move || (!all.get()).then(|| view! { <Kinds events=events chosen=chosen /> })}
            </fieldset>
            <FormError text=submission.general() />
            <Foot submission=submission open=open label=label />
        </form>
    }
}

#[component]
fn Kinds(events: RwSignal<Vec<String>>, chosen: RwSignal<Vec<String>>) -> impl IntoView {
    let one = move |event: String| {
        let (has, name) = (event.clone(), event.clone());
        let turn = move |turned: leptos::ev::Event| {
            let on = event_target_checked(&turned);
            chosen.update(|chosen| {
                chosen.retain(|known| *known != event);
                if on {
                    chosen.push(event.clone());
                }
            });
        };
        view! {
            <label class="endpoint-events__one">
                <input
                    type="checkbox"
                    name="event"
                    value=name.clone()
                    prop:checked=move || chosen.with(|chosen| chosen.contains(&has))
                    on:change=turn
                />
                <span class="mono small">{name}</span>
            </label>
        }
    };
    move || view! { <div class="endpoint-events__all">{events.get().into_iter().map(one).collect_view()}</div> }
}
