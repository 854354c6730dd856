//! The parts of messages, and messages without a campaign, over whose text Braze runs Liquid.

use contract::Body;
use contract::message::{
    ButtonValue, Choice, Flow, Media, MediaKind, Parameter, Section, Template, TemplateButton,
};

use super::error::BrazeError;
use super::read::Result;
use crate::sandbox::field::Field;

/// Longest text.
const TEXT: usize = 4096;

/// What Liquid makes of text: a brace that it is told to print. It prints nothing for a tag.
fn printed(text: &str) -> String {
    const BRACE: &str = "{{ '{' }}";
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        let Some(mut end) = rest[start..].find("}}").map(|end| start + end + 2) else {
            rest = &rest[start..];
            break;
        };
        // A variable of Braze's own has a brace of its own: `{{${first_name}}}`.
        if rest[end..].starts_with('}') {
            end += 1;
        }
        if &rest[start..end] == BRACE {
            out.push('{');
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// A message of a type.
pub(super) fn direct(kind: &str, field: &Field<'_>) -> Result<Option<Body>> {
    let line = |key: &str| Ok::<_, BrazeError>(field.text_if_any(key)?.as_deref().map(printed));
    let text = || Ok::<_, BrazeError>(printed(&field.short("body", TEXT)?));
    Ok(Some(match kind {
        "text_response_message" => {
            let text = text()?;
            if text.trim().is_empty() {
                return Ok(None);
            }
            Body::Text { text }
        }
        "text_image_response_message" => {
            let link = Some(field.text("image_uri")?);
            Body::Media(Media { link, caption: line("caption")?, ..Media::of(MediaKind::Image) })
        }
        "quick_reply_response_message" => {
            let buttons = buttons(&field.list("buttons")?)?;
            Body::Buttons { text: text()?, header: line("header_text")?, footer: line("footer")?, buttons }
        }
        "list_response_message" => {
            let (button, sections) = menu(&field.object("list")?)?;
            let header = line("header")?.or(line("header_text")?);
            Body::List { text: text()?, header, footer: line("footer")?, button, sections }
        }
        "flow_response_message" => {
            let button = field.object("flow_button")?;
            Body::Flow(Flow {
                text: text()?,
                header: line("header_text")?,
                footer: line("footer")?,
                flow_id: button.text("flow_id")?,
                label: button.short("caption", 20)?,
                token: None,
                screen: None,
            })
        }
        "template_message" => Body::Template(template(field, printed)?),
        _ => return Err(BrazeError::invalid("Invalid message_type")),
    }))
}

/// Buttons. They have no ids: their words come back.
pub(super) fn buttons(given: &[Field<'_>]) -> Result<Vec<Choice>> {
    if given.is_empty() || given.len() > 3 {
        return Err(BrazeError::invalid("There must be 1 to 3 buttons."));
    }
    given.iter().map(|button| Ok(choice(printed(&button.short("text", 20)?), None))).collect()
}

fn choice(title: String, description: Option<String>) -> Choice {
    Choice { id: title.clone(), title, description }
}

/// The label of a menu, and its sections.
pub(super) fn menu(list: &Field<'_>) -> Result<(String, Vec<Section>)> {
    let row = |row: &Field<'_>| {
        let description = row.short_if_any("row_description", 72)?;
        Ok::<_, BrazeError>(choice(
            printed(&row.short("row_title", 24)?),
            description.as_deref().map(printed),
        ))
    };
    let mut sections = Vec::new();
    for section in list.list("list_sections")? {
        let rows = section.list("list_rows")?.iter().map(row).collect::<Result<Vec<_>>>()?;
        sections.push(Section { title: Some(section.short("section_title", 24)?), rows });
    }
    let rows: usize = sections.iter().map(|section| section.rows.len()).sum();
    if rows == 0 || rows > 10 {
        return Err(BrazeError::invalid("There must be 1 to 10 rows."));
    }
    Ok((printed(&list.short("list_button_text", 20)?), sections))
}

/// A template: its variables go by their places, from `"0"`.
pub(super) fn template(field: &Field<'_>, written: fn(&str) -> String) -> Result<Template> {
    let values = |key: &str| -> Result<Vec<(u8, String)>> {
        let Some(object) = field.object_if_any(key)? else { return Ok(Vec::new()) };
        let mut values = Vec::new();
        for place in object.keys() {
            let number = place.parse().map_err(|_| BrazeError::invalid(format!("Invalid {key}")))?;
            values.push((number, written(&object.text(place)?)));
        }
        values.sort_unstable();
        Ok(values)
    };
    let parameters = |key: &str| -> Result<Vec<Parameter>> {
        let text = |(_, text)| Parameter::Text { text, name: None };
        Ok(values(key)?.into_iter().map(text).collect())
    };
    let mut header = parameters("header_variables")?;
    if let Some(link) = field.text_if_any("header_media_uri")? {
        header.push(Parameter::Media(Media { link: Some(link), ..Media::of(MediaKind::Image) }));
    }
    let button = |(index, suffix)| TemplateButton { index, value: ButtonValue::UrlSuffix(suffix) };
    Ok(Template {
        name: field.short("template_name", 512)?,
        id: None,
        language: field.short("template_language_code", 20)?,
        text: String::new(),
        header,
        body: parameters("body_variables")?,
        buttons: values("button_variables")?.into_iter().map(button).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn liquid_prints_braces_that_it_is_told_to_and_nothing_for_tags() {
        assert_eq!(printed("a {{ '{' }}{b}} {{${first_name}}} c"), "a {{b}}  c");
        assert_eq!(printed("no end {{ here"), "no end {{ here");
    }
}
