//! Cutting a long text into parts.

use contract::capability::TextUnit;
use unicode_segmentation::UnicodeSegmentation;

/// The number of a part must leave room for this many times its own length, or parts are not numbered.
const ROOM_FOR_NUMBER: usize = 4;

/// See [`super::split`].
pub(super) fn split(text: &str, most: usize, unit: TextUnit) -> Vec<String> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    if unit.count(text) <= most {
        return vec![text.to_owned()];
    }
    let pieces = pieces(text, most, unit);
    let longest = pieces.iter().map(|piece| piece.size).max().unwrap_or(0);
    let plain = cut(text, &pieces, most);
    if plain.len() <= 2 {
        return plain.into_iter().map(str::to_owned).collect();
    }
    for digits in 1..=5 {
        // A space, two brackets, a slash and two numbers. They are not worth cutting an address for.
        let reserve = 4 + 2 * digits;
        if reserve * ROOM_FOR_NUMBER > most || longest > most - reserve {
            break;
        }
        let parts = cut(text, &pieces, most - reserve);
        if parts.len().to_string().len() <= digits {
            let count = parts.len();
            return parts.iter().zip(1..).map(|(part, at)| format!("{part} ({at}/{count})")).collect();
        }
    }
    plain.into_iter().map(str::to_owned).collect()
}

/// Something that is not cut: a grapheme cluster or a web address; where that is too long for a part, a piece.
struct Piece<'a> {
    text: &'a str,
    size: usize,
    white: bool,
}

impl<'a> Piece<'a> {
    fn of(text: &'a str, unit: TextUnit) -> Piece<'a> {
        // A space with an accent on it is something to be seen, so the whole cluster counts.
        Piece { text, size: unit.count(text), white: text.chars().all(char::is_whitespace) }
    }
}

/// A text as what is not cut.
fn pieces(text: &str, most: usize, unit: TextUnit) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut boundary = true;
    while let Some(cluster) = rest.graphemes(true).next() {
        let address = if boundary { web_address(rest) } else { 0 };
        let whole = Piece::of(&rest[..address.max(cluster.len())], unit);
        let taken = if whole.size <= most { whole.text.len() } else { cluster.len() };
        let piece = Piece::of(&rest[..taken], unit);
        boundary = !rest[..taken].ends_with(char::is_alphanumeric);
        match piece.size <= most {
            true => pieces.push(piece),
            false => {
                let letters = cluster.char_indices();
                let letter = |(at, letter): (usize, char)| &cluster[at..at + letter.len_utf8()];
                pieces.extend(letters.map(|found| Piece::of(letter(found), unit)));
            }
        }
        rest = &rest[taken..];
    }
    pieces
}

/// How many bytes of a web address stand at the start. It ends at white space and at what delimits one.
fn web_address(text: &str) -> usize {
    let starts = |word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if !(starts("https://") || starts("http://") || starts("www.")) {
        return 0;
    }
    let ends = |cluster: &str| {
        cluster.contains(|letter: char| letter.is_whitespace() || matches!(letter, '<' | '>' | '"'))
    };
    text.graphemes(true).take_while(|cluster| !ends(cluster)).map(str::len).sum()
}

/// The parts, without white space around them except before the first and behind the last.
fn cut<'a>(text: &'a str, pieces: &[Piece<'_>], most: usize) -> Vec<&'a str> {
    let mut starts = Vec::with_capacity(pieces.len() + 1);
    starts.push(0);
    for piece in pieces {
        starts.push(starts.last().copied().unwrap_or(0) + piece.text.len());
    }
    let (mut parts, mut from) = (Vec::new(), 0);
    while from < pieces.len() {
        let mut size = 0;
        let fits = pieces[from..].iter().take_while(|piece| {
            size += piece.size;
            size <= most
        });
        // A code point of two units does not fit into a part of one; it goes all the same.
        let end = (from + fits.count()).max(from + 1);
        let to = if end == pieces.len() { end } else { best_cut(pieces, from, end, most) };
        let filled = (from..to).rev().find(|at| !pieces[*at].white).map_or(from, |at| at + 1);
        let last = to == pieces.len();
        if filled > from {
            parts.push(&text[starts[from]..starts[if last { to } else { filled }]]);
        }
        from = (to..pieces.len()).find(|at| !pieces[*at].white).unwrap_or(pieces.len());
    }
    parts
}

/// Where to cut between `from` and `end`, the last place that fits.
fn best_cut(pieces: &[Piece<'_>], from: usize, end: usize, most: usize) -> usize {
    let mut best: [Option<usize>; 4] = [None; 4];
    let (mut size, mut at) = (0, from);
    while at < end {
        if pieces[at].white {
            let run = pieces[at..].iter().take_while(|piece| piece.white);
            let lines = run.clone().filter(|piece| piece.text.contains(['\n', '\r', '\u{2029}'])).count();
            let length = run.count();
            if at > from {
                note(&mut best, at, rank(pieces, at, lines), size * 3 >= most);
            }
            let within = length.min(end - at);
            size += pieces[at..at + within].iter().map(|piece| piece.size).sum::<usize>();
            at += within;
            continue;
        }
        size += pieces[at].size;
        at += 1;
        // Scripts without spaces between words end their sentences with marks of their own.
        if pieces[at - 1].text.ends_with(['。', '！', '？', '।', '؟']) && size * 2 >= most {
            best[SENTENCE] = Some(at);
        }
    }
    if pieces.get(end).is_some_and(|piece| piece.white) && end > from && !pieces[end - 1].white {
        let run = pieces[end..].iter().take_while(|piece| piece.white);
        let lines = run.filter(|piece| piece.text.contains(['\n', '\r', '\u{2029}'])).count();
        note(&mut best, end, rank(pieces, end, lines), true);
    }
    best.into_iter().flatten().next().unwrap_or(end)
}

const PARAGRAPH: usize = 0;
const LINE: usize = 1;
const SENTENCE: usize = 2;
const WORD: usize = 3;

/// Keeps a place to cut, the last one of its rank. A part that would stay nearly empty is cut at a word instead.
fn note(best: &mut [Option<usize>; 4], at: usize, rank: usize, well_filled: bool) {
    best[WORD] = Some(at);
    if well_filled {
        best[rank] = Some(at);
    }
}

/// What ends where white space with so many line breaks begins.
fn rank(pieces: &[Piece<'_>], at: usize, lines: usize) -> usize {
    match lines {
        2.. => return PARAGRAPH,
        1 => return LINE,
        0 => {}
    }
    let closing = |text: &str| text.chars().all(|letter| "\"'”’»)]*_~".contains(letter));
    let before = pieces[..at].iter().rev().find(|piece| !closing(piece.text));
    match before.is_some_and(|piece| piece.text.ends_with(['.', '!', '?', '…', ':', ';'])) {
        true => SENTENCE,
        false => WORD,
    }
}
