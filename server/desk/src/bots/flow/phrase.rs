//! Texts with their gaps filled, as messages.

use std::collections::BTreeMap;

use contract::Body;
use contract::message::{Choice, Section};

use super::definition::Say;

/// Characters of a text without choices, at most (WhatsApp's own limit).
pub const TEXT: usize = 4096;
/// Characters of a text with choices, at most.
pub const TEXT_WITH_CHOICES: usize = 1024;
/// Choices that can be buttons.
pub const BUTTONS: usize = 3;
/// Choices of a menu, at most.
pub const ROWS: usize = 10;
/// Characters of a button's label, at most.
pub const BUTTON_TITLE: usize = 20;
/// Characters of a row's title, at most.
pub const ROW_TITLE: usize = 24;
/// Characters of a row's second line, at most.
pub const ROW_DESCRIPTION: usize = 72;
/// Characters of a name or an answer that a text quotes, at most.
const QUOTED: usize = 60;

/// What fills the gaps of a text.
pub struct Gaps<'a> {
    /// What the customer calls themself.
    pub name: Option<&'a str>,
    /// What was answered, slot by slot.
    pub slots: &'a BTreeMap<String, String>,
}

impl Gaps<'_> {
    /// The text with its gaps filled. A gap that cannot be filled goes, together with the comma and the spaces
    /// before it: "Hello, {name}!" becomes "Hello!".
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, key, after)) = next_gap(rest) {
            filled.push_str(before);
            match self.value(key) {
                Some(value) => filled.push_str(&value),
                None => filled.truncate(filled.trim_end_matches([' ', ',']).len()),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, key: &str) -> Option<String> {
        let value = match key {
            "name" => self.name?,
            slot => self.slots.get(slot)?,
        };
        let value = shortened(value, QUOTED);
        (!value.is_empty()).then_some(value)
    }

    /// As a message.
    pub fn say(&self, say: &Say) -> Body {
        let limit = if say.choices.is_empty() { TEXT } else { TEXT_WITH_CHOICES };
        let text = cut(&self.fill(&say.text.own), limit);
        if say.choices.is_empty() {
            return Body::text(text);
        }
        let choices = say.choices.iter().map(|choice| Choice {
            id: choice.entry.clone(),
            title: choice.title.own.clone(),
            description: choice.description.as_ref().map(|text| text.own.clone()),
        });
        if is_menu(say) {
            let button = say.menu.as_ref().map_or_else(|| "Choose".to_owned(), |menu| menu.own.clone());
            let sections = vec![Section { title: None, rows: choices.collect() }];
            return Body::List { text, header: None, footer: None, button, sections };
        }
        let buttons = choices.map(|choice| Choice { description: None, ..choice }).collect();
        Body::Buttons { text, header: None, footer: None, buttons }
    }
}

/// Whether the choices are a menu rather than buttons.
pub fn is_menu(say: &Say) -> bool {
    say.menu.is_some() || say.choices.len() > BUTTONS
}

/// One line of at most so many characters, without control characters.
pub fn shortened(text: &str, limit: usize) -> String {
    let line: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let line = line.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if line.chars().count() <= limit {
        return line;
    }
    format!("{}…", cut(&line, limit.saturating_sub(1)).trim_end())
}

/// The first so many characters.
pub fn cut(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

/// The text before the next gap, the gap's key and the text after it.
fn next_gap(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('{') {
        let open = from + open;
        let close = open + text[open..].find('}')?;
        let key = &text[open + 1..close];
        if is_key(key) {
            return Some((&text[..open], key, &text[close + 1..]));
        }
        from = open + 1;
    }
    None
}

/// Whether this can name a slot or an entry.
pub fn is_key(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    (1..=64).contains(&word.len()) && word.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str, name: Option<&str>) -> String {
        let slots = BTreeMap::from([("order_number".to_owned(), "A-1".to_owned())]);
        Gaps { name, slots: &slots }.fill(text)
    }

    #[test]
    fn gaps_are_filled_with_the_name_and_the_answers() {
        assert_eq!(fill("Hello, {name}! Order {order_number}.", Some("Ada")), "Hello, Ada! Order A-1.");
    }

    #[test]
    fn a_gap_that_cannot_be_filled_leaves_no_trace() {
        assert_eq!(fill("Hello, {name}!", None), "Hello!");
        assert_eq!(fill("Hello {name}!", Some(" \u{7} ")), "Hello!");
        assert_eq!(fill("{unknown}", None), "");
    }

    #[test]
    fn braces_that_are_no_gap_stay() {
        assert_eq!(fill("{ {} {A b} {name", Some("Ada")), "{ {} {A b} {name");
        assert_eq!(fill("{{name}}", Some("Ada")), "{Ada}");
    }

    #[test]
    fn a_name_cannot_bring_gaps_or_lines_of_its_own() {
        assert_eq!(fill("Hi {name}.", Some("{order_number}\nBye")), "Hi {order_number} Bye.");
    }

    #[test]
    fn a_long_text_is_shortened_at_a_character() {
        assert_eq!(shortened("ééééé", 3), "éé…");
        assert_eq!(shortened("  a \n b ", 10), "a b");
    }
}
