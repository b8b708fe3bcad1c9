//! The learned model: a sum of small decision trees over a row of numbers.
//!
//! The file: `FNWS`, a version, the width of a row, the number of trees; for each tree the number
//! of its splits, the splits (column `u16`, threshold `f32`, two children `i16`), its leaves `f32`.
//! A child below zero is a leaf: -1 the first. All little endian.

/// What the file begins with.
const MAGIC: &[u8] = b"FNWS\x01";
/// What is far from zero, in log-odds: decided without a second look.
pub(super) const FAR: f32 = 4.5;
/// A glance asks after each so many trees whether the sum is decided, from the second time on.
const PAUSE: usize = 10;
/// How far from zero it must be then, how much farther with each further pause, and at most.
const DECIDED: f32 = 2.0;
const FARTHER: f32 = 0.2;
const MOST: f32 = 3.5;
/// As far as the rest of the trees would take it, about.
const REST: f32 = 3.0;
/// Rows that go down a tree side by side: while one waits for its number, the others walk.
const ABREAST: usize = 4;

/// See the charter.
#[derive(Clone, Debug, PartialEq)]
pub struct Forest {
    width: usize,
    nodes: Vec<Node>,
    trees: Vec<Tree>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Tree {
    /// Where its nodes begin.
    root: usize,
    /// Steps after which every row has come to a leaf.
    depth: usize,
}

/// A split, or a leaf, which leads to itself.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Node {
    /// Of a leaf its value.
    threshold: f32,
    column: u16,
    /// At or below the threshold, and above it; counted from the tree's first node.
    children: [u16; 2],
}

impl Forest {
    /// Reads a model's file; `None` where it is none.
    pub fn parse(file: &[u8]) -> Option<Self> {
        let mut reader = Reader(file.strip_prefix(MAGIC)?);
        let width = usize::from(reader.u16()?);
        let mut forest = Self { width, nodes: Vec::new(), trees: Vec::new() };
        for _ in 0..reader.u16()? {
            let tree = forest.tree(&mut reader)?;
            forest.trees.push(tree);
        }
        reader.0.is_empty().then_some(forest)
    }

    /// How many numbers a row must have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The log-odds for rows.
    pub fn score(&self, rows: &[&[f32]]) -> Vec<f32> {
        rows.chunks(ABREAST).flat_map(|few| self.sums(&self.trees, few).take(few.len())).collect()
    }

    /// The log-odds for rows; where the first trees leave no doubt the rest are not asked.
    pub fn glance(&self, rows: &[&[f32]]) -> Vec<f32> {
        let mut sums = vec![0.0; rows.len()];
        let mut left: Vec<usize> = (0..rows.len()).collect();
        let mut limit = f32::MAX;
        for (pause, trees) in self.trees.chunks(PAUSE).enumerate() {
            for few in left.chunks(ABREAST) {
                let mut abreast = [[].as_slice(); ABREAST];
                let row = |at: &usize| rows.get(*at).copied().unwrap_or_default();
                abreast.iter_mut().zip(few).for_each(|(to, at)| *to = row(at));
                for (at, sum) in few.iter().zip(self.sums(trees, &abreast)) {
                    sums.get_mut(*at).into_iter().for_each(|all| *all += sum);
                }
            }
            limit = if pause == 1 { DECIDED } else { f32::min(limit + FARTHER, MOST) };
            if pause > 0 {
                left.retain(|at| sums.get_mut(*at).is_some_and(|sum| !is_decided(sum, limit)));
            }
        }
        sums
    }

    /// Of at most so many rows as go abreast; what is behind them means nothing.
    fn sums(&self, trees: &[Tree], few: &[&[f32]]) -> impl Iterator<Item = f32> {
        let mut rows = [[].as_slice(); ABREAST];
        rows.iter_mut().zip(few).for_each(|(to, row)| *to = row);
        let mut sums = [0.0; ABREAST];
        for tree in trees {
            let nodes = self.nodes.get(tree.root..).unwrap_or_default();
            let mut at = [0_u16; ABREAST];
            for _ in 0..tree.depth {
                for (at, row) in at.iter_mut().zip(rows) {
                    let Some(node) = nodes.get(usize::from(*at)) else { continue };
                    let value = row.get(usize::from(node.column)).copied().unwrap_or(0.0);
                    *at = node.children[usize::from(value > node.threshold)];
                }
            }
            for (sum, at) in sums.iter_mut().zip(at) {
                *sum += nodes.get(usize::from(at)).map_or(0.0, |leaf| leaf.threshold);
            }
        }
        sums.into_iter()
    }

    /// Reads a tree: its leaves become nodes behind its splits.
    fn tree(&mut self, reader: &mut Reader<'_>) -> Option<Tree> {
        let (root, count) = (self.nodes.len(), reader.u16()?);
        if count == 0 || count > i16::MAX.cast_unsigned() {
            return None;
        }
        for at in 0..count {
            let node = reader.split(at, count)?;
            self.nodes.push((usize::from(node.column) < self.width).then_some(node)?);
        }
        for at in count..=count * 2 {
            let threshold = f32::from_bits(reader.u32()?);
            self.nodes.push(Node { threshold, column: 0, children: [at; 2] });
        }
        let nodes = self.nodes.get(root..).unwrap_or_default();
        Some(Tree { root, depth: depth(nodes) })
    }
}

/// Whether a sum is that far from zero; then it becomes what it would with all trees, about.
fn is_decided(sum: &mut f32, limit: f32) -> bool {
    let decided = sum.abs() > limit;
    if decided {
        *sum += f32::copysign(REST, *sum);
    }
    decided
}

/// The most steps from a tree's root to a leaf; children come behind their parents.
fn depth(nodes: &[Node]) -> usize {
    let mut depths = vec![0; nodes.len()];
    for (at, node) in nodes.iter().enumerate() {
        let next = depths.get(at).map_or(0, |depth| depth + 1);
        for child in node.children.map(usize::from).into_iter().filter(|child| *child != at) {
            if let Some(depth) = depths.get_mut(child) {
                *depth = next;
            }
        }
    }
    depths.into_iter().max().unwrap_or(0)
}

/// Log-odds to a probability from 0 to 1.
pub fn probability(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Takes numbers off the front.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn u16(&mut self) -> Option<u16> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_le_bytes(*bytes))
    }

    fn u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    /// A split of a tree with so many of them. Its children come behind it, so that every walk ends.
    fn split(&mut self, at: u16, count: u16) -> Option<Node> {
        let column = self.u16()?;
        let threshold = f32::from_bits(self.u32()?);
        let mut children = [self.u16()?, self.u16()?];
        for child in &mut children {
            let split = child.cast_signed() >= 0;
            let fits = if split { *child > at && *child < count } else { !*child <= count };
            *child = fits.then_some(if split { *child } else { count + !*child })?;
        }
        Some(Node { threshold, column, children })
    }
}
