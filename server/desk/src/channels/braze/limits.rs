//! What can be sent, as far as it can be known before. Lengths count Unicode code points, as WhatsApp does.

use contract::Body;
use contract::message::{ButtonValue, Media, MediaKind, Section, TemplateButton};

use super::{content, fields, media};
use crate::channels::limits::{self, BUTTON, Carried, WHATSAPP, refused};

/// What Braze takes. Braze passes on the label of what was tapped and nothing else, so ids do not go out.
pub(super) const LIMITS: limits::Limits =
    limits::Limits { ids: false, files: media::FILES, source, button: template_button, ..WHATSAPP };

/// Whether it can go through Braze.
pub(super) fn carries(body: &Body) -> Carried {
    match body {
        Body::Media(Media { kind: MediaKind::Voice, .. }) => {
            refused("Braze sends no voice notes. Send it as a sound file: it goes as a link.")
        }
        Body::Media(Media { kind: MediaKind::Sticker, .. }) => {
            refused("Braze sends no stickers. Send it as a picture.")
        }
        Body::List { sections, .. } => {
            LIMITS.carries(body)?;
            titles(sections)
        }
        Body::Location(place) => limits::on_earth(place).and_then(|()| in_words(body)),
        Body::LinkButton { url, .. } => limits::is_web(url).and_then(|()| in_words(body)),
        Body::Contacts { cards } if cards.is_empty() => refused("There is no contact card to send."),
        Body::Contacts { .. } | Body::ContactRequest { .. } => in_words(body),
        Body::LocationRequest { .. } => refused(
            "Braze cannot ask for a place, and passes on none that customers share. Ask for the address in a text.",
        ),
        _ => LIMITS.carries(body),
    }
}

/// What goes as text.
fn in_words(body: &Body) -> Carried {
    LIMITS.required("text", &content::in_words(body).unwrap_or_default(), LIMITS.text)
}

/// A file goes by its public address, which it may get only when it is sent.
fn source(media: &Media) -> Carried {
    match fields::address(media).is_some() || media.file.is_some() {
        true => Ok(()),
        false => refused("There is no file to send: Braze needs its public address."),
    }
}

fn titles(sections: &[Section]) -> Carried {
    let rows = sections.iter().flat_map(|section| &section.rows);
    limits::unique(
        "rows have the same title, and Braze tells them apart by nothing else",
        rows.map(|row| row.title.trim()),
    )
}

/// Payloads of quick replies and tokens of forms are not passed on.
fn template_button(button: &TemplateButton) -> Carried {
    match &button.value {
        ButtonValue::UrlSuffix(value) | ButtonValue::CopyCode(value) => {
            LIMITS.required("button's variable", value, BUTTON)
        }
        ButtonValue::Payload(_) | ButtonValue::FlowToken(_) => Ok(()),
    }
}
