//! The fields that a provider describes.

use contract::settings::{ProviderView, SettingField};
use leptos::prelude::*;

use super::super::submit::Submission;
use crate::ui::{Field, FieldKind};

/// The fields that a provider describes, with what was typed into them.
pub(in crate::pages::settings) type Typed = Vec<(SettingField, RwSignal<String>)>;

/// A provider's fields, with nothing typed into them yet.
pub(in crate::pages::settings) fn typed(providers: &[ProviderView], chosen: &str) -> Typed {
    let provider = providers.iter().find(|provider| provider.provider == chosen);
    let fields = provider.map(|provider| provider.fields.clone()).unwrap_or_default();
    fields.into_iter().map(|field| (field, RwSignal::new(String::new()))).collect()
}

/// What was typed, without the fields left empty.
pub(in crate::pages::settings) fn filled(typed: &Typed) -> Vec<(String, String)> {
    let values =
        typed.iter().map(|(field, value)| (field.key.clone(), value.get_untracked().trim().to_owned()));
    values.filter(|(_, value)| !value.is_empty()).collect()
}

/// The fields of a provider, as it describes them.
pub(in crate::pages::settings) fn fields(
    typed: &Typed,
    submission: Submission,
    optional: &'static str,
) -> impl IntoView + use<> {
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
