//! Connecting an account at a provider: the provider says which fields that takes.

use contract::settings::{ProviderView, SettingField, SettingsChange};
use leptos::prelude::*;

use super::super::submit::{FormError, Submission};
use super::Desk;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{
    Button, ButtonKind, Choice, Dialog, DialogSize, Field, FieldKind, Select, ToastKind, use_toasts,
};

/// The fields that a provider describes, with what was typed into them.
pub(super) type Typed = Vec<(SettingField, RwSignal<String>)>;

/// The dialog.
#[component]
pub(super) fn AddConnection(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog
            open=desk.adding
            title=tu_string!(i18n, settings.add_connection)
            close=tu_string!(i18n, settings.close)
            size=DialogSize::Wide
            testid="add-connection-dialog"
        >
            <Form desk=desk />
        </Dialog>
    }
}

#[component]
fn Form(desk: Desk) -> impl IntoView {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let submission = Submission::new();
    let name = RwSignal::new(String::new());
    let providers = desk.settings.with_untracked(|settings| settings.providers.clone());
    let chosen = RwSignal::new(providers.first().map(|it| it.provider.clone()).unwrap_or_default());
    let choices: Vec<Choice> = providers.iter().map(|it| Choice::new(&it.provider, &it.name)).collect();
    let typed = Memo::new_with_compare(move |_| typed(&providers, &chosen.get()), |_, _| true);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let change = SettingsChange::AddConnection {
            provider: chosen.get_untracked(),
            name: name.get_untracked(),
            fields: filled(&typed.get_untracked()),
        };
        submission.send(change, move || {
            desk.adding.set(false);
            desk.loaded.again();
            toasts.show(ToastKind::Positive, tu_string!(i18n, settings.connection_added));
        });
    };
    view! {
        <form class="stack" on:submit=send>
            <Select
                name="provider"
                label=tu_string!(i18n, settings.provider)
                choices=choices
                value=chosen
                on_choose=move |provider| {
                    submission.clear();
                    chosen.set(provider);
                }
                error=submission.error("provider")
            />
            <Field
                name="name"
                id="connection-name"
                label=tu_string!(i18n, settings.name)
                hint=tu_string!(i18n, settings.connection_name_hint)
                value=name
                error=submission.error("name")
                autocomplete="off"
            />
            {move || fields(&typed.get(), submission, tu_string!(i18n, settings.optional))}
            <FormError text=submission.general() />
            <Foot submission=submission open=desk.adding label=tu_string!(i18n, settings.connect) />
        </form>
    }
}

/// The buttons at the end of a dialog.
#[component]
pub(super) fn Foot(submission: Submission, open: RwSignal<bool>, label: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="dialog__foot">
            <Button on_press=move || open.set(false)>{tu_string!(i18n, settings.cancel)}</Button>
            <Button kind=ButtonKind::Primary submit=true busy=submission.busy attr:data-testid="submit">
                {label}
            </Button>
        </div>
    }
}

fn typed(providers: &[ProviderView], chosen: &str) -> Typed {
    let provider = providers.iter().find(|provider| provider.provider == chosen);
    let fields = provider.map(|provider| provider.fields.clone()).unwrap_or_default();
    fields.into_iter().map(|field| (field, RwSignal::new(String::new()))).collect()
}

/// What was typed, without the fields left empty.
pub(super) fn filled(typed: &Typed) -> Vec<(String, String)> {
    let values =
        typed.iter().map(|(field, value)| (field.key.clone(), value.get_untracked().trim().to_owned()));
    values.filter(|(_, value)| !value.is_empty()).collect()
}

/// The fields of a provider, as it describes them.
pub(super) fn fields(typed: &Typed, submission: Submission, optional: &'static str) -> impl IntoView + use<> {
    typed
        .iter()
        .map(|(field, value)| {
            let SettingField { key, label, help, secret, optional: may_miss } = field.clone();
            let help = Some(help).filter(|help| !help.is_empty());
            view! {
                <Field
                    name=key.clone()
                    id=format!("provider-{key}")
                    label=label
                    note=may_miss.then(|| optional.to_owned())
                    hint=help
                    kind=if secret { FieldKind::Password } else { FieldKind::Text }
                    mono=true
                    value=*value
                    error=submission.error(key)
                    autocomplete=if secret { "new-password" } else { "off" }
                />
            }
        })
        .collect_view()
}
