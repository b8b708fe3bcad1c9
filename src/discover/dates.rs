//! Where the date of an item stands, and in which form.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono_tz::Tz;
use regex::Regex;

use super::columns::Table;
use super::names;
use super::outline::{Outline, width};
use super::rules::Place;
use crate::date;
use crate::model::Instant;

/// Attributes that hold dates where the text does not.
const ATTRIBUTES: [&str; 9] = [
    "datetime",
    "content",
    "data-time",
    "data-date",
    "data-timestamp",
    "data-datetime",
    "data-created",
    "data-publish",
    "title",
];

/// Forms of dates within other text; the first that fits is taken.
const WITHIN: &[&str] = &[
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]+\d{1,2}:\d{2}(?::\d{2})?)?)",
    r"(\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?)",
    r"((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})",
    r"(\d{1,2}(?:st|nd|rd|th)? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,? \d{4})",
    r"((?:\d+|[一二三四五六七八九十两半])\s*(?:秒钟?|分钟?|个?小时|天|周|个月|年)之?前)",
    r"((?:今天|昨天|前天)\s*\d{1,2}:\d{2})",
    r"(\d+ (?:sec(?:ond)?|min(?:ute)?|hr|hour|day|week|month|year)s? ago)",
    r"(\d{1,2}-\d{1,2} \d{1,2}:\d{2})",
    r"(\d{1,2}月\d{1,2}日(?:\s*\d{1,2}:\d{2})?)",
    r"(\d{1,2}[./]\d{1,2}[./]\d{4})",
    r"((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2})\b",
    r"[\[(（](\d{1,2}-\d{1,2})[\])）]",
];

/// Forms of dates in addresses.
const IN_ADDRESS: &[&str] = &[
    r"/(\d{4}/\d{1,2}/\d{1,2})/",
    r"/(\d{4}-\d{2}/\d{2})/",
    r"(20\d{2}-\d{2}-\d{2})",
    r"t(20\d{6})_",
    r"/(20\d{6})(?:/|\d*\.)",
    r"/(20\d{2}/\d{4})/",
];

/// Dates in pieces: `03` above `2026-11`.
const IN_PIECES: &[&str] = &[
    "%d %Y-%m",
    "%d%Y-%m",
    "%d %Y.%m",
    "%d%Y.%m",
    "%d %Y/%m",
    "%d%Y/%m",
    "%d / %Y-%m",
    "%m-%d %Y",
    "%m-%d%Y",
    "%m/%d %Y",
    "%m/%d%Y",
    "%m.%d %Y",
    "%d %Y年%m月",
    "%d%Y年%m月",
    "%d %b %Y",
    "%d%b%Y",
    "%b %d%Y",
    "%Y-%m %d",
    "%Y年%m月 %d",
    "%Y-%m%d",
];

static FORMS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| compiled(WITHIN));
static SLASHED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}$").ok());
static ADDRESSES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| compiled(IN_ADDRESS));

fn compiled(forms: &[&'static str]) -> Vec<(&'static str, Regex)> {
    forms.iter().filter_map(|form| Some((*form, Regex::new(form).ok()?))).collect()
}

/// The clock that dates are read by.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub(super) now: Instant,
    pub(super) zone: Tz,
}

/// Where the date stands.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) place: Place,
    /// The dates of the items that were looked at.
    pub(super) dates: Vec<Option<Instant>>,
    /// Whether it is only read off the address.
    pub(super) by_address: bool,
}

impl Clock {
    /// A text that is a date and nothing else.
    pub(super) fn read(self, text: &str) -> Option<Instant> {
        let text = text.trim();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let bare = digits == text.len();
        if width(text) > 60 || (bare && !matches!(digits, 8 | 10 | 13)) {
            return None;
        }
        self.plausible(date::parse(text, self.now, self.zone)?)
    }

    fn plausible(self, date: Instant) -> Option<Instant> {
        let days = (date - self.now).num_days();
        (-14_000..800).contains(&days).then_some(date)
    }

    fn in_form(self, text: &str, form: &str) -> Option<Instant> {
        self.plausible(date::parse_format(text.trim(), form, self.zone)?)
    }
}

/// Whether a text is a date, or has one at its beginning or end.
pub(super) fn holds_date(text: &str) -> Option<std::ops::Range<usize>> {
    FORMS.iter().take(4).find_map(|(_, form)| form.find(text)).map(|found| found.range())
}

/// The best place of a date in a group's items.
pub(super) fn find(outline: &Outline<'_>, table: &Table, clock: Clock) -> Option<Found> {
    let mut best: Option<(f64, Found)> = None;
    let mut offer = |score: f64, found: Found| {
        if best.as_ref().is_none_or(|(old, _)| score > *old + 1e-9) {
            best = Some((score, found));
        }
    };
    let count = table.items.len().max(1) as f64;
    for column in &table.columns {
        let hint = hint(outline, &column.cells);
        for reading in readings(outline, &column.cells, clock) {
            let share = reading.dates.iter().flatten().count() as f64 / count;
            if share < 0.45 {
                continue;
            }
            let Reading { attribute, pattern, format, dates, precision } = reading;
            let place = Place { pattern, format, ..Place::new(&column.selector, attribute) };
            let ahead = dates.iter().flatten().filter(|date| **date > clock.now).count() as f64;
            let ahead = ahead / dates.len().max(1) as f64 * 0.3;
            let order = if is_falling(&dates) { 0.3 } else { 0.0 };
            let score = share * 10.0 + precision + hint + order - column.cost * 0.3 - ahead;
            offer(score, Found { place, dates, by_address: false });
        }
    }
    let stated = best.map(|(_, found)| found);
    match (stated, by_address(outline, table, clock)) {
        (Some(stated), Some(address)) if contradicts(&stated, &address) => {
            Some(Found { by_address: false, ..address })
        }
        (stated, address) => stated.or(address),
    }
}

/// Whether the addresses name other days, as they do where a text leaves out the year.
fn contradicts(stated: &Found, address: &Found) -> bool {
    let pairs = || stated.dates.iter().zip(&address.dates);
    let apart = pairs().filter(|pair| match pair {
        (Some(one), Some(other)) => (*one - *other).num_days().abs() > 300,
        _ => false,
    });
    apart.count() > 0
}

/// Whether dates run from the newest to the oldest.
pub(super) fn is_falling(dates: &[Option<Instant>]) -> bool {
    let dates: Vec<_> = dates.iter().flatten().collect();
    let falling = dates.windows(2).filter(|two| two.first() >= two.get(1)).count();
    dates.len() >= 3 && falling * 10 >= (dates.len() - 1) * 9
}

struct Reading {
    attribute: Option<&'static str>,
    pattern: Option<String>,
    format: Option<String>,
    dates: Vec<Option<Instant>>,
    precision: f64,
}

/// How a column's elements can be read as dates.
fn readings(outline: &Outline<'_>, cells: &[Option<usize>], clock: Clock) -> Vec<Reading> {
    let mut all = Vec::new();
    for attribute in ATTRIBUTES {
        let dates: Vec<_> =
            cells.iter().map(|cell| clock.read(outline.attribute((*cell)?, attribute)?)).collect();
        let precision = if attribute == "datetime" { 2.0 } else { 0.4 };
        if dates.iter().any(Option::is_some) {
            let (pattern, format) = (None, None);
            all.push(Reading { attribute: Some(attribute), pattern, format, dates, precision });
        }
    }
    let small = |cell: &Option<usize>| {
        let node = cell.and_then(|cell| outline.node(cell));
        node.filter(|node| node.text < 1_500)?;
        cell.map(|cell| outline.text(cell))
    };
    let texts: Vec<_> = cells.iter().map(small).collect();
    let seen = texts.iter().flatten().count();
    if seen == 0 {
        return all;
    }
    let plain: Vec<_> = texts.iter().map(|text| clock.read(text.as_deref()?)).collect();
    let read = plain.iter().flatten().count();
    if let Some(slashed) = slashed(&texts, clock) {
        all.push(slashed);
    } else if read > 0 && (!only_times(&texts) || is_falling(&plain)) {
        let texts = || texts.iter().flatten();
        let timed = if texts().any(|text| text.contains(':')) { 0.5 } else { 0.0 };
        // `3 days ago` and `11-03` are surer in an attribute, where that says more.
        let vague = texts().filter(|text| !says_year(text)).count() * 2 > seen;
        let precision = 1.0 + timed - if vague { 0.9 } else { 0.0 };
        let dates = plain;
        let (attribute, pattern, format) = (None, None, None);
        all.push(Reading { attribute, pattern, format, dates, precision });
    }
    if read * 5 < seen * 4 {
        all.extend(in_pieces(&texts, clock));
        all.extend(within(&texts, clock));
    }
    all
}

fn says_year(text: &str) -> bool {
    text.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit))
}

/// Whether texts are times of a day that is not said.
fn only_times(texts: &[Option<String>]) -> bool {
    let is_time = |text: &&String| {
        text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || c == ':' || c == ' ')
    };
    let times = texts.iter().flatten().filter(is_time).count();
    times * 2 > texts.iter().flatten().count()
}

/// Dates such as `03/11/2026`, of which only the whole list tells what is day and what month.
fn slashed(texts: &[Option<String>], clock: Clock) -> Option<Reading> {
    let form = SLASHED.as_ref()?;
    let texts = || texts.iter().map(|text| text.as_deref().map(str::trim));
    let fits = texts().flatten().filter(|text| form.is_match(text)).count();
    if fits * 10 < texts().flatten().count() * 9 {
        return None;
    }
    let mark = texts().flatten().find_map(|text| text.chars().find(|c| !c.is_ascii_digit()))?;
    let read = |format: &str| {
        let format = format.replace('/', &mark.to_string());
        let dates: Vec<_> = texts().map(|text| clock.in_form(text?, &format)).collect();
        let past = dates.iter().flatten().filter(|date| **date <= clock.now).count();
        (dates.iter().flatten().count() * 2 + past + usize::from(is_falling(&dates)), format, dates)
    };
    let (days, months) = (read("%d/%m/%Y"), read("%m/%d/%Y"));
    let (_, format, dates) = if months.0 > days.0 { months } else { days };
    let format = Some(format);
    Some(Reading { attribute: None, pattern: None, format, dates, precision: 1.0 })
}

fn in_pieces(texts: &[Option<String>], clock: Clock) -> Option<Reading> {
    let short = texts.iter().flatten().all(|text| text.len() <= 40);
    let best = IN_PIECES.iter().filter(|_| short).map(|form| {
        let dates: Vec<_> =
            texts.iter().map(|text| clock.in_form(text.as_deref()?, form)).collect();
        (dates.iter().flatten().count(), *form, dates)
    });
    let (_, form, dates) = best.filter(|best| best.0 > 0).max_by_key(|best| best.0)?;
    let format = Some(form.to_owned());
    Some(Reading { attribute: None, pattern: None, format, dates, precision: 0.8 })
}

fn within(texts: &[Option<String>], clock: Clock) -> Option<Reading> {
    let best = FORMS.iter().map(|(typed, form)| {
        let dates: Vec<_> = texts
            .iter()
            .map(|text| clock.read(form.captures(text.as_deref()?)?.get(1)?.as_str()))
            .collect();
        (dates.iter().flatten().count(), *typed, dates)
    });
    // Of equals the first, which says the most.
    let best = best.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let (count, typed, dates) = best?;
    let long = texts.iter().flatten().map(|text| width(text)).sum::<usize>() / texts.len().max(1);
    let precision = 0.5 - (long as f64 / 400.0).min(1.5);
    let pattern = Some(typed.to_owned());
    (count > 0).then_some(Reading { attribute: None, pattern, format: None, dates, precision })
}

/// What the names say: dates are called dates, and those of changes are not wanted.
fn hint(outline: &Outline<'_>, cells: &[Option<usize>]) -> f64 {
    let Some(node) = cells.iter().flatten().next().and_then(|cell| outline.node(*cell)) else {
        return 0.0;
    };
    let property = node.element.value().attr("itemprop").unwrap_or_default();
    let names = || node.classes.iter().copied().chain([property]);
    let mut hint = if names().any(names::is_date) { 0.8 } else { 0.0 };
    if node.tag == "time" || property.eq_ignore_ascii_case("datePublished") {
        hint += 0.6;
    }
    let later = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["modif", "updat", "deadline", "expire"].iter().any(|word| name.contains(word))
    };
    if names().any(later) { hint - 1.5 } else { hint }
}

/// Dates that only the addresses tell.
fn by_address(outline: &Outline<'_>, table: &Table, clock: Clock) -> Option<Found> {
    let columns = table.columns.iter().filter(|column| {
        let linked = |cell: &usize| outline.node(*cell).is_some_and(|node| node.link.is_some());
        column.cells.iter().flatten().any(linked)
    });
    let mut columns: Vec<_> = columns.collect();
    columns.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    let mut tried = BTreeMap::new();
    for column in columns {
        for (typed, form) in ADDRESSES.iter() {
            let dates: Vec<_> = column
                .cells
                .iter()
                .map(|cell| {
                    let href = outline.attribute((*cell)?, "href")?;
                    clock.read(form.captures(href)?.get(1)?.as_str())
                })
                .collect();
            let found = dates.iter().flatten().count();
            if found * 10 >= table.items.len() * 9 {
                let pattern = Some((*typed).to_owned());
                let place = Place { pattern, ..Place::new(&column.selector, Some("href")) };
                let order = tried.len();
                tried.entry(found).or_insert((order, Found { place, dates, by_address: true }));
            }
        }
    }
    tried.pop_last().map(|(_, (_, found))| found)
}
