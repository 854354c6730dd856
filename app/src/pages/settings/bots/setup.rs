//! The values and secrets of a bot.

use contract::bots::{BotChange, BotPage, SecretView};
use contract::settings::{SettingField, SettingsChange};
use leptos::prelude::*;

use super::super::channels::fields::Typed;
use super::super::load::Loaded;
use super::super::submit::{FormError, Submission};
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Ago, AgoStyle, Button, ButtonKind, Field, FieldKind, ToastKind, use_toasts};

/// The card.
#[component]
pub(super) fn Setup(loaded: Loaded, page: BotPage) -> impl IntoView {
    let i18n = use_i18n();
    let (submission, toasts) = (Submission::new(), use_toasts());
    let id = page.line.id;
    let has_fields = !page.kind.fields.is_empty();
    let version = page.line.version;
    let name = RwSignal::new(page.line.name.clone());
    let typed = typed(&page);
    let own = own(&page, &typed, submission);
    let typed = StoredValue::new(typed);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let fields = typed.with_value(|typed| {
            typed.iter().map(|(field, value)| (field.key.clone(), value.get_untracked())).collect()
        });
        let change = BotChange::Edit { bot: id, version, name: name.get_untracked(), fields };
        submission.send(SettingsChange::Bot(change), move || {
            loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, bots.saved));
        });
    };
    view! {
        <section class="card" data-testid="bot-setup">
            <header class="card__head">
                <h3 class="card__title">{tu_string!(i18n, bots.setup)}</h3>
            </header>
            <form class="card__form" on:submit=send>
                {has_fields.then(|| view! { <p class="soft small">{tu_string!(i18n, bots.setup_text)}</p> })}
                <Field
                    name="name"
                    id="bot-own-name"
                    label=tu_string!(i18n, settings.name)
                    value=name
                    error=submission.error("name")
                    autocomplete="off"
                />
                {own}
                <FormError text=submission.general() />
                <div class="line">
                    <Button
                        kind=ButtonKind::Primary
                        submit=true
                        busy=submission.busy
                        attr:data-testid="save-setup"
                    >
                        {tu_string!(i18n, bots.save)}
                    </Button>
                </div>
            </form>
        </section>
    }
}

/// The fields of its kind, with the values that are no secrets.
fn typed(page: &BotPage) -> Typed {
    let value = |key: &str| {
        let found = page.values.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let field = |field: &SettingField| {
        (field.clone(), RwSignal::new(if field.secret { String::new() } else { value(&field.key) }))
    };
    page.kind.fields.iter().map(field).collect()
}

fn own(page: &BotPage, typed: &Typed, submission: Submission) -> impl IntoView + use<> {
    let i18n = use_i18n();
    typed
        .iter()
        .map(|(field, typed)| {
            let secret = page.secrets.iter().find(|secret| secret.field == field.key);
            let note = match (field.secret && secret.is_some(), field.optional) {
                (true, _) => Some(tu_string!(i18n, settings.unchanged)),
                (false, true) => Some(tu_string!(i18n, settings.optional)),
                (false, false) => None,
            };
            view! {
                <Field
                    name=field.key.clone()
                    id=format!("bot-{}", field.key)
                    label=field.label.clone()
                    note=note.map(str::to_owned)
                    hint=Some(field.help.clone()).filter(|help| !help.is_empty())
                    kind=if field.secret { FieldKind::Password } else { FieldKind::Text }
                    mono=true
                    value=*typed
                    error=submission.error(field.key.clone())
                    autocomplete=if field.secret { "new-password" } else { "off" }
                />
                {secret.filter(|_| field.secret).map(ages)}
            }
        })
        .collect_view()
}

/// Since when a secret is there, and until when the one before is valid too.
fn ages(secret: &SecretView) -> impl IntoView + use<> {
    let i18n = use_i18n();
    let (since, old_until) = (secret.since, secret.old_until);
    view! {
        <p class="faint small" data-testid="secret-age">
            {tu_string!(i18n, bots.secret_since)}
            " "
            <Ago at=since.0 />
            {old_until
                .map(|until| view! {
                    "; "
                    {tu_string!(i18n, bots.secret_old)}
                    " "
                    <Ago at=until.0 style=AgoStyle::Full />
                })}
        </p>
    }
}
