//! Character references in texts and attributes, decoded.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;

/// The longest name of a reference, in bytes.
const MAX_NAME: usize = 32;

/// The text with its references replaced; borrowed where it has none.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let (start, mut rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len());
    out.push_str(start);
    while let Some(after) = rest.strip_prefix('&') {
        let used = reference(after, &mut out);
        if used == 0 {
            out.push('&');
        }
        let after = after.get(used..).unwrap_or_default();
        let next = after.find('&').unwrap_or(after.len());
        let (plain, more) = after.split_at(next);
        out.push_str(plain);
        rest = more;
    }
    Cow::Owned(out)
}

/// Writes what the reference behind a `&` stands for; gives its length, 0 where it is none.
fn reference(text: &str, out: &mut String) -> usize {
    match text.strip_prefix('#') {
        Some(number) => numbered(number, out).map_or(0, |used| used + 1),
        None => named(text, out).unwrap_or(0),
    }
}

fn numbered(text: &str, out: &mut String) -> Option<usize> {
    let (digits, radix, skipped) = match text.strip_prefix(['x', 'X']) {
        Some(hex) => (hex, 16, 1),
        None => (text, 10, 0),
    };
    let len = digits.bytes().take(8).take_while(|b| char::from(*b).is_digit(radix)).count();
    let code = u32::from_str_radix(digits.get(..len)?, radix).ok()?;
    out.push(character(code));
    let end = usize::from(digits.as_bytes().get(len) == Some(&b';'));
    Some(skipped + len + end)
}

/// Numbers of windows-1252 are meant as such.
fn character(code: u32) -> char {
    match code {
        0x80..=0x9f => {
            let byte = [u8::try_from(code).unwrap_or(b'?')];
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
            text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

fn named(text: &str, out: &mut String) -> Option<usize> {
    let len = text.bytes().take(MAX_NAME).take_while(u8::is_ascii_alphanumeric).count();
    let closed = usize::from(text.as_bytes().get(len) == Some(&b';'));
    let name = text.get(..len + closed)?;
    let (one, two) = NAMED_ENTITIES.get(name).copied().filter(|(one, _)| *one != 0)?;
    out.extend([one, two].into_iter().filter(|code| *code != 0).filter_map(char::from_u32));
    Some(name.len())
}
