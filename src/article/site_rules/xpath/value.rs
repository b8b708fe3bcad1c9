//! The four kinds of values and how one becomes another (XPath 1.0 §4).

use super::index::Item;

#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Value {
    /// In document order, each once.
    Nodes(Vec<Item>),
    Text(String),
    Number(f64),
    Truth(bool),
}

/// A number as XPath writes it: never with an exponent.
pub(super) fn written(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        (if number > 0.0 { "Infinity" } else { "-Infinity" }).to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

/// Digits with at most one point and a minus before them, in white space; else not a number.
pub(super) fn number(text: &str) -> f64 {
    let text = text.trim_matches(is_space);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.bytes().any(|b| b.is_ascii_digit());
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// XML's white space.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// To the nearest whole number, halves upwards (XPath 1.0 §4.4).
pub(super) fn rounded(number: f64) -> f64 {
    (number + 0.5).floor()
}
