//! Approved templates, as they are filled in. That the variables fit the template only WhatsApp knows.

use contract::message::{MediaKind, Parameter, Template};

use super::{Carried, Limits, refused};

/// Spaces in a row that WhatsApp does not take in a variable.
const SPACES: &str = "     ";
/// Longest name and language of a template.
const NAME: usize = 512;
const LANGUAGE: usize = 64;

impl Limits {
    /// Whether a template that goes by its name can be sent.
    pub(super) fn template(&self, template: &Template) -> Carried {
        self.required("template's name", &template.name, NAME)?;
        self.required("template's language", &template.language, LANGUAGE)?;
        if template.header.len() > 1 {
            return refused("The header of a template has one variable at most.");
        }
        for parameter in template.header.iter().chain(&template.body) {
            self.variable(parameter)?;
        }
        for parameter in &template.header {
            self.within("header's variable", parameter.words().unwrap_or_default(), self.line)?;
        }
        if template.body.iter().any(|parameter| matches!(parameter, Parameter::Media(_))) {
            return refused("A file can only stand in the header of a template.");
        }
        self.variables(template.body.iter())?;
        template.buttons.iter().try_for_each(self.button)
    }

    /// One variable. WhatsApp takes no line breaks, no tabs and no more than four spaces in a row.
    pub fn variable(&self, parameter: &Parameter) -> Carried {
        if let Parameter::Media(media) = parameter {
            return match media.kind {
                MediaKind::Image | MediaKind::Video | MediaKind::Document => (self.source)(media),
                _ => refused("The header of a template takes a picture, a film or a document."),
            };
        }
        let words = parameter.words().unwrap_or_default();
        self.required("template's variable", words, self.body)?;
        match words.contains(['\n', '\r', '\t']) || words.contains(SPACES) {
            true => refused(
                "A template's variable can hold no line breaks, no tabs and at most four spaces in a row.",
            ),
            false => Ok(()),
        }
    }

    /// Variables that together stand in one text.
    pub fn variables<'a>(&self, parameters: impl Iterator<Item = &'a Parameter>) -> Carried {
        let total: usize = parameters.filter_map(Parameter::words).map(|words| words.chars().count()).sum();
        match total > self.body {
            true => refused(format!(
                "The variables have {total} characters in all, and a template takes at most {}.",
                self.body
            )),
            false => Ok(()),
        }
    }
}
