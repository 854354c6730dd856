//! Reading JSON with little code, for the browser.
//!
//! `serde_json` reads a type straight from the text, which is fast, and writes out its whole parser again for every
//! type: an eighth of what a browser had to load. Here the text becomes one tree first, by code that is there once, and
//! the types are taken out of it. Structs are objects only, never lists; the keys of maps are texts or names of variants;
//! and what went wrong is not told, as nobody would read it there. The desk itself reads with `serde_json`.

use std::fmt;
use std::vec::IntoIter;

use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor, value::StringDeserializer,
};
use serde::forward_to_deserialize_any;

/// Reads a value.
///
/// # Errors
/// The text is no JSON, or not of this type.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    T::deserialize(serde_json::from_str::<Node>(text).map_err(|_| Unreadable)?)
}

/// The text is no JSON, or not of the type that was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable JSON")
    }
}

impl std::error::Error for Unreadable {}

// Each of these would otherwise write a message.
impl serde::de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Unreadable
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Unreadable
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Unreadable
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Unreadable
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Unreadable
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Unreadable
    }
    fn missing_field(_: &'static str) -> Self {
        Unreadable
    }
    fn duplicate_field(_: &'static str) -> Self {
        Unreadable
    }
}

/// A JSON value.
enum Node {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Planter)
    }
}

/// Makes the tree.
struct Planter;

impl<'de> Visitor<'de> for Planter {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Unsigned(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Signed(value))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Float(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Node::Object(object))
    }
}

impl<'de> Deserializer<'de> for Node {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(value),
            Node::Unsigned(value) => visitor.visit_u64(value),
            Node::Signed(value) => visitor.visit_i64(value),
            Node::Float(value) => visitor.visit_f64(value),
            Node::Text(value) => visitor.visit_string(value),
            Node::List(_) => self.deserialize_seq(visitor),
            Node::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if matches!(self, Node::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Node::List(list) = self else { return Err(Unreadable) };
        visitor.visit_seq(Items(list.into_iter()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Node::Object(object) = self else { return Err(Unreadable) };
        visitor.visit_map(Entries { left: object.into_iter(), value: Node::Null })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(match self {
            Node::Text(name) => Choice { name, value: Node::Null },
            Node::Object(mut object) if object.len() == 1 => match object.pop() {
                Some((name, value)) => Choice { name, value },
                None => return Err(Unreadable),
            },
            _ => return Err(Unreadable),
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        identifier ignored_any
    }
}

/// A list, item after item.
struct Items(IntoIter<Node>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unreadable> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// An object, entry after entry.
struct Entries {
    left: IntoIter<(String, Node)>,
    /// What belongs to the key that was read last.
    value: Node,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Unreadable;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unreadable> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(StringDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unreadable> {
        seed.deserialize(std::mem::replace(&mut self.value, Node::Null))
    }
}

/// One of an enum's variants: its name alone, or with what it holds.
struct Choice {
    name: String,
    value: Node,
}

impl<'de> EnumAccess<'de> for Choice {
    type Error = Unreadable;
    type Variant = Node;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Node), Unreadable> {
        Ok((seed.deserialize(StringDeserializer::new(self.name))?, self.value))
    }
}

impl<'de> VariantAccess<'de> for Node {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        matches!(self, Node::Null).then_some(()).ok_or(Unreadable)
    }
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Unreadable> {
        seed.deserialize(self)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::bots::flow::Day;
    use crate::frame::Down;
    use crate::rules::Rule;

    /// Reads as `serde_json` reads.
    fn same<T: DeserializeOwned + PartialEq + fmt::Debug>(value: &Value) {
        let text = value.to_string();
        assert_eq!(read::<T>(&text).ok(), serde_json::from_str(&text).ok(), "{text}");
    }

    #[test]
    fn every_kind_of_value_is_read() {
        for value in [
            json!(null),
            json!(true),
            json!(0),
            json!(-7),
            json!(u64::MAX),
            json!(1.5),
            json!("a \" \u{1f600} \n"),
            json!([]),
            json!([1, [2, {"a": null}]]),
            json!({}),
            json!({"a": {"b": [1.25e300]}, "": "x"}),
        ] {
            same::<Value>(&value);
            same::<Option<Value>>(&value);
            same::<Option<i64>>(&value);
            same::<Vec<u8>>(&value);
            same::<(u8, Vec<u8>)>(&value);
            same::<BTreeMap<String, Value>>(&value);
        }
        same::<BTreeMap<Day, u8>>(&json!({"monday": 1, "friday": 2}));
        same::<u8>(&json!(256));
    }

    #[test]
    fn every_shape_of_an_enum_is_read() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Plain {
            Bare,
            One(u8),
            Two(u8, u8),
            Named { a: Option<u8> },
        }
        #[derive(Debug, PartialEq, serde::Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        enum Tagged {
            Bare,
            Named {
                a: u8,
                #[serde(default)]
                b: Vec<Plain>,
            },
        }
        for value in [
            json!("bare"),
            json!({"one": 1}),
            json!({"two": [1, 2]}),
            json!({"named": {"a": null}}),
            json!({"named": {}}),
            json!({"bare": 1}),
            json!({"one": 1, "two": [1, 2]}),
            json!({"kind": "bare"}),
            json!({"kind": "named", "a": 1, "b": ["bare", {"one": 2}]}),
            json!({"a": 1, "kind": "named"}),
            json!({"kind": "other"}),
            json!({"a": 1}),
        ] {
            same::<Plain>(&value);
            same::<Tagged>(&value);
        }
    }

    #[test]
    fn rules_are_read_with_values_of_every_kind() {
        let value = |value: Value| json!({"fact": "labels", "operator": "in", "value": value});
        let kinds = [json!(true), json!(-3), json!("x"), json!(["a", "b"]), json!([1, 2]), json!(null)];
        let tests: Vec<Value> = kinds.into_iter().map(|kind| json!({"is": value(kind)})).collect();
        same::<Rule>(&json!({
            "id": "00000000-0000-4000-8000-000000000001", "name": "n", "when": ["message_in"],
            "if": {"all": [{"any": tests}, {"none": [{"is": {"fact": "bot", "operator": "set"}}]}]},
            "then": [{"do": "ask_in_turn", "ladder": [{"agent": {"seconds": 9}}, {"skill": {}}, "callback"]},
                     {"do": "note", "with": {"text": "t"}}],
            "after": "continue",
        }));
        same::<Rule>(&json!({"id": "00000000-0000-4000-8000-000000000001", "name": "n", "odd": 1}));
    }

    #[test]
    fn what_is_no_json_or_another_type_is_refused() {
        for text in ["", "{", "{\"a\":}", "[1,]", "1 2", "nul"] {
            assert!(read::<Value>(text).is_err(), "{text}");
        }
        assert!(read::<Down>("{\"frame\":\"of a later version\"}").is_err());
    }
}
