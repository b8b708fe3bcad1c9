//! Numbers and names with what stands round them: what tells a form filled in anew from a reprint.

use std::collections::HashMap;

use super::fold::{Kind, Token};
use super::mix;

/// Values by their surroundings.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(HashMap<u64, Vec<u64>>);

/// How two texts agree about what stands in the same surroundings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Agreement {
    pub agreed: u32,
    pub differed: u32,
}

impl Values {
    /// The numbers and names of a text.
    pub fn of(tokens: &[Token]) -> Self {
        let mut values = HashMap::<u64, Vec<u64>>::new();
        for (at, token) in tokens.iter().enumerate() {
            if !matches!(token.kind, Kind::Number | Kind::Name) {
                continue;
            }
            for around in surroundings(tokens, at) {
                values.entry(around).or_default().push(token.hash);
            }
        }
        values.values_mut().for_each(|found| found.sort_unstable());
        Self(values)
    }

    /// How far another text has the same values in the same surroundings.
    pub fn agreement(&self, other: &Self) -> Agreement {
        let mut agreement = Agreement::default();
        for (around, own) in &self.0 {
            let Some(theirs) = other.0.get(around) else { continue };
            let common = common(own, theirs) as u32;
            agreement.agreed += common;
            agreement.differed += own.len().min(theirs.len()) as u32 - common;
        }
        agreement
    }
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

/// What stands before and behind, other values as such: `rose # to #` is the same surroundings
/// whatever the numbers are.
fn surroundings(tokens: &[Token], at: usize) -> Option<u64> {
    let reach = if tokens.iter().skip(at.saturating_sub(3)).take(7).any(|t| t.kind == Kind::Sign) {
        4
    } else {
        3
    };
    let before = tokens.get(at.checked_sub(reach)?..at)?;
    let behind = tokens.get(at + 1..(at + 1 + reach).min(tokens.len()))?;
    let kind = tokens.get(at)?.kind;
    let join = |hash: u64, token: &Token| mix(hash.rotate_left(7) ^ masked(token));
    let start = if kind == Kind::Number { 1 } else { 2 };
    Some(behind.iter().fold(before.iter().fold(start, join) ^ 0x77, join))
}

/// A token, or the mark of a value.
pub(super) fn masked(token: &Token) -> u64 {
    match token.kind {
        Kind::Number => 3,
        Kind::Name => 5,
        Kind::Sign | Kind::Word => token.hash,
    }
}
