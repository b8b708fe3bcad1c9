//! Front matter: five lines of YAML between two `---` lines, often written without regard to YAML.
//!
//! The predecessor put titles between double quotes without escaping them, and everything else
//! bare. We write the same bytes wherever YAML reads them as meant, and single quotes elsewhere,
//! which it never wrote: so each way of quoting tells who wrote it.

use std::fmt::Write as _;

use chrono::{
    DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc,
};
use chrono_tz::Tz;

use super::{Post, read::Reason};
use crate::model::Instant;

const KEYS: [&str; 5] = ["layout", "title", "date", "categories", "tags"];

/// What front matter says.
#[derive(Default)]
pub(super) struct Front {
    pub(super) title: String,
    pub(super) date: Option<Instant>,
    pub(super) slug: String,
    pub(super) tag: String,
    /// Whether the date names its zone.
    pub(super) zoned: bool,
    /// Whether it begins on the first line of the file.
    pub(super) first_line: bool,
}

/// Front matter, and what follows the line that ends it.
pub(super) fn split(text: &str, zone: Tz) -> Result<(Front, &str), Reason> {
    let (blank, block) = opening(text).ok_or(Reason::NoFrontMatter)?;
    let (block, rest) = closing(block).ok_or(Reason::NoEnd)?;
    let [layout, title, date, slug, tag] = values(block);
    let layout = layout.trim();
    if !matches!(layout, "" | "post") {
        return Err(Reason::Layout(layout.to_owned()));
    }
    let (date, zoned) =
        moment(date.trim(), zone).map_or((None, false), |(at, zoned)| (Some(at), zoned));
    let (title, slug, tag) = (read_title(title.trim()), read_value(&slug), read_value(&tag));
    Ok((Front { title, date, slug, tag, zoned, first_line: !blank }, rest))
}

/// The front matter of a post, both `---` lines included.
pub(super) fn write(post: &Post, date: Option<DateTime<FixedOffset>>) -> String {
    let mut text = format!("---\nlayout: post\ntitle: {}\n", title(&one_line(&post.title)));
    if let Some(date) = date {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "date: {}", date.format("%Y-%m-%d %H:%M:%S %z"));
    }
    let (slug, tag) = (value(&post.slug), value(&post.tag));
    let _ = write!(text, "categories: {slug}\ntags: {tag}\n---\n");
    text
}

/// The text on one line: YAML and the footer both end at a line's end.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect()
}

/// An instant as a clock in the zone shows it; as UTC where the zone then was not on whole minutes
/// (before standard time), or the year has no four digits.
pub(super) fn local(at: Instant, zone: Tz) -> Option<DateTime<FixedOffset>> {
    let at = DateTime::from_timestamp(at.timestamp(), 0)?;
    let offset = at.with_timezone(&zone).offset().fix();
    let offset = if offset.local_minus_utc() % 60 == 0 { offset } else { Utc.fix() };
    let naive = at.naive_utc().checked_add_offset(offset)?;
    (0..=9999).contains(&chrono::Datelike::year(&naive)).then(|| at.with_timezone(&offset))
}

/// Midnight that begins a day, written `YYYY-MM-DD` or `YYYYMMDD`.
pub(super) fn midnight(day: &str, zone: Tz) -> Option<Instant> {
    let digits: String = day.chars().filter(|c| *c != '-').collect();
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(number(0, 4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(4, 6)?, number(6, 8)?)?;
    in_zone(date.and_time(NaiveTime::MIN), zone)
}

/// Whether blank lines come first, and what follows the `---` line.
fn opening(text: &str) -> Option<(bool, &str)> {
    let start = text.trim_start();
    let rest = start.strip_prefix("---")?;
    let (line, rest) = rest.split_once('\n')?;
    line.trim().is_empty().then_some((start.len() < text.len(), rest))
}

/// The lines up to the next `---` line, and what follows it.
fn closing(block: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in block.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((block.get(..at)?, block.get(at + line.len()..)?));
        }
        at += line.len();
    }
    None
}

/// What follows each key's colon. A line without a key goes on with a title whose quote is still
/// open; anywhere else it is not ours.
fn values(block: &str) -> [String; 5] {
    let mut values = KEYS.map(|_| None::<String>);
    let mut open = false;
    for line in block.lines() {
        for (key, slot) in KEYS.iter().zip(&mut values) {
            match value_of(line, key) {
                Some(value) if slot.is_none() => {
                    open = *key == "title" && is_open(value);
                    *slot = Some(value.to_owned());
                }
                None if open && *key == "title" && no_key(line) => {
                    let title = slot.get_or_insert_default();
                    title.extend(["\n", line]);
                    open = is_open(title);
                }
                _ => {}
            }
        }
    }
    values.map(Option::unwrap_or_default)
}

fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(':')
}

fn no_key(line: &str) -> bool {
    KEYS.iter().all(|key| value_of(line, key).is_none())
}

fn is_open(title: &str) -> bool {
    let title = title.trim();
    title.starts_with('"') && (title.len() == 1 || !title.ends_with('"'))
}

/// `YYYY-MM-DD HH:MM:SS`, with or without a zone, and whether it has one.
fn moment(text: &str, zone: Tz) -> Option<(Instant, bool)> {
    let (clock, rest) = text.split_at_checked(19)?;
    let naive = NaiveDateTime::parse_from_str(clock, "%Y-%m-%d %H:%M:%S").ok()?;
    match rest.trim() {
        "" => Some((in_zone(naive, zone)?, false)),
        "Z" | "UTC" => Some((naive.and_utc(), true)),
        offset => {
            let text = format!("{clock} {offset}");
            let at = DateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S %z").ok()?;
            Some((at.to_utc(), true))
        }
    }
}

/// The first instant at which a clock in the zone shows this; where clocks skip it, an hour on.
fn in_zone(naive: NaiveDateTime, zone: Tz) -> Option<Instant> {
    let on = |naive: NaiveDateTime| zone.from_local_datetime(&naive).earliest();
    let at = on(naive).or_else(|| on(naive.checked_add_signed(Duration::hours(1))?))?;
    Some(at.to_utc())
}

/// All between the first double quote and the last, as the predecessor meant it; unless every
/// double quote within is escaped, as a person who knows YAML writes it.
fn read_title(text: &str) -> String {
    let Some(quoted) = text.strip_prefix('"') else {
        return single_quoted(text).unwrap_or_else(|| text.to_owned());
    };
    let inner = quoted.rfind('"').and_then(|end| quoted.get(..end)).unwrap_or(quoted);
    unescape(inner).unwrap_or_else(|| inner.to_owned())
}

/// The text behind `\"` and `\\`, if it has the first and no other escapes.
fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '"' => return None,
            '\\' => chars.next().filter(|c| matches!(c, '"' | '\\'))?,
            _ => c,
        });
    }
    text.contains('"').then_some(text)
}

/// The text behind `'…'` with each quote within doubled.
fn single_quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let halves = inner.replace("''", "");
    (!halves.contains('\'')).then(|| inner.replace("''", "'"))
}

/// What follows the one blank after the colon, every other blank kept.
fn read_value(text: &str) -> String {
    let text = text.strip_prefix(' ').unwrap_or(text);
    single_quoted(text).unwrap_or_else(|| text.to_owned())
}

fn title(text: &str) -> String {
    if text.contains(['"', '\\']) { single(text) } else { format!("\"{text}\"") }
}

fn value(text: &str) -> String {
    let text = one_line(text);
    if is_plain(&text) { text } else { single(&text) }
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether YAML takes these bare characters for one text (YAML 1.2.2 §7.3.3).
fn is_plain(text: &str) -> bool {
    let text = text.trim();
    let indicator = text.starts_with(|c| "[]{},&*!|>'\"%@`#".contains(c));
    let lone = ["-", "?", ":"].iter().any(|c| text == *c || text.starts_with(&format!("{c} ")));
    let inner = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    !(indicator || lone || inner)
}
