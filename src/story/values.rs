//! Numbers and names with what stands round them: what tells a form filled in anew from a reprint.

use std::collections::HashMap;

use super::fold::{Kind, Token};
use super::mix;

/// Values by their surroundings.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    numbers: HashMap<u64, Vec<u64>>,
    names: HashMap<u64, Vec<u64>>,
}

/// How two texts agree about what stands in the same surroundings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Agreement {
    pub agreed: u32,
    pub differed: u32,
}

impl Values {
    /// The numbers and names of a text.
    pub fn of(tokens: &[Token]) -> Self {
        Self { numbers: by_surroundings(tokens, Kind::Number), names: names(tokens) }
    }

    /// How far another text has the same numbers in the same surroundings.
    pub fn numbers(&self, other: &Self) -> Agreement {
        agreement(&self.numbers, &other.numbers)
    }

    /// How far another text has the same names in the same surroundings.
    pub fn names(&self, other: &Self) -> Agreement {
        agreement(&self.names, &other.names)
    }
}

/// Where every word has a capital, capitals do not tell names.
fn names(tokens: &[Token]) -> HashMap<u64, Vec<u64>> {
    let names = tokens.iter().filter(|token| token.kind == Kind::Name).count();
    if names * 2 > tokens.len() { HashMap::new() } else { by_surroundings(tokens, Kind::Name) }
}

fn by_surroundings(tokens: &[Token], kind: Kind) -> HashMap<u64, Vec<u64>> {
    let mut values = HashMap::<u64, Vec<u64>>::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == kind) {
        values.entry(surroundings(tokens, at)).or_default().push(token.hash);
    }
    for found in values.values_mut() {
        found.sort_unstable();
    }
    values
}

fn agreement(own: &HashMap<u64, Vec<u64>>, theirs: &HashMap<u64, Vec<u64>>) -> Agreement {
    let mut agreement = Agreement::default();
    for (around, own) in own {
        let Some(theirs) = theirs.get(around) else { continue };
        let common = common(own, theirs) as u32;
        agreement.agreed += common;
        agreement.differed += own.len().min(theirs.len()) as u32 - common;
    }
    agreement
}

/// How many values two sorted lists share.
pub(super) fn common(own: &[u64], theirs: &[u64]) -> usize {
    let (mut a, mut b, mut common) = (0, 0, 0);
    while let (Some(one), Some(other)) = (own.get(a), theirs.get(b)) {
        match one.cmp(other) {
            std::cmp::Ordering::Less => a += 1,
            std::cmp::Ordering::Greater => b += 1,
            std::cmp::Ordering::Equal => {
                (a, b, common) = (a + 1, b + 1, common + 1);
            }
        }
    }
    common
}

/// Tokens of the surroundings on either side: words, or characters of scripts without spaces.
const REACH: (usize, usize) = (3, 4);

/// What stands before and behind, other values of the kind as such: `rose # to #` is the same
/// surroundings whatever the numbers are.
fn surroundings(tokens: &[Token], at: usize) -> u64 {
    let near = tokens.get(at.saturating_sub(2)..(at + 3).min(tokens.len())).unwrap_or_default();
    let is_dense = near.iter().any(|token| token.kind == Kind::Sign);
    let reach = if is_dense { REACH.1 } else { REACH.0 };
    let before = tokens.get(at.saturating_sub(reach)..at).unwrap_or_default();
    let behind = tokens.get(at + 1..(at + 1 + reach).min(tokens.len())).unwrap_or_default();
    let is_name = tokens.get(at).is_some_and(|token| token.kind == Kind::Name);
    let join = |hash: u64, token: &Token| {
        let token = if is_name && token.kind == Kind::Name { 5 } else { masked(token) };
        mix(hash.rotate_left(7) ^ token)
    };
    let start = u64::from(is_name) + 1;
    behind.iter().fold(before.iter().fold(start, join) ^ 0x77, join)
}

/// A token, or the mark of a number.
pub(super) fn masked(token: &Token) -> u64 {
    if token.kind == Kind::Number { 3 } else { token.hash }
}
