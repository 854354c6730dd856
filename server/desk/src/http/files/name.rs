//! A file's name for a browser that saves it (RFC 6266, with RFC 8187 for what is not ASCII). Its sender chose it, so
//! it is cleaned of everything that could make it something else.

use contract::file::is_shown;
use http::HeaderValue;

use crate::media::files::Part;
use crate::store::files::Ready;

/// The longest name, in characters.
const LONGEST: usize = 120;

/// Whether a file is shown in place or saved, and under which name.
pub(super) fn disposition(file: &Ready, mime: &str, part: Part) -> HeaderValue {
    let how = if part == Part::Thumbnail || is_shown(mime) { "inline" } else { "attachment" };
    let name = file.name.as_deref().map(clean).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| format!("{}{}", file.kind.as_str(), ending(mime)));
    let text = format!("{how}; filename=\"{}\"; filename*=UTF-8''{}", plain(&name), encoded(&name));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

/// A name without folders, without letters that are not seen, without dots at its ends.
pub(super) fn clean(name: &str) -> String {
    let hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen: String = last.chars().filter(|letter| !hidden(*letter)).collect();
    let seen = seen.trim().trim_matches('.').trim();
    // The end of a long name tells what it is.
    let skip = seen.chars().count().saturating_sub(LONGEST);
    seen.chars().skip(skip).collect()
}

/// For readers of headers that know ASCII alone.
fn plain(name: &str) -> String {
    let letter = |letter: char| match letter {
        ' '..='~' if !matches!(letter, '"' | '\\' | '%') => letter,
        _ => '_',
    };
    name.chars().map(letter).collect()
}

fn encoded(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The ending for files that have no name.
fn ending(mime: &str) -> &'static str {
    match mime {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/gif" => ".gif",
        "image/webp" => ".webp",
        "audio/aac" => ".aac",
        "audio/amr" => ".amr",
        "audio/flac" => ".flac",
        "audio/mp4" => ".m4a",
        "audio/mpeg" => ".mp3",
        "audio/ogg" => ".ogg",
        "audio/x-wav" => ".wav",
        "video/3gpp" => ".3gp",
        "video/mp4" => ".mp4",
        "audio/webm" | "video/webm" => ".webm",
        "application/pdf" => ".pdf",
        "text/plain" => ".txt",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_hides_nothing() {
        assert_eq!(clean("../../etc/passwd"), "passwd");
        assert_eq!(clean("C:\\temp\\bill.pdf"), "bill.pdf");
        assert_eq!(clean("bill\u{202e}fdp.exe"), "billfdp.exe");
        assert_eq!(clean("a\r\nset-cookie: x"), "aset-cookie: x");
        assert_eq!(clean(" .. "), "");
        let long = format!("{}.pdf", "é".repeat(300));
        assert!(clean(&long).ends_with("é.pdf") && clean(&long).chars().count() == LONGEST);
    }

    #[test]
    fn what_is_not_ascii_is_encoded_and_quotes_end_nothing() {
        assert_eq!(plain("a\"b\\c%é.pdf"), "a_b_c__.pdf");
        assert_eq!(encoded("Ré 1\".pdf"), "R%C3%A9%201%22.pdf");
    }
}
