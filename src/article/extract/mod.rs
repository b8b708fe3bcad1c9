//! Our own extractor: a page's blocks, judged one by one by a small learned model, then joined.

mod anchors;
mod around;
mod blocks;
mod byline;
mod containers;
mod dateline;
mod entity;
mod features;
mod forest;
mod headings;
mod items;
mod join;
mod lex;
mod look;
mod metadata;
mod page;
mod said;
mod second;
mod sites;
mod tag;
#[cfg(test)]
mod tests;
mod title;
mod tree;
mod words;
mod write;

use std::sync::LazyLock;

use url::Url;

use self::blocks::{Block, Blocks};
use self::features::{Paths, Table};
pub use self::forest::Forest;
pub use self::metadata::Metadata;
use self::said::Said;
use self::second::Look;
use self::tag::Tag;
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

/// A part of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The markup as it stands in the page, not yet safe.
    pub html: String,
    /// What the reader sees of it, a block each.
    pub lines: Vec<Line>,
}

/// The text of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// With single blanks.
    pub text: String,
    /// The share of it that is links, from 0 to 1.
    pub linked: f32,
}

/// Blocks behind the article that are shown to the judge.
const BEHIND: usize = 4;

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
    /// The article.
    pub part: Part,
    /// What the page itself marks as the article's body (`itemprop="articleBody"`).
    pub marked: Option<Part>,
    /// What the reader sees right behind the article.
    pub after: Vec<Line>,
    /// Address that relative addresses start from.
    pub base: Url,
    /// Whether any of it is rather an article's text than not.
    pub sure: bool,
    /// What the page says of it.
    pub metadata: Metadata,
}

/// The article of a decoded page; `None` where the page has no text. `url` is the page's address after redirects.
pub fn read(page: &str, url: &Url) -> Option<Extract> {
    read_with(Models::shipped()?, page, url)
}

/// The same with other models.
pub fn read_with(models: &Models, page: &str, url: &Url) -> Option<Extract> {
    let sight = Sight::new(page);
    let scores = scores(models, &sight);
    let kept = join::join(&sight.tree, &sight.blocks, &scores);
    if !kept.contains(&true) {
        return None;
    }
    Some(Extract {
        part: sight.part(&kept),
        marked: sight.marked(),
        after: sight.after(&kept),
        base: sight.said.base(url),
        sure: scores.iter().any(|score| *score >= SURE),
        metadata: metadata::read(&sight.tree, &sight.blocks, &sight.said, &kept, url),
    })
}

/// A block of a page with what the models say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Its text on one line.
    pub text: String,
    /// The probability that it is the article's.
    pub score: f32,
}

/// The blocks of a decoded page in order, for those who want to know why.
pub fn scored(page: &str) -> Vec<Scored> {
    let Some(models) = Models::shipped() else { return Vec::new() };
    let sight = Sight::new(page);
    let blocks = sight.blocks.list.iter().zip(scores(models, &sight));
    blocks.map(|(block, score)| Scored { text: blocks::text(&sight.tree, block), score }).collect()
}

/// What a decoded page says of its article, and the address that its relative addresses start from,
/// where the body is known otherwise.
pub fn about(page: &str, url: &Url) -> (Metadata, Url) {
    if let Some(found) = read(page, url) {
        return (found.metadata, found.base);
    }
    let Sight { tree, blocks, said, .. } = Sight::new(page);
    let none = vec![false; blocks.list.len()];
    (metadata::read(&tree, &blocks, &said, &none, url), said.base(url))
}

/// The page without scripts, styles and what else no reader sees.
pub(super) fn without_code(page: &str) -> String {
    let mut out = String::with_capacity(page.len() / 2);
    let mut from = 0;
    let mut lexer = lex::Lexer::new(page);
    while let Some(token) = lexer.next() {
        let lex::Token::Start(name, span) = token else { continue };
        let whole = tag::whole(name.as_bytes());
        let code = matches!(whole, Some(tag::Whole::Drop | tag::Whole::Script));
        if code && lexer.skip_whole(name.as_bytes()).is_some() {
            out.push_str(page.get(from..span.from).unwrap_or_default());
            from = lexer.reached();
        }
    }
    out.push_str(page.get(from..).unwrap_or_default());
    out
}

/// The value of an attribute of a start tag, as written.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    lex::attribute_of(tag, name)
}

/// The text of an element that holds nothing else, on one line.
pub(super) fn plain(content: &str) -> String {
    said::line(&entity::decode(content))
}

/// The blocks of a decoded page in order, for training. `first` are the first model's scores of
/// the blocks, where they are known already.
pub fn samples(page: &str, first: Option<&[f32]>) -> Vec<Sample> {
    let sight = Sight::new(page);
    let second = first.map(|first| second::read(&sight.second(first))).unwrap_or_default();
    let sample = |(at, block)| Sample {
        text: blocks::text(&sight.tree, block),
        features: sight.table.row(at).to_vec(),
        second: second.row(at).to_vec(),
    };
    sight.blocks.list.iter().enumerate().map(sample).collect()
}

/// The probability of each block: what the two looks say weighs the same. What the first is sure of
/// needs no second.
fn scores(models: &Models, sight: &Sight<'_>) -> Vec<f32> {
    let rows: Vec<&[f32]> = sight.table.rows().collect();
    let mut odds = models.first.glance(&rows);
    let known: Vec<f32> = odds.iter().copied().map(forest::probability).collect();
    let look = sight.second(&known);
    let is_open = |at: &usize| odds.get(*at).is_some_and(|odds| odds.abs() <= forest::FAR);
    let open: Vec<usize> = (0..odds.len()).filter(is_open).collect();
    let rows: Vec<Vec<f32>> = open.iter().map(|at| look.row(*at)).collect();
    let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
    for (at, second) in open.iter().zip(models.second.score(&rows)) {
        odds.get_mut(*at).into_iter().for_each(|odds| *odds = f32::midpoint(*odds, second));
    }
    odds.into_iter().map(forest::probability).collect()
}

/// Whether a start tag has the mark of an article's body.
fn is_marked(tag: &str) -> bool {
    let names = tag.contains("itemprop").then(|| lex::attribute_of(tag, "itemprop"));
    let mut names = names.flatten().unwrap_or_default().split_ascii_whitespace();
    names.any(|name| name.eq_ignore_ascii_case("articleBody"))
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

    fn part(&self, kept: &[bool]) -> Part {
        let html = write::write(&self.tree, &self.blocks, kept);
        let blocks = self.blocks.list.iter().zip(kept).filter(|(_, kept)| **kept);
        Part { html, lines: blocks.map(|(block, _)| self.line(block)).collect() }
    }

    fn line(&self, block: &Block) -> Line {
        let linked = block.count.linked / block.count.chars.max(1.0);
        Line { text: blocks::text(&self.tree, block), linked }
    }

    /// The blocks behind the last one kept.
    fn after(&self, kept: &[bool]) -> Vec<Line> {
        let behind = kept.iter().rposition(|kept| *kept).map_or(0, |last| last + 1);
        let blocks = self.blocks.list.iter().skip(behind).take(BEHIND);
        blocks.map(|block| self.line(block)).collect()
    }

    /// The elements marked as the body.
    fn marked(&self) -> Option<Part> {
        let nodes = self.tree.nodes.iter().enumerate().skip(1);
        let marked = nodes.filter(|(at, node)| {
            node.look.named && node.tag != Tag::Meta && is_marked(self.tree.raw(*at))
        });
        let mut kept = vec![false; self.blocks.list.len()];
        for (at, node) in marked {
            let within = self.blocks.within(at as u32, node.end);
            kept.get_mut(within).unwrap_or_default().fill(true);
        }
        kept.contains(&true).then(|| self.part(&kept))
    }

    fn second<'b>(&'b self, scores: &'b [f32]) -> Look<'b> {
        Look::new(&self.tree, &self.blocks, &self.paths, &self.table, scores)
    }
}
