//! The versions of a bot: what each has changed, and making an older one live again.

use contract::bots::{BotChange, BotScreen, BotShown, Difference, VersionList, VersionView};
use contract::id::BotId;
use contract::settings::SettingsChange;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

use super::super::load::{Loaded, load};
use super::super::open_while;
use super::super::submit::{FormError, Submission};
use super::{BotHead, page, shown};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Ago, AgoStyle, Badge, Button, ButtonKind, ButtonSize, Dialog, Icon, IconName, ToastKind, Tone, use_toasts,
};

/// The screen.
#[component]
pub(super) fn BotVersions(id: BotId) -> impl IntoView {
    let i18n = use_i18n();
    let loaded = load(page(BotScreen::Versions(id)));
    // The version that is to come back, and the one that was live when somebody wished so.
    let restoring = RwSignal::new(None::<(i32, i32)>);
    let view = move |shown| match shown {
        BotShown::Versions(list) => Some(view! { <Page id=id list=list restoring=restoring /> }.into_any()),
        _ => None,
    };
    view! {
        <Title text=tu_string!(i18n, bots.versions) />
        {shown(loaded, view)}
        <Restoring loaded=loaded id=id restoring=restoring />
    }
}

#[component]
fn Page(id: BotId, list: VersionList, restoring: RwSignal<Option<(i32, i32)>>) -> impl IntoView {
    let i18n = use_i18n();
    let live = list.live;
    let rows = list
        .versions
        .into_iter()
        .map(|version| view! { <Version version=version live=live restoring=restoring /> })
        .collect_view();
    view! {
        <BotHead id=id name=list.name editable=list.editable />
        <p class="soft small">{tu_string!(i18n, bots.versions_text)}</p>
        {list
            .draft
            .map(|draft| view! {
                <section class="card" data-testid="draft">
                    <header class="card__head">
                        <h3 class="card__title">{tu_string!(i18n, bots.draft_of)}</h3>
                        <span class="faint small">
                            <Ago at=draft.at.0 />
                            {draft
                                .author
                                .map(|author| view! { " " {tu_string!(i18n, bots.by)} " " <bdi>{author}</bdi> })}
                        </span>
                        <span class="line__grow"></span>
                        <A href=format!("/settings/bots/{id}/flow")>{tu_string!(i18n, bots.go_on)}</A>
                    </header>
                    <div class="fold__body">{differences(list.draft_changes)}</div>
                </section>
            })}
        <section class="card">
            <ul class="folds">{rows}</ul>
        </section>
    }
}

#[component]
fn Version(version: VersionView, live: i32, restoring: RwSignal<Option<(i32, i32)>>) -> impl IntoView {
    let i18n = use_i18n();
    let number = version.version;
    let author = match version.author {
        Some(author) => view! { {tu_string!(i18n, bots.by)} " " <bdi>{author}</bdi> }.into_any(),
        None => tu_string!(i18n, bots.came_with_desk).into_any(),
    };
    view! {
        <li>
            <details class="fold" data-testid="version" data-version=number.to_string()>
                <summary class="fold__head">
                    <strong>{tu_string!(i18n, bots.version, version = number).to_string()}</strong>
                    {(number == live)
                        .then(|| view! { <Badge tone=Tone::Positive>{tu_string!(i18n, bots.live)}</Badge> })}
                    {version
                        .restored
                        .map(|older| view! {
                            <Badge icon=IconName::Undo>
                                {tu_string!(i18n, bots.restored, version = older).to_string()}
                            </Badge>
                        })}
                    <span class="soft truncate">{version.note}</span>
                    <span class="line__grow"></span>
                    <span class="faint small"><Ago at=version.at.0 style=AgoStyle::Full /> " " {author}</span>
                </summary>
                <div class="fold__body stack">
                    {differences(version.changes)}
                    {(number != live)
                        .then(|| view! {
                            <div>
                                <Button
                                    size=ButtonSize::Small
                                    icon=IconName::Undo
                                    on_press=move || restoring.set(Some((number, live)))
                                    attr:data-testid="restore"
                                >
                                    {tu_string!(i18n, bots.restore)}
                                </Button>
                            </div>
                        })}
                    <details class="fold fold--inner">
                        <summary class="fold__head small">{tu_string!(i18n, bots.whole)}</summary>
                        <pre class="code" tabindex="0">{version.json}</pre>
                    </details>
                </div>
            </details>
        </li>
    }
}

fn differences(all: Vec<Difference>) -> impl IntoView {
    let i18n = use_i18n();
    if all.is_empty() {
        return view! { <p class="faint small">{tu_string!(i18n, bots.no_changes)}</p> }.into_any();
    }
    let rows = all
        .into_iter()
        .map(|one| {
            view! {
                <li class="difference">
                    <span class="difference__place">{one.place}</span>
                    {one.before.map(|text| view! { <del class="difference__before" dir="auto">{text}</del> })}
                    {one.after.map(|text| view! { <ins class="difference__after" dir="auto">{text}</ins> })}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="differences" data-testid="differences">{rows}</ul> }.into_any()
}

/// Asks before an older version is made live.
#[component]
fn Restoring(loaded: Loaded, id: BotId, restoring: RwSignal<Option<(i32, i32)>>) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let open = open_while(restoring);
    Effect::new(move |_| {
        restoring.track();
        submission.clear();
    });
    let title = Signal::derive(move || {
        let version = restoring.get().map_or(0, |(restored, _)| restored);
        tu_string!(i18n, bots.restore_title, version = version).to_string()
    });
    let go = move || {
        let Some((restored, version)) = restoring.get_untracked() else { return };
        let change = BotChange::Restore { bot: id, restored, version };
        submission.send(SettingsChange::Bot(change), move || {
            open.set(false);
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.published));
        });
    };
    view! {
        <Dialog open=open title=title close=tu_string!(i18n, settings.close) testid="restore-dialog">
            <p class="soft">
                <Icon name=IconName::Undo />
                " "
                {tu_string!(i18n, bots.restore_text)}
            </p>
            <FormError text=submission.general() />
            <div class="dialog__foot">
                <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
                <Button kind=ButtonKind::Primary busy=submission.busy on_press=go attr:data-testid="submit">
                    {tu_string!(i18n, bots.restore)}
                </Button>
            </div>
        </Dialog>
    }
}
