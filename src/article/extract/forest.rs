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

/// See the charter.
#[derive(Clone, Debug, PartialEq)]
pub struct Forest {
    width: usize,
    splits: Vec<Split>,
    leaves: Vec<f32>,
    /// For each tree where its splits and its leaves begin.
    trees: Vec<(usize, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Split {
    threshold: f32,
    column: u16,
    /// At or below the threshold, and above it.
    children: [i16; 2],
}

impl Forest {
    /// Reads a model's file; `None` where it is none.
    pub fn parse(file: &[u8]) -> Option<Self> {
        let mut reader = Reader(file.strip_prefix(MAGIC)?);
        let width = usize::from(reader.u16()?);
        let mut forest = Self { width, splits: Vec::new(), leaves: Vec::new(), trees: Vec::new() };
        for _ in 0..reader.u16()? {
            forest.trees.push((forest.splits.len(), forest.leaves.len()));
            let count = usize::from(reader.u16()?);
            if count == 0 {
                return None;
            }
            for at in 0..count {
                let split = reader.split()?;
                let fits = |child: i16| {
                    // Children come behind their parent, so that every walk ends.
                    if child < 0 {
                        usize::from(!child as u16) <= count
                    } else {
                        child as usize > at && (child as usize) < count
                    }
                };
                let sound =
                    usize::from(split.column) < width && split.children.into_iter().all(fits);
                forest.splits.push(sound.then_some(split)?);
            }
            for _ in 0..=count {
                forest.leaves.push(f32::from_bits(reader.u32()?));
            }
        }
        reader.0.is_empty().then_some(forest)
    }

    /// How many numbers a row must have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The log-odds for a row.
    pub fn score(&self, row: &[f32]) -> f32 {
        self.trees.iter().map(|tree| self.leaf(*tree, row)).sum()
    }

    /// The same, but where the first trees leave no doubt the rest are not asked.
    pub fn glance(&self, row: &[f32]) -> f32 {
        let (mut sum, mut limit) = (0.0, f32::MAX);
        for (pause, trees) in self.trees.chunks(PAUSE).enumerate() {
            sum += trees.iter().map(|tree| self.leaf(*tree, row)).sum::<f32>();
            limit = if pause == 1 { DECIDED } else { f32::min(limit + FARTHER, MOST) };
            if pause > 0 && f32::abs(sum) > limit {
                return sum + f32::copysign(REST, sum);
            }
        }
        sum
    }

    fn leaf(&self, (splits, leaves): (usize, usize), row: &[f32]) -> f32 {
        let tree = self.splits.get(splits..).unwrap_or_default();
        let mut at = 0_i16;
        while let Some(split) = tree.get(at as usize) {
            let value = row.get(usize::from(split.column)).copied().unwrap_or(0.0);
            at = split.children[usize::from(value > split.threshold)];
            if at < 0 {
                break;
            }
        }
        self.leaves.get(leaves + usize::from(!at as u16)).copied().unwrap_or(0.0)
    }
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

    fn split(&mut self) -> Option<Split> {
        let column = self.u16()?;
        let threshold = f32::from_bits(self.u32()?);
        let children = [self.u16()?.cast_signed(), self.u16()?.cast_signed()];
        Some(Split { threshold, column, children })
    }
}
