//! The settings of a kind, as it describes them, and reading them.

use contract::settings::SettingField;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde_json::Value;
use url::Url;

/// A setting that is shown.
pub(super) fn plain(key: &str, label: &str, help: &str) -> SettingField {
    SettingField {
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        secret: false,
        optional: false,
    }
}

/// A setting that is kept encrypted and never shown again.
pub(super) fn secret(key: &str, label: &str, help: &str) -> SettingField {
    SettingField { secret: true, ..plain(key, label, help) }
}

/// The same, but it may be left out.
pub(super) fn optional(field: SettingField) -> SettingField {
    SettingField { optional: true, ..field }
}

/// Reads a definition.
pub(super) fn read<T: DeserializeOwned>(definition: &Value) -> Result<T, String> {
    serde_json::from_value(definition.clone()).map_err(|error| error.to_string())
}

/// A web address without a slash at its end. Whether it may be called is decided when it is.
pub(super) fn address(what: &str, address: &str) -> Result<Url, String> {
    let url = Url::parse(address.trim()).map_err(|_| format!("{what}: “{address}” is no web address"))?;
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Err(format!("{what}: it has to start with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{what}: it must not hold a password; there is a field for that"));
    }
    Ok(url)
}

/// An address below another one: each part is one part of the path, whatever stands in it.
pub(super) fn below(base: &Url, parts: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(parts);
    }
    url
}

/// What must say something.
pub(super) fn required(what: &str, value: &str) -> Result<(), String> {
    if value.trim().is_empty() { Err(format!("{what} is missing")) } else { Ok(()) }
}

/// A number, also one that was typed into a field of text; an empty one is none.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => {
            text.trim().parse().map(Some).map_err(|_| D::Error::custom(format!("`{text}` is no number")))
        }
        Some(other) => Err(D::Error::custom(format!("{other} is no number"))),
    }
}

/// Whether something is switched on, also as it was typed into a field of text.
pub(super) fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Bool(on) => Ok(on),
        Value::String(text) => Ok(matches!(text.trim(), "true" | "yes" | "on" | "1")),
        Value::Null => Ok(false),
        other => Err(D::Error::custom(format!("{other} is neither yes nor no"))),
    }
}

/// Text that says something; an empty one is none.
pub(super) fn filled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty()))
}
