//! The second look: what the first scores of a block's surroundings say about it.

use std::collections::HashMap;
use std::ops::Range;

use super::anchors::Anchors;
use super::blocks::Blocks;
use super::features::{Paths, Table};
use super::tree::Tree;
use crate::article::quick::Quick;

/// Columns of the first look that are looked at again: the text, its place, the votes.
const AGAIN: usize = 72;
/// Columns of the first look that say how far the title and long blocks are.
const SINCE_TITLE: usize = 33;
const LONG_BEFORE: usize = 40;
const LONG_AFTER: usize = 41;
/// Neighbours on each side whose scores are taken over.
const NEAR: usize = 4;
/// Larger and larger elements around a block.
const LEVELS: usize = 4;

/// All rows, where training wants them.
pub(super) fn read(look: &Look<'_>) -> Table {
    let mut table = Table::default();
    for at in 0..look.blocks.list.len() {
        let mut row = look.row(at);
        table.width = row.len();
        table.values.append(&mut row);
    }
    table
}

/// Sums of weights and of weighted scores up to each block.
#[derive(Clone, Copy, Default)]
struct Sum {
    weight: f32,
    score: f32,
}

impl Sum {
    /// The mean without one block; -1 where nothing is left.
    fn without(self, other: Self) -> f32 {
        let weight = self.weight - other.weight;
        if weight < 0.5 { -1.0 } else { (self.score - other.score) / weight }
    }
}

/// What has to be known of the whole page.
pub(super) struct Look<'a> {
    first: &'a Table,
    paths: &'a Paths,
    blocks: &'a Blocks,
    scores: &'a [f32],
    sums: Vec<Sum>,
    long: HashMap<u64, Sum, Quick>,
    short: HashMap<u64, Sum, Quick>,
    anchors: Anchors,
    /// For each block the last heading before it.
    heading: Vec<Option<usize>>,
    /// For each block the nearest one of high score before and behind it.
    before: Vec<Option<usize>>,
    after: Vec<Option<usize>>,
    levels: HashMap<u32, Vec<Range<usize>>, Quick>,
}

impl<'a> Look<'a> {
    /// `scores` are the first model's probabilities.
    pub(super) fn new(
        tree: &Tree<'_>,
        blocks: &'a Blocks,
        paths: &'a Paths,
        first: &'a Table,
        scores: &'a [f32],
    ) -> Self {
        let high: Vec<bool> = scores.iter().map(|score| *score >= 0.5).collect();
        let own: Vec<f32> = blocks
            .list
            .iter()
            .zip(scores)
            .map(|(block, score)| block.count.chars.sqrt() * score)
            .collect();
        let is_heading = |container: u32| tree.node(container as usize).tag.is_heading();
        let headings = blocks.list.iter().map(|block| is_heading(block.container));
        let mut look = Self {
            anchors: Anchors::new(tree, blocks, paths, scores, &own),
            heading: nearest(headings.enumerate()),
            first,
            paths,
            blocks,
            scores,
            sums: vec![Sum::default()],
            long: HashMap::default(),
            short: HashMap::default(),
            before: nearest(high.iter().copied().enumerate()),
            after: nearest(high.iter().copied().enumerate().rev()),
            levels: HashMap::default(),
        };
        look.after.reverse();
        let mut sum = Sum::default();
        for at in 0..blocks.list.len() {
            let own = look.own(at);
            sum.weight += own.weight;
            sum.score += own.score;
            look.sums.push(sum);
            for (sums, path) in [(&mut look.long, &paths.long), (&mut look.short, &paths.short)] {
                let sum = sums.entry(path.get(at).copied().unwrap_or_default()).or_default();
                sum.weight += own.weight;
                sum.score += own.score;
            }
        }
        for block in &blocks.list {
            let container = block.container;
            look.levels
                .entry(container)
                .or_insert_with(|| levels(tree, blocks, container as usize));
        }
        look
    }

    /// The row of a block.
    pub(super) fn row(&self, at: usize) -> Vec<f32> {
        let mut row = Vec::with_capacity(AGAIN + 60);
        row.extend(self.first.row(at).iter().take(AGAIN));
        self.near(at, &mut row);
        self.around(at, &mut row);
        self.alike(at, &mut row);
        self.whole(at, &mut row);
        self.standing(at, &mut row);
        row
    }

    fn score(&self, at: usize) -> f32 {
        self.scores.get(at).copied().unwrap_or(-1.0)
    }

    /// A block counts by the root of its length.
    fn own(&self, at: usize) -> Sum {
        let weight = self.blocks.list.get(at).map_or(0.0, |block| block.count.chars.sqrt());
        Sum { weight, score: weight * self.score(at) }
    }

    fn over(&self, from: usize, to: usize) -> Sum {
        let at = |n: usize| self.sums.get(n).or(self.sums.last()).copied().unwrap_or_default();
        let (a, b) = (at(from), at(to));
        Sum { weight: b.weight - a.weight, score: b.score - a.score }
    }

    fn near(&self, at: usize, row: &mut Vec<f32>) {
        row.push(self.score(at));
        for step in 1..=NEAR {
            row.push(at.checked_sub(step).map_or(-1.0, |at| self.score(at)));
            row.push(self.score(at + step));
        }
        for reach in [3, 8, 20] {
            let window = self.over(at.saturating_sub(reach), at + reach + 1);
            row.push(window.without(self.own(at)));
        }
    }

    fn around(&self, at: usize, row: &mut Vec<f32>) {
        let all = self.over(0, self.blocks.list.len());
        let container = self.blocks.list.get(at).map_or(0, |block| block.container);
        let levels = self.levels.get(&container).map(Vec::as_slice).unwrap_or_default();
        for level in 0..LEVELS {
            let Some(range) = levels.get(level) else {
                row.extend([-1.0; 3]);
                continue;
            };
            let sum = self.over(range.start, range.end);
            row.push(sum.without(self.own(at)));
            row.push(sum.score / all.score.max(0.01));
            row.push(range.len() as f32);
        }
    }

    fn alike(&self, at: usize, row: &mut Vec<f32>) {
        for (sums, path) in [(&self.long, &self.paths.long), (&self.short, &self.paths.short)] {
            let sum = path.get(at).and_then(|path| sums.get(path)).copied().unwrap_or_default();
            row.push(sum.without(self.own(at)));
        }
    }

    /// Where it stands to what is surely the article's, to its heading and to long blocks.
    fn standing(&self, at: usize, row: &mut Vec<f32>) {
        let container = self.blocks.list.get(at).map_or(0, |block| block.container);
        let path = self.paths.long.get(at).copied().unwrap_or_default();
        row.extend(self.anchors.read(at, container, path));
        let main = self.anchors.main();
        let (from, to) = if at < main.start { (at, main.start) } else { (main.end.min(at), at) };
        let between = self.over(from, to);
        row.extend([between.weight - between.score, between.score]);
        row.push(self.heading.get(at).copied().flatten().map_or(-1.0, |at| self.score(at)));
        let first = self.first.row(at);
        let steps = |column: usize| first.get(column).map_or(0, |steps| *steps as usize);
        row.push(at.checked_sub(steps(LONG_BEFORE)).map_or(-1.0, |at| self.score(at)));
        row.push(self.score(at + steps(LONG_AFTER)));
        let since = first.get(SINCE_TITLE).map_or(0, |since| since.max(0.0) as usize);
        let behind_title = self.over(at - since.min(at), at);
        row.push(behind_title.without(Sum::default()));
    }

    fn whole(&self, at: usize, row: &mut Vec<f32>) {
        let blocks = self.blocks.list.len();
        let (all, before) = (self.over(0, blocks), self.over(0, at));
        let main = self.anchors.main();
        let run = self.over(main.start, main.end);
        let outside = if at < main.start {
            at as f32 - main.start as f32
        } else {
            (at + 1).saturating_sub(main.end) as f32
        };
        row.extend([
            before.score / all.score.max(0.01),
            self.before.get(at).copied().flatten().map_or(99.0, |from| (at - from.min(at)) as f32),
            self.after.get(at).copied().flatten().map_or(99.0, |to| (to.max(at) - at) as f32),
            outside,
            run.score / all.score.max(0.01),
            run.score,
            main.len() as f32,
            all.score,
            all.score / all.weight.max(1.0),
            self.scores.iter().copied().fold(0.0, f32::max),
        ]);
    }
}

/// For each of the flags the last one before it, in the order given, that is set.
fn nearest(flags: impl Iterator<Item = (usize, bool)>) -> Vec<Option<usize>> {
    let mut last = None;
    let mut found = Vec::new();
    for (at, flag) in flags {
        found.push(last);
        if flag {
            last = Some(at);
        }
    }
    found
}

/// The blocks of the elements around, each with more than the one before.
fn levels(tree: &Tree<'_>, blocks: &Blocks, container: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for index in std::iter::once(container).chain(tree.ancestors(container)) {
        let range = blocks.within(index as u32, tree.node(index).end);
        let grows = found.last().is_none_or(|last| range.len() > last.len());
        if grows && !tree.node(index).tag.is_inline() {
            found.push(range);
        }
        if found.len() >= LEVELS {
            break;
        }
    }
    found
}
