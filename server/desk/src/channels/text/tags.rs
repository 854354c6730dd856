//! HTML's tags.

use super::entities;
use super::markdown::near;

/// A tag, or something that goes the same way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// Its name in lower case; empty for a comment.
    pub name: String,
    /// Whether it closes an element.
    pub closing: bool,
    /// Where a link leads.
    pub href: Option<String>,
    /// How many bytes it has; with a script or a style sheet, those as well.
    pub length: usize,
}

/// The names of HTML that are tags wherever they stand, in order. Any other has to look like a tag otherwise:
/// `<name>` may be a hint to the reader.
const NAMES: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "script",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "video",
    "wbr",
];

/// The tag at the start, or none where it is only a `<`.
pub(super) fn read(text: &str) -> Option<Tag> {
    let rest = near(text).strip_prefix('<')?;
    if let Some(comment) = rest.strip_prefix("!--") {
        return Some(nameless(4 + comment.find("-->")? + 3));
    }
    if rest.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("!doctype")) {
        return Some(nameless(1 + rest.find('>')? + 1));
    }
    let (closing, rest) = match rest.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let part_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == ':';
    let end = rest.find(|letter| !part_of_name(letter))?;
    let name = rest[..end].to_ascii_lowercase();
    if !name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return None;
    }
    let attributes = Attributes::read(&rest[end..])?;
    let length = near(text).len() - rest.len() + end + attributes.length;
    let known = NAMES.binary_search(&name.as_str()).is_ok();
    if !known && !closing && !attributes.telling && !closed(&text[length..], &name) {
        return None;
    }
    let hidden = if closing { 0 } else { hidden(&name, &text[length..]) };
    Some(Tag { name, closing, href: attributes.href, length: length + hidden })
}

/// Whether the name of a closing tag is HTML's; any other closes only what was opened.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok()
}

fn nameless(length: usize) -> Tag {
    Tag { name: String::new(), closing: false, href: None, length }
}

/// Where an element is closed again.
fn closing(text: &str, name: &str) -> Option<usize> {
    let close = format!("</{name}");
    let lower = near(text).to_ascii_lowercase();
    lower
        .find(&close)
        .filter(|at| !lower[at + close.len()..].starts_with(|next: char| next.is_ascii_alphanumeric()))
}

fn closed(text: &str, name: &str) -> bool {
    closing(text, name).is_some()
}

/// How many bytes of a script or a style sheet follow: nobody is meant to read them.
fn hidden(name: &str, text: &str) -> usize {
    match name {
        "script" | "style" | "head" => closing(text, name).unwrap_or(0),
        _ => 0,
    }
}

/// What stands in a tag behind its name.
struct Attributes {
    /// Where a link leads.
    href: Option<String>,
    /// Whether there is a value, or a slash at the end: then it is a tag, whatever its name.
    telling: bool,
    /// How many bytes they have, the end of the tag included.
    length: usize,
}

impl Attributes {
    /// Up to and including `>`. None where this is no tag.
    fn read(text: &str) -> Option<Attributes> {
        let (mut rest, mut href, mut telling) = (text, None, false);
        loop {
            let trimmed = rest.trim_start();
            if let Some(end) = trimmed.strip_prefix('>') {
                return Some(Attributes { href, telling, length: text.len() - end.len() });
            }
            if let Some(end) = trimmed.strip_prefix("/>") {
                return Some(Attributes { href, telling: true, length: text.len() - end.len() });
            }
            // Attributes stand apart from what is before them.
            if trimmed.len() == rest.len() {
                return None;
            }
            let ends =
                |letter: char| letter.is_whitespace() || matches!(letter, '=' | '>' | '/' | '<' | '"' | '\'');
            let end = trimmed.find(ends).filter(|end| *end > 0)?;
            let (name, after) = trimmed.split_at(end);
            rest = after;
            if let Some(value) = after.trim_start().strip_prefix('=') {
                let (value, after) = value_of(value.trim_start())?;
                if name.eq_ignore_ascii_case("href") {
                    href = Some(entities::decoded(value).trim().to_owned());
                }
                (rest, telling) = (after, true);
            }
        }
    }
}

/// A value, in quotes or without, and what follows it.
fn value_of(text: &str) -> Option<(&str, &str)> {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote);
        }
    }
    let end = text.find(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '<' | '"' | '\''))?;
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_in_order() {
        assert!(NAMES.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_tag_is_told_from_what_only_begins_like_one() {
        let read = |text: &str| read(text).map(|tag| (tag.name, tag.closing, tag.length));
        let tag = |name: &str, closing, length| Some((name.to_owned(), closing, length));
        assert_eq!(read("<B>x"), tag("b", false, 3));
        assert_eq!(read("</strong >x"), tag("strong", true, 10));
        assert_eq!(read("<br/>"), tag("br", false, 5));
        assert_eq!(read("<img src='a>b' alt=x hidden>y"), tag("img", false, 28));
        assert_eq!(read("<speak>Hi</speak>"), tag("speak", false, 7));
        assert_eq!(read("<break time=\"1s\"/>"), tag("break", false, 18));
        assert_eq!(read("<!-- a > b -->x"), tag("", false, 14));
        assert_eq!(read("<style>p { }</style>x"), tag("style", false, 12));
        for text in
            ["<3", "< b>", "<name>", "<b", "<b x=\"", "<a@example.org>", "<https://x.se>", "<b<i>>", "<>"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
