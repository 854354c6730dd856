//! The marks of Markdown that WhatsApp does not have.

/// How far the end of something is looked for, in bytes.
const FAR: usize = 8_192;

/// Something between marks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Span<'a> {
    /// WhatsApp's marks for it, the inner ones first.
    pub marks: &'static [&'static str],
    /// What is between them.
    pub inner: &'a str,
    /// How many bytes it has with its marks.
    pub length: usize,
}

/// A link or a picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link<'a> {
    /// Its text; may be empty.
    pub label: &'a str,
    /// Where it leads.
    pub address: &'a str,
    /// How many bytes it has.
    pub length: usize,
}

/// At most so many bytes of a text.
pub(super) fn near(text: &str) -> &str {
    &text[..text.floor_char_boundary(FAR)]
}

/// Bold or struck text at the start. The marks must touch what is between them and no word outside: `2 ** 3`,
/// `2**3**4` and `snake__case__name` are none, and WhatsApp would not show them as any either.
pub(super) fn span(before: Option<char>, text: &str) -> Option<Span<'_>> {
    let mark = text.chars().next()?;
    let run = text.len() - text.trim_start_matches(mark).len();
    let marks: &[&str] = match (mark, run) {
        ('*' | '_', 2) => &["*"],
        ('*' | '_', 3) => &["_", "*"],
        ('~', 2) => &["~"],
        _ => return None,
    };
    let touches =
        |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == mark);
    let rest = near(&text[run..]);
    if touches(before) || rest.starts_with(char::is_whitespace) {
        return None;
    }
    let paragraph = rest.find("\n\n").map_or(rest, |end| &rest[..end]);
    let (mut at, closing) = (0, &text[..run]);
    while let Some(found) = paragraph[at..].find(closing).map(|found| at + found) {
        let behind = &text[run + found..];
        let length = behind.len() - behind.trim_start_matches(mark).len();
        let inner = &paragraph[..found];
        let closes = length == run && !inner.is_empty() && !inner.ends_with(char::is_whitespace);
        if closes && !touches(behind[run..].chars().next()) {
            return Some(Span { marks, inner, length: run + found + run });
        }
        at = (found + length).min(paragraph.len());
    }
    None
}

/// `[text](address)` or `![text](address)` at the start, with or without a title.
pub(super) fn link(text: &str) -> Option<Link<'_>> {
    let text = near(text);
    let inner = text.strip_prefix('!').unwrap_or(text).strip_prefix('[')?;
    let end = balanced(inner, ('[', ']'))?;
    let label = &inner[..end];
    let target = inner[end + 1..].strip_prefix('(')?;
    let close = balanced(target, ('(', ')'))?;
    let (address, title) = match target[..close].trim().split_once(char::is_whitespace) {
        Some((address, title)) => (address, Some(title.trim())),
        None => (target[..close].trim(), None),
    };
    let quoted =
        |title: &str| title.len() >= 2 && title.starts_with(['"', '\'']) && title.ends_with(['"', '\'']);
    let address = address.strip_prefix('<').and_then(|inner| inner.strip_suffix('>')).unwrap_or(address);
    let fits = !address.is_empty() && title.is_none_or(quoted) && !label.contains("\n\n");
    let length = text.len() - target.len() + close + 1;
    fits.then_some(Link { label, address, length })
}

/// Where what was opened before the text is closed.
fn balanced(text: &str, (open, close): (char, char)) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        if letter == open {
            depth += 1;
        } else if letter == close {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some(at),
            }
        }
    }
    None
}

/// How many bytes of code between back-ticks stand at the start; none where it does not end.
pub(super) fn code(text: &str) -> Option<usize> {
    let (fence, far) = match text.starts_with("```") {
        true => (3, text),
        false => (1, text.split('\n').next().unwrap_or(text)),
    };
    let inner = far.get(fence..)?;
    let end = inner.find(&text[..fence])?;
    (end > 0).then_some(fence + end + fence)
}
