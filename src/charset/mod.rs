//! Bytes and what was said about them to text.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

mod declared;
mod wide;

#[cfg(test)]
mod tests;

/// Text, and how it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text; borrowed where the bytes were UTF-8. Without a byte order mark.
    pub text: Cow<'a, str>,
    /// The encoding's name in the WHATWG standard, or `UTF-32`.
    pub encoding: &'static str,
    /// How many malformed sequences became U+FFFD.
    pub replaced: usize,
}

/// Decodes a feed, a page or a record.
///
/// Believed in this order: a byte order mark, the operator's `over` for the source, the pattern of
/// UTF-16 and UTF-32, the `charset` of `content_type`, the XML declaration or the HTML `meta` within
/// the first 8 kB, validity as UTF-8, a guess by the bytes. Labels are those of the WHATWG Encoding
/// standard, so `gb2312` and `gbk` read as GB18030 does, and `iso-8859-1` as windows-1252.
/// A declared encoding that the bytes contradict is not believed: servers recode without
/// rewriting the declaration.
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>, over: Option<&str>) -> Decoded<'a> {
    if let Some(text) = wide::utf_32(bytes) {
        return text;
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let bytes = bytes.get(mark..).unwrap_or_default();
        return if encoding == UTF_8 { by_bytes(bytes) } else { with(bytes, encoding) };
    }
    if let Some(encoding) = over.and_then(declared::named) {
        return with(bytes, encoding);
    }
    if let Some(encoding) = wide::utf_16(bytes) {
        return with(bytes, encoding);
    }
    let by_server = content_type.and_then(declared::in_content_type);
    let east_asian = || {
        let encoding = declared::in_document(bytes).filter(|encoding| !encoding.is_single_byte());
        encoding.filter(|encoding| fits(bytes, encoding))
    };
    let said = match by_server {
        Some(encoding) if encoding == WINDOWS_1252 => east_asian().or(by_server),
        Some(_) => by_server,
        None => declared::in_document(bytes),
    };
    match said {
        Some(encoding) => as_declared(bytes, encoding),
        None => by_bytes(bytes),
    }
}

/// Whether bytes are well-formed in an encoding.
///
/// Servers say ISO 8859-1 for whatever they were not told about; a document that says it is in
/// some encoding of more than one byte, and is, knows better.
fn fits(bytes: &[u8], encoding: &'static Encoding) -> bool {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some()
}

/// What was declared, unless the bytes say otherwise.
fn as_declared<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Decoded<'a> {
    // Two bytes a character, declared in one byte a character.
    if encoding == UTF_8 || encoding == UTF_16LE || encoding == UTF_16BE {
        return by_bytes(bytes);
    }
    let characters = utf_8_sequences(bytes);
    let enough = if encoding.is_single_byte() { 1 } else { 4 };
    if characters.valid >= enough && characters.valid > characters.invalid {
        return mostly_utf_8(bytes, &characters);
    }
    with(bytes, encoding)
}

/// UTF-8 where that is mostly right, else what the document says if that is right, else a guess.
fn by_bytes(bytes: &[u8]) -> Decoded<'_> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name(), replaced: 0 };
    }
    let characters = utf_8_sequences(bytes);
    if characters.valid > characters.invalid {
        mostly_utf_8(bytes, &characters)
    } else {
        let declared = declared::in_document(bytes)
            .filter(|encoding| *encoding != UTF_8 && fits(bytes, encoding));
        with(bytes, declared.unwrap_or_else(|| guess(bytes)))
    }
}

/// UTF-8 with single bytes of windows-1252 in it, as aggregators and templates mix them.
///
/// Among East Asian characters a single byte is the rest of a character that was cut.
fn mostly_utf_8<'a>(bytes: &'a [u8], characters: &Sequences) -> Decoded<'a> {
    if characters.invalid == 0 || characters.east_asian * 2 > characters.valid {
        return with(bytes, UTF_8);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        match chunk.invalid() {
            [] => {}
            // The beginning of a quotation mark or a pictogram that was cut.
            [0xe2 | 0xf0, _, ..] => text.push(char::REPLACEMENT_CHARACTER),
            bytes => text.push_str(&WINDOWS_1252.decode_without_bom_handling(bytes).0),
        }
    }
    Decoded { text: Cow::Owned(text), encoding: UTF_8.name(), replaced: characters.invalid }
}

/// By the statistics of the bytes.
fn guess(bytes: &[u8]) -> &'static Encoding {
    /// More than this tells no more.
    const ENOUGH: usize = 1 << 20;
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..ENOUGH).unwrap_or(bytes), true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    if encoding == UTF_8 { WINDOWS_1252 } else { encoding }
}

fn with<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Decoded<'a> {
    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
    let replaced = if malformed { text.matches('\u{fffd}').count() } else { 0 };
    Decoded { text, encoding: encoding.name(), replaced }
}

/// Sequences of more than one byte.
struct Sequences {
    valid: usize,
    /// Those of the valid ones that are of the East Asian planes.
    east_asian: usize,
    invalid: usize,
}

fn utf_8_sequences(bytes: &[u8]) -> Sequences {
    let mut found = Sequences { valid: 0, east_asian: 0, invalid: 0 };
    for chunk in bytes.utf8_chunks() {
        found.valid += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        found.east_asian +=
            chunk.valid().bytes().filter(|byte| matches!(byte, 0xe3..=0xef)).count();
        found.invalid += usize::from(!chunk.invalid().is_empty());
    }
    found
}
