//! The default slugs: lower-case ASCII that any server, disk and mail program leaves alone.

use any_ascii::any_ascii_char;

use super::{predecessor, short_hash};

/// Longest slug, in characters.
const MOST: usize = 64;

/// Names that the tree of published files, or a Windows disk, keeps for itself.
const RESERVED: &[&str] = &["index", "all", "con", "prn", "aux", "nul", "conin", "conout"];

/// The slug, empty if the name has no character that can be written in ASCII.
pub(super) fn slug(name: &str) -> String {
    let mut out = Slug::default();
    for c in name.chars() {
        out.spell(c);
    }
    let slug = shorten(out.text, name);
    if is_reserved(&slug) { format!("{slug}-x") } else { slug }
}

/// A slug as it grows; a gap is written only once something follows it.
#[derive(Default)]
struct Slug {
    text: String,
    gap: bool,
}

impl Slug {
    fn spell(&mut self, c: char) {
        if let Some(reading) = predecessor::crate_reading(c) {
            self.write(reading, false);
        } else {
            self.write(any_ascii_char(c), !c.is_alphanumeric());
        }
    }

    /// Adds the letters and digits of `ascii`; anything else is a gap, or nothing within a word
    /// (the apostrophe that stands for a soft sign).
    fn write(&mut self, ascii: &str, gaps: bool) {
        for c in ascii.chars() {
            match c {
                'ü' => self.push('v'),
                _ if c.is_ascii_alphanumeric() => self.push(c.to_ascii_lowercase()),
                _ => self.gap |= gaps,
            }
        }
    }

    fn push(&mut self, c: char) {
        if self.gap && !self.text.is_empty() {
            self.text.push('-');
        }
        self.gap = false;
        self.text.push(c);
    }
}

/// Cuts a long slug and marks it with a hash of the whole name, so that two long names with the
/// same beginning stay apart.
fn shorten(mut slug: String, name: &str) -> String {
    if slug.len() > MOST {
        let hash = short_hash(name);
        slug.truncate(MOST - 1 - hash.len()); // all ASCII: every place is a boundary
        slug = format!("{}-{hash}", slug.trim_end_matches('-'));
    }
    slug
}

fn is_reserved(slug: &str) -> bool {
    let port = ["com", "lpt"].iter().find_map(|name| slug.strip_prefix(name));
    let numbered =
        port.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()));
    numbered || RESERVED.contains(&slug)
}
