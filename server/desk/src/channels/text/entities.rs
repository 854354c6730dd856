//! HTML's names for characters.

/// The longest name or number that is looked at, in bytes.
const LONGEST: usize = 10;

/// Names and what they stand for, in order. Those that bots write; others stay as they are.
const NAMES: &[(&str, char)] = &[
    ("amp", '&'),
    ("apos", '\''),
    ("bull", '•'),
    ("cent", '¢'),
    ("copy", '©'),
    ("deg", '°'),
    ("euro", '€'),
    ("gt", '>'),
    ("hellip", '…'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("laquo", '«'),
    ("ldquo", '“'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("middot", '·'),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("pound", '£'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rdquo", '”'),
    ("reg", '®'),
    ("rsquo", '’'),
    ("sect", '§'),
    ("times", '×'),
    ("trade", '™'),
    ("yen", '¥'),
];

/// The character of an entity at the start, and how many bytes the entity has. Only with its semicolon, so that
/// the query of an address (`?a=1&copy=2`) is not mistaken for one.
pub(super) fn read(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('&')?;
    let end = rest.bytes().take(LONGEST + 1).position(|byte| byte == b';')?;
    let name = &rest[..end];
    let letter = match name.strip_prefix('#') {
        Some(number) => numbered(number)?,
        None => NAMES.binary_search_by_key(&name, |(name, _)| *name).ok().map(|at| NAMES[at].1)?,
    };
    Some((letter, end + 2))
}

/// Characters that cannot be seen stay in their written form.
fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // `from_str_radix` takes a sign as well.
    if !digits.starts_with(|letter: char| letter.is_digit(radix)) {
        return None;
    }
    let letter = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    (!letter.is_control() || letter == '\n' || letter == '\t').then_some(letter)
}

/// A text with its entities decoded, each once.
pub(super) fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        let (letter, length) = read(&rest[start..]).unwrap_or(('&', 1));
        out.push(letter);
        rest = &rest[start + length..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_names_nothing_twice() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn entities_stand_for_characters_and_everything_else_for_itself() {
        assert_eq!(decoded("a &lt; b &amp;&amp; c &#8364; &#x1F600;"), "a < b && c € 😀");
        assert_eq!(decoded("&amp;lt;"), "&lt;", "once");
        for plain in
            ["AT&T; x", "?a=1&copy=2", "&", "&;", "&#;", "&#0;", "&#xd800;", "&#+65;", "&#27;", "&#x;"]
        {
            assert_eq!(decoded(plain), plain);
        }
    }
}
