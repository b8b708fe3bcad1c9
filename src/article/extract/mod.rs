//! Our own extractor: a page's blocks, judged one by one by a small learned model, then joined.

mod around;
mod blocks;
mod byline;
mod containers;
mod entity;
mod features;
mod forest;
mod join;
mod lex;
mod look;
mod metadata;
mod page;
mod said;
mod second;
mod tag;
#[cfg(test)]
mod tests;
mod tree;
mod words;
mod write;

use std::sync::LazyLock;

use url::Url;

use self::blocks::Blocks;
use self::features::{Paths, Table};
pub use self::forest::Forest;
pub use self::metadata::Metadata;
use self::said::Said;
use self::tree::Tree;

/// A block of a page as training sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its text on one line.
    pub text: String,
    /// Its features, the same number for every block of every page.
    pub features: Vec<f32>,
    /// Those of the second look; empty where no first scores were given.
    pub second: Vec<f32>,
}

/// A page with no block of this probability has rather no article.
const SURE: f32 = 0.5;

/// Two models: the first looks at a block, the second at what the first said of its surroundings.
#[derive(Clone, Debug, PartialEq)]
pub struct Models {
    /// See above.
    pub first: Forest,
    /// See above.
    pub second: Forest,
}

static SHIPPED: LazyLock<Option<Models>> =
    LazyLock::new(|| Models::parse(include_bytes!("first.bin"), include_bytes!("second.bin")));

impl Models {
    /// The models that belong to the program.
    pub fn shipped() -> Option<&'static Self> {
        SHIPPED.as_ref()
    }

    /// Reads the two files; `None` where one is no model.
    pub fn parse(first: &[u8], second: &[u8]) -> Option<Self> {
        Some(Self { first: Forest::parse(first)?, second: Forest::parse(second)? })
    }
}

/// What a page gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Extract {
    /// The article's markup as it stands in the page, not yet safe.
    pub html: String,
    /// Address that relative addresses start from, where the page names one.
    pub base: Option<String>,
    /// Whether any of it is rather an article's text than not.
    pub sure: bool,
    /// What the page says of it.
    pub metadata: Metadata,
}

/// The article of a decoded page; `None` where the page has no text. `url` is the page's address.
pub fn read(page: &str, url: Option<&Url>) -> Option<Extract> {
    read_with(Models::shipped()?, page, url)
}

/// The same with other models.
pub fn read_with(models: &Models, page: &str, url: Option<&Url>) -> Option<Extract> {
    let sight = Sight::new(page);
    let scores = scores(models, &sight);
    let kept = join::join(&sight.tree, &sight.blocks, &scores);
    if !kept.contains(&true) {
        return None;
    }
    Some(Extract {
        base: sight.said.base(url),
        sure: scores.iter().any(|score| *score >= SURE),
        html: write::write(&sight.tree, &sight.blocks, &kept),
        metadata: metadata::read(&sight.tree, &sight.blocks, &sight.said, &kept, url),
    })
}

/// The blocks of a decoded page in order, for training. `first` are the first model's scores of
/// the blocks, where they are known already.
pub fn samples(page: &str, first: Option<&[f32]>) -> Vec<Sample> {
    let sight = Sight::new(page);
    let second = first.map(|first| sight.second(first)).unwrap_or_default();
    let sample = |(at, block)| Sample {
        text: blocks::text(&sight.tree, block),
        features: sight.table.row(at).to_vec(),
        second: second.row(at).to_vec(),
    };
    sight.blocks.list.iter().enumerate().map(sample).collect()
}

/// The probability of each block: what the two looks say weighs the same.
fn scores(models: &Models, sight: &Sight<'_>) -> Vec<f32> {
    let first: Vec<f32> = sight.table.rows().map(|row| models.first.score(row)).collect();
    let known: Vec<f32> = first.iter().copied().map(forest::probability).collect();
    let again = sight.second(&known);
    let second = again.rows().map(|row| models.second.score(row));
    first.iter().zip(second).map(|(a, b)| forest::probability(f32::midpoint(*a, b))).collect()
}

/// All that is seen of a page before anything is decided.
struct Sight<'a> {
    tree: Tree<'a>,
    blocks: Blocks,
    said: Said,
    table: Table,
    paths: Paths,
}

impl<'a> Sight<'a> {
    fn new(page: &'a str) -> Self {
        let tree = tree::read(page);
        let blocks = blocks::read(&tree);
        let said = said::read(&tree);
        let (table, paths) = features::read(&tree, &blocks, &said);
        Self { tree, blocks, said, table, paths }
    }

    fn second(&self, scores: &[f32]) -> Table {
        second::read(&self.tree, &self.blocks, &self.paths, &self.table, scores)
    }
}
