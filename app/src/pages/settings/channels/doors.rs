//! Further addresses of a connection: each stands for a number and carries a tag.

use contract::connection::{ConnectionPage, Door};
use contract::id::ConnectionId;
use contract::settings::{ChannelView, SettingsChange};
use leptos::prelude::*;

use super::super::ask_first::AskFirst;
use super::super::open_while;
use super::super::submit::{Foot, FormError, Submission};
use super::Desk;
use crate::i18n::{tu_string, use_i18n};
use crate::pages::inbox::words::Texts;
use crate::ui::{
    Ago, Badge, Button, ButtonKind, ButtonSize, Choice, CopyLine, Dialog, Field, IconName, Select,
};

/// The card.
#[component]
pub(super) fn Doors(desk: Desk, page: ConnectionPage, adding: RwSignal<bool>) -> impl IntoView {
    let (i18n, submission) = (use_i18n(), Submission::new());
    let (connection, channels) = (page.connection.id, page.connection.channels);
    let no_numbers = channels.is_empty();
    let asked = RwSignal::new(None::<Door>);
    let open = open_while(asked);
    let remove = move || {
        let Some(path) = asked.with_untracked(|door| door.as_ref().map(|door| door.path.clone())) else {
            return;
        };
        submission.send(SettingsChange::RemoveDoor { connection, path }, move || {
            open.set(false);
            desk.loaded.again();
        });
    };
    let title = Signal::derive(move || {
        let tag = asked.with(|door| door.as_ref().map(|door| door.tag.clone()).unwrap_or_default());
        tu_string!(i18n, settings.remove_door_title, tag = tag).to_string()
    });
    let rows = page
        .doors
        .into_iter()
        .map(|door| {
            let name = name_of(&channels, &door);
            let about = door.clone();
            row(i18n, door, name, move || asked.set(Some(about.clone())))
        })
        .collect_view();
    view! {
        <section class="card" data-testid="doors">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.doors)}</h3>
                <span class="line__grow"></span>
                {(!no_numbers)
                    .then(|| view! {
                        <Button
                            icon=IconName::Plus
                            on_press=move || adding.set(true)
                            attr:data-testid="add-door"
                        >
                            {tu_string!(i18n, settings.add_door)}
                        </Button>
                    })}
            </header>
            <p class="card__text soft small">{tu_string!(i18n, settings.doors_text)}</p>
            {no_numbers
                .then(|| view! {
                    <p class="card__none faint">{tu_string!(i18n, settings.doors_need_number)}</p>
                })}
            <ul class="doors">{rows}</ul>
        </section>
        <AskFirst
            open=open
            title=title
            text=tu_string!(i18n, settings.remove_door_text)
            label=tu_string!(i18n, settings.remove)
            submission=submission
            on_yes=remove
            testid="remove-door-dialog"
        />
    }
}

/// One address, and the button that takes it away.
fn row(
    i18n: Texts,
    door: Door,
    name: String,
    remove: impl Fn() + Clone + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <li class="door" data-testid="door">
            <div class="line line--wrap">
                <Badge icon=IconName::Tag>{door.tag}</Badge>
                <span class="soft small">{name}</span>
                <span class="faint small line__grow"><Ago at=door.created_at.0 /></span>
                <Button
                    kind=ButtonKind::Ghost
                    size=ButtonSize::Small
                    icon=IconName::Trash
                    label=tu_string!(i18n, settings.remove_door)
                    on_press=remove
                />
            </div>
            <CopyLine
                text=door.url
                label=tu_string!(i18n, settings.copy)
                done=tu_string!(i18n, settings.copied)
                testid="door-url"
            />
        </li>
    }
}

/// Making one.
#[component]
pub(super) fn AddDoor(desk: Desk, id: ConnectionId, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, settings.add_door)
            close=tu_string!(i18n, settings.close)
            testid="add-door-dialog"
        >
            <Form desk=desk id=id open=open />
        </Dialog>
    }
}

#[component]
fn Form(desk: Desk, id: ConnectionId, open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    let tag = RwSignal::new(String::new());
    let choices = desk.settings.with_untracked(|settings| {
        let channels = settings.connections.iter().flat_map(|connection| &connection.channels);
        channels.map(|channel| Choice::new(channel.id.to_string(), &channel.name)).collect::<Vec<_>>()
    });
    let channel = RwSignal::new(choices.first().map(|first| first.value.clone()).unwrap_or_default());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Ok(channel) = channel.get_untracked().parse() else { return };
        let change = SettingsChange::AddDoor { connection: id, channel, tag: tag.get_untracked() };
        submission.send(change, move || {
            open.set(false);
            desk.loaded.again();
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <Field
                name="tag"
                id="door-tag"
                label=tu_string!(i18n, settings.door_tag)
                hint=tu_string!(i18n, settings.door_tag_hint)
                value=tag
                error=submission.error("tag")
                autocomplete="off"
            />
            <Select
                name="channel"
                id="door-channel"
                label=tu_string!(i18n, settings.number)
                choices=choices
                value=channel
                on_choose=move |chosen| channel.set(chosen)
                error=submission.error("channel")
            />
            <FormError text=submission.general() />
            <Foot submission=submission open=open label=tu_string!(i18n, settings.add_door) />
        </form>
    }
}

fn name_of(channels: &[ChannelView], door: &Door) -> String {
    let channel = channels.iter().find(|channel| channel.id == door.channel);
    channel.map(|channel| channel.name.clone()).unwrap_or_default()
}
