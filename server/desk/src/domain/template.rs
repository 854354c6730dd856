//! What an admin should know when a template changes at its provider.

use contract::template::{TemplateCategory, TemplateStatus};

/// What counts of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub status: TemplateStatus,
    /// What it is for.
    pub category: Option<TemplateCategory>,
}

/// What has become of a template, in words, if an admin should know it: one that is in use cannot be sent any more,
/// can be sent again, or is for something else now, which changes its price.
pub fn alert(before: Standing, now: Standing, reason: Option<&str>) -> Option<String> {
    let because = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    if before.status != now.status {
        let text = match now.status {
            TemplateStatus::Approved => "It is approved and can be sent.".to_owned(),
            TemplateStatus::Paused => {
                format!("It is paused{because} and cannot be sent for now. Choose another one meanwhile.")
            }
            TemplateStatus::Rejected => {
                format!(
                    "It was rejected{because} and cannot be sent. Change it at the provider, or make another one."
                )
            }
            TemplateStatus::Disabled => {
                format!("It is disabled{because} and cannot be sent any more. Make another one.")
            }
            TemplateStatus::Deleted => "It is gone at the provider and cannot be sent any more.".to_owned(),
            // On its way to being approved or rejected.
            TemplateStatus::Draft | TemplateStatus::Pending | TemplateStatus::Unknown => {
                return recategorised(before, now);
            }
        };
        return Some(text);
    }
    recategorised(before, now)
}

fn recategorised(before: Standing, now: Standing) -> Option<String> {
    let (from, to) = (before.category?, now.category?);
    (from != to).then(|| {
        format!(
            "It counts as {} now, not as {} any more. Its price and the consent that it takes change with that.",
            to.as_str(),
            from.as_str()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTILITY: Option<TemplateCategory> = Some(TemplateCategory::Utility);

    fn told(from: TemplateStatus, to: TemplateStatus, category: Option<TemplateCategory>) -> Option<String> {
        alert(Standing { status: from, category: UTILITY }, Standing { status: to, category }, Some("SCAM"))
    }

    #[test]
    fn what_cannot_be_sent_any_more_is_told_with_its_reason() {
        use TemplateStatus::{Approved, Deleted, Paused, Pending, Rejected};
        assert!(told(Approved, Paused, UTILITY).is_some_and(|text| text.contains("(SCAM)")));
        assert!(told(Pending, Rejected, UTILITY).is_some());
        assert!(told(Approved, Deleted, UTILITY).is_some());
        assert!(told(Paused, Approved, UTILITY).is_some());
        assert_eq!(told(Approved, Approved, UTILITY), None);
        assert_eq!(told(Approved, Pending, UTILITY), None);
    }

    #[test]
    fn another_category_is_told() {
        use TemplateStatus::Approved;
        let text = told(Approved, Approved, Some(TemplateCategory::Marketing));
        assert!(text.is_some_and(|text| text.starts_with("It counts as marketing now")));
        assert_eq!(told(Approved, Approved, None), None, "what is not told has not changed");
    }
}
