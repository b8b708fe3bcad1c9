//! Readings of Chinese characters, and the slugs that the predecessor made of them.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::ToPinyin;

/// Where xpinyin's first readings differ from the crate's: `reading=characters` a line, `=`
/// before those that it does not know.
const DIFFERENCES: &str = include_str!("xpinyin.txt");

/// Characters that are read otherwise than the crate reads them, or (empty) not at all.
static READINGS: LazyLock<HashMap<char, &'static str>> = LazyLock::new(|| {
    let lines = DIFFERENCES.lines().filter_map(|line| line.split_once('='));
    lines.flat_map(|(reading, all)| all.chars().map(move |c| (c, reading))).collect()
});

/// Each character by its first listed reading, without regard to the word it stands in; what is
/// not in the table stays as it is; hyphens are lost.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.chars().filter(|c| *c != '-') {
        match reading(c) {
            "" => slug.push(c),
            known => slug.extend(known.chars().map(|c| if c == 'ü' { 'v' } else { c })),
        }
    }
    slug
}

/// The crate's first reading, tone dropped, where `ü` is not yet `v`.
pub(super) fn crate_reading(c: char) -> Option<&'static str> {
    c.to_pinyin().map(pinyin::Pinyin::plain)
}

/// The table's first reading; empty where it has none.
fn reading(c: char) -> &'static str {
    match READINGS.get(&c) {
        Some(reading) => reading,
        // The data file lists all that the table knows beyond the first plane.
        None if c > '\u{ffff}' => "",
        None => crate_reading(c).unwrap_or_default(),
    }
}
