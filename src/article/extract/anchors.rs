//! Where the article surely is, by the first scores, and how far elements are from there.

use std::collections::HashMap;
use std::ops::Range;

use super::blocks::Blocks;
use super::features::Paths;
use super::tree::Tree;
use crate::article::quick::Quick;

/// Blocks of low score that part two runs of the article.
const GAP: usize = 4;

/// How many numbers [`Anchors::read`] gives.
pub(super) const WIDTH: usize = 8;

/// Blocks of high score that follow each other closely.
#[derive(Clone, Debug, Default)]
struct Run {
    blocks: Range<usize>,
    score: f32,
}

/// The runs of a page, and what holds for elements.
pub(super) struct Anchors {
    runs: Vec<Run>,
    /// The run of the highest score.
    main: usize,
    /// For each element around blocks the steps up to what it shares with the surest block of the
    /// main run, and those from there; the same for the run's first block.
    apart: HashMap<u32, [f32; 4], Quick>,
    /// What the main run has of each path.
    paths: HashMap<u64, f32, Quick>,
}

impl Anchors {
    /// `own` are the blocks' scores, by the root of their length.
    pub(super) fn new(
        tree: &Tree<'_>,
        blocks: &Blocks,
        paths: &Paths,
        scores: &[f32],
        own: &[f32],
    ) -> Self {
        let runs = runs(scores, own);
        let best = runs.iter().enumerate().max_by(|a, b| a.1.score.total_cmp(&b.1.score));
        let main = best.map_or(0, |(at, _)| at);
        let mut found = Self { runs, main, apart: HashMap::default(), paths: HashMap::default() };
        let run = found.main();
        let container = |at: usize| blocks.list.get(at).map_or(0, |block| block.container as usize);
        let within = own.iter().enumerate().skip(run.start).take(run.len());
        let surest = within.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(at, _)| at);
        let (surest, first) = (container(surest), container(run.start));
        for block in &blocks.list {
            found.apart.entry(block.container).or_insert_with(|| {
                let (a, b) = tree.apart(block.container as usize, surest);
                let (c, d) = tree.apart(block.container as usize, first);
                [a, b, c, d].map(|steps| steps as f32)
            });
        }
        for at in run {
            let path = paths.long.get(at).copied().unwrap_or_default();
            *found.paths.entry(path).or_default() += own.get(at).copied().unwrap_or_default();
        }
        found
    }

    /// The blocks of the main run.
    pub(super) fn main(&self) -> Range<usize> {
        self.runs.get(self.main).map_or(0..0, |run| run.blocks.clone())
    }

    /// The numbers of a block.
    pub(super) fn read(&self, at: usize, container: u32, path: u64) -> [f32; WIDTH] {
        let begun = self.runs.partition_point(|run| run.blocks.start <= at);
        let main = self.runs.get(self.main).map_or(1.0, |run| run.score.max(0.01));
        let share = |run: usize| self.runs.get(run).map_or(0.0, |run| run.score / main);
        let [a, b, c, d] = self.apart.get(&container).copied().unwrap_or_default();
        [
            a,
            b,
            c,
            d,
            self.paths.get(&path).copied().unwrap_or(0.0) / main,
            begun as f32 - self.main as f32,
            begun.checked_sub(1).map_or(-1.0, share),
            share(begun),
        ]
    }
}

fn runs(scores: &[f32], own: &[f32]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, (score, own)) in scores.iter().zip(own).enumerate() {
        match runs.last_mut() {
            _ if *score < 0.5 => {}
            Some(run) if at <= run.blocks.end + GAP => {
                run.blocks.end = at + 1;
                run.score += own;
            }
            _ => runs.push(Run { blocks: at..at + 1, score: *own }),
        }
    }
    runs
}
