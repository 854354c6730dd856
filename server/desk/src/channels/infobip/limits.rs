//! What can be sent, as far as it can be known before. Lengths count Unicode code points.

use contract::Body;
use contract::message::{ButtonValue, Choice, TemplateButton};

use super::file;
use crate::channels::limits::{BUTTON, Carried, Limits, WHATSAPP, refused};

/// What Infobip takes.
pub(super) const LIMITS: Limits = Limits {
    taker: "Infobip",
    url: 2_048,
    files: file::RULES,
    source: file::source,
    button: template_button,
    ..WHATSAPP
};

/// Longest payload of a template's quick reply.
const PAYLOAD: usize = 128;
/// Longest code to copy.
pub(super) const CODE: usize = 15;

/// Whether Infobip takes it.
pub(super) fn carries(body: &Body) -> Carried {
    LIMITS.carries(body)?;
    match body {
        Body::Buttons { buttons, .. } => buttons.iter().try_for_each(plain),
        _ => Ok(()),
    }
}

/// Infobip takes neither emoji nor markup on buttons.
fn plain(button: &Choice) -> Carried {
    if button.title.chars().any(is_emoji) {
        return refused("Infobip takes no emoji on buttons. Write the label in words.");
    }
    let marked = ['*', '_', '~', '`'].iter().any(|mark| button.title.matches(*mark).count() > 1);
    if marked {
        return refused("Infobip takes no bold, italic or other markup on buttons.");
    }
    match button.id.trim() == button.id {
        true => Ok(()),
        false => refused("A button's id can neither start nor end with a space."),
    }
}

/// Pictures, flags, and what joins and colours them.
fn is_emoji(letter: char) -> bool {
    matches!(
        letter,
        '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{fe0f}' | '\u{200d}'
    )
}

fn template_button(button: &TemplateButton) -> Carried {
    match &button.value {
        ButtonValue::Payload(payload) => LIMITS.required("button's payload", payload, PAYLOAD),
        ButtonValue::CopyCode(code) => LIMITS.required("button's code", code, CODE),
        ButtonValue::UrlSuffix(value) | ButtonValue::FlowToken(value) => {
            LIMITS.required("button's variable", value, BUTTON)
        }
    }
}
