//! Filling a template in: what it takes, what is missing, and what the customer reads.

use super::{TemplateButtonInfo, TemplateHeader, TemplateInfo};
use crate::message::{MediaKind, Parameter, Template};
use crate::picker::{Place, Slot};

impl TemplateInfo {
    /// What the customer reads: the line at the top, then the text.
    pub fn read_out(header: Option<String>, body: String) -> String {
        match header {
            Some(header) => format!("*{header}*\n{body}"),
            None => body,
        }
    }

    /// The line at the top.
    pub fn header_text(&self) -> Option<&str> {
        match &self.header {
            Some(TemplateHeader::Text { text }) => Some(text),
            _ => None,
        }
    }

    /// The kind of the file at the top.
    pub fn header_file(&self) -> Option<MediaKind> {
        match &self.header {
            Some(TemplateHeader::Image) => Some(MediaKind::Image),
            Some(TemplateHeader::Video) => Some(MediaKind::Video),
            Some(TemplateHeader::Document) => Some(MediaKind::Document),
            _ => None,
        }
    }

    /// Everything that has to be filled in before it can be sent, in the order of reading. Numbered variables come
    /// in the order of their numbers, because that is how they are sent.
    pub fn slots(&self) -> Vec<Slot> {
        let slot = |place, name: String, sample: &str| {
            let sample = self.samples.iter().find(|(known, _)| known == sample);
            Slot { place, name, sample: sample.map(|(_, value)| value.clone()).unwrap_or_default() }
        };
        let mut slots = Vec::new();
        for name in TemplateInfo::ordered(self.header_text().unwrap_or_default()) {
            slots.push(slot(Place::Header, name, "header"));
        }
        if let Some(kind) = self.header_file() {
            slots.push(slot(Place::File(kind), String::new(), "header"));
        }
        for name in TemplateInfo::ordered(&self.body) {
            slots.push(slot(Place::Body, name.clone(), &name));
        }
        for (index, button) in (0_u8..).zip(&self.buttons) {
            let sample = format!("button:{index}");
            match button {
                TemplateButtonInfo::Url { url, .. } => {
                    if let Some(name) = TemplateInfo::variables(url).pop() {
                        slots.push(slot(Place::Link(index), name, &sample));
                    }
                }
                TemplateButtonInfo::CopyCode { .. } => {
                    slots.push(slot(Place::Code(index), String::new(), &sample));
                }
                _ => {}
            }
        }
        slots
    }

    /// The variables of a text in the order in which they are sent.
    fn ordered(text: &str) -> Vec<String> {
        let mut names = TemplateInfo::variables(text);
        if names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
            names.sort_by_key(|name| name.parse::<u32>().unwrap_or(u32::MAX));
        }
        names
    }

    /// What a template lacks that is filled in like this; none if it is whole.
    pub fn lacks(&self, template: &Template) -> Option<Lack> {
        if self.header == Some(TemplateHeader::Location) {
            return Some(Lack::Location);
        }
        let (mut header, mut body) = (0, 0);
        for slot in self.slots() {
            let there = match slot.place {
                Place::Header => next(&template.header, &mut header),
                Place::Body => next(&template.body, &mut body),
                Place::File(kind) => template.header.iter().any(|parameter| {
                    matches!(parameter, Parameter::Media(media)
                        if media.kind == kind && (media.id.is_some() || media.link.is_some() || media.file.is_some()))
                }),
                Place::Link(index) | Place::Code(index) => template.buttons.iter().any(|button| {
                    button.index == index && !button.value.words().trim().is_empty()
                }),
            };
            if !there {
                return Some(Lack::Missing(slot));
            }
        }
        let file = usize::from(self.header_file().is_some());
        if template.body.len() > body || template.header.len() > header + file {
            return Some(Lack::TooMany);
        }
        None
    }

    /// What the customer reads of a template that is filled in like this.
    pub fn rendered(&self, template: &Template) -> String {
        let value = |text: &str, given: &[Parameter], name: &str| {
            let named = given.iter().find(
                |parameter| matches!(parameter, Parameter::Text { name: Some(own), .. } if own == name),
            );
            let at = TemplateInfo::ordered(text).iter().position(|known| known == name)?;
            named.or_else(|| given.get(at))?.words().map(str::to_owned)
        };
        let header = self.header_text();
        TemplateInfo::read_out(
            header.map(|text| TemplateInfo::filled(text, |name| value(text, &template.header, name))),
            TemplateInfo::filled(&self.body, |name| value(&self.body, &template.body, name)),
        )
    }
}

/// What is wrong with a template that is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// This is not filled in.
    Missing(Slot),
    /// There is more than the template takes.
    TooMany,
    /// It wants a place at its top, and a message here cannot hold one.
    Location,
}

/// Whether the next variable is filled in.
fn next(given: &[Parameter], at: &mut usize) -> bool {
    let there = given.get(*at).and_then(Parameter::words).is_some_and(|text| !text.trim().is_empty());
    *at += 1;
    there
}

#[cfg(test)]
mod tests {
    use super::super::{TemplateCategory, TemplateStatus};
    use super::*;
    use crate::id::{ConnectionId, TemplateId};
    use crate::picker::TemplateCard;

    fn visit() -> TemplateInfo {
        TemplateInfo {
            id: Some("77".to_owned()),
            name: "visit".to_owned(),
            language: "en_US".to_owned(),
            category: Some(TemplateCategory::Utility),
            status: TemplateStatus::Approved,
            reason: None,
            quality: None,
            header: Some(TemplateHeader::Text { text: "Your visit on {{1}}".to_owned() }),
            body: "At {{2}} we expect you, {{1}}.".to_owned(),
            footer: None,
            buttons: vec![
                TemplateButtonInfo::QuickReply { text: "Yes".to_owned() },
                TemplateButtonInfo::Url { text: "Map".to_owned(), url: "https://x.example/{{1}}".to_owned() },
            ],
            samples: vec![("1".to_owned(), "Ana".to_owned()), ("header".to_owned(), "Monday".to_owned())],
        }
    }

    fn card(info: &TemplateInfo) -> TemplateCard {
        TemplateCard {
            id: TemplateId(uuid::Uuid::nil()),
            connection: ConnectionId(uuid::Uuid::nil()),
            provider_id: info.id.clone(),
            name: info.name.clone(),
            language: info.language.clone(),
            category: info.category,
            previous_category: None,
            status: info.status,
            reason: None,
            quality: None,
            header: info.header_text().map(str::to_owned),
            body: info.body.clone(),
            footer: None,
            buttons: Vec::new(),
            slots: info.slots(),
            used: 0,
            last_used_at: None,
        }
    }

    #[test]
    fn what_the_picker_fills_in_is_whole_and_reads_as_its_preview() {
        let info = visit();
        let card = card(&info);
        let places: Vec<_> = card.slots.iter().map(|slot| (slot.place, slot.name.as_str())).collect();
        let expected = [(Place::Header, "1"), (Place::Body, "1"), (Place::Body, "2"), (Place::Link(1), "1")];
        assert_eq!(places, expected);
        assert_eq!(card.slots[0].sample, "Monday");
        let values = ["Tuesday", "Tom", "10:30", "map/7"].map(str::to_owned);
        let filled = card.fill(&values);
        assert_eq!(filled.text, "*Your visit on Tuesday*\nAt 10:30 we expect you, Tom.");
        assert_eq!(info.rendered(&filled), filled.text);
        assert_eq!(info.lacks(&filled), None);
        assert!(card.complete(&values));
    }

    #[test]
    fn every_gap_is_named_and_so_is_too_much() {
        let info = visit();
        let card = card(&info);
        for gap in 0..4 {
            let mut values = ["Tuesday", "Tom", "10:30", "map/7"].map(str::to_owned);
            values[gap] = " ".to_owned();
            assert!(!card.complete(&values));
            assert_eq!(info.lacks(&card.fill(&values)), Some(Lack::Missing(card.slots[gap].clone())));
        }
        let mut filled = card.fill(&["Tuesday", "Tom", "10:30", "map/7"].map(str::to_owned));
        filled.body.push(Parameter::Text { text: "more".to_owned(), name: None });
        assert_eq!(info.lacks(&filled), Some(Lack::TooMany));
    }

    #[test]
    fn a_file_at_the_top_has_to_be_there() {
        let info = TemplateInfo { header: Some(TemplateHeader::Image), buttons: Vec::new(), ..visit() };
        let card = card(&info);
        let filled = card.fill(&["https://x.example/a.jpg", "Tom", "10:30"].map(str::to_owned));
        assert_eq!(info.lacks(&filled), None);
        let bare = Template { header: Vec::new(), ..filled };
        assert!(matches!(info.lacks(&bare), Some(Lack::Missing(Slot { place: Place::File(_), .. }))));
    }
}
