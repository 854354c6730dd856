//! Text on its way to WhatsApp: cut to what one call takes, turned into WhatsApp's own markup, trimmed.
//!
//! Pure, and the same for every provider. Length is counted in what the provider counts in: see [`TextUnit`].

use contract::capability::TextUnit;

mod entities;
mod markdown;
mod markup;
mod split;
mod tags;

#[cfg(test)]
#[path = "text/markup_tests.rs"]
mod markup_tests;
#[cfg(test)]
#[path = "text/split_tests.rs"]
mod split_tests;

/// Cuts a text into parts of at most `most` units each, in order: at the end of a paragraph if there is one in a
/// good place, else of a line, a sentence or a word.
///
/// A grapheme cluster or a web address is never cut, unless it is longer than a part by itself; a code point
/// never is. What stands between two parts is white space, and only that is lost. Three or more parts end in
/// their number (`… (1/3)`), which counts; two do not, and neither do parts too short to hold one, or in which an
/// address would then be cut. No part is empty, so a text of nothing but white space has none. `most` is at least
/// 2, for no emoji fits into less.
pub fn split(text: &str, most: usize, unit: TextUnit) -> Vec<String> {
    split::split(text, most.max(2), unit)
}

/// The Markdown and HTML that bots write, in WhatsApp's markup: `**bold**`, `__bold__`, `<b>` and `<strong>`
/// become `*bold*`, `<i>` and `<em>` become `_italic_`, `~~` and `<s>` become `~strike~`, `<code>` becomes three
/// back-ticks; `[text](address)` and links become `text (address)`; `<br>`, `<p>` and lists become lines;
/// entities become what they stand for; other tags and comments are left out.
///
/// A text that has none of these comes back as it is, and so does whatever only looks like them (`2 ** 3`,
/// `a < b`, `<name>`). Code between back-ticks is not touched.
pub fn to_whatsapp(text: &str) -> String {
    markup::to_whatsapp(text)
}

/// What an agent has written, as it is sent: without white space and invisible marks around it. None where
/// nothing is left: that is not sent. What customers write is kept as it is.
pub fn from_agent(text: &str) -> Option<&str> {
    // Zero-width spaces and joiners are no white space to Unicode, but nobody sees them.
    let unseen = |letter: char| {
        letter.is_whitespace() || matches!(letter, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\0')
    };
    Some(text.trim_matches(unseen)).filter(|rest| !rest.is_empty())
}
