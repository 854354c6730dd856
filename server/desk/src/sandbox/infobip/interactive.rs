//! Messages that can be tapped.

use contract::Body;
use contract::message::{Choice, Flow, Section};

use super::error::InfobipError;
use super::read::{Result, link};
use crate::sandbox::field::Field;

/// Reads the content of a kind of these messages.
pub(super) fn read(kind: &str, field: &Field<'_>) -> Result<Body> {
    let text = field.object("body")?.short("text", 1024)?;
    let footer = match field.object_if_any("footer")? {
        Some(footer) => Some(footer.short("text", 60)?),
        None => None,
    };
    // Of a picture above the buttons the phone shows nothing.
    let header = match field.object_if_any("header")? {
        Some(header) if header.text("type")? == "TEXT" => Some(header.short("text", 60)?),
        _ => None,
    };
    match kind {
        "buttons" => {
            let buttons = buttons(&field.object("action")?)?;
            Ok(Body::Buttons { text, header, footer, buttons })
        }
        "list" => {
            let action = field.object("action")?;
            let (button, sections) = (action.short("title", 20)?, sections(&action)?);
            Ok(Body::List { text, header, footer, button, sections })
        }
        "url-button" => {
            let action = field.object("action")?;
            let (label, url) = (action.short("displayText", 20)?, link(&action, "url")?);
            Ok(Body::LinkButton { text, header, footer, label, url })
        }
        "flow" => {
            let action = field.object("action")?;
            let screen = match action.object_if_any("flowActionPayload")? {
                Some(payload) => payload.text_if_any("screen")?,
                None => None,
            };
            Ok(Body::Flow(Flow {
                text,
                header,
                footer,
                flow_id: action.text("flowId")?,
                label: action.short("callToActionButton", 20)?,
                token: Some(action.text("flowToken")?),
                screen,
            }))
        }
        "location-request" => Ok(Body::LocationRequest { text }),
        "request-contact-info" => Ok(Body::ContactRequest { text }),
        _ => Err(InfobipError::missing()),
    }
}

fn buttons(action: &Field<'_>) -> Result<Vec<Choice>> {
    let given = action.list("buttons")?;
    if given.is_empty() || given.len() > 3 {
        return Err(InfobipError::field(&action.path("buttons"), "size must be between 1 and 3"));
    }
    let button = |button: &Field<'_>| {
        if button.text("type")? != "REPLY" {
            return Err(InfobipError::field(&button.path("type"), "must be REPLY"));
        }
        Ok(Choice { id: button.short("id", 256)?, title: button.short("title", 20)?, description: None })
    };
    given.iter().map(button).collect()
}

fn sections(action: &Field<'_>) -> Result<Vec<Section>> {
    let row = |row: &Field<'_>| {
        Ok(Choice {
            id: row.short("id", 200)?,
            title: row.short("title", 24)?,
            description: row.short_if_any("description", 72)?,
        })
    };
    let mut sections = Vec::new();
    for section in action.list("sections")? {
        let rows = section.list("rows")?.iter().map(row).collect::<Result<Vec<_>>>()?;
        sections.push(Section { title: section.short_if_any("title", 24)?, rows });
    }
    let rows: usize = sections.iter().map(|section| section.rows.len()).sum();
    if rows == 0 || rows > 10 {
        return Err(InfobipError::field(&action.path("sections"), "must hold 1 to 10 rows"));
    }
    Ok(sections)
}
