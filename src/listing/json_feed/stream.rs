//! A JSON Feed read item by item: what comes before a fault is kept, and nothing is held twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::parts::{Parts, WHOLE};

/// Items beyond this are left out.
const MOST_ITEMS: usize = 5_000;

/// What of a document was read.
#[derive(Default)]
pub(super) struct Document {
    /// The feed's own fields.
    pub(super) head: Parts,
    /// The items; `None` is one that is no object.
    pub(super) items: Vec<Option<Parts>>,
    /// Whether it is an object at all.
    pub(super) is_object: bool,
    /// Whether it has a list of items.
    pub(super) has_items: bool,
    /// Whether there were more items than can be kept.
    pub(super) too_many: bool,
}

impl Document {
    /// Reads; the error is where the text breaks off or breaks the grammar.
    pub(super) fn read(&mut self, text: &str) -> Result<(), serde_json::Error> {
        Reader { document: self, level: Level::Document }
            .deserialize(&mut serde_json::Deserializer::from_str(text))
    }
}

/// What a value stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Document,
    Items,
    Item,
}

/// Reads a value into the document; one of an unexpected kind is passed over.
struct Reader<'d> {
    document: &'d mut Document,
    level: Level,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Reader<'_> {
    /// An item of another kind keeps its place.
    fn pass_over(self) {
        if self.level == Level::Item {
            self.document.items.push(None);
        }
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.pass_over();
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.pass_over();
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.pass_over();
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.pass_over();
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.pass_over();
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.pass_over();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let listed = self.level == Level::Items;
        self.document.has_items |= listed;
        while listed && self.document.items.len() < MOST_ITEMS {
            let item = Reader { document: self.document, level: Level::Item };
            if elements.next_element_seed(item)?.is_none() {
                return Ok(());
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {
            self.document.too_many |= listed;
        }
        self.pass_over();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut parts = Parts::default();
        self.document.is_object |= self.level == Level::Document;
        while let Some(name) = fields.next_key::<String>()? {
            match self.level {
                Level::Document if name == "items" => {
                    fields
                        .next_value_seed(Reader { document: self.document, level: Level::Items })?;
                }
                Level::Document => self.document.head.keep(name, fields.next_value_seed(WHOLE)?),
                Level::Item => parts.keep(name, fields.next_value_seed(WHOLE)?),
                Level::Items => _ = fields.next_value::<IgnoredAny>()?,
            }
        }
        if self.level == Level::Item {
            self.document.items.push((!parts.is_number()).then_some(parts));
        }
        Ok(())
    }
}
