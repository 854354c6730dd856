//! The numbers of a connection, and those that it does not know yet.

use contract::id::{BotId, ConnectionId};
use contract::settings::{ChannelView, Joins, SettingsChange, UnknownChannel};
use leptos::prelude::*;

use super::super::submit::{FormError, Submission};
use super::{Desk, bot_choices};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, AgoStyle, Badge, Button, ButtonKind, ButtonSize, Icon, IconName, Select, Switch, Tone};

/// The numbers of a connection.
#[component]
pub(super) fn Numbers(desk: Desk, channels: Vec<ChannelView>, bots: Vec<(BotId, String)>) -> impl IntoView {
    let i18n = use_i18n();
    let submission = Submission::new();
    view! {
        <FormError text=submission.general() />
        <div class="table-box">
            <table class="table table--stack table--numbers">
                <thead>
                    <tr>
                        <th scope="col">{tu_string!(i18n, settings.number)}</th>
                        <th scope="col">{tu_string!(i18n, settings.answers_first)}</th>
                        <th scope="col">{tu_string!(i18n, settings.rate)}</th>
                        <th scope="col">{tu_string!(i18n, settings.state)}</th>
                    </tr>
                </thead>
                <tbody>
                    {channels
                        .into_iter()
                        .map(|channel| {
                            view! { <Number desk=desk submission=submission channel=channel bots=bots.clone() /> }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Number(
    desk: Desk,
    submission: Submission,
    channel: ChannelView,
    bots: Vec<(BotId, String)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = channel.id;
    let bot = channel.bot.map(|bot| bot.to_string()).unwrap_or_default();
    let set_bot = move |chosen: String| {
        let change = SettingsChange::SetChannelBot { channel: id, bot: chosen.parse().ok() };
        submission.send(change, move || desk.loaded.again());
    };
    let resume = move || {
        submission.send(SettingsChange::ResumeChannel { channel: id }, move || desk.loaded.again());
    };
    let show_typing = move |on: bool| {
        submission.send(SettingsChange::ShowTyping { channel: id, on }, move || desk.loaded.again());
    };
    let choices = bot_choices(&bots, tu_string!(i18n, settings.people_answer));
    view! {
        <tr data-testid="number" data-channel=id.to_string()>
            <td>
                <div class="line">
                    <span class="table__main">{channel.name}</span>
                    <Button
                        kind=ButtonKind::Ghost
                        size=ButtonSize::Small
                        icon=IconName::Link
                        label=tu_string!(i18n, settings.click_to_chat)
                        on_press=move || desk.linking.set(Some(id))
                        attr:data-testid="click-to-chat-button"
                    />
                </div>
                <div class="table__second">
                    {channel.number.map(|number| view! { <bdi class="tabular">{number}</bdi> " · " })}
                    <span class="mono">{channel.provider_channel}</span>
                </div>
                {channel.joins.map(|joins| view! { <TryingOut joins=joins /> })}
                {channel
                    .typing
                    .map(|on| view! {
                        <Switch
                            label=tu_string!(i18n, settings.show_typing)
                            hint=tu_string!(i18n, settings.show_typing_hint)
                            on=on
                            on_turn=show_typing
                            testid="show-typing"
                        />
                    })}
            </td>
            <td>
                <Select
                    name="bot"
                    id=format!("bot-{id}")
                    label=tu_string!(i18n, settings.answers_first)
                    bare=true
                    choices=choices
                    value=bot
                    on_choose=set_bot
                    testid="number-bot"
                />
            </td>
            <td class="tabular table__tight">{channel.rate} " " <span class="faint">{tu_string!(i18n, settings.per_second)}</span></td>
            <td>
                {match channel.paused {
                    None => view! { <Badge tone=Tone::Positive>{tu_string!(i18n, settings.sends)}</Badge> }.into_any(),
                    Some(reason) => view! {
                        <div class="line line--wrap" data-testid="paused">
                            <Badge tone=Tone::Caution icon=IconName::Pause>
                                {tu_string!(i18n, settings.paused)}
                            </Badge>
                            <span class="small soft">{reason}</span>
                            <Button size=ButtonSize::Small icon=IconName::Play on_press=resume>
                                {tu_string!(i18n, settings.resume)}
                            </Button>
                        </div>
                    }
                        .into_any(),
                }}
            </td>
        </tr>
    }
}

/// That customers have to join first, and until when the last one has.
#[component]
fn TryingOut(joins: Joins) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="table__second" data-testid="joins">
            {tu_string!(i18n, settings.joins, hours = joins.hours)}
            {joins
                .end_by
                .map(|at| view! {
                    " "
                    {tu_string!(i18n, settings.joins_end)}
                    " "
                    <Ago at=at.0 style=AgoStyle::Full />
                })}
        </div>
    }
}

/// Numbers that webhooks named and that are not set up here.
#[component]
pub(super) fn Unknown(desk: Desk, connection: ConnectionId, channels: Vec<UnknownChannel>) -> impl IntoView {
    let i18n = use_i18n();
    (!channels.is_empty()).then(move || {
        let rows = channels
            .into_iter()
            .map(|channel| {
                let id = channel.provider_channel.clone();
                view! {
                    <li class="unknown__row" data-testid="unknown-number">
                        <span class="mono">{channel.provider_channel}</span>
                        <span class="faint small line__grow">
                            <span class="tabular">{channel.items}</span>
                            " "
                            {tu_string!(i18n, settings.unknown_items)}
                            " "
                            <Ago at=channel.last_at.0 />
                        </span>
                        <Button
                            size=ButtonSize::Small
                            icon=IconName::Plus
                            on_press=move || desk.numbering.set(Some((connection, id.clone())))
                        >
                            {tu_string!(i18n, settings.add_this_number)}
                        </Button>
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="unknown">
                <p class="unknown__title">
                    <Icon name=IconName::Question />
                    {tu_string!(i18n, settings.unknown_numbers)}
                </p>
                <ul>{rows}</ul>
            </div>
        }
    })
}
