//! What the elements around blocks hold: shares of the page's text, and which would be readability's choice.

use std::collections::HashMap;

use super::blocks::Blocks;
use super::look::Mark;
use super::tag::Tag;
use super::tree::Tree;
use crate::article::quick::Quick;

/// Sums up to each block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub chars: f32,
    pub linked: f32,
    /// In paragraphs.
    pub paragraphs: f32,
    pub commas: f32,
    pub sentences: f32,
    pub blocks: f32,
}

/// Sums over the blocks of elements, and the elements that a readability-like scorer likes best.
pub(super) struct Containers {
    /// `sums[n]`: over the first n blocks.
    sums: Vec<Sum>,
    scores: HashMap<usize, f32, Quick>,
    /// The best of them; 0 where there is none.
    pub top: usize,
    /// The best score.
    pub top_score: f32,
}

impl Sum {
    pub(super) fn add(&mut self, other: Self) {
        self.chars += other.chars;
        self.linked += other.linked;
        self.paragraphs += other.paragraphs;
        self.commas += other.commas;
        self.sentences += other.sentences;
        self.blocks += other.blocks;
    }
}

impl Containers {
    pub(super) fn new(tree: &Tree<'_>, blocks: &Blocks) -> Self {
        let mut found =
            Self { sums: sums(tree, blocks), scores: HashMap::default(), top: 0, top_score: 0.0 };
        found.score(tree, blocks);
        let mut scored: Vec<usize> = found.scores.keys().copied().collect();
        scored.sort_unstable();
        for index in scored {
            let score = found.score_of(tree, blocks, index);
            if score > found.top_score {
                (found.top, found.top_score) = (index, score);
            }
        }
        found
    }

    /// Over a range of blocks.
    pub(super) fn over(&self, from: usize, to: usize) -> Sum {
        let at = |n: usize| self.sums.get(n).or(self.sums.last()).copied().unwrap_or_default();
        let (a, b) = (at(from), at(to));
        Sum {
            chars: b.chars - a.chars,
            linked: b.linked - a.linked,
            paragraphs: b.paragraphs - a.paragraphs,
            commas: b.commas - a.commas,
            sentences: b.sentences - a.sentences,
            blocks: b.blocks - a.blocks,
        }
    }

    /// Over the blocks in an element.
    pub(super) fn of(&self, tree: &Tree<'_>, blocks: &Blocks, index: usize) -> Sum {
        let range = blocks.within(index as u32, tree.node(index).end);
        self.over(range.start, range.end)
    }

    /// Readability's score, less what is linked.
    pub(super) fn score_of(&self, tree: &Tree<'_>, blocks: &Blocks, index: usize) -> f32 {
        let score = self.scores.get(&index).copied().unwrap_or(0.0);
        let sum = self.of(tree, blocks, index);
        score * (1.0 - sum.linked / sum.chars.max(1.0))
    }

    fn score(&mut self, tree: &Tree<'_>, blocks: &Blocks) {
        for (at, block) in blocks.list.iter().enumerate() {
            let sum = self.over(at, at + 1);
            if sum.chars < 25.0 {
                continue;
            }
            let score = 1.0 + sum.commas + (sum.chars / 100.0).min(3.0);
            let mut share = 1.0;
            let own = block.container as usize;
            let chain = tree.ancestors(own).filter(|index| !tree.node(*index).tag.is_inline());
            // Text between line breaks stands for a paragraph in its container.
            let own = (!is_paragraph(tree.node(own).tag)).then_some(own);
            for index in own.into_iter().chain(chain).take(5) {
                let base = || weight(tree, index);
                *self.scores.entry(index).or_insert_with(base) += score * share;
                share /= if share > 0.9 { 2.0 } else { 1.7 };
            }
        }
    }
}

fn sums(tree: &Tree<'_>, blocks: &Blocks) -> Vec<Sum> {
    let mut sums = Vec::with_capacity(blocks.list.len() + 1);
    let mut sum = Sum::default();
    sums.push(sum);
    for block in &blocks.list {
        let count = &block.count;
        sum.chars += count.chars;
        sum.linked += count.linked;
        sum.commas += count.commas;
        sum.sentences += count.sentences;
        sum.blocks += 1.0;
        if tree.node(block.container as usize).tag == Tag::P {
            sum.paragraphs += count.chars;
        }
        sums.push(sum);
    }
    sums
}

fn is_paragraph(tag: Tag) -> bool {
    matches!(tag, Tag::P | Tag::Pre | Tag::Li) || tag.is_heading()
}

/// Where readability lets an element begin.
fn weight(tree: &Tree<'_>, index: usize) -> f32 {
    let node = tree.node(index);
    let tag = match node.tag {
        Tag::Div | Tag::Article | Tag::Main | Tag::Section => 5.0,
        Tag::Pre | Tag::Td | Tag::Blockquote => 3.0,
        Tag::Ol | Tag::Ul | Tag::Dl | Tag::Dd | Tag::Dt | Tag::Li | Tag::Form => -3.0,
        tag if tag.is_heading() || tag == Tag::Th => -5.0,
        _ => 0.0,
    };
    let has = |mark: Mark| node.look.marks & mark.bit() != 0;
    let mut class = 0.0;
    for (mark, change) in [
        (Mark::Positive, 25.0),
        (Mark::Negative, -25.0),
        (Mark::Unlikely, -25.0),
        (Mark::Stated, 50.0),
    ] {
        if has(mark) {
            class += change;
        }
    }
    tag + class
}
