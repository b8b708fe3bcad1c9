//! Addresses for subscribers: signed by us, and read back without telling how nearly right one was.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

#[cfg(test)]
mod tests;

/// Crockford's base 32 in lower case: no letter is taken for another.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Bytes of a code as it is drawn by lot: 80 bits.
pub const CODE: usize = 10;
/// Characters of a code.
const CODE_LETTERS: usize = 16;
/// Bytes of a signature: 128 bits of HMAC-SHA-256.
const SIGNATURE: usize = 16;
/// Characters of a signature.
const SIGNATURE_LETTERS: usize = 26;
/// What is signed besides the code, so that the key may sign other things some day.
const PURPOSE: &[u8] = b"finews subscriber\n";

/// What addresses are signed with; never shown.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// A key of these bytes, which must have been drawn by lot.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key in a file: 64 hexadecimal digits.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The key as its file holds it.
    pub fn text(&self) -> String {
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
        let digits = self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        digits.chain(['\n']).collect()
    }

    /// The last part of an address: the code and its signature.
    pub fn sign(&self, code: &str) -> String {
        let signature = self.mac(code).finalize().into_bytes();
        format!("{code}{}", letters(signature.get(..SIGNATURE).unwrap_or_default()))
    }

    /// The code in the last part of an address, if the signature holds. It is compared in constant
    /// time.
    pub fn code<'p>(&self, part: &'p str) -> Option<&'p str> {
        let whole = part.len() == CODE_LETTERS + SIGNATURE_LETTERS;
        let (code, signature) = part.split_at_checked(CODE_LETTERS).filter(|_| whole)?;
        let signature = bytes(signature).filter(|bytes| bytes.len() == SIGNATURE)?;
        self.mac(code).verify_truncated_left(&signature).ok()?;
        Some(code)
    }

    fn mac(&self, code: &str) -> Hmac<Sha256> {
        // A key is filled up with zeros to a block of the hash (RFC 2104 §2).
        let (mut block, Self(key)) = ([0; 64], self);
        for (place, byte) in block.iter_mut().zip(key) {
            *place = *byte;
        }
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(PURPOSE);
        mac.update(code.as_bytes());
        mac
    }
}

/// A code of bytes drawn by lot.
pub fn code(lot: [u8; CODE]) -> String {
    letters(&lot)
}

/// Bytes in base 32; what is left over of the last letter is zero.
fn letters(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

fn letter(value: u32) -> char {
    char::from(LETTERS.get((value & 31) as usize).copied().unwrap_or(b'0'))
}

/// Base 32 read back, in the one spelling that [`letters`] writes.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let value = LETTERS.iter().position(|letter| *letter == byte)?;
        held = (held << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    (held == 0).then_some(bytes)
}
