//! Templates that are sent: how their variables are filled in. Whether there are such templates is seen later.

use contract::message::{ButtonValue, MediaKind, Parameter, Template, TemplateButton};

use super::error::GraphError;
use super::read;
use crate::sandbox::field::Field;

type Result<T> = std::result::Result<T, GraphError>;

/// Reads the object `template`.
pub(super) fn read(field: &Field<'_>) -> Result<Template> {
    let name = field.short("name", 512)?;
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
        return Err(GraphError::new(
            132001,
            format!("Template name '{name}' does not exist in the translation."),
        ));
    }
    let language = field.object("language")?.short("code", 20)?;
    let mut template = Template {
        name,
        id: None,
        language,
        text: String::new(),
        header: Vec::new(),
        body: Vec::new(),
        buttons: Vec::new(),
    };
    for component in field.list("components")? {
        match component.text("type")?.to_ascii_lowercase().as_str() {
            "header" => template.header = parameters(&component)?,
            "body" => template.body = parameters(&component)?,
            "button" => template.buttons.push(button(&component)?),
            "carousel" | "limited_time_offer" => {}
            _ => return Err(GraphError::value(&component.path("type"), "must be header, body or button")),
        }
    }
    Ok(template)
}

fn parameters(component: &Field<'_>) -> Result<Vec<Parameter>> {
    component.list("parameters")?.iter().map(parameter).collect()
}

fn parameter(field: &Field<'_>) -> Result<Parameter> {
    let kind = field.text("type")?;
    let file = |kind: MediaKind| read::media(&field.object(kind.as_str())?, kind).map(Parameter::Media);
    match kind.as_str() {
        "text" => Ok(Parameter::Text { text: filled(field)?, name: field.text_if_any("parameter_name")? }),
        "currency" => {
            let amount = field.object("currency")?;
            Ok(Parameter::Currency {
                fallback: amount.text("fallback_value")?,
                code: amount.text("code")?,
                // A whole number; the protocol knows no fraction of a thousandth.
                amount_1000: amount.number("amount_1000")? as i64,
            })
        }
        "date_time" => {
            Ok(Parameter::DateTime { fallback: field.object("date_time")?.text("fallback_value")? })
        }
        "image" => file(MediaKind::Image),
        "video" => file(MediaKind::Video),
        "document" => file(MediaKind::Document),
        "location" | "product" | "order_status" | "limited_time_offer" => {
            Ok(Parameter::Text { text: kind, name: None })
        }
        _ => Err(GraphError::value(&field.path("type"), "is not a type of parameter")),
    }
}

/// A variable's text: Meta takes no newline, no tab and no more than four spaces in a row.
fn filled(field: &Field<'_>) -> Result<String> {
    let text = field.text("text")?;
    if text.is_empty() {
        return Err(GraphError::missing(&field.path("text")));
    }
    if text.contains(['\n', '\r', '\t']) || text.contains("     ") {
        return Err(GraphError::new(
            132018,
            format!(
                "Param text in '{}' cannot have new-line/tab characters or more than 4 consecutive spaces",
                field.path("text")
            ),
        ));
    }
    Ok(text)
}

fn button(component: &Field<'_>) -> Result<TemplateButton> {
    let index = component.text("index")?;
    let index = index
        .parse::<u8>()
        .ok()
        .filter(|index| *index < 10)
        .ok_or_else(|| GraphError::value(&component.path("index"), "must be 0 to 9"))?;
    let list = component.list("parameters")?;
    let [field] = list.as_slice() else {
        return Err(GraphError::new(132000, "A button takes exactly one parameter."));
    };
    let value = match component.text("sub_type")?.to_ascii_lowercase().as_str() {
        "quick_reply" => ButtonValue::Payload(field.text("payload")?),
        "url" => ButtonValue::UrlSuffix(field.text("text")?),
        "copy_code" => ButtonValue::CopyCode(field.text("coupon_code")?),
        "flow" => {
            let token = match field.object_if_any("action")? {
                Some(action) => action.text_if_any("flow_token")?,
                None => None,
            };
            ButtonValue::FlowToken(token.unwrap_or_else(|| "unused".to_owned()))
        }
        _ => return Err(GraphError::value(&component.path("sub_type"), "is not a type of button")),
    };
    Ok(TemplateButton { index, value })
}
