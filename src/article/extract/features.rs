//! A page to a table of numbers, one row a block, from which the model tells what belongs to the article.

use std::collections::HashMap;

use super::around;
use super::blocks::{self, Block, Blocks};
use super::containers::Sum;
use super::headings;
use super::items;
use super::page::Page;
use super::said::Said;
use super::tag::Tag;
use super::tree::Tree;
use super::words;
use crate::article::quick::Quick;

/// How far neighbours are looked at, on each side.
const NEAR: usize = 3;
/// What is taken over from each neighbour: columns of the text's own numbers, and whether it
/// stands in the same element.
const TAKEN: [usize; 6] = [1, 2, 6, 14, 15, 21];
/// Columns about an element's distance from the title and its series.
const STANDING: usize = 2 + items::WIDTH;
/// Blocks on each side that make the surroundings.
const WINDOW: usize = 10;

/// Rows of equal width.
#[derive(Default)]
pub(super) struct Table {
    pub values: Vec<f32>,
    pub width: usize,
}

impl Table {
    /// The numbers of a block; empty where there is no such block.
    pub(super) fn row(&self, at: usize) -> &[f32] {
        self.values.get(at * self.width..(at + 1) * self.width).unwrap_or_default()
    }

    /// All rows in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.width.max(1))
    }
}

/// Reads the features of all blocks.
pub(super) fn read(tree: &Tree<'_>, blocks: &Blocks, said: &Said) -> (Table, Paths) {
    let page = Page::new(tree, blocks, said);
    let mut rows = Rows {
        tree,
        blocks,
        page: &page,
        paths: paths(tree, blocks),
        around: (usize::MAX, [0.0; around::WIDTH]),
        above: (usize::MAX, Vec::new()),
        standing: (usize::MAX, [0.0; STANDING]),
        row: Vec::new(),
    };
    let mut table = Table::default();
    for at in 0..blocks.list.len() {
        rows.read(at);
        table.width = rows.row.len() + NEAR * 2 * (TAKEN.len() + 1);
        table.values.append(&mut rows.row);
        table.values.resize(table.width * (at + 1), 0.0);
    }
    let paths = rows.paths;
    neighbours(&mut table, blocks);
    (table, paths)
}

/// Texts on the same path of tags and classes.
#[derive(Clone, Copy, Default)]
struct Alike {
    blocks: f32,
    chars: f32,
    linked: f32,
}

struct Rows<'a> {
    tree: &'a Tree<'a>,
    blocks: &'a Blocks,
    page: &'a Page,
    paths: Paths,
    /// Of the container that was last looked at.
    around: (usize, [f32; around::WIDTH]),
    above: (usize, Vec<f32>),
    standing: (usize, [f32; STANDING]),
    row: Vec<f32>,
}

impl Rows<'_> {
    fn read(&mut self, at: usize) {
        let Some(block) = self.blocks.list.get(at) else { return };
        let company = self.page.company.get(at).copied().unwrap_or_default();
        self.text(block, company.kinds);
        self.place(at, block);
        let container = block.container as usize;
        if self.around.0 != container {
            self.around = (container, around::read(self.tree, container));
            self.above = (container, self.above(container));
            self.standing = (container, self.standing(container));
        }
        self.row.extend(self.standing.1);
        self.row.extend(self.page.headings.get(at).unwrap_or(&[0.0; headings::WIDTH]));
        self.row.extend(self.around.1);
        self.row.extend(self.above.1.iter());
        self.alike(at);
        self.surroundings(at);
        self.row.extend(company.since);
        self.row.extend([company.comments, company.dates]);
        self.row.extend(self.page.whole.iter());
    }

    /// The block's own text. The first columns are those that [`TAKEN`] names.
    fn text(&mut self, block: &Block, kinds: u32) {
        let count = &block.count;
        let (chars, words) = (count.chars.max(1.0), count.words.max(1.0));
        let tag = self.tree.node(block.container as usize).tag;
        self.row.extend([
            count.chars,
            count.words,
            count.linked / chars,
            count.cjk / chars,
            count.sentences / words,
            count.commas / words,
            ending(count.last),
            count.digits / chars,
            count.upper / count.letters.max(1.0),
            count.bold / chars,
            count.links,
            count.separators,
            count.quotes,
            count.odd,
            kind(tag),
            kinds as f32,
            count.letters / words,
            beginning(count.first),
            count.sentences,
            count.separators / chars,
            words / count.links.max(1.0),
        ]);
        self.row.push(f32::from(u8::from(kinds != 0 && count.chars < 60.0)));
        for kind in 0..words::KINDS {
            self.row.push(f32::from(u8::from(kinds & (1 << kind) != 0)));
        }
    }

    fn place(&mut self, at: usize, block: &Block) {
        let page = self.page;
        let all = page.containers.over(0, self.blocks.list.len());
        let before = page.containers.over(0, at);
        let since = |from: usize| signed(at, from);
        let at_title = page.containers.over(0, page.title_at);
        let key = self.blocks.key(block);
        self.row.extend([
            at as f32,
            at as f32 / all.blocks.max(1.0),
            before.chars / all.chars.max(1.0),
            since(page.title_at),
            (before.chars - at_title.chars) / all.chars.max(1.0),
            since(page.heading_at),
            page.title_likeness(key),
            f32::from(u8::from(page.is_described(key))),
            page.stated_likeness(key),
            page.repeated(key),
            page.long_before.get(at).map_or(99.0, |from| (at - from.min(&at)) as f32),
            page.long_after.get(at).map_or(99.0, |to| (to.max(&at) - at) as f32),
            page.headed.get(at).copied().unwrap_or(99.0),
        ]);
    }

    /// How far the title is, and what series the element belongs to.
    fn standing(&self, container: usize) -> [f32; STANDING] {
        let (page, tree) = (self.page, self.tree);
        let title = self.blocks.list.get(page.title_at).map_or(0, |block| block.container);
        let (up, down) = tree.apart(container, title as usize);
        let mut all = [0.0; STANDING];
        let (apart, series) = all.split_at_mut(2);
        apart.copy_from_slice(&[up as f32, down as f32]);
        series.copy_from_slice(&page.items.read(tree, self.blocks, &page.containers, container));
        all
    }

    /// The elements around, each larger than the one before.
    fn above(&self, container: usize) -> Vec<f32> {
        let (page, tree) = (self.page, self.tree);
        let all = page.containers.over(0, self.blocks.list.len());
        let mut numbers = Vec::with_capacity(48);
        let mut last = Sum::default();
        let chain = std::iter::once(container).chain(tree.ancestors(container));
        for index in chain {
            if tree.node(index).tag.is_inline() {
                continue;
            }
            let sum = page.containers.of(tree, self.blocks, index);
            if sum.blocks <= last.blocks {
                continue;
            }
            last = sum;
            let score = page.containers.score_of(tree, self.blocks, index);
            numbers.extend([
                sum.chars / all.chars.max(1.0),
                sum.linked / sum.chars.max(1.0),
                sum.paragraphs / sum.chars.max(1.0),
                sum.blocks,
                sum.commas / sum.blocks.max(1.0),
                sum.chars / sum.blocks.max(1.0),
                sum.sentences / sum.blocks.max(1.0),
                score / page.containers.top_score.max(1.0),
                kind(tree.node(index).tag),
            ]);
            if numbers.len() >= 36 {
                break;
            }
        }
        numbers.resize(36, -1.0);
        numbers.extend(page.votes(tree, container));
        numbers
    }

    fn alike(&mut self, at: usize) {
        let all = self.page.containers.over(0, self.blocks.list.len());
        for alike in self.paths.of(at) {
            self.row.extend([
                alike.chars / all.chars.max(1.0),
                alike.blocks,
                alike.linked / alike.chars.max(1.0),
                alike.chars / alike.blocks.max(1.0),
            ]);
        }
    }

    fn surroundings(&mut self, at: usize) {
        for (from, to) in [
            (at.saturating_sub(WINDOW), at + WINDOW + 1),
            (at.saturating_sub(WINDOW), at),
            (at + 1, at + WINDOW + 1),
        ] {
            let sum = self.page.containers.over(from, to.min(self.blocks.list.len()));
            self.row.extend([sum.chars, sum.linked / sum.chars.max(1.0), sum.sentences]);
        }
    }
}

/// Columns of the blocks before and behind.
fn neighbours(table: &mut Table, blocks: &Blocks) {
    let width = table.width;
    let own = width - (NEAR * 2 * (TAKEN.len() + 1)).min(width);
    for at in 0..blocks.list.len() {
        let mut taken = Vec::with_capacity(width - own);
        let here = blocks.list.get(at).map(|block| block.container);
        for step in 1..=NEAR {
            for other in [at.checked_sub(step), Some(at + step)] {
                let row = other.map(|other| table.row(other)).unwrap_or_default();
                taken.extend(TAKEN.map(|column| row.get(column).copied().unwrap_or(-1.0)));
                let there = other.and_then(|other| blocks.list.get(other));
                let same = there.is_some_and(|block| Some(block.container) == here);
                taken.push(f32::from(u8::from(same)));
            }
        }
        if let Some(room) = table.values.get_mut(at * width + own..(at + 1) * width) {
            room.copy_from_slice(&taken);
        }
    }
}

/// The sums over equal paths, and each block's two paths.
pub(super) struct Paths {
    /// For each block the tags and classes of five elements around it.
    pub long: Vec<u64>,
    /// The same of two.
    pub short: Vec<u64>,
    alike: HashMap<u64, Alike, Quick>,
}

impl Paths {
    fn of(&self, at: usize) -> [Alike; 2] {
        [&self.long, &self.short].map(|paths| {
            let path = paths.get(at).copied().unwrap_or_default();
            self.alike.get(&path).copied().unwrap_or_default()
        })
    }
}

fn paths(tree: &Tree<'_>, blocks: &Blocks) -> Paths {
    let mut paths = Paths { long: Vec::new(), short: Vec::new(), alike: HashMap::default() };
    let mut last = (u32::MAX, 0, 0);
    for block in &blocks.list {
        if last.0 != block.container {
            let container = block.container as usize;
            last = (block.container, path(tree, container, 5), path(tree, container, 2));
        }
        let (_, long, short) = last;
        for path in [long, short] {
            let alike = paths.alike.entry(path).or_default();
            alike.blocks += 1.0;
            alike.chars += block.count.chars;
            alike.linked += block.count.linked;
        }
        paths.long.push(long);
        paths.short.push(short);
    }
    paths
}

/// Tags and classes from an element upwards.
fn path(tree: &Tree<'_>, container: usize, length: usize) -> u64 {
    let chain = std::iter::once(container).chain(tree.ancestors(container)).take(length);
    chain.fold(length as u64, |hash, index| {
        let node = tree.node(index);
        let one = u64::from(node.look.hash) << 8 | node.tag as u64;
        (hash ^ one).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    })
}

fn signed(at: usize, from: usize) -> f32 {
    at as f32 - from as f32
}

/// The element's tag as a number: what often holds articles' text is high.
fn kind(tag: Tag) -> f32 {
    let order = match tag {
        Tag::P => 20,
        Tag::Pre => 19,
        Tag::Blockquote => 18,
        Tag::H2 => 17,
        Tag::H3 => 16,
        Tag::H1 => 15,
        Tag::H4 | Tag::H5 | Tag::H6 => 14,
        Tag::Figcaption | Tag::Caption => 13,
        Tag::Article | Tag::Main => 12,
        Tag::Div => 11,
        Tag::Section => 10,
        Tag::Td => 9,
        Tag::Th => 8,
        Tag::Dd => 7,
        Tag::Dt => 6,
        Tag::Li => 5,
        Tag::Body => 4,
        Tag::Header => 3,
        Tag::Aside | Tag::Footer | Tag::Nav => 2,
        Tag::Form | Tag::Label => 1,
        _ => 0,
    };
    f32::from(i8::try_from(order).unwrap_or(0))
}

fn ending(last: char) -> f32 {
    match last {
        '.' | '。' | '!' | '！' | '?' | '？' | '…' => 4.0,
        '"' | '”' | '»' | '」' | '’' | '\'' | ')' | '）' => 3.0,
        ':' | '：' => 2.0,
        ',' | '，' | ';' | '；' => 1.0,
        c if c.is_alphanumeric() => 0.0,
        _ => -1.0,
    }
}

fn beginning(first: char) -> f32 {
    match first {
        c if c.is_uppercase() => 4.0,
        c if blocks::is_cjk(c) => 3.0,
        c if c.is_alphabetic() => 2.0,
        c if c.is_numeric() => 1.0,
        '"' | '“' | '«' | '「' | '—' | '–' => 5.0,
        _ => 0.0,
    }
}
