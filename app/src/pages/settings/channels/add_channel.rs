//! Setting up a number of a connection.

use contract::id::ConnectionId;
use contract::settings::SettingsChange;
use leptos::prelude::*;

use super::super::open_while;
use super::super::submit::{Foot, FormError, Submission};
use super::{Desk, bot_choices};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Dialog, Field, FieldKind, Select, ToastKind, use_toasts};

/// The dialog.
#[component]
pub(super) fn AddChannel(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let open = open_while(desk.numbering);
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, settings.add_number)
            close=tu_string!(i18n, settings.close)
            testid="add-number-dialog"
        >
            {move || {
                desk.numbering
                    .get()
                    .map(|(connection, known)| {
                        view! { <Form desk=desk open=open connection=connection known=known /> }
                    })
            }}
        </Dialog>
    }
}

#[component]
fn Form(desk: Desk, open: RwSignal<bool>, connection: ConnectionId, known: String) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let submission = Submission::new();
    let (name, number) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (provider_channel, bot) = (RwSignal::new(known), RwSignal::new(String::new()));
    let label =
        id_label(desk, connection).unwrap_or_else(|| tu_string!(i18n, settings.provider_id).to_owned());
    let choices = desk
        .settings
        .with_untracked(|settings| bot_choices(&settings.bots, tu_string!(i18n, settings.people_answer)));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let number = number.get_untracked().trim().to_owned();
        let change = SettingsChange::AddChannel {
            connection,
            name: name.get_untracked(),
            provider_channel: provider_channel.get_untracked().trim().to_owned(),
            number: Some(number).filter(|number| !number.is_empty()),
            bot: bot.get_untracked().parse().ok(),
        };
        submission.send(change, move || {
            open.set(false);
            desk.loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, settings.number_added));
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <Field
                name="name"
                id="channel-name"
                label=tu_string!(i18n, settings.name)
                hint=tu_string!(i18n, settings.number_name_hint)
                value=name
                error=submission.error("name")
                autocomplete="off"
            />
            <Field
                name="provider_channel"
                label=label
                mono=true
                value=provider_channel
                error=submission.error("provider_channel")
                autocomplete="off"
            />
            <Field
                name="number"
                label=tu_string!(i18n, settings.number)
                note=tu_string!(i18n, settings.optional)
                hint=tu_string!(i18n, settings.number_hint)
                kind=FieldKind::Phone
                value=number
                error=submission.error("number")
                autocomplete="off"
            />
            <Select
                name="bot"
                id="channel-bot"
                label=tu_string!(i18n, settings.answers_first)
                choices=choices
                value=bot
                on_choose=move |chosen| bot.set(chosen)
                error=submission.error("bot")
            />
            <FormError text=submission.general() />
            <Foot submission=submission open=open label=tu_string!(i18n, settings.add_number) />
        </form>
    }
}

/// What the provider calls a number's own id.
fn id_label(desk: Desk, connection: ConnectionId) -> Option<String> {
    desk.settings.with_untracked(|settings| {
        let connection = settings.connections.iter().find(|it| it.id == connection)?;
        let provider = settings.providers.iter().find(|it| it.provider == connection.provider)?;
        Some(provider.channel_id_label.clone())
    })
}
