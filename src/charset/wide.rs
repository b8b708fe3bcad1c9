//! UTF-16 and UTF-32, by their byte order mark or by the zeros in ASCII markup.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::Decoded;

/// UTF-32 in either order; the Encoding standard has no such thing, files have.
pub(super) fn utf_32(bytes: &[u8]) -> Option<Decoded<'static>> {
    let big = |quad: [u8; 4]| u32::from_be_bytes(quad);
    let little = |quad: [u8; 4]| u32::from_le_bytes(quad);
    match *bytes {
        [0, 0, 0xfe, 0xff, ..] => Some(decode(bytes.get(4..)?, big)),
        [0xff, 0xfe, 0, 0, ..] => Some(decode(bytes.get(4..)?, little)),
        [0, 0, 0, 1..=255, ..] => Some(decode(bytes, big)),
        [1..=255, 0, 0, 0, ..] => Some(decode(bytes, little)),
        _ => None,
    }
}

fn decode(bytes: &[u8], value: impl Fn([u8; 4]) -> u32) -> Decoded<'static> {
    let mut replaced = 0;
    let mut text = String::with_capacity(bytes.len() / 4);
    for quad in bytes.chunks(4) {
        let character = <[u8; 4]>::try_from(quad).ok().and_then(|quad| char::from_u32(value(quad)));
        replaced += usize::from(character.is_none());
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Decoded { text: Cow::Owned(text), encoding: "UTF-32", replaced }
}

/// UTF-16 without a mark: the first two characters are ASCII, as in `<?` or `<r`.
pub(super) fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    match *bytes {
        [0, 1..=255, 0, 1..=255, ..] => Some(UTF_16BE),
        [1..=255, 0, 1..=255, 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}
