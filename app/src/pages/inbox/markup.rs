//! WhatsApp's own markup: `*bold*`, `_italic_`, `~struck~`, fenced or single-quoted code, quotes, lists, and
//! links. Text goes to a small tree and from there to elements; it never becomes HTML on the way.

use leptos::prelude::*;

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// `*…*`
    Bold(Vec<Piece>),
    /// `_…_`
    Italic(Vec<Piece>),
    /// `~…~`
    Struck(Vec<Piece>),
    /// Code, exactly as typed.
    Mono(String),
    /// Where it leads, and how it is written.
    Link(String, String),
}

/// A line or a block of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A line.
    Line(Vec<Piece>),
    /// `> …`
    Quote(Vec<Piece>),
    /// `* …` or `- …`
    Bullet(Vec<Piece>),
    /// `1. …`, with its number as typed.
    Numbered(String, Vec<Piece>),
    /// Fenced code over several lines.
    Code(String),
}

/// Reads a message.
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("```") {
        let after = &rest[start + 3..];
        let Some(end) = after.find("```").filter(|end| after[..*end].contains('\n')) else { break };
        lines(rest[..start].trim_end_matches('\n'), &mut blocks);
        blocks.push(Block::Code(after[..end].trim_matches('\n').to_owned()));
        rest = after[end + 3..].strip_prefix('\n').unwrap_or(&after[end + 3..]);
    }
    lines(rest, &mut blocks);
    blocks
}

fn lines(text: &str, blocks: &mut Vec<Block>) {
    if text.is_empty() {
        return;
    }
    for line in text.split('\n') {
        let bullet = line.strip_prefix("* ").or_else(|| line.strip_prefix("- "));
        blocks.push(match (line.strip_prefix("> "), bullet, numbered(line)) {
            (Some(quote), _, _) => Block::Quote(pieces(quote)),
            (_, Some(item), _) => Block::Bullet(pieces(item)),
            (_, _, Some((number, item))) => Block::Numbered(number.to_owned(), pieces(item)),
            _ => Block::Line(pieces(line)),
        });
    }
}

fn numbered(line: &str) -> Option<(&str, &str)> {
    let (number, item) = line.split_once(". ")?;
    let short = (1..=2).contains(&number.len());
    (short && number.bytes().all(|byte| byte.is_ascii_digit())).then_some((number, item))
}

/// Reads one line.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        let opens = text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        let found = opens.then(|| styled(rest).or_else(|| link(rest))).flatten();
        match found {
            Some((piece, length)) => {
                if !plain.is_empty() {
                    out.push(Piece::Text(std::mem::take(&mut plain)));
                }
                out.push(piece);
                at += length;
            }
            None => {
                plain.push(next);
                at += next.len_utf8();
            }
        }
    }
    if !plain.is_empty() {
        out.push(Piece::Text(plain));
    }
    out
}

fn styled(text: &str) -> Option<(Piece, usize)> {
    if let Some(code) = text.strip_prefix("```") {
        let end = code.find("```").filter(|end| *end > 0)?;
        return Some((Piece::Mono(code[..end].to_owned()), end + 6));
    }
    let mark = text.chars().next().filter(|mark| matches!(mark, '*' | '_' | '~' | '`'))?;
    let inner = &text[1..];
    let end = closing(inner, mark)?;
    let piece = match mark {
        '*' => Piece::Bold(pieces(&inner[..end])),
        '_' => Piece::Italic(pieces(&inner[..end])),
        '~' => Piece::Struck(pieces(&inner[..end])),
        _ => Piece::Mono(inner[..end].to_owned()),
    };
    Some((piece, end + 2))
}

/// Where the mark closes: not after a space, and not before a letter or digit.
fn closing(inner: &str, mark: char) -> Option<usize> {
    if inner.chars().next().is_none_or(char::is_whitespace) {
        return None;
    }
    inner.match_indices(mark).map(|(at, _)| at).find(|at| {
        let before = inner[..*at].chars().next_back();
        let after = inner[at + 1..].chars().next();
        before.is_some_and(|before| !before.is_whitespace())
            && after.is_none_or(|after| !after.is_alphanumeric())
    })
}

fn link(text: &str) -> Option<(Piece, usize)> {
    let head: String = text.chars().take(8).collect::<String>().to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:", "tel:", "www."];
    let start = known.into_iter().find(|start| head.starts_with(start))?;
    let stop = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"');
    let end = text.find(stop).unwrap_or(text.len());
    let written = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '~', '\'']);
    // A closing bracket belongs to the sentence, unless the address opened one.
    let written = match written.strip_suffix(')') {
        Some(shorter) if !shorter.contains('(') => shorter,
        _ => written,
    };
    if written.len() <= start.len() {
        return None;
    }
    let target = if start == "www." { format!("https://{written}") } else { written.to_owned() };
    Some((Piece::Link(target, written.to_owned()), written.len()))
}

/// Whether an address may be a link: nothing but the web, mail and telephone.
pub fn safe(address: &str) -> bool {
    let head: String = address.chars().take(8).collect::<String>().to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"].into_iter().any(|start| head.starts_with(start))
}

/// A text with its markup.
#[component]
pub fn Marked(
    /// The text as it was sent.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let blocks = parse(&text);
    view! { <div class="marked">{blocks.into_iter().map(block_view).collect_view()}</div> }
}

fn block_view(block: Block) -> AnyView {
    match block {
        Block::Line(pieces) if pieces.is_empty() => view! { <p class="marked__gap"></p> }.into_any(),
        Block::Line(pieces) => view! { <p>{pieces_view(pieces)}</p> }.into_any(),
        Block::Quote(pieces) => view! { <blockquote>{pieces_view(pieces)}</blockquote> }.into_any(),
        Block::Bullet(pieces) => {
            view! { <p class="marked__item"><span aria-hidden="true">"•"</span><span>{pieces_view(pieces)}</span></p> }
                .into_any()
        }
        Block::Numbered(number, pieces) => {
            view! { <p class="marked__item"><span>{number} "."</span><span>{pieces_view(pieces)}</span></p> }
                .into_any()
        }
        Block::Code(code) => view! { <pre>{code}</pre> }.into_any(),
    }
}

fn pieces_view(pieces: Vec<Piece>) -> AnyView {
    pieces.into_iter().map(piece_view).collect_view().into_any()
}

fn piece_view(piece: Piece) -> AnyView {
    match piece {
        Piece::Text(text) => text.into_any(),
        Piece::Bold(inner) => view! { <strong>{pieces_view(inner)}</strong> }.into_any(),
        Piece::Italic(inner) => view! { <em>{pieces_view(inner)}</em> }.into_any(),
        Piece::Struck(inner) => view! { <s>{pieces_view(inner)}</s> }.into_any(),
        Piece::Mono(code) => view! { <code>{code}</code> }.into_any(),
        Piece::Link(target, written) => outside(target, written),
    }
}

/// A link that leaves the desk.
pub fn outside(target: String, written: String) -> AnyView {
    if !safe(&target) {
        return written.into_any();
    }
    view! { <a href=target target="_blank" rel="noopener noreferrer nofollow">{written}</a> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn marks_make_bold_italic_struck_and_code() {
        assert_eq!(
            pieces("a *b* _c_ ~d~ ```e``` `f`"),
            vec![
                text("a "),
                Piece::Bold(vec![text("b")]),
                text(" "),
                Piece::Italic(vec![text("c")]),
                text(" "),
                Piece::Struck(vec![text("d")]),
                text(" "),
                Piece::Mono("e".to_owned()),
                text(" "),
                Piece::Mono("f".to_owned()),
            ]
        );
    }

    #[test]
    fn marks_nest() {
        let inner = vec![text("so "), Piece::Italic(vec![text("very")]), text(" much")];
        assert_eq!(pieces("*so _very_ much*"), vec![Piece::Bold(inner)]);
    }

    #[test]
    fn what_only_looks_like_a_mark_stays_text() {
        for plain in ["2 * 3 * 4", "snake_case_name", "* not bold*", "*open", "5*6*7", "~ 10", "**"] {
            assert_eq!(pieces(plain), vec![text(plain)], "{plain}");
        }
    }

    #[test]
    fn links_are_the_web_mail_and_telephone_only() {
        assert_eq!(
            pieces("see https://example.org/a_b_c?x=1, or www.example.org."),
            vec![
                text("see "),
                Piece::Link(
                    "https://example.org/a_b_c?x=1".to_owned(),
                    "https://example.org/a_b_c?x=1".to_owned()
                ),
                text(", or "),
                Piece::Link("https://www.example.org".to_owned(), "www.example.org".to_owned()),
                text("."),
            ]
        );
        assert_eq!(pieces("javascript:alert(1)"), vec![text("javascript:alert(1)")]);
        assert!(!safe("javascript:alert(1)"));
        assert!(!safe("data:text/html,x"));
        assert!(safe("HTTPS://EXAMPLE.ORG"));
    }

    #[test]
    fn a_bracket_around_a_link_is_not_part_of_it() {
        let target = "https://example.org".to_owned();
        assert_eq!(
            pieces("(https://example.org)"),
            vec![text("("), Piece::Link(target.clone(), target), text(")")]
        );
    }

    #[test]
    fn lines_become_quotes_lists_and_code() {
        assert_eq!(
            parse("> q\n* a\n- b\n1. c\n\nd\n```\nx *y*\n```\ne"),
            vec![
                Block::Quote(vec![text("q")]),
                Block::Bullet(vec![text("a")]),
                Block::Bullet(vec![text("b")]),
                Block::Numbered("1".to_owned(), vec![text("c")]),
                Block::Line(vec![]),
                Block::Line(vec![text("d")]),
                Block::Code("x *y*".to_owned()),
                Block::Line(vec![text("e")]),
            ]
        );
    }

    #[test]
    fn any_text_is_read_without_panic_and_nothing_is_lost_of_plain_text() {
        for odd in ["", "\n", "😀*é*", "```", "``` ```", "*_~`", "_*a_*", "👩‍👩‍👧 *x*y", "www.", "`"]
        {
            drop(parse(odd));
        }
        assert_eq!(pieces("Grüße, 你好"), vec![text("Grüße, 你好")]);
    }
}
