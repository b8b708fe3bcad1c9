//! Where documents and servers say which charset they are in.

use encoding_rs::{Encoding, REPLACEMENT};

/// A declaration further in is not looked for (HTML standard: 1 kB; real pages: more).
const LOOKED_AT: usize = 8 * 1024;

/// The encoding of a WHATWG label.
pub(super) fn named(label: &str) -> Option<&'static Encoding> {
    let label = label.trim_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\''));
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT)
}

/// `text/xml; charset=gbk`.
pub(super) fn in_content_type(content_type: &str) -> Option<&'static Encoding> {
    named(after_charset(content_type)?)
}

/// The XML declaration's `encoding`, else the `charset` of an HTML `meta`.
pub(super) fn in_document(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    after(start, b"<?xml")
        .and_then(|declaration| in_xml(&tag(declaration)))
        .or_else(|| in_html(start))
}

fn in_xml(declaration: &str) -> Option<&'static Encoding> {
    named(quoted(declaration.split_once("encoding")?.1)?)
}

fn in_html(start: &[u8]) -> Option<&'static Encoding> {
    let mut rest = start;
    loop {
        rest = after(rest, b"<meta")?;
        if let Some(encoding) = after_charset(&tag(rest)).and_then(named) {
            return Some(encoding);
        }
    }
}

/// What follows the first of these bytes, in any case.
fn after<'a>(bytes: &'a [u8], beginning: &[u8]) -> Option<&'a [u8]> {
    let found =
        |window: &[u8]| window.first() == Some(&b'<') && window.eq_ignore_ascii_case(beginning);
    let at = bytes.windows(beginning.len()).position(found)?;
    bytes.get(at + beginning.len()..)
}

/// The bytes up to `>`, in lower case; labels are ASCII in every encoding that is left to ask about.
fn tag(bytes: &[u8]) -> String {
    let inside = bytes.split(|byte| *byte == b'>').next().unwrap_or_default();
    inside.iter().map(|byte| char::from(byte & 0x7f).to_ascii_lowercase()).collect()
}

/// The value in `charset = "…"`, quoted or not.
fn after_charset(text: &str) -> Option<&str> {
    let at =
        text.as_bytes().windows(7).position(|window| window.eq_ignore_ascii_case(b"charset"))?;
    quoted(text.get(at + 7..)?)
}

/// The value after `=`.
fn quoted(text: &str) -> Option<&str> {
    let value = text.trim_start().strip_prefix('=')?.trim_start();
    let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
    value
        .split(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | ';' | '>' | '?'))
        .next()
}
