//! A file's type by its first bytes. What its sender declares is believed only where the bytes cannot tell two
//! harmless types apart.

/// The type of what cannot be told.
pub const UNKNOWN: &str = "application/octet-stream";

/// Types by the bytes under which a name's ending tells more: containers, and plain text.
const BY_ENDING: [(&str, &str, &str); 10] = [
    ("application/x-ole-storage", "doc", "application/msword"),
    ("application/x-ole-storage", "xls", "application/vnd.ms-excel"),
    ("application/x-ole-storage", "ppt", "application/vnd.ms-powerpoint"),
    ("application/zip", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("application/zip", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("application/zip", "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("application/zip", "odt", "application/vnd.oasis.opendocument.text"),
    ("application/zip", "ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("text/plain", "csv", "text/csv"),
    ("text/plain", "txt", "text/plain"),
];

/// The type of a file by its beginning, its name and what was declared.
pub fn mime(head: &[u8], name: Option<&str>, declared: Option<&str>) -> &'static str {
    let found = by_bytes(head);
    let declared = declared.map(bare).unwrap_or_default();
    // A container of films can hold sound alone, and the bytes do not say so at their beginning.
    match (found, declared.as_str()) {
        ("video/mp4", "audio/mp4" | "audio/m4a" | "audio/x-m4a" | "audio/aac") => return "audio/mp4",
        ("video/webm", "audio/webm") => return "audio/webm",
        _ => {}
    }
    let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    let told = BY_ENDING.iter().find(|(of, with, _)| *of == found && Some(*with) == ending.as_deref());
    told.map_or(found, |(_, _, mime)| mime)
}

/// A type without its parameters, in lower case: `audio/ogg; codecs=opus` is `audio/ogg`.
pub fn bare(mime: &str) -> String {
    mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn by_bytes(head: &[u8]) -> &'static str {
    if head.get(4..11) == Some(b"ftyp3gp") {
        return "video/3gpp";
    }
    match infer::get(head).map(|found| found.mime_type()) {
        Some("audio/opus") => "audio/ogg",
        Some("audio/m4a") => "audio/mp4",
        Some("audio/x-flac") => "audio/flac",
        Some("video/x-m4v") => "video/mp4",
        Some(found) => found,
        None if is_text(head) => "text/plain",
        None => UNKNOWN,
    }
}

/// Whether it is sound as phones record voice messages: Opus in an OGG file. No other sound can go out as one.
pub fn is_voice(head: &[u8]) -> bool {
    infer::get(head).is_some_and(|found| found.mime_type() == "audio/opus")
}

/// Whether it is text that no browser takes for a page or a picture: what begins with a tag is not.
fn is_text(head: &[u8]) -> bool {
    // The beginning may end within a letter.
    let whole = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t' | '\u{c}');
    let text = whole.trim_start_matches('\u{feff}').trim_start();
    !text.is_empty() && !text.starts_with('<') && !text.contains(control)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn the_bytes_win_over_what_was_declared() {
        assert_eq!(mime(PNG, Some("bill.pdf"), Some("application/pdf")), "image/png");
        assert_eq!(mime(b"<html><script>x</script>", Some("a.png"), Some("image/png")), "text/html");
        assert_eq!(mime(b"%PDF-1.7\n", Some("a.html"), Some("text/html")), "application/pdf");
    }

    #[test]
    fn a_drawing_that_can_hold_a_script_is_neither_a_picture_nor_plain_text() {
        let drawings: [&[u8]; 4] = [
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"\xef\xbb\xbf<svg onload=alert(1)>",
            b"<?xml version='1.0'?><svg/>",
            b"  \n<!DOCTYPE svg><svg/>",
        ];
        for drawing in drawings {
            let found = mime(drawing, Some("a.svg"), Some("image/svg+xml"));
            assert!(!contract::file::is_shown(found) && found != "text/plain", "{found}");
        }
    }

    #[test]
    fn sound_in_a_container_of_films_is_sound_if_its_sender_says_so() {
        let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
        assert_eq!(mime(film, None, Some("video/mp4")), "video/mp4");
        assert_eq!(mime(film, None, Some("audio/mp4")), "audio/mp4");
        assert_eq!(mime(film, None, Some("image/png")), "video/mp4");
        assert_eq!(mime(b"\0\0\0\x18ftyp3gp5\0\0\0\0", None, None), "video/3gpp");
    }

    #[test]
    fn a_voice_message_is_opus_whatever_it_is_called() {
        let page = |codec: &[u8]| [b"OggS\0\x02".as_slice(), &[0; 22], codec].concat();
        let (opus, vorbis) = (page(b"OpusHead\x01\x01"), page(b"\x01vorbis\0\0"));
        assert!(is_voice(&opus) && !is_voice(&vorbis) && !is_voice(b"ID3\x03\0") && !is_voice(b""));
        assert_eq!((mime(&opus, None, None), mime(&vorbis, None, None)), ("audio/ogg", "audio/ogg"));
    }

    #[test]
    fn an_ending_tells_documents_apart_that_begin_alike_and_nothing_else() {
        let letters = b"name;sum\nAna;3\n";
        assert_eq!(mime(letters, Some("sums.CSV"), None), "text/csv");
        assert_eq!(mime(letters, Some("sums.html"), Some("text/html")), "text/plain");
        assert_eq!(mime(PNG, Some("sums.csv"), None), "image/png");
        assert_eq!(mime(&[0, 1, 2, 3], Some("a.txt"), Some("text/plain")), UNKNOWN);
        assert_eq!(mime("é".as_bytes().split_last().unwrap().1, None, None), UNKNOWN);
    }

    #[test]
    fn a_type_is_compared_without_its_parameters() {
        assert_eq!(bare("Audio/OGG; codecs=opus"), "audio/ogg");
    }
}
