//! `X-Hub-Signature`: whether a body comes from whom it says (§8 of the Recommendation).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// How bodies are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// HMAC with SHA-1: only for hubs of old.
    Sha1,
    /// HMAC with SHA-256.
    #[default]
    Sha256,
    /// HMAC with SHA-384.
    Sha384,
    /// HMAC with SHA-512.
    Sha512,
}

impl Method {
    /// Every method, the weakest first.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The name before the `=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The method of a name, in either case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name().eq_ignore_ascii_case(name))
    }
}

/// The value of `X-Hub-Signature` for a body.
pub fn sign(method: Method, secret: &[u8], body: &[u8]) -> String {
    let tag = match method {
        Method::Sha1 => tag::<Hmac<Sha1>>(secret, body),
        Method::Sha256 => tag::<Hmac<Sha256>>(secret, body),
        Method::Sha384 => tag::<Hmac<Sha384>>(secret, body),
        Method::Sha512 => tag::<Hmac<Sha512>>(secret, body),
    };
    format!("{}={}", method.name(), hex(&tag))
}

/// Bytes as hexadecimal digits in lower case.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Whether a signature is that of the body; compared in constant time.
pub fn holds(signature: &str, secret: &[u8], body: &[u8]) -> bool {
    let Some((name, digits)) = signature.trim().split_once('=') else { return false };
    let (Some(method), Some(tag)) = (Method::named(name), bytes(digits)) else { return false };
    match method {
        Method::Sha1 => verify::<Hmac<Sha1>>(secret, body, &tag),
        Method::Sha256 => verify::<Hmac<Sha256>>(secret, body, &tag),
        Method::Sha384 => verify::<Hmac<Sha384>>(secret, body, &tag),
        Method::Sha512 => verify::<Hmac<Sha512>>(secret, body, &tag),
    }
}

/// A key of any length is taken, so that there always is a tag.
fn tag<M: Mac + KeyInit>(secret: &[u8], body: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret) else { return Vec::new() };
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}

fn verify<M: Mac + KeyInit>(secret: &[u8], body: &[u8], tag: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret) else { return false };
    mac.update(body);
    mac.verify_slice(tag).is_ok()
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if !digits.len().is_multiple_of(2) || digits.len() > 128 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}
