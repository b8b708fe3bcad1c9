//! Texts that were encoded once too often: base64, and UTF-8 taken for windows-1252.

/// Decodes base64 (RFC 4648), blanks ignored; `None` where it is none or no text.
pub(super) fn base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for symbol in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        bits = bits << 6 | sextet(symbol)?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}

fn sextet(symbol: u8) -> Option<u32> {
    let value = match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}

/// What a text was before somebody took its UTF-8 for windows-1252 (`FÃ³rmula`); `None` where nobody did.
///
/// The whole text must be of that kind, which no text is by chance.
pub(super) fn double_encoding(text: &str) -> Option<String> {
    let first = text.bytes().position(|byte| byte >= 0x80)?;
    let mut characters = text.get(first..)?.chars();
    // Most texts are told from such ones by their first letter beyond ASCII.
    if !matches!(characters.next(), Some('\u{c2}'..='\u{f4}')) || characters.next()?.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(windows_1252).collect();
    String::from_utf8(bytes?).ok()
}

/// The byte of a character, in windows-1252 or in ISO 8859-1.
fn windows_1252(character: char) -> Option<u8> {
    let code = u32::from(character);
    if code <= 0xff {
        return u8::try_from(code).ok();
    }
    let mut buffer = [0; 4];
    let (bytes, _, unmappable) =
        encoding_rs::WINDOWS_1252.encode(character.encode_utf8(&mut buffer));
    if unmappable { None } else { bytes.first().copied() }
}
