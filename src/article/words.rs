//! The words of a text as a set, for asking how much two texts share.

use std::collections::HashSet;

use super::quality::gist::is_dense;
use super::quick::Quick;

/// The most words that are looked at.
const MOST: usize = 20_000;
/// Characters of a word that count: endings differ where the word is the same.
const STEM: usize = 6;

/// Words as their hashes, with the character that each begins with.
pub(super) type Words = HashSet<(u64, char), Quick>;

/// The words of a text: stems of at least four letters, numbers, pairs of characters where words
/// are not set apart.
pub(super) fn of(text: &str) -> Words {
    let mut words = Words::default();
    let mut word = String::new();
    let mut before = None;
    for c in text.chars().chain([' ']) {
        let c = if c.is_ascii() { c.to_ascii_lowercase() } else { lower(c) };
        if is_dense(c) {
            words.extend(before.map(|before: char| (hash([before, c]), before)));
        }
        before = is_dense(c).then_some(c);
        if c.is_alphanumeric() && !is_dense(c) {
            word.push(c);
            continue;
        }
        let long = word.chars().count() >= 4
            || word.len() >= 2 && word.bytes().all(|b| b.is_ascii_digit());
        if long {
            let first = word.chars().next().unwrap_or_default();
            words.insert((hash(word.chars().take(STEM)), first));
        }
        word.clear();
        if words.len() >= MOST {
            break;
        }
    }
    words
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// FNV-1a.
fn hash(word: impl IntoIterator<Item = char>) -> u64 {
    let step = |hash: u64, c: char| (hash ^ u64::from(c)).wrapping_mul(0x0100_0000_01b3);
    word.into_iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The share of the first words that are among the second ones, from 0 to 1.
pub(super) fn share(these: &Words, those: &Words) -> f32 {
    if these.is_empty() {
        return 0.0;
    }
    these.intersection(those).count() as f32 / these.len() as f32
}

/// Whether both are mostly written in dense scripts, or both mostly in others: a headline in
/// another language than its text shares no word with it, and is right.
pub(super) fn same_script(these: &Words, those: &Words) -> bool {
    script(these) == script(those)
}

/// The block of the alphabet that most words begin in.
fn script(words: &Words) -> u32 {
    let mut counts = std::collections::BTreeMap::<u32, usize>::new();
    for c in words.iter().map(|(_, first)| *first).filter(|c| c.is_alphabetic()) {
        let block = match c {
            'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => 0,
            c if is_dense(c) => 1,
            c => u32::from(c) >> 8,
        };
        *counts.entry(block).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(block, _)| block)
}
