//! Typed reading of a JSON value that can say exactly where it went wrong.
//!
//! `serde_json` reports a missing key by line and column. A person who edits a
//! manifest needs the key's path (`tower.outputs[0].shape`), and a program
//! needs to tell a missing key from a wrong value. This deserialiser gives
//! both; the structs still use ordinary `serde` derives.

use core::fmt;

use serde::Deserialize;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::Value;

/// Why a JSON document does not describe the expected structure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is not JSON.
    Syntax {
        /// What the parser says, with line and column.
        message: String,
    },
    /// A required key is absent.
    MissingKey {
        /// Path of the absent key, such as `tower.input_name`.
        key: String,
    },
    /// A key this version does not know.
    UnknownKey {
        /// Path of the key.
        key: String,
        /// Keys that are known there.
        expected: String,
    },
    /// A value outside the set of known words.
    UnknownValue {
        /// Path of the key.
        key: String,
        /// Words that are known there.
        expected: String,
        /// The word found.
        got: String,
    },
    /// A value of the wrong type or out of range.
    WrongValue {
        /// Path of the key; empty for the document itself.
        key: String,
        /// Expected and got, in words.
        message: String,
    },
}

impl JsonError {
    fn path_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Syntax { .. } => None,
            Self::MissingKey { key }
            | Self::UnknownKey { key, .. }
            | Self::UnknownValue { key, .. }
            | Self::WrongValue { key, .. } => Some(key),
        }
    }

    /// Puts `parent` in front of the path.
    pub(crate) fn under(mut self, parent: &str) -> Self {
        if let Some(path) = self.path_mut() {
            if path.is_empty() {
                parent.clone_into(path);
            } else if path.starts_with('[') {
                path.insert_str(0, parent);
            } else {
                path.insert(0, '.');
                path.insert_str(0, parent);
            }
        }
        self
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { message } => {
                write!(f, "expected JSON, got a syntax error: {message}")
            }
            Self::MissingKey { key } => write!(f, "expected the key `{key}`, got none"),
            Self::UnknownKey { key, expected } => {
                write!(f, "expected {expected}, got the unknown key `{key}`")
            }
            Self::UnknownValue { key, expected, got } => {
                write!(f, "expected `{key}` to be {expected}, got `{got}`")
            }
            Self::WrongValue { key, message } if key.is_empty() => f.write_str(message),
            Self::WrongValue { key, message } => write!(f, "`{key}`: {message}"),
        }
    }
}

impl core::error::Error for JsonError {}

struct OneOf(&'static [&'static str]);

impl fmt::Display for OneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, word) in self.0.iter().enumerate() {
            let separator = match i {
                0 => "",
                _ if i + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{separator}`{word}`")?;
        }
        Ok(())
    }
}

impl de::Error for JsonError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::WrongValue { key: String::new(), message: message.to_string() }
    }

    fn invalid_type(got: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!("expected {expected}, got {got}"))
    }

    fn invalid_value(got: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!("expected {expected}, got {got}"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::MissingKey { key: field.to_owned() }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::UnknownKey { key: field.to_owned(), expected: OneOf(expected).to_string() }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::UnknownValue {
            key: String::new(),
            expected: OneOf(expected).to_string(),
            got: variant.to_owned(),
        }
    }
}

/// Reads `T` from JSON text.
pub(crate) fn from_slice<T: DeserializeOwned>(text: &[u8]) -> Result<T, JsonError> {
    from_value(&parse(text)?)
}

/// Parses JSON text.
pub(crate) fn parse(text: &[u8]) -> Result<Value, JsonError> {
    serde_json::from_slice(text).map_err(|e| JsonError::Syntax { message: e.to_string() })
}

/// Reads `T` from a parsed value.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, JsonError> {
    T::deserialize(Node(value))
}

/// For `Option` fields that must be present, though possibly `null`.
pub(crate) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

#[derive(Clone, Copy)]
struct Node<'de>(&'de Value);

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = JsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(b) => visitor.visit_bool(*b),
            Value::Number(n) => {
                if let Some(u) = n.as_u64() {
                    visitor.visit_u64(u)
                } else if let Some(i) = n.as_i64() {
                    visitor.visit_i64(i)
                } else {
                    visitor.visit_f64(n.as_f64().unwrap_or(f64::NAN))
                }
            }
            Value::String(s) => visitor.visit_borrowed_str(s),
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter(), next: 0 }),
            Value::Object(map) => {
                visitor.visit_map(Entries { entries: map.iter(), value: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        match self.0 {
            Value::String(word) => visitor.visit_enum(Word(word)),
            _ => Err(de::Error::custom(format_args!("expected a word, got {}", self.0))),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Items<'de> {
    items: core::slice::Iter<'de, Value>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = JsonError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, JsonError> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.next;
        self.next += 1;
        seed.deserialize(Node(item)).map(Some).map_err(|e| e.under(&format!("[{index}]")))
    }
}

struct Entries<'de> {
    entries: serde_json::map::Iter<'de>,
    value: Option<(&'de str, &'de Value)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = JsonError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, JsonError> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some((key, value));
        seed.deserialize(key.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, JsonError> {
        let Some((key, value)) = self.value.take() else {
            return Err(de::Error::custom("expected a key before its value"));
        };
        seed.deserialize(Node(value)).map_err(|e| e.under(key))
    }
}

struct Word<'de>(&'de str);

impl<'de> EnumAccess<'de> for Word<'de> {
    type Error = JsonError;
    type Variant = UnitOnly;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, UnitOnly), JsonError> {
        Ok((seed.deserialize(self.0.into_deserializer())?, UnitOnly))
    }
}

/// Words carry no content; a manifest's enums with content are tagged objects.
struct UnitOnly;

impl<'de> VariantAccess<'de> for UnitOnly {
    type Error = JsonError;

    fn unit_variant(self) -> Result<(), JsonError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        _: T,
    ) -> Result<T::Value, JsonError> {
        Err(de::Error::custom("expected a tagged object, got a word"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, JsonError> {
        Err(de::Error::custom("expected a tagged object, got a word"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, JsonError> {
        Err(de::Error::custom("expected a tagged object, got a word"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        DarkBlue,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
    enum Shape {
        None,
        Round { radius: f32 },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        colour: Colour,
        shapes: Vec<Shape>,
        #[serde(deserialize_with = "nullable")]
        note: Option<String>,
        #[serde(default)]
        size: Option<u32>,
    }

    fn read(text: &str) -> Result<Thing, JsonError> {
        from_slice(text.as_bytes())
    }

    #[test]
    fn reads_what_is_there() {
        let thing = read(
            r#"{"colour":"dark_blue","note":null,
                "shapes":[{"kind":"none"},{"kind":"round","radius":2}]}"#,
        )
        .unwrap();
        assert_eq!(thing.colour, Colour::DarkBlue);
        assert_eq!(thing.shapes, [Shape::None, Shape::Round { radius: 2.0 }]);
        assert_eq!((thing.note, thing.size), (None, None));
    }

    #[test]
    fn errors_carry_the_path() {
        let missing = |key: &str| JsonError::MissingKey { key: key.into() };
        assert_eq!(read(r#"{"colour":"red","shapes":[]}"#), Err(missing("note")));
        assert_eq!(
            read(r#"{"colour":"red","note":null,"shapes":[{"kind":"none"},{"kind":"round"}]}"#),
            Err(missing("shapes[1].radius"))
        );
        assert_eq!(
            read(r#"{"colour":"green","note":null,"shapes":[]}"#),
            Err(JsonError::UnknownValue {
                key: "colour".into(),
                expected: "`red` or `dark_blue`".into(),
                got: "green".into()
            })
        );
        let text = read(r#"{"colour":"red","note":null,"shapes":[],"size":-1}"#).unwrap_err();
        assert!(text.to_string().starts_with("`size`: "), "{text}");
        let text = read(r#"{"colour":"red","note":7,"shapes":[]}"#).unwrap_err();
        assert_eq!(text.to_string(), "`note`: expected a string, got integer `7`");
    }
}
