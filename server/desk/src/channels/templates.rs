//! Approved templates at a provider: listing them, making them.

use contract::template::{TemplateDraft, TemplateInfo};

use super::{Answer, Fault, NotCarried, Step, Via};

/// How a provider's templates are listed and made.
pub trait Templates: Send + Sync {
    /// The next call on the way to one page of the list; `page` is what the page before named as the next one.
    fn list(&self, via: &Via<'_>, page: Option<&str>) -> Result<Step, NotCarried>;

    /// Reads a page of the list. A template that cannot be understood is left out, not the page.
    fn listed(&self, answer: &Answer) -> Result<Page, Fault>;

    /// Whether a draft can be submitted: names, lengths, variables.
    fn takes(&self, draft: &TemplateDraft) -> Result<(), NotCarried>;

    /// The next call on the way to creating and submitting a template.
    fn submit(&self, via: &Via<'_>, draft: &TemplateDraft) -> Result<Step, NotCarried>;

    /// What the provider answered to the submission: the template's id there.
    fn submitted(&self, answer: &Answer) -> Result<String, Fault>;
}

/// One page of a list of templates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The templates.
    pub templates: Vec<TemplateInfo>,
    /// Names the next page; absent on the last one.
    pub next: Option<String>,
}
