//! Click to chat: a link that opens a chat with a number in WhatsApp, as a QR code and as a snippet for a page.

use contract::connection::{ClickToChat, TaskDone};
use contract::settings::ChangeRefused;
use qrcodegen::{QrCode, QrCodeEcc};
use url::Url;

use super::{refused, wrong};
use crate::channels::phone;

/// The longest text that stands ready in the customer's composer, in characters. A longer one makes a code that cannot
/// be scanned from paper.
const LONGEST_TEXT: usize = 500;
/// The quiet edge around a code, in squares, as its standard wants it.
const EDGE: i32 = 4;

/// The link, the code and the snippet for a channel, by the number as people write it or by the provider's id of it.
pub(super) fn click_to_chat(
    provider_channel: &str,
    number: Option<&str>,
    text: &str,
) -> Result<TaskDone, ChangeRefused> {
    let digits = number.and_then(phone::normalise).or_else(|| phone::normalise(provider_channel));
    let Some(digits) = digits else {
        return Err(refused("Write the number of this channel with its country first: a link needs it."));
    };
    let text = text.trim();
    if text.chars().count() > LONGEST_TEXT {
        return Err(wrong("text", "Write at most 500 characters, so that the code can be scanned."));
    }
    let link = link(&digits, text);
    let code = QrCode::encode_text(&link, QrCodeEcc::Medium)
        .map_err(|_| wrong("text", "This text is too long for a code. Write a shorter one."))?;
    let (size, path) = drawn(&code);
    let snippet = format!(
        "<a href=\"{}\" target=\"_blank\" rel=\"noopener\">Chat on WhatsApp</a>",
        link.replace('&', "&amp;")
    );
    Ok(TaskDone::Click(ClickToChat { link, size, path, snippet }))
}

/// `https://wa.me/<digits>?text=…`. WhatsApp reads `%20` for a space and not `+`.
fn link(digits: &str, text: &str) -> String {
    let Ok(mut url) = Url::parse(&format!("https://wa.me/{digits}")) else { return String::new() };
    if !text.is_empty() {
        url.query_pairs_mut().append_pair("text", text);
    }
    url.as_str().replace('+', "%20")
}

/// The dark squares of a code as one path, and the length of an edge with the quiet around it.
fn drawn(code: &QrCode) -> (i32, String) {
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + EDGE, y + EDGE));
        }
    }
    (code.size() + 2 * EDGE, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(provider_channel: &str, number: Option<&str>, text: &str) -> Result<ClickToChat, ChangeRefused> {
        match click_to_chat(provider_channel, number, text)? {
            TaskDone::Click(click) => Ok(click),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn the_link_has_digits_only_and_the_text_as_a_browser_reads_it() {
        let click = of("1065", Some("+44 20 7946-0018"), " 1 + 1 = \"2\" & more? ").unwrap();
        assert_eq!(click.link, "https://wa.me/442079460018?text=1%20%2B%201%20%3D%20%222%22%20%26%20more%3F");
        let url = Url::parse(&click.link).unwrap();
        assert_eq!(url.query_pairs().next().unwrap().1, "1 + 1 = \"2\" & more?");
        assert!(!click.snippet.contains("\"2\""), "a text cannot break out of the snippet");
        assert_eq!(of("whatsapp:+4930901820", None, "").unwrap().link, "https://wa.me/4930901820");
    }

    #[test]
    fn a_code_has_its_quiet_edge_and_its_first_corner() {
        let click = of("4930901820", None, "").unwrap();
        assert!(click.path.starts_with("M4 4h1v1h-1z"), "{}", click.path);
        assert_eq!(
            (click.size - 8 - 21) % 4,
            0,
            "a code has 21 squares an edge, or four more, or eight more"
        );
    }

    #[test]
    fn without_a_number_there_is_no_link_and_a_long_text_is_refused() {
        assert!(of("MG0123", None, "").is_err());
        assert_eq!(of("4930901820", None, &"a".repeat(501)).unwrap_err().field.as_deref(), Some("text"));
    }
}
