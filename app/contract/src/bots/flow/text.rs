//! A text for customers, in one language or several.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use super::Variants;

/// A text in the flow's own language, and its variants in others. In JSON it is a text alone where there are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// In the flow's own language.
    pub own: String,
    /// In others, by their codes.
    pub variants: Variants,
}

impl From<&str> for Text {
    fn from(own: &str) -> Text {
        Text { own: own.to_owned(), variants: Variants::new() }
    }
}

impl From<String> for Text {
    fn from(own: String) -> Text {
        Text { own, variants: Variants::new() }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.variants.is_empty() {
            return serializer.serialize_str(&self.own);
        }
        let mut written = serializer.serialize_struct("Text", 2)?;
        written.serialize_field("text", &self.own)?;
        written.serialize_field("variants", &self.variants)?;
        written.end()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    text: String,
    #[serde(default)]
    variants: Variants,
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Text;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, or an object of `text` and `variants`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
        Ok(text.into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Text, E> {
        Ok(text.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
        let Written { text, variants } = Written::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Text { own: text, variants })
    }
}
