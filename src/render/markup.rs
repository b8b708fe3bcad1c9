//! The markup of a page before and after the browser had it: pure.

use crate::model::Page;

/// Whether a browser could make more of it.
pub(super) fn is_html(page: &Page) -> bool {
    let kind = page.content_type.as_deref().and_then(|kind| kind.split(';').next());
    match kind.map(|kind| kind.trim().to_ascii_lowercase()).as_deref() {
        Some("text/html" | "application/xhtml+xml") => true,
        Some(_) => false,
        None => page.bytes.trim_ascii_start().starts_with(b"<"),
    }
}

/// The markup as bytes, marked as UTF-8: whatever was said of the page before, this is so.
pub(super) fn bytes(html: &str) -> Vec<u8> {
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    let mut rest = html;
    while let Some((before, tail)) = noscript(rest) {
        bytes.extend_from_slice(before.as_bytes());
        rest = tail;
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// What stands before and behind the next `noscript`: what it holds is for those without scripts,
/// who are told to get some. Pictures in it stay, for they are those that scripts bring later.
fn noscript(html: &str) -> Option<(&str, &str)> {
    const START: &str = "<noscript";
    const END: &str = "</noscript>";
    let start = html.find(START)?;
    let end = start + html.get(start..)?.find(END)? + END.len();
    let (inner, tail) = (html.get(start..end)?, html.get(end..)?);
    let kept = if inner.contains("<img") { end } else { start };
    Some((html.get(..kept)?, tail))
}
