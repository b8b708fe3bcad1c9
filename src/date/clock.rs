//! The time of day within a date text.

use chrono::NaiveTime;

use super::tokens::{Kind, Token};

/// A time as the text has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    pub(super) clock: NaiveTime,
    /// `24:00`: the midnight that ends the day.
    pub(super) next_day: bool,
    /// It came with `am` or `pm`.
    pub(super) twelve_hours: bool,
}

/// A date text around its time.
pub(super) struct Split<'a> {
    pub(super) time: Option<Time>,
    pub(super) date: Vec<Token<'a>>,
    /// What stands after the time: a zone, or the rest of the date.
    pub(super) rest: Vec<Token<'a>>,
}

/// Which half of the day a word says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// Finds the time; `None` where there is one that cannot be.
pub(super) fn split(mut tokens: Vec<Token<'_>>) -> Option<Split<'_>> {
    let Some(range) = find(&tokens) else {
        return Some(Split { time: None, date: tokens, rest: Vec::new() });
    };
    let mut rest = tokens.split_off(range.end);
    let numbers = tokens.split_off(range.start);
    if rest.first().is_some_and(|token| token.is(":")) {
        return None;
    }
    skip_fraction(&mut rest);
    let half = take_half(&mut rest).or_else(|| take_half_before(&mut tokens));
    let time = read(&numbers, half)?;
    drop_separator(&mut tokens);
    Some(Split { time: Some(time), date: tokens, rest })
}

/// Where the numbers of the time are: `h:m[:s]`, or `hhmm[ss]` after a `t`, or `h` before `am`.
fn find(tokens: &[Token<'_>]) -> Option<std::ops::Range<usize>> {
    if let Some(start) = (0..tokens.len()).find(|at| precedes_colon(tokens, *at)) {
        let seconds = tokens.get(start + 3).is_some_and(|token| token.is(":"));
        let end = if seconds && is_number(tokens, start + 4) { start + 5 } else { start + 3 };
        return Some(start..end);
    }
    let after_t = (1..tokens.len()).find(|at| follows_t(tokens, *at)).map(|at| at..at + 1);
    after_t.or_else(|| (0..tokens.len()).find(|at| precedes_half(tokens, *at)).map(|at| at..at + 1))
}

fn is_number(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == Kind::Number)
}

/// `15:27`, but not the `+01:00` of a zone.
fn precedes_colon(tokens: &[Token<'_>], at: usize) -> bool {
    let signed = at > 0 && tokens.get(at - 1).is_some_and(|token| token.is("+"));
    // Or `15h27`.
    let colon = tokens
        .get(at + 1)
        .is_some_and(|token| token.is(":") || (token.text == "h" && !token.spaced));
    is_number(tokens, at) && colon && is_number(tokens, at + 2) && !signed
}

/// `20040708t235658`, `2004-07-08t23`.
fn follows_t(tokens: &[Token<'_>], at: usize) -> bool {
    let digits = tokens.get(at).and_then(Token::number).map(|(_, digits)| digits);
    matches!(digits, Some(2 | 4 | 6))
        && tokens.get(at - 1).is_some_and(|token| token.text == "t" && !token.spaced)
        && at >= 2
        && is_number(tokens, at - 2)
}

/// `3pm`.
fn precedes_half(tokens: &[Token<'_>], at: usize) -> bool {
    is_number(tokens, at) && tokens.get(at + 1).is_some_and(|token| half_of(token.text).is_some())
}

/// `hh`, `hh:mm`, `hh:mm:ss` or the digits alone.
fn read(numbers: &[Token<'_>], half: Option<Half>) -> Option<Time> {
    let mut values = numbers.iter().filter_map(Token::number);
    let (first, digits) = values.next()?;
    let (hour, minute, second) = match (values.next(), digits) {
        (Some((minute, _)), 1 | 2) => {
            (first, minute, values.next().map_or(0, |(second, _)| second))
        }
        (None, 1 | 2) => (first, 0, 0),
        (None, 4) => (first / 100, first % 100, 0),
        (None, 6) => (first / 10_000, first / 100 % 100, first % 100),
        _ => return None,
    };
    let hour = match half {
        Some(Half::Morning) if hour == 12 => 0,
        Some(Half::Afternoon) if hour < 12 => hour + 12,
        _ => hour,
    };
    let next_day = hour == 24 && minute == 0 && second == 0;
    // A leap second has no place of its own in an `Instant`.
    let clock = NaiveTime::from_hms_opt(
        if next_day { 0 } else { hour },
        minute,
        second.min(if second == 60 { 59 } else { second }),
    )?;
    Some(Time { clock, next_day, twelve_hours: half.is_some() })
}

/// `.538` and `,538` are below the precision that is kept.
fn skip_fraction(rest: &mut Vec<Token<'_>>) {
    let fraction = matches!(rest.as_slice(), [mark, number, ..]
        if (mark.is(".") || mark.is(",")) && !mark.spaced && number.kind == Kind::Number && !number.spaced);
    if fraction {
        rest.drain(..2);
    }
}

/// Takes `am`, `p.m.` or the like from the front.
fn take_half(rest: &mut Vec<Token<'_>>) -> Option<Half> {
    let half = half_of(rest.first()?.text)?;
    rest.remove(0);
    let dotted = matches!(rest.as_slice(), [dot, m, ..] if dot.is(".") && m.text == "m");
    if dotted {
        rest.drain(..2);
    }
    if rest.first().is_some_and(|token| token.is(".")) {
        rest.remove(0);
    }
    Some(half)
}

/// Takes `am` or `pm` from the end, as East Asian dates have it.
fn take_half_before(tokens: &mut Vec<Token<'_>>) -> Option<Half> {
    let half = tokens
        .last()
        .filter(|token| token.text.len() == 2)
        .and_then(|token| half_of(token.text))?;
    tokens.pop();
    Some(half)
}

fn half_of(word: &str) -> Option<Half> {
    match word {
        "am" | "a" => Some(Half::Morning),
        "pm" | "p" => Some(Half::Afternoon),
        _ => None,
    }
}

/// The `t`, `-`, `at` or `,` between a date and its time.
fn drop_separator(date: &mut Vec<Token<'_>>) {
    while date
        .last()
        .is_some_and(|token| token.kind == Kind::Mark || matches!(token.text, "t" | "at"))
    {
        date.pop();
    }
}
