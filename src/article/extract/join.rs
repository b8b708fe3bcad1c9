//! Probabilities of blocks to the blocks that are kept.

use std::collections::HashMap;

use super::blocks::Blocks;
use super::tree::Tree;

/// From this probability on a block is kept.
const KEPT: f32 = 0.45;
/// From this probability on a block between two kept ones is kept.
const BETWEEN: f32 = 0.3;

/// From this many characters on a block that says what was said before is left out.
const LONG: f32 = 60.0;

/// For each block whether it belongs to the article; never none at all where there are blocks.
pub(super) fn join(tree: &Tree<'_>, blocks: &Blocks, scores: &[f32]) -> Vec<bool> {
    let sure: Vec<bool> = scores.iter().map(|score| *score >= KEPT).collect();
    let is_sure = |at: usize| sure.get(at).copied().unwrap_or(false);
    let mut kept = sure.clone();
    for (at, (keep, score)) in kept.iter_mut().zip(scores).enumerate() {
        let between = at > 0 && is_sure(at - 1) && is_sure(at + 1);
        *keep |= between && *score >= BETWEEN;
    }
    if !kept.contains(&true) {
        let best = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        if let Some(keep) = best.and_then(|(at, _)| kept.get_mut(at)) {
            *keep = true;
        }
    }
    drop_repeats(tree, blocks, &mut kept);
    kept
}

/// Leaves out long blocks that stand elsewhere on the page already, among other elements.
fn drop_repeats(tree: &Tree<'_>, blocks: &Blocks, kept: &mut [bool]) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (block, keep) in blocks.list.iter().zip(kept) {
        if !*keep || block.count.chars < LONG {
            continue;
        }
        let parent = tree.parent(block.container as usize);
        let first = *seen.entry(blocks.key(block)).or_insert(parent);
        *keep = first == parent;
    }
}
