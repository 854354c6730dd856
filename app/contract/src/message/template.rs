//! Approved templates, filled in.

use serde::{Deserialize, Serialize};

/// A template with its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name at the provider.
    pub name: String,
    /// The provider's own id of it, for providers that send by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its language (`en_US`).
    pub language: String,
    /// What the customer will read, for the thread.
    pub text: String,
    /// The variables of the header, in order.
    #[serde(default)]
    pub header: Vec<Parameter>,
    /// The variables of the body, in order.
    #[serde(default)]
    pub body: Vec<Parameter>,
    /// The variables of the buttons.
    #[serde(default)]
    pub buttons: Vec<TemplateButton>,
}

/// One variable, filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Parameter {
    /// Text.
    Text {
        /// The text.
        text: String,
        /// The variable's name, for templates with named variables.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// An amount of money.
    Currency {
        /// What is shown when the phone cannot format it.
        fallback: String,
        /// Its currency (ISO 4217).
        code: String,
        /// Thousandths of a unit.
        amount_1000: i64,
    },
    /// A moment, as text.
    DateTime {
        /// The text.
        fallback: String,
    },
    /// A picture, film or document.
    Media(super::Media),
}

impl Parameter {
    /// Its words; none of a file.
    pub fn words(&self) -> Option<&str> {
        match self {
            Parameter::Text { text, .. } => Some(text),
            Parameter::Currency { fallback, .. } | Parameter::DateTime { fallback } => Some(fallback),
            Parameter::Media(_) => None,
        }
    }
}

/// The variable of one button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateButton {
    /// Which button, from 0.
    pub index: u8,
    /// What it carries.
    pub value: ButtonValue,
}

/// What a template's button carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum ButtonValue {
    /// Comes back when a quick reply is tapped.
    Payload(String),
    /// The end of a link.
    UrlSuffix(String),
    /// A code to copy.
    CopyCode(String),
    /// The token of a form.
    FlowToken(String),
}

impl ButtonValue {
    /// What it carries, of whatever kind.
    pub fn words(&self) -> &str {
        match self {
            ButtonValue::Payload(value)
            | ButtonValue::UrlSuffix(value)
            | ButtonValue::CopyCode(value)
            | ButtonValue::FlowToken(value) => value,
        }
    }
}
