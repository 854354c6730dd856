//! What the admin does at the provider: the address and the token to copy, the steps, and a lamp that the first
//! webhook turns on.

use contract::connection::ConnectionPage;
use leptos::prelude::*;

use super::connection::{LastWebhook, Pulse};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::CopyLine;

/// The card.
#[component]
pub(super) fn Setup(page: ConnectionPage) -> impl IntoView {
    let i18n = use_i18n();
    let ConnectionPage { connection, provider, values, .. } = page;
    let label = |key: &str| {
        let field = provider.fields.iter().find(|field| field.key == key);
        field.map_or_else(|| key.to_owned(), |field| field.label.clone())
    };
    let values = values
        .into_iter()
        .filter(|(_, value)| *value != connection.api_base)
        .map(|(key, value)| view! { <dt>{label(&key)}</dt> <dd class="mono truncate">{value}</dd> })
        .collect_view();
    let steps = provider.steps.iter().map(|step| view! { <li>{step.clone()}</li> }).collect_view();
    view! {
        <section class="card" data-testid="setup">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, settings.at_provider)}</h3>
                <span class="line__grow"></span>
                <span class="line" role="status">
                    <Pulse connection=connection.clone() />
                    <LastWebhook connection=connection.clone() />
                </span>
            </header>
            {(!provider.steps.is_empty()).then(|| view! { <ol class="steps">{steps}</ol> })}
            <dl class="facts">
                {(!provider.has_doors)
                    .then(|| view! {
                        <dt>{tu_string!(i18n, settings.webhook_url)}</dt>
                        <dd>
                            <CopyLine
                                text=connection.webhook_url.clone()
                                label=tu_string!(i18n, settings.copy)
                                done=tu_string!(i18n, settings.copied)
                                testid="webhook-url"
                            />
                        </dd>
                    })}
                {connection
                    .verify_token
                    .clone()
                    .map(|token| view! {
                        <dt>{tu_string!(i18n, settings.verify_token)}</dt>
                        <dd>
                            <CopyLine
                                text=token
                                label=tu_string!(i18n, settings.copy)
                                done=tu_string!(i18n, settings.copied)
                                testid="verify-token"
                            />
                        </dd>
                    })}
                {values}
                <dt>{tu_string!(i18n, settings.api_base)}</dt>
                <dd class="mono faint truncate">{connection.api_base.clone()}</dd>
            </dl>
        </section>
    }
}
