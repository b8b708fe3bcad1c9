//! Character and entity references to characters, one level, with the mistakes feeds make.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

/// The entities a document declares itself, and what was odd about its references.
#[derive(Default)]
pub(in crate::listing) struct References {
    own: HashMap<String, String>,
    /// Bytes of entity text that may still be written.
    left: Cell<usize>,
    /// How many `&` were no reference.
    pub(super) bare: Cell<usize>,
    /// Whether the bound on entity text was reached.
    pub(super) exhausted: Cell<bool>,
}

/// The longest name of an HTML entity, with its `;`, and the longest number.
const LONGEST: usize = 34;
/// More declarations are ignored.
const MOST_DECLARED: usize = 256;
/// Bytes that one declared entity may stand for, and all references to them together.
const LONGEST_VALUE: usize = 4 * 1024;
const MOST_TEXT: usize = 1 << 20;

impl References {
    /// Reads the internal entities of a document type; external ones are never fetched.
    pub(in crate::listing) fn declare(&mut self, doctype: &str) {
        self.left.set(MOST_TEXT);
        for declaration in doctype.split("<!ENTITY").skip(1).take(MOST_DECLARED) {
            if let Some((name, value)) = declared(declaration) {
                // One level: a value's own entities are expanded as they stand so far, within the bound.
                let value = self.decode(value).into_owned();
                if value.len() <= LONGEST_VALUE {
                    self.own.entry(name.to_owned()).or_insert(value);
                }
            }
        }
    }

    /// Decodes every reference once; what is no reference stays as it is.
    pub(in crate::listing) fn decode<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
        let (before, mut rest) = text.split_at(first);
        let mut decoded = String::with_capacity(text.len());
        decoded.push_str(before);
        while let Some(at) = rest.find('&') {
            let (before, reference) = rest.split_at(at);
            decoded.push_str(before);
            rest = reference.get(1..).unwrap_or_default();
            if let Some(length) = self.reference(rest, &mut decoded) {
                rest = rest.get(length..).unwrap_or_default();
            } else {
                self.bare.set(self.bare.get() + 1);
                decoded.push('&');
            }
        }
        decoded.push_str(rest);
        Cow::Owned(decoded)
    }

    /// Writes what a reference stands for; gives its length after the `&`.
    fn reference(&self, text: &str, decoded: &mut String) -> Option<usize> {
        let bytes = text.as_bytes();
        let end = bytes
            .iter()
            .take(LONGEST)
            .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#')?;
        let name = text.get(..end)?;
        let closed = bytes.get(end) == Some(&b';');
        if let Some(number) = name.strip_prefix('#') {
            decoded.extend(allowed(code(number)?));
            return Some(end + usize::from(closed));
        }
        if !closed {
            return self.dotted(text, decoded);
        }
        self.named(name, text.get(..=end)?, decoded).then_some(end + 1)
    }

    /// A declared entity whose name has more than letters and digits.
    fn dotted(&self, text: &str, decoded: &mut String) -> Option<usize> {
        if self.own.is_empty() {
            return None;
        }
        let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
        let value = self.own.get(text.get(..end)?)?;
        self.push_own(value, decoded);
        Some(end + 1)
    }

    fn named(&self, name: &str, with_end: &str, decoded: &mut String) -> bool {
        match name {
            "amp" => decoded.push('&'),
            "lt" => decoded.push('<'),
            "gt" => decoded.push('>'),
            "quot" => decoded.push('"'),
            "apos" => decoded.push('\''),
            _ => {
                if let Some(value) = self.own.get(name) {
                    self.push_own(value, decoded);
                } else if let Some(characters) = html_entity(with_end) {
                    decoded.extend(characters);
                } else {
                    return false;
                }
            }
        }
        true
    }

    fn push_own(&self, value: &str, decoded: &mut String) {
        match self.left.get().checked_sub(value.len()) {
            Some(left) => {
                self.left.set(left);
                decoded.push_str(value);
            }
            None => self.exhausted.set(true),
        }
    }
}

/// The character of `&name;`, given as `name;`.
pub(super) fn html_entity(name: &str) -> Option<impl Iterator<Item = char> + use<>> {
    let (first, second) = *html5ever::data::NAMED_ENTITIES.get(name)?;
    let character = |code: u32| char::from_u32(code).filter(|c| *c != '\0');
    let first = character(first)?;
    Some(std::iter::once(first).chain(character(second)))
}

/// The number of `160`, `xA0`.
fn code(number: &str) -> Option<u32> {
    match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => number.parse().ok(),
    }
}

/// The character of a number, unless XML forbids it.
fn allowed(code: u32) -> Option<char> {
    match code {
        // The C1 controls are never meant; windows-1252 has letters and quotes there.
        0x80..=0x9f => windows_1252(code),
        _ => char::from_u32(code).filter(|c| is_allowed(*c)),
    }
}

fn windows_1252(code: u32) -> Option<char> {
    let byte = [u8::try_from(code).ok()?];
    encoding_rs::WINDOWS_1252
        .decode_without_bom_handling(&byte)
        .0
        .chars()
        .next()
        .filter(|c| !c.is_control())
}

/// Whether XML 1.0 allows the character (§2.2).
pub(super) fn is_allowed(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => character >= ' ',
    }
}

/// Name and value of ` name "value">…`; parameter and external entities have none.
fn declared(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.trim_start().split_once(|c: char| c.is_ascii_whitespace())?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = rest.get(1..)?.split_once(quote)?.0;
    (name != "%").then_some((name, value))
}
