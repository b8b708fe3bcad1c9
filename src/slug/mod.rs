//! A name in any script to the last part of an address.

mod predecessor;
mod safe;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

/// Most bytes of a [`Style::Predecessor`] slug, so that a file extension still fits beside it.
const MOST_BYTES: usize = 240;

/// Which addresses a name gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// `[a-z0-9-]{1,64}`, no `-` at either end, never a reserved word.
    #[default]
    Safe,
    /// What the predecessor called its pages: `get_pinyin(name).replace("-", "")` of xpinyin
    /// 0.7.6, so case, blanks, brackets and other scripts stay. Still one part of a path.
    Predecessor,
}

/// The last part of the address of what is called `name`. Never empty; different names may get
/// the same slug.
pub fn slug(name: &str, style: Style) -> String {
    let slug = match style {
        Style::Safe => safe::slug(name),
        Style::Predecessor => file_part(&predecessor::slug(name)),
    };
    if slug.is_empty() { format!("x-{}", short_hash(name)) } else { slug }
}

/// `name` as one part of a path on any disk: separators, control characters and a leading `.`
/// become `-`, and what does not fit in 240 bytes is cut off. Everything else stays.
pub fn file_part(name: &str) -> String {
    let hidden = name.starts_with('.');
    let mut part = String::with_capacity(name.len());
    for (at, c) in name.char_indices() {
        if at + c.len_utf8() > MOST_BYTES {
            break;
        }
        let foreign = matches!(c, '/' | '\\') || c.is_control() || (at == 0 && hidden);
        part.push(if foreign { '-' } else { c });
    }
    part
}

/// Eight hexadecimal digits that stay the same for the same name.
fn short_hash(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    let number = digest.iter().take(4).fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{number:08x}")
}
