//! What the head of an answer says: validators, wishes for the next visit, how long to stay away.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::header::{
    AGE, AsHeaderName, CACHE_CONTROL, DATE, ETAG, EXPIRES, HeaderMap, HeaderValue, LAST_MODIFIED,
    RETRY_AFTER,
};
use url::Url;

use crate::model::{Page, Validators};

/// What came back.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and taken apart at once")]
pub enum Answer {
    /// A page with content.
    Fresh {
        /// The page; its status is below 300.
        page: Page,
        /// What the server gave for the next time; belongs to `page.url`.
        validators: Validators,
        /// What the server wishes for the next visit.
        wait: Wishes,
    },
    /// Nothing new since the validators were given.
    Unchanged {
        /// Only what this answer carried; what it left out stays as it was.
        validators: Validators,
        /// What the server wishes for the next visit.
        wait: Wishes,
    },
}

/// What the server wishes for the next visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// How long the answer stays fresh (RFC 9111 §4.2): `max-age` − `Age`, or else
    /// `Expires` − `Date`. `None` with `no-cache` or `no-store`, and where nothing is left.
    pub max_age: Option<Duration>,
    /// Where the page lives now, if every redirect on the way was permanent (301 or 308).
    pub moved_to: Option<Url>,
    /// The header fields that `max_age` was read from.
    pub raw: Raw,
}

/// Header fields about time, as trimmed text without control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    /// `Date`.
    pub date: Option<String>,
    /// `Age`.
    pub age: Option<String>,
    /// `Expires`.
    pub expires: Option<String>,
    /// `Cache-Control`, all fields joined by commas.
    pub cache_control: Option<String>,
}

/// A wait longer than this is cut to it.
const LONGEST_WAIT: Duration = Duration::from_hours(7 * 24);
/// A validator longer than this is not kept.
const LONGEST_VALIDATOR: usize = 4096;

/// What the head says about time.
pub(super) fn wishes(headers: &HeaderMap, moved_to: Option<Url>) -> Wishes {
    let raw = Raw {
        date: text(headers, DATE),
        age: text(headers, AGE),
        expires: text(headers, EXPIRES),
        cache_control: joined(headers, CACHE_CONTROL),
    };
    Wishes { max_age: freshness(headers), moved_to, raw }
}

/// All fields of a name in one line; each is a list, so that commas join them (RFC 9110 §5.3).
pub(super) fn joined(headers: &HeaderMap, name: impl AsHeaderName) -> Option<String> {
    let fields: Vec<_> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
    (!fields.is_empty()).then(|| plain(&fields.join(&b", "[..])))
}

/// Each field of a name.
pub(super) fn fields(headers: &HeaderMap, name: impl AsHeaderName) -> Vec<String> {
    headers.get_all(name).iter().map(|value| plain(value.as_bytes())).collect()
}

/// `ETag` and `Last-Modified` as they came.
pub(super) fn validators(headers: &HeaderMap) -> Validators {
    Validators { etag: token(headers, ETAG), last_modified: token(headers, LAST_MODIFIED) }
}

fn token(headers: &HeaderMap, name: impl AsHeaderName) -> Option<Vec<u8>> {
    let bytes = headers.get(name)?.as_bytes();
    (1..=LONGEST_VALIDATOR).contains(&bytes.len()).then(|| bytes.to_vec())
}

/// How long the answer may be taken as fresh, by the server's own clock.
pub(super) fn freshness(headers: &HeaderMap) -> Option<Duration> {
    let mut max_age = None;
    for directive in headers.get_all(CACHE_CONTROL).iter().flat_map(|it| directives(it.as_bytes()))
    {
        match directive {
            Directive::NoStore => return None,
            Directive::MaxAge(age) => max_age = max_age.or(Some(age)),
        }
    }
    let left = match max_age {
        Some(max_age) => max_age.saturating_sub(seconds(headers, AGE).unwrap_or_default()),
        None => until(headers, text(headers, EXPIRES)?.as_str())?,
    };
    (!left.is_zero()).then_some(left)
}

enum Directive {
    NoStore,
    MaxAge(Duration),
}

fn directives(value: &[u8]) -> Vec<Directive> {
    String::from_utf8_lossy(value).split(',').filter_map(directive).collect()
}

fn directive(text: &str) -> Option<Directive> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    match name.trim().to_ascii_lowercase().as_str() {
        // `no-cache="field"` speaks of that field only (RFC 9111 §5.2.2.4).
        "no-cache" if value.is_empty() => Some(Directive::NoStore),
        "no-store" => Some(Directive::NoStore),
        "max-age" => whole_seconds(value.trim().trim_matches('"')).map(Directive::MaxAge),
        _ => None,
    }
}

/// `Retry-After` in either form, at most seven days; a date counts from the answer's `Date`.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = text(headers, RETRY_AFTER)?;
    let wait = whole_seconds(&text).or_else(|| until(headers, &text))?;
    (!wait.is_zero()).then(|| wait.min(LONGEST_WAIT))
}

fn until(headers: &HeaderMap, date: &str) -> Option<Duration> {
    let now = http_date(&text(headers, DATE)?)?;
    (http_date(date)? - now).to_std().ok()
}

fn seconds(headers: &HeaderMap, name: impl AsHeaderName) -> Option<Duration> {
    whole_seconds(&text(headers, name)?)
}

/// Digits only; a number too large to count is the largest.
fn whole_seconds(text: &str) -> Option<Duration> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

/// The three forms of an HTTP date (RFC 9110 §5.6.7), all in GMT; the day of the week is not read
/// where it stands before a comma, since it is wrong more often than the rest.
pub(super) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    if text.len() > 64 {
        return None;
    }
    let text = text.split_once(',').map_or(text, |(_, rest)| rest).trim();
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.to_utc());
    }
    ["%d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|date| date.and_utc())
}

/// A header as trimmed text without control characters.
pub(super) fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<String> {
    Some(plain(headers.get(name)?.as_bytes()))
}

fn plain(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().chars().filter(|c| !c.is_control()).collect()
}
