//! Dates that count from now: `刚刚`, `5分钟前`, `昨天 10:00`, `2 hours ago`.

use chrono::{Days, Months, TimeDelta};
use chrono_tz::Tz;

use super::{clock, in_zone, tokens};
use crate::model::Instant;

const DAYS: &[(&str, u64)] = &[
    ("大前天", 3),
    ("前天", 2),
    ("昨天", 1),
    ("昨日", 1),
    ("yesterday", 1),
    ("今天", 0),
    ("今日", 0),
    ("本日", 0),
    ("today", 0),
];

/// Units with their length in seconds; months and years by the calendar.
const UNITS: &[(&str, Unit)] = &[
    ("秒", Unit::Seconds(1)),
    ("分", Unit::Seconds(60)),
    ("小时", Unit::Seconds(3_600)),
    ("小時", Unit::Seconds(3_600)),
    ("时", Unit::Seconds(3_600)),
    ("時", Unit::Seconds(3_600)),
    ("天", Unit::Days(1)),
    ("日", Unit::Days(1)),
    ("周", Unit::Days(7)),
    ("週", Unit::Days(7)),
    ("星期", Unit::Days(7)),
    ("个月", Unit::Months(1)),
    ("個月", Unit::Months(1)),
    ("月", Unit::Months(1)),
    ("年", Unit::Months(12)),
    ("sec", Unit::Seconds(1)),
    ("min", Unit::Seconds(60)),
    ("hour", Unit::Seconds(3_600)),
    ("hr", Unit::Seconds(3_600)),
    ("day", Unit::Days(1)),
    ("week", Unit::Days(7)),
    ("month", Unit::Months(1)),
    ("year", Unit::Months(12)),
    ("h", Unit::Seconds(3_600)),
    ("d", Unit::Days(1)),
    ("m", Unit::Seconds(60)),
];

#[derive(Clone, Copy)]
enum Unit {
    Seconds(i64),
    Days(u64),
    Months(u32),
}

/// The instant that a relative date names.
pub(super) fn read(text: &str, now: Instant, zone: Tz) -> Option<Instant> {
    if text.starts_with("刚") || text.starts_with("剛") || matches!(text, "now" | "just now") {
        return Some(now);
    }
    ago(text, now).or_else(|| named_day(text, now, zone))
}

/// `昨天 10:00`: midnight where no time follows.
fn named_day(text: &str, now: Instant, zone: Tz) -> Option<Instant> {
    let (word, back) = DAYS.iter().find(|(word, _)| text.contains(word))?;
    let rest = text.replacen(word, " ", 1);
    let (rest, _) = super::east_asian::spell(rest, zone);
    let split = clock::split(tokens::split(&rest)?)?;
    let day = now.with_timezone(&zone).date_naive().checked_sub_days(Days::new(*back))?;
    in_zone(day.and_time(split.time.map(|time| time.clock).unwrap_or_default()), None, zone)
}

/// `3天前`, `3 days ago`.
fn ago(text: &str, now: Instant) -> Option<Instant> {
    let before =
        text.split_once('前').map(|(before, _)| before.trim_end_matches(['之', '以', ' ']));
    let before = before.or_else(|| text.strip_suffix("ago"))?.trim();
    let (count, unit) = count_and_unit(before)?;
    let unit = unit.trim().trim_start_matches('个').trim_start_matches('個');
    let (_, unit) = UNITS.iter().find(|(name, _)| {
        unit.starts_with(name) || unit == name.trim_start_matches(['个', '個'])
    })?;
    match *unit {
        Unit::Seconds(length) => {
            now.checked_sub_signed(TimeDelta::try_seconds(length.checked_mul(count)?)?)
        }
        Unit::Days(length) => {
            now.checked_sub_days(Days::new(length.checked_mul(count.try_into().ok()?)?))
        }
        Unit::Months(length) => {
            now.checked_sub_months(Months::new(length.checked_mul(count.try_into().ok()?)?))
        }
    }
}

/// A number, in digits or one Chinese numeral, and what follows it.
fn count_and_unit(text: &str) -> Option<(i64, &str)> {
    if let Some(start) = text.find(|c: char| c.is_ascii_digit()) {
        let text = text.get(start..)?;
        let end = text.find(|c: char| !c.is_ascii_digit())?;
        return Some((text.get(..end)?.parse().ok()?, text.get(end..)?));
    }
    if let Some(unit) =
        text.strip_prefix("半").filter(|unit| unit.ends_with('时') || unit.ends_with('時'))
    {
        return unit.contains('小').then_some((30, "分"));
    }
    if let Some(unit) = text.strip_prefix("a ").or_else(|| text.strip_prefix("an ")) {
        return Some((1, unit));
    }
    let first = text.chars().next()?;
    let unit = text.get(first.len_utf8()..)?;
    let count = match first {
        '两' | '兩' => 2,
        _ => i64::try_from("零一二三四五六七八九十".chars().position(|c| c == first)?).ok()?,
    };
    Some((count, unit))
}
