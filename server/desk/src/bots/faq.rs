//! What a bot may answer from: whether it can be used, and names for entries that have none.

use std::collections::BTreeSet;

use contract::bots::FaqEntry;

/// The first thing that is wrong: at which field, and what.
pub fn wrong(entries: &[FaqEntry]) -> Option<(String, String)> {
    if entries.len() > FaqEntry::MOST {
        return Some(("entries".to_owned(), format!("There are at most {} entries", FaqEntry::MOST)));
    }
    let mut known = BTreeSet::new();
    for (at, entry) in entries.iter().enumerate() {
        let at = |field: &str, why: String| Some((format!("entries.{at}.{field}"), why));
        let (title, text) = (entry.title.trim().chars().count(), entry.text.trim().chars().count());
        if title == 0 {
            return at("title", "An entry's title is missing".to_owned());
        }
        if title > FaqEntry::TITLE {
            return at("title", format!("A title has at most {} characters", FaqEntry::TITLE));
        }
        if text == 0 {
            return at("text", "An entry's text is missing".to_owned());
        }
        if text > FaqEntry::TEXT {
            return at("text", format!("A text has at most {} characters", FaqEntry::TEXT));
        }
        if !super::flow::is_key(&entry.id) {
            let why =
                format!("“{}” is no name of an entry: use lower-case letters, digits, _ and -", entry.id);
            return at("title", why);
        }
        if !known.insert(&entry.id) {
            return at("title", format!("Two entries are named {}", entry.id));
        }
    }
    let all: usize =
        entries.iter().map(|entry| entry.title.chars().count() + entry.text.chars().count()).sum();
    (all > FaqEntry::ALL).then(|| {
        let why = format!("All entries together have at most {} characters", FaqEntry::ALL);
        ("entries".to_owned(), why)
    })
}

/// Entries without what nobody sees, each with a name of its own. A name that there is stays: the model knows it.
pub fn named(entries: Vec<FaqEntry>) -> Vec<FaqEntry> {
    let plain = |text: &str| text.replace('\0', "").trim().to_owned();
    let mut entries: Vec<FaqEntry> = entries
        .into_iter()
        .map(|entry| FaqEntry { id: plain(&entry.id), title: plain(&entry.title), text: plain(&entry.text) })
        .collect();
    let mut taken: BTreeSet<String> = entries.iter().map(|entry| entry.id.clone()).collect();
    for entry in entries.iter_mut().filter(|entry| entry.id.is_empty()) {
        let base = slug(&entry.title);
        let numbered = (2..).map(|n| format!("{base}-{n}"));
        let free = std::iter::once(base.clone()).chain(numbered).find(|id| !taken.contains(id));
        entry.id = free.unwrap_or(base);
        taken.insert(entry.id.clone());
    }
    entries
}

fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
        if slug.len() >= 40 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "entry".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, title: &str) -> FaqEntry {
        FaqEntry { id: id.to_owned(), title: title.to_owned(), text: "Some text.".to_owned() }
    }

    #[test]
    fn names_are_made_from_titles_and_are_never_the_same() {
        let entries = named(vec![
            entry("", "Opening hours!"),
            entry("opening-hours-2", "x"),
            entry("", " Opening hours "),
            entry("", "Öffnung?"),
            entry("", "営業"),
        ]);
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["opening-hours", "opening-hours-2", "opening-hours-3", "ffnung", "entry"]);
        assert_eq!(wrong(&entries), None);
    }

    #[test]
    fn what_is_wrong_is_told_at_its_field() {
        let long = FaqEntry { text: "x".repeat(4_001), ..entry("b", "B") };
        let heavy: Vec<FaqEntry> =
            (0..20).map(|n| FaqEntry { text: "x".repeat(3_500), ..entry(&format!("e{n}"), "T") }).collect();
        let many: Vec<FaqEntry> = (0..101).map(|n| entry(&format!("e{n}"), "T")).collect();
        for (entries, field) in [
            (vec![entry("a", "A"), entry("b", " ")], "entries.1.title"),
            (vec![entry("a", "A"), long], "entries.1.text"),
            (vec![entry("a", "A"), entry("a", "B")], "entries.1.title"),
            (vec![entry("No Key", "A")], "entries.0.title"),
            (heavy, "entries"),
            (many, "entries"),
        ] {
            assert_eq!(wrong(&entries).map(|(field, _)| field).as_deref(), Some(field));
        }
    }
}
