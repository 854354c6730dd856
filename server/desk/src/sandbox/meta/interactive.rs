//! Messages that can be tapped.

use std::collections::HashSet;

use contract::Body;
use contract::message::{Choice, Flow, MediaKind, Section};

use super::error::GraphError;
use super::read;
use crate::sandbox::field::Field;

type Result<T> = std::result::Result<T, GraphError>;

/// Longest text above the buttons.
const TEXT: usize = 1024;
/// Longest header, footer.
const LINE: usize = 60;
/// Longest label of a button.
const LABEL: usize = 20;
/// Most rows of a menu, in all its sections.
const ROWS: usize = 10;

/// Reads the object `interactive`.
pub(super) fn read(field: &Field<'_>) -> Result<Body> {
    let kind = field.text("type")?;
    let frame = Frame::read(field)?;
    match kind.as_str() {
        "button" => buttons(&field.object("action")?, frame),
        "list" => list(&field.object("action")?, frame),
        "cta_url" => link(&field.object("action")?, frame),
        "flow" => flow(&field.object("action")?, frame).map(Body::Flow),
        "location_request_message" => Ok(Body::LocationRequest { text: frame.text()? }),
        "request_contact_info" => Ok(Body::ContactRequest { text: frame.text()? }),
        // Taken, and shown on the phone as what they are called: the desk sends none of them.
        "product"
        | "product_list"
        | "catalog_message"
        | "address_message"
        | "call_permission_request"
        | "voice_call"
        | "carousel" => Ok(Body::Unsupported { kind, detail: frame.text }),
        other => Err(GraphError::value(&field.path("type"), &format!("must not be '{other}'"))),
    }
}

/// What stands around the buttons.
struct Frame {
    text: Option<String>,
    header: Option<String>,
    footer: Option<String>,
}

impl Frame {
    fn read(field: &Field<'_>) -> Result<Frame> {
        let text = match field.object_if_any("body")? {
            Some(body) => Some(body.short("text", TEXT)?),
            None => None,
        };
        let footer = match field.object_if_any("footer")? {
            Some(footer) => Some(footer.short("text", LINE)?),
            None => None,
        };
        let header = match field.object_if_any("header")? {
            Some(header) => header_line(&header)?,
            None => None,
        };
        Ok(Frame { text, header, footer })
    }

    fn text(&self) -> Result<String> {
        self.text.clone().ok_or_else(|| GraphError::missing("interactive['body']"))
    }
}

/// A header's text. Of a picture above the buttons the phone shows nothing.
fn header_line(field: &Field<'_>) -> Result<Option<String>> {
    let kind = field.text("type")?;
    match kind.as_str() {
        "text" => Ok(Some(field.short("text", LINE)?)),
        "image" => read::media(&field.object(&kind)?, MediaKind::Image).map(|_| None),
        "video" => read::media(&field.object(&kind)?, MediaKind::Video).map(|_| None),
        "document" => read::media(&field.object(&kind)?, MediaKind::Document).map(|_| None),
        _ => Err(GraphError::value(&field.path("type"), "must be text, image, video or document")),
    }
}

/// Whether no two choices are the same to the customer or to the business.
fn distinct<'a>(what: &Field<'_>, key: &str, values: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = HashSet::new();
    for value in values {
        if !seen.insert(value) {
            return Err(GraphError::value(&what.path(key), "must not hold the same id or title twice"));
        }
    }
    Ok(())
}

fn buttons(action: &Field<'_>, frame: Frame) -> Result<Body> {
    let list = action.list("buttons")?;
    if list.is_empty() || list.len() > 3 {
        return Err(GraphError::value(&action.path("buttons"), "must hold 1 to 3 buttons"));
    }
    let button = |field: &Field<'_>| {
        if field.text("type")? != "reply" {
            return Err(GraphError::value(&field.path("type"), "must be 'reply'"));
        }
        let reply = field.object("reply")?;
        Ok(Choice { id: reply.short("id", 256)?, title: reply.short("title", LABEL)?, description: None })
    };
    let buttons = list.iter().map(button).collect::<Result<Vec<_>>>()?;
    distinct(action, "buttons", buttons.iter().map(|button| button.id.as_str()))?;
    distinct(action, "buttons", buttons.iter().map(|button| button.title.as_str()))?;
    Ok(Body::Buttons { text: frame.text()?, header: frame.header, footer: frame.footer, buttons })
}

fn list(action: &Field<'_>, frame: Frame) -> Result<Body> {
    let button = action.short("button", LABEL)?;
    let fields = action.list("sections")?;
    if fields.is_empty() || fields.len() > ROWS {
        return Err(GraphError::value(&action.path("sections"), "must hold 1 to 10 sections"));
    }
    let mut sections = Vec::new();
    for field in &fields {
        let title = field.short_if_any("title", 24)?;
        if title.is_none() && fields.len() > 1 {
            return Err(GraphError::missing(&field.path("title")));
        }
        let rows = field.list("rows")?.iter().map(row).collect::<Result<Vec<_>>>()?;
        if rows.is_empty() {
            return Err(GraphError::missing(&field.path("rows")));
        }
        sections.push(Section { title, rows });
    }
    let rows = || sections.iter().flat_map(|section| &section.rows);
    if rows().count() > ROWS {
        return Err(GraphError::value(&action.path("sections"), "must hold at most 10 rows in all"));
    }
    distinct(action, "sections", rows().map(|row| row.id.as_str()))?;
    Ok(Body::List { text: frame.text()?, header: frame.header, footer: frame.footer, button, sections })
}

fn row(field: &Field<'_>) -> Result<Choice> {
    Ok(Choice {
        id: field.short("id", 200)?,
        title: field.short("title", 24)?,
        description: field.short_if_any("description", 72)?,
    })
}

/// The parameters of an action that has this name.
fn parameters<'a>(action: &Field<'a>, name: &str) -> Result<Field<'a>> {
    if action.text("name")? != name {
        return Err(GraphError::value(&action.path("name"), &format!("must be '{name}'")));
    }
    Ok(action.object("parameters")?)
}

fn link(action: &Field<'_>, frame: Frame) -> Result<Body> {
    let parameters = parameters(action, "cta_url")?;
    let url = parameters.text("url")?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(GraphError::value(&parameters.path("url"), "must be a URL"));
    }
    let label = parameters.short("display_text", LABEL)?;
    Ok(Body::LinkButton { text: frame.text()?, header: frame.header, footer: frame.footer, label, url })
}

fn flow(action: &Field<'_>, frame: Frame) -> Result<Flow> {
    let parameters = parameters(action, "flow")?;
    let flow_id = match parameters.text_if_any("flow_id")? {
        Some(id) => id,
        None => parameters.text("flow_name")?,
    };
    let screen = match parameters.object_if_any("flow_action_payload")? {
        Some(payload) => payload.text_if_any("screen")?,
        None => None,
    };
    Ok(Flow {
        text: frame.text()?,
        header: frame.header,
        footer: frame.footer,
        flow_id,
        label: parameters.short("flow_cta", 30)?,
        token: parameters.text_if_any("flow_token")?,
        screen,
    })
}
