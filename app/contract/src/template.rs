//! Templates as a provider has them: what the picker shows and what is submitted for approval.

use serde::{Deserialize, Serialize};

mod fill;

pub use fill::Lack;

/// Where a template stands at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateStatus {
    /// Made, and not submitted.
    Draft,
    /// Being looked at.
    Pending,
    /// May be sent.
    Approved,
    /// Refused.
    Rejected,
    /// Taken out of use for a while, because customers did not like it.
    Paused,
    /// Taken out of use for good.
    Disabled,
    /// Gone at the provider.
    Deleted,
    /// Anything else that the provider calls it; not sent.
    Unknown,
}

impl TemplateStatus {
    /// Every status.
    pub const ALL: [TemplateStatus; 8] = [
        TemplateStatus::Draft,
        TemplateStatus::Pending,
        TemplateStatus::Approved,
        TemplateStatus::Rejected,
        TemplateStatus::Paused,
        TemplateStatus::Disabled,
        TemplateStatus::Deleted,
        TemplateStatus::Unknown,
    ];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            TemplateStatus::Draft => "draft",
            TemplateStatus::Pending => "pending",
            TemplateStatus::Approved => "approved",
            TemplateStatus::Rejected => "rejected",
            TemplateStatus::Paused => "paused",
            TemplateStatus::Disabled => "disabled",
            TemplateStatus::Deleted => "deleted",
            TemplateStatus::Unknown => "unknown",
        }
    }

    /// The status of a word, if it is one.
    pub fn parse(word: &str) -> Option<TemplateStatus> {
        TemplateStatus::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// What a template is for; its price goes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateCategory {
    /// Offers and news.
    Marketing,
    /// About something that the customer has done.
    Utility,
    /// Codes to sign in with.
    Authentication,
}

impl TemplateCategory {
    /// Every category.
    pub const ALL: [TemplateCategory; 3] =
        [TemplateCategory::Marketing, TemplateCategory::Utility, TemplateCategory::Authentication];

    /// The word in SQL and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            TemplateCategory::Marketing => "marketing",
            TemplateCategory::Utility => "utility",
            TemplateCategory::Authentication => "authentication",
        }
    }

    /// The category of a word in any case, the older ones included.
    pub fn parse(word: &str) -> Option<TemplateCategory> {
        match word.to_ascii_lowercase().as_str() {
            "marketing" => Some(TemplateCategory::Marketing),
            "utility" | "transactional" => Some(TemplateCategory::Utility),
            "authentication" | "otp" => Some(TemplateCategory::Authentication),
            _ => None,
        }
    }
}

/// What stands at the top of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "format", rename_all = "snake_case")]
pub enum TemplateHeader {
    /// A line of text, perhaps with a variable.
    Text {
        /// The text, with `{{1}}` or `{{name}}` where a variable stands.
        text: String,
    },
    /// A picture, chosen when it is sent.
    Image,
    /// A film, chosen when it is sent.
    Video,
    /// A document, chosen when it is sent.
    Document,
    /// A place, chosen when it is sent.
    Location,
}

/// A button of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TemplateButtonInfo {
    /// Answers with its label, or with a payload given when it is sent.
    QuickReply {
        /// Its label.
        text: String,
    },
    /// Opens a page; the address may end in `{{1}}`.
    Url {
        /// Its label.
        text: String,
        /// The address.
        url: String,
    },
    /// Calls a number.
    Phone {
        /// Its label.
        text: String,
        /// The number.
        number: String,
    },
    /// Copies a code that is given when it is sent.
    CopyCode {
        /// Its label.
        text: String,
    },
    /// Opens a form.
    Form {
        /// Its label.
        text: String,
    },
    /// Anything else; shown, and sent as it is.
    Other {
        /// Its label.
        text: String,
        /// The provider's word for it.
        kind: String,
    },
}

/// A template as a provider has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateInfo {
    /// The provider's own id of it.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its language (`en_US`).
    pub language: String,
    /// What it is for.
    pub category: Option<TemplateCategory>,
    /// Where it stands.
    pub status: TemplateStatus,
    /// Why it was refused or taken out of use, as the provider says.
    pub reason: Option<String>,
    /// How customers like it, in the provider's word (`GREEN`).
    pub quality: Option<String>,
    /// What stands at its top.
    pub header: Option<TemplateHeader>,
    /// Its text, with `{{1}}` or `{{name}}` where variables stand.
    pub body: String,
    /// A small line below it.
    pub footer: Option<String>,
    /// Its buttons, in order.
    pub buttons: Vec<TemplateButtonInfo>,
    /// Samples for the variables, by name (`1`, `order_id`), where the provider has them.
    pub samples: Vec<(String, String)>,
}

impl TemplateInfo {
    /// The names of the variables of a text in order of their first appearance: `1`, `2` or `order_id`.
    pub fn variables(text: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            rest = &rest[start + 2..];
            let Some(end) = rest.find("}}") else { break };
            let name = rest[..end].trim();
            let fits = !name.is_empty()
                && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            if fits && !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
            rest = &rest[end + 2..];
        }
        found
    }

    /// A text with its variables filled in; what is missing stays as it stands.
    pub fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            let Some(end) = rest[start..].find("}}").map(|end| start + end) else { break };
            out.push_str(&rest[..start]);
            match value(rest[start + 2..end].trim()) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&rest[start..end + 2]),
            }
            rest = &rest[end + 2..];
        }
        out.push_str(rest);
        out
    }
}

impl TemplateButtonInfo {
    /// Its label.
    pub fn label(&self) -> &str {
        match self {
            TemplateButtonInfo::QuickReply { text }
            | TemplateButtonInfo::Url { text, .. }
            | TemplateButtonInfo::Phone { text, .. }
            | TemplateButtonInfo::CopyCode { text }
            | TemplateButtonInfo::Form { text }
            | TemplateButtonInfo::Other { text, .. } => text,
        }
    }
}

/// A template to be made at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateDraft {
    /// Its name: lower-case letters, digits and underscores.
    pub name: String,
    /// Its language (`en_US`).
    pub language: String,
    /// What it is for.
    pub category: TemplateCategory,
    /// What stands at its top.
    pub header: Option<TemplateHeader>,
    /// Its text, with `{{1}}`, `{{2}}` where variables stand.
    pub body: String,
    /// A small line below it.
    pub footer: Option<String>,
    /// Its buttons, in order.
    pub buttons: Vec<TemplateButtonInfo>,
    /// A sample for every variable, by name: `1`, and `header` for that of the header, `button:0` for that of a link.
    pub samples: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_once_each_and_filled_in() {
        let text = "Hello {{ name }}, order {{1}} for {{name}} {{ } {{}}";
        assert_eq!(TemplateInfo::variables(text), ["name", "1"]);
        let filled = TemplateInfo::filled("Hi {{1}}, {{2}}!", |name| (name == "1").then(|| "Ana".to_owned()));
        assert_eq!(filled, "Hi Ana, {{2}}!");
        assert_eq!(TemplateInfo::filled("{{1", |_| Some(String::new())), "{{1");
    }
}
