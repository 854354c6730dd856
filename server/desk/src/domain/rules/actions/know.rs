//! What is known of it.

use contract::rules::{Act, Kind};

use super::{Action, Deed, Field, free, maybe, text};
use crate::domain::attributes::{NAME, VALUE};

pub(super) const ACTIONS: &[Action] = &[Action {
    key: "set_attribute",
    name: "Set an attribute",
    fields: &[
        Field { key: "name", name: "Name", kind: Kind::Text, options: free, optional: false },
        Field { key: "value", name: "Value", kind: Kind::Text, options: free, optional: true },
    ],
    read: attribute,
}];

fn attribute(act: &Act) -> Result<Deed, String> {
    let (name, value) = (text(act, "name")?, maybe(act, "value")?);
    if name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(format!("a name has at most {NAME} characters that can be seen"));
    }
    if value.as_ref().is_some_and(|value| value.chars().count() > VALUE || value.contains('\0')) {
        return Err(format!("a value has at most {VALUE} characters"));
    }
    Ok(Deed::Attribute(name, value))
}
