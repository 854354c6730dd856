//! The people who sign in.

use contract::person::Role;
use contract::settings::{Person, Settings, SettingsChange, SettingsPage};
use leptos::prelude::*;
use leptos_meta::Title;

use super::load::{Loaded, Trouble, load};
use super::submit::{FormError, Submission};
use super::{Head, open_while};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Ago, Avatar, Badge, Button, ButtonKind, ButtonSize, Choice, Dialog, Field, FieldKind, IconName, Select,
    Skeleton, ToastKind, Tone, use_toasts,
};

/// The screen of the people.
#[component]
pub fn People() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(SettingsPage::People);
    let adding = RwSignal::new(false);
    let ending = RwSignal::new(None::<Person>);
    let shown = move || match loaded.get()? {
        Ok(Settings::People { people }) => Some(table(loaded, people, ending).into_any()),
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    view! {
        <Title text=tu_string!(i18n, settings.people) />
        <Head title=tu_string!(i18n, settings.people) text=tu_string!(i18n, settings.people_text)>
            <Button
                kind=ButtonKind::Primary
                icon=IconName::UserPlus
                on_press=move || adding.set(true)
                attr:data-testid="add-person"
            >
                {tu_string!(i18n, settings.add_person)}
            </Button>
        </Head>
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) /> }
        }>{shown}</Transition>
        <Dialog
            open=adding
            title=tu_string!(i18n, settings.add_person)
            close=tu_string!(i18n, settings.close)
            testid="add-person-dialog"
        >
            <AddPerson loaded=loaded open=adding />
        </Dialog>
        <Deactivate loaded=loaded ending=ending />
    }
}

fn table(loaded: Loaded, people: Vec<Person>, ending: RwSignal<Option<Person>>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let rows = people.into_iter().map(|person| row(loaded, submission, person, ending)).collect_view();
    view! {
        <FormError text=submission.general() />
        <div class="card">
            <div class="table-box">
                <table class="table table--stack">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, settings.name)}</th>
                            <th scope="col">{tu_string!(i18n, settings.role)}</th>
                            <th scope="col">{tu_string!(i18n, settings.last_seen)}</th>
                            <th scope="col">
                                <span class="visually-hidden">{tu_string!(i18n, settings.actions)}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn row(
    loaded: Loaded,
    submission: Submission,
    person: Person,
    ending: RwSignal<Option<Person>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let whom = person.clone();
    let active = person.active;
    let turn = move || {
        if active {
            ending.set(Some(whom.clone()));
        } else {
            submission
                .send(SettingsChange::SetActive { person: whom.id, active: true }, move || loaded.again());
        }
    };
    view! {
        <tr class:table__row--faint=!active data-testid="person" data-email=person.email.clone()>
            <td>
                <div class="line">
                    <Avatar name=person.name.clone() key=person.id.to_string() />
                    <div class="line__grow">
                        <div class="table__main"><bdi>{person.name.clone()}</bdi></div>
                        <div class="table__second">{person.email.clone()}</div>
                    </div>
                </div>
            </td>
            <td>
                {match (active, person.role) {
                    (false, _) => view! { <Badge>{tu_string!(i18n, settings.deactivated)}</Badge> }.into_any(),
                    (true, Role::Admin) => {
                        view! { <Badge tone=Tone::Accent>{tu_string!(i18n, settings.admin)}</Badge> }.into_any()
                    }
                    (true, Role::Agent) => view! { <Badge>{tu_string!(i18n, settings.agent)}</Badge> }.into_any(),
                }}
            </td>
            <td class="faint">
                {match person.last_seen {
                    Some(at) => view! { <Ago at=at.0 /> }.into_any(),
                    None => tu_string!(i18n, settings.never).into_any(),
                }}
            </td>
            <td class="table__end">
                <Button kind=ButtonKind::Ghost size=ButtonSize::Small on_press=turn attr:data-testid="set-active">
                    {if active {
                        tu_string!(i18n, settings.deactivate)
                    } else {
                        tu_string!(i18n, settings.activate)
                    }}
                </Button>
            </td>
        </tr>
    }
}

#[component]
fn AddPerson(loaded: Loaded, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let submission = Submission::new();
    let [name, email, password] = [(), (), ()].map(|()| RwSignal::new(String::new()));
    let role = RwSignal::new(Role::Agent.as_str().to_owned());
    let choices = vec![
        Choice::new(Role::Agent.as_str(), tu_string!(i18n, settings.agent)),
        Choice::new(Role::Admin.as_str(), tu_string!(i18n, settings.admin)),
    ];
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change = SettingsChange::AddPerson {
            name: name.get_untracked().trim().to_owned(),
            email: email.get_untracked().trim().to_owned(),
            role: Role::parse(&role.get_untracked()).unwrap_or(Role::Agent),
            password: password.get_untracked(),
        };
        submission.send(change, move || {
            open.set(false);
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, settings.person_added));
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <Field
                name="name"
                id="person-name"
                label=tu_string!(i18n, settings.name)
                value=name
                error=submission.error("name")
                autocomplete="off"
            />
            <Field
                name="email"
                id="person-email"
                label=tu_string!(i18n, settings.email)
                kind=FieldKind::Email
                value=email
                error=submission.error("email")
                autocomplete="off"
            />
            <Select
                name="role"
                label=tu_string!(i18n, settings.role)
                hint=tu_string!(i18n, settings.role_hint)
                choices=choices
                value=role
                on_choose=move |chosen| role.set(chosen)
                error=submission.error("role")
            />
            <Field
                name="password"
                id="person-password"
                label=tu_string!(i18n, settings.first_password)
                hint=tu_string!(i18n, settings.first_password_hint)
                kind=FieldKind::Password
                value=password
                error=submission.error("password")
                autocomplete="new-password"
            />
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                    {tu_string!(i18n, settings.add_person)}
                </Button>
            </div>
        </form>
    }
}

/// Asks before somebody is shut out.
#[component]
fn Deactivate(loaded: Loaded, ending: RwSignal<Option<Person>>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let open = open_while(ending);
    Effect::new(move |_| {
        ending.track();
        submission.clear();
    });
    let title = Signal::derive(move || {
        let name =
            ending.with(|person| person.as_ref().map(|person| person.name.clone()).unwrap_or_default());
        tu_string!(i18n, settings.deactivate_title, name = name).to_string()
    });
    let end = move || {
        let Some(person) = ending.get_untracked() else { return };
        submission.send(SettingsChange::SetActive { person: person.id, active: false }, move || {
            open.set(false);
            loaded.again();
        });
    };
    view! {
        <Dialog open=open title=title close=tu_string!(i18n, settings.close) testid="deactivate-dialog">
            <p class="soft">{tu_string!(i18n, settings.deactivate_text)}</p>
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Danger busy=submission.busy on_press=end attr:data-testid="submit">
                    {tu_string!(i18n, settings.deactivate)}
                </Button>
            </div>
        </Dialog>
    }
}
