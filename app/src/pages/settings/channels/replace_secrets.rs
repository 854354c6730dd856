//! Putting other secrets in place of a connection's. The old ones are never shown.

use contract::id::ConnectionId;
use contract::settings::SettingsChange;
use leptos::prelude::*;

use super::super::open_while;
use super::super::submit::{Foot, FormError, Submission};
use super::Desk;
use super::fields::{Typed, fields, filled};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Dialog, ToastKind, use_toasts};

/// The dialog.
#[component]
pub(super) fn ReplaceSecrets(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let open = open_while(desk.replacing);
    view! {
        <Dialog
            open=open
            title=tu_string!(i18n, settings.replace_secrets)
            close=tu_string!(i18n, settings.close)
            testid="replace-secrets-dialog"
        >
            {move || {
                desk.replacing
                    .get()
                    .map(|connection| view! { <Form desk=desk open=open connection=connection /> })
            }}
        </Dialog>
    }
}

#[component]
fn Form(desk: Desk, open: RwSignal<bool>, connection: ConnectionId) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let submission = Submission::new();
    let typed = StoredValue::new(all_fields(desk, connection));
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change = SettingsChange::ReplaceSecrets { connection, fields: typed.with_value(filled) };
        submission.send(change, move || {
            open.set(false);
            desk.loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, settings.secrets_replaced));
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <p class="soft small">{tu_string!(i18n, settings.replace_secrets_text)}</p>
            {typed.with_value(|typed| fields(typed, submission, tu_string!(i18n, settings.unchanged)))}
            <FormError text=submission.general() />
            <Foot submission=submission open=open label=tu_string!(i18n, settings.replace) />
        </form>
    }
}

/// The fields of a connection's provider. Each may be left empty, and then stays as it is.
fn all_fields(desk: Desk, connection: ConnectionId) -> Typed {
    desk.settings.with_untracked(|settings| {
        let provider = settings
            .connections
            .iter()
            .find(|it| it.id == connection)
            .and_then(|it| settings.providers.iter().find(|provider| provider.provider == it.provider));
        let fields = provider.map(|provider| provider.fields.clone()).unwrap_or_default();
        let open = fields.into_iter().map(|mut field| {
            field.optional = true;
            (field, RwSignal::new(String::new()))
        });
        open.collect()
    })
}
