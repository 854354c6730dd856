//! A message in one line.

use contract::Body;
use contract::message::MediaKind;

/// The longest line, in characters.
pub const LENGTH: usize = 120;

/// The line for a message: its words, else a word for what it holds.
pub fn of(body: &Body) -> String {
    let words = body.words().map(str::trim).filter(|words| !words.is_empty());
    match (body, words) {
        (Body::Media(media), None) => kind(media.kind).to_owned(),
        (Body::Media(media), Some(words)) => shorten(&format!("{}: {words}", kind(media.kind))),
        (Body::Location(_), None) => "Location".to_owned(),
        (Body::Location(_), Some(words)) => shorten(&format!("Location: {words}")),
        (Body::Contacts { .. }, Some(words)) => shorten(&format!("Contact: {words}")),
        (Body::Contacts { .. }, None) => "Contact".to_owned(),
        (Body::FlowReply { .. }, _) => "Form".to_owned(),
        (Body::Order { .. }, None) => "Order".to_owned(),
        (Body::Unsupported { .. }, _) => "Unsupported message".to_owned(),
        (_, Some(words)) => shorten(words),
        (_, None) => String::new(),
    }
}

fn kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "Photo",
        MediaKind::Video => "Video",
        MediaKind::Audio => "Audio",
        MediaKind::Voice => "Voice message",
        MediaKind::Document => "Document",
        MediaKind::Sticker => "Sticker",
    }
}

/// The first words, on one line.
pub fn shorten(text: &str) -> String {
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(LENGTH) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_short() {
        let line = of(&Body::text(format!("first\nsecond {}", "é".repeat(300))));
        assert!(line.starts_with("first second é"));
        assert_eq!(line.chars().count(), LENGTH + 1);
    }
}
