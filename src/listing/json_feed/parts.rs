//! JSON values of bounded size: what an item of a JSON Feed may hold, and no more.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Elements of a list, and fields of an object, beyond this are left out.
const MOST: usize = 256;
/// A text is cut here.
const LONGEST: usize = 2 << 20;
/// How serde_json hands over a number whose digits it keeps.
const NUMBER: &str = "$serde_json::private::Number";

/// An object's texts by name; a text alone is a `name`.
pub(super) type Flat = BTreeMap<String, String>;

/// A value, down to the objects of its list.
#[derive(Debug, Default)]
pub(super) enum Part {
    #[default]
    Nothing,
    Text(String),
    One(Flat),
    Many(Vec<Flat>),
}

impl Part {
    /// One or many as a list.
    pub(super) fn list(&self) -> Vec<Flat> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Text(text) => vec![named(text.clone())],
            Self::One(flat) => vec![flat.clone()],
            Self::Many(list) => list.clone(),
        }
    }

    fn into_flat(self) -> Flat {
        match self {
            Self::Text(text) => named(text),
            Self::One(flat) => flat,
            Self::Nothing | Self::Many(_) => Flat::new(),
        }
    }
}

/// An object's values by name.
#[derive(Debug, Default)]
pub(super) struct Parts(BTreeMap<String, Part>);

impl Parts {
    /// Keeps a value, unless there are too many.
    pub(super) fn keep(&mut self, name: String, part: Part) {
        if self.0.len() < MOST {
            self.0.insert(name, part);
        }
    }

    /// Whether the object only stands for a number.
    pub(super) fn is_number(&self) -> bool {
        self.0.contains_key(NUMBER)
    }

    /// A text that is not blank; a number counts as one.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Part::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The objects of a list, or the one that stands for it.
    pub(super) fn list(&self, name: &str) -> Vec<Flat> {
        self.0.get(name).map(Part::list).unwrap_or_default()
    }
}

fn named(text: String) -> Flat {
    Flat::from([("name".to_owned(), text)])
}

/// How much deeper a value is read: 2 with its list, 1 with its object, 0 only its text.
#[derive(Clone, Copy)]
pub(super) struct Depth(u8);

/// All that an item's value may hold.
pub(super) const WHOLE: Depth = Depth(2);

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Part;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Part, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Part, E> {
        Ok(Part::Nothing)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Part, E> {
        Ok(Part::Nothing)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Part, E> {
        Ok(Part::Text(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Part, E> {
        Ok(Part::Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Part, E> {
        Ok(Part::Text(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Part, E> {
        Ok(Part::Text(text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text).to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Part, A::Error> {
        let mut list = Vec::new();
        let most = if self.0 == 2 { MOST } else { 0 };
        while list.len() < most {
            match elements.next_element_seed(Self(1))? {
                Some(part) => list.push(part.into_flat()),
                None => return Ok(Part::Many(list)),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(if most == 0 { Part::Nothing } else { Part::Many(list) })
    }

    /// A number comes as an object too.
    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Part, A::Error> {
        let mut flat = Flat::new();
        while let Some(name) = fields.next_key::<String>()? {
            if name == NUMBER {
                return fields.next_value().map(Part::Text);
            }
            if self.0 == 0 || flat.len() >= MOST {
                fields.next_value::<IgnoredAny>()?;
            } else if let Part::Text(text) = fields.next_value_seed(Self(0))? {
                flat.insert(name, text);
            }
        }
        Ok(if self.0 == 0 { Part::Nothing } else { Part::One(flat) })
    }
}
