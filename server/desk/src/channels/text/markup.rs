//! Markdown and HTML in WhatsApp's markup: one pass over the text, into one that grows.

use super::tags::{self, Tag};
use super::{entities, markdown};

/// How deep marks may lie in each other; deeper ones stay as they are.
const DEEPEST: usize = 8;

/// See [`super::to_whatsapp`].
pub(super) fn to_whatsapp(text: &str) -> String {
    let mut writer = Writer::default();
    writer.write(text, 0);
    writer.close_down_to(0);
    match writer.blocks {
        true => writer.out.trim_matches(['\n', '\r', ' ', '\t']).to_owned(),
        false => writer.out,
    }
}

/// An element that is open.
struct Open {
    /// Its name.
    name: String,
    /// Where what is in it begins.
    start: usize,
    /// What becomes of it.
    kind: Kind,
}

enum Kind {
    /// Marks around it.
    Marks(&'static str),
    /// A link to somewhere.
    Link(String),
    /// A list; with numbers, the last one that was given.
    List(Option<u32>),
    /// Nothing: only its tags are left out.
    Plain,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Skip {
    #[default]
    Nothing,
    /// Up to the end of its line.
    Line,
    /// All of it.
    All,
}

#[derive(Default)]
struct Writer {
    out: String,
    open: Vec<Open>,
    /// Open elements below this belong to what is around a span, and cannot be closed in it.
    base: usize,
    /// Nothing before this may change any more.
    floor: usize,
    /// White space that follows and is only that of the HTML.
    skip: Skip,
    /// Whether there was anything that made lines.
    blocks: bool,
}

impl Writer {
    fn write(&mut self, text: &str, depth: usize) {
        let mut rest = text;
        while let Some(at) = rest.find(['<', '&', '[', '!', '*', '_', '~', '`']) {
            self.plain(&rest[..at]);
            let before = rest[..at].chars().next_back().or_else(|| self.out.chars().next_back());
            rest = &rest[at..];
            let taken = self.special(before, rest, depth);
            rest = &rest[taken..];
        }
        self.plain(rest);
    }

    /// Writes what the special character at the start begins, if it begins anything; how many bytes it was.
    fn special(&mut self, before: Option<char>, rest: &str, depth: usize) -> usize {
        let word = before.is_some_and(char::is_alphanumeric);
        let code = self.in_code();
        match rest.as_bytes()[0] {
            b'<' => {
                let tag = tags::read(rest).filter(|tag| self.is_tag(tag));
                if let Some(tag) = tag {
                    self.tag(&tag, rest[tag.length..].chars().next());
                    return tag.length;
                }
            }
            b'&' => {
                if let Some((letter, length)) = entities::read(rest) {
                    self.plain(letter.encode_utf8(&mut [0; 4]));
                    return length;
                }
            }
            b'`' => {
                let run = rest.len() - rest.trim_start_matches('`').len();
                let length = markdown::code(rest).unwrap_or(run);
                self.plain(&rest[..length]);
                return length;
            }
            b'[' | b'!' if depth < DEEPEST && !word && !code => {
                if let Some(link) = markdown::link(rest) {
                    let start = self.begin();
                    self.inside(link.label, depth);
                    self.link(start, link.address);
                    return link.length;
                }
            }
            b'*' | b'_' | b'~' if depth < DEEPEST && !code => {
                if let Some(span) = markdown::span(before, rest) {
                    let start = self.begin();
                    self.inside(span.inner, depth);
                    span.marks.iter().for_each(|mark| self.mark(start, mark));
                    return span.length;
                }
            }
            _ => {}
        }
        let first = &rest[..1];
        let run = rest.len() - rest.trim_start_matches(first).len();
        // Marks that are no marks stay together, so that their rest is not taken for any.
        let length = if "*_~".contains(first) { run } else { 1 };
        self.plain(&rest[..length]);
        length
    }

    /// Where the next thing is written.
    fn begin(&mut self) -> usize {
        self.skip = Skip::Nothing;
        self.out.len()
    }

    /// Writes what is between marks. What was opened before cannot be closed in it.
    fn inside(&mut self, text: &str, depth: usize) {
        let (base, floor) = (self.base, self.floor);
        (self.base, self.floor) = (self.open.len(), self.out.len());
        self.write(text, depth + 1);
        self.close_down_to(self.base);
        (self.base, self.floor) = (base, floor);
    }

    fn plain(&mut self, text: &str) {
        let text = match self.skip {
            Skip::Nothing => text,
            Skip::All => text.trim_start_matches([' ', '\t', '\r', '\n']),
            Skip::Line => {
                let rest = text.trim_start_matches([' ', '\t', '\r']);
                rest.strip_prefix('\n').unwrap_or(rest)
            }
        };
        if !text.is_empty() {
            self.skip = Skip::Nothing;
            self.out.push_str(text);
        }
    }

    /// A closing tag of no element of HTML counts only where there is something to close.
    fn is_tag(&self, tag: &Tag) -> bool {
        !tag.closing || tags::is_known(&tag.name) || self.open.iter().any(|open| open.name == tag.name)
    }

    fn tag(&mut self, tag: &Tag, next: Option<char>) {
        let name = tag.name.as_str();
        if name == "br" {
            self.trim_line();
            self.out.push('\n');
            (self.blocks, self.skip) = (true, Skip::Line);
            return;
        }
        if tag.closing {
            self.close(name, next);
            self.lines(around(name));
            return;
        }
        self.lines(around(name));
        match name {
            "li" => {
                let item = self.item();
                self.out.push_str(&item);
            }
            "td" | "th" if !self.out.is_empty() && !self.out.ends_with(char::is_whitespace) => {
                self.out.push(' ');
            }
            _ => {}
        }
        let kind = match name {
            "b" | "strong" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Marks("*"),
            "i" | "em" => Kind::Marks("_"),
            "s" | "strike" | "del" => Kind::Marks("~"),
            "code" | "pre" | "tt" | "kbd" if !self.in_code() => Kind::Marks("```"),
            "a" => tag.href.clone().filter(|href| leads_somewhere(href)).map_or(Kind::Plain, Kind::Link),
            "ul" => Kind::List(None),
            "ol" => Kind::List(Some(0)),
            // Nothing ever closes these.
            "" | "img" | "hr" | "input" | "wbr" | "col" => return,
            _ => Kind::Plain,
        };
        self.open.push(Open { name: name.to_owned(), start: self.out.len(), kind });
    }

    fn in_code(&self) -> bool {
        self.open.iter().any(|open| matches!(open.kind, Kind::Marks("```")))
    }

    /// The mark of the next item of the innermost list.
    fn item(&mut self) -> String {
        let list = self.open.iter_mut().rev().find_map(|open| match &mut open.kind {
            Kind::List(number) => Some(number),
            _ => None,
        });
        match list {
            Some(Some(number)) => {
                *number += 1;
                format!("{number}. ")
            }
            _ => "- ".to_owned(),
        }
    }

    /// Sees to it that a new line begins here, or (with two) a paragraph. Nothing begins with empty lines.
    fn lines(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        self.trim_line();
        (self.blocks, self.skip) = (true, Skip::All);
        let there = self.out.len() - self.out.trim_end_matches('\n').len();
        if !self.out.trim().is_empty() {
            self.out.push_str(&"\n".repeat(count.saturating_sub(there)));
        }
    }

    /// Takes spaces off the end, as far as nothing begins in them.
    fn trim_line(&mut self) {
        let floor = self.open.last().map_or(0, |open| open.start).max(self.floor);
        while self.out.len() > floor && self.out.ends_with([' ', '\t']) {
            self.out.pop();
        }
    }

    /// Closes the innermost element of a name, and what is open in it.
    fn close(&mut self, name: &str, next: Option<char>) {
        let found = self.open[self.base..].iter().rposition(|open| open.name == name);
        let Some(at) = found.map(|found| self.base + found) else { return };
        self.close_down_to(at + 1);
        let Some(open) = self.open.pop() else { return };
        match open.kind {
            // In the middle of a word WhatsApp would show the marks themselves.
            Kind::Marks(mark) => {
                let (outside, content) = self.out.split_at(open.start);
                let word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
                let before = word(outside.chars().next_back()) && word(content.chars().next());
                let behind = word(next) && word(content.chars().next_back());
                if !before && !behind {
                    self.mark(open.start, mark);
                }
            }
            Kind::Link(address) => self.link(open.start, &address),
            Kind::List(_) | Kind::Plain => {}
        }
    }

    /// Closes what nobody has closed: links keep their address, marks are left out.
    fn close_down_to(&mut self, count: usize) {
        while self.open.len() > count {
            if let Some(Open { start, kind: Kind::Link(address), .. }) = self.open.pop() {
                self.link(start, &address);
            }
        }
    }

    /// Puts marks around what was written since: on every line, for WhatsApp's do not reach over one.
    fn mark(&mut self, start: usize, mark: &str) {
        let content = self.out.split_off(start);
        if mark == "```" {
            let inner = content.trim_matches('\n');
            let bare = inner.trim().is_empty() || inner.contains(mark);
            self.out.push_str(&if bare { content } else { format!("{mark}{inner}{mark}") });
            return;
        }
        for (at, line) in content.split('\n').enumerate() {
            if at > 0 {
                self.out.push('\n');
            }
            let words = line.trim();
            let marked = words.len() > 2 && words.starts_with(mark) && words.ends_with(mark);
            if words.is_empty() || marked {
                self.out.push_str(line);
                continue;
            }
            let indent = line.len() - line.trim_start().len();
            self.out.push_str(&line[..indent]);
            self.out.push_str(mark);
            self.out.push_str(words);
            self.out.push_str(mark);
            self.out.push_str(&line[indent + words.len()..]);
        }
    }

    /// Puts an address behind the text of its link; alone where they are the same.
    fn link(&mut self, start: usize, address: &str) {
        let shown =
            ["mailto:", "tel:"].iter().find_map(|scheme| address.strip_prefix(scheme)).unwrap_or(address);
        let label = self.out[start..].trim();
        let bare = |text: &str| {
            text.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
        };
        if label.is_empty() || bare(label) == bare(shown) {
            self.out.truncate(start);
            self.out.push_str(shown);
            return;
        }
        let end = start + self.out[start..].trim_end().len();
        let behind = self.out.split_off(end);
        self.out.push_str(&format!(" ({shown})"));
        self.out.push_str(&behind);
    }
}

/// Whether a link can be shown: one that leads into the page or runs a script is only its text.
fn leads_somewhere(href: &str) -> bool {
    let lower = href.to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme));
    known && !href.contains(char::is_whitespace)
}

/// How many line breaks stand before and behind an element.
fn around(name: &str) -> usize {
    match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => 2,
        "li" | "address" | "article" | "aside" | "blockquote" | "caption" | "dd" | "div" | "dl" | "dt"
        | "figcaption" | "figure" | "footer" | "form" | "header" | "hr" | "main" | "nav" | "ol" | "pre"
        | "section" | "table" | "tr" | "ul" => 1,
        _ => 0,
    }
}
