//! Teams, and which one answers on which number.

use contract::settings::{Settings, SettingsChange, SettingsPage, TeamSettings};
use contract::team::{Asking, ChannelPlacing, Team};
use leptos::prelude::*;
use leptos_meta::Title;

use super::ask_first::AskFirst;
use super::load::{Loaded, Trouble, load};
use super::submit::{FormError, Submission};
use super::{Head, open_while};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Badge, Button, ButtonKind, ButtonSize, Choice, Dialog, DialogSize, Empty, IconName, Select, Skeleton,
    Tone,
};

mod form;
mod hours;
mod people;
mod turns;

use form::TeamForm;

/// What the form is about.
#[derive(Clone, PartialEq)]
struct Editing {
    /// The team; absent: a new one.
    team: Option<Team>,
    /// Whom and what it can be made of.
    settings: TeamSettings,
}

/// The screen of the teams.
#[component]
pub fn Teams() -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(SettingsPage::Teams);
    let (editing, ending) = (RwSignal::new(None::<Editing>), RwSignal::new(None::<Team>));
    let known = RwSignal::new(None::<TeamSettings>);
    let shown = move || match loaded.get()? {
        Ok(Settings::Teams(settings)) => {
            known.set(Some(settings.clone()));
            Some(page(loaded, settings, (editing, ending)).into_any())
        }
        Ok(_) => None,
        Err(error) => Some(view! { <Trouble error=error loaded=loaded /> }.into_any()),
    };
    let add = move || editing.set(known.get_untracked().map(|settings| Editing { team: None, settings }));
    let open = open_while(editing);
    view! {
        <Title text=tu_string!(i18n, settings.teams) />
        <Head title=tu_string!(i18n, settings.teams) text=tu_string!(i18n, settings.teams_text)>
            <Button kind=ButtonKind::Primary icon=IconName::Plus on_press=add attr:data-testid="add-team">
                {tu_string!(i18n, settings.add_team)}
            </Button>
        </Head>
        <Transition fallback=move || {
            view! { <Skeleton label=tu_string!(i18n, settings.loading) /> }
        }>{shown}</Transition>
        <Dialog
            open=open
            title=tu_string!(i18n, settings.team)
            close=tu_string!(i18n, settings.close)
            size=DialogSize::Wide
            testid="team-dialog"
        >
            {move || editing.get().map(|editing| view! { <TeamForm editing=editing open=open loaded=loaded /> })}
        </Dialog>
        <Remove loaded=loaded ending=ending />
    }
}

type Dialogs = (RwSignal<Option<Editing>>, RwSignal<Option<Team>>);

fn page(loaded: Loaded, settings: TeamSettings, dialogs: Dialogs) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let rows = settings.teams.iter().map(|team| row(team.clone(), &settings, dialogs)).collect_view();
    let none = settings.teams.is_empty();
    let everybody = people::people(loaded, settings.people.clone());
    let channels = settings
        .channels
        .iter()
        .map(|(name, placing)| channel((loaded, submission), &settings, (name, placing)))
        .collect_view();
    view! {
        <FormError text=submission.general() />
        <section class="card">
            {none.then(|| view! {
                <Empty
                    icon=IconName::Users
                    title=tu_string!(i18n, settings.no_teams)
                    text=tu_string!(i18n, settings.no_teams_text)
                />
            })}
            <div class="table-box" hidden=none>
                <table class="table table--stack table--pile">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, settings.team)}</th>
                            <th scope="col">{tu_string!(i18n, settings.members)}</th>
                            <th scope="col">{tu_string!(i18n, settings.asking)}</th>
                            <th scope="col">
                                <span class="visually-hidden">{tu_string!(i18n, settings.actions)}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
        <section class="card">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.who_answers)}</h3>
            </header>
            <div class="table-box">
                <table class="table table--stack">
                    <thead>
                        <tr>
                            <th scope="col">{tu_string!(i18n, settings.number)}</th>
                            <th scope="col">{tu_string!(i18n, settings.team)}</th>
                        </tr>
                    </thead>
                    <tbody>{channels}</tbody>
                </table>
            </div>
        </section>
        {everybody}
    }
}

fn row(team: Team, settings: &TeamSettings, (editing, ending): Dialogs) -> impl IntoView {
    let i18n = use_i18n();
    let name_of = |id| settings.people.iter().find(|one| one.id == id).map(|one| one.name.clone());
    let members = team.draft.members.iter().filter_map(|id| name_of(*id)).collect::<Vec<_>>().join(", ");
    let asking = match team.draft.asking {
        Asking::OneByOne => tu_string!(i18n, settings.asking_one),
        Asking::All => tu_string!(i18n, settings.asking_all),
        Asking::Assign => tu_string!(i18n, settings.asking_assign),
    };
    let missing = (!team.missing.is_empty()).then(|| {
        let texts = tu_string!(i18n, settings.texts_missing, texts = team.missing.join(", ")).to_string();
        view! { <Badge tone=Tone::Caution icon=IconName::Alert>{texts}</Badge> }
    });
    let edited = Editing { team: Some(team.clone()), settings: settings.clone() };
    let name = team.draft.name.clone();
    view! {
        <tr data-testid="team">
            <td>
                <div class="table__main"><bdi>{name}</bdi></div>
                {missing}
            </td>
            <td data-label=tu_string!(i18n, settings.members)>{members}</td>
            <td data-label=tu_string!(i18n, settings.asking)>{asking}</td>
            <td class="table__end">
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    on_press=Callback::new(move |()| editing.set(Some(edited.clone())))
                    attr:data-testid="edit-team"
                >
                    {tu_string!(i18n, settings.edit)}
                </Button>
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    on_press=Callback::new(move |()| ending.set(Some(team.clone())))
                    attr:data-testid="remove-team"
                >
                    {tu_string!(i18n, settings.remove)}
                </Button>
            </td>
        </tr>
    }
}

/// Which team answers on a number.
fn channel(
    (loaded, submission): (Loaded, Submission),
    settings: &TeamSettings,
    (name, held): (&str, &ChannelPlacing),
) -> Option<impl IntoView + use<>> {
    let i18n = use_i18n();
    let channel = held.channel?;
    let teams = settings.teams.iter().map(|team| Choice::new(team.id.to_string(), team.draft.name.clone()));
    let nobody = Choice::new("", tu_string!(i18n, settings.no_team));
    let choices: Vec<Choice> = [nobody].into_iter().chain(teams).collect();
    let (placing, value) = (held.clone(), held.team.map(|team| team.to_string()).unwrap_or_default());
    let choose = move |chosen: String| {
        let placing = ChannelPlacing { team: chosen.parse().ok(), ..placing.clone() };
        let change = SettingsChange::PlaceChannel { channel, placing: Box::new(placing) };
        submission.send(change, move || loaded.again());
    };
    Some(view! {
        <tr data-testid="channel-team">
            <td class="table__main">{name.to_owned()}</td>
            <td data-label=tu_string!(i18n, settings.team)>
                <Select
                    name="team"
                    id=format!("team-{channel}")
                    label=tu_string!(i18n, settings.team)
                    bare=true
                    choices=choices
                    value=value
                    on_choose=choose
                    testid="choose-team"
                />
            </td>
        </tr>
    })
}

/// Asks before a team is taken away.
#[component]
fn Remove(loaded: Loaded, ending: RwSignal<Option<Team>>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let open = open_while(ending);
    let title = Signal::derive(move || {
        let name = ending.with(|team| team.as_ref().map(|team| team.draft.name.clone()).unwrap_or_default());
        tu_string!(i18n, settings.remove_team, name = name).to_string()
    });
    let end = move || {
        let Some(team) = ending.get_untracked() else { return };
        submission.send(SettingsChange::RemoveTeam { team: team.id }, move || {
            open.set(false);
            loaded.again();
        });
    };
    view! {
        <AskFirst
            open=open
            title=title
            text=tu_string!(i18n, settings.remove_team_text)
            label=tu_string!(i18n, settings.remove)
            submission=submission
            on_yes=end
            testid="remove-team-dialog"
        />
    }
}
