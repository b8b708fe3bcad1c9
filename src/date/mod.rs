//! Date text to an instant, as leniently as real feeds need.

use chrono::format::{Parsed, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::model::Instant;

mod calendar;
mod clock;
mod compact;
mod east_asian;
mod fold;
mod relative;
mod tokens;
mod words;
mod zones;

#[cfg(test)]
mod tests;

/// The longest text that is looked at, in bytes; nothing longer is a date.
const LONGEST: usize = 256;

/// The instant that a date text names.
///
/// Reads RFC 822 and its relatives in any order, W3CDTF and ISO 8601 in all lengths, seconds and
/// milliseconds since 1970, month names of many languages, Chinese, Japanese and Korean dates,
/// and relative ones (`5分钟前`, `昨天 10:00`, `2 hours ago`), which count from `now`.
/// `zone` is the source's zone, used where the text has none; a date without a year is in the
/// most recent past. The weekday is not believed. `None`: not a date.
pub fn parse(text: &str, now: Instant, zone: Tz) -> Option<Instant> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let text = fold::fold(compact::within_date_call(text).unwrap_or(text));
    if let Some(instant) = relative::read(&text, now, zone).or_else(|| compact::epoch(&text)) {
        return Some(instant);
    }
    let (text, zone) = east_asian::spell(compact::spread(text), zone);
    absolute(tokens::split(&text)?, now, zone)
}

/// The instant that `text` names, read strictly by a strftime `format` of the operator's own.
///
/// What the format lacks is filled: midnight for a missing time, zero for missing seconds, `zone`
/// for a missing zone. `None`: the text does not have this format, or there is no date in it.
pub fn parse_format(text: &str, format: &str, zone: Tz) -> Option<Instant> {
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text.trim(), StrftimeItems::new(format)).ok()?;
    if let Some(seconds) = parsed.timestamp() {
        return DateTime::from_timestamp(seconds, 0);
    }
    let date = parsed.to_naive_date().ok()?;
    let time = parsed.to_naive_time().unwrap_or_default();
    in_zone(date.and_time(time), parsed.offset(), zone)
}

/// A date and perhaps a time, a zone and a weekday, in any order.
fn absolute(tokens: Vec<tokens::Token<'_>>, now: Instant, zone: Tz) -> Option<Instant> {
    let clock::Split { time, date, rest } = clock::split(tokens)?;
    let (stated, rest) = zones::take(rest)?;
    let day = calendar::read(&date, &rest).filter(|day| day.is_named() || time.is_some())?;
    let zone = stated.zone.unwrap_or(zone);
    let offset = stated.offset.or(day.offset).map(|offset| zones::local_meaning(offset, zone));
    let today = now.with_timezone(&zone).date_naive();
    let at = |date: NaiveDate| {
        let moment = date.and_time(time.map(|time| time.clock).unwrap_or_default());
        let moment = if time.is_some_and(|time| time.next_day) {
            moment.checked_add_signed(TimeDelta::days(1))?
        } else {
            moment
        };
        in_zone(moment, offset, zone)
    };
    day.date
        .resolve(today, time.is_some_and(|time| time.twelve_hours), |date| {
            at(date).filter(|instant| *instant <= now + TimeDelta::hours(1))
        })
        .and_then(at)
}

/// A wall clock's reading to an instant; in the hour that a clock change leaves out, the hour after.
fn in_zone(moment: NaiveDateTime, offset: Option<i32>, zone: Tz) -> Option<Instant> {
    if let Some(seconds) = offset {
        return Some(moment.checked_sub_signed(TimeDelta::seconds(seconds.into()))?.and_utc());
    }
    let local = zone.from_local_datetime(&moment);
    let later =
        || zone.from_local_datetime(&moment.checked_add_signed(TimeDelta::hours(1))?).earliest();
    local.earliest().or_else(later).map(|local| local.to_utc())
}
