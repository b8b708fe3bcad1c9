//! Whether a client already has what it asks for (RFC 9110 §13).

use axum::http::HeaderMap;
use axum::http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use chrono::{DateTime, NaiveDateTime, Utc};

/// Whether the answer is 304. A tag, however wrong, outranks a time (RFC 9110 §13.2.2).
pub(super) fn unchanged(headers: &HeaderMap, tag: &str, modified: DateTime<Utc>) -> bool {
    let mut lists = headers.get_all(IF_NONE_MATCH).iter().peekable();
    if lists.peek().is_some() {
        return lists.any(|list| lists_tag(list.as_bytes(), tag.as_bytes()));
    }
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    since.and_then(instant).is_some_and(|since| modified.timestamp() <= since.timestamp())
}

/// A time as `Last-Modified` has it.
pub(super) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The three forms that RFC 9110 §5.6.7 knows; anything else is no time.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    const FORMS: [&str; 3] =
        ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    let short = text.len() <= 64;
    let read = |form| NaiveDateTime::parse_from_str(text, form).ok();
    FORMS.into_iter().find_map(|form| read(form).filter(|_| short)).map(|at| at.and_utc())
}

/// Weak comparison (RFC 9110 §8.8.3.2) with each tag of a list; reads up to the first fault.
fn lists_tag(list: &[u8], tag: &[u8]) -> bool {
    let mut rest = list;
    loop {
        rest = rest.trim_ascii_start();
        rest = match rest.split_first() {
            Some((b',', after)) => after,
            Some((b'*', _)) => return true,
            _ => match next_tag(rest) {
                Some((found, _)) if found == tag => return true,
                Some((_, after)) => after,
                None => return false,
            },
        };
    }
}

/// The first tag with its quotes but without `W/`, and what follows.
fn next_tag(list: &[u8]) -> Option<(&[u8], &[u8])> {
    let list = list.strip_prefix(b"W/").unwrap_or(list);
    let inner = list.strip_prefix(b"\"")?;
    let end = inner.iter().position(|byte| *byte == b'"')?;
    list.split_at_checked(end + 2)
}
