//! Whether a client already has what it asks for (RFC 9110 §13).

use chrono::{DateTime, NaiveDateTime, Utc};
use http::HeaderMap;
use http::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};

use super::coding::Coding;

/// What a client has of a content already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Nothing, or another content.
    Nothing,
    /// This content, in this coding.
    In(Coding),
    /// This content, in whatever coding it would get now.
    Same,
}

/// What a client has of a content, told by the tags and the time that it names. Each coding has a
/// tag of its own, and whoever has the content in one that `would` do now needs no other. A tag,
/// however wrong, outranks a time (RFC 9110 §13.2.2).
pub(super) fn held(
    headers: &HeaderMap,
    digest: &str,
    modified: DateTime<Utc>,
    would: impl Fn(Coding) -> bool,
) -> Held {
    let mut lists = headers.get_all(IF_NONE_MATCH).iter().peekable();
    if lists.peek().is_some() {
        let mut found = lists.map(|list| listed(list.as_bytes(), digest.as_bytes(), &would));
        return found.find(|held| *held != Held::Nothing).unwrap_or(Held::Nothing);
    }
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let same =
        since.and_then(instant).is_some_and(|since| modified.timestamp() <= since.timestamp());
    if same { Held::Same } else { Held::Nothing }
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
fn listed(list: &[u8], digest: &[u8], would: &impl Fn(Coding) -> bool) -> Held {
    let mut rest = list;
    loop {
        rest = rest.trim_ascii_start();
        rest = match rest.split_first() {
            Some((b',', after)) => after,
            Some((b'*', _)) => return Held::Same,
            _ => match next_tag(rest) {
                Some((tag, after)) => match coding_of(tag, digest).filter(|one| would(*one)) {
                    Some(coding) => return Held::In(coding),
                    None => after,
                },
                None => return Held::Nothing,
            },
        };
    }
}

/// The coding whose tag of a content this is.
fn coding_of(tag: &[u8], digest: &[u8]) -> Option<Coding> {
    let suffix = tag.strip_prefix(b"\"")?.strip_suffix(b"\"")?.strip_prefix(digest)?;
    Coding::ALL.into_iter().find(|coding| coding.suffix().as_bytes() == suffix)
}

/// The first tag with its quotes but without `W/`, and what follows.
fn next_tag(list: &[u8]) -> Option<(&[u8], &[u8])> {
    let list = list.strip_prefix(b"W/").unwrap_or(list);
    let inner = list.strip_prefix(b"\"")?;
    let end = inner.iter().position(|byte| *byte == b'"')?;
    list.split_at_checked(end + 2)
}
