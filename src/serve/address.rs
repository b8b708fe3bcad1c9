//! The path of a request to the path of a file, or to nothing where it tries anything clever.

use percent_encoding::percent_decode_str;

/// The longest name that file systems hold, in bytes.
const NAME: usize = 255;
/// The longest path that is looked at, in bytes before decoding.
const PATH: usize = 4096;

/// Decodes a path part by part. `None` where a part climbs, is hidden, empty or too long, or holds
/// a separator, a control character, or bytes that are no UTF-8. The result begins with `/`.
pub(super) fn decode(path: &str, base: &str) -> Option<String> {
    let path = within(path, base).strip_prefix('/')?;
    if path.len() > PATH {
        return None;
    }
    let mut decoded = String::with_capacity(path.len() + 1);
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let part = percent_decode_str(part).decode_utf8().ok()?;
        let last = parts.peek().is_none();
        if !(sound(&part) || (last && part.is_empty())) {
            return None;
        }
        decoded.push('/');
        decoded.push_str(&part);
    }
    Some(decoded)
}

/// The file that a decoded path names; a folder has none, except the root.
pub(super) fn file(decoded: &str) -> Option<&str> {
    match decoded.strip_prefix('/')? {
        "" => Some("index.html"),
        folder if folder.ends_with('/') => None,
        file => Some(file),
    }
}

fn within<'a>(path: &'a str, base: &str) -> &'a str {
    match path.strip_prefix(base) {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

fn sound(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= NAME
        && !part.starts_with('.')
        && !part.contains(|c: char| matches!(c, '/' | '\\') || c.is_control())
}
