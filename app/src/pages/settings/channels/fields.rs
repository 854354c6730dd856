//! The fields that a provider describes, and the buttons below a form.

use contract::settings::{ProviderView, SettingField};
use leptos::prelude::*;

use super::super::submit::Submission;
use crate::i18n::{tu_string, use_i18n};
use crate::ui::{Button, ButtonKind, Field, FieldKind};

/// The fields that a provider describes, with what was typed into them.
pub(super) type Typed = Vec<(SettingField, RwSignal<String>)>;

/// A provider's fields, with nothing typed into them yet.
pub(super) fn typed(providers: &[ProviderView], chosen: &str) -> Typed {
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
