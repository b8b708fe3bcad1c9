//! A text to its print: what is kept of it, and what near prints have in common.

use super::fold::{Kind, Token, tokens};
use super::mix;

/// Features of a print.
pub const FEATURES: usize = 8;

/// What near texts have in common: the least of their shingles under seven orders, and the title.
/// Zero where there is none.
pub type Features = [u32; FEATURES];

/// Words, or characters of scripts without spaces, of a shingle that is looked for. Long, so that
/// texts about one thing have none in common by chance.
const SHINGLE: (usize, usize) = (4, 8);
/// A text with fewer tokens has no features of its shingles.
const LEAST: usize = 16;

/// With fewer tokens two texts are the same by chance; a few more, and their titles decide.
const LEAST_EXACT: usize = 8;

/// The print of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Print {
    /// Of the whole text, folded; 0 where there is too little of it.
    pub exact: u64,
    /// Of the title, folded; 0 where it is too short to say anything.
    pub title: u64,
    /// What near texts have in common.
    pub features: Features,
    /// How many tokens it has.
    pub length: u32,
}

impl Print {
    /// The print of a title and a plain text.
    pub fn of(title: &str, text: &str) -> Self {
        let text = tokens(text);
        let title = tokens(title);
        let title = if weight(&title) >= 6 { whole(&title) } else { 0 };
        Self {
            exact: if text.len() < LEAST_EXACT { 0 } else { whole(&text) },
            title,
            features: features(&text, title),
            length: text.len() as u32,
        }
    }
}

/// How much a title says: a word as much as two characters.
fn weight(tokens: &[Token]) -> usize {
    tokens.iter().map(|token| if token.kind == Kind::Sign { 1 } else { 2 }).sum()
}

/// The print of all tokens in their order; never 0.
pub(super) fn whole(tokens: &[Token]) -> u64 {
    let step = |hash: u64, token: &Token| mix(hash.rotate_left(5) ^ token.hash);
    tokens.iter().fold(1, step).max(1)
}

/// Whether a text is written without spaces, for the most part.
pub(super) fn is_dense(tokens: &[Token]) -> bool {
    let signs = tokens.iter().filter(|token| token.kind == Kind::Sign).count();
    signs * 2 > tokens.len()
}

/// Prints of all runs of so many tokens.
pub(super) fn shingles(tokens: &[Token], length: usize) -> impl Iterator<Item = u64> {
    tokens.windows(length.max(1)).map(|run| {
        let join = |hash: u64, token: &Token| {
            hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) ^ token.hash
        };
        mix(run.iter().fold(0x51, join))
    })
}

fn features(text: &[Token], title: u64) -> Features {
    let mut least = [u64::MAX; FEATURES];
    if text.len() >= LEAST {
        let length = if is_dense(text) { SHINGLE.1 } else { SHINGLE.0 };
        for shingle in shingles(text, length) {
            for (order, least) in least.iter_mut().enumerate().take(FEATURES - 1) {
                *least = (*least).min(mix(shingle ^ ORDERS[order]));
            }
        }
    }
    let mut features = [0; FEATURES];
    for (feature, least) in features.iter_mut().zip(least) {
        // The upper half alone would be 0 for small texts' neighbours: the least are small numbers.
        *feature = if least == u64::MAX { 0 } else { (mix(least) >> 32) as u32 };
    }
    if let Some(last) = features.last_mut() {
        *last = (title >> 32) as u32;
    }
    features
}

/// What makes an order of shingles another one.
const ORDERS: [u64; FEATURES] = [
    0x243f_6a88_85a3_08d3,
    0x1319_8a2e_0370_7344,
    0xa409_3822_299f_31d0,
    0x082e_fa98_ec4e_6c89,
    0x4528_21e6_38d0_1377,
    0xbe54_66cf_34e9_0c6c,
    0xc0ac_29b7_c97c_50dd,
    0x3f84_d5b5_b547_0917,
];
