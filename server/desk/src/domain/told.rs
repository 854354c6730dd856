//! What customers are told: which text, in which language, with what is known filled in.

use contract::team::{CustomerWords, TextKind};

/// How long a customer is not told the same again, in milliseconds.
pub const AGAIN_MS: i64 = 30 * 60_000;
/// The longest text, in characters.
pub const LONGEST: usize = 1024;

/// What is known at the moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// How long it takes, in minutes.
    pub minutes: Option<i64>,
    /// Who has it.
    pub name: Option<String>,
    /// When somebody writes back, or when it opens.
    pub when: Option<String>,
}

/// The text of a kind: the first list that has one, in the customer's language, else the one for everybody.
pub fn find<'a>(
    lists: &[&'a [CustomerWords]],
    kind: TextKind,
    language: Option<&str>,
) -> Option<&'a CustomerWords> {
    lists.iter().find_map(|list| {
        let of_kind = || list.iter().filter(|words| words.kind == kind);
        let fits = |words: &&CustomerWords, wanted: &str| {
            words.language.as_deref().is_some_and(|language| language.eq_ignore_ascii_case(wanted))
        };
        let exact = language.and_then(|wanted| of_kind().find(|words| fits(words, wanted)));
        let near = || {
            let wanted = language?.split(['-', '_']).next()?;
            of_kind().find(|words| fits(words, wanted))
        };
        exact.or_else(near).or_else(|| of_kind().find(|words| words.language.is_none()))
    })
}

/// A text with what is known filled in. A part in square brackets that holds something that is not known is left out;
/// nothing where the whole cannot be said.
pub fn fill(text: &str, known: &Known) -> Option<String> {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, part, after)) = bracket(rest) {
        filled.push_str(&put(before, known)?);
        if !holds_any(part) {
            filled.push('[');
            filled.push_str(part);
            filled.push(']');
        } else if let Some(part) = put(part, known) {
            filled.push_str(&part);
        }
        rest = after;
    }
    filled.push_str(&put(rest, known)?);
    let filled = filled.trim().to_owned();
    (!filled.is_empty()).then_some(filled)
}

fn bracket(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('[')?;
    let (part, after) = rest.split_once(']')?;
    Some((before, part, after))
}

const HOLDERS: [&str; 3] = ["{minutes}", "{name}", "{when}"];

fn holds_any(text: &str) -> bool {
    HOLDERS.iter().any(|holder| text.contains(holder))
}

fn put(text: &str, known: &Known) -> Option<String> {
    let values = [known.minutes.map(|minutes| minutes.to_string()), known.name.clone(), known.when.clone()];
    let mut filled = text.to_owned();
    for (holder, value) in HOLDERS.into_iter().zip(values) {
        if filled.contains(holder) {
            filled = filled.replace(holder, &value?);
        }
    }
    Some(filled)
}

/// What is wrong with texts that somebody wants to use, if anything is.
pub fn check(texts: &[CustomerWords]) -> Result<(), String> {
    for words in texts {
        let text = words.text.trim();
        if text.is_empty() || text.chars().count() > LONGEST {
            return Err(format!("A text for customers has 1 to {LONGEST} characters."));
        }
        let same = |other: &&CustomerWords| other.kind == words.kind && other.language == words.language;
        if texts.iter().filter(same).count() > 1 {
            return Err(format!("There are two texts for `{}` in one language.", words.kind.as_str()));
        }
    }
    Ok(())
}

/// Texts that lack a variant: every kind that is used has one for everybody, and every language that is used anywhere
/// has one of each kind.
pub fn missing(texts: &[CustomerWords], used: &[TextKind]) -> Vec<String> {
    let mut languages: Vec<&str> = texts.iter().filter_map(|words| words.language.as_deref()).collect();
    languages.sort_unstable();
    languages.dedup();
    let mut missing = Vec::new();
    for kind in TextKind::ALL {
        let has = |language: Option<&str>| {
            texts.iter().any(|words| words.kind == kind && words.language.as_deref() == language)
        };
        let any = texts.iter().any(|words| words.kind == kind);
        if (any || used.contains(&kind)) && !has(None) {
            missing.push(kind.as_str().to_owned());
        }
        if any {
            let without = languages.iter().filter(|language| !has(Some(language)));
            missing.extend(without.map(|language| format!("{} ({language})", kind.as_str())));
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(kind: TextKind, language: Option<&str>, text: &str) -> CustomerWords {
        CustomerWords { kind, language: language.map(str::to_owned), text: text.to_owned() }
    }

    #[test]
    fn a_text_is_found_in_the_customers_language_else_for_everybody() {
        let kind = TextKind::AgentAvailable;
        let team = [words(kind, Some("pt"), "ola"), words(kind, None, "hello")];
        let channel = [words(TextKind::Taken, None, "taken"), words(kind, Some("de"), "hallo")];
        let lists: [&[CustomerWords]; 2] = [&team, &channel];
        let found = |kind, language| find(&lists, kind, language).map(|words| words.text.as_str());
        assert_eq!(found(kind, Some("pt-BR")), Some("ola"));
        assert_eq!(found(kind, Some("DE")), Some("hello"), "the team's own goes before the channel's");
        assert_eq!(found(kind, None), Some("hello"));
        assert_eq!(found(TextKind::Taken, Some("de")), Some("taken"));
        assert_eq!(found(TextKind::Callback, None), None);
    }

    #[test]
    fn what_is_not_known_is_left_out_with_the_part_around_it() {
        let text = "Somebody comes[ in about {minutes} minutes]. [really]";
        let known = Known { minutes: Some(5), ..Known::default() };
        assert_eq!(fill(text, &known).as_deref(), Some("Somebody comes in about 5 minutes. [really]"));
        assert_eq!(fill(text, &Known::default()).as_deref(), Some("Somebody comes. [really]"));
        assert_eq!(fill("In {minutes} minutes.", &Known::default()), None);
        assert_eq!(fill("Odd ] and [ stay", &known).as_deref(), Some("Odd ] and [ stay"));
    }

    #[test]
    fn a_missing_variant_is_flagged() {
        let texts = [words(TextKind::Callback, Some("de"), "x"), words(TextKind::Taken, None, "y")];
        let missing = missing(&texts, &[TextKind::AfterHours]);
        assert_eq!(missing, ["after_hours", "callback", "taken (de)"]);
        assert!(check(&[texts[1].clone(), texts[1].clone()]).is_err());
    }
}
