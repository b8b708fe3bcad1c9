//! The day within a date text, by month name or by numbers alone.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::tokens::{Kind, Token};
use super::{words, zones};

/// A day and what else stood among its words.
pub(super) struct Day {
    pub(super) date: Date,
    /// A zone's abbreviation that was not next to the time, in seconds east of Greenwich.
    pub(super) offset: Option<i32>,
}

/// How much of a date the text has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Date {
    Exact(NaiveDate),
    /// Two readings of `5/3/2020`: month first, day first; and which one is usual for the mark.
    Either {
        month_first: NaiveDate,
        day_first: NaiveDate,
        slashes: bool,
        weekday: Option<Weekday>,
    },
    /// Month and day.
    Yearless(u32, u32),
    /// The day of a year that is not named.
    DayOfYear(u32),
    /// A time and no date at all.
    TimeOnly,
}

/// The years that are searched backwards for a day: leap days are up to eight years apart.
const YEARS_BACK: i32 = 8;

impl Date {
    /// The day itself; `past` says whether a candidate is past, given as an instant where it is.
    pub(super) fn resolve<T>(
        self,
        today: NaiveDate,
        twelve_hours: bool,
        past: impl Fn(NaiveDate) -> Option<T>,
    ) -> Option<NaiveDate> {
        let latest = |of_year: &dyn Fn(i32) -> Option<NaiveDate>| {
            (0..=YEARS_BACK)
                .filter_map(|back| of_year(today.year() - back))
                .find(|date| past(*date).is_some())
        };
        match self {
            Self::Exact(date) => Some(date),
            Self::Yearless(month, day) => latest(&|year| NaiveDate::from_ymd_opt(year, month, day)),
            Self::DayOfYear(day) => latest(&|year| NaiveDate::from_yo_opt(year, day)),
            Self::TimeOnly if past(today).is_some() => Some(today),
            Self::TimeOnly => today.checked_sub_days(Days::new(1)),
            Self::Either { month_first, day_first, slashes, weekday } => {
                let american = match weekday {
                    Some(day) if month_first.weekday() == day => true,
                    Some(day) if day_first.weekday() == day => false,
                    _ if past(month_first).is_none() => false,
                    _ if past(day_first).is_none() => true,
                    _ => twelve_hours || slashes,
                };
                Some(if american { month_first } else { day_first })
            }
        }
    }
}

/// A number of the date.
#[derive(Clone, Copy)]
struct Number<'a> {
    value: u32,
    digits: usize,
    /// The marks before it, `-` in `-12`.
    mark: &'a str,
}

/// Reads what stands before the time and after it; `None` where that is no date.
pub(super) fn read(before: &[Token<'_>], after: &[Token<'_>]) -> Option<Day> {
    let mut found = Found::default();
    for (at, token) in before.iter().enumerate() {
        found.take(token, at == 0, at == 0)?;
    }
    for token in after {
        found.take(token, false, true)?;
    }
    let date = match found.month {
        Some(month) => with_month(month, &found.numbers),
        None if found.numbers.is_empty() && !found.unknown => Some(Date::TimeOnly),
        None => by_numbers(&found.numbers, found.dashes, found.weekday),
    }?;
    Some(Day { date, offset: found.offset })
}

impl Day {
    /// Whether the text names a day, as opposed to a time alone.
    pub(super) fn is_named(&self) -> bool {
        !matches!(self.date, Date::TimeOnly)
    }
}

/// What the tokens gave so far.
#[derive(Default)]
struct Found<'a> {
    numbers: Vec<Number<'a>>,
    month: Option<u32>,
    /// The month was the very first word, which may have been a weekday (`mar` for martes, mardi).
    month_first: bool,
    weekday: Option<Weekday>,
    offset: Option<i32>,
    unknown: bool,
    /// Dashes before anything else: ISO 8601 leaves out the year by them.
    dashes: usize,
    mark: &'a str,
    after_number: bool,
}

impl<'a> Found<'a> {
    /// Takes one token; `None` where it cannot be part of a date.
    fn take(&mut self, token: &Token<'a>, first: bool, may_be_unknown: bool) -> Option<()> {
        match token.kind {
            Kind::Number => self.number(token)?,
            Kind::Word => self.word(token, first, may_be_unknown)?,
            Kind::Mark => self.mark(token),
        }
        self.after_number = token.kind == Kind::Number;
        Some(())
    }

    fn number(&mut self, token: &Token<'a>) -> Option<()> {
        let (value, digits) = token.number()?;
        self.numbers.push(Number { value, digits, mark: self.mark });
        self.mark = "";
        Some(())
    }

    fn mark(&mut self, token: &Token<'a>) {
        if self.numbers.is_empty() && self.month.is_none() && token.text == "-" {
            self.dashes += 1;
        }
        self.mark = token.text;
    }

    fn word(&mut self, token: &Token<'a>, first: bool, may_be_unknown: bool) -> Option<()> {
        let word = token.text;
        if self.after_number && !token.spaced && words::is_ordinal(word) {
            return Some(());
        }
        let month = words::month(word).filter(|_| self.month.is_none() || self.month_first);
        if month.is_some() {
            self.month = month;
            self.month_first = first;
        } else if let Some(weekday) = words::weekday(word) {
            self.weekday = Some(weekday);
        } else if let Some(offset) = zones::abbreviation(word) {
            self.offset = Some(offset);
        } else if !words::is_noise(word) {
            self.unknown = true;
            return may_be_unknown.then_some(());
        }
        Some(())
    }
}

/// `16 Nov 2022`, `Nov 16, 2022`, `2022-Nov-16`, `16 Nov`, `Nov 2022`.
fn with_month(month: u32, numbers: &[Number<'_>]) -> Option<Date> {
    match *numbers {
        [one] if is_year(one) => exact(one.value, month, 1),
        [one] => NaiveDate::from_ymd_opt(2000, month, one.value)
            .map(|_| Date::Yearless(month, one.value)),
        [year, day] if is_year(year) => exact(full_year(year)?, month, day.value),
        [day, year] => exact(full_year(year)?, month, day.value),
        _ => None,
    }
}

fn by_numbers(numbers: &[Number<'_>], dashes: usize, weekday: Option<Weekday>) -> Option<Date> {
    match *numbers {
        [one] => single(one, dashes),
        [one, two] => pair(one, two, dashes),
        [one, two, three] => triple(one, two, three, weekday),
        _ => None,
    }
}

/// ISO 8601 without marks.
fn single(number: Number<'_>, dashes: usize) -> Option<Date> {
    let Number { value, digits, .. } = number;
    match (digits, dashes) {
        (8, _) => exact(value / 10_000, value / 100 % 100, value % 100),
        (7, _) => ordinal(value / 1_000, value % 1_000),
        (6, _) => exact(century(value / 10_000), value / 100 % 100, value % 100)
            .or_else(|| exact(value / 100, value % 100, 1)),
        (5, _) => ordinal(century(value / 1_000), value % 1_000),
        (4, 0) => exact(value, 1, 1),
        (4, 1) => exact(century(value / 100), value % 100, 1),
        (4, 2) => yearless(value / 100, value % 100),
        (3, 1) => Some(Date::DayOfYear(value)),
        (2, 1) => exact(century(value), 1, 1),
        (2, 2) => yearless(value, 1),
        _ => None,
    }
}

fn pair(one: Number<'_>, two: Number<'_>, dashes: usize) -> Option<Date> {
    match (one.digits, two.digits) {
        (4, 3) => ordinal(one.value, two.value),
        (2, 3) => ordinal(century(one.value), two.value),
        (4, 1 | 2) => exact(one.value, two.value, 1),
        (1 | 2, 4) => exact(two.value, one.value, 1),
        (2, 2) if dashes == 1 => exact(century(one.value), two.value, 1),
        (1 | 2, 1 | 2) if two.mark == "." => yearless(two.value, one.value),
        (1 | 2, 1 | 2) => yearless(one.value, two.value).or_else(|| yearless(two.value, one.value)),
        _ => None,
    }
}

fn triple(
    one: Number<'_>,
    two: Number<'_>,
    three: Number<'_>,
    weekday: Option<Weekday>,
) -> Option<Date> {
    let (a, b, c) = (one.value, two.value, three.value);
    if one.digits == 4 {
        return exact(a, b, c).or_else(|| exact(a, c, b));
    }
    if one.digits > 2 || two.digits > 2 || !matches!(three.digits, 2 | 4) {
        return None;
    }
    let two_digits_and_dashes = three.digits == 2 && !matches!(two.mark, "." | "/");
    if let Some(date) = exact(century(a), b, c).filter(|_| two_digits_and_dashes) {
        return Some(date);
    }
    let year = full_year(three)?;
    match (date(year, a, b), date(year, b, a)) {
        (Some(_), Some(day_first)) if two.mark == "." => Some(Date::Exact(day_first)),
        (Some(month_first), Some(day_first)) => {
            Some(Date::Either { month_first, day_first, slashes: two.mark == "/", weekday })
        }
        (one, other) => one.or(other).map(Date::Exact),
    }
}

fn is_year(number: Number<'_>) -> bool {
    number.digits == 4 || (number.digits == 2 && number.value > 31)
}

fn full_year(number: Number<'_>) -> Option<u32> {
    match number.digits {
        2 => Some(century(number.value)),
        4 => Some(number.value),
        _ => None,
    }
}

/// Two digits of a year: up to 69 they are of this century.
fn century(year: u32) -> u32 {
    match year {
        0..=69 => 2000 + year,
        70..=99 => 1900 + year,
        _ => year,
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn exact(year: u32, month: u32, day: u32) -> Option<Date> {
    date(year, month, day).map(Date::Exact)
}

fn ordinal(year: u32, day: u32) -> Option<Date> {
    NaiveDate::from_yo_opt(i32::try_from(year).ok()?, day).map(Date::Exact)
}

fn yearless(month: u32, day: u32) -> Option<Date> {
    date(2000, month, day).map(|_| Date::Yearless(month, day))
}
