//! Dates that are one number: seconds or milliseconds since 1970, and runs of digits.

use chrono::DateTime;

use crate::model::Instant;

/// Seconds (9 or 10 digits), milliseconds (13) or microseconds (16) since 1970, as text.
pub(super) fn epoch(text: &str) -> Option<Instant> {
    let text = text.trim_start_matches('@');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    match whole.len() {
        9 | 10 => DateTime::from_timestamp(value, 0),
        12 if date_first(whole) => None,
        12 | 13 => DateTime::from_timestamp(value / 1_000, 0),
        16 => DateTime::from_timestamp(value / 1_000_000, 0),
        _ => None,
    }
}

/// The number within `/Date(1647000000000+0800)/`, as some servers write JSON.
pub(super) fn within_date_call(text: &str) -> Option<&str> {
    let inner = text.trim_matches('/').strip_prefix("Date(")?.strip_suffix(')')?;
    Some(inner.split(['+', '-']).next().unwrap_or(inner))
}

/// Puts a `t` between the date and the time of `yyyymmddhhmm` and `yyyymmddhhmmss`.
pub(super) fn spread(text: String) -> String {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !matches!(digits, 12 | 14) || !date_first(&text) {
        return text;
    }
    let (date, time) = text.split_at(8);
    format!("{date}t{time}")
}

/// Whether digits begin with a year and a month of our times.
fn date_first(digits: &str) -> bool {
    let month = digits.get(4..6).and_then(|month| month.parse().ok());
    (digits.starts_with("19") || digits.starts_with("20")) && matches!(month, Some(1..=12))
}
