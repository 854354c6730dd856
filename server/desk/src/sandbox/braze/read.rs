//! What a campaign prints of what it is given.

use contract::Body;
use contract::message::{Media, MediaKind};

use super::error::BrazeError;
use super::message;
use crate::channels::Account;
use crate::sandbox::access::holds;
use crate::sandbox::field::Field;

pub(super) type Result<T> = std::result::Result<T, BrazeError>;

/// What a campaign sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Image,
    Buttons,
    List,
    Template,
}

/// What the campaign with this id sends, if the connection has it.
pub(super) fn kind(account: &Account, campaign: &str) -> Option<Kind> {
    let campaigns = [
        ("campaign_text", Kind::Text),
        ("campaign_image", Kind::Image),
        ("campaign_buttons", Kind::Buttons),
        ("campaign_list", Kind::List),
        ("campaign_template", Kind::Template),
    ];
    campaigns.into_iter().find(|(field, _)| holds(account, field, campaign)).map(|(_, kind)| kind)
}

/// What is sent; none where the campaign prints nothing, which Braze does not send.
pub(super) fn triggered(kind: Kind, given: &Field<'_>) -> Result<Option<Body>> {
    let name = |name: &str| format!("external_system_{name}");
    let line = |part: &str| given.text_if_any(&name(part));
    let text = line("msg_body")?.unwrap_or_default();
    let (header, footer) = (line("header")?, line("footer")?);
    Ok(match kind {
        Kind::Text => {
            Some(Body::Text { text }).filter(|body| body.words().is_some_and(|words| !words.is_empty()))
        }
        Kind::Image => line("image_uri")?.map(|link| {
            let caption = Some(text).filter(|text| !text.is_empty());
            Body::Media(Media { link: Some(link), caption, ..Media::of(MediaKind::Image) })
        }),
        Kind::Buttons => {
            let buttons = message::buttons(&given.list(&name("buttons"))?)?;
            Some(Body::Buttons { text, header, footer, buttons })
        }
        Kind::List => {
            let (button, sections) = message::menu(&given.object(&name("list"))?)?;
            Some(Body::List { text, header, footer, button, sections })
        }
        Kind::Template => {
            Some(Body::Template(message::template(&given.object(&name("template"))?, str::to_owned)?))
        }
    })
}
