//! The shapes of rules on their way in and out.

use std::collections::BTreeMap;

use contract::rules::{
    Done, Looked, Rule, RuleDifference, RuleFinding, RuleNames, RuleSetView, RuleVersions, Value, Vocabulary,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::public::words::At;

/// Rules that are edited.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleDraft)]
pub(in crate::http::api) struct Draft {
    /// The rules.
    #[schema(value_type = Vec<Object>)]
    pub(super) rules: Vec<Rule>,
    /// Raised whenever it is kept.
    pub(super) revision: i64,
    /// The version that it began from.
    pub(super) base: i32,
    /// Who has kept it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<String>,
    /// When.
    pub(super) at: At,
}

/// The rules.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rules)]
pub(in crate::http::api) struct Set {
    /// The version that is live; 0: nothing ever was.
    pub(super) version: i32,
    /// The rules that are live, in their order.
    #[schema(value_type = Vec<Object>)]
    pub(super) rules: Vec<Rule>,
    /// The rules that are edited; absent: nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) draft: Option<Draft>,
    /// What is wrong with the draft, else with what is live: `path`, `message`, and whether it `blocks`.
    #[schema(value_type = Vec<Object>)]
    pub(super) findings: Vec<RuleFinding>,
    /// What the draft would change: `rule`, `kind` (`added`, `removed`, `changed`, `moved`) and its `parts`.
    #[schema(value_type = Vec<Object>)]
    pub(super) changes: Vec<RuleDifference>,
}

/// What rules can be made of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleVocabulary)]
pub(in crate::http::api) struct Words {
    /// What can happen, be asked, be compared and be done: `events`, `facts`, `operators` and `actions`.
    #[schema(value_type = Object)]
    pub(super) vocabulary: Vocabulary,
    /// Whom and what rules can name: `teams`, `agents`, `bots` and `channels`, each as id and name.
    #[schema(value_type = Object)]
    pub(super) names: RuleNames,
}

/// Rules to be kept as the draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRuleDraft)]
pub(in crate::http::api) struct NewDraft {
    /// The revision that was edited; null or absent: there was no draft.
    #[serde(default)]
    pub(super) revision: Option<i64>,
    /// The rules, in their order: `id`, `name`, `active`, `when` (events), `if` (`{"all": […]}`, `{"any": […]}`,
    /// `{"none": […]}` or `{"is": {"fact", "operator", "value"}}`), `then` (`{"do", "with"}`) and `after` (`stop` or
    /// `continue`).
    #[schema(value_type = Vec<Object>)]
    pub(super) rules: Vec<Rule>,
}

/// A draft that was kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeptRuleDraft)]
pub(in crate::http::api) struct Kept {
    /// Its revision.
    pub(super) revision: i64,
    /// What is wrong with it.
    #[schema(value_type = Vec<Object>)]
    pub(super) findings: Vec<RuleFinding>,
}

/// Rules to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RulesToValidate)]
pub(in crate::http::api) struct ToCheck {
    /// The rules.
    #[schema(value_type = Vec<Object>)]
    pub(super) rules: Vec<Rule>,
}

/// What is wrong with rules.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleFindings)]
pub(in crate::http::api) struct Findings {
    /// Everything: `path`, `message`, and whether it `blocks`.
    #[schema(value_type = Vec<Object>)]
    pub(super) findings: Vec<RuleFinding>,
}

/// The draft goes live.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PublishRules)]
pub(in crate::http::api) struct Publish {
    /// The revision that was looked at.
    pub(super) revision: i64,
    /// The version that was live then.
    pub(super) version: i32,
    /// What has changed, in at most 500 characters.
    #[serde(default)]
    pub(super) note: String,
}

/// The draft is thrown away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DiscardRules)]
pub(in crate::http::api) struct Discard {
    /// The revision that was looked at.
    pub(super) revision: i64,
}

/// An older version is live again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RollBackRules)]
pub(in crate::http::api) struct RollBack {
    /// Which; 0: no rules at all.
    pub(super) to: i32,
    /// The version that is live now.
    pub(super) version: i32,
}

/// What is live now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveRules)]
pub(in crate::http::api) struct Live {
    /// The version.
    pub(super) version: i32,
}

/// Which versions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http::api) struct WhichVersions {
    /// Only those below this version: the `next` of the page before.
    pub(super) below: Option<i32>,
}

/// A version that was live, or is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleVersion)]
pub(in crate::http::api) struct Version {
    /// Which.
    pub(super) version: i32,
    /// Its rules.
    #[schema(value_type = Vec<Object>)]
    pub(super) rules: Vec<Rule>,
    /// What has changed, in its author's words.
    pub(super) note: String,
    /// Who made it live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<String>,
    /// When.
    pub(super) at: At,
    /// The older version that it brought back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) restored: Option<i32>,
    /// What it has changed.
    #[schema(value_type = Vec<Object>)]
    pub(super) changes: Vec<RuleDifference>,
}

/// Versions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleVersions)]
pub(in crate::http::api) struct Versions {
    /// The version that is live.
    pub(super) live: i32,
    /// The versions, the latest first.
    pub(super) versions: Vec<Version>,
    /// Below which version the next page begins; absent after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<i32>,
}

/// Rules to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RuleTest)]
pub(in crate::http::api) struct Trial {
    /// What happens.
    pub(super) event: String,
    /// The rules; absent: the draft, else what is live.
    #[schema(value_type = Option<Vec<Object>>)]
    pub(super) rules: Option<Vec<Rule>>,
    /// A conversation, as it is now. Give this or `facts`.
    pub(super) conversation_id: Option<Uuid>,
    /// A sample: fact by fact. Moments are milliseconds since 1970.
    #[schema(value_type = Option<Object>)]
    pub(super) facts: Option<BTreeMap<String, Value>>,
    /// What facts of the sample were before, where they have changed.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(super) before: BTreeMap<String, Value>,
    /// When it happens; absent: now.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) now: Option<At>,
}

/// What came of a trial. Nothing was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleTestDone)]
pub(in crate::http::api) struct Tried {
    /// All that was known.
    #[schema(value_type = Object)]
    pub(super) facts: BTreeMap<String, Value>,
    /// Every rule that listens to the event, with each condition and what was compared.
    #[schema(value_type = Vec<Object>)]
    pub(super) trace: Vec<Looked>,
    /// What would be done, or why not.
    #[schema(value_type = Vec<Object>)]
    pub(super) would: Vec<Done>,
}

impl From<RuleSetView> for Set {
    fn from(set: RuleSetView) -> Set {
        let RuleSetView { version, live, draft, findings, changes } = set;
        let draft = draft.map(|draft| Draft {
            rules: draft.rules,
            revision: draft.revision,
            base: draft.base,
            author: draft.author,
            at: At(draft.at),
        });
        Set { version, rules: live, draft, findings, changes }
    }
}

impl From<RuleVersions> for Versions {
    fn from(versions: RuleVersions) -> Versions {
        let version = |one: contract::rules::RuleVersion| Version {
            version: one.version,
            rules: one.rules,
            note: one.note,
            author: one.author,
            at: At(one.at),
            restored: one.restored,
            changes: one.changes,
        };
        Versions {
            live: versions.live,
            versions: versions.versions.into_iter().map(version).collect(),
            next: versions.next,
        }
    }
}
