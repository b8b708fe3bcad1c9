//! What stands in one text where another has something else: the same twice, and a form was filled
//! in for somebody else.

use std::collections::{HashMap, HashSet};

use super::fold::{Kind, Token};
use super::mix;
use super::values::masked;

/// The most tokens of what stands for something else.
const LONGEST: usize = 8;
/// Tokens before and behind by which a place is known.
const AROUND: usize = 2;

/// What one text has where the other one has something else, wherever either stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Swap {
    /// What the one has.
    pub own: Vec<u64>,
    /// What the other has.
    pub theirs: Vec<u64>,
    /// In how many places.
    pub times: u32,
}

/// What stands for what in two texts. Each is nowhere in the other text.
pub(super) fn swaps(own: &[Token], theirs: &[Token], is_dense: bool) -> Vec<Swap> {
    let (of_own, of_theirs) = (known(own, is_dense), known(theirs, is_dense));
    let theirs: Vec<Run> = runs(theirs, &of_own, is_dense).collect();
    let mut places = HashMap::<u64, Vec<usize>>::new();
    for (at, run) in theirs.iter().enumerate() {
        for around in run.around {
            places.entry(around).or_default().push(at);
        }
    }
    let mut swaps = HashMap::<(&[Token], &[Token]), u32>::new();
    let own: Vec<Run> = runs(own, &of_theirs, is_dense).collect();
    for run in &own {
        let there = run.around.iter().filter_map(|around| places.get(around)?.first());
        let there: HashSet<&usize> = there.collect();
        for other in there.into_iter().filter_map(|at| theirs.get(*at)) {
            *swaps.entry((run.tokens, other.tokens)).or_default() += 1;
        }
    }
    let hashes = |tokens: &[Token]| tokens.iter().map(|token| token.hash).collect();
    let swap = |((own, theirs), times): ((&[Token], &[Token]), u32)| Swap {
        own: hashes(own),
        theirs: hashes(theirs),
        times,
    };
    swaps.into_iter().map(swap).collect()
}

/// Tokens in a row that the other text does not have.
struct Run<'t> {
    tokens: &'t [Token],
    /// Prints of what stands before, and of what stands behind.
    around: [u64; 2],
}

/// The words of a text; of scripts without spaces, the pairs of characters.
fn known(tokens: &[Token], is_dense: bool) -> HashSet<u64> {
    if is_dense {
        return tokens.windows(2).map(pair).collect();
    }
    tokens.iter().map(|token| token.hash).collect()
}

fn pair(two: &[Token]) -> u64 {
    two.iter().fold(7, |hash, token| mix(hash ^ masked(token)))
}

fn runs<'t>(
    tokens: &'t [Token],
    others: &HashSet<u64>,
    is_dense: bool,
) -> impl Iterator<Item = Run<'t>> {
    let is_own = |at: usize| {
        let Some(token) = tokens.get(at).filter(|token| token.kind != Kind::Number) else {
            return false;
        };
        if !is_dense {
            return !others.contains(&token.hash);
        }
        let pair = |from: usize| tokens.get(from..from + 2).map(pair);
        let before = at.checked_sub(1).and_then(pair);
        [before, pair(at)].into_iter().flatten().all(|pair| !others.contains(&pair))
    };
    let own: Vec<bool> = (0..tokens.len()).map(is_own).collect();
    let mut start = 0;
    let mut runs = Vec::new();
    for some in own.chunk_by(|a, b| a == b) {
        let end = start + some.len();
        if some.first() == Some(&true) && some.len() <= LONGEST {
            runs.push((start, end));
        }
        start = end;
    }
    runs.into_iter().filter_map(|(start, end)| {
        let before = tokens.get(start.saturating_sub(AROUND)..start)?;
        let behind = tokens.get(end..(end + AROUND).min(tokens.len()))?;
        let around = [(before, 1), (behind, 2)].map(|(side, mark)| {
            // Where the text begins or ends there is little to know a place by.
            let start = mix(mark + side.len() as u64 * 4);
            side.iter().fold(start, |hash, token| mix(hash.rotate_left(7) ^ masked(token)))
        });
        Some(Run { tokens: tokens.get(start..end)?, around })
    })
}
